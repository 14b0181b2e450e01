"""A migration that adds tables, from a table of their columns."""

from collections.abc import Mapping
from typing import TypeAlias

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Column

# The columns by name, by the name of the class and that of the table.
NewTables: TypeAlias = Mapping[tuple[str, str], Mapping[str, Column]]


def adding(app: str, migration: str, description: str, tables: NewTables) -> MigrationManager:
    """What Piccolo is to run for a migration that adds these tables and changes no other."""
    manager = MigrationManager(migration_id=migration, app_name=app, description=description)
    for (class_name, table), columns in tables.items():
        manager.add_table(class_name, table)
        for name, column in columns.items():
            manager.add_column(
                class_name,
                table,
                name,
                db_column_name=name,
                column_class=type(column),
                params=column._meta.params,  # noqa: SLF001 - Piccolo's own migrations read it so
            )
    return manager
