"""The first tables of the county."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Boolean, Bytea, Column, Integer, Text, Timestamptz, Varchar

ID = "2026-11-21T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the first tables"

# Spelt out, and not taken from the tables of today: those will move on.
TABLES: dict[tuple[str, str], dict[str, Column]] = {
    ("Account", "account"): {
        "officer": Varchar(length=32, primary_key=True, default=None, null=False),
        "login": Varchar(length=64, unique=True, default=None, null=False),
        "password_hash": Varchar(length=255, default=None, null=False),
        "changed_at": Timestamptz(default=None, null=False),
        "must_change": Boolean(default=False, null=False),
        "disabled": Boolean(default=False, null=False),
    },
    ("AuditRow", "audit"): {
        "at": Varchar(length=27, index=True, default=None, null=False),
        "event": Varchar(length=64, default=None, null=False),
        "is_alarm": Boolean(index=True, default=None, null=False),
        "neighbour": Varchar(length=15, default=None, null=True),
        "log": Varchar(length=32, default=None, null=True),
        "seq": BigInt(default=None, null=True),
        "case_id": Varchar(length=32, default=None, null=True),
        "code": Varchar(length=64, default=None, null=True),
    },
    ("BrokerAccount", "broker_account"): {
        "node": Varchar(length=15, primary_key=True, default=None, null=False),
        "node_user": Varchar(length=64, default=None, null=False),
    },
    ("CaseRow", "case_row"): {
        "id": Varchar(length=32, primary_key=True, default=None, null=False),
        "number": Varchar(length=50, index=True, default=None, null=False),
        "matter": Varchar(length=64, default=None, null=False),
        "version": Integer(default=None, null=False),
        "status": Varchar(length=20, index=True, default=None, null=True),
        "pen": Varchar(length=15, index=True, default=None, null=False),
        "pickup": Varchar(length=15, default=None, null=True),
        "opened_by": Varchar(length=15, index=True, default=None, null=False),
        "received_by": Varchar(length=15, default=None, null=True),
        "department": Varchar(length=64, default=None, null=True),
        "decided_at": Varchar(length=27, default=None, null=True),
        "decided_under": Varchar(length=64, index=True, default=None, null=True),
        "head": Varchar(length=64, default=None, null=False),
        "began_at": Varchar(length=27, default=None, null=False),
        "moved_at": Varchar(length=27, index=True, default=None, null=False),
        "updated_at": Varchar(length=27, default=None, null=False),
        "applicant": Varchar(length=100, default=None, null=True),
        "id_tail": Varchar(length=4, default=None, null=True),
        "interest": Varchar(length=None, default=None, null=False),
        "told": Varchar(length=None, default=None, null=False),
        "left_out": Varchar(length=None, default=None, null=False),
        "parked": Integer(default=None, null=False),
        "blocked": Varchar(length=64, default=None, null=True),
        "due_on": Varchar(length=10, index=True, default=None, null=True),
        "urgency": Integer(default=None, null=True),
        "folded": Bytea(default=None, null=False),
    },
    ("DeliveryRow", "delivery"): {
        "neighbour": Varchar(length=15, default=None, null=False),
        "lane": Varchar(length=7, default=None, null=False),
        "listed_n": BigInt(default=None, null=False),
        "listed_digest": Varchar(length=64, default=None, null=False),
        "receipted_n": BigInt(default=None, null=False),
        "receipted_digest": Varchar(length=64, default=None, null=False),
        "received_n": BigInt(default=None, null=False),
        "received_digest": Varchar(length=64, default=None, null=False),
        "received_head": Bytea(default=None, null=True),
    },
    ("EnrolmentCandidate", "enrolment_candidate"): {
        "key_id": Varchar(length=40, primary_key=True, default=None, null=False),
        "node": Varchar(length=15, index=True, default=None, null=False),
        "wire": Bytea(default=None, null=False),
        "asked_at": Timestamptz(default=None, null=False),
        "approved_at": Timestamptz(default=None, null=True),
        "approved_by": Varchar(length=32, default=None, null=True),
    },
    ("EnrolmentCode", "enrolment_code"): {
        "code_hash": Varchar(length=64, primary_key=True, default=None, null=False),
        "node": Varchar(length=15, index=True, default=None, null=False),
        "made_by": Varchar(length=32, default=None, null=True),
        "made_at": Timestamptz(default=None, null=False),
        "expires_at": Timestamptz(default=None, null=False),
        "used_by": Varchar(length=40, default=None, null=True),
    },
    ("EvidenceRow", "evidence"): {
        "log": Varchar(length=32, default=None, null=False),
        "seq": BigInt(default=None, null=False),
        "message_id": Varchar(length=64, default=None, null=False),
        "wire": Bytea(default=None, null=False),
        "found_at": Varchar(length=27, default=None, null=False),
    },
    ("HeldRow", "held"): {
        "log": Varchar(length=32, default=None, null=False),
        "seq": BigInt(default=None, null=False),
        "neighbour": Varchar(length=15, default=None, null=False),
        "incarnation": Varchar(length=8, default=None, null=False),
        "wire": Bytea(default=None, null=False),
        "received_at": Varchar(length=27, default=None, null=False),
    },
    ("LargePartRow", "large_part"): {
        "hash": Varchar(length=64, primary_key=True, default=None, null=False),
        "log": Varchar(length=32, default=None, null=False),
        "acknowledged": Boolean(index=True, default=None, null=False),
    },
    ("LeaseRow", "lease"): {
        "id": Varchar(length=64, primary_key=True, default=None, null=False),
        "log": Varchar(length=32, default=None, null=False),
        "seq": BigInt(default=None, null=False),
        "node": Varchar(length=15, index=True, default=None, null=False),
        "incarnation": Varchar(length=8, default=None, null=False),
        "at": Varchar(length=27, default=None, null=False),
        "until": Varchar(length=27, default=None, null=False),
    },
    ("ListedRow", "listed"): {
        "neighbour": Varchar(length=15, default=None, null=False),
        "lane": Varchar(length=7, default=None, null=False),
        "n": BigInt(default=None, null=False),
        "message_id": Varchar(length=64, index=True, default=None, null=False),
        "digest": Varchar(length=64, default=None, null=False),
    },
    ("LoadedFile", "loaded_file"): {
        "name": Varchar(length=32, primary_key=True, default=None, null=False),
        "data": Bytea(default=None, null=False),
        "loaded_at": Timestamptz(default=None, null=False),
    },
    ("LogRow", "log_position"): {
        "log": Varchar(length=32, primary_key=True, default=None, null=False),
        "seq": BigInt(default=None, null=False),
        "id": Varchar(length=64, default=None, null=False),
        "acknowledged": BigInt(default=None, null=False),
        "stopped_at": BigInt(default=None, null=True),
        "trust": Bytea(default=None, null=True),
    },
    ("MessageRow", "message"): {
        "id": Varchar(length=64, primary_key=True, default=None, null=False),
        "kind": Varchar(length=100, default=None, null=False),
        "log": Varchar(length=32, default=None, null=False),
        "seq": BigInt(default=None, null=False),
        "at": Varchar(length=27, default=None, null=False),
        "case_id": Varchar(length=32, index=True, default=None, null=True),
        "state": Varchar(length=10, default=None, null=False),
        "code": Varchar(length=64, default=None, null=True),
        "brought_by": Varchar(length=15, default=None, null=True),
        "brought_from": Varchar(length=8, default=None, null=True),
        "received_at": Varchar(length=27, default=None, null=False),
        "wire": Bytea(default=None, null=False),
    },
    ("NeighbourRow", "neighbour"): {
        "node": Varchar(length=15, primary_key=True, default=None, null=False),
        "incarnation": Varchar(length=8, default=None, null=False),
        "adopted_at": Varchar(length=27, default=None, null=False),
        "last_contact_at": Varchar(length=27, default=None, null=False),
    },
    ("NumberBlockRow", "number_block"): {
        "id": Varchar(length=64, primary_key=True, default=None, null=False),
        "block": BigInt(default=None, null=False),
        "node": Varchar(length=15, index=True, default=None, null=False),
        "incarnation": Varchar(length=8, default=None, null=False),
        "document_kind": Varchar(length=64, default=None, null=False),
        "first": BigInt(default=None, null=False),
        "last": BigInt(default=None, null=False),
        "next_free": BigInt(default=None, null=False),
    },
    ("Part", "part"): {
        "hash": Varchar(length=64, primary_key=True, default=None, null=False),
        "size": BigInt(default=None, null=False),
        "media_type": Varchar(length=100, default=None, null=False),
        "state": Varchar(length=12, index=True, default=None, null=False),
        "data": Bytea(default=None, null=True),
    },
    ("PartArrival", "part_arrival"): {
        "hash": Varchar(length=64, primary_key=True, default=None, null=False),
        "size": BigInt(default=None, null=False),
        "urgency": Integer(index=True, default=None, null=False),
        "ranges": Text(default=None, null=False),
    },
    ("PartReference", "part_reference"): {
        "key": Varchar(length=160, primary_key=True, default=None, null=False),
        "hash": Varchar(length=64, index=True, default=None, null=False),
        "owner": Varchar(length=90, index=True, default=None, null=False),
        "case_id": Varchar(length=32, index=True, default=None, null=True),
        "released": Boolean(default=False, null=False),
    },
    ("Session", "session"): {
        "id_hash": Varchar(length=64, primary_key=True, default=None, null=False),
        "officer": Varchar(length=32, index=True, default=None, null=False),
        "acting_for": Varchar(length=32, default=None, null=True),
        "csrf_secret": Bytea(default=None, null=False),
        "created_at": Timestamptz(default=None, null=False),
        "seen_at": Timestamptz(default=None, null=False),
        "expires_at": Timestamptz(index=True, default=None, null=False),
    },
    ("SetAsideRow", "set_aside"): {
        "neighbour": Varchar(length=15, index=True, default=None, null=False),
        "digest": Varchar(length=64, default=None, null=False),
        "code": Varchar(length=64, default=None, null=False),
        "fate": Varchar(length=10, default=None, null=False),
        "log": Varchar(length=32, default=None, null=True),
        "seq": BigInt(default=None, null=True),
        "wire": Bytea(default=None, null=False),
        "received_at": Varchar(length=27, default=None, null=False),
    },
    ("SettingRow", "setting"): {
        "key": Varchar(length=64, primary_key=True, default=None, null=False),
        "value": Bytea(default=None, null=False),
    },
    ("SignInAttempt", "sign_in_attempt"): {
        "name_hash": Varchar(length=64, primary_key=True, default=None, null=False),
        "failed": Integer(default=0, null=False),
        "last_at": Timestamptz(index=True, default=None, null=False),
    },
    ("TrustManifest", "trust_manifest"): {
        "hash": Varchar(length=64, primary_key=True, default=None, null=False),
        "set": Varchar(length=16, index=True, default=None, null=False),
        "version": BigInt(default=None, null=False),
        "state": Varchar(length=10, index=True, default=None, null=False),
        "code": Varchar(length=64, default=None, null=True),
        "wire": Bytea(default=None, null=False),
    },
    ("TrustPart", "trust_part"): {
        "hash": Varchar(length=64, primary_key=True, default=None, null=False),
        "data": Bytea(default=None, null=False),
    },
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="central", description=DESCRIPTION)
    for (class_name, tablename), columns in TABLES.items():
        manager.add_table(class_name, tablename)
        for name, column in columns.items():
            manager.add_column(
                class_name,
                tablename,
                name,
                db_column_name=name,
                column_class=type(column),
                params=column._meta.params,
            )
    return manager
