"""What the county owes every node: acknowledgements, leases, numbers, word of duplicates, answers.

An acknowledgement permits forgetting, so it is written only after the commit of what it covers,
and never beyond a message whose small parts have not come.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from casework.instants import instant_text
from casework.names import (
    Incarnation,
    Lane,
    LogName,
    MessageId,
    NodeId,
    PartHash,
    author_of,
    is_below,
    log_name,
)
from casework.numbering import BLOCK_SIZE, NumberKind
from sync.batch import Batch, LogPosition
from sync.bodies import Acknowledgement, Lease, NumberBlock
from sync.frame import SMALL_PART_BYTES_MAX
from sync.linking import tell_linked
from sync.writing import write

if TYPE_CHECKING:
    from sync.node import Node

LEASE_SPAN: Final = timedelta(hours=72)
LEASE_RENEWED_AFTER: Final = timedelta(hours=1)
LEASE_BELOW_RENEWED_AFTER: Final = timedelta(hours=6)
PARTS_PER_ACKNOWLEDGEMENT_MAX: Final = 500


class CountyDuties:
    def __init__(self, node: "Node") -> None:
        self._node: Final = node

    async def run(self) -> None:
        """Acknowledge what has been committed, and top up number blocks that run low."""
        await self._node.change(self._run)

    def on_contact(self, batch: Batch, neighbour: NodeId) -> None:
        """Renew the leases of a neighbour and of those below it, and see to their numbers."""
        for node in batch.trust.nodes():
            if node == neighbour:
                self._renew(batch, node, LEASE_RENEWED_AFTER)
            elif is_below(node, neighbour):
                self._renew(batch, node, LEASE_BELOW_RENEWED_AFTER)
            else:
                continue
            self._top_up(batch, node)

    def _run(self, batch: Batch) -> None:
        heard: set[NodeId] = {batch.node.id}
        for position in _unacknowledged(batch):
            heard.add(author_of(position.log))
            self._acknowledge(batch, position)
        for node in sorted(heard):
            self._top_up(batch, node)
        tell_linked(batch)
        if self._node.judge is not None:
            self._node.judge.answer(batch)

    def _acknowledge(self, batch: Batch, position: LogPosition) -> None:
        upto = min(position.seq, _first_lacking(batch, position.log) - 1)
        parts = _fresh_parts(batch, position.log)
        if upto < 1 or (upto <= position.acknowledged and not parts):
            return
        upto = max(upto, position.acknowledged)
        id_ = position.id if upto == position.seq else batch.find_at(position.log, upto)
        if id_ is None:
            return
        write(batch, Acknowledgement(position.log, upto, MessageId(id_), parts))

    def _renew(self, batch: Batch, node: NodeId, after: timedelta) -> None:
        incarnation = _newest(batch, node)
        if incarnation is None:
            return
        newest = batch.work.execute(
            "SELECT max(at) FROM lease WHERE node = ? AND incarnation = ?", (node, incarnation)
        ).fetchone()[0]
        if newest is None or newest < instant_text(batch.now - after):
            write(batch, Lease(node, incarnation, instant_text(batch.now + LEASE_SPAN)))

    def _top_up(self, batch: Batch, node: NodeId) -> None:
        """Give out another block of numbers while less than half of one can be left.

        How many were used is not known here; a message of the node uses at most one of a kind.
        """
        incarnation = _newest(batch, node) if node != batch.node.id else batch.node.incarnation
        if incarnation is None:
            return
        used = batch.position(log_name(node, incarnation, Lane.CASE)).seq
        for kind in NumberKind:
            given = batch.work.execute(
                "SELECT coalesce(sum(last - first + 1), 0) FROM number_block"
                " WHERE node = ? AND incarnation = ? AND document_kind = ?",
                (node, incarnation, kind.value),
            ).fetchone()[0]
            if given - used < BLOCK_SIZE // 2:
                self._give(batch, node, incarnation, kind)

    def _give(self, batch: Batch, node: NodeId, incarnation: Incarnation, kind: NumberKind) -> None:
        block, last = batch.work.execute(
            "SELECT coalesce(max(block), 0), coalesce(max(CASE WHEN document_kind = ?"
            " THEN last END), 0) FROM number_block",
            (kind.value,),
        ).fetchone()
        body = NumberBlock(
            block=block + 1,
            node=node,
            incarnation=incarnation,
            document_kind=kind.value,
            first=last + 1,
            last=last + BLOCK_SIZE,
        )
        write(batch, body)


def _newest(batch: Batch, node: NodeId) -> Incarnation | None:
    """The machine that works there now; None if its key has ended: it gets nothing any more."""
    known = batch.trust.incarnations_of(node)
    if not known:
        return None
    logs = (log_name(node, known[-1], lane) for lane in Lane)
    return known[-1] if all(batch.trust.find_end(log) is None for log in logs) else None


def _unacknowledged(batch: Batch) -> list[LogPosition]:
    """Logs that grew, or of which a large part has become whole."""
    rows = batch.work.execute(
        "SELECT log FROM log_position WHERE seq > acknowledged AND log NOT LIKE ?"
        " UNION SELECT l.log FROM large_part AS l JOIN part AS p ON p.hash = l.hash"
        " WHERE l.acknowledged = FALSE AND p.state = 'held' AND l.log NOT LIKE ? ORDER BY log",
        (f"{batch.node.id}/%", f"{batch.node.id}/%"),
    ).fetchall()
    return [batch.position(LogName(row[0])) for row in rows]


def _first_lacking(batch: Batch, log: LogName) -> int:
    """The first place of a log whose message still lacks a small part."""
    row = batch.work.execute(
        "SELECT min(m.seq) FROM part AS p CROSS JOIN part_reference AS r CROSS JOIN message AS m"
        " WHERE p.state = 'awaited' AND p.size <= ? AND r.hash = p.hash AND m.id = r.owner"
        " AND m.log = ?",
        (SMALL_PART_BYTES_MAX, log),
    ).fetchone()
    return row[0] if row[0] is not None else 2**53


def _fresh_parts(batch: Batch, log: LogName) -> tuple[PartHash, ...]:
    rows = batch.work.execute(
        "SELECT l.hash FROM large_part AS l JOIN part AS p ON p.hash = l.hash"
        " WHERE l.acknowledged = FALSE AND p.state = 'held' AND l.log = ? ORDER BY l.hash LIMIT ?",
        (log, PARTS_PER_ACKNOWLEDGEMENT_MAX),
    ).fetchall()
    return tuple(PartHash(row[0]) for row in rows)
