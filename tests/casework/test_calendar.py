"""Working days, held against the vectors that come with the calendar."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.calendar import (
    Calendar,
    CountMode,
    DayKind,
    Holiday,
    MakeupWorkday,
    days_between,
    decode_calendar,
)

FILE = Path(__file__).parents[2] / "deploy/onebox/county/calendar.json"
RAW = json.loads(FILE.read_text("utf-8"))
CALENDAR = decode_calendar(FILE.read_bytes())
DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("vector", RAW["vectors"]["counts"], ids=lambda v: v["from"])
@pytest.mark.parametrize("mode", list(CountMode))
def test_working_days_are_counted_in_three_ways(
    vector: dict[str, str | int], mode: CountMode
) -> None:
    first = date.fromisoformat(str(vector["from"]))
    last = date.fromisoformat(str(vector["to"]))
    assert CALENDAR.count_workdays(first, last, mode) == vector[mode]


@pytest.mark.parametrize("vector", RAW["vectors"]["due"], ids=lambda v: v["event_on"])
def test_a_limit_ends_on_the_day_the_vectors_name(vector: dict[str, str | int]) -> None:
    event_on = date.fromisoformat(str(vector["event_on"]))
    assert str(CALENDAR.add_workdays(event_on, int(vector["workdays"]))) == vector["due_on"]


@pytest.mark.parametrize(("year", "total"), RAW["workdays_per_year"].items())
def test_a_year_has_as_many_working_days_as_announced(year: str, total: int) -> None:
    days = days_between(date(int(year), 1, 1), date(int(year), 12, 31))
    assert sum(map(CALENDAR.is_workday, days)) == total


@given(DAYS, st.integers(1, 60))
def test_adding_and_counting_agree(day: date, count: int) -> None:
    due = CALENDAR.add_workdays(day, count)
    assert CALENDAR.is_workday(due)
    assert CALENDAR.count_workdays(day, due) == count


def test_a_sunday_may_be_worked_and_a_wednesday_may_be_off() -> None:
    assert CALENDAR.kind_of(date(2026, 9, 20)) is DayKind.MAKEUP
    assert CALENDAR.is_workday(date(2026, 9, 20))
    assert CALENDAR.kind_of(date(2026, 10, 7)) is DayKind.HOLIDAY
    assert CALENDAR.occasion(date(2026, 10, 7)) == "国庆节"
    assert CALENDAR.next_workday(date(2026, 10, 1)) == date(2026, 10, 8)


def test_the_day_of_an_act_is_its_day_in_the_county() -> None:
    assert CALENDAR.day_of(datetime(2026, 11, 19, 16, 0, tzinfo=UTC)) == date(2026, 11, 20)
    assert CALENDAR.close_of(date(2026, 11, 20)) == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_a_year_that_is_not_announced_is_provisional() -> None:
    assert CALENDAR.is_provisional(date(2027, 1, 1))
    assert not CALENDAR.is_provisional(date(2026, 12, 31))


def test_the_calendar_survives_its_own_encoding() -> None:
    assert msgspec.json.decode(msgspec.json.encode(CALENDAR), type=Calendar) == CALENDAR


def test_a_week_without_work_is_no_calendar() -> None:
    with pytest.raises(ValueError, match="working day"):
        msgspec.structs.replace(CALENDAR, weekend=(1, 2, 3, 4, 5, 6, 7))


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_calendar(json.dumps({**RAW, "lunch": True}).encode())


def test_a_day_made_up_later_is_worked() -> None:
    saturday = date(2026, 11, 21)
    more = (*CALENDAR.makeup_workdays, MakeupWorkday(saturday, "x"))
    newer = msgspec.structs.replace(CALENDAR, makeup_workdays=more)
    assert newer.is_workday(saturday)
    assert not CALENDAR.is_workday(saturday)
    assert newer.add_workdays(saturday - timedelta(1), 1) == saturday


YEARS = st.dates(date(2019, 1, 1), date(2030, 12, 31))


@given(YEARS, st.integers(-20, 800), st.sets(YEARS, max_size=40), st.sets(YEARS, max_size=40))
def test_any_span_is_counted_as_day_by_day(
    first: date, length: int, off: set[date], made_up: set[date]
) -> None:
    """Days off on weekends, made-up days on weekdays, and days that are both, are no trap."""
    odd = replace(
        CALENDAR,
        holidays=tuple(Holiday(day, "x") for day in sorted(off)),
        makeup_workdays=tuple(MakeupWorkday(day, "x") for day in sorted(made_up)),
    )
    last = first + timedelta(length)
    one_by_one = sum(map(odd.is_workday, days_between(first + timedelta(1), last)))
    assert odd.count_workdays(first, last) == one_by_one
