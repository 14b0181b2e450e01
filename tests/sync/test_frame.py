"""Frames: bounded, checked before they are unpacked, and sized by how the link behaves."""

import hashlib
import random

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.names import PartHash
from sync.envelope import WIRE_BYTES_MAX
from sync.errors import EnvelopeError, MalformedEnvelopeError, OversizeError
from sync.frame import (
    FRAME_BYTES_FIRST,
    FRAME_BYTES_MAX,
    FRAME_BYTES_MIN,
    MESSAGE_PARTS_BYTES_MAX,
    MESSAGES_MAX,
    SENT_PART_BYTES_MAX,
    SMALL_PART_BYTES_MAX,
    UNPACKED_BYTES_MAX,
    Absence,
    Frame,
    FramePace,
    Packed,
    Queued,
    check_small_parts,
    fill_frame,
    pack,
    unpack,
)
from tests.keyring import an_id, some_messages

PART = b"0123456789abcdef" + "签名".encode()
PART_HASH = PartHash(hashlib.sha256(PART).hexdigest())
GONE = PartHash(an_id("erased"))
FRAME = Frame(
    head=b"head",
    first=4,
    wires=tuple(message.wire for message in some_messages(3)),
    parts=((PART_HASH, PART),),
    absences=((GONE, Absence.ERASED),),
)


