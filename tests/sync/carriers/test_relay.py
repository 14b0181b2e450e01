"""The relay keeps links going; what one of them does is its own affair."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from sync.carriers.port import RefusedError, Watch
from sync.clock import ManualClock, SystemClock
from sync.errors import LinkDownError
from sync.relay import LinkState, Relay, Watched
from tests.sync.carriers.fakes import CHEN, WU, ZHOU, comes_true

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


class ScriptedLink:
    """A link that does what a test says at each start, and then stays up."""

    def __init__(self, carrier: str, *script: Callable[[Watch], Awaitable[None]]) -> None:
        self.carrier = carrier
        self.pause_seconds_max = 60.0
        self.script = list(script)
        self.runs = 0
        self.wakes = 0

    async def run(self, watch: Watch) -> None:
        self.runs += 1
        if self.script:
            await self.script.pop(0)(watch)
        watch.contact()
        await asyncio.Event().wait()

    def wake(self) -> None:
        self.wakes += 1

    async def enrol(self, request: bytes) -> bytes:
        return self.carrier.encode() + request


async def goes_down(_: Watch) -> None:
    raise LinkDownError("a cut")


async def is_refused(_: Watch) -> None:
    raise RefusedError("E_KEY_REVOKED")


async def breaks(_: Watch) -> None:
    raise ZeroDivisionError


async def ends(watch: Watch) -> None:
    watch.contact()
    raise LinkDownError("a cut")


@pytest.mark.parametrize(
    ("failure", "state", "code"),
    [
        (goes_down, LinkState.OFFLINE, "E_LINK_DOWN"),
        (is_refused, LinkState.FAULT, "E_KEY_REVOKED"),
        (breaks, LinkState.FAULT, "E_INTERNAL"),
    ],
)
async def test_a_failed_link_says_so_and_is_begun_again(
    failure: Callable[[Watch], Awaitable[None]], state: LinkState, code: str
) -> None:
    link, other = ScriptedLink("nats", failure), ScriptedLink("nats")
    relay = Relay(SystemClock())
    relay.add(WU, [link])
    relay.add(ZHOU, [other])
    async with relay:
        await comes_true(lambda: relay.report(WU).failures == 1)
        assert (relay.report(WU).state, relay.report(WU).code) == (state, code)
        relay.sync_now(WU)
        await comes_true(lambda: relay.report(WU).state is LinkState.ONLINE)
        assert relay.report(WU).code is None
        assert (link.runs, link.wakes) == (2, 1)
        assert (other.runs, other.wakes) == (1, 0)
    assert relay.report(ZHOU).state is LinkState.OFFLINE


async def test_it_goes_on_by_itself_after_a_pause() -> None:
    link = ScriptedLink("nats", goes_down)
    relay = Relay(SystemClock())
    relay.add(CHEN, [link])
    async with relay:
        await comes_true(lambda: relay.report(CHEN).state is LinkState.ONLINE, 3)


async def test_the_second_way_is_taken_at_once_when_the_first_does_not_go() -> None:
    nats, https = ScriptedLink("nats", goes_down, is_refused), ScriptedLink("https", ends)
    relay = Relay(SystemClock())
    relay.add(CHEN, [nats, https])
    async with relay:
        await comes_true(lambda: (nats.runs, https.runs) == (1, 1))
        relay.sync_now()
        await comes_true(lambda: (nats.runs, https.runs) == (2, 2))
        await comes_true(lambda: relay.report(CHEN).state is LinkState.ONLINE)
        assert relay.report(CHEN).carrier == "https"
        assert await relay.pass_enrolment(CHEN, b"!") == b"https!"


async def test_a_first_way_that_went_is_tried_again_before_the_second() -> None:
    nats, https = ScriptedLink("nats", ends), ScriptedLink("https")
    relay = Relay(SystemClock())
    relay.add(CHEN, [nats, https])
    async with relay:
        await comes_true(lambda: relay.report(CHEN).code == "E_LINK_DOWN")
        assert relay.report(CHEN).state is LinkState.OFFLINE
        await comes_true(lambda: relay.report(CHEN).state is LinkState.ONLINE)
        assert (relay.report(CHEN).carrier, https.runs) == ("nats", 0)


async def test_the_second_way_is_left_after_a_time_and_nobody_sees_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sync.relay.SECOND_WAY_SECONDS", 0.1)
    changes: list[None] = []
    nats, https = ScriptedLink("nats", *[goes_down] * 50), ScriptedLink("https")
    relay = Relay(SystemClock(), lambda: changes.append(None))
    relay.add(CHEN, [nats, https])
    async with relay:
        await comes_true(lambda: https.runs == 4)
        assert relay.report(CHEN).state is LinkState.ONLINE
        assert len(changes) == 1
        nats.script.clear()
        await comes_true(lambda: relay.report(CHEN).carrier == "nats")


async def test_neighbours_come_and_go_while_it_runs() -> None:
    changes = 0

    def note() -> None:
        nonlocal changes
        changes += 1

    relay = Relay(SystemClock(), note)
    async with relay:
        with pytest.raises(LinkDownError):
            await relay.pass_enrolment(WU, b"!")
        relay.add(WU, [ScriptedLink("nats")])
        await comes_true(lambda: relay.reports()[WU].state is LinkState.ONLINE)
        await relay.remove(WU)
        assert WU not in relay.reports()
        relay.add(WU, [ScriptedLink("nats")])
        await comes_true(lambda: relay.reports()[WU].state is LinkState.ONLINE)
    assert changes == 3


def test_a_neighbour_that_comes_by_itself_is_offline_once_it_stays_away() -> None:
    clock = ManualClock(NOON)
    watched = Watched(WU, clock, lambda: None)
    watched.contact()
    clock.advance(timedelta(seconds=40))
    assert watched.report().state is LinkState.ONLINE
    clock.advance(timedelta(seconds=10))
    report = watched.report()
    assert report.state is LinkState.OFFLINE
    assert (report.since, report.last_contact_at) == (clock.now(), NOON)


def test_progress_is_counted_and_the_rate_is_of_late() -> None:
    clock = ManualClock(NOON)
    watched = Watched(WU, clock, lambda: None)
    watched.sent(1000)
    watched.received(500)
    report = watched.report()
    assert (report.bytes_sent, report.bytes_received, report.bytes_per_second) == (1000, 500, 300)
    clock.advance(timedelta(seconds=6))
    assert watched.report().bytes_per_second == 0
