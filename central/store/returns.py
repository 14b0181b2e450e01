"""Cases that something is wrong with: entries the county refused, cases it may not go on with."""

from msgspec import Struct

from casework.names import CaseId
from sync.engine import Database

CASES_MAX = 200


class ReturnCounts(Struct, frozen=True):
    refused: int  # cases with an entry that was genuine and not lawful
    blocked: int  # cases that are frozen, held or unreadable here


class Returns:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self) -> ReturnCounts:
        rows = await self._database.fetch(
            "SELECT (SELECT COUNT(DISTINCT case_id) FROM message WHERE state = 'refused'"
            " AND case_id IS NOT NULL),"
            " (SELECT COUNT(*) FROM case_row WHERE blocked IS NOT NULL)"
        )
        return ReturnCounts(*rows[0])

    async def cases(self) -> tuple[CaseId, ...]:
        """Those cases, the ones that moved last first."""
        rows = await self._database.fetch(
            "SELECT id FROM case_row WHERE id IN"
            " (SELECT id FROM case_row WHERE blocked IS NOT NULL"
            " UNION SELECT case_id FROM message WHERE state = 'refused')"
            " ORDER BY moved_at DESC, id LIMIT ?",
            (CASES_MAX,),
        )
        return tuple(CaseId(row[0]) for row in rows)
