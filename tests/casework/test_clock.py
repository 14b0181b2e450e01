"""Clocks: vectors from the calendar, the rules of pauses, and what must hold for any events."""

from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.calendar import Calendar, MakeupWorkday, decode_calendar
from casework.clock import (
    Clock,
    ClockEvent,
    ClockName,
    ClockState,
    EventKind,
    run_clock,
    run_clocks,
)
from casework.course import COUNTING, ClockLine, LineCode
from casework.limits import Limit, LimitUnit, calendar_days, workdays

FILE = Path(__file__).parents[2] / "deploy/onebox/county/calendar.json"
CALENDAR = decode_calendar(FILE.read_bytes())
ZONE = timezone(timedelta(hours=8))
ALL = frozenset(ClockName)


def at(day: str, clock: str = "10:00") -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZONE)


def event(kind: EventKind, when: datetime, label: str = "") -> ClockEvent:
    return ClockEvent(at=when, kind=kind, clocks=ALL, label=label)


def start(day: str, clock: str = "10:00") -> ClockEvent:
    return event(EventKind.START, at(day, clock))


def stop(day: str, clock: str = "10:00") -> ClockEvent:
    return event(EventKind.STOP, at(day, clock))


def pause(first: str, last: str | None = None, label: str = "P1") -> list[ClockEvent]:
    begun = [event(EventKind.PAUSE, at(first), label)]
    return begun if last is None else [*begun, event(EventKind.RESUME, at(last), label)]


def promised(
    limit: Limit, events: list[ClockEvent], now: str = "2026-12-31", calendar: Calendar = CALENDAR
) -> Clock:
    return run_clock(ClockName.PROMISED, limit, events, now=at(now), calendar=calendar)