def noise(count: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(count)


def compressed(content: bytes, **options: object) -> bytes:
    options = {"write_checksum": True, **options}
    return zstandard.ZstdCompressor(**options).compress(content)  # type: ignore[arg-type]


def head_of(n: int) -> bytes:
    return b"head %d" % n


def test_a_frame_arrives_as_it_left() -> None:
    assert unpack(pack(FRAME)) == FRAME


def test_a_frame_is_smaller_than_its_messages() -> None:
    many = tuple(message.wire for message in some_messages(100))
    assert len(pack(replace(FRAME, wires=many))) < 0.4 * sum(map(len, many))


@given(st.data())
@settings(max_examples=300)
def test_no_single_byte_can_be_changed(data: st.DataObject) -> None:
    raw = bytearray(pack(FRAME))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        frame = unpack(bytes(raw))
    except EnvelopeError:
        return
    # One bit of zstd's own header means nothing; whatever is read is still what was packed.
    assert frame == FRAME


@given(st.binary(max_size=200))
def test_noise_is_no_frame(data: bytes) -> None:
    for frame in (data, compressed(data), pack(FRAME) + data + b"\0", pack(FRAME)[: len(data)]):
        with pytest.raises(EnvelopeError):
            unpack(frame)


def test_a_bomb_is_not_set_off() -> None:
    for size in (UNPACKED_BYTES_MAX + 1, 1 << 28):
        with pytest.raises(OversizeError):
            unpack(compressed(bytes(size)))
    silent = zstandard.ZstdCompressor(write_checksum=True, write_content_size=False)
    with pytest.raises(MalformedEnvelopeError):
        unpack(silent.compress(bytes(1 << 28)))
    # A header that announces less than what follows.
    lying = bytearray(compressed(bytes(1 << 20)))
    assert lying[5:9] == (1 << 20).to_bytes(4, "little")
    lying[5:9] = (1000).to_bytes(4, "little")
    with pytest.raises(MalformedEnvelopeError):
        unpack(bytes(lying))


def test_every_limit_is_kept_when_reading() -> None:
    encode = msgspec.msgpack.encode
    for frame in (
        replace(FRAME, wires=(b"w",) * (MESSAGES_MAX + 1)),
        replace(FRAME, head=bytes(WIRE_BYTES_MAX + 1)),
        replace(FRAME, wires=(bytes(WIRE_BYTES_MAX + 1),)),
        replace(FRAME, parts=((PART_HASH, bytes(SENT_PART_BYTES_MAX + 1)),)),
    ):
        with pytest.raises(OversizeError):
            unpack(compressed(encode(frame)))
    with pytest.raises(OversizeError):
        unpack(noise(FRAME_BYTES_MAX + 1))


def test_a_frame_has_one_form() -> None:
    content = msgspec.msgpack.encode(FRAME)
    for bad in (
        content + b"\xc0",
        content[:-1],
        b"\x91" * 100_000,
        content.replace(b"erased", b"mislay"),
        msgspec.msgpack.encode(replace(FRAME, first=0)),
        msgspec.msgpack.encode(replace(FRAME, parts=FRAME.parts * 2)),
        msgspec.msgpack.encode(replace(FRAME, parts=((PartHash("../x"), PART),))),
    ):
        with pytest.raises(MalformedEnvelopeError):
            unpack(compressed(bad))
    with pytest.raises(MalformedEnvelopeError):
        unpack(compressed(content, write_checksum=False))
    with pytest.raises(MalformedEnvelopeError):
        unpack(pack(FRAME) + pack(FRAME))


def test_a_frame_takes_what_its_pace_allows() -> None:
    queue = [Queued(noise(4000, seed)) for seed in range(100)]
    packed = fill_frame(queue, 7, FramePace(aim_bytes=FRAME_BYTES_MIN), head_of)
    assert packed.count == 4
    frame = unpack(packed.data)
    assert (frame.head, frame.first, len(frame.wires)) == (b"head 10", 7, 4)


def test_parts_ride_along_once_and_are_not_both_there_and_absent() -> None:
    queue = [
        Queued(b"one", {PART_HASH: PART}, {GONE: Absence.NOT_ENTITLED}),
        Queued(b"two", {PART_HASH: PART}, {PART_HASH: Absence.ERASED}),
    ]
    frame = unpack(fill_frame(queue, 1, FramePace(), head_of).data)
    assert frame.parts == ((PART_HASH, PART),)
    assert frame.absences == ((GONE, Absence.NOT_ENTITLED),)


def test_a_frame_never_leaves_too_large() -> None:
    """The last frame packed well, these do not: half of them go, and half of the rest."""
    hopeful = FramePace(aim_bytes=FRAME_BYTES_MAX, packing=100)
    queue = [Queued(noise(100_000, seed)) for seed in range(30)]
    packed = fill_frame(queue, 1, hopeful, head_of)
    assert len(packed.data) <= FRAME_BYTES_MAX
    assert packed.count >= 3


def test_the_largest_message_fits_by_itself() -> None:
    parts = {
        PartHash(hashlib.sha256(part).hexdigest()): part
        for part in (noise(SMALL_PART_BYTES_MAX, seed) for seed in range(12))
    }
    assert sum(map(len, parts.values())) == MESSAGE_PARTS_BYTES_MAX
    check_small_parts(parts.values())
    queue = [Queued(noise(WIRE_BYTES_MAX, 99), parts)] * 2
    packed = fill_frame(queue, 1, FramePace(aim_bytes=FRAME_BYTES_MIN), head_of)
    assert packed.count == 1
    assert len(unpack(packed.data).parts) == 12


def test_small_parts_are_few_and_small() -> None:
    for parts in (
        [bytes(SMALL_PART_BYTES_MAX + 1)],
        [bytes(SMALL_PART_BYTES_MAX)] * 13,
        [b"part"] * 201,
    ):
        with pytest.raises(OversizeError):
            check_small_parts(parts)


def test_a_frame_grows_on_a_good_link_and_shrinks_on_a_bad_one() -> None:
    pace = FramePace()
    assert pace.aim_bytes == FRAME_BYTES_FIRST
    for _ in range(10):
        pace = pace.succeeded(Packed(bytes(pace.aim_bytes), 10, pace.aim_bytes))
    assert pace.aim_bytes == FRAME_BYTES_MAX
    for _ in range(10):
        pace = pace.failed()
    assert pace.aim_bytes == FRAME_BYTES_MIN
    # A short frame because little was waiting proves nothing about the link.
    assert pace.succeeded(Packed(b"short", 1, 5)).aim_bytes == FRAME_BYTES_MIN


@given(st.integers(1, 10), st.lists(st.integers(1, WIRE_BYTES_MAX), min_size=1, max_size=20))
def test_something_always_goes(halvings: int, sizes: list[int]) -> None:
    pace = FramePace(packing=50)
    for _ in range(halvings):
        pace = pace.failed()
    assert 1 <= pace.take([Queued(bytes(size)) for size in sizes]) <= len(sizes)
