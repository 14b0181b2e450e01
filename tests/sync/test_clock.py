"""When a node believes its own clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.clock import (
    ClockGuard,
    ManualClock,
    SystemClock,
    TimeTrust,
    guard_from_bytes,
    guard_to_bytes,
    hear_county,
    judge,
    observe,
    read,
)

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

TRUSTED, SUSPECT = TimeTrust.TRUSTED, TimeTrust.SUSPECT


class Watch:
    """A node looking at its clock."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.guard = observe(ClockGuard(), read(self.clock))

    def look(self) -> TimeTrust:
        self.guard = observe(self.guard, read(self.clock))
        return judge(self.guard, read(self.clock))

    def hear(self, county_at: datetime, *, fresh: bool = False) -> TimeTrust:
        self.guard = hear_county(self.guard, county_at, read(self.clock), fresh=fresh)
        return judge(self.guard, read(self.clock))


def test_a_clock_that_runs_is_believed() -> None:
    watch = Watch()
    for _ in range(10):
        watch.clock.advance(3 * HOUR)
        assert watch.look() is TRUSTED
    assert watch.guard.highest_wall == NOON + 30 * HOUR


@pytest.mark.parametrize(
    ("back", "verdict"), [(5 * MINUTE, TRUSTED), (6 * MINUTE, SUSPECT), (10 * DAY, SUSPECT)]
)
def test_a_clock_set_back_is_believed_within_five_minutes(
    back: timedelta, verdict: TimeTrust
) -> None:
    watch = Watch()
    watch.clock.set_wall(NOON - back)
    assert watch.look() is verdict


@pytest.mark.parametrize(("ahead", "verdict"), [(DAY, TRUSTED), (DAY + MINUTE, SUSPECT)])
def test_a_clock_put_forward_is_believed_within_a_day(ahead: timedelta, verdict: TimeTrust) -> None:
    watch = Watch()
    watch.clock.set_wall(NOON + ahead)
    assert watch.look() is verdict


@pytest.mark.parametrize("ahead", [20 * HOUR, 30 * DAY])
def test_a_jump_forward_never_raises_the_mark(ahead: timedelta) -> None:
    watch = Watch()
    watch.clock.set_wall(NOON + ahead)
    watch.look()
    assert watch.guard.highest_wall == NOON


def test_small_jumps_do_not_add_up_unnoticed() -> None:
    watch = Watch()
    watch.clock.set_wall(NOON + 20 * HOUR)
    assert watch.look() is TRUSTED
    watch.clock.set_wall(NOON + 40 * HOUR)
    assert watch.look() is SUSPECT


def test_a_machine_that_was_off_for_weeks_is_believed() -> None:
    watch = Watch()
    watch.clock.reboot()
    watch.clock.set_wall(NOON + 20 * DAY)
    assert watch.look() is TRUSTED
    watch.clock.set_wall(NOON)
    assert watch.look() is SUSPECT


def test_a_dead_battery_is_noticed_after_the_boot() -> None:
    watch = Watch()
    watch.clock.reboot()
    watch.clock.set_wall(datetime(2000, 1, 1, tzinfo=UTC))
    assert watch.look() is SUSPECT


def test_only_the_county_clears_a_doubt() -> None:
    watch = Watch()
    watch.clock.set_wall(NOON - DAY)
    watch.look()
    watch.clock.set_wall(NOON)
    assert watch.look() is SUSPECT
    assert watch.hear(NOON - MINUTE) is TRUSTED


def test_the_county_does_not_clear_a_clock_that_is_still_wrong() -> None:
    watch = Watch()
    watch.clock.set_wall(NOON - DAY)
    watch.look()
    assert watch.hear(NOON + HOUR) is SUSPECT
    watch.clock.set_wall(NOON + 9 * DAY)
    assert watch.hear(NOON + 2 * HOUR) is SUSPECT


def test_a_clock_behind_the_county_is_suspect_by_its_word() -> None:
    watch = Watch()
    assert watch.hear(NOON + 6 * MINUTE) is SUSPECT


def test_an_old_word_of_the_county_says_nothing_of_the_present() -> None:
    watch = Watch()
    assert watch.hear(NOON - 9 * DAY) is TRUSTED
    watch.clock.set_wall(NOON - DAY)
    watch.look()
    assert watch.hear(NOON - 10 * DAY) is SUSPECT


def test_a_fresh_word_of_the_county_unmasks_a_clock_far_ahead() -> None:
    watch = Watch()
    watch.clock.reboot()
    watch.clock.set_wall(datetime(2099, 1, 1, tzinfo=UTC))
    assert watch.look() is TRUSTED
    assert watch.hear(NOON + HOUR) is TRUSTED
    assert watch.hear(NOON + 2 * HOUR, fresh=True) is SUSPECT
    watch.clock.set_wall(NOON + 3 * HOUR)
    assert watch.hear(NOON + 3 * HOUR, fresh=True) is TRUSTED


@given(st.lists(st.integers(-3 * 86400, 3 * 86400), max_size=30))
def test_doubt_stays_and_the_mark_never_falls(steps: list[int]) -> None:
    watch = Watch()
    doubted = False
    for step in steps:
        before = watch.guard.highest_wall
        watch.clock.advance(HOUR)
        watch.clock.set_wall(NOON + timedelta(seconds=step))
        doubted |= watch.look() is SUSPECT
        assert watch.guard.suspect is doubted
        assert before is not None
        assert watch.guard.highest_wall is not None
        assert watch.guard.highest_wall >= before


def test_what_is_remembered_survives_being_stored() -> None:
    watch = Watch()
    watch.hear(NOON + HOUR)
    assert guard_from_bytes(guard_to_bytes(watch.guard)) == watch.guard
    assert guard_from_bytes(guard_to_bytes(ClockGuard())) == ClockGuard()


def test_the_system_clock_is_aware_and_runs() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()
    assert clock.boot_id() == clock.boot_id() != ""
