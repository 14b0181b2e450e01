"""The vault: its keys, and those of drafts."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Bytea, Varchar

from sync.new_tables import NewTables, adding

ID = "2026-12-05T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the vault: its keys, and those of drafts"

# Spelt out, and not taken from the tables of today: those will move on.
TABLES: NewTables = {
    ("VaultKeyRow", "vault_key"): {
        "id": Varchar(length=40, primary_key=True, default=None, null=False),
        "officer": Varchar(length=32, index=True, default=None, null=True),
        "public": Varchar(length=64, default=None, null=False),
        "made_at": Varchar(length=27, default=None, null=False),
        "recovery": Bytea(default=None, null=True),
    },
    ("VaultWrapRow", "vault_wrap"): {
        "salt": Bytea(primary_key=True, default=None, null=False),
        "key": Varchar(length=40, index=True, default=None, null=False),
        "made_at": Varchar(length=27, default=None, null=False),
        "wrapped": Bytea(default=None, null=False),
    },
    ("VaultGrantRow", "vault_grant"): {
        "id": Varchar(length=81, primary_key=True, default=None, null=False),
        "key": Varchar(length=40, default=None, null=False),
        "holder": Varchar(length=40, index=True, default=None, null=False),
        "box": Bytea(default=None, null=False),
    },
    ("DraftKey", "draft_key"): {
        "draft": Varchar(length=32, primary_key=True, default=None, null=False),
        "wrapped": Bytea(default=None, null=False),
    },
}


async def forwards() -> MigrationManager:
    return adding("village_agent", ID, DESCRIPTION, TABLES)
