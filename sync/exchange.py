"""The exchange: everything two neighbours say to each other, as bytes, whatever carries them.

NATS, HTTPS, a file on a stick and the simulation use it alike. It commits before it answers, and
what it hands out may be lost, repeated or reordered without harm. Hellos, frames and receipts are
told apart by their form; a frame is zstd, the others are signed wires.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from casework.instants import instant_text
from casework.names import Lane, LogName, NodeId, PartHash
from sync import holding, part_exchange
from sync.batch import Batch
from sync.carriers.port import Outgoing, PartRange, Positions, RangeWant
from sync.contact import take_hello, take_receipt
from sync.delivery import (
    WANTS_MAX,
    Hello,
    Receipt,
    Want,
    open_hello,
    open_receipt,
    seal_hello,
    seal_receipt,
)
from sync.engine import Work
from sync.errors import EnvelopeError, ForkError
from sync.faults import fault_point
from sync.frame import FRAME_BYTES_MAX, FRAME_BYTES_MIN, ZSTD_MAGIC, Frame, FramePace, unpack
from sync.inbox import admit_frame
from sync.manifests import announce_waiting
from sync.sending import (
    find_link,
    hello_for,
    make_frame,
    receipt_for,
    receipted_positions,
    waiting,
)

if TYPE_CHECKING:
    from sync.node import Node

WANT_AGAIN_SECONDS: Final = 60.0


class Session:
    """What is remembered of a neighbour in memory only; a restart loses nothing by losing it."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.receipts_due: set[Lane] = set()
        self.asked: dict[tuple[LogName, int, int], float] = {}
        self.packing = 1000  # how well the last frame packed, in thousandths


