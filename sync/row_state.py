"""How far a case's messages have got on their way to the county: the badge of its row."""

from enum import StrEnum

from msgspec import Struct

from casework.names import CaseId, is_below
from sync.batch import Batch, Record
from sync.parts import is_small
from sync.returning import sent_back_to
from sync.stored import parts_of, stored_body


class Way(StrEnum):
    """Where a case is; screens key on it, so never change a value."""

    LOCAL_ONLY = "local_only"
    UPLOADING = "uploading"
    RECEIVED = "received"
    COUNTY_HELD = "county_held"
    RETURNED = "returned"


class RowState(Struct, frozen=True):
    way: Way
    percent: int = 0  # of an upload
    code: str | None = None  # of a return


def row_state(batch: Batch, case: CaseId) -> RowState:
    """The worst of its messages decides; a case sent back says why."""
    if (code := returned(batch, case)) is not None:
        return RowState(Way.RETURNED, code=code)
    if batch.is_county:
        return RowState(Way.COUNTY_HELD, percent=100)
    upward = [each for each in batch.messages_of(case) if _goes_up(batch, each)]
    if all(_is_held_by_county(batch, each) for each in upward):
        return RowState(Way.COUNTY_HELD, percent=100)
    waiting = [each for each in upward if _is_waiting(batch, each)]
    if not waiting:
        return RowState(Way.RECEIVED, percent=100)
    if len(waiting) == len(upward):
        return RowState(Way.LOCAL_ONLY)
    return RowState(Way.UPLOADING, percent=100 * (len(upward) - len(waiting)) // len(upward))


def returned(batch: Batch, case: CaseId) -> str | None:
    """Why the case was sent back here and nobody here has gone on with it."""
    found = batch.case(case).case
    return sent_back_to(found, batch.node.id) if found is not None else None


def _goes_up(batch: Batch, record: Record) -> bool:
    author = record.message.node
    return author == batch.node.id or is_below(author, batch.node.id)


def _is_held_by_county(batch: Batch, record: Record) -> bool:
    header = record.message.header
    if header.seq > batch.position(header.log).acknowledged:
        return False
    refs = parts_of(stored_body(record.message))
    large = [ref.hash for ref in refs if not is_small(ref.size)]
    return all(
        batch.work.execute(
            "SELECT 1 FROM large_part WHERE hash = ? AND acknowledged = TRUE", (part,)
        ).fetchone()
        for part in large
    )


def _is_waiting(batch: Batch, record: Record) -> bool:
    """Owed to the parent, or nobody has adopted a parent to owe it to."""
    if batch.parent not in batch.neighbours:
        return True
    row = batch.work.execute(
        "SELECT 1 FROM listed WHERE message_id = ? AND neighbour = ?",
        (record.message.id, batch.parent),
    ).fetchone()
    return row is not None
