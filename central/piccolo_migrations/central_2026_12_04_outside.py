"""What is told of cases that no hall took in."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Timestamptz, Varchar

from sync.new_tables import NewTables, adding

ID = "2026-12-04T18:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what is told of cases that no hall took in"

TABLES: NewTables = {
    ("OutsideCase", "outside_case"): {
        "id": Varchar(length=32, primary_key=True, default=None, null=False),
        "matter": Varchar(length=64, default=None, null=False, index=True),
        "number": Varchar(length=50, default=None, null=False),
        "accepted_on": Varchar(length=10, default=None, null=False),
        "due_on": Varchar(length=10, default=None, null=False),
        "told_by": Varchar(length=32, default=None, null=False),
        "told_at": Timestamptz(default=None, null=False),
        "outcome": Varchar(length=10, default=None, null=True),
        "ended_on": Varchar(length=10, default=None, null=True),
        "note": Varchar(length=200, default=None, null=True),
        "ended_by": Varchar(length=32, default=None, null=True),
        "ended_at": Timestamptz(default=None, null=True),
    },
}


async def forwards() -> MigrationManager:
    return adding("central", ID, DESCRIPTION, TABLES)
