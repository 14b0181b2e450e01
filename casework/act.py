"""Acts: what an officer does to a case, as it is written down.

An act's tag is its name on the wire. Add acts; never rename, reuse or reshape one: a changed
member is a new kind version (protocol.md section 2). Nothing personal stands in an act: names,
answers, opinions and scans travel as parts beside it.
"""

from datetime import date
from enum import StrEnum

from casework.fact import Fact, Integer
from casework.instants import parse_instant
from casework.limits import Limit
from casework.material import MaterialVerdict
from casework.names import (
    CaseId,
    DepartmentId,
    MessageId,
    NodeOnWire,
    OfficerId,
    RegionCode,
)
from casework.voucher import read_voucher

FactOnWire = str | Integer | bool | tuple[str, ...] | None


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


class OverdueEffect(StrEnum):
    """What follows when a deferred material never came, as the matter's version says."""

    REFUSE = "refuse"  # before the decision: the case ends; after a grant: it is withdrawn


class TerminationGround(StrEnum):
    """Why a case ends without a decision (procedure, row 27)."""

    FALSE_PROMISE = "false_promise"
    DEATH = "death"
    DISSOLVED = "dissolved"
    PRECONDITION_GONE = "precondition_gone"


class RevocationGround(StrEnum):
    """Why a decision is taken back (licensing law, article 69)."""

    OVERREACH = "overreach"
    PROCEDURE = "procedure"
    NOT_QUALIFIED = "not_qualified"
    DECEIT = "deceit"


class Act(Fact, frozen=True, tag_field="name"):
    """The base of all acts."""


class _Dated(Act, frozen=True):
    """An act that sets a last day; in any other form it is not readable at all."""

    def __post_init__(self) -> None:
        day: str = getattr(self, self._day_member())
        if date.fromisoformat(day).isoformat() != day:
            raise ValueError(f"not a day: {day!r}")

    @classmethod
    def _day_member(cls) -> str:
        return "supply_by"


class Draft(Act, frozen=True, tag="draft"):
    intake: Intake


class SubmitOnline(Act, frozen=True, tag="submit_online"):
    """An application that came by the portal, by post or by telephone, entered by an officer."""

    intake: Intake
    materials: tuple[MaterialVerdict, ...]


class PreReturn(Act, frozen=True, tag="pre_return"):
    """What the applicant must mend stands in the part `notice`."""


class PrePass(Act, frozen=True, tag="pre_pass"):
    pass


class Collect(Act, frozen=True, tag="collect"):
    intake: Intake
    materials: tuple[MaterialVerdict, ...]


class Receive(Act, frozen=True, tag="receive"):
    intake: Intake
    materials: tuple[MaterialVerdict, ...]


class NotifyDeficiency(_Dated, frozen=True, tag="notify_deficiency"):
    """All deficiencies at once; a further notice names the supervisor who agreed (row Z13)."""

    materials: tuple[MaterialVerdict, ...]
    supply_by: str  # ISO date, the applicant's last day
    agreed_by: OfficerId | None = None


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


class Lapse(Act, frozen=True, tag="lapse"):
    """Nothing was supplied in time: the application is given back."""


class DeemAccepted(Act, frozen=True, tag="deem_accepted"):
    """Puts on record that silence became acceptance; it counts from the receipt, not from here."""


class Dispatch(Act, frozen=True, tag="dispatch"):
    department: DepartmentId


class Take(Act, frozen=True, tag="take"):
    pass


class JudgeMaterials(Act, frozen=True, tag="judge_materials"):
    """The department's word on the papers, given to the window before it decides (row D3)."""

    materials: tuple[MaterialVerdict, ...]


class Opine(Act, frozen=True, tag="opine"):
    step: Integer
    outcome: Outcome


class NotifyDeficiencyReview(_Dated, frozen=True, tag="notify_deficiency_review"):
    materials: tuple[MaterialVerdict, ...]
    supply_by: str  # ISO date
    agreed_by: OfficerId | None = None


class SupplementInReview(Act, frozen=True, tag="supplement_in_review"):
    materials: tuple[MaterialVerdict, ...]


class StartSpecial(_Dated, frozen=True, tag="start_special"):
    """`procedure` is an id of the matter's; `approved_by` named it necessary."""

    procedure: str
    expected_by: str  # ISO date, told to the applicant
    approved_by: OfficerId

    @classmethod
    def _day_member(cls) -> str:
        return "expected_by"


class EndSpecial(Act, frozen=True, tag="end_special"):
    procedure: str


class RequestExtension(Act, frozen=True, tag="request_extension"):
    extra: Limit


class GrantExtension(Act, frozen=True, tag="grant_extension"):
    extra: Limit


class RefuseExtension(Act, frozen=True, tag="refuse_extension"):
    pass


class ForwardUp(Act, frozen=True, tag="forward_up"):
    """Sent on to an authority above the county, which decides it."""

    superior: str


class AnswerFromAbove(Act, frozen=True, tag="answer_from_above"):
    outcome: Outcome


class DecideGrant(Act, frozen=True, tag="decide_grant"):
    facts: tuple[FactItem, ...]
    document: str | None  # number of the decision's document


class DecideRefuse(Act, frozen=True, tag="decide_refuse"):
    facts: tuple[FactItem, ...]
    grounds: tuple[str, ...]
    document: str | None


class DeferredSatisfied(Act, frozen=True, tag="deferred_satisfied"):
    materials: tuple[MaterialVerdict, ...]


class DeferredLapse(Act, frozen=True, tag="deferred_lapse"):
    effect: OverdueEffect


class ProduceResult(Act, frozen=True, tag="produce_result"):
    document: str | None


