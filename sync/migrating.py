"""Bringing a node's tables up to this release, forwards only.

A migration and the row that says it ran commit in one transaction, so a node killed half way is
finished by its next start. Piccolo's migrations look for their engine in a module named
`piccolo_conf`; there is one here, in memory, that answers with the database being migrated.
"""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from contextvars import ContextVar
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from piccolo.apps.migrations.auto import DiffableTable, SchemaDiffer, SchemaSnapshot
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import DEFAULT_MODULE_NAME, AppConfig
from piccolo.engine import engine_finder

from sync.engine import Database, bind
from sync.faults import fault_point

# What else a migration needs of Piccolo comes by this module: it is Piccolo's home.
__all__ = ["AppConfig", "NewerDatabaseError", "migrate", "pending", "would_autogenerate"]


class NewerDatabaseError(Exception):
    """A later release has changed these tables; this one must not touch them."""


async def migrate(database: Database, app_config: AppConfig) -> list[str]:
    """Run what has not run yet, oldest first, and say what that was."""
    migration = bind(Migration, database)
    await migration.create_table(if_not_exists=True)
    ran: list[str] = []
    for name, module in await _not_run(database, app_config):
        with _engine_is(database), redirect_stdout(io.StringIO()):
            async with database.transaction():
                # A migration without a manager has done its work by itself.
                manager = await module.forwards()
                if isinstance(manager, MigrationManager):
                    await manager.run()
                await migration(name=name, app_name=app_config.app_name).save()
                fault_point("migration.before_commit")
        ran.append(name)
    return ran


async def pending(database: Database, app_config: AppConfig) -> list[str]:
    """The migrations of this release that this database has not seen."""
    return [name for name, _ in await _not_run(database, app_config)]


async def would_autogenerate(app_config: AppConfig) -> bool:
    """Whether the tables say something that the migrations do not."""
    managers = [await module.forwards() for module in _modules(app_config).values()]
    snapshot = SchemaSnapshot([each for each in managers if isinstance(each, MigrationManager)])
    tables = [_diffable(table._meta, table.__name__) for table in app_config.table_classes]  # noqa: SLF001
    differ = SchemaDiffer(schema=tables, schema_snapshot=snapshot.get_snapshot(), auto_input="y")
    with redirect_stdout(io.StringIO()):
        return any(each.statements for each in differ.get_alter_statements())


async def _not_run(database: Database, app_config: AppConfig) -> list[tuple[str, Any]]:
    modules = _modules(app_config)
    migration = bind(Migration, database)
    ran: set[str] = set()
    if await migration.table_exists():
        ran.update(await migration.get_migrations_which_ran(app_config.app_name))
    if unknown := sorted(ran - modules.keys()):
        raise NewerDatabaseError(f"{database.file} has run {', '.join(unknown)}")
    return [(name, module) for name, module in modules.items() if name not in ran]


def _modules(app_config: AppConfig) -> dict[str, Any]:
    """The app's migrations by their id, oldest first."""
    found: dict[str, Any] = {}
    for path in Path(app_config.resolved_migrations_folder_path).glob("*.py"):
        if path.stem == "__init__":
            continue
        spec = spec_from_file_location(f"{app_config.app_name}_migrations.{path.stem}", path)
        assert spec is not None, "a Python file has a loader"
        assert spec.loader is not None, "a Python file has a loader"
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        found[module.ID] = module
    return dict(sorted(found.items()))


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
