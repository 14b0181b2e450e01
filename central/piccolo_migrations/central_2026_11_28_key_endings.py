"""Keys that one administrator wants to end, and what a second one said to that."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Timestamptz, Varchar

from sync.new_tables import NewTables, adding

ID = "2026-11-28T18:14:27:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys that one administrator wants to end, and what a second one said to that"

TABLES: NewTables = {
    ("KeyEndingRow", "key_ending"): {
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
}


async def forwards() -> MigrationManager:
    return adding("central", ID, DESCRIPTION, TABLES)
