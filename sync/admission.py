"""Admission, steps 1 to 10: what a receiver checks before a message counts (protocol.md 5).

Each check raises the `EnvelopeError` whose `then` says what becomes of the message; the first
failure ends it. Nothing here writes: `sync.inbox` carries out what comes of it.
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from casework.entry import Entry, PartRef
from casework.names import LogName, NodeId, PartHash, author_of, is_county
from sync.batch import Batch, is_under
from sync.bodies import Resubmit
from sync.delivery import check_sender
from sync.errors import (
    BodyError,
    EnvelopeError,
    ForkError,
    PartError,
    RevokedKeyError,
    TrustRollbackError,
    UnknownKeyError,
)
from sync.frame import Absence
from sync.part_rows import PartState, states
from sync.parts import check_part, is_small
from sync.payloads import (
    Body,
    Claim,
    Message,
    check_key_window,
    check_trust,
    check_type,
    open_original,
    read_body,
    verify_claim,
)
from sync.ports import Trust
from sync.stored import parts_of


class Place(StrEnum):
    """How a message fits into what is held of its log."""

    NEXT = "next"
    DUPLICATE = "duplicate"
    GAP = "gap"
    OUTSIDE = "outside"  # of a log that this node need not hold whole


class Baggage(Struct, frozen=True):
    """What a frame brought besides wires."""

    parts: Mapping[PartHash, bytes] = {}
    absences: Mapping[PartHash, Absence] = {}


class Brought(Struct, frozen=True):
    """A message that its author signed and that this neighbour may bring."""

    message: Message
    neighbour: NodeId
    from_child: bool
    is_own_past: bool  # written by an earlier incarnation of this node


def verify_brought(batch: Batch, claim: Claim, neighbour: NodeId) -> Brought:
    """Steps 3 and 4, for a wire that `read_claim` took apart by steps 1 and 2."""
    me, log = batch.node.id, claim.header.log
    own_past = author_of(log) == me and not log.startswith(f"{me}/{batch.node.incarnation}/")
    # (3) The log has not ended before this; what an earlier incarnation of mine wrote is exempt.
    if not own_past:
        check_end(batch.trust, log, claim.header.seq)
    # (4) The signature, and who may bring this.
    message = verify_claim(claim, batch.trust.find_key)
    if (log, neighbour) not in batch.senders_checked:
        check_sender(log, neighbour=neighbour, me=me, my_incarnation=batch.node.incarnation)
        batch.senders_checked.add((log, neighbour))
    return Brought(message, neighbour, neighbour != batch.parent, own_past)


def check_end(trust: Trust, log: LogName, seq: int) -> None:
    end = trust.find_end(log)
    if end is not None and seq > end.seq:
        raise RevokedKeyError(f"{log} ended at {end.seq}")


def try_body(batch: Batch, message: Message) -> Body | BodyError | None:
    """The body, or what is wrong with it: its parts are looked at before its form is judged."""
    if message.kind is None:
        return None
    try:
        body = read_body(message)
        if isinstance(body, Resubmit):
            _check_original(batch, message, body)
    except BodyError as error:
        return error
    if isinstance(body, Entry) and message.header.case is None:
        return BodyError("an entry of no case")
    return body


def _check_original(batch: Batch, message: Message, body: Resubmit) -> None:
    """What is carried is its author's word: who carries it vouches for nothing."""
    try:
        original = open_original(body, batch.trust.find_key)
    except (BodyError, UnknownKeyError):
        raise
    except EnvelopeError as error:
        raise BodyError(f"a resubmit of what is not genuine: {error}") from error
    if original.header.case != message.header.case:
        raise BodyError("a resubmit for another case")


