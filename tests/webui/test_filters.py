"""Dates, sizes and masks as they stand on a screen."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webui import filters

LATE = datetime(2026, 11, 19, 17, 58, 12, tzinfo=UTC)


def test_times_are_shown_as_beijing_time() -> None:
    assert filters.moment(LATE) == "2026-11-20 01:58"
    assert filters.clock_time(LATE) == "01:58:12"
    assert filters.day(LATE) == "2026-11-20"
    assert filters.day_short(date(2026, 11, 23)) == "11月23日"
    assert filters.day_long(LATE) == "2026年11月20日 星期五"
    assert filters.weekday(LATE) == "周五"


def test_nothing_is_shown_as_nothing() -> None:
    shown = [filters.day, filters.day_short, filters.day_long, filters.weekday]
    assert [show(None) for show in shown] == [""] * 4
    assert filters.moment(None) == filters.mask_name(None) == filters.mask_id("") == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KB"), (90_596_966, "86.4 MB"), (5 << 40, "5.0 TB")],
)
def test_sizes(value: int, shown: str) -> None:
    assert filters.size(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-3, "0 秒"),
        (59, "59 秒"),
        (60, "1 分"),
        (5_160, "1 小时 26 分"),
        (7_200, "2 小时"),
        (90_000, "1 天 1 小时"),
        (86_400 * 3, "3 天"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert filters.duration(seconds) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("陈秀兰", "陈*兰"),
        ("黄伟", "黄*"),
        ("王", "王*"),
        ("阿依古丽·买买提", "阿******提"),
        ("䶮𬶋", "䶮*"),
    ],
)
def test_names_are_masked(name: str, shown: str) -> None:
    assert filters.mask_name(name) == shown


def test_numbers_are_masked() -> None:
    assert filters.mask_id("440229195806172146") == "4402**********2146"
    assert filters.mask_phone("13812341234") == "138****1234"


@given(st.text(alphabet="0123456789X", max_size=30))
def test_a_mask_never_shows_a_short_number_and_keeps_the_length(number: str) -> None:
    masked = filters.mask_id(number)
    assert len(masked) == len(number)
    assert len(number) > 8 or set(masked) <= {"*"}
