"""The node's database: one writer, transactions that are whole, and tables per database."""

import asyncio
import contextvars
import multiprocessing
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import pytest
from piccolo.columns import BigInt, Text, Timestamptz
from piccolo.table import Table

from sync.engine import (
    Database,
    DatabaseDamagedError,
    DataDirInUseError,
    TransactionError,
    Work,
    bind,
    make_database,
)

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
INSERT = "INSERT INTO note (id, words, written_at) VALUES (?, ?, ?)"


class Note(Table):
    id = BigInt(primary_key=True, default=None, null=False)
    words = Text(default=None, null=False)
    written_at = Timestamptz(default=None, null=False)


@pytest.fixture(params=[False, True], ids=["threads", "inline"])
async def database(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    async with Database(tmp_path / "node.sqlite", inline=request.param) as opened:
        await bind(Note, opened).create_table()
        yield opened


async def write(database: Database, number: int) -> None:
    await database.execute(INSERT, [number, "", NOON])


async def numbers(database: Database) -> list[int]:
    return [row[0] for row in await database.fetch("SELECT id FROM note ORDER BY id")]


async def test_what_piccolo_writes_comes_back_as_it_was(database: Database) -> None:
    note = bind(Note, database)
    await note(id=1, words="村民委员会", written_at=NOON).save()

    assert await note.select() == [{"id": 1, "words": "村民委员会", "written_at": NOON}]
    assert await database.fetch("SELECT * FROM note") == [(1, "村民委员会", NOON)]


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    note = bind(Note, database)

    async def fail() -> None:
        async with database.transaction():
            await note(id=1, words="", written_at=NOON).save()
            assert await note.count() == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await numbers(database) == []
    await write(database, 2)
    assert await numbers(database) == [2]


async def test_nobody_reads_what_is_not_committed(database: Database) -> None:
    async with database.transaction():
        await write(database, 1)
        outside = contextvars.Context()
        assert await asyncio.create_task(numbers(database), context=outside) == []
        assert await numbers(database) == [1]
    assert await numbers(database) == [1]


async def test_an_inner_transaction_fails_alone(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction():
            await write(database, 2)
            raise RuntimeError

    async with database.transaction():
        await write(database, 1)
        with pytest.raises(RuntimeError):
            await fail()
        async with database.transaction():
            await write(database, 3)

    assert await numbers(database) == [1, 3]


async def test_transactions_take_turns(database: Database) -> None:
    async def count_up() -> None:
        async with database.transaction():
            held = await numbers(database)
            await asyncio.sleep(0)
            await write(database, len(held))

    await asyncio.gather(*(count_up() for _ in range(20)))
    assert await numbers(database) == list(range(20))


async def test_a_cancelled_transaction_leaves_nothing_and_frees_the_writer(tmp_path: Path) -> None:
    """Cancel at every await there is; the transaction is there whole, or not at all."""
    async with Database(tmp_path / "node.sqlite") as database:
        await bind(Note, database).create_table()

        async def two(number: int) -> None:
            async with database.transaction():
                await write(database, number)
                async with database.transaction():
                    await write(database, number + 1)

        for attempt in range(60):
            task = asyncio.create_task(two(attempt * 2))
            for _ in range(attempt % 30):
                await asyncio.sleep(0.00005)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        async with asyncio.timeout(2):
            await two(1000)
        held = await numbers(database)
        assert 1000 in held
        assert all((number ^ 1) in held for number in held)


async def test_work_counts_whole_or_not_at_all(database: Database) -> None:
    def twice_the_same(work: Work) -> None:
        work.execute(INSERT, [1, "", NOON])
        work.execute(INSERT, [1, "", NOON])

    with pytest.raises(sqlite3.IntegrityError):
        await database.work(twice_the_same)
    assert await numbers(database) == []

    async with database.transaction():
        await write(database, 7)
        with pytest.raises(sqlite3.IntegrityError):
            await database.work(twice_the_same)
    assert await numbers(database) == [7]


async def test_many_rows_are_all_written_or_none(database: Database) -> None:
    assert await database.executemany(INSERT, [(n, "", NOON) for n in range(3)]) == 3
    with pytest.raises(sqlite3.IntegrityError):
        await database.executemany(INSERT, [(n, "", NOON) for n in (5, 6, 5)])
    assert await numbers(database) == [0, 1, 2]


async def test_a_snapshot_does_not_move_while_others_write(database: Database) -> None:
    async with database.snapshot():
        assert await numbers(database) == []
        await asyncio.create_task(write(database, 1), context=contextvars.Context())
        assert await numbers(database) == []
        with pytest.raises(sqlite3.OperationalError):
            await write(database, 2)
        with pytest.raises(TransactionError):
            await database.work(lambda work: work.execute("DELETE FROM note"))
    assert await numbers(database) == [1]


async def test_a_batch_of_reads_sees_one_state_and_cannot_write(database: Database) -> None:
    await write(database, 1)
    rows = await database.read(lambda work: work.execute("SELECT id FROM note").fetchall())
    assert rows == [(1,)]
    with pytest.raises(sqlite3.OperationalError):
        await database.read(lambda work: work.execute("DELETE FROM note").rowcount)


async def test_listeners_hear_of_a_commit_and_only_of_a_commit(database: Database) -> None:
    heard: list[str] = []

    async def fail() -> None:
        async with database.transaction():
            database.on_commit(lambda: heard.append("rolled back"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.transaction():
        async with database.transaction():
            database.on_commit(lambda: heard.append("committed"))
        assert heard == []
    assert heard == ["committed"]


async def test_two_tasks_do_not_nest_in_one_transaction_at_once(database: Database) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def nest() -> None:
        async with database.transaction():
            entered.set()
            await leave.wait()

    async def meddle() -> None:
        async with database.transaction():
            tasks.append(asyncio.create_task(nest()))
            await entered.wait()
            await write(database, 1)

    tasks: list[asyncio.Task[None]] = []
    with pytest.raises(TransactionError):
        await meddle()
    leave.set()
    with pytest.raises(TransactionError):
        await tasks[0]
    await write(database, 2)
    assert await numbers(database) == [2]


async def test_a_transaction_the_database_gave_up_does_not_go_on(database: Database) -> None:
    async def go_on() -> None:
        async with database.transaction():
            await write(database, 1)
            await database.execute("ROLLBACK")
            await write(database, 2)

    with pytest.raises(TransactionError):
        await go_on()
    assert await numbers(database) == []


async def test_nodes_in_one_process_have_their_own_tables(tmp_path: Path) -> None:
    async with Database(tmp_path / "a.sqlite") as one, Database(tmp_path / "b.sqlite") as two:
        for each in (one, two):
            await bind(Note, each).create_table()
        await bind(Note, one)(id=1, words="", written_at=NOON).save()

        assert bind(Note, one) is bind(Note, one)
        assert await bind(Note, one).count() == 1
        assert await bind(Note, two).count() == 0


def _try_to_open(path: Path, answer: "SimpleQueue[str]") -> None:
    async def attempt() -> str:
        try:
            async with Database(path):
                return "opened"
        except DataDirInUseError:
            return "refused"

    answer.put(asyncio.run(attempt()))


async def test_a_second_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "node.sqlite"
    context = multiprocessing.get_context("spawn")
    answer: SimpleQueue[str] = context.SimpleQueue()

    async def ask() -> str:
        process = context.Process(target=_try_to_open, args=(path, answer))
        process.start()
        await asyncio.to_thread(process.join, 20)
        return answer.get()

    async with Database(path) as database:
        await bind(Note, database).create_table()
        assert await ask() == "refused"
        async with Database(path, writable=False) as onlooker:
            assert await numbers(onlooker) == []
            with pytest.raises(TransactionError):
                await write(onlooker, 1)
    assert await ask() == "opened"


async def test_a_damaged_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "node.sqlite"
    async with Database(path) as database:
        await bind(Note, database).create_table()
        await database.executemany(INSERT, [(n, "x" * 900, NOON) for n in range(200)])
    content = bytearray(path.read_bytes())
    content[8192:40960] = b"\xa5" * (40960 - 8192)
    path.write_bytes(content)

    with pytest.raises(DatabaseDamagedError, match=r"node\.sqlite"):
        await Database(path).open()
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DatabaseDamagedError):
        await Database(path).open()


async def test_a_database_is_named_by_its_url(tmp_path: Path) -> None:
    assert make_database(f"sqlite:///{tmp_path}/x.sqlite").file == tmp_path / "x.sqlite"
    for url in ("postgres://county", "sqlite://", "county.sqlite"):
        with pytest.raises(ValueError, match="not a database"):
            make_database(url)
