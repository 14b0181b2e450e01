"""The values a batch keeps while it works, and the rows that they become.

Mutable on purpose: each belongs to one batch, on one thread, for one transaction.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from casework.asking import Guest
from casework.calls import Call, CallKind, calls_of
from casework.case import Case
from casework.entry import Written
from casework.instants import instant_text
from casework.names import (
    ZERO_ID,
    CaseId,
    Incarnation,
    LogName,
    MessageId,
    NodeId,
    ancestors_of,
    author_of,
    is_below,
)
from casework.papers import owes_papers
from casework.verdict import Evidence, Verdict
from sync.payloads import Body, Message
from sync.returning import awaits_mending
from sync.stored import case_to_bytes, kind_name
from sync.tables import UNRANKED, MessageState

PUT_CASE: Final = (
    "INSERT INTO case_row (id, number, matter, version, status, pen, pickup, opened_by,"
    " received_by, department, decided_at, decided_under, rebuilt_from, head, began_at, moved_at,"
    " updated_at, applicant, id_tail, interest, told, left_out, parked, blocked, owes, supply_by,"
    " taken_up, fallen, calls, returned, urgency, folded)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET number = excluded.number, matter = excluded.matter,"
    " version = excluded.version, status = excluded.status, pen = excluded.pen,"
    " pickup = excluded.pickup, opened_by = excluded.opened_by,"
    " received_by = excluded.received_by, department = excluded.department,"
    " decided_at = excluded.decided_at, decided_under = excluded.decided_under,"
    " rebuilt_from = excluded.rebuilt_from,"
    " head = excluded.head, began_at = excluded.began_at, moved_at = excluded.moved_at,"
    " updated_at = excluded.updated_at, applicant = excluded.applicant,"
    " id_tail = excluded.id_tail,"
    " interest = excluded.interest, told = excluded.told, left_out = excluded.left_out,"
    " parked = excluded.parked, blocked = excluded.blocked, owes = excluded.owes,"
    " supply_by = excluded.supply_by, taken_up = excluded.taken_up,"
    " fallen = excluded.fallen, calls = excluded.calls,"
    " returned = excluded.returned, due_on = NULL, urgency = excluded.urgency,"
    " warns_on = NULL,"
    " folded = excluded.folded"
)


class LogPosition(Struct):
    """How far a log is held here, and how far by the county."""

    log: LogName
    seq: int = 0
    id: MessageId = ZERO_ID
    acknowledged: int = 0
    stopped_at: int | None = None
    trust: bytes | None = None
    anchor: MessageId | None = None
    changed: bool = False


class Tail(Struct):
    """The end of a list to a neighbour: where the next message goes."""

    n: int
    digest: bytes


class Record(Struct):
    """A message that takes its place in the journal with this batch."""

    message: Message
    body: Body | None
    state: MessageState
    code: str | None
    brought_by: NodeId | None
    brought_from: Incarnation | None


class Judged(Struct, frozen=True):
    """A decision that was judged in this transaction; its verdict is yet to be signed."""

    written: Written
    evidence: Evidence
    found: Verdict
    is_refused: bool


class CaseState(Struct):
    """A case as the projection holds it, and what its row remembers besides."""

    id: CaseId
    case: Case | None = None
    told: set[NodeId] = set()
    left_out: set[NodeId] = set()
    parked: int = 0
    blocked: str | None = None
    applicant: str | None = None
    id_tail: str | None = None
    interest: frozenset[NodeId] = frozenset()
    guests: tuple[Guest, ...] = ()
    is_plain: bool = True  # no message of it is held that `advance` would not see
    is_new: bool = False  # nothing of it was held before this batch
    changed: bool = False


def message_row(record: Record, at: str) -> tuple[Any, ...]:
    message, header = record.message, record.message.header
    return (
        message.id,
        kind_name(message),
        header.log,
        header.seq,
        header.at,
        header.case,
        record.state.value,
        record.code,
        record.brought_by,
        record.brought_from,
        at,
        message.wire,
    )


def case_row(state: CaseState, case: Case, me: NodeId, at: str) -> tuple[Any, ...]:
    return (
        case.id,
        case.number,
        case.matter.matter,
        case.matter.version,
        case.status.value if case.status else None,
        case.pen,
        case.pickup,
        case.opened_by,
        case.received_by,
        case.department,
        instant_text(case.decision.at) if case.decision else None,
        case.decision.delegation if case.decision else None,
        case.rebuilt_from,
        case.head,
        instant_text(case.timeline[0].at),
        instant_text(case.timeline[-1].at),
        at,
        state.applicant,
        state.id_tail,
        names_text(state.interest),
        names_text(state.told),
        names_text(state.left_out),
        state.parked,
        state.blocked,
        owes_papers(case),
        case.supply_by,
        names_text(case.taken_up),
        fallen_text(case),
        calls_text(case),
        awaits_mending(case, me),
        UNRANKED,
        case_to_bytes(case),
    )


def names_text(names: Iterable[NodeId] | Iterable[MessageId]) -> str:
    """Nodes or messages with a space around each, so that LIKE finds one."""
    return f" {' '.join(sorted(names))} "


def fallen_text(case: Case) -> str | None:
    """What fell out of the chain and was not taken up; None where nothing did."""
    found = set(case.fallen) - set(case.taken_up)
    return names_text(found) if found else None


def calls_text(case: Case) -> str | None:
    """What waits for a node at the case, so that LIKE finds a kind and a node."""
    calls = calls_of(case)
    if not calls:
        return None
    return f" {' '.join(f'{each.kind}@{each.node}@{each.by}@{each.id}' for each in calls)} "


def calls_in(text: str) -> tuple[Call, ...]:
    found = (each.split("@") for each in text.split())
    return tuple(
        Call(CallKind(kind), NodeId(node), by, MessageId(id_)) for kind, node, by, id_ in found
    )


def names_in(text: str) -> set[NodeId]:
    return {NodeId(each) for each in text.split()}


@lru_cache(maxsize=8192)
def is_under(log: LogName, node: NodeId) -> bool:
    """Whether the author of a log stands below a node, which then wants the log whole."""
    return is_below(author_of(log), node)


@lru_cache(maxsize=8192)
def child_towards(me: NodeId, node: NodeId) -> NodeId | None:
    """The child through which a node below is reached; None if it is not below."""
    path = (node, *ancestors_of(node))
    return path[path.index(me) - 1] if me in path[1:] else None


def standing_first(records: list[Record], case: Case | None) -> list[Record]:
    """A case's messages in chain order: entries that stand as they follow, then the rest."""
    if case is None:
        return records
    place = {moment.entry: number for number, moment in enumerate(case.timeline)}
    return sorted(records, key=lambda each: place.get(each.message.id, len(place)))
