"""From which day each case is warned of, kept in its row so that a list and its figure are cheap.

It follows from the case, its matter and the calendar, as the dates of `sync.ranking` do, and is
cleared with them. It takes longer to compute, so only lists of what is warned of ask for it.
"""

import asyncio
from contextvars import Context
from typing import Final

import structlog

from casework.case import Case
from casework.names import CaseId, MessageId
from casework.warnings import warned_from
from sync.desk import Desk
from sync.engine import Work
from sync.stored import case_from_bytes

COMPUTED_AT_ONCE_MAX: Final = 20
_WRITTEN_AT_ONCE: Final = 200
# Sorts after every day.
NEVER: Final = "never"
_log = structlog.stdlib.get_logger("sync.warned")


class WarnedDays:
    def __init__(self, desk: Desk) -> None:
        self._desk: Final = desk
        self._database: Final = desk.node.database
        self._behind: asyncio.Task[None] | None = None

    async def settle(self) -> None:
        """Compute it of whatever moved since; of more than a few the rest is computed behind."""
        more = await self._some(COMPUTED_AT_ONCE_MAX)
        if more and (self._behind is None or self._behind.done()):
            # In a context of its own: it must not end with the transaction of who asked.
            self._behind = asyncio.create_task(self._rest(), context=Context())

    async def finished(self) -> None:
        """Wait for what is computed behind."""
        if self._behind is not None:
            await self._behind

    async def _rest(self) -> None:
        try:
            more = True
            while more:
                more = await self._some(_WRITTEN_AT_ONCE)
        except Exception:  # noqa: BLE001 - the node closes; the next list goes on with it
            _log.info("computing warnings stopped")

    async def _some(self, limit: int) -> bool:
        """Compute it of some rows; whether there may be more."""
        rows = await self._database.fetch(
            "SELECT folded FROM case_row WHERE warns_on IS NULL ORDER BY id LIMIT ?", (limit,)
        )
        found: list[tuple[str, CaseId, MessageId]] = []
        for start in range(0, len(rows), COMPUTED_AT_ONCE_MAX):
            some = rows[start : start + COMPUTED_AT_ONCE_MAX]
            cases = [case_from_bytes(folded) for (folded,) in some]
            found += [(self._day(case), case.id, case.head) for case in cases]
            await asyncio.sleep(0)  # Pages are served in between.
        if found:
            await self._write(found)
        return len(rows) == limit

    async def _write(self, found: list[tuple[str, CaseId, MessageId]]) -> None:
        def write(work: Work) -> None:
            # A case that moved meanwhile has another head, and is computed in the next round.
            work.executemany("UPDATE case_row SET warns_on = ? WHERE id = ? AND head = ?", found)

        await self._database.work(write)

    def _day(self, case: Case) -> str:
        holdings = self._desk.holdings
        matter = holdings.matter(case.matter)
        if matter is None:
            return NEVER
        try:
            day = warned_from(case, matter, holdings.calendar, self._desk.now())
        except (ArithmeticError, LookupError, ValueError):
            _log.exception("no warning could be computed", case=case.id)  # All others are.
            return NEVER
        return NEVER if day is None else day.isoformat()
