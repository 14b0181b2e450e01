"""The tables of the journal: the same at every tier, each bound to its node's database.

A message is written once and never changed; whatever else stands here says where a message goes,
how far a neighbour has it, or what follows from it. `case_row` follows from the messages alone and
may be dropped at any time. Instants are texts in the form of `casework.instants`, so they sort.
The sync path writes these tables with plain SQL; screens read them through Piccolo.
"""

from enum import StrEnum
from typing import Final

from piccolo.columns import BigInt, Boolean, Bytea, Integer, Serial, Varchar
from piccolo.table import Table

from sync.engine import Database, bind
from sync.parts_tables import Part, PartArrival, PartReference

_NODE: Final = 15
_LOG: Final = 32
_INSTANT: Final = 27
_HASH: Final = 64


class MessageState(StrEnum):
    """What became of a message that took its number; stored, so never change a value."""

    ADMITTED = "admitted"
    PENDING = "pending"  # an entry that the county will judge once it stands in its chain
    REFUSED = "refused"  # genuine and not lawful; `code` says why, the county has answered
    UNREAD = "unread"  # of a kind that this release does not know


class MessageRow(Table, tablename="message"):
    arrival = Serial(primary_key=True)  # in the order in which they were written down here
    id = Varchar(length=_HASH, unique=True, default=None, null=False)
    kind = Varchar(length=100, default=None, null=False)  # a kind's name, else the whole wire type
    log = Varchar(length=_LOG, default=None, null=False)
    seq = BigInt(default=None, null=False)
    at = Varchar(length=_INSTANT, default=None, null=False)
    case_id = Varchar(length=32, default=None, null=True, index=True)
    state = Varchar(length=10, default=None, null=False)
    code = Varchar(length=64, default=None, null=True)
    brought_by = Varchar(length=_NODE, default=None, null=True)  # None: written here
    brought_from = Varchar(length=8, default=None, null=True)  # the bringer's incarnation
    received_at = Varchar(length=_INSTANT, default=None, null=False)
    wire = Bytea(default=None, null=False)


class LogRow(Table, tablename="log_position"):
    """How far a log is held without a gap, and how far the county holds it."""

    log = Varchar(length=_LOG, primary_key=True, default=None, null=False)
    seq = BigInt(default=None, null=False)
    id = Varchar(length=_HASH, default=None, null=False)
    acknowledged = BigInt(default=None, null=False)
    stopped_at = BigInt(default=None, null=True)  # the place of a fork: nothing from here counts
    trust = Bytea(default=None, null=True)  # the newest trust versions that the log showed
    anchor = Varchar(length=_HASH, default=None, null=True)  # the newest anchor that it showed


class NeighbourRow(Table, tablename="neighbour"):
    node = Varchar(length=_NODE, primary_key=True, default=None, null=False)
    incarnation = Varchar(length=8, default=None, null=False)
    adopted_at = Varchar(length=_INSTANT, default=None, null=False)
    last_contact_at = Varchar(length=_INSTANT, default=None, null=False)
    # How long its list of cases was by its last hello, and until when all of it was here.
    announced_n = BigInt(default=None, null=True)
    whole_at = Varchar(length=_INSTANT, default=None, null=True)


class DeliveryRow(Table, tablename="delivery"):
    """Both directions of one lane between this incarnation and the neighbour's."""

    neighbour = Varchar(length=_NODE, default=None, null=False)
    lane = Varchar(length=7, default=None, null=False)
    listed_n = BigInt(default=None, null=False)
    listed_digest = Varchar(length=_HASH, default=None, null=False)
    receipted_n = BigInt(default=None, null=False)
    receipted_digest = Varchar(length=_HASH, default=None, null=False)
    received_n = BigInt(default=None, null=False)
    received_digest = Varchar(length=_HASH, default=None, null=False)
    received_head = Bytea(default=None, null=True)


class ListedRow(Table, tablename="listed"):
    """A message owed to a neighbour, at its place in the list; gone once it is receipted."""

    neighbour = Varchar(length=_NODE, default=None, null=False)
    lane = Varchar(length=7, default=None, null=False)
    n = BigInt(default=None, null=False)
    message_id = Varchar(length=_HASH, default=None, null=False, index=True)
    digest = Varchar(length=_HASH, default=None, null=False)


class HeldRow(Table, tablename="held"):
    """A verified message whose predecessors in its log are missing."""

    log = Varchar(length=_LOG, default=None, null=False)
    seq = BigInt(default=None, null=False)
    neighbour = Varchar(length=_NODE, default=None, null=False)
    incarnation = Varchar(length=8, default=None, null=False)
    wire = Bytea(default=None, null=False)
    received_at = Varchar(length=_INSTANT, default=None, null=False)


