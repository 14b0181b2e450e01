"""Cases of matters that never came into a hall (row B7): told of here, so that they are watched.

Such a matter is taken in and decided by its own body, in another system or on paper; nothing of it
is signed here and nothing of the applicant is kept. What is recorded is its number, its days and
its outcome, and its light follows from the promise of the matter as everywhere else.
"""

from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.calendar import ONE_DAY, Calendar
from casework.limits import Limit, LimitUnit
from casework.matter import HallMode, MatterVersion
from casework.organisation import Officer, Role

NUMBER_CHARS_MAX: Final = 50
NOTE_CHARS_MAX: Final = 200
RECORDING_ROLES: Final = frozenset({Role.APPROVER, Role.CHIEF_REPRESENTATIVE, Role.LEADER})


class Outcome(StrEnum):
    """What became of it; stored, so never change a value."""

    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"


class OutsideState(StrEnum):
    RUNNING = "running"
    LATE = "late"
    DONE = "done"
    DONE_LATE = "done_late"


class OutsideFault(StrEnum):
    """Why a record is not made. The values are permanent."""

    MATTER = "E_OUTSIDE_MATTER"
    DEPARTMENT = "E_OUTSIDE_DEPARTMENT"
    AHEAD = "E_OUTSIDE_AHEAD"
    ORDER = "E_OUTSIDE_ORDER"
    KNOWN = "E_OUTSIDE_KNOWN"
    DONE = "E_OUTSIDE_DONE"


class OutsideError(Exception):
    def __init__(self, fault: OutsideFault) -> None:
        self.fault: Final = fault
        super().__init__(fault)


class Told(Struct, frozen=True):
    """What is known of the course of one such case."""

    accepted_on: date
    due_on: date
    ended_on: date | None


def is_outside(matter: MatterVersion) -> bool:
    return matter.hall.mode is HallMode.OFF_HALL


def due_on(limit: Limit, accepted_on: date, calendar: Calendar) -> date:
    """The last day of the promise; one in calendar days that ends on a day off goes on."""
    if limit.unit is LimitUnit.WORKDAY:
        return calendar.add_workdays(accepted_on, limit.value)
    return calendar.next_workday(accepted_on + limit.value * ONE_DAY)


def check_acceptance(
    matter: MatterVersion, officer: Officer, accepted_on: date, today: date
) -> None:
    """Raise OutsideError unless this officer may tell of such a case of the matter."""
    if not is_outside(matter):
        raise OutsideError(OutsideFault.MATTER)
    check_recorder(matter, officer)
    if accepted_on > today:
        raise OutsideError(OutsideFault.AHEAD)


def check_recorder(matter: MatterVersion, officer: Officer) -> None:
    if officer.department != matter.department or RECORDING_ROLES.isdisjoint(officer.roles):
        raise OutsideError(OutsideFault.DEPARTMENT)


def check_outcome(told: Told, ended_on: date, today: date) -> None:
    """An outcome is told once, of a day between the acceptance and today."""
    if told.ended_on is not None:
        raise OutsideError(OutsideFault.DONE)
    if ended_on > today:
        raise OutsideError(OutsideFault.AHEAD)
    if ended_on < told.accepted_on:
        raise OutsideError(OutsideFault.ORDER)


def state_of(told: Told, today: date) -> OutsideState:
    if told.ended_on is None:
        return OutsideState.LATE if today > told.due_on else OutsideState.RUNNING
    return OutsideState.DONE_LATE if told.ended_on > told.due_on else OutsideState.DONE
