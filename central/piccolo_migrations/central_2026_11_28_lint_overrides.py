"""Who answered for a finding of the catalogue's lint, and why."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Column, Timestamptz, Varchar

ID = "2026-11-28T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "who answered for a finding of the catalogue's lint, and why"

COLUMNS: dict[str, Column] = {
    "finding": Varchar(length=64, primary_key=True, default=None, null=False),
    "matter": Varchar(length=64, default=None, null=False),
    "version": BigInt(default=None, null=False),
    "field": Varchar(length=200, default=None, null=False),
    "code": Varchar(length=64, default=None, null=False),
    "text": Varchar(length=2000, default=None, null=False),
    "reason": Varchar(length=500, default=None, null=False),
    "officer": Varchar(length=32, default=None, null=False),
    "at": Timestamptz(default=None, null=False, index=True),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="central", description=DESCRIPTION)
    manager.add_table("LintOverride", "lint_override")
    for name, column in COLUMNS.items():
        manager.add_column(
            "LintOverride",
            "lint_override",
            name,
            db_column_name=name,
            column_class=type(column),
            params=column._meta.params,
        )
    return manager
