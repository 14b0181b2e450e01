"""Decisions of nodes below, and the verdicts on them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Boolean, Column, Varchar

ID = "2026-11-28T15:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "decisions of nodes below and the verdicts on them"

COLUMNS: dict[str, Column] = {
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


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="central", description=DESCRIPTION)
    manager.add_table("JudgedDecision", "judged_decision")
    for name, column in COLUMNS.items():
        manager.add_column(
            "JudgedDecision",
            "judged_decision",
            name,
            db_column_name=name,
            column_class=type(column),
            params=column._meta.params,
        )
    return manager
