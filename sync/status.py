"""How a node stands with its neighbours: what waits to go up, what is still to come down.

Counted from the lists and the parts alone, so that what the sync bar says is what the database
says. Nothing here is personal: numbers, node names and versions.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from casework.names import Incarnation, NodeId, parent_of, region_of
from sync.engine import Work
from sync.relay import LinkState

_OWED: Final = (
    "SELECT COUNT(*), COUNT(DISTINCT message.case_id), COALESCE(SUM(LENGTH(message.wire)), 0)"
    " FROM listed JOIN message ON message.id = listed.message_id WHERE listed.neighbour = ?"
)
# Large parts travel beside the lists; the county's acknowledgement says that they have arrived.
_PARTS_OWED: Final = (
    "SELECT COUNT(*), COALESCE(SUM(part.size), 0) FROM large_part"
    " JOIN part ON part.hash = large_part.hash"
    " WHERE large_part.acknowledged = FALSE AND part.state = 'held' AND large_part.log LIKE ?"
)
_COMING: Final = (
    "SELECT COUNT(DISTINCT part_arrival.hash), COUNT(DISTINCT part_reference.case_id)"
    " FROM part_arrival JOIN part_reference ON part_reference.hash = part_arrival.hash"
)


class Backlog(Struct, frozen=True):
    """What a neighbour has not receipted yet; `parts` are large ones on their way up."""

    messages: int = 0
    cases: int = 0
    bytes: int = 0
    parts: int = 0
    part_bytes: int = 0


class Coming(Struct, frozen=True):
    """Large parts that are still to arrive here, and the cases that wait for them."""

    parts: int = 0
    cases: int = 0


class LineStatus(Struct, frozen=True, kw_only=True):
    """The line to one neighbour."""

    neighbour: NodeId
    state: LinkState
    since: datetime  # when it came to be so
    last_contact_at: datetime | None
    carrier: str | None
    code: str | None
    bytes_per_second: int
    backlog: Backlog


class NodeStatus(Struct, frozen=True, kw_only=True):
    """What `/health` answers. It is 200 for as long as the node can work, line or no line."""

    version: str
    node: NodeId
    incarnation: Incarnation
    database: str
    sets: Mapping[str, int]
    sets_complete: bool
    sets_behind: bool
    sync: LinkState | None  # the line up; None at the county
    lines: tuple[LineStatus, ...]
    coming: Coming
    returned: int  # cases that the county sent back and that nobody here has taken up
    alarms: int


def backlog_to(work: Work, neighbour: NodeId, *, me: NodeId) -> Backlog:
    messages, cases, size = work.execute(_OWED, (neighbour,)).fetchone()
    if neighbour != parent_of(me):
        return Backlog(messages, cases, size)
    # What this node and those below it wrote: the rest came from above.
    reach = region_of(me) if me.endswith("-01") else me
    parts, part_bytes = work.execute(_PARTS_OWED, (f"{reach}%",)).fetchone()
    return Backlog(messages, cases, size, parts, part_bytes)


def coming(work: Work) -> Coming:
    return Coming(*work.execute(_COMING).fetchone())


def count_returned(work: Work) -> int:
    """The cases that the county sent back and nobody here has gone on with."""
    row = work.execute("SELECT COUNT(*) FROM case_row WHERE returned IS NOT NULL").fetchone()
    return int(row[0])


def alarms(work: Work) -> int:
    """How much there is in the audit that a person has to look at."""
    row = work.execute("SELECT COUNT(*) FROM audit WHERE is_alarm").fetchone()
    return int(row[0])
