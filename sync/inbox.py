"""The inbox: what a neighbour brings, admitted message by message in one transaction.

`sync.admission` says what a message is; this module carries out what comes of it. A frame counts
whole or not at all, but a message in it that fails stops nobody else's (protocol.md section 5).
"""

from collections.abc import Iterable, Mapping

from casework.entry import Entry
from casework.names import CaseId, LogName, NodeId, PartHash
from sync import county_answers as answers
from sync.admission import (
    Baggage,
    Brought,
    Place,
    check_lawful,
    judged,
    place_in_log,
    small_parts,
    try_body,
    verify_brought,
)
from sync.batch import Batch
from sync.bodies import Resubmit
from sync.delivery import Position, open_head, progress
from sync.errors import BodyError, EnvelopeError, ForkError, Then, WrongSenderError
from sync.frame import Frame
from sync.holding import (
    drop_set_aside,
    hold,
    kept_aside,
    prove_fork,
    set_aside,
    settle_set_aside,
    take_held,
)
from sync.payloads import RESUBMIT, Body, Claim, read_claim
from sync.projection import refold
from sync.recording import record, refer_to_parts, renew_parts
from sync.tables import MessageState
from sync.vault import taken_parts
from sync.writing import write


def admit_frame(batch: Batch, neighbour: NodeId, frame: Frame) -> bool:
    """Admit what is new in a frame. False: it began beyond what is held and was not read.

    Raises EnvelopeError if the frame as a whole is not to be believed.
    """
    head = open_head(frame.head, batch.trust.find_key)
    _check_list(batch, neighbour, head.from_node, head.from_incarnation)
    if (head.to_node, head.to_incarnation) != (batch.node.id, batch.node.incarnation):
        raise WrongSenderError(f"a frame for {head.to_node}/{head.to_incarnation}")
    n, digest = batch.work.execute(
        "SELECT received_n, received_digest FROM delivery WHERE neighbour = ? AND lane = ?",
        (neighbour, head.lane.value),
    ).fetchone()
    held = Position(n, digest)
    news = progress(held, head.position, first=frame.first, wires=frame.wires)
    if not news.wires and frame.first > held.n + 1:
        return False
    baggage = Baggage(taken_parts(batch.node.vault, frame.parts), dict(frame.absences))
    repeated = frame.wires[: len(frame.wires) - len(news.wires)]
    admit(batch, neighbour, repeated if baggage.parts else (), baggage)
    admit(batch, neighbour, news.wires, baggage)
    if news.wires:
        batch.work.execute(
            "UPDATE delivery SET received_n = ?, received_digest = ?, received_head = ?"
            " WHERE neighbour = ? AND lane = ?",
            (
                news.position.n,
                news.position.digest,
                frame.head,
                neighbour,
                head.lane.value,
            ),
        )
    return True


def admit(batch: Batch, neighbour: NodeId, wires: Iterable[bytes], baggage: Baggage) -> None:
    """Admit wires one after another; each failure is its own."""
    # (1) (2) Size, form, header.
    claims = [(wire, _claim_in(wire)) for wire in wires]
    named = (claim.header.case for _, claim in claims if isinstance(claim, Claim))
    batch.load_cases(case for case in named if case is not None)
    for wire, claim in claims:
        if isinstance(claim, EnvelopeError):
            set_aside(batch, wire, neighbour, claim, None)
            continue
        try:
            _admit_one(batch, claim, neighbour, baggage)
        except EnvelopeError as error:
            set_aside(batch, wire, neighbour, error, claim.header)
        while batch.moved:
            release_held(batch, batch.moved.pop())


def retry_set_aside(batch: Batch) -> int:
    """Try again what failed by key or sender: the directory may say something else by now."""
    tried = 0
    for kept in kept_aside(batch.work, Then.KEPT):
        if kept.neighbour not in batch.neighbours:
            continue
        try:
            _admit_one(batch, read_claim(kept.wire), kept.neighbour, Baggage())
        except EnvelopeError:
            continue
        drop_set_aside(batch.work, [kept.id])
        tried += 1
    return tried


def release_held(batch: Batch, log: LogName) -> None:
    """Admit what was held behind a gap that has closed."""
    while log in batch.held_logs:
        position = batch.position(log)
        found = take_held(batch.work, log, position.seq + 1)
        if found is None:
            return
        wire, neighbour = found
        claim = read_claim(wire)
        try:
            _admit_one(batch, claim, neighbour, None)
        except EnvelopeError as error:
            set_aside(batch, wire, neighbour, error, claim.header)
            return


