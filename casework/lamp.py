"""Lamps: how urgent a clock is, in colour and in words."""

from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.clock import Clock, ClockState

# Amber when a fifth of the limit or less is left, or one working day.
AMBER_SHARE: Final = 5
AMBER_WORKDAYS: Final = 1


class Colour(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


class LampWord(StrEnum):
    """What a lamp says, so that colour never stands alone."""

    NOT_STARTED = "not_started"
    ON_TRACK = "on_track"
    DUE_SOON = "due_soon"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    OVERDUE_PROVISIONAL = "overdue_provisional"
    PAUSED = "paused"
    STOPPED = "stopped"
    STOPPED_LATE = "stopped_late"


class Lamp(Struct, frozen=True):
    """A light; `days` is what remains, or by how much it is overdue."""

    colour: Colour
    word_code: LampWord
    days: int


def lamp(clock: Clock, today: date) -> Lamp:
    """The light of a clock. No red is shown while the calendar it depends on is provisional."""
    match clock.state:
        case ClockState.NOT_STARTED:
            return Lamp(Colour.GREY, LampWord.NOT_STARTED, clock.limit.value)
        case ClockState.STOPPED if clock.overdue and not clock.undecided:
            return Lamp(Colour.RED, LampWord.STOPPED_LATE, clock.overdue_days)
        case ClockState.STOPPED:
            return Lamp(Colour.GREY, LampWord.STOPPED, clock.remaining)
        case ClockState.PAUSED:
            return Lamp(Colour.GREY, LampWord.PAUSED, clock.remaining)
        case ClockState.RUNNING:
            return _running(clock, today)


def _running(clock: Clock, today: date) -> Lamp:
    if clock.overdue and clock.undecided:
        return Lamp(Colour.AMBER, LampWord.OVERDUE_PROVISIONAL, clock.overdue_days)
    if clock.overdue:
        return Lamp(Colour.RED, LampWord.OVERDUE, clock.overdue_days)
    if clock.due_on == today:
        return Lamp(Colour.AMBER, LampWord.DUE_TODAY, 0)
    short = clock.remaining * AMBER_SHARE <= clock.limit.value
    if short or clock.workdays_left <= AMBER_WORKDAYS:
        return Lamp(Colour.AMBER, LampWord.DUE_SOON, clock.remaining)
    return Lamp(Colour.GREEN, LampWord.ON_TRACK, clock.remaining)