@pytest.mark.parametrize(
    ("began", "days", "due"),
    [
        ("2023-01-18", 5, "2023-01-30"),
        ("2024-02-08", 5, "2024-02-21"),
        ("2025-04-25", 1, "2025-04-27"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-12-18", 9, "2026-12-31"),
    ],
)
def test_a_limit_in_working_days_ends_where_the_calendar_says(
    began: str, days: int, due: str
) -> None:
    clock = promised(workdays(days), [start(began)], now=began)
    assert str(clock.due_on) == due
    assert clock.due_at == at(due, "17:30")
    assert clock.remaining == days


def test_a_limit_in_calendar_days_moves_on_from_a_day_off() -> None:
    # Twenty days from 11 September end on 1 October, a holiday until the 8th.
    clock = promised(calendar_days(20), [start("2026-09-11")], now="2026-09-11")
    assert clock.due_on == date(2026, 10, 8)
    assert [line.code for line in clock.lines] == [
        LineCode.EVENT,
        LineCode.COUNTED,
        LineCode.MOVED,
        LineCode.DUE,
    ]


def test_at_once_means_on_the_day_itself() -> None:
    clock = promised(workdays(0), [start("2026-11-20")], now="2026-11-20")
    assert clock.due_on == date(2026, 11, 20)
    assert not clock.overdue
    assert promised(workdays(0), [start("2026-11-20")], now="2026-11-21").overdue


def test_the_last_day_ends_at_close_of_business() -> None:
    events = [start("2026-11-13")]
    limit = workdays(5)
    before = run_clock(
        ClockName.NOTICE, limit, events, now=at("2026-11-20", "17:30"), calendar=CALENDAR
    )
    after = run_clock(
        ClockName.NOTICE, limit, events, now=at("2026-11-20", "17:31"), calendar=CALENDAR
    )
    assert (before.overdue, after.overdue) == (False, True)


def test_a_clock_that_never_started_has_no_date() -> None:
    clock = promised(workdays(5), [])
    assert clock.state is ClockState.NOT_STARTED
    assert clock.due_on is None


def test_what_is_to_come_is_not_yet_known() -> None:
    events = [start("2026-11-13"), stop("2026-11-18")]
    assert promised(workdays(5), events, now="2026-11-17").state is ClockState.RUNNING
    assert promised(workdays(5), events, now="2026-11-18").state is ClockState.STOPPED
    assert promised(workdays(5), events, now="2026-11-12").state is ClockState.NOT_STARTED


def test_the_supplement_starts_the_notice_clock_anew() -> None:
    events = [start("2026-11-02"), stop("2026-11-04"), start("2026-11-12")]
    clock = run_clock(
        ClockName.NOTICE, workdays(5), events, now=at("2026-11-13"), calendar=CALENDAR
    )
    assert clock.started_on == date(2026, 11, 12)
    assert clock.due_on == date(2026, 11, 19)
    assert clock.consumed == 1


def test_started_and_stopped_in_one_sitting() -> None:
    clock = promised(workdays(5), [start("2026-11-02"), stop("2026-11-02")])
    assert clock.state is ClockState.STOPPED
    assert (clock.consumed, clock.overdue) == (0, False)


def test_an_answer_after_the_last_day_is_late_for_ever() -> None:
    clock = promised(workdays(5), [start("2026-11-02"), stop("2026-11-11")])
    assert clock.overdue
    assert clock.overdue_days == 2


def test_a_pause_covers_the_days_after_its_first_up_to_its_last() -> None:
    # Started on Monday 2 November; paused from Tuesday to Thursday.
    clock = promised(workdays(5), [start("2026-11-02"), *pause("2026-11-03", "2026-11-05")])
    assert clock.due_on == date(2026, 11, 11)
    assert promised(workdays(5), [start("2026-11-02")]).due_on == date(2026, 11, 9)


def test_a_pause_within_one_day_is_nothing() -> None:
    clock = promised(workdays(5), [start("2026-11-02"), *pause("2026-11-04", "2026-11-04")])
    assert clock.due_on == date(2026, 11, 9)


def test_a_pause_over_a_weekend_moves_nothing() -> None:
    clock = promised(workdays(5), [start("2026-11-02"), *pause("2026-11-06", "2026-11-08")])
    assert clock.due_on == date(2026, 11, 9)


@pytest.mark.parametrize(
    ("second", "handled"),
    [(("2023-01-05", "2023-01-10"), 0), (("2023-01-06", "2023-01-10"), 1)],
)
def test_pauses_that_meet_are_one(second: tuple[str, str], handled: int) -> None:
    """Between [01-01, 01-05] and [01-06, 01-10] lies 6 January, and it counts."""
    two = [
        *pause("2023-01-01", "2023-01-05", "P1"),
        *pause(*second, "P2"),
    ]
    clock = promised(workdays(10), [start("2023-01-01"), *two], now="2023-01-10")
    assert clock.consumed == handled
    one = pause("2023-01-01", "2023-01-10")
    whole = promised(workdays(10), [start("2023-01-01"), *one], now="2023-01-10")
    assert whole.consumed == 0


def test_a_pause_inside_a_pause_adds_nothing() -> None:
    outer = pause("2026-11-03", "2026-11-12", "P1")
    inner = pause("2026-11-05", "2026-11-09", "P2")
    alone = promised(workdays(5), [start("2026-11-02"), *outer])
    both = promised(workdays(5), [start("2026-11-02"), *outer, *inner])
    assert alone.due_on == both.due_on


def test_a_pause_begun_after_the_last_day_changes_nothing() -> None:
    late = pause("2026-11-10", "2026-11-30")
    clock = promised(workdays(5), [start("2026-11-02"), *late], now="2026-11-20")
    assert clock.due_on == date(2026, 11, 9)
    assert clock.state is ClockState.RUNNING
    assert clock.overdue


def test_a_pause_begun_after_the_close_of_the_last_day_changes_nothing() -> None:
    late = event(EventKind.PAUSE, at("2026-11-09", "17:45"), "P1")
    clock = promised(workdays(5), [start("2026-11-02"), late], now="2026-11-20")
    assert clock.due_on == date(2026, 11, 9)
    assert clock.overdue


def test_a_pause_begun_on_the_last_day_holds_the_clock_until_its_end() -> None:
    begun = pause("2026-11-09")
    held = promised(workdays(5), [start("2026-11-02"), *begun], now="2026-11-13")
    assert held.state is ClockState.PAUSED
    assert not held.overdue
    ended = [start("2026-11-02"), *pause("2026-11-09", "2026-11-13")]
    assert promised(workdays(5), ended, now="2026-11-13").due_on == date(2026, 11, 13)
    assert not promised(workdays(5), ended, now="2026-11-13").overdue
    assert promised(workdays(5), ended, now="2026-11-16").overdue


def test_an_open_pause_makes_the_date_move_from_day_to_day() -> None:
    events = [start("2026-11-02"), *pause("2026-11-03")]
    monday = promised(workdays(5), events, now="2026-11-09")
    tuesday = promised(workdays(5), events, now="2026-11-10")
    assert monday.state is ClockState.PAUSED
    assert monday.provisional
    assert not monday.undecided
    assert (monday.due_on, tuesday.due_on) == (date(2026, 11, 13), date(2026, 11, 16))
    assert LineCode.PAUSE_OPEN in {line.code for line in monday.lines}


def test_a_resume_without_its_pause_is_nothing() -> None:
    stray = event(EventKind.RESUME, at("2026-11-05"), "P9")
    events = [start("2026-11-02"), *pause("2026-11-03"), stray]
    assert promised(workdays(5), events, now="2026-11-06").state is ClockState.PAUSED


@pytest.mark.parametrize(
    "name",
    [ClockName.NOTICE, ClockName.HAND_IN, ClockName.SUPPLY, ClockName.TRANSIT, ClockName.DELIVERY],
)
def test_what_cannot_be_paused_runs_on(name: ClockName) -> None:
    events = [start("2026-11-02"), *pause("2026-11-03", "2026-11-20")]
    clock = run_clock(name, workdays(5), events, now=at("2026-11-30"), calendar=CALENDAR)
    assert clock.due_on == date(2026, 11, 9)


def extension(day: str, extra: Limit) -> ClockEvent:
    return ClockEvent(at=at(day), kind=EventKind.EXTEND, clocks=ALL, extra=extra)


def test_an_extension_adds_its_days() -> None:
    events = [start("2026-11-02"), extension("2026-11-09", workdays(10))]
    clock = promised(workdays(5), events)
    assert clock.due_on == date(2026, 11, 23)
    assert (
        ClockLine(date(2026, 11, 9), date(2026, 11, 9), LineCode.EXTENDED, 10, ("workday",))
        in clock.lines
    )


def test_an_extension_after_the_last_day_adds_nothing() -> None:
    events = [start("2026-11-02"), extension("2026-11-10", workdays(10))]
    clock = promised(workdays(5), events)
    assert clock.due_on == date(2026, 11, 9)
    assert LineCode.EXTENSION_LATE in {line.code for line in clock.lines}


def test_an_extension_reaches_only_what_has_not_expired() -> None:
    """The promised limit is over, the statutory one is not: only that becomes longer."""
    events = [start("2026-11-02"), extension("2026-11-12", workdays(10))]
    limits = {ClockName.PROMISED: workdays(5), ClockName.STATUTORY: workdays(20)}
    statutory, due = run_clocks(limits, events, now=at("2026-11-13"), calendar=CALENDAR)
    assert statutory.due_on == CALENDAR.add_workdays(date(2026, 11, 2), 30)
    assert due.due_on == date(2026, 11, 9)


def test_an_extension_in_working_days_follows_a_limit_in_calendar_days() -> None:
    events = [start("2026-11-02"), extension("2026-11-03", workdays(3))]
    # Day seven is Monday the 9th; three working days more.
    assert promised(calendar_days(7), events).due_on == date(2026, 11, 12)


def test_a_date_in_a_year_not_announced_is_provisional() -> None:
    clock = promised(workdays(9), [start("2026-12-21")], now="2026-12-22")
    assert clock.due_on == date(2027, 1, 1)
    assert clock.undecided
    assert clock.provisional
    last = clock.lines[-2]
    assert (last.code, last.args) == (LineCode.PROVISIONAL, ("1",))


def test_a_newer_calendar_moves_the_date() -> None:
    newer = replace(
        CALENDAR,
        version=2,
        makeup_workdays=(*CALENDAR.makeup_workdays, MakeupWorkday(date(2026, 11, 7), "x")),
    )
    clock = promised(workdays(5), [start("2026-11-02")], calendar=newer)
    assert clock.due_on == date(2026, 11, 7)
    assert clock.calendar_version == 2


def test_a_start_may_count_from_another_day_than_its_own() -> None:
    started = replace(start("2026-10-25"), counts_on=date(2026, 11, 1))
    clock = promised(workdays(5), [started], now="2026-10-26")
    assert clock.started_on == date(2026, 11, 1)
    assert clock.due_on == date(2026, 11, 6)
    assert (clock.consumed, clock.remaining) == (0, 5)
    assert clock.lines[0].code is LineCode.COUNTS_FROM


def test_the_explanation_names_every_kind_of_day() -> None:
    clock = promised(workdays(6), [start("2026-09-17"), *pause("2026-09-23", "2026-09-24")])
    told = [(line.code, str(line.first), str(line.last), line.count) for line in clock.lines]
    assert told == [
        (LineCode.EVENT, "2026-09-17", "2026-09-17", 0),
        (LineCode.COUNTED, "2026-09-18", "2026-09-18", 1),
        (LineCode.WEEKEND, "2026-09-19", "2026-09-19", 1),
        (LineCode.MAKEUP, "2026-09-20", "2026-09-20", 1),
        (LineCode.COUNTED, "2026-09-21", "2026-09-23", 3),
        (LineCode.PAUSED, "2026-09-24", "2026-09-24", 1),
        (LineCode.HOLIDAY, "2026-09-25", "2026-09-27", 3),
        (LineCode.COUNTED, "2026-09-28", "2026-09-28", 1),
        (LineCode.DUE, "2026-09-28", "2026-09-28", 0),
    ]
    assert clock.lines[-1].args == ("17:30",)


FIRST = datetime(2026, 3, 2, tzinfo=ZONE)
MOMENTS = st.integers(0, 120 * 24).map(lambda hours: FIRST + timedelta(hours=hours))
LIMITS = st.builds(Limit, st.integers(0, 40), st.sampled_from(LimitUnit))
PAUSES = st.lists(st.tuples(MOMENTS, st.integers(0, 40 * 24)), max_size=6)


def some_events(pauses: list[tuple[datetime, int]]) -> list[ClockEvent]:
    events = [event(EventKind.START, FIRST + timedelta(days=5))]
    for place, (begun, hours) in enumerate(pauses):
        events.append(event(EventKind.PAUSE, begun, f"P{place}"))
        ended = begun + timedelta(hours=hours)
        events.append(event(EventKind.RESUME, ended, f"P{place}"))
    return events


def at_the_end(limit: Limit, events: list[ClockEvent]) -> Clock:
    now = FIRST + timedelta(days=260)
    return run_clock(ClockName.PROMISED, limit, events, now=now, calendar=CALENDAR)


@given(LIMITS, PAUSES, st.tuples(MOMENTS, st.integers(0, 40 * 24)))
def test_one_more_pause_never_brings_the_date_forward(
    limit: Limit, pauses: list[tuple[datetime, int]], extra: tuple[datetime, int]
) -> None:
    before, after = (
        at_the_end(limit, some_events(pauses)),
        at_the_end(limit, some_events([*pauses, extra])),
    )
    assert before.due_on is not None
    assert after.due_on is not None
    assert before.due_on <= after.due_on
    assert before.consumed >= after.consumed


@given(LIMITS, PAUSES)
@example(Limit(15, LimitUnit.WORKDAY), [(FIRST, 432), (FIRST + timedelta(hours=1020), 12)])
def test_a_pause_split_in_two_that_meet_is_the_same_pause(
    limit: Limit, pauses: list[tuple[datetime, int]]
) -> None:
    halves = [
        half
        for begun, hours in pauses
        for half in (
            (begun, hours // 2),
            (begun + timedelta(hours=hours // 2), hours - hours // 2),
        )
    ]
    whole = at_the_end(limit, some_events(pauses))
    split = at_the_end(limit, some_events(halves))
    twice = at_the_end(limit, some_events([*pauses, *pauses]))
    assert whole.due_on == split.due_on == twice.due_on
    assert whole.consumed == split.consumed == twice.consumed


@given(LIMITS, PAUSES, st.randoms(use_true_random=False))
def test_the_order_in_which_events_arrive_is_nothing(
    limit: Limit, pauses: list[tuple[datetime, int]], shuffler: Random
) -> None:
    events = some_events(pauses)
    shuffled = [*events, *events]
    shuffler.shuffle(shuffled)
    assert at_the_end(limit, events) == at_the_end(limit, shuffled)


@given(LIMITS, PAUSES, MOMENTS)
def test_the_lines_account_for_every_day_of_the_limit(
    limit: Limit, pauses: list[tuple[datetime, int]], now: datetime
) -> None:
    clock = run_clock(
        ClockName.PROMISED,
        limit,
        some_events(pauses),
        now=max(now, FIRST + timedelta(days=5)),
        calendar=CALENDAR,
    )
    counted = sum(line.count for line in clock.lines if line.code in COUNTING)
    assert counted == limit.value
    aside = {LineCode.DUE, LineCode.PROVISIONAL, LineCode.PAUSE_OPEN}
    days = [line for line in clock.lines if line.code not in aside]
    assert all(one.last + timedelta(1) == two.first for one, two in pairwise(days))
    assert days[0].first == clock.started_on
    assert days[-1].last == clock.due_on


@given(LIMITS, PAUSES, st.lists(MOMENTS, min_size=2, max_size=6))
def test_time_only_uses_up_time(
    limit: Limit, pauses: list[tuple[datetime, int]], moments: list[datetime]
) -> None:
    base = FIRST + timedelta(days=5)
    seen = [
        run_clock(
            ClockName.PROMISED, limit, some_events(pauses), now=max(now, base), calendar=CALENDAR
        )
        for now in sorted(moments)
    ]
    assert all(one.consumed <= two.consumed for one, two in pairwise(seen))
    dates = [clock.due_on for clock in seen if clock.due_on]
    assert all(one <= two for one, two in pairwise(dates))


@pytest.mark.parametrize(
    ("limit", "began", "due"),
    [
        # The leap day is a day like others.
        (workdays(1), "2024-02-28", "2024-02-29"),
        (workdays(2), "2024-02-28", "2024-03-01"),
        (calendar_days(1), "2024-02-28", "2024-02-29"),
        (calendar_days(1), "2028-02-28", "2028-02-29"),
        (calendar_days(366), "2024-02-29", "2025-03-03"),  # 1 March 2025 is a Saturday
        # Saturday 10 October 2026 is worked for the holiday before.
        (workdays(1), "2026-10-09", "2026-10-10"),
        (calendar_days(1), "2026-10-09", "2026-10-10"),
        (workdays(2), "2026-10-09", "2026-10-12"),
        # The last days of the year that is announced, and the first of one that is not.
        (workdays(1), "2026-12-30", "2026-12-31"),
        (workdays(1), "2026-12-31", "2027-01-01"),
    ],
)
def test_leap_days_made_up_saturdays_and_the_end_of_the_year(
    limit: Limit, began: str, due: str
) -> None:
    clock = promised(limit, [start(began)], now=began)
    assert str(clock.due_on) == due
    assert clock.undecided is (due >= "2027")


def test_of_two_events_of_one_instant_the_one_written_first_counts_first() -> None:
    """Ended and begun again at one instant: it is paused; the other way round it is not."""
    when = at("2026-11-04")

    def clock(*order: EventKind) -> Clock:
        events = [start("2026-11-02"), *pause("2026-11-03")]
        events += [
            replace(event(kind, when, "P1"), place=place) for place, kind in enumerate(order, 9)
        ]
        return promised(workdays(5), events, now="2026-11-06")

    assert clock(EventKind.RESUME, EventKind.PAUSE).state is ClockState.PAUSED
    assert clock(EventKind.PAUSE, EventKind.RESUME).state is ClockState.RUNNING
