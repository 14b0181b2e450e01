"""The journal of a node: what it has signed and admitted, and what all of that adds up to.

A message, the case it changes and its place in the lists of the neighbours are one transaction.
Everything that reads answers from what is committed, or from the transaction it is called in.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec import Struct

from casework.case import Case
from casework.entry import Written
from casework.errors import NumbersExhaustedError, UnknownCaseError
from casework.instants import parse_instant
from casework.names import (
    CaseId,
    CaseNumber,
    Incarnation,
    LogName,
    MessageId,
    NodeId,
    PartHash,
)
from casework.numbering import NumberBlock, NumberKind, number_at
from casework.standing import LeaseHeld
from sync import part_rows
from sync.batch import Batch, Record
from sync.claims import is_release_requested, open_deposits
from sync.clock import TimeTrust, judge, read
from sync.engine import Work
from sync.part_rows import PartState
from sync.payloads import Body, Message
from sync.projection import entries_of, refold
from sync.recording import stored_guard
from sync.row_state import RowState, row_state
from sync.writing import is_rolled_back, write

if TYPE_CHECKING:
    from sync.node import Node


T = TypeVar("T")


class Opened(Struct, frozen=True, kw_only=True):
    """A case as it stands here, with what an officer must know before acting on it."""

    case: Case
    blocked: str | None  # a code: nothing may be done here until it is lifted
    parked: int  # entries held whose predecessor is not
    applicant: str | None


class Now(Struct, frozen=True):
    """The present as this node knows it."""

    at: datetime
    is_suspect: bool


class LogSummary(Struct, frozen=True):
    log: LogName
    seq: int
    acknowledged: int


class Journal:
    def __init__(self, node: "Node") -> None:
        self._node: Final = node

    # Writing.

    async def append(
        self,
        body: Body,
        *,
        case: CaseId | None = None,
        parts: Mapping[PartHash, bytes] = {},
        at: datetime | None = None,
    ) -> Message:
        """Sign and record a message of this node; inside a transaction it is part of that.

        An entry without a case begins one. `parts` brings the small parts that the body names;
        large ones are shelved first (`Parts.shelve`). `at` is the instant that was judged by, the
        present if None. RolledBackError if this machine must enrol again.
        """

        def act(batch: Batch) -> Message:
            return write(batch, body, case=case, small=parts, at=at).message

        return await self._node.change(act, fault="act")

    async def now(self) -> Now:
        """The present, and whether the clock may be believed; what to judge and sign by."""

        def ask(work: Work) -> Now:
            batch = Batch(self._node, work)
            reading = read(self._node.clock)
            trusted = judge(stored_guard(batch), reading) is TimeTrust.TRUSTED
            return Now(reading.wall, not trusted)

        return await self._node.database.read(ask)

    async def take_number(self, kind: NumberKind) -> CaseNumber:
        """The next free number of this incarnation's blocks; NumbersExhaustedError if none is."""
        node = self._node

        def take(work: Work) -> CaseNumber:
            row = work.execute(
                "SELECT id, block, first, last, next_free FROM number_block WHERE node = ?"
                " AND incarnation = ? AND document_kind = ? AND next_free <= last"
                " ORDER BY block LIMIT 1",
                (node.id, node.incarnation, kind.value),
            ).fetchone()
            if row is None:
                raise NumbersExhaustedError(kind)
            id_, number, first, last, serial = row
            work.execute("UPDATE number_block SET next_free = ? WHERE id = ?", (serial + 1, id_))
            block = NumberBlock(number, node.id, node.incarnation, kind, first, last)
            return number_at(block, serial)

        return await node.database.work(take)

    async def numbers_left(self, kind: NumberKind) -> int:
        rows = await self._node.database.fetch(
            "SELECT coalesce(sum(last - next_free + 1), 0) FROM number_block"
            " WHERE node = ? AND incarnation = ? AND document_kind = ? AND next_free <= last",
            (self._node.id, self._node.incarnation, kind.value),
        )
        return int(rows[0][0])

    # Reading cases.

    async def find_case(self, case: CaseId) -> Case | None:
        opened = await self.find_opened(case)
        return opened.case if opened is not None else None

    async def get_case(self, case: CaseId) -> Case:
        found = await self.find_case(case)
        if found is None:
            raise UnknownCaseError(case)
        return found

    async def find_opened(self, case: CaseId) -> Opened | None:
        def ask(batch: Batch) -> Opened | None:
            state = batch.case(case)
            if state.case is None:
                return None
            return Opened(
                case=state.case,
                blocked=state.blocked,
                parked=state.parked,
                applicant=batch.applicant_of(state),
            )

        return await self._ask(ask)

    async def find_by_number(self, number: str) -> CaseId | None:
        rows = await self._node.database.fetch(
            "SELECT id FROM case_row WHERE number = ? ORDER BY began_at, id LIMIT 1", (number,)
        )
        return CaseId(rows[0][0]) if rows else None

    async def entries(self, case: CaseId) -> tuple[Written, ...]:
        """Every entry of a case that is held and counts, standing or not."""
        held = await self._ask(lambda batch: entries_of(batch, case))
        return tuple(held.values())

    async def messages(self, case: CaseId) -> tuple[Record, ...]:
        """Every message whose header names the case, in the order they came."""
        return tuple(await self._ask(lambda batch: batch.messages_of(case)))

    async def find_message(self, id: MessageId) -> Message | None:  # noqa: A002
        return await self._ask(lambda batch: batch.find(id))

    async def open_deposits(self, case: CaseId) -> Mapping[MessageId, str]:
        """Deposits that may be taken up, by id, with the instants that they count from."""

        def ask(batch: Batch) -> Mapping[MessageId, str]:
            state = batch.case(case)
            waiting = open_deposits(batch, state.case) if state.case is not None else {}
            return {id_: each.at for id_, each in waiting.items()}

        return await self._ask(ask)

    async def row_state(self, case: CaseId) -> RowState:
        """How far a case has got on its way to the county, for its badge."""
        return await self._ask(lambda batch: row_state(batch, case))

    # Standing.

    async def lease(self) -> LeaseHeld | None:
        """This incarnation's newest lease."""
        rows = await self._node.database.fetch(
            "SELECT at, until FROM lease WHERE node = ? AND incarnation = ?"
            " ORDER BY at DESC, log DESC, seq DESC LIMIT 1",
            (self._node.id, self._node.incarnation),
        )
        if not rows:
            return None
        return LeaseHeld(parse_instant(rows[0][0]), parse_instant(rows[0][1]))

    async def lease_at(
        self, node: NodeId, incarnation: Incarnation, anchor: MessageId | None
    ) -> LeaseHeld | None:
        """The lease that counts for what a node wrote under an anchor (protocol.md section 6)."""
        found = await self._ask(lambda batch: batch.find(anchor) if anchor is not None else None)
        if found is None:
            return None
        rows = await self._node.database.fetch(
            "SELECT at, until FROM lease WHERE node = ? AND incarnation = ? AND log = ?"
            " AND seq <= ? ORDER BY seq DESC LIMIT 1",
            (node, incarnation, found.header.log, found.header.seq),
        )
        if not rows:
            return None
        return LeaseHeld(parse_instant(rows[0][0]), parse_instant(rows[0][1]))

    async def release_requested(self, case: Case) -> bool:
        """Whether the county has asked this node to return the pen of a case."""
        return await self._ask(lambda batch: is_release_requested(batch, case))

    async def is_rolled_back(self) -> bool:
        return await self._ask(is_rolled_back)

    async def logs(self) -> tuple[LogSummary, ...]:
        rows = await self._node.database.fetch(
            "SELECT log, seq, acknowledged FROM log_position ORDER BY log"
        )
        return tuple(LogSummary(LogName(log), seq, acked) for log, seq, acked in rows)

    # Upkeep.

    async def rebuild_projection(self) -> int:
        """Fold every case afresh from its messages, and say how many there are."""
        rows = await self._node.database.fetch(
            "SELECT DISTINCT case_id FROM message WHERE case_id IS NOT NULL ORDER BY case_id"
        )
        for (case,) in rows:
            await self._node.change(lambda batch, case=case: refold(batch, CaseId(case)))  # type: ignore[misc]
        return len(rows)

    async def give_up_part(self, part: PartHash) -> None:
        """A person at the county closes a part that will not come, so that its log goes on."""

        def act(batch: Batch) -> None:
            if part_rows.states(batch.work, [part]).get(part) is PartState.AWAITED:
                part_rows.erase(batch.work, [part])
                batch.audit("part-given-up")

        await self._node.change(act)

    async def _ask(self, question: Callable[[Batch], T]) -> T:
        return await self._node.database.read(lambda work: question(Batch(self._node, work)))
