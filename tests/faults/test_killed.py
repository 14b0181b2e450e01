"""kill -9 at every named fault point, and anywhere: exactly one effect after the restart."""

import asyncio
import contextlib
import random
from collections.abc import Collection, Mapping, Sequence
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
# Three starts and three connections lie between two falls at most.
FALL_SECONDS_MAX: Final = 120.0
SECONDS_MAX: Final = 900
ROUNDS: Final = 4
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

    county.launch(TOWN, faults="ingest.after_commit")
    await county.wait_killed(TOWN)
    assert case.case in county.heads(TOWN)
    assert county.one(VILLAGE, "SELECT count(*) FROM listed WHERE lane = 'case'") == 2

    await county.start(TOWN, COUNTY)
    await county.comes(case, COUNTY)
    await county.nothing_lost_nothing_twice()
    assert county.one(TOWN, MESSAGES_OF_CASES) == 2


@pytest.mark.timeout(SECONDS_MAX)
async def test_every_process_is_killed_at_every_fault_point_while_people_work(
    county: County,
) -> None:
    """Each comes back to be killed at its next point, while the others go on or die as well."""
    async with people_at_work(county, scan_bytes=SCAN_BYTES):
        await killed_at_each(county, dict.fromkeys(WAY_UP, POINTS))
    await county.nothing_lost_nothing_twice()


@pytest.mark.soak
@pytest.mark.parametrize("hit", [1, 2, 5])
async def test_every_process_is_killed_again_and_again(county: County, hit: int) -> None:
    async with people_at_work(county, scan_bytes=SCAN_BYTES):
        above = dict.fromkeys((TOWN, COUNTY), (*POINTS, *PART_POINTS))
        await killed_at_each(county, {VILLAGE: POINTS, **above}, hit)
    await county.nothing_lost_nothing_twice()


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(ROUNDS_OF_A_SOAK, marks=pytest.mark.soak)])
async def test_processes_are_killed_at_random_while_people_work(
    county: County, rounds: int
) -> None:
    chance = random.Random(rounds)
    for name in WAY_UP:
        county.launch(name)
    async with people_at_work(county, scan_bytes=SCAN_BYTES):
        for _ in range(rounds):
            await asyncio.sleep(chance.uniform(0.2, 1.5))
            fallen = chance.sample(WAY_UP, chance.choice([1, 1, 2, 3]))
            await county.kill(*fallen)
            for name in fallen:
                county.launch(name)
        for name in WAY_UP:
            await county.wait_healthy(name)
    await county.nothing_lost_nothing_twice()


class Pace:
    """Nobody falls a second time while another still waits to fall once.

    A process that waits at a fault point needs neighbours for whom it works. If they were killed
    again and again within a second of their start, it would meet them by chance only: it calls a
    dead neighbour every few seconds, as it should.
    """

    def __init__(self, names: Collection[NodeId]) -> None:
        self._falls: Final = dict.fromkeys(names, 0)
        self._fell: Final = asyncio.Condition()

    def is_due(self, name: NodeId) -> bool:
        return self._falls[name] == min(self._falls.values())

    async def wait_due(self, name: NodeId) -> None:
        async with self._fell:
            await self._fell.wait_for(lambda: self.is_due(name))

    async def note_fall(self, name: NodeId, *, is_last: bool) -> None:
        """Count it; who falls no more keeps nobody waiting."""
        async with self._fell:
            self._falls[name] += 1
            if is_last:
                del self._falls[name]
            self._fell.notify_all()


async def killed_at_each(
    county: County, points: Mapping[NodeId, Sequence[str]], hit: int = 1
) -> None:
    """Kill all processes at all of their points, one after the other in each of them."""
    pace = Pace(points)
    await asyncio.gather(*(killed_at(county, name, points[name], hit, pace) for name in points))


async def killed_at(
    county: County, name: NodeId, points: Sequence[str], hit: int, pace: Pace
) -> None:
    for point in points:
        if pace.is_due(name):
            # Whatever there is to make good after the last death is done with the next one near.
            county.launch(name, faults=f"{point}:{hit}")
        else:
            await county.start(name)
            await pace.wait_due(name)
            with contextlib.suppress(NotRunningError):  # It may fall before it can answer.
                await county.ask(name, "arm", point=point, hit=hit)
        await county.wait_killed(name, FALL_SECONDS_MAX)
        await pace.note_fall(name, is_last=point == points[-1])
    await county.start(name)
