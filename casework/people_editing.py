"""Editing who works where: what a draft changes, and what no draft may do to a power in force.

A personal power that has begun is what decisions were signed under, so it is never rewritten: it
is ended by a date that has not passed, or it stays as it is. Training is put on record once and
never taken back; the first of it is the day from which an account works.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from msgspec.structs import replace

from casework.names import NodeId, OfficerId
from casework.organisation import (
    AbPair,
    Officer,
    Organisation,
    PersonalPower,
    Position,
    Training,
    Window,
)
from casework.proposal import OfficerChange, PairChange, PeopleChanges, WindowChange

POWER_BEGUN: Final = "a power that has begun was rewritten or dropped"
POWER_BACKDATED: Final = "a new power begins before today"
PAIR_BEGUN: Final = "a pair that has begun was rewritten"
TRAINING_AHEAD: Final = "its training lies ahead"
_NUMBERED: Final = re.compile(r"(?P<letters>[a-z]+)(?P<digits>[0-9]+)")


def with_officer(held: Organisation, draft: PeopleChanges, after: Officer) -> PeopleChanges:
    others = tuple(one for one in draft.officers if one.after.id != after.id)
    before = held.officer(after.id)
    made = () if before == after else (OfficerChange(before, after),)
    return replace(draft, officers=(*others, *made))


def with_training(held: Organisation, draft: PeopleChanges, training: Training) -> PeopleChanges:
    """Put a training on record; the earliest is the day from which the officer may work."""
    draft = replace(draft, trainings=(*draft.trainings, training))
    now = as_drafted(held, draft).officer(training.officer)
    if now is None or (now.trained_on is not None and now.trained_on <= training.on):
        return draft
    return with_officer(held, draft, replace(now, trained_on=training.on))


def with_pair(held: Organisation, draft: PeopleChanges, after: AbPair) -> PeopleChanges:
    others = tuple(one for one in draft.pairs if one.after.id != after.id)
    before = next((one for one in held.ab_pairs if one.id == after.id), None)
    made = () if before == after else (PairChange(before, after),)
    return replace(draft, pairs=(*others, *made))


def with_window(
    held: Organisation, draft: PeopleChanges, window: str, after: Window | None
) -> PeopleChanges:
    """Open, alter or (None) close a window."""
    others = tuple(one for one in draft.windows if window not in _names(one))
    before = held.window(window)
    made = () if before == after else (WindowChange(before, after),)
    return replace(draft, windows=(*others, *made))


def with_position(draft: PeopleChanges, position: Position) -> PeopleChanges:
    return replace(draft, positions=(*draft.positions, position))


def without(draft: PeopleChanges, id_: str) -> PeopleChanges:
    """The draft without what it does to one officer, pair or window."""
    return PeopleChanges(
        officers=tuple(one for one in draft.officers if one.after.id != id_),
        pairs=tuple(one for one in draft.pairs if one.after.id != id_),
        windows=tuple(one for one in draft.windows if id_ not in _names(one)),
        positions=draft.positions,
        trainings=tuple(one for one in draft.trainings if one.officer != id_),
    )


def as_drafted(held: Organisation, draft: PeopleChanges) -> Organisation:
    """The organisation as a draft would leave it, for a screen: conflicts are told elsewhere."""
    officers = {one.id: one for one in held.officers}
    officers |= {one.after.id: one.after for one in draft.officers}
    pairs = {one.id: one for one in held.ab_pairs} | {
        one.after.id: one.after for one in draft.pairs
    }
    closed = {name for one in draft.windows if one.after is None for name in _names(one)}
    windows = {one.id: one for one in held.windows if one.id not in closed}
    windows |= {one.after.id: one.after for one in draft.windows if one.after is not None}
    return replace(
        held,
        officers=tuple(officers.values()),
        ab_pairs=tuple(pairs.values()),
        windows=tuple(windows.values()),
        positions=(*held.positions, *draft.positions),
        trainings=(*held.trainings, *draft.trainings),
    )


def people_faults(changes: PeopleChanges, today: date) -> Iterator[tuple[str, str]]:
    """What a change may not do to what is in force already: the place, and why."""
    for each in changes.officers:
        place = f"$.officers[{each.after.id}]"
        yield from ((place, why) for why in _power_faults(each, today))
    for one in changes.pairs:
        if one.before is not None and one.before.first <= today:
            kept = replace(one.before, last=one.after.last)
            if kept != one.after or not _ends_well(one.before.last, one.after.last, today):
                yield f"$.ab_pairs[{one.after.id}]", PAIR_BEGUN
    for training in changes.trainings:
        if training.on > today:
            yield f"$.officers[{training.officer}]", TRAINING_AHEAD


def _power_faults(change: OfficerChange, today: date) -> Iterator[str]:
    begun = [one for one in _powers(change.before) if one.first <= today]
    after = list(change.after.personal_powers)
    for one in begun:
        kept = next(
            (
                each
                for each in after
                if replace(each, last=one.last) == one and _ends_well(one.last, each.last, today)
            ),
            None,
        )
        if kept is None:
            yield POWER_BEGUN
        else:
            after.remove(kept)
    if any(one.first < today for one in after):
        yield POWER_BACKDATED


def _ends_well(before: date | None, after: date | None, today: date) -> bool:
    """A term is as it was, or ends today at the earliest; what is over stays over."""
    if before == after:
        return True
    return (before is None or before >= today) and (after is None or after >= today)


def _powers(officer: Officer | None) -> tuple[PersonalPower, ...]:
    return officer.personal_powers if officer is not None else ()


def _names(change: WindowChange) -> tuple[str, ...]:
    return tuple(one.id for one in (change.before, change.after) if one is not None)


def next_officer(known: Iterable[OfficerId]) -> OfficerId:
    return OfficerId(_next("o", 4, known))


def next_pair(known: Iterable[str]) -> str:
    return _next("ab", 3, known)


def next_window(node: NodeId, known: Iterable[str]) -> str:
    """`<node>/wNN`: the next number of the node."""
    prefix = f"{node}/"
    there = (one.removeprefix(prefix) for one in known if one.startswith(prefix))
    return prefix + _next("w", 2, there)


def _next(letters: str, digits: int, known: Iterable[str]) -> str:
    found = (_NUMBERED.fullmatch(one) for one in known)
    numbers = [int(one["digits"]) for one in found if one and one["letters"] == letters]
    return f"{letters}{max(numbers, default=0) + 1:0{digits}d}"
