"""Frames: the unit that carriers move (protocol.md section 4).

A frame is zstd over a MessagePack array: a signed head, the wires from `first` up to the head's
position, the small parts that ride along, and which parts the sender cannot give. Nothing in a
frame is believed for its own sake: the head and every wire are signed, the head's digest binds the
wires, the bodies bind the parts.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from casework.fact import INTEGER_MAX
from casework.names import PartHash
from sync.envelope import WIRE_BYTES_MAX
from sync.errors import MalformedEnvelopeError, OversizeError
from sync.packing import spread, squeeze
from sync.strict_json import UNREADABLE
from sync.vault_cipher import PIECE_BYTES_MORE

FRAME_BYTES_MAX: Final = 512 * 1024
FRAME_BYTES_MIN: Final = 16 * 1024
FRAME_BYTES_FIRST: Final = 64 * 1024
UNPACKED_BYTES_MAX: Final = 4 * 1024 * 1024
MESSAGES_MAX: Final = 500
SMALL_PART_BYTES_MAX: Final = 16 * 1024
# With these, the largest message still fits into a frame by itself, however poorly it compresses.
MESSAGE_PARTS_BYTES_MAX: Final = 192 * 1024
MESSAGE_PARTS_MAX: Final = 200
# A laptop's parts travel sealed, each with the box that its key lies in.
SENT_PART_BYTES_MAX: Final = SMALL_PART_BYTES_MAX + PIECE_BYTES_MORE
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"

assert (
    WIRE_BYTES_MAX + MESSAGE_PARTS_BYTES_MAX + MESSAGE_PARTS_MAX * PIECE_BYTES_MORE
    < FRAME_BYTES_MAX - 24 * 1024
)

HexHash = Annotated[PartHash, Meta(pattern="^[0-9a-f]{64}$")]


class Absence(StrEnum):
    """Why the sender cannot give a part."""

    ERASED = "erased"
    NOT_ENTITLED = "not-entitled"


class Frame(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A frame taken apart; no signature in it has been looked at."""

    head: bytes
    first: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
    wires: tuple[bytes, ...]
    parts: tuple[tuple[HexHash, bytes], ...]
    absences: tuple[tuple[HexHash, Absence], ...]


class Queued(Struct, frozen=True):
    """A message waiting in a delivery list, with the small parts that its receiver is to get."""

    wire: bytes
    parts: Mapping[PartHash, bytes] = {}
    absences: Mapping[PartHash, Absence] = {}

    @property
    def size(self) -> int:
        return len(self.wire) + sum(64 + len(part) for part in self.parts.values())


class Packed(Struct, frozen=True):
    """A frame ready to go: its bytes, how many messages it took, and how large it is unpacked."""

    data: bytes
    count: int
    unpacked_bytes: int


