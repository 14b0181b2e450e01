"""Questions to the county about cases that never passed by, and their answers."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Varchar

from sync.new_tables import NewTables, adding

ID = "2026-11-29T09:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "questions to the county about cases that never passed by, and their answers"

TABLES: NewTables = {
    ("InquiryRow", "inquiry"): {
        "id": Varchar(length=64, primary_key=True, default=None, null=False),
        "node": Varchar(length=15, default=None, null=True),
        "officer": Varchar(length=32, default=None, null=True, index=True),
        "question": Varchar(length=64, default=None, null=True),
        "purpose": Varchar(length=64, default=None, null=True),
        "number": Varchar(length=50, default=None, null=True),
        "asked_at": Varchar(length=27, default=None, null=True, index=True),
        "answer": Varchar(length=64, default=None, null=True, index=True),
        "answered_at": Varchar(length=27, default=None, null=True),
        "case_id": Varchar(length=32, default=None, null=True, index=True),
        "sheet": Varchar(length=64, default=None, null=True),
    },
}


async def forwards() -> MigrationManager:
    return adding("central", ID, DESCRIPTION, TABLES)
