"""Catalogues from above the county, whose elements its matters inherit."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Bytea, Serial, Timestamptz, Varchar

from sync.new_tables import NewTables, adding

ID = "2026-12-03T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "catalogues from above the county"

TABLES: NewTables = {
    ("UpperCatalogueFile", "upper_catalogue"): {
        "version": Serial(primary_key=True),
        "digest": Varchar(length=64, default=None, null=False),
        "content": Bytea(default=None, null=False),
        "loaded_by": Varchar(length=32, default=None, null=False),
        "loaded_at": Timestamptz(default=None, null=False),
    },
}


async def forwards() -> MigrationManager:
    return adding("central", ID, DESCRIPTION, TABLES)
