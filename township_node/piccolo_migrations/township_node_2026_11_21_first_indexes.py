"""Indexes over several columns, which Piccolo's columns cannot say."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine import engine_finder

ID = "2026-11-21T09:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "the first indexes"

INDEXES = (
    "CREATE UNIQUE INDEX IF NOT EXISTS message_place ON message (log, seq)",
    "CREATE UNIQUE INDEX IF NOT EXISTS delivery_lane ON delivery (neighbour, lane)",
    "CREATE UNIQUE INDEX IF NOT EXISTS listed_place ON listed (neighbour, lane, n)",
    "CREATE UNIQUE INDEX IF NOT EXISTS held_place ON held (log, seq)",
    "CREATE UNIQUE INDEX IF NOT EXISTS set_aside_once ON set_aside (neighbour, digest)",
    "CREATE UNIQUE INDEX IF NOT EXISTS part_reference_once ON part_reference (hash, owner)",
    "CREATE INDEX IF NOT EXISTS part_awaited ON part (size, hash) WHERE state = 'awaited'",
    "CREATE UNIQUE INDEX IF NOT EXISTS evidence_once ON evidence (log, seq, message_id)",
    (
        "CREATE INDEX IF NOT EXISTS case_queue ON case_row"
        " (pen, urgency, due_on, moved_at, status, matter, opened_by, pickup, id, warns_on)"
    ),
    "CREATE INDEX IF NOT EXISTS case_unwarned ON case_row (id) WHERE warns_on IS NULL",
    "CREATE INDEX IF NOT EXISTS case_newest ON case_row (status, moved_at, id)",
    "CREATE INDEX IF NOT EXISTS case_unranked ON case_row (id) WHERE urgency = 9",
    "CREATE INDEX IF NOT EXISTS case_kinds ON case_row (pen, status, matter, opened_by)",
    "CREATE INDEX IF NOT EXISTS case_named ON case_row (applicant, id)",
    "CREATE INDEX IF NOT EXISTS case_id_tail ON case_row (id_tail)",
    "CREATE INDEX IF NOT EXISTS case_blocked ON case_row (id) WHERE blocked IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS case_returned ON case_row (moved_at) WHERE returned IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS case_owing ON case_row (supply_by, id) WHERE owes = TRUE",
    "CREATE INDEX IF NOT EXISTS case_calls ON case_row (id, calls) WHERE calls IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS case_fallen ON case_row (pen) WHERE fallen IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS case_bag ON case_row (opened_by, began_at, id) WHERE papers > 0",
    "CREATE INDEX IF NOT EXISTS message_refused ON message (case_id) WHERE state = 'refused'",
    "CREATE INDEX IF NOT EXISTS message_deposit ON message (case_id) WHERE kind = 'deposit'",
    "CREATE INDEX IF NOT EXISTS message_unread ON message (arrival) WHERE state = 'unread'",
    (
        "CREATE INDEX IF NOT EXISTS message_release ON message (case_id)"
        " WHERE kind = 'release-request'"
    ),
    "CREATE INDEX IF NOT EXISTS message_notice ON message (at) WHERE kind = 'notice'",
    "CREATE INDEX IF NOT EXISTS message_finding ON message (arrival) WHERE kind = 'sample-finding'",
    (
        "CREATE INDEX IF NOT EXISTS message_acknowledgement ON message (log, seq)"
        " WHERE kind = 'acknowledgement'"
    ),
    (
        "CREATE INDEX IF NOT EXISTS message_manifest ON message (received_at, id)"
        " WHERE kind = 'receipt-manifest'"
    ),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="township_node", description=DESCRIPTION)

    async def create() -> None:
        engine = engine_finder()
        assert engine is not None, "a migration runs on a database"
        for statement in INDEXES:
            await engine.run_ddl(statement)

    manager.add_raw(create)
    return manager
