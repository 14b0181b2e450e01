"""A node as a process runs it: what it says of itself, and how it goes on."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from casework.names import NodeId
from sync.desk import Attachment, Desk, Sitting
from sync.relay import LinkState
from sync.runtime import Runtime
from sync.settings import NodeSettings
from tests.builders import CHEN, COUNTY, LIN, MATTER, TOWN, VILLAGE, WU, ZHOU
from tests.cluster import applicant, received
from tests.founded import a_clock, schema_of
from tests.halls import COUNTY_DIR, copy_of


@pytest.fixture
def path(founded: Path, tmp_path: Path) -> Path:
    for name in (COUNTY_DIR, TOWN, VILLAGE):
        copy_of(founded, tmp_path, name)
    return tmp_path


def a_runtime(path: Path, node: NodeId) -> Runtime:
    folder = COUNTY_DIR if node == COUNTY else node
    return Runtime(NodeSettings(data_dir=path / folder), schema_of(node), clock=a_clock())


@asynccontextmanager
async def at_work(path: Path, node: NodeId) -> AsyncIterator[Runtime]:
    runtime = a_runtime(path, node)
    async with runtime.running({}):
        yield runtime


async def test_the_county_has_no_line_up(path: Path) -> None:
    async with at_work(path, COUNTY) as county:
        assert (await county.status()).sync is None
        assert await county.line_up() is None


async def test_an_offline_node_says_since_when(path: Path) -> None:
    async with at_work(path, TOWN) as town:
        line = await town.line_up()

        assert line is not None
        assert (line.neighbour, line.state, line.carrier) == (COUNTY, LinkState.OFFLINE, None)
        assert line.since == town.clock.now()


async def test_what_waits_to_go_up_is_counted_from_the_lists(path: Path) -> None:
    async with at_work(path, COUNTY) as county, at_work(path, TOWN) as town:
        await introduce(county, town)
        before = await town.line_up()
        town._looked = None
        officer = town.sets.holdings.officer(WU)
        assert officer is not None
        sitting = Sitting(officer=officer, matter=MATTER)
        sheet = Attachment("applicant", "application/json", applicant())
        await Desk(town.node, town.sets).perform(received(), sitting, [sheet])
        after = await town.line_up()

    assert before is not None
    assert after is not None
    assert (before.backlog.cases, after.backlog.cases) == (0, 1)
    assert after.backlog.messages >= 1
    assert after.backlog.bytes > 200


async def test_what_came_back_is_told_at_once_however_long_the_rest_takes_to_count(
    path: Path,
) -> None:
    async with at_work(path, COUNTY) as county, at_work(path, TOWN) as town:
        await introduce(county, town)
        officer = town.sets.holdings.officer(WU)
        assert officer is not None
        sitting = Sitting(officer=officer, matter=MATTER)
        sheet = Attachment("applicant", "application/json", applicant())
        await Desk(town.node, town.sets).perform(received(), sitting, [sheet])
        counted = await town.status()
        town._looked = (math.inf, math.inf, counted)
        await town.database.execute("UPDATE case_row SET returned = 'E_NOT_DELEGATED'")
        later = await town.status()

    assert (counted.returned, later.returned) == (0, 1)


async def introduce(above: Runtime, below: Runtime) -> None:
    """A hello both ways, and what each then owes the other."""
    for one, other in ((above, below), (below, above)):
        nonce = other.node.exchange.new_nonce()
        hello = await one.node.exchange.make_hello(other.node.id, nonce)
        await other.node.exchange.accept_hello(hello, nonce)
    for one, other in ((above, below), (below, above)):
        for frame in await one.node.exchange.frames_to_send(
            other.node.id, after={}, limit_bytes=100_000
        ):
            await other.node.exchange.receive(one.node.id, frame.data)
        for receipt in await other.node.exchange.receipts_to_send(one.node.id):
            await one.node.exchange.receive(other.node.id, receipt)


async def test_a_child_that_falls_silent_is_offline(path: Path) -> None:
    async with at_work(path, TOWN) as town:
        town.watch_of(VILLAGE).contact()
        (spoke,) = [each for each in (await town.status()).lines if each.neighbour == VILLAGE]
        town.clock.advance(timedelta(seconds=60))  # type: ignore[attr-defined]
        town._note_silence()
        town._looked = None
        (silent,) = [each for each in (await town.status()).lines if each.neighbour == VILLAGE]

    assert (spoke.state, silent.state) == (LinkState.ONLINE, LinkState.OFFLINE)
    assert silent.last_contact_at == spoke.last_contact_at


async def test_the_last_contact_outlives_a_restart(path: Path) -> None:
    async with at_work(path, COUNTY) as county, at_work(path, TOWN) as town:
        await introduce(county, town)
        heard = town.clock.now()
    later = a_runtime(path, TOWN)
    later.clock.advance(timedelta(hours=3))  # type: ignore[attr-defined]
    async with later.running({}):
        line = await later.line_up()

    assert line is not None
    assert (line.since, line.last_contact_at) == (heard, heard)


@pytest.mark.parametrize(
    ("node", "may"),
    [(TOWN, {WU}), (VILLAGE, {LIN}), (COUNTY, {CHEN})],
)
async def test_officers_sign_in_where_they_work(path: Path, node: NodeId, may: set[str]) -> None:
    async with at_work(path, node) as runtime:
        found = {each for each in (WU, LIN, CHEN, ZHOU) if await runtime.find_officer(each)}

    assert found == may