def _admit_one(batch: Batch, claim: Claim, neighbour: NodeId, baggage: Baggage | None) -> None:
    """Steps 3 to 11 for one wire. `baggage` None: it was held, its parts were taken then."""
    # (3) (4) Key, signature, sender.
    brought = verify_brought(batch, claim, neighbour)
    tried = try_body(batch, brought.message)
    body = None if isinstance(tried, BodyError) else tried
    # (5) Small parts.
    small = small_parts(batch, brought, body, baggage) if baggage is not None else {}
    # (6) The place in its log.
    try:
        place = place_in_log(batch, brought)
    except ForkError:
        prove_fork(batch, brought.message, neighbour)
        _freeze_touched(batch, brought)
        return
    match place:
        case Place.GAP:
            hold(batch, brought.message, neighbour)
            refer_to_parts(batch, brought.message, body, small)
        case Place.DUPLICATE:
            renew_parts(batch, brought.message, body, small)
        case Place.OUTSIDE:
            _count(batch, brought, tried, small)
        case Place.NEXT:
            if batch.has_strays(brought.message.header.log) and batch.knows(brought.message.id):
                renew_parts(batch, brought.message, body, small)
            else:
                _count(batch, brought, tried, small)
            _advance(batch, brought)
    if batch.has_set_aside:
        settle_set_aside(batch, brought.message.header.log, brought.message.header.seq)


def _count(
    batch: Batch,
    brought: Brought,
    tried: Body | BodyError | None,
    small: Mapping[PartHash, bytes],
) -> None:
    """Steps 7 to 11: from here on a message takes its number, whatever is wrong with it."""
    message = brought.message
    body, code = word_on(batch, brought, tried)
    record(
        batch,
        message,
        body,
        small=small,
        brought_by=brought.neighbour,
        state=MessageState.ADMITTED if code is None else MessageState.REFUSED,
        code=code,
        answer=answers.refuse_entry if batch.is_county else None,
    )
    if code is not None and batch.is_county:
        answers.refuse(batch, message, body if isinstance(body, Entry) else None, code)
    if brought.is_own_past:
        _resubmit(batch, brought)


def word_on(
    batch: Batch, brought: Brought, tried: Body | BodyError | None
) -> tuple[Body | None, str | None]:
    """Steps 7 to 10: the body, if it has the form of one, and the code if it may not stand."""
    if isinstance(tried, BodyError):
        return None, tried.code
    if not batch.is_county:
        return tried, None
    try:
        check_lawful(batch, brought)
        return tried, judged(batch, brought.message, tried)
    except EnvelopeError as error:
        return tried, error.code


def _resubmit(batch: Batch, brought: Brought) -> None:
    """Carry what an earlier incarnation wrote beyond the end of its log, unchanged."""
    header = brought.message.header
    end = batch.trust.find_end(header.log)
    if end is None or end.compromised or header.seq <= end.seq:
        return
    if brought.message.type != RESUBMIT.type:
        write(batch, Resubmit(brought.message.wire), case=header.case)


def _advance(batch: Batch, brought: Brought) -> None:
    position = batch.position(brought.message.header.log)
    position.seq, position.id = brought.message.header.seq, brought.message.id
    position.changed = True
    if position.log in batch.held_logs:
        release_held(batch, position.log)


def _freeze_touched(batch: Batch, brought: Brought) -> None:
    """A fork seen here freezes the cases it touches, until the directory says what counts."""
    header = brought.message.header
    rows = batch.work.execute(
        "SELECT DISTINCT case_id FROM message WHERE log = ? AND seq >= ? AND case_id IS NOT NULL",
        (header.log, header.seq),
    ).fetchall()
    touched = {CaseId(row[0]) for row in rows}
    if header.case is not None:
        touched.add(header.case)
    for case in sorted(touched):
        refold(batch, case, answers.refuse_entry if batch.is_county else None)


def _check_list(batch: Batch, neighbour: NodeId, from_node: NodeId, incarnation: str) -> None:
    if from_node != neighbour:
        raise WrongSenderError(f"a frame of {from_node}, brought by {neighbour}")
    if batch.neighbours.get(neighbour) != incarnation:
        raise WrongSenderError(f"{neighbour}/{incarnation} has not said hello")


def _claim_in(wire: bytes) -> Claim | EnvelopeError:
    try:
        return read_claim(wire)
    except EnvelopeError as error:
        return error
