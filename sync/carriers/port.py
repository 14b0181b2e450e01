"""What a carrier asks of the exchange, what the relay asks of a carrier, and what it is told.

A carrier moves bytes. What they mean, whether they may be believed and what to answer is the
exchange's business; it is the same for every carrier, and for the simulation that has none.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec
from msgspec import Struct

from casework.names import Lane, NodeId, PartHash
from sync.errors import MalformedEnvelopeError
from sync.packing import spread, squeeze
from sync.strict_json import UNREADABLE

# How far each lane's list to a neighbour went: what was last handed out, or receipted.
Positions = Mapping[Lane, int]

ANSWER_BYTES_MAX: Final = 512 * 1024
WANTS_PER_ANSWER_MAX: Final = 64
# An answer with its names and what packing adds to what cannot be packed.
ANSWER_PACKED_MAX: Final = ANSWER_BYTES_MAX + 32 * 1024


class Outgoing(Struct, frozen=True):
    """A frame to send: its bytes, and the place in its list of its last message."""

    lane: Lane
    last: int
    data: bytes


class RangeWant(Struct, frozen=True, array_like=True):
    """Bytes of a large part that are missing (protocol.md section 9)."""

    hash: PartHash
    offset: int
    length: int


class PartRange(Struct, frozen=True, array_like=True):
    """Bytes of a large part; fewer than wanted where the part ends or the answer is full."""

    hash: PartHash
    offset: int
    data: bytes


class Exchange(Protocol):
    """The part of `sync.exchange.Exchange` that carriers use."""

    def new_nonce(self) -> bytes: ...

    async def make_hello(self, neighbour: NodeId, nonce: bytes) -> bytes: ...

    async def accept_hello(self, wire: bytes, nonce: bytes) -> NodeId:
        """Who is there; EnvelopeError if these bytes do not prove it."""
        ...

    async def sets_to_show(self) -> Sequence[bytes]:
        """Manifests for a child that does not know this machine's key."""
        ...

    async def take_shown(self, manifests: Sequence[bytes]) -> None:
        """Note newer sets that a stranger shows; EnvelopeError if their signatures do not hold."""
        ...

    async def frames_to_send(
        self, neighbour: NodeId, *, after: Positions, limit_bytes: int
    ) -> Sequence[Outgoing]:
        """The next frames, control before case, together about so large.

        A lane that `after` does not name goes on after its last receipt.
        """
        ...

    async def receipted(self, neighbour: NodeId) -> Positions: ...

    async def receipts_to_send(self, neighbour: NodeId) -> Sequence[bytes]: ...

    async def receive(self, neighbour: NodeId, blob: bytes) -> Sequence[bytes]:
        """Take in a frame or a receipt, and return once it is committed; answers go back."""
        ...

    async def wanted_ranges(self, neighbour: NodeId, budget_bytes: int) -> Sequence[RangeWant]: ...

    async def read_ranges(
        self, neighbour: NodeId, wants: Sequence[RangeWant]
    ) -> Sequence[PartRange]: ...

    async def accept_ranges(self, neighbour: NodeId, ranges: Sequence[PartRange]) -> None: ...

    async def wait_for_change(self, neighbour: NodeId) -> None:
        """Return when there may be something new to send to this neighbour, or to ask of it."""
        ...


class Watch(Protocol):
    """Whom a link tells how it fares."""

    def contact(self) -> None:
        """The neighbour has just proven that it is there."""
        ...

    def silence(self) -> None:
        """The neighbour does not answer, though the way to it stands."""
        ...

    def sent(self, count: int) -> None: ...

    def received(self, count: int) -> None: ...


class Link(Protocol):
    """One way to one neighbour."""

    @property
    def carrier(self) -> str: ...

    @property
    def pause_seconds_max(self) -> float:
        """How long to wait, at most, before trying again a line that has been down for long."""
        ...

    async def run(self, watch: Watch) -> None:
        """Carry for as long as it goes; LinkDownError when it no longer does."""
        ...

    def wake(self) -> None:
        """Somebody does not want to wait: do at once what would be done anyway."""
        ...

    async def enrol(self, request: bytes) -> bytes:
        """Pass on a machine's request to be a node; LinkDownError if that cannot be at present."""
        ...


class RefusedError(Exception):
    """The neighbour does not believe who we are; a person has to see to that."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_wants: Final = msgspec.msgpack.Decoder(tuple[RangeWant, ...])
_ranges: Final = msgspec.msgpack.Decoder(tuple[PartRange, ...])


def pack(value: object) -> bytes:
    return msgspec.msgpack.encode(value)


def read_wants(data: bytes) -> tuple[RangeWant, ...]:
    """What a neighbour wants, within what one answer holds; nothing if it cannot be read."""
    try:
        return within_answer(_wants.decode(data)[:WANTS_PER_ANSWER_MAX])
    except UNREADABLE:
        return ()


def pack_ranges(ranges: Sequence[PartRange]) -> bytes:
    """An answer: lists of powers and guides are mostly repetition, and go in a fraction."""
    return squeeze(pack(ranges))


def read_part_ranges(data: bytes) -> tuple[PartRange, ...]:
    """What a neighbour answered; EnvelopeError if it cannot be read."""
    plain = spread(data, packed_max=ANSWER_PACKED_MAX, unpacked_max=ANSWER_PACKED_MAX)
    try:
        return _ranges.decode(plain)
    except UNREADABLE as error:
        raise MalformedEnvelopeError("an answer that cannot be read") from error


def within_answer(
    wants: Sequence[RangeWant], limit_bytes: int = ANSWER_BYTES_MAX
) -> tuple[RangeWant, ...]:
    """The first of the wants, as many as one answer of this size holds; at least one."""
    taken: list[RangeWant] = []
    room = limit_bytes
    for want in wants:
        length = min(want.length, ANSWER_BYTES_MAX)
        if want.offset < 0 or length <= 0 or (taken and length > room):
            break
        taken.append(RangeWant(want.hash, want.offset, length))
        room -= length
    return tuple(taken)


async def run_together(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Run all until the first of them ends, then end the others; its error is raised."""
    tasks = [asyncio.ensure_future(each) for each in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if task in done:
            task.result()
