"""An exchange without signatures or a database, to see what carriers do with bytes."""

import asyncio
import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec

from casework.names import Lane, NodeId, PartHash
from sync.carriers.port import Outgoing, PartRange, Positions, RangeWant
from sync.errors import BadSignatureError, MalformedEnvelopeError

CHEN = NodeId("440229-01")
WU = NodeId("440229901-01")
ZHOU = NodeId("440229902-01")
LIN = NodeId("440229901002-01")

RANGE_BYTES = 64 * 1024


class FakeExchange:
    """One lane, one incarnation: what is listed for a neighbour, and what came from it."""

    def __init__(self, me: NodeId) -> None:
        self.me = me
        self.listed: dict[NodeId, list[bytes]] = defaultdict(list)
        self.came: dict[NodeId, list[bytes]] = defaultdict(list)
        self.receipts: dict[NodeId, int] = defaultdict(int)
        self.parts: dict[PartHash, bytes] = {}
        self.missing: dict[PartHash, bytearray] = {}
        self.frames_read = 0
        self.greeted: list[NodeId] = []
        self.poison: Callable[[bytes], bool] = lambda _: False
        self.refuses_hello = False
        self.due: set[NodeId] = set()
        self._changes: dict[NodeId, asyncio.Event] = defaultdict(asyncio.Event)

    def list(self, neighbour: NodeId, *messages: bytes) -> None:
        self.listed[neighbour] += messages
        self._changes[neighbour].set()

    def hold_part(self, data: bytes) -> PartHash:
        part = PartHash(hashlib.sha256(data).hexdigest())
        self.parts[part] = data
        return part

    def want_part(self, part: PartHash, size: int, neighbour: NodeId) -> None:
        self.missing[part] = bytearray(size)
        self._changes[neighbour].set()

    def new_nonce(self) -> bytes:
        return os.urandom(32)

    async def make_hello(self, neighbour: NodeId, nonce: bytes) -> bytes:
        return msgspec.msgpack.encode(("hello", self.me, neighbour, nonce))

    async def accept_hello(self, wire: bytes, nonce: bytes) -> NodeId:
        word, node, to, signed = msgspec.msgpack.decode(wire)
        if self.refuses_hello or (word, to, signed) != ("hello", self.me, nonce):
            raise BadSignatureError("a hello that proves nothing")
        self.greeted.append(node)
        self.due.add(node)
        return NodeId(node)

    async def sets_to_show(self) -> Sequence[bytes]:
        return ()

    async def take_shown(self, manifests: Sequence[bytes]) -> None: ...

    async def frames_to_send(
        self, neighbour: NodeId, *, after: Positions, limit_bytes: int
    ) -> Sequence[Outgoing]:
        first = after.get(Lane.CASE, self.receipts[neighbour])
        taken: list[bytes] = []
        for message in self.listed[neighbour][first:]:
            if taken and sum(map(len, taken)) + len(message) > limit_bytes:
                break
            taken.append(message)
        if not taken:
            return []
        data = msgspec.msgpack.encode(("frame", first, taken))
        return [Outgoing(Lane.CASE, first + len(taken), data)]

    async def receipted(self, neighbour: NodeId) -> Positions:
        return {Lane.CASE: self.receipts[neighbour]}

    async def receipts_to_send(self, neighbour: NodeId) -> Sequence[bytes]:
        if neighbour not in self.due:
            return []
        self.due.discard(neighbour)
        return [msgspec.msgpack.encode(("receipt", len(self.came[neighbour]), []))]

    async def receive(self, neighbour: NodeId, blob: bytes) -> Sequence[bytes]:
        try:
            word, n, messages = msgspec.msgpack.decode(blob)
        except (ValueError, TypeError) as error:
            raise MalformedEnvelopeError("not a frame") from error
        if self.poison(blob):
            raise RuntimeError("a bug")
        await asyncio.sleep(0)
        if word == "receipt":
            self.receipts[neighbour] = max(self.receipts[neighbour], n)
            return []
        self.frames_read += 1
        held = len(self.came[neighbour])
        self.due.add(neighbour)
        if n <= held:
            self.came[neighbour] += messages[held - n :]
        return []

    async def wanted_ranges(self, neighbour: NodeId, budget_bytes: int) -> Sequence[RangeWant]:
        del neighbour
        wants: list[RangeWant] = []
        for part, held in self.missing.items():
            for offset in range(0, len(held), RANGE_BYTES):
                piece = held[offset : offset + RANGE_BYTES]
                if not any(piece) and budget_bytes > 0:
                    wants.append(RangeWant(part, offset, len(piece)))
                    budget_bytes -= len(piece)
        return wants

    async def read_ranges(
        self, neighbour: NodeId, wants: Sequence[RangeWant]
    ) -> Sequence[PartRange]:
        del neighbour
        return [
            PartRange(each.hash, each.offset, self.parts[each.hash][each.offset :][: each.length])
            for each in wants
            if each.hash in self.parts
        ]

    async def accept_ranges(self, neighbour: NodeId, ranges: Sequence[PartRange]) -> None:
        del neighbour
        for each in ranges:
            held = self.missing.get(each.hash)
            if held is None:
                continue
            held[each.offset : each.offset + len(each.data)] = each.data
            if hashlib.sha256(held).hexdigest() == each.hash:
                self.parts[each.hash] = bytes(self.missing.pop(each.hash))

    async def wait_for_change(self, neighbour: NodeId) -> None:
        await self._changes[neighbour].wait()
        self._changes[neighbour].clear()


class FakeWatch:
    def __init__(self) -> None:
        self.contacts = 0
        self.silences = 0
        self.bytes_sent = 0
        self.bytes_received = 0

    def contact(self) -> None:
        self.contacts += 1

    def silence(self) -> None:
        self.silences += 1

    def sent(self, count: int) -> None:
        self.bytes_sent += count

    def received(self, count: int) -> None:
        self.bytes_received += count


async def comes_true(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until it is so; TimeoutError if it never comes to that."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
