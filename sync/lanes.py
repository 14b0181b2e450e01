"""SQLite connections, each with the one thread that uses it, and the lock on their file.

`sync.engine` decides which connection a query goes to; this module only knows how to open one
and how to call it. Calls of one lane run in the order they were made, so a ROLLBACK queued after
a statement whose caller was cancelled still comes after that statement.
"""

import asyncio
import contextlib
import inspect
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Protocol, Self, TypeVar

T = TypeVar("T")

BUSY_TIMEOUT_MS: Final = 5_000
CACHE_KIB: Final = 16 * 1024
CHECKPOINT_PAGES: Final = 4_000
JOURNAL_BYTES_KEPT_MAX: Final = 64 * 1024 * 1024
STATEMENTS_CACHED_MAX: Final = 512

# Piccolo reads integers through Decimal; the sync path reads a great many of them.
sqlite3.register_converter("INTEGER", int)


class DatabaseDamagedError(Exception):
    """The database file is not what was written; restore it, never repair it by hand."""


class DataDirInUseError(Exception):
    """Another process has this database open."""


class Rows(Protocol):
    """What came of a statement."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Work(Protocol):
    """What a batch of SQL is given to run its statements on; placeholders are `?`."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Rows: ...
    def executemany(self, sql: str, parameters: list[Any], /) -> Rows: ...


class Lane:
    """One connection and its thread. `inline` runs calls on the caller's thread instead, so
    that a simulation with its own event loop stays deterministic.
    """

    def __init__(self, connection: sqlite3.Connection, *, inline: bool) -> None:
        self.connection: Final = connection
        self._thread = None if inline else ThreadPoolExecutor(1, thread_name_prefix="sqlite")

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run it; a cancelled caller goes on at once, the statement still runs to its end."""
        if self._thread is None:
            return work(self.connection)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, work, self.connection)

    async def finish(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run it; the caller goes on only when it is done, even if cancelled meanwhile."""
        if self._thread is None:
            return work(self.connection)
        future = asyncio.get_running_loop().run_in_executor(self._thread, work, self.connection)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            while not future.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([future])
            if not future.cancelled():
                future.exception()
            raise

    async def close(self) -> None:
        await self.finish(sqlite3.Connection.close)
        if self._thread is not None:
            self._thread.shutdown(wait=False)


class Readers:
    """A few lanes that may only read; each is lent to one borrower at a time."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._lanes: Final = tuple(lanes)
        self._idle: asyncio.LifoQueue[Lane] = asyncio.LifoQueue()
        for lane in lanes:
            self._idle.put_nowait(lane)

    @contextlib.asynccontextmanager
    async def lend(self) -> AsyncIterator[Lane]:
        lane = await self._idle.get()
        try:
            yield lane
        finally:
            self._idle.put_nowait(lane)

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        lane = await self._idle.get()
        try:
            return await lane.call(work)
        finally:
            self._idle.put_nowait(lane)

    async def close(self) -> None:
        for lane in self._lanes:
            await lane.close()


def open_writer(path: Path, *, durable: bool) -> sqlite3.Connection:
    """Open the writing connection and look the whole file over before trusting it."""
    connection = _connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES_KEPT_MAX}")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        faults = [row[0] for row in connection.execute("PRAGMA quick_check(5)")]
    except sqlite3.DatabaseError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise damaged(path, str(error)) from error
        raise
    if faults != ["ok"]:
        connection.close()
        raise damaged(path, "; ".join(map(str, faults)))
    return connection


def damaged(path: Path, what: str) -> DatabaseDamagedError:
    return DatabaseDamagedError(
        f"{path} is damaged; restore it from a backup, do not repair it by hand ({what})"
    )


def open_reader(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def teach(connection: sqlite3.Connection, functions: Mapping[str, Callable[..., Any]]) -> None:
    """Let SQL call these; each has as many arguments as it takes."""
    for name, function in functions.items():
        count = len(inspect.signature(function).parameters)
        connection.create_function(name, count, function)


def truncate(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path,
        detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS_CACHED_MAX,
    )
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    # What was erased is overwritten: it may be a person's papers.
    connection.execute("PRAGMA secure_delete = ON")
    return connection


class FileLock:
    """A lock that lives as long as its process: the system drops it however the process ends."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._descriptor: int | None = None

    def take(self) -> Self:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise DataDirInUseError(f"{self.path}: another process holds it") from error
        self._descriptor = descriptor
        return self

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
