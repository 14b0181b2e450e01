"""Running migrations, forwards only; `sync.schema` says which.

A migration and the row that says it ran commit in one transaction, so a node killed half way is
finished by its next start. Piccolo's migrations look for their engine in a module named
`piccolo_conf`; there is one here, in memory, that answers with the database being migrated.
"""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from contextvars import ContextVar
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from piccolo.apps.migrations.auto import DiffableTable, SchemaDiffer, SchemaSnapshot
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import DEFAULT_MODULE_NAME
from piccolo.engine import engine_finder

from sync.engine import Database, bind
from sync.faults import fault_point
from sync.schema import Schema


async def run(database: Database, schema: Schema, names: Sequence[str]) -> None:
    """Run these migrations of a node's tables, each in a transaction of its own."""
    migration = bind(Migration, database)
    await migration.create_table(if_not_exists=True)
    files = schema.migrations()
    for name in names:
        module = _load(schema, files[name])
        with _engine_is(database), redirect_stdout(io.StringIO()):
            async with database.transaction():
                # A migration without a manager has done its work by itself.
                manager = await module.forwards()
                if isinstance(manager, MigrationManager):
                    await manager.run()
                await migration(name=name, app_name=schema.name).save()
                fault_point("migration.before_commit")


async def would_autogenerate(schema: Schema) -> bool:
    """Whether the tables say something that the migrations do not."""
    modules = [_load(schema, path) for path in schema.migrations().values()]
    managers = [await module.forwards() for module in modules]
    snapshot = SchemaSnapshot([each for each in managers if isinstance(each, MigrationManager)])
    tables = [_diffable(table._meta, table.__name__) for table in schema.tables]  # noqa: SLF001
    differ = SchemaDiffer(schema=tables, schema_snapshot=snapshot.get_snapshot(), auto_input="y")
    with redirect_stdout(io.StringIO()):
        return any(each.statements for each in differ.get_alter_statements())


def _load(schema: Schema, path: Path) -> Any:
    spec = spec_from_file_location(f"{schema.name}_migrations.{path.stem}", path)
    assert spec is not None, "a Python file has a loader"
    assert spec.loader is not None, "a Python file has a loader"
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _diffable(meta: Any, class_name: str) -> DiffableTable:
    return DiffableTable(
        class_name=class_name,
        tablename=meta.tablename,
        columns=meta.non_default_columns,
        constraints=meta.constraints,
        schema=meta.schema,
    )


_DATABASE: Final[ContextVar[Database]] = ContextVar("database being migrated")


class _PiccoloConf(ModuleType):
    """What Piccolo imports as its settings."""

    @property
    def DB(self) -> Database:  # noqa: N802
        return _DATABASE.get()


@contextmanager
def _engine_is(database: Database) -> Iterator[None]:
    if not isinstance(sys.modules.get(DEFAULT_MODULE_NAME), _PiccoloConf):
        sys.modules[DEFAULT_MODULE_NAME] = _PiccoloConf(DEFAULT_MODULE_NAME)
    token = _DATABASE.set(database)
    try:
        if engine_finder() is not database:
            raise RuntimeError("PICCOLO_CONF points Piccolo at another database")
        yield
    finally:
        _DATABASE.reset(token)