class Exchange:
    def __init__(self, node: "Node") -> None:
        self._node: Final = node
        self._sessions: dict[NodeId, Session] = {}

    # Hello.

    def new_nonce(self) -> bytes:
        return self._node.randomness(32)

    async def make_hello(self, neighbour: NodeId, nonce: bytes) -> bytes:
        """Who is here, over the neighbour's nonce; 32 zero bytes in a carry file."""
        node = self._node
        at = instant_text(node.clock.now())
        hello = await node.database.read(
            lambda work: hello_for(work, node, neighbour, nonce.hex(), at)
        )
        return seal_hello(hello, node.signer)

    async def accept_hello(self, wire: bytes, nonce: bytes) -> NodeId:
        """Who is there; EnvelopeError if these bytes do not prove it. A contact begins with it."""
        node = self._node
        hello = open_hello(wire, node.trust.find_key, me=node.id, nonce=nonce.hex())
        await node.change(lambda batch: self._greet(batch, hello))
        session = self.session(hello.from_node)
        session.asked.clear()
        self.repeat_receipts(hello.from_node)
        self.wake(hello.from_node)
        return hello.from_node

    def _greet(self, batch: Batch, hello: Hello) -> None:
        take_hello(batch, hello)
        if hello.from_node == batch.parent:
            announce_waiting(batch)
        if self._node.duties is not None:
            self._node.duties.on_contact(batch, hello.from_node)

    # Introduction: a new machine in a parent's place, whose key a child does not know.

    async def sets_to_show(self) -> Sequence[bytes]:
        """What tells a child who this machine is: root and directory, signed by the county."""
        sets = self._node.sets
        return await sets.to_show() if sets is not None else ()

    async def take_shown(self, manifests: Sequence[bytes]) -> None:
        """Note newer sets that a stranger shows; EnvelopeError if their signatures do not hold."""
        if self._node.sets is not None:
            await self._node.sets.take_shown(manifests)

    # Sending.

    async def receipted(self, neighbour: NodeId) -> Positions:
        """How far the neighbour has receipted each lane: where a carrier starts over."""
        return await self._node.database.read(lambda work: receipted_positions(work, neighbour))

    async def frames_to_send(
        self, neighbour: NodeId, *, after: Positions, limit_bytes: int
    ) -> Sequence[Outgoing]:
        """The next frames, control before case, together about so large.

        A lane that `after` does not name goes on after its last receipt.
        """
        return await self._node.database.read(
            lambda work: self._frames(work, neighbour, after, limit_bytes)
        )

    def _frames(
        self, work: Work, neighbour: NodeId, after: Positions, limit_bytes: int
    ) -> list[Outgoing]:
        link = find_link(work, neighbour)
        if link is None:
            return []
        receipted = receipted_positions(work, neighbour)
        session, room = self.session(neighbour), limit_bytes
        frames: list[Outgoing] = []
        for lane in Lane:
            last = max(after.get(lane, 0), receipted.get(lane, 0))
            # A small rest is left: the next frame then carries it with what follows.
            enough = 0
            while room > enough:
                aim = max(FRAME_BYTES_MIN, min(room, FRAME_BYTES_MAX))
                pace = FramePace(aim, session.packing)
                wait = waiting(work, self._node, neighbour, lane, last, room=pace.room)
                if not wait.queue:
                    break
                enough = limit_bytes // 4
                packed = make_frame(self._node, link, lane, wait, pace)
                session.packing = pace.succeeded(packed).packing
                last += packed.count
                room -= len(packed.data)
                frames.append(Outgoing(lane, last, packed.data))
        return frames

    async def receipts_to_send(self, neighbour: NodeId) -> Sequence[bytes]:
        """A receipt for each lane that has one due; asked for seldom, they cover much at once."""
        session = self.session(neighbour)
        due = [lane for lane in Lane if lane in session.receipts_due]
        session.receipts_due.clear()
        if not due:
            return []
        receipts = await self._node.database.read(lambda work: self._receipts(work, neighbour, due))
        fault_point("receipt.before_send")
        return [seal_receipt(each, self._node.signer) for each in receipts]

    def repeat_receipts(self, neighbour: NodeId) -> None:
        """Have the next receipts speak of every lane: what was sent may not have arrived."""
        self.session(neighbour).receipts_due = set(Lane)

    def _receipts(self, work: Work, neighbour: NodeId, due: Sequence[Lane]) -> list[Receipt]:
        link = find_link(work, neighbour)
        if link is None:
            return []
        at = instant_text(self._node.clock.now())
        wants = self._fresh(neighbour, holding.missing(work, neighbour))
        return [
            receipt_for(
                work, self._node, link, lane=lane, wants=wants if lane is due[-1] else (), at=at
            )
            for lane in due
        ]

    def _fresh(self, neighbour: NodeId, wants: Sequence[Want]) -> list[Want]:
        """What has not been asked for lately: the sender appends all that it is asked for."""
        session, now = self.session(neighbour), self._node.clock.monotonic()
        fresh: list[Want] = []
        for want in wants[:WANTS_MAX]:
            key = (want.log, want.first, want.last)
            asked_at = session.asked.get(key)
            if asked_at is None or now - asked_at > WANT_AGAIN_SECONDS:
                session.asked[key] = now
                fresh.append(want)
        return fresh

    # Receiving.

    async def receive(self, neighbour: NodeId, blob: bytes) -> Sequence[bytes]:
        """Take in a frame or a receipt, and return once it is committed.

        Answers go back at once only where the sender has to start over; otherwise
        `receipts_to_send` answers for many frames together. Raises EnvelopeError if the blob as a
        whole is not to be believed: nothing of it counts then.
        """
        if blob.startswith(ZSTD_MAGIC):
            return await self._receive_frame(neighbour, unpack(blob))
        node = self._node
        receipt = open_receipt(blob, node.trust.find_key)
        fault_point("receipt.before_commit")
        try:
            await node.change(lambda batch: self._settle(batch, neighbour, receipt))
        except ForkError as error:
            await self._alarm("list-forked", neighbour, error)
            raise
        self.wake(neighbour)
        return []

    def _settle(self, batch: Batch, neighbour: NodeId, receipt: Receipt) -> None:
        take_receipt(batch, neighbour, receipt)
        if neighbour == batch.parent:
            announce_waiting(batch)

    async def _receive_frame(self, neighbour: NodeId, frame: Frame) -> Sequence[bytes]:
        try:
            was_read = await self._node.change(
                lambda batch: admit_frame(batch, neighbour, frame), fault="ingest"
            )
        except EnvelopeError as error:
            await self._alarm("frame-refused", neighbour, error)
            raise
        session = self.session(neighbour)
        session.receipts_due.update(Lane)
        self.wake(neighbour)
        if was_read:
            return []
        return await self.receipts_to_send(neighbour)

    async def _alarm(self, event: str, neighbour: NodeId, error: EnvelopeError) -> None:
        is_alarm = isinstance(error, ForkError)
        await self._node.change(
            lambda batch: batch.audit(
                event, is_alarm=is_alarm, neighbour=neighbour, code=error.code
            )
        )

    # Large parts.

    async def wanted_ranges(
        self, neighbour: NodeId, budget_bytes: int, among: Collection[PartHash] | None = None
    ) -> Sequence[RangeWant]:
        """What to ask this neighbour for: parts of trust sets first, then scans (`among` these)."""
        return await part_exchange.wanted(self._node, neighbour, budget_bytes, among)

    async def parts_to_carry(self, neighbour: NodeId) -> Sequence[PartHash]:
        """What a file on a stick takes along without having been asked for it."""
        return await part_exchange.to_carry(self._node, neighbour)

    async def read_ranges(
        self, neighbour: NodeId, wants: Sequence[RangeWant]
    ) -> Sequence[PartRange]:
        """Answer a neighbour, as far as its role in a case entitles it."""
        return await part_exchange.read(self._node, neighbour, wants)

    async def accept_ranges(self, neighbour: NodeId, ranges: Sequence[PartRange]) -> None:
        """Keep what came; PartError names a part whose bytes do not match."""
        await part_exchange.accept(self._node, neighbour, ranges)

    # Waking.

    def session(self, neighbour: NodeId) -> Session:
        found = self._sessions.get(neighbour)
        if found is None:
            found = self._sessions[neighbour] = Session()
        return found

    async def wait_for_change(self, neighbour: NodeId) -> None:
        """Return when there may be something new to send to this neighbour, or to ask of it."""
        changed = self.session(neighbour).changed
        await changed.wait()
        changed.clear()

    def wake(self, *neighbours: NodeId) -> None:
        """There may be something to send or to ask for; without names, with everybody."""
        for neighbour in neighbours or tuple(self._sessions):
            self.session(neighbour).changed.set()
