"""Recording a message: its row, what follows from it, and its place in the neighbours' lists.

The one way into the journal, for what is written here and for what was admitted alike. Whoever
calls has settled whose word it is; the batch makes all of it one change.
"""

from collections.abc import Mapping
from typing import Final

from casework.entry import Entry, PartRef
from casework.interest import entitled
from casework.names import (
    CaseId,
    LogName,
    MessageId,
    NodeId,
    PartHash,
    author_of,
    county_of,
    is_below,
    is_county,
)
from sync import bodies, part_rows
from sync.batch import Batch, CaseState, Record
from sync.clock import (
    ClockGuard,
    guard_from_bytes,
    guard_to_bytes,
    hear_county,
    read,
)
from sync.errors import WrongTypeError
from sync.hearing import take_report
from sync.inquiries import guests_of, note_inquiry
from sync.outbox import is_widened, list_record
from sync.part_rows import PartState
from sync.parts import is_small
from sync.payloads import Body, Message, TimeTrust, check_type
from sync.projection import BLOCKED_BY_UNREAD, Answer, block, count_in, has_say, interested
from sync.stored import instant_of, kind_name, parts_of, stored_message, written_in, written_of
from sync.tables import MessageState

ANCHOR: Final = "anchor"
ANCHOR_AT: Final = "anchor-at"
CLOCK_GUARD: Final = "clock-guard"


def record(  # noqa: PLR0913 - what is known of a message, each by its name
    batch: Batch,
    message: Message,
    body: Body | None,
    *,
    small: Mapping[PartHash, bytes | None] = {},
    brought_by: NodeId | None = None,
    state: MessageState = MessageState.ADMITTED,
    code: str | None = None,
    answer: Answer | None = None,
) -> Record:
    """Write a message down. `answer` is given at the county, for what others wrote.

    `small` holds checked bytes of parts that came along, None for a large one that is on the shelf.
    """
    if message.kind is None:
        state = MessageState.UNREAD
    from_ = batch.neighbours.get(brought_by) if brought_by is not None else None
    made = Record(message, body, state, code, brought_by, from_)
    about = batch.case(message.header.case) if message.header.case is not None else None
    before = about.case if about is not None else None
    batch.add(made)
    refer_to_parts(batch, message, body, small)
    if state is MessageState.ADMITTED:
        _apply(batch, made, body, answer)
    elif state is MessageState.UNREAD and about is not None:
        if has_say(about, message.node):
            block(batch, about, BLOCKED_BY_UNREAD)
    elif isinstance(body, Entry) and about is not None:
        about.is_plain = False
    await_parts(batch, message, body, small)
    if about is not None and is_widened(before, about.case, batch.node.id, about.guests):
        _await_widened(batch, about)
    list_record(batch, made, before)
    return made


def take_up(batch: Batch, made: Record, answer: Answer | None) -> None:
    """What follows from a message that an earlier release kept unread, now that it is read."""
    message, case = made.message, made.message.header.case
    before = batch.case(case).case if case is not None else None
    batch.work.execute(
        "UPDATE message SET kind = ?, state = ?, code = ? WHERE id = ?",
        (kind_name(message), made.state.value, made.code, message.id),
    )
    refer_to_parts(batch, message, made.body, {})
    if made.state is MessageState.ADMITTED:
        _apply(batch, made, made.body, answer)
    await_parts(batch, message, made.body, {})
    list_record(batch, made, before)


def refer_to_parts(
    batch: Batch, message: Message, body: Body | None, small: Mapping[PartHash, bytes | None]
) -> None:
    """Note which parts a message names, and hold those that came along."""
    for ref in parts_of(body):
        batch.refer(ref.hash, message.id, message.header.case)
        if ref.hash in small:
            batch.hold_part(ref, small[ref.hash])
        if not is_small(ref.size):
            batch.work.execute(
                "INSERT INTO large_part (hash, log, acknowledged) VALUES (?, ?, FALSE)"
                " ON CONFLICT DO NOTHING",
                (ref.hash, message.header.log),
            )


