"""Who is owed what: the rules by which a message joins the lists of the neighbours.

Upwards goes everything. Downwards a case goes to those whom it concerns, from its first message to
the entry by which they leave; a control message goes to whom it names (protocol.md section 5b).
"""

from collections.abc import Collection, Iterable
from typing import Final

from casework.asking import Guest
from casework.case import Case
from casework.interest import entitled
from casework.names import Incarnation, Lane, LogName, NodeId, author_of, is_below, is_county
from sync import bodies
from sync.batch import Batch, CaseState, Record, child_towards, standing_first
from sync.bodies import SetAnnouncement
from sync.delivery import ZERO_DIGEST, Want
from sync.engine import Work
from sync.hearing import is_newest
from sync.payloads import Body
from sync.stored import parts_of, stored_body, stored_message
from sync.tables import MessageState

INCARNATION: Final = "incarnation"
WANTED_MESSAGES_MAX: Final = 500  # appended again at one receipt's request


def list_record(batch: Batch, record: Record, before: Case | None) -> None:
    """List a message to every neighbour that is to have it; `before`: the case as it stood."""
    _list_upwards(batch, record)
    _list_downwards(batch, record, before)


def forget_other_lives(work: Work, incarnation: Incarnation) -> None:
    """Lists belong to two incarnations: a machine enrolled anew on its old disk begins afresh."""
    row = work.execute("SELECT value FROM setting WHERE key = ?", (INCARNATION,)).fetchone()
    if row is not None and bytes(row[0]) == incarnation.encode():
        return
    if row is not None:
        for table in ("listed", "delivery", "neighbour"):
            work.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
    work.execute(
        "INSERT INTO setting (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (INCARNATION, incarnation.encode()),
    )


def begin_lists(batch: Batch, neighbour: NodeId, incarnation: Incarnation) -> None:
    """Adopt a neighbour's incarnation: new lists at 1, of everything that it is owed."""
    work = batch.work
    work.execute("DELETE FROM listed WHERE neighbour = ?", (neighbour,))
    work.execute("DELETE FROM delivery WHERE neighbour = ?", (neighbour,))
    work.executemany(
        "INSERT INTO delivery (neighbour, lane, listed_n, listed_digest, receipted_n,"
        " receipted_digest, received_n, received_digest) VALUES (?, ?, 0, ?, 0, ?, 0, ?)",
        [(neighbour, lane.value, ZERO_DIGEST, ZERO_DIGEST, ZERO_DIGEST) for lane in Lane],
    )
    work.execute(
        "INSERT INTO neighbour (node, incarnation, adopted_at, last_contact_at)"
        " VALUES (?, ?, ?, ?) ON CONFLICT (node) DO UPDATE SET"
        " incarnation = excluded.incarnation, adopted_at = excluded.adopted_at",
        (neighbour, incarnation, batch.at, batch.at),
    )
    batch.forget_lists(neighbour)
    if neighbour == batch.parent:
        _offer_upwards(batch, neighbour, incarnation)
    else:
        _offer_downwards(batch, neighbour, incarnation)


def list_wanted(batch: Batch, neighbour: NodeId, wants: Iterable[Want]) -> None:
    """Append what a receipt asks for again, where the asker may have it."""
    room = WANTED_MESSAGES_MAX
    for want in wants:
        rows = batch.work.execute(
            "SELECT id, wire, brought_by, brought_from FROM message"
            " WHERE log = ? AND seq BETWEEN ? AND ? AND NOT EXISTS (SELECT 1 FROM listed"
            " WHERE listed.message_id = message.id AND listed.neighbour = ?)"
            " ORDER BY seq LIMIT ?",
            (want.log, want.first, want.last, neighbour, room),
        ).fetchall()
        for id_, wire, by, incarnation in rows:
            message = stored_message(wire, id_)
            record = Record(message, None, MessageState.ADMITTED, None, by, incarnation)
            if neighbour == batch.parent or _may_have(batch, neighbour, record):
                batch.list_for(neighbour, message)
                room -= 1
        if room <= 0:
            return


def concern(batch: Batch, state: CaseState) -> set[NodeId]:
    """The children through which a case's concerned nodes are reached."""
    me = batch.node.id
    found = (child_towards(me, node) for node in state.interest)
    return {child for child in found if child is not None}


def _list_upwards(batch: Batch, record: Record) -> None:
    parent = batch.parent
    if parent is None or record.brought_by == parent:
        return
    if _is_beyond_end(batch, record):
        return  # A `resubmit` carries it.
    batch.list_for(parent, record.message)


