"""Windows: which of a place's windows take a matter in (rows B2 and B8)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from casework.matter import HallMode, MatterVersion
from casework.names import NodeId, OfficerId, is_of_county
from casework.organisation import Window, WindowKind

_TAKING_IN: Final = frozenset(
    {WindowKind.COMPREHENSIVE, WindowKind.SPECIALIST, WindowKind.CONVENIENCE}
)


def windows_for(matter: MatterVersion, windows: Iterable[Window]) -> tuple[Window, ...]:
    """The windows of one place at which a matter is taken in, by their numbers.

    It is named at one of them; any other of that category does as well, whoever comes to it.
    """
    if matter.hall.mode is HallMode.OFF_HALL:
        return ()
    taking = [one for one in windows if one.kind in _TAKING_IN]
    named = [one for one in taking if matter.id in one.matters]
    categories = {one.category for one in named} - {None}
    found = (one for one in taking if one in named or one.category in categories)
    return tuple(sorted(found, key=lambda one: one.number))


def sits_at(officer: OfficerId, windows: Iterable[Window]) -> bool:
    return any(officer in one.officers for one in windows)


class Route(StrEnum):
    """Where a clerk sends whoever came with a matter; worded by these values."""

    HERE = "here"
    OTHER_WINDOW = "other_window"
    OTHER_HALL = "other_hall"
    NO_WINDOW = "no_window"
    OFF_HALL = "off_hall"


def route_of(
    matter: MatterVersion, node: NodeId, officer: OfficerId, windows: Iterable[Window]
) -> Route:
    """Of a clerk at a place, with the windows there; who sits at no window serves them all."""
    here = tuple(windows)
    if matter.hall.mode is HallMode.OFF_HALL:
        return Route.OFF_HALL
    subcentre = matter.hall.subcentre
    if is_of_county(node) and subcentre is not None and subcentre != node:
        return Route.OTHER_HALL
    taking = windows_for(matter, here)
    if not taking:
        return Route.NO_WINDOW if is_of_county(node) else Route.HERE
    elsewhere = sits_at(officer, here) and not sits_at(officer, taking)
    return Route.OTHER_WINDOW if elsewhere else Route.HERE