class SetAsideRow(Table, tablename="set_aside"):
    """Bytes that were not believed, for a person to look at; capped for each sender."""

    neighbour = Varchar(length=_NODE, default=None, null=False, index=True)
    digest = Varchar(length=_HASH, default=None, null=False)
    code = Varchar(length=64, default=None, null=False)
    fate = Varchar(length=10, default=None, null=False)
    log = Varchar(length=_LOG, default=None, null=True)
    seq = BigInt(default=None, null=True)
    wire = Bytea(default=None, null=False)
    received_at = Varchar(length=_INSTANT, default=None, null=False)


class EvidenceRow(Table, tablename="evidence"):
    """A wire that claims a place of a log where another one stands: proof of a fork."""

    log = Varchar(length=_LOG, default=None, null=False)
    seq = BigInt(default=None, null=False)
    message_id = Varchar(length=_HASH, default=None, null=False)
    wire = Bytea(default=None, null=False)
    found_at = Varchar(length=_INSTANT, default=None, null=False)


class LargePartRow(Table, tablename="large_part"):
    """A large part that messages name, and whether the county holds it by its own signed word."""

    hash = Varchar(length=_HASH, primary_key=True, default=None, null=False)
    log = Varchar(length=_LOG, default=None, null=False)
    acknowledged = Boolean(default=None, null=False, index=True)


class CaseRow(Table, tablename="case_row"):
    """The projection: what the entries of a case add up to. Dropped and rebuilt at will."""

    id = Varchar(length=32, primary_key=True, default=None, null=False)
    number = Varchar(length=50, default=None, null=False, index=True)
    matter = Varchar(length=64, default=None, null=False)
    version = Integer(default=None, null=False)
    status = Varchar(length=20, default=None, null=True)
    pen = Varchar(length=_NODE, default=None, null=False)
    pickup = Varchar(length=_NODE, default=None, null=True)
    opened_by = Varchar(length=_NODE, default=None, null=False, index=True)
    received_by = Varchar(length=_NODE, default=None, null=True)
    department = Varchar(length=64, default=None, null=True)
    decided_at = Varchar(length=_INSTANT, default=None, null=True)
    decided_under = Varchar(length=64, default=None, null=True, index=True)  # a delegation's id
    rebuilt_from = Varchar(length=32, default=None, null=True, index=True)  # a case's id
    head = Varchar(length=_HASH, default=None, null=False)
    began_at = Varchar(length=_INSTANT, default=None, null=False)
    moved_at = Varchar(length=_INSTANT, default=None, null=False, index=True)  # `at` of the head
    updated_at = Varchar(length=_INSTANT, default=None, null=False)
    applicant = Varchar(length=100, default=None, null=True)
    id_tail = Varchar(length=4, default=None, null=True)  # the end of the applicant's number
    interest = Varchar(length=None, default=None, null=False)  # nodes, a space around each
    told = Varchar(length=None, default=None, null=False)  # as `interest`, of neighbours below
    left_out = Varchar(length=None, default=None, null=False)  # neighbours below once told
    parked = Integer(default=None, null=False)  # entries whose predecessor is not held
    blocked = Varchar(length=64, default=None, null=True)  # why nothing may be done here, a code
    owes = Boolean(default=None, null=False)  # whether the applicant has papers to bring
    supply_by = Varchar(length=10, default=None, null=True)  # until when, if a day was set
    taken_up = Varchar(length=None, default=None, null=False)  # deposits, a space around each
    fallen = Varchar(length=None, default=None, null=True)  # likewise, what fell out and is open
    calls = Varchar(length=None, default=None, null=True)  # what waits for some node: `calls_text`
    returned = Varchar(length=64, default=None, null=True)  # why it was sent back here, a code
    due_on = Varchar(length=10, default=None, null=True, index=True)  # for lists; the tier fills it
    urgency = Integer(default=None, null=False)  # likewise; UNRANKED until then
    warns_on = Varchar(length=10, default=None, null=True)  # likewise; from when it is warned of
    papers = Integer(default=None, null=True)  # likewise: how many its bag takes up
    folded = Bytea(default=None, null=False)


class InquiryRow(Table, tablename="inquiry"):
    """A question to the county and its answer, wherever they are held; it follows from messages.

    Never changed once it is answered: at the county it says who asked what for what, and got what.
    """

    id = Varchar(length=_HASH, primary_key=True, default=None, null=False)  # of the query
    node = Varchar(length=_NODE, default=None, null=True)  # None: the answer came first
    officer = Varchar(length=32, default=None, null=True, index=True)
    question = Varchar(length=64, default=None, null=True)
    purpose = Varchar(length=64, default=None, null=True)
    number = Varchar(length=50, default=None, null=True)
    asked_at = Varchar(length=_INSTANT, default=None, null=True, index=True)
    answer = Varchar(length=64, default=None, null=True, index=True)
    answered_at = Varchar(length=_INSTANT, default=None, null=True)
    case_id = Varchar(length=32, default=None, null=True, index=True)
    sheet = Varchar(length=_HASH, default=None, null=True)  # the part that says what was found