def _is_beyond_end(batch: Batch, record: Record) -> bool:
    header = record.message.header
    end = batch.trust.find_end(header.log)
    return end is not None and header.seq > end.seq


def _list_downwards(batch: Batch, record: Record, before: Case | None) -> None:
    children = batch.children()
    if not children:
        return
    named = _addressees(batch, record)
    if named is not None:
        for child in named & set(children):
            _list_unless_theirs(batch, child, record)
        if isinstance(record.body, bodies.Reply) and record.body.found is not None:
            _list_to_guest(batch, batch.case(record.body.found), named)
        return
    case = record.message.header.case
    assert case is not None, "a message without addressees belongs to a case"
    _list_to_concerned(batch, batch.case(case), record, before)


def _list_to_concerned(batch: Batch, state: CaseState, record: Record, before: Case | None) -> None:
    """Those who were told hear of this too, even if they leave by it; who joins hears it all."""
    told = set(state.told)
    concerned = concern(batch, state) & set(batch.neighbours)
    for child in sorted(told):
        _list_unless_theirs(batch, child, record)
    for child in sorted(told & concerned):
        if is_widened(before, state.case, child, state.guests):
            _list_parts_again(batch, child, batch.messages_of(state.id))
    joining = sorted(concerned - told)
    if joining:
        records = standing_first(batch.messages_of(state.id), state.case)
        for child in joining:
            _list_whole_case(batch, child, records, again=child in state.left_out)
    for child in sorted(_told_why(batch, record.body) - told - concerned):
        batch.list_for(child, record.message)
    if told != concerned:
        state.left_out = (state.left_out | told) - concerned
        state.told = concerned
        batch.touch(state)


def _list_to_guest(batch: Batch, state: CaseState, towards: set[NodeId]) -> None:
    """Behind the answer comes what was asked for: the case, or what it could not have before."""
    for child in sorted(towards & concern(batch, state) & set(batch.neighbours)):
        records = standing_first(batch.messages_of(state.id), state.case)
        if child in state.told:
            _list_parts_again(batch, child, records)
            continue
        _list_whole_case(batch, child, records, again=child in state.left_out)
        state.told = state.told | {child}
        state.left_out = state.left_out - {child}
        batch.touch(state)


def _told_why(batch: Batch, body: Body | None) -> set[NodeId]:
    """Whoever wrote what the county answers hears of it, even if no case has come of it."""
    match body:
        case bodies.Notice(str() as about) | bodies.Verdict(about):
            subject = batch.find(about)
        case _:
            return set()
    return _towards(batch, subject.node) if subject is not None else set()


def is_widened(
    before: Case | None, after: Case | None, node: NodeId, guests: Collection[Guest] = ()
) -> bool:
    """Whether a node may have parts that it was not given, or has since erased."""
    if before is None or after is None:
        return False
    if _roles(before) == _roles(after):
        return False
    return any(
        entitled(after, node, part.ref, part.node, guests)
        and not entitled(before, node, part.ref, part.node, guests)
        for part in before.parts
    )


def _roles(case: Case) -> tuple[object, ...]:
    """What may let a node that knows a case have more of it."""
    return case.pen, case.pickup, case.questions


def _list_whole_case(
    batch: Batch, child: NodeId, records: Iterable[Record], *, again: bool
) -> None:
    """A child that was told before and left has erased its parts: it is told everything again."""
    of_case = [each for each in records if _addressees(batch, each) is None]
    for record in of_case:
        if again:
            batch.list_for(child, record.message)
        else:
            _list_unless_theirs(batch, child, record)
    if again:
        _list_parts_again(batch, child, of_case)


def _list_parts_again(batch: Batch, child: NodeId, records: Iterable[Record]) -> None:
    """Repeat what names parts, after the entry that lets the child have them."""
    for record in records:
        if parts_of(stored_body(record.message)) and _addressees(batch, record) is None:
            batch.list_for(child, record.message)


def _list_unless_theirs(batch: Batch, child: NodeId, record: Record) -> None:
    if record.brought_by == child and record.brought_from == batch.neighbours.get(child):
        return
    batch.list_for(child, record.message)


