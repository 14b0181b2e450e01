"""Parts: personal and bulky content, named by hash, kept beside the messages that mention it.

A part's bytes are a salt and the content, hashed, carried and erased together. Small parts live
in the database, in the transaction of their message; large ones are files (or objects in a
bucket) and may come piece by piece: every range received is on disk before it is noted, so a
process killed at any moment goes on from there. Whatever is noted as held was verified.
"""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from casework.names import NodeId, PartHash
from sync.data_dir import flush_directory
from sync.engine import Database, Work
from sync.errors import PartError
from sync.faults import fault_point
from sync.frame import SMALL_PART_BYTES_MAX
from sync.part_rows import (
    Arriving,
    PartState,
    Range,
    arrived,
    arriving,
    find_arriving,
    note_ranges,
    states,
)
from sync.vault import Vault

SALT_BYTES: Final = 16
PART_BYTES_MAX: Final = 16 * 1024 * 1024
RANGE_BYTES: Final = 64 * 1024
RANGES_ASKED_MAX: Final = 64
RANGES_APART_MAX: Final = 1024
STRAY_KEPT: Final = timedelta(hours=24)


class PartNotHeldError(Exception):
    """The bytes are not here: on their way, not for this node, or erased."""


def make_part(content: bytes, salt: bytes) -> tuple[PartHash, bytes]:
    """A part's hash and its bytes; the salt is fresh randomness, never used twice."""
    assert len(salt) == SALT_BYTES, "a salt keeps short content from being guessed by its hash"
    data = salt + content
    return part_hash(data), data


def part_hash(data: bytes) -> PartHash:
    return PartHash(hashlib.sha256(data).hexdigest())


def content_of(data: bytes) -> bytes:
    return data[SALT_BYTES:]


def is_small(size: int) -> bool:
    """Whether a part of this many bytes, salt included, rides in a frame."""
    return size <= SMALL_PART_BYTES_MAX


def check_part(data: bytes, *, part: PartHash, size: int) -> None:
    """Refuse bytes that are not those that a body names."""
    if len(data) != size or part_hash(data) != part:
        raise PartError(f"{part}: {len(data)} bytes that do not match")


def with_range(ranges: Sequence[Range], added: Range) -> tuple[Range, ...]:
    """Ranges sorted and apart, with one more among them."""
    first, end = added
    apart = [each for each in ranges if each[1] < first or each[0] > end]
    for touching in ranges:
        if touching[1] >= first and touching[0] <= end:
            first, end = min(first, touching[0]), max(end, touching[1])
    return tuple(sorted([*apart, (first, end)]))


def gaps(ranges: Sequence[Range], size: int) -> list[Range]:
    """What is missing of so many bytes."""
    ends = [0, *(end for _, end in ranges)]
    firsts = [*(first for first, _ in ranges), size]
    return [(end, first) for end, first in zip(ends, firsts, strict=True) if end < first]


class Shelf:
    """Where whole large parts stand: a directory, or a bucket named by a URL."""

    def __init__(self, place: Path | str) -> None:
        self._directory = place if isinstance(place, Path) else None
        if isinstance(place, Path):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._store: ObjectStore = LocalStore(prefix=place)
        else:
            self._store = from_url(place)

    async def take_in(self, part: PartHash, path: Path) -> None:
        """Move a verified and flushed file in; it stands there whole or not at all."""
        if self._directory is None:
            await obstore.put_async(self._store, _key(part), path)
            await asyncio.to_thread(path.unlink)
        else:
            await asyncio.to_thread(_move, path, self._directory / _key(part))

    async def read_all(self, part: PartHash) -> bytes:
        try:
            found = await obstore.get_async(self._store, _key(part))
            return bytes(await found.bytes_async())
        except FileNotFoundError as error:
            raise PartNotHeldError(part) from error

    async def read(self, part: PartHash, first: int, end: int) -> bytes:
        try:
            read = obstore.get_range_async(self._store, _key(part), start=first, end=end)
            return bytes(await read)
        except FileNotFoundError as error:
            raise PartNotHeldError(part) from error

    async def remove(self, part: PartHash) -> None:
        with contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._store, _key(part))

    async def parts_older_than(self, moment: datetime) -> list[PartHash]:
        found: list[PartHash] = []
        async for batch in obstore.list(self._store):
            old = (meta["path"] for meta in batch if meta["last_modified"] < moment)
            found += [PartHash(path.rsplit("/", 1)[-1]) for path in old]
        return found


