"""A node's sticks: it writes carry files for its neighbours, and reads theirs.

What a neighbour's last file asked for is kept, so that the next stick brings that first.
"""

import asyncio
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from msgspec import Struct

from casework.instants import instant_text, parse_instant
from casework.names import Lane, NodeId, log_name, parent_of
from sync.carriers.carry_file import CARRY_BYTES_MAX, Carried, CarryReader, CarryWriter
from sync.carriers.port import RangeWant, pack
from sync.data_dir import DataDir
from sync.engine import Work
from sync.errors import EnvelopeError
from sync.keys import NodeSigner, PublicKey
from sync.node import Node
from sync.strict_json import UNREADABLE

TRIPS_SHOWN: Final = 20
HANDED_OUT_WITHIN: Final = timedelta(hours=1)
WRITTEN: Final = "carry-written"
READ: Final = "carry-read"
REFUSED: Final = "carry-refused"
_MODE: Final = 0o600
_wants: Final = msgspec.msgpack.Decoder(tuple[RangeWant, ...])


class Trip(Struct, frozen=True):
    """A file that was written, read or refused here."""

    at: datetime
    event: str
    neighbour: NodeId | None
    code: str | None


class Brought(Struct, frozen=True, kw_only=True):
    """What reading a file added here; nothing at all where it had come before.

    `code` says why nothing of it was believed; then no more is known of it.
    """

    neighbour: NodeId | None = None
    written_at: datetime | None = None
    messages: int = 0
    cases: int = 0
    confirmed: int = 0  # messages of ours that the neighbour says it holds
    scans_bytes: int = 0
    refused: tuple[str, ...] = ()
    is_whole: bool = True
    code: str | None = None


class CarryDesk:
    def __init__(
        self, node: Node, signer: NodeSigner, files: DataDir, turn: asyncio.Semaphore
    ) -> None:
        self._node: Final = node
        self._signer: Final = signer
        self._folder: Final = files.carry
        self._turn: Final = turn
        self._alone: Final = asyncio.Lock()

    async def neighbours(self) -> list[NodeId]:
        """Whom a file can be written for: who was in touch once and has a key, the parent first."""
        rows = await self._node.database.fetch("SELECT node FROM neighbour ORDER BY node")
        known = [NodeId(row[0]) for row in rows if self._key_of(NodeId(row[0])) is not None]
        above = parent_of(self._node.id)
        return sorted(known, key=lambda node: (node != above, node))

    async def write(self, neighbour: NodeId) -> Path:
        """A file for a neighbour; whoever hands it out removes it then.

        OSError if the disk is full. Nothing is changed by writing: it may be lost, or written
        again. What an earlier download left behind goes with the next file.
        """
        key = self._key_of(neighbour)
        assert key is not None, "one of `neighbours`"
        async with self._alone:
            await self._node.tick()  # So that what came goes back with the county's word for it.
            self._folder.mkdir(mode=0o700, exist_ok=True)
            await asyncio.to_thread(self._sweep)
            path = self._folder / f"{neighbour}.{self._node.randomness(8).hex()}"
            try:
                await self._write(neighbour, key, path)
            except OSError:
                path.unlink(missing_ok=True)
                raise
            await self._note(WRITTEN, neighbour)
        return path

    async def read(self, source: BinaryIO) -> Brought:
        """Take a file in, as far as it is to be believed.

        What it held that is not is named by its codes, and does not stop the rest.
        """
        async with self._alone:
            try:
                reader = CarryReader(source, me=self._node.id, signer=self._signer)
                before = await self._node.database.read(_counted(reader.cover.from_node))
                carried = await reader.read(self._node.exchange, self._turn)
            except EnvelopeError as error:
                await self._note(REFUSED, None, error.code)
                return Brought(code=error.code)
            after = await self._node.database.read(_counted(carried.neighbour))
            await self._remember(carried)
        return Brought(
            neighbour=carried.neighbour,
            written_at=parse_instant(carried.written_at),
            messages=after[0] - before[0],
            cases=after[1] - before[1],
            confirmed=max(0, before[2] - after[2]),
            scans_bytes=carried.scans_bytes,
            refused=tuple(dict.fromkeys(carried.refused)),
            is_whole=carried.is_whole,
        )

    async def trips(self) -> list[Trip]:
        """The newest files written and read here."""
        rows = await self._node.database.fetch(
            "SELECT at, event, neighbour, code FROM audit WHERE event IN (?, ?, ?)"
            " ORDER BY at DESC LIMIT ?",
            (WRITTEN, READ, REFUSED, TRIPS_SHOWN),
        )
        return [Trip(parse_instant(at), *rest) for at, *rest in rows]

    def _sweep(self) -> None:
        """Remove files whose download never began or never ended."""
        before = self._node.clock.now() - HANDED_OUT_WITHIN
        for path in self._folder.iterdir():
            if path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)

    async def _write(self, neighbour: NodeId, key: PublicKey, path: Path) -> Carried:
        wants = await self._wanted_by(neighbour)
        now = instant_text(self._node.clock.now())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "wb") as out:
            writer = CarryWriter(
                out,
                me=self._node.id,
                receiver=(neighbour, key),
                written_at=now,
                randomness=self._node.randomness,
                limit_bytes=CARRY_BYTES_MAX,
            )
            return await writer.write(self._node.exchange, wants)

    def _key_of(self, neighbour: NodeId) -> PublicKey | None:
        """Its newest key, unless that was lost or revoked."""
        keys = self._node.trust.keys_of(neighbour)
        if not keys:
            return None
        log = log_name(neighbour, keys[-1].incarnation, Lane.CASE)
        return keys[-1] if self._node.trust.find_end(log) is None else None

    async def _wanted_by(self, neighbour: NodeId) -> tuple[RangeWant, ...]:
        stored = await self._node.database.fetch(
            "SELECT value FROM setting WHERE key = ?", (_setting(neighbour),)
        )
        try:
            return _wants.decode(stored[0][0]) if stored else ()
        except UNREADABLE:
            return ()

    async def _remember(self, carried: Carried) -> None:
        neighbour, wants = carried.neighbour, pack(carried.wants)
        await self._node.change(lambda batch: batch.set(_setting(neighbour), wants))
        await self._note(READ, neighbour, None if carried.is_whole else "E_CARRY_CUT")

    async def _note(self, event: str, neighbour: NodeId | None, code: str | None = None) -> None:
        await self._node.change(lambda batch: batch.audit(event, neighbour=neighbour, code=code))


def _setting(neighbour: NodeId) -> str:
    return f"carry-wants-{neighbour}"


def _counted(neighbour: NodeId) -> Callable[[Work], tuple[int, int, int]]:
    """How many of its messages, and of its cases, are here; and how many it is still owed."""

    def count(work: Work) -> tuple[int, int, int]:
        messages, cases = work.execute(
            "SELECT COUNT(*), COUNT(DISTINCT case_id) FROM message WHERE brought_by = ?",
            (neighbour,),
        ).fetchone()
        (owed,) = work.execute(
            "SELECT COUNT(*) FROM listed WHERE neighbour = ?", (neighbour,)
        ).fetchone()
        return messages, cases, owed

    return count
