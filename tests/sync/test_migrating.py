"""Migrations of a small app, run as a tier runs its own."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from piccolo.columns import BigInt, Text
from piccolo.table import Table

from sync.engine import Database
from sync.migrating import would_autogenerate
from sync.schema import NewerDatabaseError, Schema, migrate, pending

FIRST = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import BigInt, Text
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-20T10:00:00:000001"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="toy", description="paper")
    manager.add_table(class_name="Paper", tablename="paper")
    manager.add_column(
        table_class_name="Paper", tablename="paper", column_name="id", column_class=BigInt,
        params={"primary_key": True, "default": None, "null": False, "unique": False,
                "index": False, "index_method": IndexMethod.btree, "choices": None,
                "db_column_name": None, "secret": False},
    )
    manager.add_column(
        table_class_name="Paper", tablename="paper", column_name="words", column_class=Text,
        params={"primary_key": False, "default": None, "null": False, "unique": False,
                "index": False, "index_method": IndexMethod.btree, "choices": None,
                "db_column_name": None, "secret": False},
    )
    return manager
"""

SECOND = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T10:00:00:000001"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="toy", description="index")

    async def index() -> None:
        await engine_finder().execute("CREATE UNIQUE INDEX paper_words ON paper (words, id)")
        %s

    manager.add_raw(index)
    return manager
"""


class Paper(Table):
    id = BigInt(primary_key=True, default=None, null=False)
    words = Text(default=None, null=False)


class Bag(Table):
    label = Text(default=None, null=False)


@pytest.fixture
def app(tmp_path: Path) -> Schema:
    folder = tmp_path / "toy_migrations"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "toy_first.py").write_text(FIRST)
    return Schema("toy", folder, (Paper,))


def add_second(app: Schema, also: str = "") -> None:
    (app.folder / "toy_second.py").write_text(SECOND % also)


async def indices(database: Database) -> list[str]:
    rows = await database.fetch("SELECT name FROM sqlite_master WHERE name = 'paper_words'")
    return [row[0] for row in rows]


async def test_each_migration_runs_once_and_in_order(app: Schema, tmp_path: Path) -> None:
    add_second(app)
    async with Database(tmp_path / "toy.sqlite") as database:
        both = ["2026-11-20T10:00:00:000001", "2026-11-21T10:00:00:000001"]
        assert await pending(database, app) == both
        assert await migrate(database, app) == both
        assert await pending(database, app) == []
        assert await migrate(database, app) == []
        assert await indices(database) == ["paper_words"]


async def test_a_later_release_goes_on_where_the_earlier_ended(app: Schema, tmp_path: Path) -> None:
    async with Database(tmp_path / "toy.sqlite") as database:
        await migrate(database, app)
        await database.execute("INSERT INTO paper (id, words) VALUES (1, '原件')")
        add_second(app)
        assert await migrate(database, app) == ["2026-11-21T10:00:00:000001"]
        assert await database.fetch("SELECT words FROM paper") == [("原件",)]


async def test_a_migration_that_fails_leaves_nothing_and_runs_again(
    app: Schema, tmp_path: Path
) -> None:
    add_second(app, "raise RuntimeError('the disk is full')")
    async with Database(tmp_path / "toy.sqlite") as database:
        with pytest.raises(RuntimeError, match="full"):
            await migrate(database, app)
        assert await pending(database, app) == ["2026-11-21T10:00:00:000001"]
        assert await indices(database) == []
        add_second(app)
        await migrate(database, app)
        assert await indices(database) == ["paper_words"]


KILLED = """
import asyncio, sys
from pathlib import Path
from sync import faults
from sync.engine import Database
from sync.schema import Schema, migrate

async def main():
    faults.arm_from("migration.before_commit:2")
    async with Database(Path(sys.argv[1])) as database:
        await migrate(database, Schema("toy", Path(sys.argv[2]), ()))

asyncio.run(main())
"""


async def test_a_node_killed_in_a_migration_finishes_it_at_the_next_start(
    app: Schema, tmp_path: Path
) -> None:
    add_second(app)
    path = tmp_path / "toy.sqlite"
    command = [sys.executable, "-c", KILLED, str(path), str(app.folder)]
    ended = await asyncio.to_thread(subprocess.run, command, check=False)
    assert ended.returncode == -signal.SIGKILL

    async with Database(path) as database:
        assert await indices(database) == []
        assert await migrate(database, app) == ["2026-11-21T10:00:00:000001"]
        assert await indices(database) == ["paper_words"]


async def test_two_nodes_migrate_at_once_in_one_process(app: Schema, tmp_path: Path) -> None:
    add_second(app)
    async with Database(tmp_path / "a.sqlite") as one, Database(tmp_path / "b.sqlite") as two:
        await asyncio.gather(migrate(one, app), migrate(two, app))
        assert await indices(one) == await indices(two) == ["paper_words"]


async def test_a_database_of_a_later_release_is_left_alone(app: Schema, tmp_path: Path) -> None:
    add_second(app)
    async with Database(tmp_path / "toy.sqlite") as database:
        await migrate(database, app)
        (app.folder / "toy_second.py").unlink()
        with pytest.raises(NewerDatabaseError, match="2026-11-21"):
            await migrate(database, app)


async def test_a_table_without_its_migration_is_noticed(app: Schema) -> None:
    assert not await would_autogenerate(app)
    assert await would_autogenerate(replace(app, tables=(*app.tables, Bag)))


NOTHING_PENDING = """
import asyncio, sys
from pathlib import Path
from sync.engine import Database
from sync.schema import Schema, migrate

async def main():
    async with Database(Path(sys.argv[1])) as database:
        assert await migrate(database, Schema("toy", Path(sys.argv[2]), ())) == []
    assert "piccolo.conf.apps" not in sys.modules, "it takes a formatter of code with it"

asyncio.run(main())
"""


async def test_a_start_with_nothing_to_run_does_not_load_what_runs_it(
    app: Schema, tmp_path: Path
) -> None:
    path = tmp_path / "toy.sqlite"
    async with Database(path) as database:
        await migrate(database, app)
    command = [sys.executable, "-c", NOTHING_PENDING, str(path), str(app.folder)]
    await asyncio.to_thread(subprocess.run, command, check=True)
