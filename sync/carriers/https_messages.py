"""What passes between child and parent over HTTPS, and the steps that both take with it."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from msgspec import Struct

from casework.names import NodeId
from sync.carriers.port import (
    Exchange,
    RangeWant,
    pack_ranges,
    read_part_ranges,
    within_answer,
)
from sync.errors import EnvelopeError
from sync.frame import FRAME_BYTES_FIRST

EXCHANGE_PATH: Final = "/sync/v1/exchange"
ENROL_PATH: Final = "/sync/v1/enrol"
MEDIA_TYPE: Final = "application/msgpack"

# Frames and ranges stay within what the asker said it has room for, but for one frame.
BODY_BYTES_MAX: Final = 2 * 1024 * 1024
ITEMS_MAX: Final = 64
HELLO_REPEATED_SECONDS: Final = 24 * 3600.0
BUSY_SECONDS: Final = 1.0

NO_SESSION: Final = "E_SESSION"

_log = structlog.stdlib.get_logger("sync.carriers.https")


class Asked(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a child sends. Its first asks for a nonce, its second says hello."""

    session: bytes = b""
    answers: bytes = b""  # the parent's nonce that the hello signs
    hello: bytes = b""
    nonce: bytes = b""  # for the parent's hello to sign
    room: int = FRAME_BYTES_FIRST  # about how many bytes the answer should have
    receipts: tuple[bytes, ...] = ()
    frames: tuple[bytes, ...] = ()
    wants: tuple[RangeWant, ...] = ()
    ranges: bytes = b""  # packed
    introduce: bool = False  # the parent's key is not known here: show the directory it is in


class Answered(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What the parent answers."""

    code: str | None = None  # why nothing was done
    nonce: bytes = b""
    session: bytes = b""
    hello: bytes = b""
    receipts: tuple[bytes, ...] = ()
    frames: tuple[bytes, ...] = ()
    wants: tuple[RangeWant, ...] = ()
    ranges: bytes = b""  # packed
    manifests: tuple[bytes, ...] = ()  # root and directory, for who asked to be introduced


class BusyError(Exception):
    """Too many at once: come again a little later."""


async def take_in(
    exchange: Exchange, neighbour: NodeId, blobs: Sequence[bytes], turn: asyncio.Semaphore
) -> list[bytes]:
    """Take in one by one; what is not believed, or meets a bug of ours, does not stop the next."""
    answers: list[bytes] = []
    for blob in blobs:
        try:
            async with turn:
                answers += await exchange.receive(neighbour, blob)
        except EnvelopeError as error:
            _log.warning("not believed", neighbour=neighbour, code=error.code)
        except Exception:  # noqa: BLE001 - whatever it is, the next goes on
            _log.exception("not taken in", neighbour=neighbour)
    return answers


async def take_ranges(
    exchange: Exchange, neighbour: NodeId, packed: bytes, turn: asyncio.Semaphore
) -> int:
    """Take in bytes of large parts; how many were of use."""
    if not packed:
        return 0
    try:
        ranges = read_part_ranges(packed)
        async with turn:
            await exchange.accept_ranges(neighbour, ranges)
    except EnvelopeError as error:
        _log.warning("part refused", neighbour=neighbour, code=error.code)
        return 0
    return sum(len(each.data) for each in ranges)


async def next_frames(
    exchange: Exchange, neighbour: NodeId, room: int, turn: asyncio.Semaphore
) -> tuple[bytes, ...]:
    async with turn:
        frames = await exchange.frames_to_send(neighbour, after={}, limit_bytes=room)
    return tuple(frame.data for frame in frames)


async def give_ranges(
    exchange: Exchange, neighbour: NodeId, wants: Sequence[RangeWant], room: int
) -> bytes:
    """Large parts yield to messages: they get what room is left."""
    wants = within_answer(wants[:ITEMS_MAX], room) if room > 0 else ()
    ranges = await exchange.read_ranges(neighbour, wants) if wants else ()
    return pack_ranges(ranges) if ranges else b""
