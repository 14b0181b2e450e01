"""The form of a carry file (protocol.md section 10): its cover, its sections, where parts stand.

    magic, length, cover, then for each section: length, section sealed at its place

Lengths are four bytes, big-endian; cover and sections are MessagePack arrays.
"""

import struct
from typing import Annotated, BinaryIO, Final

import msgspec
from msgspec import Meta, Struct

from casework.instants import parse_instant
from casework.names import NodeId, PartHash
from sync.carriers.port import RangeWant
from sync.errors import MalformedEnvelopeError, OversizeError
from sync.frame import FRAME_BYTES_MAX, HexHash
from sync.keys import PUBLIC_BYTES
from sync.sealing import FILE_KEY_BYTES
from sync.strict_json import UNREADABLE

MAGIC: Final = b"TONGBAN-CARRY-1\n"
COVER_BYTES_MAX: Final = 4 * 1024
SECTION_BYTES_MAX: Final = FRAME_BYTES_MAX + 64 * 1024
SECTIONS_MAX: Final = 200_000
SUFFIX: Final = ".tbc"
LENGTH: Final = struct.Struct(">I")


class Cover(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What stands on the outside. Nothing in it is believed: the hello inside is signed."""

    from_node: NodeId
    to_node: NodeId
    written_at: str
    sealed_key: Annotated[bytes, Meta(max_length=FILE_KEY_BYTES + 2 * PUBLIC_BYTES)]


class HelloSection(Struct, frozen=True, array_like=True, tag="hello", forbid_unknown_fields=True):
    wire: bytes
    manifests: tuple[bytes, ...]  # who the writer is, for a child that does not know its key


class BlobSection(Struct, frozen=True, array_like=True, tag="blob", forbid_unknown_fields=True):
    """A frame or a receipt."""

    data: bytes


class WantsSection(Struct, frozen=True, array_like=True, tag="wants", forbid_unknown_fields=True):
    wants: tuple[RangeWant, ...]


class RangeSection(Struct, frozen=True, array_like=True, tag="range", forbid_unknown_fields=True):
    hash: HexHash
    offset: Annotated[int, Meta(ge=0)]
    data: bytes


class EndSection(Struct, frozen=True, array_like=True, tag="end", forbid_unknown_fields=True):
    """Without it the file was cut off."""

    sections: int


Section = HelloSection | BlobSection | WantsSection | RangeSection | EndSection

_covers: Final = msgspec.msgpack.Decoder(Cover)
_sections: Final = msgspec.msgpack.Decoder(Section)


class Place(Struct, frozen=True):
    """Where a section stands: its number and its first byte."""

    place: int
    position: int


class Shelf:
    """Where the ranges of parts stand in a file."""

    def __init__(self) -> None:
        self.parts: Final[dict[PartHash, list[tuple[int, int, Place]]]] = {}

    def put(self, section: RangeSection, at: Place) -> None:
        found = self.parts.setdefault(section.hash, [])
        found.append((section.offset, section.offset + len(section.data), at))

    def find(self, want: RangeWant) -> Place | None:
        return next(
            (at for first, end, at in self.parts.get(want.hash, ()) if first <= want.offset < end),
            None,
        )


def read_cover(blob: bytes) -> Cover:
    """MalformedEnvelopeError if it is none."""
    try:
        cover = _covers.decode(blob)
        parse_instant(cover.written_at)
    except UNREADABLE as error:
        raise MalformedEnvelopeError("a cover that cannot be read") from error
    return cover


def read_section(blob: bytes) -> Section:
    """MalformedEnvelopeError if it is none."""
    try:
        section: Section = _sections.decode(blob)
    except UNREADABLE as error:
        raise MalformedEnvelopeError("a section that cannot be read") from error
    return section


def read_blob(source: BinaryIO, limit: int) -> bytes | None:
    """The next length and as many bytes; None where the file was cut off before their end."""
    length = source.read(LENGTH.size)
    if len(length) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(length)
    if size > limit:
        raise OversizeError(f"a section of {size} bytes")
    blob = source.read(size)
    return blob if len(blob) == size else None
