"""A county founded in a directory of its own, and machines that enrol with it, in one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from casework.names import NodeId, OfficerId, RegionCode, is_county, tier_of
from casework.names import Tier as NodeTier
from central.services.county import County, open_county
from central.services.founding import found
from central.settings import Settings as CountySettings
from central.tables import SCHEMA as CENTRAL
from sync.carriers.nats_settings import BrokerKey
from sync.clock import Clock, ManualClock
from sync.data_dir import DataDir, Identity
from sync.engine import Database
from sync.enrolling import EnrolAnswer, Enrolling, Slip
from sync.keys import random_bytes
from sync.opening import OpenNode, open_node
from sync.schema import Schema, migrate
from sync.settings import NodeSettings
from tests.builders import NOON, TOWN
from tests.county import FOLDER
from township_node.tables import SCHEMA as TOWNSHIP
from village_agent.tables import SCHEMA as VILLAGE

COUNTY = RegionCode("440229")


def a_clock() -> ManualClock:
    return ManualClock(NOON)


def schema_of(node: NodeId) -> Schema:
    if is_county(node):
        return CENTRAL
    return VILLAGE if tier_of(node) is NodeTier.VILLAGE else TOWNSHIP


@asynccontextmanager
async def a_county(path: Path, clock: Clock, *, published: bool = True) -> AsyncIterator[County]:
    settings = CountySettings(data_dir=path / "county")
    await found(settings, COUNTY, clock, random_bytes)
    async with open_county(settings, clock) as county:
        if published:
            await county.load(FOLDER)
            await county.publish()
        yield county


def settings_for(path: Path, name: str) -> NodeSettings:
    return NodeSettings(data_dir=path / name)


async def enrol(
    county: County, path: Path, node: NodeId, clock: Clock, *, name: str | None = None
) -> Identity:
    """All four steps of enrolment, with a line that is always up."""
    slip = await county.enrolment.add(node, OfficerId("o0010"))
    machine = Machine(path / (name or node), clock)
    request = machine.prepare(slip)
    await machine.ask(county)
    await county.approve(node, request, None)
    return await machine.finish(county)


class Machine:
    """A machine that wants to be a node."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.files = DataDir(path)
        self.enrolling = Enrolling(self.files, clock, random_bytes)
        self.node = TOWN

    def prepare(self, slip: Slip) -> str:
        """Its keys and its request; the fingerprint that its screen shows."""
        self.node = slip.node
        self.node = slip.node
        broker = BrokerKey.make(random_bytes(32))
        return self.enrolling.prepare(slip, broker.seed, broker.public).fingerprint

    async def ask(self, county: County) -> EnrolAnswer:
        return await self.enrolling.ask(county.enrolment.answer)

    async def finish(self, county: County) -> Identity:
        answer = await self.ask(county)
        async with Database(self.files.database) as database:
            await migrate(database, schema_of(self.node))
            return await self.enrolling.finish(answer, database)


@asynccontextmanager
async def at_work(path: Path, node: NodeId, clock: Clock) -> AsyncIterator[OpenNode]:
    async with open_node(settings_for(path, node), schema_of(node), clock) as opened:
        yield opened


def a_day_later(clock: ManualClock) -> None:
    clock.advance(timedelta(hours=25))