class FramePace(Struct, frozen=True):
    """How large the next frame should be: a bad link makes progress only in small steps.

    A frame that came through doubles the aim, one that did not halves it. `packing` remembers, in
    thousandths, how well the last frame compressed.
    """

    aim_bytes: int = FRAME_BYTES_FIRST
    packing: int = 1000

    def succeeded(self, packed: Packed) -> "FramePace":
        """Grow, unless the frame was small for want of messages: that proves nothing."""
        packing = max(50, min(1000, 1000 * len(packed.data) // max(1, packed.unpacked_bytes)))
        if len(packed.data) < self.aim_bytes // 2:
            return replace(self, packing=packing)
        return FramePace(min(FRAME_BYTES_MAX, 2 * self.aim_bytes), packing)

    def failed(self) -> "FramePace":
        return replace(self, aim_bytes=max(FRAME_BYTES_MIN, self.aim_bytes // 2))

    @property
    def room(self) -> int:
        """How many bytes the next frame holds before they are packed."""
        return min(1000 * self.aim_bytes // self.packing, UNPACKED_BYTES_MAX - FRAME_BYTES_MIN)

    def take(self, queue: Sequence[Queued]) -> int:
        """How many of the waiting messages to put into the next frame: at least one."""
        room = self.room
        count = 0
        for waiting in queue[:MESSAGES_MAX]:
            room -= waiting.size
            if room < 0 and count:
                break
            count += 1
        return count


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Frame)


def check_small_parts(parts: Collection[bytes]) -> None:
    """Refuse, before a message is written down, small parts that could never travel with it."""
    if len(parts) > MESSAGE_PARTS_MAX or sum(map(len, parts)) > MESSAGE_PARTS_BYTES_MAX:
        raise OversizeError(f"{len(parts)} small parts of {sum(map(len, parts))} bytes")
    if any(len(part) > SMALL_PART_BYTES_MAX for part in parts):
        raise OversizeError("a part that is not small")


def pack(frame: Frame) -> bytes:
    """The bytes of a frame; OversizeError if they exceed what a receiver would read."""
    return _pack(frame)[0]


def fill_frame(
    queue: Sequence[Queued], first: int, pace: FramePace, head_of: Callable[[int], bytes]
) -> Packed:
    """Pack as many of the waiting messages as the pace asks for and the limits allow.

    `head_of(n)` signs the head for a frame whose last message is n.
    """
    assert queue, "a frame is made when something waits"
    count = pace.take(queue)
    while True:
        try:
            data, unpacked = _pack(_gather(queue[:count], first, head_of(first + count - 1)))
        except OversizeError:
            if count == 1:
                raise
            count //= 2
        else:
            return Packed(data, count, unpacked)


def unpack(data: bytes) -> Frame:
    """Take a frame apart: step 1, and of step 2 what concerns the frame itself."""
    unpacked = spread(data, packed_max=FRAME_BYTES_MAX, unpacked_max=UNPACKED_BYTES_MAX)
    try:
        frame = _decoder.decode(unpacked)
        same = _encoder.encode(frame) == unpacked
    except UNREADABLE as error:
        raise MalformedEnvelopeError("not a frame") from error
    if not same:
        raise MalformedEnvelopeError("not the one spelling of its content")
    _check_limits(frame)
    return frame


def _pack(frame: Frame) -> tuple[bytes, int]:
    _check_limits(frame)
    unpacked = _encoder.encode(frame)
    if len(unpacked) > UNPACKED_BYTES_MAX:
        raise OversizeError(f"{len(unpacked)} bytes unpacked")
    data = squeeze(unpacked)
    if len(data) > FRAME_BYTES_MAX:
        raise OversizeError(f"a frame of {len(data)} bytes")
    return data, len(unpacked)


def _gather(queue: Sequence[Queued], first: int, head: bytes) -> Frame:
    parts: dict[PartHash, bytes] = {}
    absences: dict[PartHash, Absence] = {}
    for waiting in queue:
        parts.update(waiting.parts)
        absences.update(waiting.absences)
    return Frame(
        head=head,
        first=first,
        wires=tuple(waiting.wire for waiting in queue),
        parts=tuple(sorted(parts.items())),
        absences=tuple(sorted((part, why) for part, why in absences.items() if part not in parts)),
    )


def _check_limits(frame: Frame) -> None:
    if len(frame.wires) > MESSAGES_MAX:
        raise OversizeError(f"{len(frame.wires)} messages")
    for wire in (frame.head, *frame.wires):
        if len(wire) > WIRE_BYTES_MAX:
            raise OversizeError(f"a wire of {len(wire)} bytes")
    for _, part in frame.parts:
        if len(part) > SENT_PART_BYTES_MAX:
            raise OversizeError(f"a small part of {len(part)} bytes")
    for listed in (frame.parts, frame.absences):
        names = [part for part, _ in listed]
        if any(left >= right for left, right in pairwise(names)):
            raise MalformedEnvelopeError("parts are sorted by hash, each once")
