"""What the county granted to nodes, leases and blocks of numbers, as one transaction asks for it.

A frame of a township asks the same two questions for each of its five hundred entries. Grants are
only ever added, so an answer holds for the transaction until one is added in it.
"""

from typing import Final

from msgspec import Struct

from casework.names import CaseId, CaseNumber, Incarnation, NodeId
from casework.numbering import NumberKind
from sync.engine import Work


class LeaseSpan(Struct, frozen=True):
    """A lease, and when the next one of the same incarnation was signed."""

    at: str
    until: str
    followed_at: str | None

    def is_newest_by(self, at: str) -> bool:
        return self.at <= at and (self.followed_at is None or at < self.followed_at)


class Granted:
    def __init__(self, work: Work) -> None:
        self._work: Final = work
        self._leases: dict[tuple[NodeId, Incarnation], LeaseSpan] = {}
        self._blocks: dict[tuple[NodeId, NumberKind], range] = {}
        self._numbered: dict[CaseNumber, CaseId] = {}

    def lease_by(self, node: NodeId, incarnation: Incarnation, at: str) -> LeaseSpan | None:
        """The newest lease signed by an instant."""
        known = self._leases.get((node, incarnation))
        if known is not None and known.is_newest_by(at):
            return known
        row = self._work.execute(
            "SELECT l.at, l.until, (SELECT min(n.at) FROM lease AS n WHERE n.node = l.node"
            " AND n.incarnation = l.incarnation AND n.at > l.at) FROM lease AS l"
            " WHERE l.node = ? AND l.incarnation = ? AND l.at <= ? ORDER BY l.at DESC LIMIT 1",
            (node, incarnation, at),
        ).fetchone()
        if row is None:
            return None
        found = self._leases[node, incarnation] = LeaseSpan(*row)
        return found

    def added(self, node: NodeId, incarnation: Incarnation) -> None:
        """A lease was written down for this incarnation."""
        self._leases.pop((node, incarnation), None)

    def has_number(self, node: NodeId, kind: NumberKind, serial: int) -> bool:
        """Whether a number is of a block that this node was given."""
        if serial in self._blocks.get((node, kind), ()):
            return True
        row = self._work.execute(
            "SELECT first, last FROM number_block WHERE node = ? AND document_kind = ?"
            " AND first <= ? AND last >= ?",
            (node, kind.value, serial, serial),
        ).fetchone()
        if row is None:
            return False
        self._blocks[node, kind] = range(row[0], row[1] + 1)
        return True

    def is_free(self, number: CaseNumber, case: CaseId) -> bool:
        """Whether no other case bears a number; from here on it is this one's."""
        if (bearer := self._numbered.get(number)) is not None:
            return bearer == case
        query = "SELECT 1 FROM case_row WHERE number = ? AND id <> ? LIMIT 1"
        if self._work.execute(query, (number, case)).fetchone() is not None:
            return False
        self._numbered[number] = case
        return True
