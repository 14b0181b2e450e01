"""Which dates a new calendar moved."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Varchar

from sync.new_tables import NewTables, adding

ID = "2026-11-28T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "which dates a new calendar moved"

TABLES: NewTables = {
    ("DueChange", "due_change"): {
        "case_id": Varchar(length=32, primary_key=True, default=None, null=False),
        "head": Varchar(length=64, default=None, null=False),
        "calendar_before": BigInt(default=None, null=False),
        "calendar_after": BigInt(default=None, null=False),
        "due_before": Varchar(length=10, default=None, null=False),
        "due_after": Varchar(length=10, index=True, default=None, null=True),
    }
}


async def forwards() -> MigrationManager:
    return adding("central", ID, DESCRIPTION, TABLES)
