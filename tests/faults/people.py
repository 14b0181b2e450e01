"""People who go on working whatever dies: cases are entered, accepted and taken up all the while.

Nobody knows whether an act that was not answered happened; they look at the case again and go on.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sync.control import NotRunningError
from tests.builders import COUNTY, TOWN, VILLAGE
from tests.faults.county import County

NEXT_SECONDS: Final = 0.15
WAITING_MAX: Final = 3
FINISH_SECONDS_MAX: Final = 90.0
_TO_RECEIVE: Final = "SELECT id FROM case_row WHERE status = 'collected' AND pen = ?"
_TO_TAKE: Final = "SELECT id FROM case_row WHERE status = 'accepted' AND pen = ?"
_TAKEN: Final = "SELECT count(*) FROM case_row WHERE status = 'in_review'"

# A node that is dead, dies before it answers or is too busy to is no error of the person's.
unanswered: Final = contextlib.suppress(NotRunningError, TimeoutError)


class People:
    """A village agent, a clerk and an approver, at whichever of their nodes run."""

    def __init__(self, county: County, *, scan_bytes: int = 0) -> None:
        self._county: Final = county
        self._scan_bytes: Final = scan_bytes
        self._is_evening = False

    async def work(self) -> None:
        while not self._is_evening:
            await self._once()
            await asyncio.sleep(NEXT_SECONDS)

    def stop(self) -> None:
        """Begin nothing more: what was asked of a node is answered before anybody asks again."""
        self._is_evening = True

    async def finish(self) -> None:
        """Take up every case that is under way."""
        county = self._county
        while county.one(COUNTY, _TAKEN) < len(set(county.heads(VILLAGE))):
            await self._receive()
            await self._take()
            await asyncio.sleep(NEXT_SECONDS)

    async def _once(self) -> None:
        county = self._county
        under_way = len(county.heads(VILLAGE)) - county.one(COUNTY, _TAKEN)
        if under_way < WAITING_MAX:
            with unanswered:
                await county.enter(VILLAGE, scan_bytes=self._scan_bytes)
        await self._receive()
        await self._take()

    async def _receive(self) -> None:
        for (case,) in self._county.rows(TOWN, _TO_RECEIVE, TOWN):
            with unanswered:
                await self._county.ask(TOWN, "receive", case=case)

    async def _take(self) -> None:
        for (case,) in self._county.rows(COUNTY, _TO_TAKE, COUNTY):
            with unanswered:
                await self._county.ask(COUNTY, "take", case=case)


@asynccontextmanager
async def people_at_work(county: County, *, scan_bytes: int = 0) -> AsyncIterator[None]:
    """People go on while a test does what it does, and then finish what they began."""
    people = People(county, scan_bytes=scan_bytes)
    # If people cannot go on, neither can the test, and what stopped them is what failed.
    async with asyncio.TaskGroup() as group:
        group.create_task(people.work())
        yield
        people.stop()
    async with asyncio.timeout(FINISH_SECONDS_MAX):
        await people.finish()
