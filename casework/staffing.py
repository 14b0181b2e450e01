"""What the staffing of a county lacks: training, people at desks, desks, stand-ins (row B5)."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.names import NodeId
from casework.organisation import Barred, Officer, Organisation, Power, Role, Window, WindowKind

_AT_WINDOWS: Final = frozenset({Role.CLERK, Role.ISSUING, Role.VILLAGE_AGENT, Role.COORDINATOR})


class StaffGap(StrEnum):
    """Worded by these values."""

    UNTRAINED = "untrained"  # an account that does not work yet
    NO_STAFF = "no_staff"  # a window at which nobody may work today
    NO_DESK = "no_desk"  # somebody who serves people, at no window
    NO_SUBSTITUTE = "no_substitute"  # somebody who decides, for whom nobody stands in


class Lack(Struct, frozen=True):
    """One gap: the officer's or window's id, what it is called, and where it is."""

    gap: StaffGap
    id: str
    name: str
    node: NodeId


def staff_lacks(organisation: Organisation, on: date) -> tuple[Lack, ...]:
    return tuple(_of_officers(organisation, on)) + tuple(_of_windows(organisation, on))


def _of_officers(organisation: Organisation, on: date) -> Iterator[Lack]:
    seated = {one for window in organisation.windows for one in window.officers}
    covered = {pair.a for pair in organisation.ab_pairs if pair.covers(on)}
    for one in organisation.officers:
        barred = one.barred(on)
        if barred is Barred.UNTRAINED:
            yield _lack(StaffGap.UNTRAINED, one)
        if barred is not None:
            continue
        if one.id not in seated and not _AT_WINDOWS.isdisjoint(one.roles):
            yield _lack(StaffGap.NO_DESK, one)
        if one.id not in covered and one.has_power(Power.DECIDE, on):
            yield _lack(StaffGap.NO_SUBSTITUTE, one)


def _of_windows(organisation: Organisation, on: date) -> Iterator[Lack]:
    working = {one.id for one in organisation.officers if one.may_work(on)}
    for window in organisation.windows:
        if _needs_staff(window) and working.isdisjoint(window.officers):
            yield Lack(StaffGap.NO_STAFF, window.id, window.name, window.node)


def _needs_staff(window: Window) -> bool:
    """A self-service area has nobody; a convenience area has, where it takes matters in."""
    if window.kind is WindowKind.SELF_SERVICE:
        return False
    return window.kind is not WindowKind.CONVENIENCE or bool(window.matters)


def _lack(gap: StaffGap, officer: Officer) -> Lack:
    return Lack(gap, officer.id, officer.name, officer.node)
