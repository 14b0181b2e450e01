"""Who answered for a finding of the catalogue's lint, and why."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Timestamptz, Varchar

from sync.new_tables import NewTables, adding

ID = "2026-11-28T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "who answered for a finding of the catalogue's lint, and why"

TABLES: NewTables = {
    ("LintOverride", "lint_override"): {
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
}


async def forwards() -> MigrationManager:
    return adding("central", ID, DESCRIPTION, TABLES)