class ForwardResult(Act, frozen=True, tag="forward_result"):
    to: NodeOnWire


class ConfirmArrival(Act, frozen=True, tag="confirm_arrival"):
    """The result that was sent down lies at this counter."""


class Deliver(Act, frozen=True, tag="deliver"):
    recipient: str  # applicant or agent
    method: str  # counter, post or home


class Close(Act, frozen=True, tag="close"):
    pass


class Withdraw(Act, frozen=True, tag="withdraw"):
    asked_by: str  # applicant or agent


class Terminate(Act, frozen=True, tag="terminate"):
    ground: TerminationGround
    approved_by: OfficerId


class Correct(Act, frozen=True, tag="correct"):
    """The same decision, stated rightly: a new version of its document."""

    document: str | None
    approved_by: OfficerId


class Revoke(Act, frozen=True, tag="revoke"):
    ground: RevocationGround
    approved_by: OfficerId


class Reopen(Act, frozen=True, tag="reopen"):
    """The case is reviewed again; what was decided no longer stands."""

    approved_by: OfficerId


class Ratify(Act, frozen=True, tag="ratify"):
    """A decision that a verdict made wait is upheld by the department in whose name it was made."""

    approved_by: OfficerId


class MergeInto(Act, frozen=True, tag="merge_into"):
    """The same application was taken in elsewhere with an earlier legal receipt (row Z14)."""

    case: CaseId


class KeepApart(Act, frozen=True, tag="keep_apart"):
    """A person looked: the other case is about something else."""

    case: CaseId


class OpenGreenChannel(Act, frozen=True, tag="open_green_channel"):
    """The case goes before others; why stands in the part `grounds`."""

    approved_by: OfficerId


class SettleFee(Act, frozen=True, tag="settle_fee"):
    """A fee of the matter, by its place in the version's list, paid or waived on a ground."""

    fee: Integer
    paid_fen: Integer
    exemption: Integer | None  # its place among the fee's exemptions


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
    """`of` is the message that was refused or judged; `code` and its sentence say why.

    Taking a case from a machine that has fallen silent needs a second person, `approved_by`.
    """

    ground: ReclaimGround
    of: MessageId | None
    hold: bool
    code: str | None
    approved_by: OfficerId | None = None


class ChangePickup(Act, frozen=True, tag="change_pickup"):
    pickup: NodeOnWire


class Ask(_Dated, frozen=True, tag="ask"):
    """Another node is asked about the case (row H9); the words stand in the part `question`.

    Who asks is named here as well: whoever adopts a deposited question is somebody else.
    """

    to: NodeOnWire
    answer_by: str  # ISO date
    asker: NodeOnWire
    officer: OfficerId

    @classmethod
    def _day_member(cls) -> str:
        return "answer_by"


class CallForPapers(_Dated, frozen=True, tag="call_for_papers"):
    """Papers that cannot travel electronically: the department comes for them (row D4)."""

    counter: NodeOnWire  # where they lie
    materials: tuple[str, ...]
    collect_by: str  # ISO date

    @classmethod
    def _day_member(cls) -> str:
        return "collect_by"


class CollectPapers(Act, frozen=True, tag="collect_papers"):
    """They were fetched; who came stands in the part `collector`, `officer` handed them out."""

    call: MessageId
    officer: OfficerId


class Answer(Act, frozen=True, tag="answer"):
    """`question` is the entry or deposit that asked; the words stand in the part `answer`."""

    question: MessageId
    officer: OfficerId


Restatable = (
    Draft
    | SubmitOnline
    | PreReturn
    | PrePass
    | Collect
    | Receive
    | NotifyDeficiency
    | Supplement
    | Lapse
    | Accept
    | AcceptDeferred
    | RefuseAcceptance
    | DeemAccepted
    | Dispatch
    | Take
    | JudgeMaterials
    | Opine
    | NotifyDeficiencyReview
    | StartSpecial
    | SupplementInReview
    | EndSpecial
    | RequestExtension
    | GrantExtension
    | RefuseExtension
    | ForwardUp
    | AnswerFromAbove
    | DecideGrant
    | DecideRefuse
    | DeferredSatisfied
    | DeferredLapse
    | ProduceResult
    | ForwardResult
    | ConfirmArrival
    | Deliver
    | Close
    | Withdraw
    | Terminate
    | Correct
    | Revoke
    | Reopen
    | Ratify
    | MergeInto
    | KeepApart
    | OpenGreenChannel
    | SettleFee
    | Instant
    | ChangePickup
    | Ask
    | Answer
    | CallForPapers
    | CollectPapers
)


class TakeUpDeposit(Act, frozen=True, tag="take_up_deposit"):
    """Adopt what fell out of the chain or was deposited; it counts from the deposit's `at`."""

    deposit: MessageId
    at: str  # the deposit's own instant, repeated so that the fold needs entries only
    restated: Restatable

    def __post_init__(self) -> None:
        parse_instant(self.at)


class Rebuild(Act, frozen=True, tag="rebuild"):
    """A case begun anew from a resident's receipt, since its own never came (row F6).

    `voucher` are the digits of the paper's square, for anybody to verify; what it attests counts
    from the instant that it names.
    """

    voucher: str
    restated: Collect | Receive

    def __post_init__(self) -> None:
        attests = read_voucher(self.voucher).attests
        if type(self.restated) is not {"collected": Collect, "received": Receive}[attests.value]:
            raise ValueError(f"{self.restated} where {attests} is attested")


AnyAct = Restatable | HandOverPen | ReturnPen | ReclaimPen | TakeUpDeposit | Rebuild
