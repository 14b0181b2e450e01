"""How far a case's messages have got on their way to the county: the badge of its row."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.names import CaseId, LogName, author_of, is_below
from sync.batch import IDS_PER_QUERY_MAX, Batch
from sync.returning import sent_back_to


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


class _Sent(Struct, frozen=True):
    """A message that goes up from here."""

    is_held_by_county: bool
    is_waiting: bool  # owed to the parent


# What is committed of these cases: whose each message is, whether the county's signed word covers
# it and all its large parts, and whether the parent is still owed it.
_MESSAGES: Final = (
    "SELECT m.case_id, m.log, m.seq <= COALESCE(p.acknowledged, 0) AND NOT EXISTS"
    " (SELECT 1 FROM part_reference AS r JOIN large_part AS g ON g.hash = r.hash"
    " WHERE r.owner = m.id AND g.acknowledged = FALSE),"
    " EXISTS (SELECT 1 FROM listed AS l WHERE l.message_id = m.id AND l.neighbour = ?)"
    " FROM message AS m LEFT JOIN log_position AS p ON p.log = m.log WHERE m.case_id IN ({})"
)


def row_state(batch: Batch, case: CaseId) -> RowState:
    return row_states(batch, [case])[case]


def row_states(batch: Batch, cases: Sequence[CaseId]) -> Mapping[CaseId, RowState]:
    """The worst of its messages decides for each case; a case sent back says why."""
    batch.load_cases(cases)
    sent = {} if batch.is_county else _sent(batch, cases)
    return {each: _state(batch, each, sent.get(each, ())) for each in cases}


def returned(batch: Batch, case: CaseId) -> str | None:
    """Why the case was sent back here and nobody here has gone on with it."""
    found = batch.case(case).case
    return sent_back_to(found, batch.node.id) if found is not None else None


def _state(batch: Batch, case: CaseId, sent: Sequence[_Sent]) -> RowState:
    if (code := returned(batch, case)) is not None:
        return RowState(Way.RETURNED, code=code)
    if all(each.is_held_by_county for each in sent):
        return RowState(Way.COUNTY_HELD, percent=100)
    waiting = sum(each.is_waiting for each in sent)
    if not waiting:
        return RowState(Way.RECEIVED, percent=100)
    if waiting == len(sent):
        return RowState(Way.LOCAL_ONLY)
    return RowState(Way.UPLOADING, percent=100 * (len(sent) - waiting) // len(sent))


def _sent(batch: Batch, cases: Sequence[CaseId]) -> Mapping[CaseId, Sequence[_Sent]]:
    """Messages of this node and of those below it, by case."""
    has_parent = batch.parent in batch.neighbours  # else nobody is there to owe them to
    found: dict[CaseId, list[_Sent]] = defaultdict(list)
    for start in range(0, len(cases), IDS_PER_QUERY_MAX):
        some = cases[start : start + IDS_PER_QUERY_MAX]
        query = _MESSAGES.format(", ".join("?" * len(some)))
        rows = batch.work.execute(query, (batch.parent, *some)).fetchall()
        for case, log, is_held, is_owed in rows:
            if _goes_up(batch, LogName(log)):
                found[case].append(_Sent(bool(is_held), bool(is_owed) or not has_parent))
    return found


def _goes_up(batch: Batch, log: LogName) -> bool:
    author = author_of(log)
    return author == batch.node.id or is_below(author, batch.node.id)
