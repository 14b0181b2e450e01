"""Lamps: colour and word from a clock, and never red on a guess."""

from datetime import date, datetime

import pytest

from casework.calendar import Calendar
from casework.clock import Clock, ClockEvent, ClockName, EventKind, run_clock
from casework.lamp import Colour, Lamp, LampWord, lamp
from casework.limits import Limit, calendar_days, workdays

ALL = frozenset(ClockName)
MONDAY = "2026-11-02"


def clock_of(
    calendar: Calendar, limit: Limit, now: str, *kinds: tuple[EventKind, str]
) -> tuple[Clock, date]:
    def at(day: str) -> datetime:
        return datetime.fromisoformat(f"{day}T10:00+08:00")

    events = [ClockEvent(at=at(day), kind=kind, clocks=ALL) for kind, day in kinds]
    moment = at(now)
    clock = run_clock(ClockName.PROMISED, limit, events, now=moment, calendar=calendar)
    return clock, calendar.day_of(moment)


@pytest.mark.parametrize(
    ("limit", "now", "expected"),
    [
        (workdays(10), "2026-11-03", Lamp(Colour.GREEN, LampWord.ON_TRACK, 9)),
        (workdays(10), "2026-11-11", Lamp(Colour.GREEN, LampWord.ON_TRACK, 3)),
        (workdays(10), "2026-11-12", Lamp(Colour.AMBER, LampWord.DUE_SOON, 2)),
        (workdays(3), "2026-11-03", Lamp(Colour.GREEN, LampWord.ON_TRACK, 2)),
        (workdays(3), "2026-11-04", Lamp(Colour.AMBER, LampWord.DUE_SOON, 1)),
        (workdays(3), "2026-11-05", Lamp(Colour.AMBER, LampWord.DUE_TODAY, 0)),
        (workdays(3), "2026-11-09", Lamp(Colour.RED, LampWord.OVERDUE, 2)),
        # Friday to Monday: three days are left, of which one is worked.
        (calendar_days(7), "2026-11-06", Lamp(Colour.AMBER, LampWord.DUE_SOON, 3)),
    ],
)
def test_a_running_clock_lights_up_as_its_days_run_out(
    calendar: Calendar, limit: Limit, now: str, expected: Lamp
) -> None:
    assert lamp(*clock_of(calendar, limit, now, (EventKind.START, MONDAY))) == expected


def test_a_paused_clock_is_grey(calendar: Calendar) -> None:
    kinds = ((EventKind.START, MONDAY), (EventKind.PAUSE, "2026-11-03"))
    light = lamp(*clock_of(calendar, workdays(5), "2026-12-20", *kinds))
    assert light == Lamp(Colour.GREY, LampWord.PAUSED, 4)


def test_a_pause_begun_too_late_does_not_hide_the_red(calendar: Calendar) -> None:
    kinds = ((EventKind.START, MONDAY), (EventKind.PAUSE, "2026-11-10"))
    light = lamp(*clock_of(calendar, workdays(5), "2026-11-12", *kinds))
    assert light.colour is Colour.RED


def test_a_stopped_clock_says_whether_it_was_in_time(calendar: Calendar) -> None:
    in_time = ((EventKind.START, MONDAY), (EventKind.STOP, "2026-11-06"))
    late = ((EventKind.START, MONDAY), (EventKind.STOP, "2026-11-11"))
    assert lamp(*clock_of(calendar, workdays(5), "2026-12-01", *in_time)).colour is Colour.GREY
    assert lamp(*clock_of(calendar, workdays(5), "2026-12-01", *late)) == Lamp(
        Colour.RED, LampWord.STOPPED_LATE, 2
    )


def test_a_clock_that_waits_is_grey(calendar: Calendar) -> None:
    assert lamp(*clock_of(calendar, workdays(5), "2026-12-01")).word_code is LampWord.NOT_STARTED


def test_no_red_is_shown_before_the_year_is_announced(calendar: Calendar) -> None:
    light = lamp(*clock_of(calendar, workdays(5), "2027-03-01", (EventKind.START, "2026-12-30")))
    assert (light.colour, light.word_code) == (Colour.AMBER, LampWord.OVERDUE_PROVISIONAL)