def renew_parts(
    batch: Batch, message: Message, body: Body | None, small: Mapping[PartHash, bytes]
) -> None:
    """Take the parts of a message that is held already: they may have been erased, or late."""
    lost = [ref for ref in parts_of(body) if ref.hash in small or not is_small(ref.size)]
    if not lost:
        return
    known = part_rows.states(batch.work, [ref.hash for ref in lost])
    lost = [ref for ref in lost if known.get(ref.hash) is not PartState.HELD]
    for ref in lost:
        if not _is_ours(batch, message, ref, without_case=True):
            continue
        batch.refer(ref.hash, message.id, message.header.case)
        if ref.hash in small:
            batch.hold_part(ref, small[ref.hash])
        else:
            part_rows.wait_for(batch.work, [ref])


def await_parts(
    batch: Batch, message: Message, body: Body | None, small: Mapping[PartHash, bytes | None]
) -> None:
    """Wait for the parts that are to come, and note those that are not for this node."""
    refs = parts_of(body)
    absent = [ref for ref in refs if ref.hash not in small and not batch.brings(ref.hash)]
    if not absent:
        return
    known = part_rows.states(batch.work, [ref.hash for ref in absent])
    lacking = [ref for ref in absent if known.get(ref.hash) is not PartState.HELD]
    coming = [ref for ref in lacking if _is_for_here(batch, message, ref)]
    part_rows.wait_for(batch.work, coming)
    others = [ref for ref in lacking if ref not in coming]
    part_rows.do_without(batch.work, others, PartState.NOT_ENTITLED)


def _await_widened(batch: Batch, state: CaseState) -> None:
    """This node's role has grown: large parts that it did without are to come."""
    assert state.case is not None, "a role in a case that there is"
    me = batch.node.id
    large = [part for part in state.case.parts if not is_small(part.ref.size)]
    known = part_rows.states(batch.work, [part.ref.hash for part in large])
    coming = [
        part.ref
        for part in large
        if known.get(part.ref.hash) is not PartState.HELD
        and entitled(state.case, me, part.ref, part.node, state.guests)
    ]
    part_rows.wait_for(batch.work, coming)


def stored_guard(batch: Batch) -> ClockGuard:
    stored = batch.setting(CLOCK_GUARD)
    return guard_from_bytes(stored) if stored else _guard_from_journal(batch)


def _guard_from_journal(batch: Batch) -> ClockGuard:
    """What the journal knows of time, where the guard was taken away: a new node knows nothing."""
    own = batch.work.execute(
        "SELECT wire FROM message WHERE log LIKE ? ORDER BY arrival DESC LIMIT 1",
        (f"{batch.node.id}/%",),
    ).fetchone()
    heard = batch.work.execute(
        "SELECT MAX(at) FROM message WHERE log LIKE ?", (f"{county_of(batch.node.id)}/%",)
    ).fetchone()[0]
    county_at = instant_of(heard) if heard is not None and batch.parent is not None else None
    if own is None:
        return ClockGuard(county_at=county_at)
    header = stored_message(own[0]).header
    doubted = header.time is TimeTrust.SUSPECT
    highest = None if doubted else instant_of(header.at)
    return ClockGuard(highest_wall=highest, county_at=county_at, suspect=doubted)


def _is_for_here(batch: Batch, message: Message, ref: PartRef) -> bool:
    """An ancestor waits for every part. From above a large one comes later, a small one never."""
    me = batch.node.id
    if message.node == me or is_below(message.node, me):
        return True
    if is_small(ref.size):
        return False
    return _is_ours(batch, message, ref, without_case=False)


def _is_ours(batch: Batch, message: Message, ref: PartRef, *, without_case: bool) -> bool:
    """Whether this node's role in the case of a message calls for one of its parts."""
    state = batch.case(message.header.case) if message.header.case is not None else None
    if state is None or state.case is None:
        return without_case
    return entitled(state.case, batch.node.id, ref, message.node, state.guests)


