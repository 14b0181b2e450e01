"""Two neighbours and a real broker: whatever the broker does, what was listed arrives once."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from sync.carriers.nats_mailbox import NatsMailbox
from sync.relay import LinkState
from sync.subjects import COUNTY
from tests.sync.carriers.brokers import a_broker, county_relay, county_settings, node_relay
from tests.sync.carriers.fakes import CHEN, WU, ZHOU, FakeExchange, comes_true

pytestmark = pytest.mark.processes


def messages(count: int, size: int = 400) -> list[bytes]:
    return [b"%06d" % n + os.urandom(size) for n in range(count)]


async def test_what_is_listed_arrives_both_ways_and_is_receipted(tmp_path: Path) -> None:
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    up, down = messages(3000), messages(500)
    wu.list(CHEN, *up)
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU) as county,
        node_relay(broker.url, wu, WU) as node,
    ):
        await comes_true(lambda: len(chen.came[WU]) == len(up))
        chen.list(WU, *down)
        await comes_true(lambda: wu.receipts[CHEN] == len(up))
        await comes_true(lambda: chen.receipts[WU] == len(down))

        assert (chen.came[WU], wu.came[CHEN]) == (up, down)
        assert county.report(WU).state is node.report(CHEN).state is LinkState.ONLINE
        assert node.report(CHEN).bytes_sent > sum(map(len, up))
    assert county.report(WU).state is LinkState.OFFLINE


async def test_large_parts_come_by_ranges_both_ways(tmp_path: Path) -> None:
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    scan, result = os.urandom(3_000_000), os.urandom(70_001)
    chen.want_part(wu.hold_part(scan), len(scan), WU)
    wu.want_part(chen.hold_part(result), len(result), CHEN)
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU),
        node_relay(broker.url, wu, WU),
    ):
        await comes_true(lambda: scan in chen.parts.values() and result in wu.parts.values())


async def test_a_broker_that_dies_is_started_again_and_nothing_is_lost(tmp_path: Path) -> None:
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    up = messages(4000)
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU),
        node_relay(broker.url, wu, WU),
    ):
        for first in range(0, len(up), 1000):
            wu.list(CHEN, *up[first : first + 1000])
            await comes_true(lambda first=first: len(chen.came[WU]) > first)  # type: ignore[misc]
            if first in (1000, 2000):
                before = broker.pid
                assert before is not None
                os.kill(before, signal.SIGKILL)
                await comes_true(lambda before=before: broker.pid not in (None, before))  # type: ignore[misc]
        await comes_true(lambda: wu.receipts[CHEN] == len(up), 30)

    assert chen.came[WU] == up


async def test_the_broker_may_lose_its_whole_store(tmp_path: Path) -> None:
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    up, down = messages(2000), messages(2000)
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU),
        node_relay(broker.url, wu, WU),
    ):
        wu.list(CHEN, *up[:1000])
        chen.list(WU, *down[:1000])
        await comes_true(lambda: len(chen.came[WU]) > 0 and len(wu.came[CHEN]) > 0)
        before = broker.pid
        assert before is not None
        os.kill(before, signal.SIGKILL)
        (tmp_path / "nats" / "store").rename(tmp_path / "lost")
        wu.list(CHEN, *up[1000:])
        chen.list(WU, *down[1000:])
        await comes_true(lambda: wu.receipts[CHEN] == len(up), 40)
        await comes_true(lambda: chen.receipts[WU] == len(down), 40)

    assert (chen.came[WU], wu.came[CHEN]) == (up, down)


@pytest.mark.parametrize("lost", ["UP", "DOWN", "store"])
async def test_streams_that_vanish_under_way_are_made_anew(tmp_path: Path, lost: str) -> None:
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    up, down = messages(600), messages(600)
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU),
        node_relay(broker.url, wu, WU),
    ):
        wu.list(CHEN, *up[:300])
        chen.list(WU, *down[:300])
        await comes_true(lambda: len(chen.came[WU]) == len(wu.came[CHEN]) == 300)
        if lost == "store":
            # Moved away at once: the broker goes on writing, and a slow removal would meet it.
            (tmp_path / "nats" / "store").rename(tmp_path / "lost")
        else:
            async with NatsMailbox.connect(COUNTY, county_settings(broker.url, WU)) as mailbox:
                assert await mailbox._client.jetstream().delete_stream(lost)
        wu.list(CHEN, *up[300:])
        chen.list(WU, *down[300:])
        await comes_true(lambda: wu.receipts[CHEN] == chen.receipts[WU] == 600, 60)

    assert (chen.came[WU], wu.came[CHEN]) == (up, down)


async def test_a_poisoned_message_does_not_stop_the_next(tmp_path: Path) -> None:
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    wu.list(CHEN, *messages(10))
    failures = 0

    def fail_twice(_: bytes) -> bool:
        nonlocal failures
        failures += 1
        return failures <= 2

    chen.poison = fail_twice
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU),
        node_relay(broker.url, wu, WU),
    ):
        await comes_true(lambda: wu.receipts[CHEN] == 10, 30)
    assert failures > 2


async def test_one_townships_backlog_does_not_starve_another(tmp_path: Path) -> None:
    chen, wu, zhou = FakeExchange(CHEN), FakeExchange(WU), FakeExchange(ZHOU)
    wu.list(CHEN, *messages(20_000))
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU, ZHOU),
        node_relay(broker.url, wu, WU),
        node_relay(broker.url, zhou, ZHOU),
    ):
        await comes_true(lambda: len(chen.came[WU]) > 1000)
        zhou.list(CHEN, *messages(10))
        await comes_true(lambda: zhou.receipts[CHEN] == 10)
        assert len(chen.came[WU]) < 20_000


async def test_a_county_that_is_away_is_seen_and_its_return_too(tmp_path: Path) -> None:
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    async with a_broker(tmp_path) as broker, node_relay(broker.url, wu, WU) as node:
        async with county_relay(broker.url, chen, WU):
            await comes_true(lambda: node.report(CHEN).state is LinkState.ONLINE)
        await comes_true(lambda: node.report(CHEN).state is LinkState.OFFLINE, 12)
        wu.list(CHEN, *messages(5))
        async with county_relay(broker.url, chen, WU):
            await comes_true(lambda: wu.receipts[CHEN] == 5)
            assert node.report(CHEN).state is LinkState.ONLINE


async def test_a_township_that_is_away_is_seen_by_the_county(tmp_path: Path) -> None:
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    async with a_broker(tmp_path) as broker, county_relay(broker.url, chen, WU) as county:
        async with node_relay(broker.url, wu, WU):
            await comes_true(lambda: county.report(WU).state is LinkState.ONLINE)
        await comes_true(lambda: county.report(WU).state is LinkState.OFFLINE, 12)


async def test_a_broker_that_freezes_is_noticed(tmp_path: Path) -> None:
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU) as county,
        node_relay(broker.url, wu, WU) as node,
    ):
        await comes_true(lambda: county.report(WU).state is LinkState.ONLINE)
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGSTOP)
        try:
            await comes_true(lambda: node.report(CHEN).state is LinkState.OFFLINE, 16)
            await comes_true(lambda: county.report(WU).state is LinkState.OFFLINE, 16)
        finally:
            os.kill(broker.pid, signal.SIGCONT)
        wu.list(CHEN, b"after all")
        await comes_true(lambda: wu.receipts[CHEN] == 1, 30)


async def test_a_hello_that_is_not_believed_is_a_fault_and_nothing_is_sent(tmp_path: Path) -> None:
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    chen.refuses_hello = True
    wu.list(CHEN, *messages(5))
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU) as county,
        node_relay(broker.url, wu, WU) as node,
    ):
        await comes_true(lambda: node.report(CHEN).state is LinkState.FAULT)
        assert node.report(CHEN).code == "E_SIGNATURE"
        assert county.report(WU).state is LinkState.OFFLINE
        assert chen.frames_read == 0
        chen.refuses_hello = False
        node.sync_now()
        await comes_true(lambda: wu.receipts[CHEN] == 5)
        assert node.report(CHEN).code is None


async def test_a_bug_with_one_neighbour_leaves_the_others_alone(tmp_path: Path) -> None:
    chen, wu, zhou = FakeExchange(CHEN), FakeExchange(WU), FakeExchange(ZHOU)
    sound = chen.receipted

    async def unsound(neighbour: str) -> object:
        if neighbour == WU:
            raise RuntimeError("a bug")
        return await sound(ZHOU)

    chen.receipted = unsound  # type: ignore[assignment, method-assign]
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU, ZHOU) as county,
        node_relay(broker.url, wu, WU),
        node_relay(broker.url, zhou, ZHOU),
    ):
        await comes_true(lambda: county.report(WU).code == "E_INTERNAL")
        zhou.list(CHEN, *messages(10))
        chen.list(ZHOU, *messages(10))
        await comes_true(lambda: zhou.receipts[CHEN] == chen.receipts[ZHOU] == 10)
        chen.receipted = sound  # type: ignore[method-assign]
        wu.list(CHEN, *messages(10))
        await comes_true(lambda: wu.receipts[CHEN] == 10, 30)


async def test_a_second_node_of_the_same_account_changes_nothing(tmp_path: Path) -> None:
    """Two relays on one outbox by mistake: repeats, and one effect."""
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    up = messages(500)
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU),
        node_relay(broker.url, wu, WU),
        node_relay(broker.url, wu, WU),
    ):
        wu.list(CHEN, *up)
        await comes_true(lambda: wu.receipts[CHEN] == 500)
        await asyncio.sleep(1)
    assert chen.came[WU] == up
