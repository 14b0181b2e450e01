"""Real nodes and real carriers: a village over HTTP to its township, that over NATS upwards."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from casework import act as acts
from casework.case import Status
from casework.names import NodeId
from sync.carriers.https import HttpsLink
from sync.carriers.https_desk import ExchangeDesk
from sync.carriers.nats import NatsLink
from sync.clock import SystemClock
from sync.nats_server import NatsServer
from sync.relay import Relay
from sync.subjects import COUNTY as COUNTY_SIDE
from sync.subjects import NODE as NODE_SIDE
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.cluster import Cluster, a_county, accepted, applicant, collected, received, rows
from tests.sync.carriers.brokers import a_broker, county_settings, node_settings
from tests.sync.carriers.test_https import serving

pytestmark = pytest.mark.processes


class Line:
    """The cast's nodes with their links up."""

    def __init__(self, cluster: Cluster, broker: NatsServer) -> None:
        self.cluster = cluster
        self.broker = broker
        self.relays = {name: Relay(SystemClock()) for name in cluster.nodes}

    def exchange(self, name: NodeId) -> Any:
        return self.cluster.nodes[name].exchange

    def connect(self, township_url: str) -> None:
        turns = {name: asyncio.Semaphore(2) for name in self.relays}
        for town in (TOWN, OTHER_TOWN):
            ends = (
                (COUNTY, town, COUNTY_SIDE, county_settings(self.broker.url, town)),
                (town, COUNTY, NODE_SIDE, node_settings(self.broker.url, town)),
            )
            for me, neighbour, side, settings in ends:
                link = NatsLink(
                    settings, self.exchange(me), neighbour=neighbour, side=side, turn=turns[me]
                )
                self.relays[me].add(neighbour, [link])
        up = HttpsLink(township_url, self.exchange(VILLAGE), neighbour=TOWN, turn=turns[VILLAGE])
        self.relays[VILLAGE].add(TOWN, [up])

    async def count(self, name: NodeId, query: str, *values: Any) -> int:
        return int((await rows(self.cluster.nodes[name], query, *values))[0][0])

    async def comes_to(self, name: NodeId, wanted: int, query: str, *values: Any) -> None:
        async with asyncio.timeout(30):
            while await self.count(name, query, *values) < wanted:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


@asynccontextmanager
async def a_line(folder: Path) -> AsyncIterator[Line]:
    async with AsyncExitStack() as stack:
        cluster = await a_county(folder)
        stack.push_async_callback(cluster.close)
        broker = await stack.enter_async_context(a_broker(folder, TOWN, OTHER_TOWN))
        line = Line(cluster, broker)
        desk = ExchangeDesk(
            line.exchange(TOWN), turn=asyncio.Semaphore(2), watch_of=line.relays[TOWN].watch_of
        )
        line.connect(await stack.enter_async_context(serving(desk)))
        for relay in line.relays.values():
            await stack.enter_async_context(relay)
        yield line


CASES = "SELECT count(*) FROM case_row"
UNACKNOWLEDGED = (
    "SELECT coalesce(max(acknowledged), 0) FROM log_position WHERE log LIKE ? AND log LIKE '%/case'"
)


async def test_a_case_goes_up_and_the_answer_comes_down(tmp_path: Path) -> None:
    async with a_line(tmp_path) as line:
        cluster = line.cluster
        parts = {"applicant": applicant(), "scan": os.urandom(300_000)}
        case = await cluster.act(VILLAGE, collected(), parts=parts)
        await cluster.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
        await line.comes_to(TOWN, 1, CASES)
        await cluster.act(TOWN, received(), case=case)
        await cluster.act(TOWN, accepted(), case=case)
        await line.comes_to(COUNTY, 1, CASES + " WHERE status = ?", Status.ACCEPTED.value)
        await line.comes_to(VILLAGE, 1, CASES + " WHERE status = ?", Status.ACCEPTED.value)
        await line.comes_to(
            COUNTY, 1, "SELECT count(*) FROM part WHERE size > 300000 AND state = 'held'"
        )
        for _ in range(3):
            await cluster.nodes[COUNTY].tick()
            await asyncio.sleep(0.3)
        await line.comes_to(VILLAGE, 2, UNACKNOWLEDGED, f"{VILLAGE}/%")

        assert await line.count(OTHER_TOWN, CASES) == 0


async def test_a_backlog_survives_a_broker_that_is_killed_under_way(tmp_path: Path) -> None:
    count = 300
    async with a_line(tmp_path) as line:
        cluster = line.cluster
        await line.comes_to(TOWN, 1, "SELECT count(*) FROM neighbour")
        began = time.perf_counter()
        for number in range(count):
            parts = {"applicant": applicant(f"人{number}")}
            await cluster.act(TOWN, received(), parts=parts, number=f"A-{number}")
            if number == count // 2 and line.broker.pid is not None:
                os.kill(line.broker.pid, signal.SIGKILL)
        await line.comes_to(COUNTY, count, CASES)
        assert time.perf_counter() - began < 25
        for _ in range(3):
            await cluster.nodes[COUNTY].tick()
            await asyncio.sleep(0.3)
        await line.comes_to(TOWN, count, UNACKNOWLEDGED, f"{TOWN}/%")
