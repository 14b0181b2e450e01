"""Which dates a new calendar moved."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Column, Varchar

ID = "2026-11-28T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "which dates a new calendar moved"

COLUMNS: dict[str, Column] = {
    "case_id": Varchar(length=32, primary_key=True, default=None, null=False),
    "head": Varchar(length=64, default=None, null=False),
    "calendar_before": BigInt(default=None, null=False),
    "calendar_after": BigInt(default=None, null=False),
    "due_before": Varchar(length=10, default=None, null=False),
    "due_after": Varchar(length=10, index=True, default=None, null=True),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="central", description=DESCRIPTION)
    manager.add_table("DueChange", "due_change")
    for name, column in COLUMNS.items():
        manager.add_column(
            "DueChange",
            "due_change",
            name,
            db_column_name=name,
            column_class=type(column),
            params=column._meta.params,
        )
    return manager
