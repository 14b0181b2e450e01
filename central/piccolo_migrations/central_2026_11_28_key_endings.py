"""Keys that one administrator wants to end, and what a second one said to that."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Column, Timestamptz, Varchar

ID = "2026-11-28T18:14:27:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys that one administrator wants to end, and what a second one said to that"

COLUMNS: dict[str, Column] = {
    "id": Varchar(length=8, primary_key=True, default=None, null=False),
    "node": Varchar(length=15, default=None, null=False, index=True),
    "incarnation": Varchar(length=8, default=None, null=False),
    "kind": Varchar(length=16, default=None, null=False),
    "since": Timestamptz(default=None, null=True),
    "reason": Varchar(length=500, default=None, null=False),
    "instrument": Varchar(length=64, default=None, null=False),
    "state": Varchar(length=16, default=None, null=False),
    "asked_by": Varchar(length=32, default=None, null=False),
    "asked_at": Timestamptz(default=None, null=False),
    "decided_by": Varchar(length=32, default=None, null=True),
    "decided_at": Timestamptz(default=None, null=True),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="central", description=DESCRIPTION)
    manager.add_table("KeyEndingRow", "key_ending")
    for name, column in COLUMNS.items():
        manager.add_column(
            "KeyEndingRow",
            "key_ending",
            name,
            db_column_name=name,
            column_class=type(column),
            params=column._meta.params,
        )
    return manager
