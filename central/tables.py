"""The county's tables: those that every node has, and those that only the county needs.

Piccolo's migrations look here for whatever the county's database holds.
"""

from pathlib import Path
from typing import Final

from piccolo.columns import BigInt, Boolean, Bytea, Serial, Timestamptz, Varchar
from piccolo.table import Table

from sync import tables, trust_tables
from sync.schema import Schema
from webui.tables import Account, Session, SignInAttempt


class LoadedFile(Table, tablename="loaded_file"):
    """What was last loaded from the county's folder, checked and without personal numbers."""

    name = Varchar(length=32, primary_key=True, default=None, null=False)
    data = Bytea(default=None, null=False)
    loaded_at = Timestamptz(default=None, null=False)


class EnrolmentCode(Table, tablename="enrolment_code"):
    """A one-time code that was given out; only its hash is kept."""

    code_hash = Varchar(length=64, primary_key=True, default=None, null=False)
    node = Varchar(length=15, default=None, null=False, index=True)
    made_by = Varchar(length=32, default=None, null=True)
    made_at = Timestamptz(default=None, null=False)
    expires_at = Timestamptz(default=None, null=False)
    used_by = Varchar(length=40, default=None, null=True)  # the key that asked with it


class EnrolmentCandidate(Table, tablename="enrolment_candidate"):
    """A machine that asked to be a node, by its key."""

    key_id = Varchar(length=40, primary_key=True, default=None, null=False)
    node = Varchar(length=15, default=None, null=False, index=True)
    wire = Bytea(default=None, null=False)
    asked_at = Timestamptz(default=None, null=False)
    approved_at = Timestamptz(default=None, null=True)
    approved_by = Varchar(length=32, default=None, null=True)


class KeyEndingRow(Table, tablename="key_ending"):
    """A key that one administrator wants to end, and what a second one said to that."""

    id = Varchar(length=8, primary_key=True, default=None, null=False)
    node = Varchar(length=15, default=None, null=False, index=True)
    incarnation = Varchar(length=8, default=None, null=False)
    kind = Varchar(length=16, default=None, null=False)
    since = Timestamptz(default=None, null=True)
    reason = Varchar(length=500, default=None, null=False)
    instrument = Varchar(length=64, default=None, null=False)
    state = Varchar(length=16, default=None, null=False)
    asked_by = Varchar(length=32, default=None, null=False)
    asked_at = Timestamptz(default=None, null=False)
    decided_by = Varchar(length=32, default=None, null=True)
    decided_at = Timestamptz(default=None, null=True)


class BrokerAccount(Table, tablename="broker_account"):
    """The NKey by which a node of the second tier signs in to the broker."""

    node = Varchar(length=15, primary_key=True, default=None, null=False)
    node_user = Varchar(length=64, default=None, null=False)


class DueChange(Table, tablename="due_change"):
    """A date that a new calendar moved, or may move until the case is computed again."""

    case_id = Varchar(length=32, primary_key=True, default=None, null=False)
    head = Varchar(length=64, default=None, null=False)  # a case that moved has another reason
    calendar_before = BigInt(default=None, null=False)
    calendar_after = BigInt(default=None, null=False)
    due_before = Varchar(length=10, default=None, null=False)
    due_after = Varchar(
        length=10, default=None, null=True, index=True
    )  # None: not computed again yet


class LintOverride(Table, tablename="lint_override"):
    """A finding of the catalogue's lint that somebody answered for; nothing is ever taken away."""

    finding = Varchar(length=64, primary_key=True, default=None, null=False)
    matter = Varchar(length=64, default=None, null=False)
    version = BigInt(default=None, null=False)
    field = Varchar(length=200, default=None, null=False)
    code = Varchar(length=64, default=None, null=False)
    text = Varchar(length=2000, default=None, null=False)
    reason = Varchar(length=500, default=None, null=False)
    officer = Varchar(length=32, default=None, null=False)
    at = Timestamptz(default=None, null=False, index=True)


