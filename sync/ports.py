"""What the journal asks of its surroundings: the trust sets, the judge, and those who look on.

Each is a small protocol, so that a test hands in a dozen lines where a tier hands in its own.
They are called on the writer's thread, inside the transaction: they must not wait for anything.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from casework.case import Case
from casework.entry import Written
from casework.names import CaseId, Incarnation, KeyId, LogName, NodeId
from sync.bodies import TrustVersions
from sync.directory import Directory, LogEnd
from sync.engine import Work
from sync.keys import KeyRecord
from sync.payloads import Body, Header, Message

if TYPE_CHECKING:
    from sync.batch import Batch


class Trust(Protocol):
    """One state of the trust sets; a new state is a new object, given to `Node.adopt_trust`."""

    @property
    def versions(self) -> TrustVersions: ...
    def find_key(self, key_id: KeyId) -> KeyRecord | None: ...
    def find_end(self, log: LogName) -> LogEnd | None: ...
    def incarnations_of(self, node: NodeId) -> Sequence[Incarnation]: ...
    def keys_of(self, node: NodeId) -> Sequence[KeyRecord]: ...
    def nodes(self) -> Iterable[NodeId]: ...


class Judge(Protocol):
    """Steps 9 and 10 of admission, at the county: None, or the code that says why not."""

    def judge(
        self, batch: "Batch", case: Case | None, written: Written, header: Header | None
    ) -> str | None:
        """`header` is the entry's own; None for an original that a resubmit carries."""

    def judge_other(self, batch: "Batch", message: Message, body: Body) -> str | None:
        """The same for what is no entry: step 9 for a deposit, a query, a movement of paper."""

    def answer(self, batch: "Batch") -> None:
        """Answer the questions that nodes have asked about cases they do not hold."""

    def pronounce(self, batch: "Batch") -> None:
        """Sign the verdicts on the decisions that this change brought."""

    def reconsider(self, batch: "Batch") -> None:
        """Judge again what was judged by older trust sets than those now in force."""


class Applied(Struct, frozen=True):
    """What one transaction added: its messages in order, and the cases that moved."""

    messages: tuple[Message, ...]
    cases: tuple[CaseId, ...]


class Observer(Protocol):
    """Whoever keeps rows that follow from the journal; called before the commit, part of it."""

    def applied(self, work: Work, applied: Applied) -> None: ...


class DirectoryTrust(Struct, frozen=True):
    """The port's view of a directory and of the versions of all sets held."""

    directory: Directory
    versions: TrustVersions

    def find_key(self, key_id: KeyId) -> KeyRecord | None:
        return self.directory.find_key(key_id)

    def find_end(self, log: LogName) -> LogEnd | None:
        return self.directory.find_end(log)

    def incarnations_of(self, node: NodeId) -> Sequence[Incarnation]:
        entry = self.directory.find_node(node)
        return entry.incarnations if entry is not None else ()

    def keys_of(self, node: NodeId) -> Sequence[KeyRecord]:
        entry = self.directory.find_node(node)
        return entry.keys if entry is not None else ()

    def nodes(self) -> Iterable[NodeId]:
        return (entry.node.id for entry in self.directory.nodes)
