"""Acts: what an officer does to a case, as it is written down.

An act's tag is its name on the wire. Add acts; never rename, reuse or reshape one: a changed
member is a new kind version (protocol.md section 2). Nothing personal stands in an act: names,
answers, opinions and scans travel as parts beside it.
"""

from datetime import date
from enum import StrEnum

from casework.fact import Fact
from casework.instants import parse_instant
from casework.material import MaterialVerdict
from casework.names import DepartmentId, MessageId, NodeOnWire, RegionCode

FactOnWire = str | int | bool | tuple[str, ...] | None


class FactItem(Fact, frozen=True):
    """One fact that a delegation's or scenario's condition reads; decimals are strings."""

    field: str
    value: FactOnWire


class Intake(Fact, frozen=True):
    """How an application came in, and where its result is to be collected."""

    channel: str  # codes.json, table `channel`
    applicant_kind: str  # codes.json, table `service_object`
    has_agent: bool
    home: RegionCode | None
    pickup: NodeOnWire
    delivery: str  # counter, post or home
    facts: tuple[FactItem, ...]


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    RETURN = "return"


class ReclaimGround(StrEnum):
    REFUSAL = "refusal"
    VERDICT = "verdict"
    LEASE_ENDED = "lease-ended"


class Act(Fact, frozen=True, tag_field="name"):
    """The base of all acts."""


class _Dated(Act, frozen=True):
    """An act that sets the applicant a last day; in any other form it is not readable at all."""

    def __post_init__(self) -> None:
        day: str = getattr(self, "supply_by")  # noqa: B009 - a member of every act below
        if date.fromisoformat(day).isoformat() != day:
            raise ValueError(f"not a day: {day!r}")


class Draft(Act, frozen=True, tag="draft"):
    intake: Intake


class Collect(Act, frozen=True, tag="collect"):
    intake: Intake
    materials: tuple[MaterialVerdict, ...]


class Receive(Act, frozen=True, tag="receive"):
    intake: Intake
    materials: tuple[MaterialVerdict, ...]


class NotifyDeficiency(_Dated, frozen=True, tag="notify_deficiency"):
    materials: tuple[MaterialVerdict, ...]
    supply_by: str  # ISO date, the applicant's last day


class Supplement(Act, frozen=True, tag="supplement"):
    materials: tuple[MaterialVerdict, ...]


class Accept(Act, frozen=True, tag="accept"):
    materials: tuple[MaterialVerdict, ...]


class AcceptDeferred(_Dated, frozen=True, tag="accept_deferred"):
    materials: tuple[MaterialVerdict, ...]
    supply_by: str  # ISO date


class RefuseAcceptance(Act, frozen=True, tag="refuse_acceptance"):
    """`grounds` are ids of the matter's failed checks, conditions or refusals."""

    grounds: tuple[str, ...]


class Dispatch(Act, frozen=True, tag="dispatch"):
    department: DepartmentId


class Take(Act, frozen=True, tag="take"):
    pass


class Opine(Act, frozen=True, tag="opine"):
    step: int
    outcome: Outcome


class NotifyDeficiencyReview(_Dated, frozen=True, tag="notify_deficiency_review"):
    materials: tuple[MaterialVerdict, ...]
    supply_by: str  # ISO date


class SupplementInReview(Act, frozen=True, tag="supplement_in_review"):
    materials: tuple[MaterialVerdict, ...]


class EndSpecial(Act, frozen=True, tag="end_special"):
    procedure: str


class DecideGrant(Act, frozen=True, tag="decide_grant"):
    facts: tuple[FactItem, ...]
    document: str | None  # number of the decision's document


class DecideRefuse(Act, frozen=True, tag="decide_refuse"):
    facts: tuple[FactItem, ...]
    grounds: tuple[str, ...]
    document: str | None


class DeferredSatisfied(Act, frozen=True, tag="deferred_satisfied"):
    materials: tuple[MaterialVerdict, ...]


class ProduceResult(Act, frozen=True, tag="produce_result"):
    document: str | None


class ForwardResult(Act, frozen=True, tag="forward_result"):
    to: NodeOnWire


class Deliver(Act, frozen=True, tag="deliver"):
    recipient: str  # applicant or agent
    method: str  # counter, post or home


class Close(Act, frozen=True, tag="close"):
    pass


class Withdraw(Act, frozen=True, tag="withdraw"):
    asked_by: str  # applicant or agent


class Instant(Act, frozen=True, tag="instant"):
    """Accepted, decided and handed over in one sitting."""

    intake: Intake
    materials: tuple[MaterialVerdict, ...]
    facts: tuple[FactItem, ...]
    document: str | None
    recipient: str


class HandOverPen(Act, frozen=True, tag="hand_over_pen"):
    to: NodeOnWire


class ReturnPen(Act, frozen=True, tag="return_pen"):
    to: NodeOnWire


class ReclaimPen(Act, frozen=True, tag="reclaim_pen"):
    """`of` is the message that was refused or judged; `code` and its sentence say why."""

    ground: ReclaimGround
    of: MessageId | None
    hold: bool
    code: str | None


class ChangePickup(Act, frozen=True, tag="change_pickup"):
    pickup: NodeOnWire


Restatable = (
    Draft
    | Collect
    | Receive
    | NotifyDeficiency
    | Supplement
    | Accept
    | AcceptDeferred
    | RefuseAcceptance
    | Dispatch
    | Take
    | Opine
    | NotifyDeficiencyReview
    | SupplementInReview
    | EndSpecial
    | DecideGrant
    | DecideRefuse
    | DeferredSatisfied
    | ProduceResult
    | ForwardResult
    | Deliver
    | Close
    | Withdraw
    | Instant
    | ChangePickup
)


class TakeUpDeposit(Act, frozen=True, tag="take_up_deposit"):
    """Adopt what fell out of the chain or was deposited; it counts from the deposit's `at`."""

    deposit: MessageId
    at: str  # the deposit's own instant, repeated so that the fold needs entries only
    restated: Restatable

    def __post_init__(self) -> None:
        parse_instant(self.at)


AnyAct = Restatable | HandOverPen | ReturnPen | ReclaimPen | TakeUpDeposit