def _apply(batch: Batch, made: Record, body: Body | None, answer: Answer | None) -> None:
    message = made.message
    if is_county(message.node) and message.node != batch.node.id:
        _hear(batch, message)
    match body:
        case Entry():
            count_in(batch, written_of(message, body), answer)
        case bodies.Resubmit():
            written = written_in(message)
            if written is not None and message.header.case == written.case:
                batch.case(written.case).is_plain = False
                count_in(batch, written, answer)
        case (
            bodies.Lease()
            | bodies.SetAnnouncement()
            | bodies.NumberBlock()
            | bodies.ContactReport()
            | bodies.Query()
            | bodies.Reply()
            | bodies.Notice()
        ):
            if _is_lawful(message):
                _apply_lawful(batch, message, body)
        case bodies.Acknowledgement(log, seq, id_, parts):
            if _is_lawful(message) and not is_void(batch, message):
                acknowledge(batch, log, seq, id_)
                batch.work.executemany(
                    "UPDATE large_part SET acknowledged = TRUE WHERE hash = ?",
                    [(each,) for each in parts],
                )
                batch.parts_acknowledged += parts
        case _:
            return


def _receive_guest(batch: Batch, case: CaseId | None) -> None:
    """Who was given a case is told of it from here on, as long as the purpose lasts."""
    if case is None:
        return
    state = batch.case(case)
    state.guests = guests_of(batch.work, case)
    if state.case is None:
        return
    before = state.interest
    interested(state)
    if state.interest != before:
        batch.touch(state)
    _await_widened(batch, state)


def acknowledge(batch: Batch, log: LogName, seq: int, id: MessageId) -> None:  # noqa: A002
    """The county holds a log up to here. An ancestor that was rebuilt follows the log from here."""
    position = batch.position(log)
    if seq > position.acknowledged:
        before = batch.acknowledged.get(log, (position.acknowledged, 0))[0]
        batch.acknowledged[log] = (before, seq)
        position.acknowledged = seq
        position.changed = True
    if seq > position.seq and is_below(author_of(log), batch.node.id):
        position.seq, position.id = seq, id
        position.changed = True
        batch.moved.add(log)


def is_void(batch: Batch, message: Message) -> bool:
    """An acknowledgement beyond the position that the county's next incarnation follows."""
    end = batch.trust.find_end(message.header.log)
    return end is not None and message.header.seq > end.seq


def _is_lawful(message: Message) -> bool:
    """Only the county judges the authors of kinds; elsewhere an unlawful one has no effect."""
    try:
        check_type(message)
    except WrongTypeError:
        return False
    return True


def _apply_lawful(batch: Batch, message: Message, body: Body) -> None:
    """What follows from a word of somebody who may say it, beside entries."""
    header = message.header
    match body:
        case bodies.Query() | bodies.Reply() | bodies.Notice():
            _receive_guest(batch, note_inquiry(batch, message, body))
        case bodies.Lease(node, incarnation, until):
            batch.work.execute(
                "INSERT INTO lease (id, log, seq, node, incarnation, at, until)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (message.id, header.log, header.seq, node, incarnation, header.at, until),
            )
            batch.granted.added(node, incarnation)
            if (node, incarnation) == (batch.node.id, batch.node.incarnation):
                _anchor(batch, message)
        case bodies.SetAnnouncement(name, version):
            newest = batch.setting(f"announced:{name}")
            if newest is None or int(newest) < version:
                batch.set(f"announced:{name}", str(version).encode())
            _anchor(batch, message)
        case bodies.ContactReport():
            take_report(batch, message, body)
        case bodies.NumberBlock(block_, node, incarnation, kind, first, last):
            batch.work.execute(
                "INSERT INTO number_block (id, block, node, incarnation, document_kind, first,"
                " last, next_free) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (message.id, block_, node, incarnation, kind, first, last, first),
            )


def _anchor(batch: Batch, message: Message) -> None:
    """The newest word of the county: what this node writes from here on was written after it."""
    newest = batch.setting(ANCHOR_AT)
    if newest is None or newest.decode() <= message.header.at:
        batch.set(ANCHOR, message.id.encode())
        batch.set(ANCHOR_AT, message.header.at.encode())


def _hear(batch: Batch, message: Message) -> None:
    """Any message of the county tells its time."""
    guard = stored_guard(batch)
    heard = hear_county(guard, instant_of(message.header.at), read(batch.node.clock))
    if heard != guard:
        batch.set(CLOCK_GUARD, guard_to_bytes(heard))
