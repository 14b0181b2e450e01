"""Decisions of nodes below, and the verdicts on them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Boolean, Varchar

from sync.new_tables import NewTables, adding

ID = "2026-11-28T15:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "decisions of nodes below and the verdicts on them"

TABLES: NewTables = {
    ("JudgedDecision", "judged_decision"): {
        "id": Varchar(length=64, primary_key=True, default=None, null=False),
        "case_id": Varchar(length=32, index=True, default=None, null=False),
        "node": Varchar(length=15, index=True, default=None, null=False),
        "log": Varchar(length=32, default=None, null=False),
        "seq": BigInt(default=None, null=False),
        "delegation": Varchar(length=64, index=True, default=None, null=True),
        "decided_at": Varchar(length=27, default=None, null=False),
        "received_at": Varchar(length=27, default=None, null=False),
        "is_refused": Boolean(default=None, null=False),
        "is_settled": Boolean(default=None, null=False),
        "judgement": Varchar(length=20, index=True, default=None, null=False),
        "grounds": Varchar(length=None, default=None, null=False),
        "existed": Varchar(length=None, default=None, null=False),
        "verdict": Varchar(length=64, default=None, null=True),
    }
}


async def forwards() -> MigrationManager:
    return adding("central", ID, DESCRIPTION, TABLES)
