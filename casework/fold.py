"""The fold: from entries to the case, at every tier alike.

`fold` takes whatever entries of one case a node holds, in any order, and computes the chain that
stands and the case it adds up to (protocol.md section 5a). It refuses nothing: power is judged by
the author before signing and by the county on admission. `advance` counts in one entry that
continues the chain, so that the common case needs no history.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain as chained

from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.case import Case, CasePart
from casework.effects import effect, moment_of, rebuilt
from casework.entry import Written
from casework.instants import parse_instant
from casework.names import (
    ZERO_ID,
    Incarnation,
    MessageId,
    case_id,
    county_of,
    split_log,
)
from casework.procedure import PROCEDURE, RELEASING
from casework.voucher import read_voucher


class Folded(Struct, frozen=True):
    """A case, and what is held of it without counting."""

    case: Case | None
    parked: tuple[MessageId, ...]  # their predecessor is not held


def fold(entries: Iterable[Written], county_incarnations: Sequence[Incarnation] = ()) -> Folded:
    """Compute the case that a set of entries adds up to; the order they came in does not matter."""
    held = {written.id: written for written in entries}
    successors: dict[MessageId, list[Written]] = defaultdict(list)
    for written in held.values():
        successors[written.entry.previous].append(written)
    order = {incarnation: place for place, incarnation in enumerate(county_incarnations)}
    case: Case | None = None
    head: MessageId = ZERO_ID
    standing: set[MessageId] = set()
    rivals: tuple[Written, ...] = ()
    while candidates := successors.get(head):
        chosen = _successor(case, candidates, order)
        if isinstance(chosen, tuple):
            rivals = chosen
            break
        if chosen is None:
            break
        case = advance(case, chosen)
        if case.length == 1:
            case = replace(case, opened_by=_opener(held.values(), chosen).node)
        standing.add(chosen.id)
        head = chosen.id
    if case is not None and len(standing) == len(held):
        return Folded(case, ())
    parked = _parked(held)
    if case is None:
        return Folded(None, tuple(sorted(parked)))
    fallen = sorted(
        (held[i].at, i) for i in held.keys() - standing - _descendants(rivals, successors) - parked
    )
    case = replace(
        case,
        rivals=tuple(sorted(rival.id for rival in rivals)),
        fallen=tuple(identity for _, identity in fallen),
    )
    return Folded(case, tuple(sorted(parked)))


def case_before(entries: Mapping[MessageId, Written], written: Written) -> Case | None:
    """The case as the author of an entry saw it, whether or not the entry stands.

    None where it begins the case; LookupError while one of its predecessors is not held.
    """
    path: list[Written] = []
    at = written.entry.previous
    while at != ZERO_ID:
        path.append(entries[at])
        at = path[-1].entry.previous
    case: Case | None = None
    for each in reversed(path):
        case = advance(case, each)
        if case.length == 1:
            case = replace(case, opened_by=_opener(entries.values(), each).node)
    return case


def continues(case: Case | None, written: Written) -> bool:
    """Whether `advance` alone counts this entry in; otherwise the case is folded afresh.

    It holds while every entry held of the case stands: a caller that holds parked entries of the
    case folds afresh.
    """
    if case is None:
        return _opens_its_case(written)
    return (
        written.entry.previous == case.head
        and not case.is_frozen
        and not case.fallen
        and not isinstance(written.entry.act, acts.ReclaimPen)
        and written.node == case.pen
    )


def advance(case: Case | None, written: Written) -> Case:
    """Return the case with one more standing entry counted in."""
    entry, act = written.entry, written.entry.act
    if case is None:
        case = Case(
            id=written.case,
            number=entry.number,
            matter=entry.matter_version,
            opened_by=written.node,
            pen=written.node,
            head=written.id,
        )
    meaning, at, adopted = _meant(written)
    changed: dict[str, object] = {}
    repeated = adopted in case.taken_up
    if adopted is not None and not repeated:
        changed["taken_up"] = (*case.taken_up, adopted)
    if entry.parts:
        brought = (CasePart(part, written.id, written.node) for part in entry.parts)
        changed["parts"] = (*case.parts, *brought)
    if case.held:
        changed["held"] = type(act) not in RELEASING
    if not repeated:
        if leads_to := PROCEDURE[type(meaning)].leads_to:
            changed["status"] = leads_to
        changed |= effect(case, meaning, written, at)
    if isinstance(act, acts.Rebuild):
        changed |= rebuilt(written, act)
    if not case.received_by:
        changed["matter"] = entry.matter_version
    return replace(
        case,
        head=written.id,
        length=case.length + 1,
        timeline=(*case.timeline, moment_of(written, meaning, at, adopted)),
        **changed,
    )


def _meant(written: Written) -> tuple[acts.AnyAct, datetime, MessageId | None]:
    """What an entry does, when that counts from, and the deposit that it adopts."""
    act = written.entry.act
    if isinstance(act, acts.TakeUpDeposit):
        return act.restated, parse_instant(act.at), act.deposit
    if isinstance(act, acts.Rebuild):
        return act.restated, read_voucher(act.voucher).at, None
    return act, written.at, None


def _opener(entries: Iterable[Written], first: Written) -> Written:
    """The author of the case; a case reclaimed from its very beginning is still theirs."""
    return next((each for each in entries if _opens_its_case(each)), first)


def _opens_its_case(written: Written) -> bool:
    """An entry on the 64 zeros stands only in the case that its own place in its log names."""
    return (
        written.entry.previous == ZERO_ID
        and case_id(written.log, written.seq) == written.case
        and None in PROCEDURE[type(written.entry.act)].opens
        and not isinstance(written.entry.act, acts.ReclaimPen)
    )


def _successor(
    case: Case | None, candidates: list[Written], order: Mapping[Incarnation, int]
) -> Written | tuple[Written, ...] | None:
    """The entry that stands after this head; several if rivals freeze the case; None at the end."""
    if case is not None and len(candidates) == 1 and candidates[0].node == case.pen:
        return candidates[0]
    reclaims = [each for each in candidates if _is_reclaim(each, case)]
    if reclaims:
        return max(reclaims, key=lambda each: _county_order(each, order))
    if case is None:
        return next((each for each in candidates if _opens_its_case(each)), None)
    by_holder = [each for each in candidates if each.node == case.pen]
    if len(by_holder) > 1:
        return tuple(by_holder)
    return by_holder[0] if by_holder else None


def _is_reclaim(written: Written, case: Case | None) -> bool:
    if not isinstance(written.entry.act, acts.ReclaimPen):
        return False
    return written.node == (case.county if case else county_of(written.node))


def _county_order(written: Written, order: Mapping[Incarnation, int]) -> tuple[int, str, int]:
    _, incarnation, _ = split_log(written.log)
    return order.get(incarnation, len(order)), incarnation, written.seq


def _parked(held: Mapping[MessageId, Written]) -> set[MessageId]:
    """Entries that no unbroken chain of held predecessors joins to the beginning."""
    joined: dict[MessageId, bool] = {ZERO_ID: True}
    for identity in held:
        path: list[MessageId] = []
        at: MessageId = identity
        while at not in joined and at in held:
            path.append(at)
            at = held[at].entry.previous
        known = joined.get(at, False)
        joined.update((each, known) for each in path)
    return {identity for identity in held if not joined[identity]}


def _descendants(
    rivals: Sequence[Written], successors: Mapping[MessageId, list[Written]]
) -> set[MessageId]:
    found: set[MessageId] = set()
    wave: list[Written] = list(rivals)
    while wave:
        found.update(each.id for each in wave)
        wave = [
            each
            for each in chained.from_iterable(successors.get(parent.id, ()) for parent in wave)
            if each.id not in found
        ]
    return found