class JudgedDecision(Table, tablename="judged_decision"):
    """A final decision of a node below, and the newest verdict on it."""

    id = Varchar(length=64, primary_key=True, default=None, null=False)  # the decision's message
    case_id = Varchar(length=32, default=None, null=False, index=True)
    node = Varchar(length=15, default=None, null=False, index=True)
    log = Varchar(length=32, default=None, null=False)
    seq = BigInt(default=None, null=False)
    delegation = Varchar(length=64, default=None, null=True, index=True)  # the record that governs
    decided_at = Varchar(length=27, default=None, null=False)
    received_at = Varchar(length=27, default=None, null=False)
    is_refused = Boolean(default=None, null=False)  # on admission: it takes no place of a quota
    is_settled = Boolean(default=None, null=False)  # one of the rows that end a judgement
    judgement = Varchar(length=20, default=None, null=False, index=True)
    grounds = Varchar(length=None, default=None, null=False)  # codes, a space between
    existed = Varchar(length=None, default=None, null=False)  # ids, a space between
    verdict = Varchar(length=64, default=None, null=True)  # None: yet to be signed


class SampleSecret(Table, tablename="sample_secret"):
    """The seed of a week whose digest is signed and which is not told yet."""

    week = Varchar(length=8, primary_key=True, default=None, null=False)
    seed = Bytea(default=None, null=False)


class SampleFinding(Table, tablename="sample_finding"):
    """What a reviewer found of a sampled decision; the newest of a party counts, none is lost."""

    id = Serial(primary_key=True)
    decision = Varchar(length=64, default=None, null=False, index=True)
    party = Varchar(length=10, default=None, null=False)
    finding = Varchar(length=5, default=None, null=False)
    reason = Varchar(length=500, default=None, null=False)
    officer = Varchar(length=32, default=None, null=False)
    at = Timestamptz(default=None, null=False)


class ProposedChange(Table, tablename="proposed_change"):
    """A change of the catalogue or the delegations that one person drafts and another approves."""

    id = Varchar(length=32, primary_key=True, default=None, null=False)
    title = Varchar(length=80, default=None, null=False)
    kind = Varchar(length=16, default=None, null=False)
    state = Varchar(length=16, default=None, null=False, index=True)
    author = Varchar(length=32, default=None, null=False)
    is_urgent = Boolean(default=None, null=False)
    content = Bytea(default=None, null=False)  # `casework.proposal.Changes`
    edition = BigInt(default=None, null=False)  # grows with each save: nobody saves over another
    changed_at = Timestamptz(default=None, null=False, index=True)


class ProposalStep(Table, tablename="proposal_step"):
    """Who did what to a proposal, and why; only ever added to."""

    seq = Serial(primary_key=True)
    proposal = Varchar(length=32, default=None, null=False, index=True)
    move = Varchar(length=16, default=None, null=False)
    officer = Varchar(length=32, default=None, null=False)
    note = Varchar(length=500, default=None, null=False)
    at = Timestamptz(default=None, null=False)


class OutsideCase(Table, tablename="outside_case"):
    """What a department tells of a case that no hall took in; of the applicant, nothing."""

    id = Varchar(length=32, primary_key=True, default=None, null=False)
    matter = Varchar(length=64, default=None, null=False, index=True)
    number = Varchar(length=50, default=None, null=False)
    accepted_on = Varchar(length=10, default=None, null=False)
    due_on = Varchar(length=10, default=None, null=False)
    told_by = Varchar(length=32, default=None, null=False)
    told_at = Timestamptz(default=None, null=False)
    outcome = Varchar(length=10, default=None, null=True)
    ended_on = Varchar(length=10, default=None, null=True)
    note = Varchar(length=200, default=None, null=True)
    ended_by = Varchar(length=32, default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)


class UpperCatalogueFile(Table, tablename="upper_catalogue"):
    """A catalogue from above as it was read in; the newest is the county's reference."""

    version = Serial(primary_key=True)
    digest = Varchar(length=64, default=None, null=False)
    content = Bytea(default=None, null=False)  # `casework.inheriting.UpperCatalogue`
    loaded_by = Varchar(length=32, default=None, null=False)
    loaded_at = Timestamptz(default=None, null=False)


COUNTY_TABLES: Final[tuple[type[Table], ...]] = (
    LoadedFile,
    EnrolmentCode,
    EnrolmentCandidate,
    KeyEndingRow,
    BrokerAccount,
    DueChange,
    LintOverride,
    JudgedDecision,
    SampleSecret,
    SampleFinding,
    ProposedChange,
    ProposalStep,
    OutsideCase,
    UpperCatalogueFile,
)
SCHEMA: Final = Schema(
    "central",
    Path(__file__).parent / "piccolo_migrations",
    (
        *tables.TABLES,
        *trust_tables.TABLES,
        Account,
        Session,
        SignInAttempt,
        *COUNTY_TABLES,
    ),
)