def _addressees(batch: Batch, record: Record) -> set[NodeId] | None:  # noqa: PLR0911
    """The children a message is for by itself; None if that is decided by the case it names."""
    message, header = record.message, record.message.header
    body = record.body if record.body is not None else stored_body(message)
    match body:
        case bodies.Lease(node) | bodies.NumberBlock(_, node) | bodies.ReleaseRequest(node):
            return _towards(batch, node)
        case bodies.Acknowledgement(log):
            return _towards(batch, author_of(log))
        case SetAnnouncement():
            return set(batch.children())
        case bodies.Reply(query):
            asked = batch.find(query)
            return _towards(batch, asked.node) if asked is not None else set()
        case bodies.ContactReport() if is_county(batch.node.id):
            return set(batch.children())  # A case of theirs may lie with any village of another.
        case bodies.ContactReport():
            return set() if is_below(message.node, batch.node.id) else set(batch.children())
        case (
            bodies.Query() | bodies.NodeReport() | bodies.ReceiptManifest() | bodies.SampleFinding()
        ):
            return set()
        case bodies.Notice() if header.case is None:
            return _told_why(batch, body)
    if header.case is not None:
        return None
    return set(batch.children()) if is_county(message.node) else set()


def _towards(batch: Batch, node: NodeId) -> set[NodeId]:
    child = child_towards(batch.node.id, node)
    return {child} if child is not None else set()


def _may_have(batch: Batch, child: NodeId, record: Record) -> bool:
    named = _addressees(batch, record)
    if named is not None:
        return child in named
    case = record.message.header.case
    return case is not None and child in batch.case(case).told


def _offer_upwards(batch: Batch, parent: NodeId, incarnation: Incarnation) -> None:
    """What the county has not acknowledged, and what earlier incarnations of the parent wrote."""
    rows = batch.work.execute(
        "SELECT m.id, m.wire, m.log, m.brought_by, m.brought_from FROM message AS m"
        " LEFT JOIN log_position AS p ON p.log = m.log"
        " WHERE (m.brought_by IS DISTINCT FROM ?"
        " AND (p.acknowledged IS NULL OR m.seq > p.acknowledged))"
        " OR m.log LIKE ? ORDER BY m.arrival",
        (parent, f"{parent}/%"),
    ).fetchall()
    for id_, wire, log, by, from_ in rows:
        record = Record(stored_message(wire, id_), None, MessageState.ADMITTED, None, by, from_)
        theirs = by == parent and from_ == incarnation
        earlier = author_of(LogName(log)) == parent
        if theirs or (not earlier and _is_beyond_end(batch, record)):
            continue
        batch.list_for(parent, record.message)


def _offer_downwards(batch: Batch, child: NodeId, incarnation: Incarnation) -> None:
    """What is for the child by itself, what it wrote before, and every case that concerns it."""
    listed: set[str] = set()
    control = batch.work.execute(
        "SELECT id, wire, brought_by, brought_from FROM message WHERE case_id IS NULL"
        " ORDER BY arrival"
    ).fetchall()
    for id_, wire, by, from_ in control:
        record = Record(stored_message(wire, id_), None, MessageState.ADMITTED, None, by, from_)
        named = _addressees(batch, record)
        if named is not None and child in named and not _is_outdated(batch, record):
            _list_unless_theirs(batch, child, record)
            listed.add(id_)
    for (case_id,) in batch.work.execute(
        "SELECT id FROM case_row WHERE interest LIKE ? ORDER BY began_at, id",
        (f"% {_reach_pattern(child)}%",),
    ).fetchall():
        state = batch.case(case_id)
        state.told.discard(child)
        if child in concern(batch, state):
            records = standing_first(batch.messages_of(case_id), state.case)
            again = child in state.left_out
            _list_whole_case(batch, child, records, again=again)
            listed.update(record.message.id for record in records)
            state.told.add(child)
            state.left_out.discard(child)
        batch.touch(state)
    earlier = batch.work.execute(
        "SELECT id, wire, brought_by, brought_from FROM message WHERE log LIKE ? ORDER BY arrival",
        (f"{child}/%",),
    ).fetchall()
    for id_, wire, by, from_ in earlier:
        message = stored_message(wire, id_)
        if id_ not in listed and message.incarnation != incarnation:
            record = Record(message, None, MessageState.ADMITTED, None, by, from_)
            _list_unless_theirs(batch, child, record)


def _is_outdated(batch: Batch, record: Record) -> bool:
    """A lease that ended; an announcement or a report that a newer one follows."""
    body = stored_body(record.message)
    match body:
        case bodies.Lease(_, _, until):
            return until < batch.at
        case SetAnnouncement(name, version):
            newest = batch.setting(f"announced:{name}")
            return newest is not None and int(newest) > version
        case bodies.ContactReport():
            return not is_newest(batch, record.message)
        case _:
            return False


def _reach_pattern(child: NodeId) -> str:
    """What the names of a child and of all below it begin with."""
    region, machine = child.split("-")
    return region if machine == "01" else child
