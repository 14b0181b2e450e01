"""Queue tickets and appointments of a hall."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Boolean, Integer, Timestamptz, Varchar

from sync.new_tables import NewTables, adding

ID = "2026-11-28T22:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "queue tickets and appointments of a hall"

TABLES: NewTables = {
    ("QueueTicket", "queue_ticket"): {
        "id": Varchar(length=32, primary_key=True, default=None, null=False),
        "day": Varchar(length=10, index=True, default=None, null=False),
        "line": Varchar(length=1, default=None, null=False),
        "serial": Integer(default=None, null=False),
        "taken_at": Timestamptz(default=None, null=False),
        "turn_at": Timestamptz(default=None, null=False),
        "goes_first": Boolean(default=None, null=False),
        "state": Varchar(length=8, default=None, null=False),
        "called_at": Timestamptz(default=None, null=True),
        "window": Varchar(length=16, default=None, null=True),
        "officer": Varchar(length=32, default=None, null=True),
        "case_id": Varchar(length=32, default=None, null=True),
    },
    ("Appointment", "appointment"): {
        "id": Varchar(length=32, primary_key=True, default=None, null=False),
        "booked_at": Timestamptz(index=True, default=None, null=False),
        "line": Varchar(length=1, default=None, null=False),
        "person": Varchar(length=100, default=None, null=False),
        "phone": Varchar(length=20, default="", null=False),
        "note": Varchar(length=200, default="", null=False),
        "officer": Varchar(length=32, default=None, null=False),
        "ticket": Varchar(length=32, default=None, null=True),
    },
}


async def forwards() -> MigrationManager:
    return adding("township_node", ID, DESCRIPTION, TABLES)
