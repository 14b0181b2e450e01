"""kill -9 at every named fault point, and anywhere: exactly one effect after the restart."""

import asyncio
import random
from collections.abc import Sequence
from typing import Final

import pytest

from casework.names import NodeId
from sync.control import NotRunningError
from sync.faults import FAULT_POINTS
from tests.builders import COUNTY, TOWN, VILLAGE
from tests.faults.county import WAY_UP, County
from tests.faults.people import people_at_work

pytestmark = pytest.mark.processes

SCAN_BYTES: Final = 150_000
MESSAGES_OF_CASES: Final = "SELECT count(*) FROM message WHERE case_id IS NOT NULL"
POINTS: Final = tuple(
    each for each in FAULT_POINTS if each.split(".")[0] in {"act", "ingest", "receipt", "outbox"}
)
# Of a large part only those above the village hear.
PART_POINTS: Final = tuple(each for each in FAULT_POINTS if each.startswith("part."))
ROUNDS: Final = 4
# Whoever comes up waits for the others to come up: on two busy cores that takes its time.
POINT_SECONDS_MAX: Final = 150.0
ALL_POINTS_SECONDS_MAX: Final = 900
ROUNDS_OF_A_SOAK: Final = 150


async def test_an_act_is_written_whole_or_not_at_all(county: County) -> None:
    for point, cases in (("act.before_commit", 0), ("act.after_commit", 1)):
        await county.start(VILLAGE, faults=point)
        with pytest.raises(NotRunningError):
            await county.enter(VILLAGE)
        await county.wait_killed(VILLAGE)
        assert len(county.heads(VILLAGE)) == cases
        assert county.one(VILLAGE, MESSAGES_OF_CASES) == 2 * cases

    await county.start(VILLAGE, TOWN, COUNTY)
    another = await county.enter(VILLAGE)
    await county.comes(another, COUNTY)
    await county.nothing_lost_nothing_twice()
    assert len(county.heads(COUNTY)) == 2


async def test_a_frame_is_taken_in_whole_or_not_at_all(county: County) -> None:
    await county.start(TOWN, faults="ingest.before_commit")
    await county.start(VILLAGE)
    case = await county.enter(VILLAGE, scan_bytes=SCAN_BYTES)
    await county.wait_killed(TOWN)
    assert case.case not in county.heads(TOWN)
    assert county.one(TOWN, MESSAGES_OF_CASES) == 0

    await county.launch(TOWN, faults="ingest.after_commit")
    await county.wait_killed(TOWN)
    assert case.case in county.heads(TOWN)
    assert county.one(VILLAGE, "SELECT count(*) FROM listed WHERE lane = 'case'") == 2

    await county.start(TOWN, COUNTY)
    await county.comes(case, COUNTY)
    await county.nothing_lost_nothing_twice()
    assert county.one(TOWN, MESSAGES_OF_CASES) == 2


@pytest.mark.timeout(ALL_POINTS_SECONDS_MAX)
async def test_every_process_is_killed_at_every_fault_point_while_people_work(
    county: County,
) -> None:
    """Each comes back armed with its next point, while the others go on or die as well."""
    async with people_at_work(county, scan_bytes=SCAN_BYTES):
        await asyncio.gather(*(killed_at(county, name, POINTS) for name in WAY_UP))
    await county.nothing_lost_nothing_twice()


@pytest.mark.soak
@pytest.mark.parametrize("hit", [1, 2, 5])
async def test_every_process_is_killed_again_and_again(county: County, hit: int) -> None:
    async with people_at_work(county, scan_bytes=SCAN_BYTES):
        await asyncio.gather(
            killed_at(county, VILLAGE, POINTS, hit),
            *(killed_at(county, name, (*POINTS, *PART_POINTS), hit) for name in (TOWN, COUNTY)),
        )
    await county.nothing_lost_nothing_twice()


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(ROUNDS_OF_A_SOAK, marks=pytest.mark.soak)])
async def test_processes_are_killed_at_random_while_people_work(
    county: County, rounds: int
) -> None:
    chance = random.Random(rounds)
    for name in WAY_UP:
        await county.launch(name)
    async with people_at_work(county, scan_bytes=SCAN_BYTES):
        for _ in range(rounds):
            await asyncio.sleep(chance.uniform(0.2, 1.5))
            fallen = chance.sample(WAY_UP, chance.choice([1, 1, 2, 3]))
            await county.kill(*fallen)
            for name in fallen:
                await county.launch(name)
        for name in WAY_UP:
            await county.wait_healthy(name)
    await county.nothing_lost_nothing_twice()


async def killed_at(county: County, name: NodeId, points: Sequence[str], hit: int = 1) -> None:
    for point in points:
        await county.launch(name, faults=f"{point}:{hit}")
        await county.wait_killed(name, POINT_SECONDS_MAX)
    await county.start(name)
