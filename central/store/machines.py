"""What the county's journal tells of every node's machine, by its newest incarnation."""

from collections import defaultdict
from datetime import datetime

import msgspec
from msgspec import Struct

from casework.instants import parse_instant
from casework.names import Incarnation, LogName, NodeId, split_log
from sync.bodies import TrustVersions
from sync.engine import Database, Work

# The newest message of each log, where it is held: its time, and the sets its author worked by.
_LOGS = (
    "SELECT p.log, p.seq, p.acknowledged, p.stopped_at, p.trust, m.received_at"
    " FROM log_position AS p LEFT JOIN message AS m ON m.id = p.id"
)
_WAITING = (
    "SELECT listed.neighbour, COUNT(*), COUNT(DISTINCT message.case_id)"
    " FROM listed JOIN message ON message.id = listed.message_id GROUP BY listed.neighbour"
)


class Machine(Struct, kw_only=True):
    """`held` messages of its logs are held here, `acknowledged` of them for good."""

    incarnation: Incarnation | None = None
    last_contact_at: datetime | None = None
    last_message_at: datetime | None = None
    held: int = 0
    acknowledged: int = 0
    is_stopped: bool = False
    sets: TrustVersions | None = None
    lease_until: datetime | None = None
    messages_owed: int = 0
    cases_owed: int = 0
    set_aside: int = 0


async def read_machines(
    database: Database, newest: dict[NodeId, Incarnation]
) -> dict[NodeId, Machine]:
    """The machines of these incarnations; others have been replaced."""
    return await database.read(lambda work: _read(work, newest))


def _read(work: Work, newest: dict[NodeId, Incarnation]) -> dict[NodeId, Machine]:
    found: dict[NodeId, Machine] = defaultdict(Machine)
    for node, incarnation in newest.items():
        found[node].incarnation = incarnation
    for log, seq, acknowledged, stopped_at, trust, received_at in work.execute(_LOGS).fetchall():
        node, incarnation, _ = split_log(LogName(log))
        if newest.get(node) != incarnation:
            continue
        machine = found[node]
        machine.held += seq
        machine.acknowledged += acknowledged
        machine.is_stopped |= stopped_at is not None
        at = parse_instant(received_at) if received_at else None
        if at is not None and (machine.last_message_at is None or at > machine.last_message_at):
            machine.last_message_at = at
        if trust is not None:
            shown = msgspec.json.decode(trust, type=TrustVersions)
            if machine.sets is None or machine.sets.is_behind(shown):
                machine.sets = shown
    _read_neighbours(work, newest, found)
    return dict(found)


def _read_neighbours(
    work: Work, newest: dict[NodeId, Incarnation], found: dict[NodeId, Machine]
) -> None:
    for node, at in work.execute("SELECT node, last_contact_at FROM neighbour").fetchall():
        found[NodeId(node)].last_contact_at = parse_instant(at)
    leases = "SELECT node, incarnation, MAX(until) FROM lease GROUP BY node, incarnation"
    for node, incarnation, until in work.execute(leases).fetchall():
        if newest.get(NodeId(node)) == incarnation:
            found[NodeId(node)].lease_until = parse_instant(until)
    for node, messages, cases in work.execute(_WAITING).fetchall():
        found[NodeId(node)].messages_owed = messages
        found[NodeId(node)].cases_owed = cases
    aside = "SELECT neighbour, COUNT(*) FROM set_aside GROUP BY neighbour"
    for node, count in work.execute(aside).fetchall():
        found[NodeId(node)].set_aside = count