def small_parts(
    batch: Batch, brought: Brought, body: Body | None, baggage: Baggage
) -> dict[PartHash, bytes]:
    """Step 5: the small parts that came along, checked; upwards they must be complete."""
    refs = [ref for ref in parts_of(body) if is_small(ref.size)]
    found: dict[PartHash, bytes] = {}
    absent: list[PartRef] = []
    for ref in refs:
        data = baggage.parts.get(ref.hash)
        if data is None:
            absent.append(ref)
            continue
        check_part(data, part=ref.hash, size=ref.size)
        found[ref.hash] = data
    if brought.from_child:
        _check_absent(batch, absent, baggage)
    return found


def _check_absent(batch: Batch, absent: list[PartRef], baggage: Baggage) -> None:
    unexplained = [ref.hash for ref in absent if ref.hash not in baggage.absences]
    if not unexplained:
        return
    known = states(batch.work, unexplained)
    for part in unexplained:
        if known.get(part) is not PartState.HELD:
            raise PartError(f"{part} did not come along")


def place_in_log(batch: Batch, brought: Brought) -> Place:
    """Step 6: the position in its log, or ForkError."""
    header = brought.message.header
    position = batch.position(header.log)
    keeps_whole = is_under(header.log, batch.node.id)
    is_next = keeps_whole and header.seq == position.seq + 1
    standing = None
    if not is_next or batch.has_strays(header.log):
        standing = batch.find_at(header.log, header.seq)
    if standing == brought.message.id:
        return Place.NEXT if is_next else Place.DUPLICATE
    if standing is not None:
        raise ForkError(f"{header.log}/{header.seq}")
    if position.stopped_at is not None and header.seq >= position.stopped_at:
        raise RevokedKeyError(f"{header.log} was stopped at {position.stopped_at}")
    if not keeps_whole:
        _check_predecessor(batch, brought)
        return Place.OUTSIDE
    if header.seq <= position.seq:
        # Before the position that this ancestor began the log at: the county holds it.
        return Place.DUPLICATE if brought.from_child else Place.OUTSIDE
    if is_next and header.prev != position.id:
        raise ForkError(f"{header.log}/{header.seq} follows another message")
    if is_next:
        return Place.NEXT
    # What comes from above is outside the gap rule; the child itself brings what lies between.
    return Place.GAP if brought.from_child else Place.OUTSIDE


def _check_predecessor(batch: Batch, brought: Brought) -> None:
    header = brought.message.header
    before = batch.find_at(header.log, header.seq - 1)
    if before is not None and before != header.prev:
        raise ForkError(f"{header.log}/{header.seq} follows another message")


def check_lawful(batch: Batch, brought: Brought) -> None:
    """Step 8, at the county: kind, key window, anchor, trust versions."""
    message = brought.message
    check_type(message)
    record = batch.trust.find_key(message.key_id)
    assert record is not None, "its signature was verified by it"
    check_key_window(message, record)
    _check_anchor(batch, message)
    shown = batch.shown_trust(message.header.log)
    if shown == message.header.trust:
        return
    if shown is not None:
        check_trust(message, shown)
    batch.show_trust(message.header.log, message.header.trust)


def _check_anchor(batch: Batch, message: Message) -> None:
    """What a log has leaned on once was signed before whatever follows in it.

    Else a node could write today by an anchor of last week, under a lease that has long lapsed.
    """
    header = message.header
    position = batch.position(header.log)
    if header.anchor == position.anchor or header.seq != position.seq + 1:
        return
    before = batch.find(position.anchor) if position.anchor is not None else None
    now = batch.find(header.anchor) if header.anchor is not None else None
    if now is None or not is_county(now.node):
        return  # Under no word of the county's that is held there is no lease either.
    if before is not None and now.header.at < before.header.at:
        raise TrustRollbackError(f"{header.log}/{header.seq} leans on an older word")
    position.anchor, position.changed = now.id, True


def judged(batch: Batch, message: Message, body: Body | None) -> str | None:
    """Step 9 for what is no entry; an entry is judged when it comes to stand in its chain."""
    if body is None or isinstance(body, Entry) or batch.node.judge is None:
        return None
    return batch.node.judge.judge_other(batch, message, body)