class Parts:
    """The parts of one node. `arrivals` is a local directory for those still coming, outside the
    shelf's own, and on the same disk where that is a directory.
    """

    def __init__(
        self, database: Database, shelf: Shelf, arrivals: Path, vault: Vault | None = None
    ) -> None:
        arrivals.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.vault: Final = vault or Vault()
        self._database: Final = database
        self._shelf: Final = shelf
        self._arrivals: Final = arrivals
        self._taking: WeakValueDictionary[PartHash, asyncio.Lock] = WeakValueDictionary()

    async def shelve(self, part: PartHash, data: bytes) -> None:
        """Put a large part's file in place, before the transaction that records it as held."""
        check_part(data, part=part, size=len(data))
        async with self._alone_with(part):
            await self._shelve(part, data)

    async def get(self, part: PartHash) -> bytes:
        """All bytes of a part that is held, salt first; PartNotHeldError otherwise.

        PartError if what is stored is no longer what was put there. What a vault keeps closed is
        not held while nobody is signed in.
        """
        size = (await self._find(part))[0]
        data = self.vault.open_part(part, await self.stored(part))
        if data is None:
            raise PartNotHeldError(part)
        check_part(data, part=part, size=size)
        return data

    async def stored(self, part: PartHash) -> bytes:
        """A part that is held, as it lies on the disk."""
        _, _, stored = await self._find(part)
        return stored if stored is not None else await self._shelf.read_all(part)

    async def beginning(self, part: PartHash, length: int) -> bytes:
        """The first bytes of a large part's file, as it lies on the shelf."""
        return await self._shelf.read(part, 0, length)

    async def read_range(self, part: PartHash, offset: int, length: int, to: NodeId) -> bytes:
        """Some bytes of a part that is held, for a neighbour who may have them; shorter at its end.

        A vault gives them as it keeps them, sealed: nobody need be signed in.
        """
        size, _, data = await self._find(part)
        first, end = min(offset, size), min(offset + length, size)
        if offset < 0 or length < 0 or first == end:
            return b""
        if data is not None:
            return self.vault.to_send(data, to, first, end)
        if self.vault.seals:
            return self.vault.to_send(await self._shelf.read_all(part), to, first, end)
        return await self._shelf.read(part, first, end)

    async def media_type(self, part: PartHash) -> str:
        return (await self._find(part))[1]

    async def states(self, parts: Sequence[PartHash]) -> dict[PartHash, PartState]:
        return await self._database.read(lambda work: states(work, parts))

    async def wanted(self, limit: int) -> list[PartHash]:
        """Parts on their way, most urgent first."""
        coming = await self._database.read(lambda work: arriving(work, limit))
        return [each.hash for each in coming]

    async def missing_ranges(
        self, part: PartHash, *, range_bytes: int = RANGE_BYTES, limit: int = RANGES_ASKED_MAX
    ) -> list[tuple[int, int]]:
        """(offset, length) of what to ask for next, each at most `range_bytes` long."""
        coming = await self._database.read(lambda work: find_arriving(work, part))
        if coming is None or coming.size > PART_BYTES_MAX:
            return []
        if not gaps(coming.ranges, coming.size):
            # A process killed between the last byte and the verdict left this to be done.
            with contextlib.suppress(PartError):
                async with self._alone_with(part):
                    await self._finish(coming)
            return await self._first_of(part, range_bytes, limit)
        return _cut(gaps(coming.ranges, coming.size), range_bytes, limit)

    async def accept_range(self, part: PartHash, offset: int, data: bytes) -> PartState:
        """Keep some bytes that came, and say whether the part is whole with them.

        PartError names the part if nobody asked for these bytes, or if the whole does not match
        its hash; then all of it is dropped and missing again.
        """
        async with self._alone_with(part):
            coming = await self._database.read(lambda work: find_arriving(work, part))
            if coming is None:
                return await self._of_no_use(part)
            if offset < 0 or not data or offset + len(data) > min(coming.size, PART_BYTES_MAX):
                raise PartError(f"{part}: bytes at {offset} that it does not have")
            path = self._path(part)
            cover = self.vault.arrival(part)
            # The key of what came before a restart is gone with the process, and so is that.
            fresh = cover is not None and cover.is_fresh
            ranges = coming.ranges if path.exists() and not fresh else ()
            ranges = with_range(ranges, (offset, offset + len(data)))
            if len(ranges) > RANGES_APART_MAX:
                raise PartError(f"{part}: it comes in too many pieces")
            covered = cover.apply(offset, data) if cover is not None else data
            await asyncio.to_thread(_write_at, path, offset, covered)
            await self._database.work(lambda work: note_ranges(work, part, ranges))
            if gaps(ranges, coming.size):
                return PartState.AWAITED
            await self._finish(coming)
            return PartState.HELD

    async def drop(self, parts: Iterable[PartHash]) -> None:
        """Remove the files of parts whose erasure is committed."""
        for part in parts:
            async with self._alone_with(part):
                if (await self.states([part])).get(part) is PartState.HELD:
                    continue
                await asyncio.to_thread(self._path(part).unlink, missing_ok=True)
                await self._shelf.remove(part)

    async def sweep(self, now: datetime) -> list[PartHash]:
        """Remove files that no row calls for, left by a process killed at the wrong moment."""
        before = now - STRAY_KEPT
        shelved = await self._shelf.parts_older_than(before)
        coming = [path for path in self._arrivals.iterdir() if _is_older(path, before)]
        known = await self.states([*shelved, *(PartHash(path.stem) for path in coming)])
        for path in coming:
            if known.get(PartHash(path.stem)) is not PartState.AWAITED:
                await asyncio.to_thread(path.unlink, missing_ok=True)
        wanted = {PartState.HELD, PartState.AWAITED}
        stray = [each for each in shelved if known.get(each) not in wanted]
        await self.drop(stray)
        return stray

    async def _finish(self, coming: Arriving) -> None:
        """Verify what arrived and put it where it belongs, or drop it and begin again."""
        part, path = coming.hash, self._path(coming.hash)
        fault_point("part.before_complete")
        try:
            data = await self._arrived_bytes(coming)
            check_part(data, part=part, size=coming.size)
        except PartError:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            await self._database.work(lambda work: note_ranges(work, part, ()))
            raise
        if not is_small(coming.size) and path.exists():
            if self.vault.seals:
                await self._shelve(part, data)
            else:
                await self._shelf.take_in(part, path)
        fault_point("part.after_complete")
        kept = self.vault.close_part(part, data) if is_small(coming.size) else None
        await self._database.work(lambda work: arrived(work, part, kept))
        await asyncio.to_thread(path.unlink, missing_ok=True)
        self.vault.arrived(part)

    async def _shelve(self, part: PartHash, data: bytes) -> None:
        fresh = self._arrivals / f"{part}.new"
        await asyncio.to_thread(_write_whole, fresh, self.vault.close_part(part, data))
        await self._shelf.take_in(part, fresh)

    async def _arrived_bytes(self, coming: Arriving) -> bytes:
        path = self._path(coming.hash)
        if path.exists():
            data = await asyncio.to_thread(path.read_bytes)
            cover = self.vault.arrival(coming.hash)
            return cover.apply(0, data) if cover is not None else data
        try:
            stored = await self._shelf.read_all(coming.hash)
        except PartNotHeldError as error:
            raise PartError(f"{coming.hash}: its bytes are gone") from error
        opened = self.vault.open_part(coming.hash, stored)
        if opened is None:
            raise PartError(f"{coming.hash}: it was closed before it was noted")
        return opened

    async def _first_of(
        self, part: PartHash, range_bytes: int, limit: int
    ) -> list[tuple[int, int]]:
        coming = await self._database.read(lambda work: find_arriving(work, part))
        return [] if coming is None else _cut([(0, coming.size)], range_bytes, limit)

    async def _of_no_use(self, part: PartHash) -> PartState:
        state = (await self.states([part])).get(part)
        if state is None:
            raise PartError(f"{part}: nobody asked for it")
        return state

    async def _find(self, part: PartHash) -> tuple[int, str, bytes | None]:
        def find(work: Work) -> tuple[int, str, bytes | None] | None:
            query = "SELECT size, media_type, data FROM part WHERE hash = ? AND state = 'held'"
            row: tuple[int, str, bytes | None] | None = work.execute(query, (part,)).fetchone()
            return row

        found = await self._database.read(find)
        if found is None:
            raise PartNotHeldError(part)
        return found

    def _alone_with(self, part: PartHash) -> asyncio.Lock:
        return self._taking.setdefault(part, asyncio.Lock())

    def _path(self, part: PartHash) -> Path:
        return self._arrivals / f"{part}.part"


def _cut(missing: Sequence[Range], range_bytes: int, limit: int) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    for first, end in missing:
        for offset in range(first, end, range_bytes):
            if len(pieces) == limit:
                return pieces
            pieces.append((offset, min(range_bytes, end - offset)))
    return pieces


def _key(part: PartHash) -> str:
    return f"{part[:2]}/{part}"


def _write_at(path: Path, offset: int, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.seek(offset)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _write_whole(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    _write_at(path, 0, data)


def _is_older(path: Path, moment: datetime) -> bool:
    return path.stat().st_mtime < moment.timestamp()


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, exist_ok=True)
    path.replace(target)
    flush_directory(target.parent)
    flush_directory(target.parent.parent)
