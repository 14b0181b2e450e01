"""What a task's queries run in, and the SQL that begins and ends it.

The functions here run on a lane's thread, in one hop each. SQLite may roll a transaction back by
itself (a full disk, an I/O error); whatever goes on in one asks `in_transaction` first.
"""

import sqlite3
from collections.abc import Callable
from typing import Final, TypeVar

from sync.lanes import Lane, Work

T = TypeVar("T")


class TransactionError(Exception):
    """A transaction used in a way that cannot keep its promise; always a programmer's error,
    or the database having given the transaction up.
    """


class Scope:
    """A transaction, a savepoint in one, or a snapshot: what a task's queries run in."""

    def __init__(self, lane: Lane, *, outer: "Scope | None" = None, writable: bool = True) -> None:
        self.lane: Final = lane
        self.outer: Final = outer
        self.writable: Final = writable
        self.depth: Final[int] = 0 if outer is None else outer.depth + 1
        self.open = True
        self.cut_off = False
        self.committed = False
        self.inner: Scope | None = None
        self.when_committed: list[Callable[[], None]] = []

    def close(self) -> None:
        """End it, and with it what another task may have left open inside."""
        self.open = False
        if self.inner is not None:
            self.inner.cut_off = True
            self.inner.close()

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self.check()
        return await self.lane.call(lambda connection: work(in_transaction(connection)))

    def check(self) -> None:
        if not self.open:
            raise TransactionError("the transaction around this one has ended")
        if self.inner is not None:
            raise TransactionError("two tasks use one transaction while one of them nests in it")

    def commit(self, connection: sqlite3.Connection) -> None:
        self.check()
        in_transaction(connection).execute("COMMIT")
        self.committed = True


def begin(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")


def begin_reading(connection: sqlite3.Connection) -> None:
    # BEGIN alone does not look at the file; the first read is what fixes the state seen.
    connection.execute("BEGIN")
    connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()


def roll_back(connection: sqlite3.Connection) -> None:
    # A full disk or an I/O error may have made SQLite roll back by itself.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def roll_back_to(connection: sqlite3.Connection, name: str) -> None:
    if connection.in_transaction:
        connection.execute(f"ROLLBACK TO {name}")
        connection.execute(f"RELEASE {name}")


def in_transaction(connection: sqlite3.Connection) -> sqlite3.Connection:
    # Going on after SQLite rolled back by itself would commit the rest statement by statement.
    if not connection.in_transaction:
        raise TransactionError("this transaction was rolled back by the database")
    return connection


def alone(connection: sqlite3.Connection, batch: Callable[[Work], T]) -> T:
    begin(connection)
    try:
        result = batch(connection)
        in_transaction(connection).execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise
    return result


def within(connection: sqlite3.Connection, batch: Callable[[Work], T]) -> T:
    connection.execute("SAVEPOINT work")
    try:
        result = batch(connection)
        in_transaction(connection).execute("RELEASE work")
    except BaseException:
        roll_back_to(connection, "work")
        raise
    return result


def seeing_one_state(connection: sqlite3.Connection, batch: Callable[[Work], T]) -> T:
    connection.execute("BEGIN")
    try:
        return batch(connection)
    finally:
        roll_back(connection)
