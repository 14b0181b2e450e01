"""Proposed changes of the catalogue and the delegations, and who did what to each."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Boolean, Bytea, Serial, Timestamptz, Varchar

from sync.new_tables import NewTables, adding

ID = "2026-11-28T18:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "proposed changes of the catalogue and the delegations"

TABLES: NewTables = {
    ("ProposedChange", "proposed_change"): {
            "id": Varchar(length=32, primary_key=True, default=None, null=False),
            "title": Varchar(length=80, default=None, null=False),
            "kind": Varchar(length=16, default=None, null=False),
            "state": Varchar(length=16, default=None, null=False, index=True),
            "author": Varchar(length=32, default=None, null=False),
            "is_urgent": Boolean(default=None, null=False),
            "content": Bytea(default=None, null=False),
            "edition": BigInt(default=None, null=False),
            "changed_at": Timestamptz(default=None, null=False, index=True),
        },
    ("ProposalStep", "proposal_step"): {
            "seq": Serial(primary_key=True),
            "proposal": Varchar(length=32, default=None, null=False, index=True),
            "move": Varchar(length=16, default=None, null=False),
            "officer": Varchar(length=32, default=None, null=False),
            "note": Varchar(length=500, default=None, null=False),
            "at": Timestamptz(default=None, null=False),
        },
}


async def forwards() -> MigrationManager:
    return adding("central", ID, DESCRIPTION, TABLES)
