"""A case as its entries leave it.

Nobody updates a case: `casework.fold` computes it from its entries, at every tier alike. What time
alone changes (a due date, a lamp) is derived from it and never stored.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.act import Intake
from casework.entry import PartRef
from casework.limits import Limit
from casework.material import MaterialVerdict
from casework.matter import MatterRef
from casework.names import (
    CaseId,
    CaseNumber,
    DelegationId,
    DepartmentId,
    MessageId,
    NodeId,
    OfficerId,
    county_of,
)

ENTRIES_PER_CASE_MAX: Final = 2_000
# The label of a wait for papers; a wait for a special procedure bears the procedure's id.
SUPPLEMENT: Final = "supplement"


class Status(StrEnum):
    """Where a case stands (domain.md d.3). The values are stored and keyed on; never change one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    COLLECTED = "collected"
    RECEIVED = "received"
    AWAITING_SUPPLEMENT = "awaiting_supplement"
    ACCEPTED = "accepted"
    IN_REVIEW = "in_review"
    FORWARDED = "forwarded"
    DECIDED = "decided"
    RESULT_HELD = "result_held"
    READY = "ready"
    DELIVERED = "delivered"
    CLOSED = "closed"


class Deferral(StrEnum):
    NONE = "none"
    OPEN = "open"
    SATISFIED = "satisfied"
    OVERDUE = "overdue"


class Extension(StrEnum):
    NONE = "none"
    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"


class Closure(StrEnum):
    NORMAL = "normal"
    REFUSED_ACCEPTANCE = "refused_acceptance"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    DEFERRAL_LAPSED = "deferral_lapsed"
    TERMINATED = "terminated"
    MERGED = "merged"


class Moment(Struct, frozen=True):
    """One standing entry, as the timeline and the clocks read it."""

    entry: MessageId
    act: str
    at: datetime  # the instant that counts in law
    written_at: datetime
    node: NodeId
    officer: OfficerId
    acting_for: OfficerId | None
    delegation: DelegationId | None
    adopted: MessageId | None  # the deposit taken up, if it was one
    outcome: str | None = None
    due_on: str | None = None  # the last day the act itself set, ISO date
    pen_to: NodeId | None = None
    code: str | None = None
    procedure: str | None = None  # of a special procedure
    step: int | None = None  # of an opinion
    approved_by: OfficerId | None = None  # who else agreed, where the act names one
    extra: Limit | None = None  # what an extension adds, or asks for


class CasePart(Struct, frozen=True):
    """A part and the entry that brought it."""

    ref: PartRef
    entry: MessageId
    node: NodeId


class Decision(Struct, frozen=True):
    granted: bool
    at: datetime
    node: NodeId
    officer: OfficerId
    acting_for: OfficerId | None
    delegation: DelegationId | None
    entry: MessageId
    document: str | None
    grounds: tuple[str, ...]
    version: int = 1
    revoked: bool = False  # taken back: it no longer has effect


class Followed(Struct, frozen=True):
    """That a node has done what it was called on; `entry` bears the words, or who came."""

    entry: MessageId
    officer: OfficerId
    at: datetime


class Question(Struct, frozen=True, kw_only=True):
    """What one node asks another about the case; `entry` bears the words."""

    id: MessageId  # the entry that asked, or the deposit that it adopted
    entry: MessageId
    asker: NodeId
    officer: OfficerId
    to: NodeId
    at: datetime
    answer_by: str  # ISO date
    answer: Followed | None = None


class PaperPickup(Struct, frozen=True, kw_only=True):
    """Papers that the department comes for to the counter where they lie."""

    id: MessageId
    entry: MessageId
    counter: NodeId
    materials: tuple[str, ...]
    officer: OfficerId
    at: datetime
    collect_by: str  # ISO date
    collected: Followed | None = None


class FeeSettled(Struct, frozen=True):
    """A fee of the matter, by its place in the list, paid or waived."""

    fee: int
    paid_fen: int
    exemption: int | None


class Case(Struct, frozen=True, kw_only=True):
    id: CaseId
    number: CaseNumber
    matter: MatterRef
    opened_by: NodeId
    status: Status | None = None  # None: nothing that stands has given it one
    pen: NodeId
    pen_from: NodeId | None = None
    head: MessageId
    length: int = 0
    intake: Intake | None = None
    materials: tuple[MaterialVerdict, ...] = ()
    deferral: Deferral = Deferral.NONE
    supply_by: str | None = None
    department: DepartmentId | None = None
    assigned_to: OfficerId | None = None
    materials_judged: bool = False
    awaiting: tuple[str, ...] = ()  # what the review waits for: SUPPLEMENT, or procedures by id
    extension: Extension = Extension.NONE
    extension_asked_by: OfficerId | None = None
    decision: Decision | None = None
    former_decisions: tuple[Decision, ...] = ()
    closure: Closure | None = None
    collected_by: NodeId | None = None
    received_by: NodeId | None = None
    pickup: NodeId | None = None
    notices: int = 0
    pre_passed: bool = False
    green: bool = False
    fees: tuple[FeeSettled, ...] = ()
    merged_into: CaseId | None = None
    apart_from: tuple[CaseId, ...] = ()
    rebuilt_from: CaseId | None = None  # the case of the receipt that this one was begun from
    held: bool = False
    rivals: tuple[MessageId, ...] = ()
    fallen: tuple[MessageId, ...] = ()
    taken_up: tuple[MessageId, ...] = ()
    questions: tuple[Question, ...] = ()
    pickups: tuple[PaperPickup, ...] = ()
    parts: tuple[CasePart, ...] = ()
    timeline: tuple[Moment, ...] = ()

    @property
    def first_responsible(self) -> NodeId:
        """The hall that took the papers in; it never changes (requirement F6)."""
        return self.collected_by or self.received_by or self.opened_by

    @property
    def is_open(self) -> bool:
        return self.status not in {Status.CLOSED, None}

    @property
    def is_frozen(self) -> bool:
        return bool(self.rivals)

    @property
    def paused(self) -> bool:
        """Whether the review waits; which clocks that stops, the matter says."""
        return bool(self.awaiting)

    @property
    def is_decided(self) -> bool:
        return self.decision is not None

    @property
    def county(self) -> NodeId:
        return county_of(self.opened_by)

    def moments(self, *acts: str) -> tuple[Moment, ...]:
        return tuple(moment for moment in self.timeline if moment.act in acts)


def is_ratified(case: Case, decision: MessageId) -> bool:
    """Whether the county upheld a decision that its verdict had made wait."""
    for moment in reversed(case.timeline):
        if moment.entry == decision:
            return False
        if moment.act == "ratify":
            return any(earlier.entry == decision for earlier in case.timeline)
    return False
