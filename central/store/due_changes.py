"""On record: the dates of open cases that a new calendar moved.

Written within the ranking's own changes, so that a date and its record cannot disagree. A case
that moved before it was computed again has its new date for another reason, and is left out.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from casework.case import Status
from casework.names import CaseId, MatterId
from sync.engine import Database, Work
from sync.ranking import Ranked

SHOWN_MAX: Final = 200
_CLOSED: Final = Status.CLOSED.value
# Of a case that was moved twice, only the newest move is kept.
_BEFORE: Final = (
    "INSERT INTO due_change (case_id, head, calendar_before, calendar_after, due_before)"
    " SELECT id, head, ?, ?, due_on FROM case_row"
    " WHERE due_on IS NOT NULL AND (status <> ? OR status IS NULL)"
    " ON CONFLICT (case_id) DO UPDATE SET head = excluded.head,"
    " calendar_before = excluded.calendar_before, calendar_after = excluded.calendar_after,"
    " due_before = excluded.due_before, due_after = NULL"
)


class DueMove(Struct, frozen=True):
    """A date that a calendar moved."""

    case: CaseId
    number: str
    matter: MatterId
    calendar_before: int
    calendar_after: int
    due_before: str
    due_after: str


class DueMoves(Struct, frozen=True):
    """The newest moves, the soonest due first, and how many there are in all."""

    moves: tuple[DueMove, ...]
    in_all: int


class DueChanges:
    """Keeps the record for `sync.ranking`, and reads it for a page."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database

    def calendar_changes(self, work: Work, before: int, after: int) -> None:
        # What an earlier change has not got to is measured from before that one.
        work.execute("UPDATE due_change SET calendar_after = ? WHERE due_after IS NULL", (after,))
        work.execute(_BEFORE, (before, after, _CLOSED))

    def computed(self, work: Work, ranked: Sequence[Ranked]) -> None:
        if work.execute("SELECT 1 FROM due_change WHERE due_after IS NULL LIMIT 1").fetchone():
            work.executemany(
                "UPDATE due_change SET due_after = ?"
                " WHERE case_id = ? AND head = ? AND due_after IS NULL",
                [(each.due_on, each.case, each.head) for each in ranked if each.due_on],
            )
            work.executemany(
                "DELETE FROM due_change WHERE case_id = ?"
                " AND (due_after IS NULL OR due_after = due_before)",
                [(each.case,) for each in ranked],
            )

    async def moves(self, matters: Sequence[MatterId] | None = None) -> DueMoves:
        """What has been moved; `matters` None: those of all departments."""
        where = " FROM due_change JOIN case_row ON case_row.id = due_change.case_id"
        where += " WHERE due_after IS NOT NULL"
        values: list[object] = []
        if matters is not None:
            where += f" AND matter IN ({', '.join('?' * len(matters))})"
            values += matters
        rows = await self._database.fetch(
            "SELECT case_id, number, matter, calendar_before, calendar_after, due_before,"
            f" due_after{where} ORDER BY calendar_after DESC, due_after, number LIMIT ?",
            (*values, SHOWN_MAX),
        )
        total = await self._database.fetch(f"SELECT COUNT(*){where}", values)
        return DueMoves(tuple(DueMove(*row) for row in rows), int(total[0][0]))