class LeaseRow(Table, tablename="lease"):
    id = Varchar(length=_HASH, primary_key=True, default=None, null=False)
    log = Varchar(length=_LOG, default=None, null=False)
    seq = BigInt(default=None, null=False)
    node = Varchar(length=_NODE, default=None, null=False, index=True)
    incarnation = Varchar(length=8, default=None, null=False)
    at = Varchar(length=_INSTANT, default=None, null=False)
    until = Varchar(length=_INSTANT, default=None, null=False)


class NumberBlockRow(Table, tablename="number_block"):
    id = Varchar(length=_HASH, primary_key=True, default=None, null=False)
    block = BigInt(default=None, null=False)
    node = Varchar(length=_NODE, default=None, null=False, index=True)
    incarnation = Varchar(length=8, default=None, null=False)
    document_kind = Varchar(length=64, default=None, null=False)
    first = BigInt(default=None, null=False)
    last = BigInt(default=None, null=False)
    next_free = BigInt(default=None, null=False)


class SettingRow(Table, tablename="setting"):
    """Small things a node remembers of itself, by name."""

    key = Varchar(length=64, primary_key=True, default=None, null=False)
    value = Bytea(default=None, null=False)


class AuditRow(Table, tablename="audit"):
    """What happened to the journal that a person may have to answer for; never changed."""

    at = Varchar(length=_INSTANT, default=None, null=False, index=True)
    event = Varchar(length=64, default=None, null=False)
    is_alarm = Boolean(default=None, null=False, index=True)
    neighbour = Varchar(length=_NODE, default=None, null=True)
    log = Varchar(length=_LOG, default=None, null=True)
    seq = BigInt(default=None, null=True)
    case_id = Varchar(length=32, default=None, null=True)
    code = Varchar(length=64, default=None, null=True)


TABLES: Final[tuple[type[Table], ...]] = (
    MessageRow,
    LogRow,
    NeighbourRow,
    DeliveryRow,
    ListedRow,
    HeldRow,
    SetAsideRow,
    EvidenceRow,
    LargePartRow,
    CaseRow,
    InquiryRow,
    LeaseRow,
    NumberBlockRow,
    SettingRow,
    AuditRow,
    Part,
    PartReference,
    PartArrival,
)


# Of a case whose due date is yet to be computed: last in a list. Stored, and named in an index.
UNRANKED: Final = 9

# Piccolo has no indexes over several columns on SQLite; these are made at every start.
INDEXES: Final = (
    "CREATE UNIQUE INDEX IF NOT EXISTS message_place ON message (log, seq)",
    "CREATE UNIQUE INDEX IF NOT EXISTS delivery_lane ON delivery (neighbour, lane)",
    "CREATE UNIQUE INDEX IF NOT EXISTS listed_place ON listed (neighbour, lane, n)",
    "CREATE UNIQUE INDEX IF NOT EXISTS held_place ON held (log, seq)",
    "CREATE UNIQUE INDEX IF NOT EXISTS set_aside_once ON set_aside (neighbour, digest)",
    "CREATE UNIQUE INDEX IF NOT EXISTS part_reference_once ON part_reference (hash, owner)",
    "CREATE INDEX IF NOT EXISTS part_awaited ON part (size, hash) WHERE state = 'awaited'",
    "CREATE UNIQUE INDEX IF NOT EXISTS evidence_once ON evidence (log, seq, message_id)",
    # Lists of cases: a page of a queue and its figures are read from the index alone.
    (
        "CREATE INDEX IF NOT EXISTS case_queue ON case_row"
        " (pen, urgency, due_on, moved_at, status, matter, opened_by, pickup, id, warns_on)"
    ),
    "CREATE INDEX IF NOT EXISTS case_unwarned ON case_row (id) WHERE warns_on IS NULL",
    "CREATE INDEX IF NOT EXISTS case_newest ON case_row (status, moved_at, id)",
    f"CREATE INDEX IF NOT EXISTS case_unranked ON case_row (id) WHERE urgency = {UNRANKED}",
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
    "CREATE INDEX IF NOT EXISTS message_unread ON message (arrival) WHERE state = 'unread'",
    "CREATE INDEX IF NOT EXISTS message_deposit ON message (case_id) WHERE kind = 'deposit'",
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


async def create_tables(database: Database) -> None:
    """Make the journal's tables where a tier's migrations have not made them: in tests."""
    for table in TABLES:
        await bind(table, database).create_table(if_not_exists=True)
    await ensure_indexes(database)


async def ensure_indexes(database: Database) -> None:
    for statement in INDEXES:
        await database.execute(statement)
