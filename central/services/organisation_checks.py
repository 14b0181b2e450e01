"""What is wrong in a county's organisation: in itself, and with the places and matters it names."""

from collections.abc import Iterable, Iterator
from typing import Final

from casework.matter import HallMode
from casework.names import is_of_county
from casework.organisation import (
    AbPair,
    Officer,
    Organisation,
    Window,
    WindowKind,
    role_conflicts,
)
from central.store.loaded import CountyData

CATEGORIES: Final = range(1, 8)
# Only these take matters in by a category; the others have none.
BY_CATEGORY: Final = frozenset({WindowKind.COMPREHENSIVE, WindowKind.SPECIALIST})


def organisation_faults(data: CountyData) -> Iterator[tuple[str, str]]:
    organisation = data.organisation
    for name, ids in (
        ("departments", organisation.departments),
        ("positions", organisation.positions),
        ("officers", organisation.officers),
        ("ab_pairs", organisation.ab_pairs),
        ("windows", organisation.windows),
    ):
        yield from twice(f"$.{name}", (one.id for one in ids))
    yield from _officer_faults(data)
    for pair in organisation.ab_pairs:
        yield from ((f"$.ab_pairs[{pair.id}]", why) for why in _pair_faults(pair, organisation))
    yield from _window_faults(data)
    names = {one.person: one.id for one in organisation.officers}
    for person, roles in role_conflicts(organisation.officers):
        held = ", ".join(sorted(roles))
        yield f"$.officers[{names[person]}]", f"one person holds roles that exclude: {held}"


def _officer_faults(data: CountyData) -> Iterator[tuple[str, str]]:
    organisation = data.organisation
    nodes = {node.id for node in data.regions.nodes}
    departments = {one.id for one in organisation.departments}
    positions = {one.id for one in organisation.positions}
    officers = {one.id for one in organisation.officers}
    for officer in organisation.officers:
        where = f"$.officers[{officer.id}]"
        yield from unknown(where, "node", {officer.node}, nodes)
        yield from unknown(where, "department", {officer.department} - {None}, departments)
        yield from unknown(where, "position", officer.positions, positions)
        if any(one.last is not None and one.last < one.first for one in officer.personal_powers):
            yield where, "a term ends before it begins"
        yield from ((where, why) for why in _training_faults(officer, organisation))
    yield from unknown(
        "$.trainings", "officer", (o.officer for o in organisation.trainings), officers
    )


def _training_faults(officer: Officer, organisation: Organisation) -> Iterator[str]:
    """A record of training and the day that is signed of it say the same."""
    recorded = [one.on for one in organisation.trainings_of(officer.id)]
    if recorded and officer.trained_on != min(recorded):
        yield f"was first trained on {min(recorded)}, not {officer.trained_on}"


def _pair_faults(pair: AbPair, organisation: Organisation) -> Iterator[str]:
    a, b = organisation.officer(pair.a), organisation.officer(pair.b)
    for id_, found in ((pair.a, a), (pair.b, b)):
        if found is None:
            yield f"no officer is named {id_}"
    if pair.last is not None and pair.last < pair.first:
        yield "a term ends before it begins"
    if a is not None and b is not None and a.person == b.person:
        yield "nobody stands in for themselves"
    if a is not None and b is not None and (a.node, a.department) != (b.node, b.department):
        yield "they are not of one office"


def _window_faults(data: CountyData) -> Iterator[tuple[str, str]]:
    organisation = data.organisation
    nodes = {node.id for node in data.regions.nodes}
    departments = {one.id for one in organisation.departments}
    matters = {one.id for one in data.catalogue.matters}
    outside = {one.id for one in data.catalogue.matters if one.hall.mode is HallMode.OFF_HALL}
    at = {one.id: one.node for one in organisation.officers}
    numbers: set[tuple[str, int]] = set()
    for window in organisation.windows:
        where = f"$.windows[{window.id}]"
        yield from unknown(where, "node", {window.node}, nodes)
        yield from unknown(where, "department", window.departments, departments)
        yield from unknown(where, "matter", window.matters, matters)
        yield from unknown(where, "officer", window.officers, at)
        for officer in window.officers:
            if at.get(officer, window.node) != window.node:
                yield where, f"{officer} works at another place"
        for matter in sorted(outside.intersection(window.matters)):
            yield where, f"{matter} is not taken in at any hall"
        if (window.node, window.number) in numbers:
            yield where, f"two windows there have the number {window.number}"
        numbers.add((window.node, window.number))
        yield from ((where, why) for why in _category_faults(window))


def _category_faults(window: Window) -> Iterator[str]:
    if not window.id.startswith(f"{window.node}/"):
        yield "its name is not that of its place"
    takes = is_of_county(window.node) and window.kind in BY_CATEGORY
    if takes != (window.category is not None):
        yield "one of the seven categories, at a hall of the county that takes matters in"
    elif window.category is not None and window.category not in CATEGORIES:
        yield f"there is no category {window.category}"


def twice(where: str, ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            yield f"{where}[{each}]", "stands twice"
        seen.add(each)


def unknown(
    where: str, what: str, named: Iterable[object], known: Iterable[object]
) -> Iterator[tuple[str, str]]:
    for each in sorted(set(named) - set(known), key=str):
        yield where, f"no {what} is named {each}"
