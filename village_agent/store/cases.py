"""Cases of this laptop that the shared lists do not ask for: unsent, owing papers, begun here."""

from collections.abc import Collection

from casework.case import Case, Status
from casework.names import CaseId, MessageId, NodeId
from sync.engine import Database
from sync.stored import case_from_bytes

UNSENT_MAX = 200


async def unsent(database: Database, me: NodeId, parent: NodeId) -> tuple[CaseId, ...]:
    """Cases of which something is still owed to the township, the newest first.

    Before a township has ever been met nothing is listed for it: then whatever was begun here.
    """
    met = await database.fetch("SELECT 1 FROM neighbour WHERE node = ?", (parent,))
    if met:
        rows = await database.fetch(
            "SELECT case_row.id FROM case_row WHERE case_row.id IN"
            " (SELECT message.case_id FROM listed JOIN message ON message.id = listed.message_id"
            " WHERE listed.neighbour = ? AND message.case_id IS NOT NULL)"
            " ORDER BY case_row.moved_at DESC LIMIT ?",
            (parent, UNSENT_MAX),
        )
    else:
        rows = await database.fetch(
            "SELECT id FROM case_row WHERE opened_by = ? ORDER BY moved_at DESC LIMIT ?",
            (me, UNSENT_MAX),
        )
    return tuple(CaseId(row[0]) for row in rows)


async def with_pen(database: Database, me: NodeId) -> tuple[Case, ...]:
    """Open cases that only this laptop can move on."""
    rows = await database.fetch(
        "SELECT folded FROM case_row WHERE pen = ? AND (status <> ? OR status IS NULL)"
        " ORDER BY moved_at DESC",
        (me, Status.CLOSED.value),
    )
    return tuple(case_from_bytes(row[0]) for row in rows)


async def in_status(database: Database, statuses: Collection[Status]) -> tuple[Case, ...]:
    marks = ", ".join("?" * len(statuses))
    rows = await database.fetch(
        f"SELECT folded FROM case_row WHERE status IN ({marks}) ORDER BY moved_at",  # noqa: S608
        tuple(status.value for status in statuses),
    )
    return tuple(case_from_bytes(row[0]) for row in rows)


async def opened_here(database: Database, me: NodeId, limit: int) -> tuple[Case, ...]:
    """What was begun at this laptop, the newest first."""
    rows = await database.fetch(
        "SELECT folded FROM case_row WHERE opened_by = ? ORDER BY began_at DESC LIMIT ?",
        (me, limit),
    )
    return tuple(case_from_bytes(row[0]) for row in rows)


async def deposits_from(database: Database, me: NodeId) -> dict[CaseId, tuple[MessageId, ...]]:
    """What this laptop has deposited, by case."""
    rows = await database.fetch(
        "SELECT case_id, id FROM message WHERE kind = 'deposit' AND log LIKE ? ORDER BY seq",
        (f"{me}/%",),
    )
    found: dict[CaseId, tuple[MessageId, ...]] = {}
    for case, deposit in rows:
        found[CaseId(case)] = (*found.get(CaseId(case), ()), MessageId(deposit))
    return found
