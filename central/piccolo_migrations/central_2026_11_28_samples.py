"""Secret seeds of supervision samples, and what reviewers found."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Bytea, Serial, Timestamptz, Varchar

from sync.new_tables import NewTables, adding

ID = "2026-11-28T18:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "secret seeds of supervision samples, and what reviewers found"

TABLES: NewTables = {
    ("SampleSecret", "sample_secret"): {
        "week": Varchar(length=8, primary_key=True, default=None, null=False),
        "seed": Bytea(default=None, null=False),
    },
    ("SampleFinding", "sample_finding"): {
        "id": Serial(primary_key=True),
        "decision": Varchar(length=64, default=None, null=False, index=True),
        "party": Varchar(length=10, default=None, null=False),
        "finding": Varchar(length=5, default=None, null=False),
        "reason": Varchar(length=500, default=None, null=False),
        "officer": Varchar(length=32, default=None, null=False),
        "at": Timestamptz(default=None, null=False),
    },
}


async def forwards() -> MigrationManager:
    return adding("central", ID, DESCRIPTION, TABLES)
