"""The database of a node: one writer, a few readers, every change in one transaction.

Piccolo's own SQLite engine opens a connection for every query outside a transaction. This one
keeps its connections: a single writer behind a lock, so that two transactions never meet in the
file, and readers that see what is committed. Queries inside `async with database.transaction()`
belong to it, including those of tasks started there; a task that is to outlive the transaction
is started in a fresh context (`asyncio.create_task(…, context=contextvars.Context())`).

The sync path does not build queries one by one: `work` carries a plain function to the writer's
thread and runs its SQL there, in one hop.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from types import new_class
from typing import Any, Final, NoReturn, Self, TypeVar, cast

from piccolo.engine.sqlite import SQLiteEngine
from piccolo.querystring import QueryString
from piccolo.table import Table

from sync.lanes import (
    DatabaseDamagedError,
    DataDirInUseError,
    FileLock,
    Lane,
    Readers,
    Rows,
    Work,
    open_reader,
    open_writer,
    teach,
    truncate,
)
from sync.scopes import (
    Scope,
    TransactionError,
    alone,
    begin,
    begin_reading,
    in_transaction,
    roll_back,
    roll_back_to,
    seeing_one_state,
    within,
)

__all__ = [
    "DataDirInUseError",
    "Database",
    "DatabaseDamagedError",
    "Rows",
    "TransactionError",
    "Work",
    "bind",
    "make_database",
]

T = TypeVar("T")
TableT = TypeVar("TableT", bound=Table)

READERS: Final = 2


class Database(SQLiteEngine):
    """A node's SQLite database. `await open()` before use; `async with` opens and closes.

    `functions` may be called in its SQL, by name. A reading one (`writable=False`) takes no lock
    and may look into a running node's file.
    """

    def __init__(  # noqa: PLR0913 - how it is opened, each by its name
        self,
        path: Path,
        *,
        writable: bool = True,
        readers: int = READERS,
        durable: bool = True,
        inline: bool = False,
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        super().__init__(path=str(path))
        self.file: Final = path
        self._writable: Final = writable
        self._reader_count: Final = readers
        self._durable: Final = durable
        self._inline: Final = inline
        self._functions: Final = functions or {}
        self._lock: Final = FileLock(path.with_name(path.name + ".lock"))
        self._writing: Final = asyncio.Lock()
        self._writer: Lane | None = None
        self._readers: Readers | None = None
        self._scope: ContextVar[Scope | None] = ContextVar(f"scope of {path}", default=None)
        self.bound: Final[dict[type[Table], type[Table]]] = {}

    async def open(self) -> Self:
        """Take the file, or raise `DataDirInUseError` or `DatabaseDamagedError`."""
        assert self._readers is None, "a database is opened once"
        if self._inline:
            self._open()
        else:
            await asyncio.to_thread(self._open)
        return self

    def _open(self) -> None:
        if not self._writable and not self.file.exists():
            raise FileNotFoundError(self.file)
        if self._writable:
            self._lock.take()
            try:
                connection = open_writer(self.file, durable=self._durable)
                teach(connection, self._functions)
            except BaseException:
                self._lock.release()
                raise
            self._writer = Lane(connection, inline=self._inline)
        connections = [open_reader(self.file) for _ in range(self._reader_count)]
        for connection in connections:
            teach(connection, self._functions)
        self._readers = Readers([Lane(each, inline=self._inline) for each in connections])

    async def close(self) -> None:
        """Wait for the transaction under way, then let the file go."""
        async with self._writing:
            if self._readers is not None:
                await self._readers.close()
            if self._writer is not None:
                await self._writer.close()
            self._readers = self._writer = None
            self._lock.release()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # Piccolo's way in.

    async def run_querystring(self, querystring: QueryString, in_pool: bool = False) -> Any:  # noqa: ARG002, FBT001, FBT002
        sql, arguments = querystring.compile_string(engine_type=self.engine_type)
        return await self._run(sql, arguments)

    async def run_ddl(self, ddl: str, in_pool: bool = False) -> Any:  # noqa: ARG002, FBT001, FBT002
        return await self._run(ddl, [])

    async def batch(self, *_: object, **__: object) -> NoReturn:
        raise TransactionError("a cursor left open holds the log back; page by an ordered key")

    def transaction(  # type: ignore[override]
        self, **_: object
    ) -> AbstractAsyncContextManager[Scope]:
        """One transaction of the writer; inside another one, a savepoint in that."""
        scope = self._current()
        return self._outermost() if scope is None else self._nested(scope)

    def transaction_exists(self) -> bool:
        return self._current() is not None

    async def _run(self, sql: str, arguments: Sequence[Any]) -> list[dict[str, Any]]:
        def run(connection: sqlite3.Connection) -> list[dict[str, Any]]:
            cursor = connection.execute(sql, arguments)
            if cursor.description is None:
                return []
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        if sql.lstrip()[:6].upper() == "SELECT":
            return await self._read(run)
        return await self._write(run)

    # The sync path's way in.

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a SELECT: of the transaction inside one, else of what is committed."""
        return await self._read(lambda connection: connection.execute(sql, parameters).fetchall())

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement and say how many rows it touched."""
        return await self._write(lambda connection: connection.execute(sql, parameters).rowcount)

    async def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run one statement for each row, all or none."""
        return await self.work(lambda work: work.executemany(sql, list(rows)).rowcount)

    async def work(self, batch: Callable[[Work], T]) -> T:
        """Run a function of plain SQL on the writer's thread: all of it counts, or nothing.

        Inside a transaction it is part of that; outside it is one of its own. The function must
        not wait for anything, nor begin or end transactions.
        """
        scope = self._current()
        if scope is None:
            async with self._writing:
                return await self._lane().finish(lambda connection: alone(connection, batch))
        if not scope.writable:
            raise TransactionError("a snapshot only reads")
        return await scope.call(lambda connection: within(connection, batch))

    async def read(self, batch: Callable[[Work], T]) -> T:
        """As `work`, for a function that only reads; all its statements see one state."""
        scope = self._current()
        if scope is not None:
            return await scope.call(batch)
        assert self._readers is not None, "the database is open"
        return await self._readers.call(lambda connection: seeing_one_state(connection, batch))

    async def truncate_log(self) -> None:
        """Bring what was written into the file and empty the log, which still held what it was."""
        await self._write(truncate)

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call back once what is being written is committed; at once outside a transaction."""
        scope = self._current()
        if scope is None or not scope.writable:
            callback()
        else:
            scope.when_committed.append(callback)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        """Let all queries inside see one committed state. Inside a transaction they do anyway."""
        if self._current() is not None:
            yield
            return
        assert self._readers is not None, "the database is open"
        async with self._readers.lend() as lane:
            scope = Scope(lane, writable=False)
            token = self._scope.set(scope)
            try:
                await lane.finish(begin_reading)
                yield
            finally:
                scope.close()
                self._scope.reset(token)
                await lane.finish(roll_back)

    @asynccontextmanager
    async def _outermost(self) -> AsyncIterator[Scope]:
        async with self._writing:
            scope = Scope(self._lane())
            token = self._scope.set(scope)
            try:
                await scope.lane.finish(begin)
                yield scope
                await scope.lane.finish(scope.commit)
            except BaseException:
                await scope.lane.finish(roll_back)
                raise
            finally:
                scope.close()
                self._scope.reset(token)
                # A caller cancelled during COMMIT leaves by an exception, and has committed.
                if scope.committed:
                    for callback in scope.when_committed:
                        callback()

    @asynccontextmanager
    async def _nested(self, outer: Scope) -> AsyncIterator[Scope]:
        outer.check()
        if not outer.writable:
            raise TransactionError("a snapshot only reads")
        scope = Scope(outer.lane, outer=outer)
        name = f"level_{scope.depth}"
        outer.inner = scope
        token = self._scope.set(scope)
        try:
            await scope.lane.finish(lambda c: in_transaction(c).execute(f"SAVEPOINT {name}"))
            yield scope
            scope.check()
            await scope.lane.finish(lambda c: in_transaction(c).execute(f"RELEASE {name}"))
            outer.when_committed += scope.when_committed
        except BaseException:
            if scope.open:
                await scope.lane.finish(lambda connection: roll_back_to(connection, name))
            raise
        finally:
            scope.close()
            outer.inner = None
            self._scope.reset(token)

    def _current(self) -> Scope | None:
        scope = self._scope.get()
        while scope is not None and not scope.open:
            if scope.cut_off:
                raise TransactionError("the transaction around this one has ended")
            scope = scope.outer
        return scope

    def _lane(self) -> Lane:
        if self._writer is None:
            raise TransactionError("the database is not open for writing")
        return self._writer

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        scope = self._current()
        if scope is not None:
            return await scope.call(work)
        assert self._readers is not None, "the database is open"
        return await self._readers.call(work)

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        scope = self._current()
        if scope is not None:
            return await scope.call(work)
        async with self._writing:
            return await self._lane().finish(work)


def make_database(url: str, *, writable: bool = True) -> Database:
    """The database at `sqlite:///relative/path` or `sqlite:////absolute/path`."""
    scheme, separator, path = url.partition(":///")
    if scheme == "sqlite" and separator and path:
        return Database(Path(path), writable=writable)
    raise ValueError(f"not a database this release can use: {url.partition(':')[0]}://…")


def bind(base: type[TableT], database: Database) -> type[TableT]:
    """The base table as a table of this database, made once, so that nodes can share a process."""
    found = database.bound.get(base)
    if found is None:
        meta = base._meta  # noqa: SLF001
        words = {"tablename": meta.tablename, "db": database, "tags": meta.tags}
        found = new_class(base.__name__, (base,), words)
        found.__module__ = base.__module__
        database.bound[base] = found
    return cast("type[TableT]", found)
