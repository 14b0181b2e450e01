"""The figures above the queue, from indexes alone."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from casework.case import Status
from casework.names import MatterId, NodeId
from sync.engine import Database
from sync.ranking import GREEN, RUNNING

_FIGURES = (
    "SELECT coalesce(sum(CASE WHEN status <> ? THEN 1 ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN status <> ? AND urgency IN (?, ?) AND due_on < ?"
    " THEN 1 ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN status <> ? AND urgency IN (?, ?) AND due_on >= ? AND due_on <= ?"
    " THEN 1 ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN status = ? THEN 1 ELSE 0 END), 0),"
    " coalesce(sum(CASE WHEN status <> ? AND warns_on <= ? THEN 1 ELSE 0 END), 0)"
    " FROM case_row WHERE pen = ? AND status <> ?"
)


class Tally(Struct, frozen=True):
    """How many cases wait at a node, by what is to be done."""

    waiting: int
    overdue: int
    soon: int
    closing: int
    warned: int


async def read_tally(
    database: Database,
    pen: NodeId,
    *,
    today: date,
    soon_until: date,
    matters: Sequence[MatterId] | None,
) -> Tally:
    """`matters` None: those of all departments."""
    delivered, now, until = Status.DELIVERED.value, today.isoformat(), soon_until.isoformat()
    query = _FIGURES
    values = [delivered, delivered, GREEN, RUNNING, now, delivered, GREEN, RUNNING, now, until]
    values += [delivered, delivered, now, pen, Status.CLOSED.value]
    if matters is not None:
        query += f" AND matter IN ({', '.join('?' * len(matters))})"
        values += matters
    [row] = await database.fetch(query, values)
    return Tally(*row)
