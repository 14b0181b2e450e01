"""A town whose clock cannot be believed: it takes in, marks what it writes, and decides nothing."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from casework import act as acts
from casework.act import Outcome
from sync.clock import ManualClock, TimeTrust
from sync.recording import CLOCK_GUARD
from tests.builders import TOWN
from tests.founded import a_clock
from tests.procedure.liar import GRANT
from tests.procedure.scene import MATTER, taken_in
from tests.procedure.stage import QIU, WU, Stage, a_stage
from tests.procedure.test_record_edges import intake

TWO_DAYS, MONTH = timedelta(days=2), timedelta(days=30)


class Town:
    """A stage on which the town goes by a clock of its own, and somebody meddles with it."""

    def __init__(self, stage: Stage, clock: ManualClock) -> None:
        self.stage = stage
        self.clock = clock

    def put(self, by: timedelta) -> None:
        self.clock.set_wall(self.clock.now() + by)

    async def looks(self) -> None:
        """It writes something, and so sees its clock."""
        await self.stage.do(WU, *intake(self.stage), matter=self.stage.matter(MATTER))

    async def forgets(self) -> None:
        """Somebody with the disk in hand takes away what the node remembers of time."""
        database = self.stage.nodes[TOWN].database
        await database.execute("DELETE FROM setting WHERE key = ?", (CLOCK_GUARD,))

    async def written(self) -> TimeTrust:
        """Whether the newest message of the town says that its time is to be believed."""
        journal = self.stage.nodes[TOWN].node.journal
        case = await self.stage.do(WU, *intake(self.stage), matter=self.stage.matter(MATTER))
        return TimeTrust((await journal.messages(case.id))[-1].message.header.time)


@pytest.fixture
async def town(founded: Path, tmp_path: Path) -> AsyncIterator[Town]:
    clock = a_clock()
    async with a_stage(founded, tmp_path, {TOWN: clock}) as stage:
        yield Town(stage, clock)


async def set_back_two_days(town: Town) -> None:
    town.put(-TWO_DAYS)


async def put_far_forward(town: Town) -> None:
    town.put(MONTH)


async def put_far_forward_and_back(town: Town) -> None:
    town.put(MONTH)
    await town.looks()
    town.put(-MONTH)


async def rolled_back_while_off(town: Town) -> None:
    town.clock.reboot()
    town.put(-TWO_DAYS)


async def set_back_with_the_mark_deleted(town: Town) -> None:
    await town.forgets()
    town.put(-TWO_DAYS)


async def set_right_with_the_doubt_deleted(town: Town) -> None:
    town.put(-TWO_DAYS)
    await town.looks()
    town.put(TWO_DAYS)
    await town.forgets()


TAMPERINGS = [
    set_back_two_days,
    put_far_forward,
    put_far_forward_and_back,
    rolled_back_while_off,
    set_back_with_the_mark_deleted,
    set_right_with_the_doubt_deleted,
]


@pytest.mark.parametrize("tampered", TAMPERINGS, ids=lambda each: each.__name__)
async def test_a_wrong_clock_stops_decisions_and_nothing_else(
    town: Town, tampered: Callable[[Town], object]
) -> None:
    case = await taken_in(town.stage)
    await tampered(town)  # type: ignore[misc]

    assert await town.stage.tried(QIU, GRANT, case=case) == "E_CLOCK_SUSPECT"
    await town.stage.do(QIU, acts.Opine(2, Outcome.PASS), case=case)
    assert await town.written() is TimeTrust.SUSPECT

    # Set right, and told the time by the county, it is believed again.
    town.clock.set_wall(town.stage.clock.now() + timedelta(hours=1))
    town.stage.clock.advance(timedelta(hours=1))
    await town.stage.settle()
    assert await town.stage.tried(QIU, GRANT, case=case) is None
    assert await town.written() is TimeTrust.TRUSTED
