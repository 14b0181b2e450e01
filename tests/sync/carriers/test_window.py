"""How much is in flight: at least two frames, at most twice what the line holds."""

from hypothesis import given
from hypothesis import strategies as st

from casework.names import Lane
from sync.carriers.port import Outgoing
from sync.carriers.window import (
    RESEND_SECONDS_MIN,
    WINDOW_BYTES_FIRST,
    WINDOW_BYTES_MAX,
    Window,
)
from sync.frame import FRAME_BYTES_MAX, FRAME_BYTES_MIN


def a_frame(last: int, size: int, lane: Lane = Lane.CASE) -> Outgoing:
    return Outgoing(lane, last, b"x" * size)


def drive(window: Window, *, bytes_per_second: int, delay: float, frames: int) -> int:
    """A line of this rate and delay; how many bytes were in flight at the most."""
    window.note_delay(delay)
    now, free_at, last, flying, most = 0.0, 0.0, 0, list[tuple[float, int]](), 0
    while last < frames or flying:
        if last < frames and window.has_room():
            last += 1
            frame = a_frame(last, window.aim_bytes)
            window.leaves(frame, now)
            free_at = max(now, free_at) + len(frame.data) / bytes_per_second
            flying.append((free_at + delay, last))
            most = max(most, window._flying_bytes)
        else:
            now, landed = flying.pop(0)
            assert window.hear({Lane.CASE: landed}, now)
    return most


def test_a_fast_line_gets_large_frames_and_a_wide_window() -> None:
    window = Window()
    most = drive(window, bytes_per_second=50_000_000, delay=0.05, frames=300)
    assert window.aim_bytes == FRAME_BYTES_MAX
    assert 2_500_000 < most <= WINDOW_BYTES_MAX


def test_a_slow_line_is_not_flooded() -> None:
    window = Window()
    most = drive(window, bytes_per_second=8_000, delay=0.3, frames=40)
    assert most <= WINDOW_BYTES_FIRST
    assert window.aim_bytes == FRAME_BYTES_MIN
    assert window.limit_bytes < WINDOW_BYTES_FIRST


def test_a_middling_line_is_kept_busy_for_little_more_than_a_second() -> None:
    window = Window()
    most = drive(window, bytes_per_second=500_000, delay=0.05, frames=100)
    assert window.aim_bytes <= 256 * 1024
    assert most <= 600_000


def test_a_long_line_is_filled() -> None:
    window = Window()
    most = drive(window, bytes_per_second=500_000, delay=0.6, frames=100)
    assert 300_000 < most < 900_000


def test_a_cut_makes_frames_smaller_but_not_without_end() -> None:
    window = Window()
    for _ in range(5):
        window.leaves(a_frame(1, 100), 0.0)
        window.cut()
    assert window.aim_bytes == FRAME_BYTES_MIN
    assert window.is_empty
    assert not window.sent


def test_an_idle_cut_says_nothing_about_the_line() -> None:
    window = Window()
    window.cut()
    assert window.aim_bytes == WINDOW_BYTES_FIRST // 2


def test_without_receipts_everything_is_sent_again_with_growing_patience() -> None:
    window = Window()
    window.leaves(a_frame(1, 100), 0.0)
    assert not window.is_overdue(RESEND_SECONDS_MIN)
    assert window.is_overdue(RESEND_SECONDS_MIN + 1)
    window.resend()
    assert window.is_empty
    window.leaves(a_frame(1, 100), 20.0)
    assert not window.is_overdue(20 + 2 * RESEND_SECONDS_MIN)
    assert window.hear({Lane.CASE: 1}, 41.0)
    assert not window.is_overdue(1000.0)


def test_lanes_are_counted_apart() -> None:
    window = Window()
    window.leaves(a_frame(5, 100, Lane.CONTROL), 0.0)
    window.leaves(a_frame(5, 100, Lane.CASE), 0.0)
    assert window.hear({Lane.CASE: 5}, 1.0)
    assert not window.is_empty
    assert window.sent == {Lane.CONTROL: 5, Lane.CASE: 5}


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("send"), st.integers(1, FRAME_BYTES_MAX)),
            st.tuples(st.just("hear"), st.integers(0, 50)),
            st.tuples(st.just("cut"), st.just(0)),
            st.tuples(st.just("rewind"), st.just(0)),
        )
    )
)
def test_the_count_of_bytes_in_flight_is_always_right(steps: list[tuple[str, int]]) -> None:
    window, flying, last, receipted, now = Window(), list[tuple[int, int]](), 0, 0, 0.0
    for step, number in steps:
        now += 0.1
        match step:
            case "send":
                last += 1
                window.leaves(a_frame(last, number), now)
                flying.append((last, number))
            case "hear":
                receipted = max(receipted, min(number, last))
                heard = window.hear({Lane.CASE: receipted}, now)
                assert heard == any(each <= receipted for each, _ in flying)
                flying = [each for each in flying if each[0] > receipted]
            case "cut":
                window.cut()
                flying, last = [], receipted
            case _:
                window.rewind()
                flying, last = [], receipted
        assert window._flying_bytes == sum(size for _, size in flying)
        assert window.is_empty == (not flying)
        assert len(flying) >= 2 or window.has_room()
        assert 2 * window.aim_bytes <= window.limit_bytes <= WINDOW_BYTES_MAX
        assert FRAME_BYTES_MIN <= window.aim_bytes <= FRAME_BYTES_MAX
