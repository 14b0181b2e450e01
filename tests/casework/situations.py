"""Cases in every status a case can be in, and whoever may do anything about them.

Pure: written as nodes would write them, on the county's own minimum living allowance.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.act import Act, AnyAct
from casework.case import Case, Status
from casework.delegation import Delegation, GrantSource, Level
from casework.fold import fold
from casework.limits import workdays
from casework.material import MaterialState, MaterialVerdict
from casework.matter import CaseKind, Fee, MatterVersion
from casework.names import (
    CaseId,
    CaseNumber,
    DelegationId,
    KeyId,
    MessageId,
    NodeId,
    OfficerId,
)
from casework.organisation import Officer, PersonalPower, PowerScope, Role
from casework.organisation import Power as Personal
from casework.standing import LeaseHeld, Standing, Waiting
from casework.voucher import Attested, Voucher, materials_digest, voucher_bytes, voucher_digits
from tests import county
from tests.builders import COUNTY, INTAKE, NOON, TOWN, VILLAGE, Pad, a_part

LEADER: Final = OfficerId("o0012")
ALMIGHTY: Final = OfficerId("o0013")
OTHER: Final = CaseId("e" * 32)
DEPOSIT: Final = MessageId("d" * 64)
QUESTION: Final = MessageId("a" * 64)
LATER: Final = NOON + timedelta(hours=3)
SUPPLY_BY: Final = "2026-12-21"
# A fee and a way up to a higher authority beside what the county's own version has, so that every
# act has a case on which it is open.
MATTER: Final = replace(
    county.matter("minimum-living-allowance"),
    case_kind=CaseKind.FORWARDED,
    fees=(Fee("工本费", "每件", None, "before_issue", "L1", ()),),
)
INSTANT: Final = replace(MATTER, case_kind=CaseKind.INSTANT)
LACKING: Final = MaterialVerdict("m1", MaterialState.MISSING, 0, 0, ())


@cache
def verdicts(*, owing: bool = False) -> tuple[MaterialVerdict, ...]:
    return tuple(
        MaterialVerdict(
            need.id,
            MaterialState.DEFERRED if owing and need.id == "m6" else MaterialState.PRESENT,
            need.originals,
            need.copies,
            (),
        )
        for need in MATTER.materials
    )


class Situation(Struct, frozen=True, kw_only=True):
    """A case, the matter it is of, and the moment at which somebody looks at it."""

    case: Case | None
    matter: MatterVersion = MATTER
    now: datetime = LATER
    duplicates: Mapping[CaseId, datetime] = {}


RECEIVED: Final[tuple[AnyAct, ...]] = (acts.Receive(INTAKE, verdicts()),)
ACCEPTED: Final = (*RECEIVED, acts.Accept(verdicts()))
REVIEW: Final = (*ACCEPTED, acts.Take())
JUDGED: Final = (*REVIEW, acts.JudgeMaterials(verdicts()))
GRANTED: Final = (*JUDGED, acts.DecideGrant((), "D-1"))
READY: Final = (*GRANTED, acts.ProduceResult("D-1"))
DELIVERED: Final = (*READY, acts.Deliver("applicant", "counter"))
OWING: Final = (*RECEIVED, acts.AcceptDeferred(verdicts(owing=True), SUPPLY_BY))
HELD: Final = (*OWING, acts.Take(), acts.JudgeMaterials(verdicts()), acts.DecideGrant((), "D-1"))
ASKED: Final = (*RECEIVED, acts.NotifyDeficiency((LACKING,), SUPPLY_BY))


def folded(*steps: AnyAct) -> Case:
    """A case of one node, whose pen is wherever a test lays it."""
    case = fold(Pad().chain(*((TOWN, step) for step in steps))).case
    assert case is not None
    return replace(case, matter=MATTER.ref)


def suspended() -> Case:
    """A decision of a town that the county's verdict makes wait."""
    held = acts.ReclaimPen(acts.ReclaimGround.VERDICT, None, hold=True, code="E_REVOKED_SUSPEND")
    chain = Pad().chain(*((TOWN, step) for step in GRANTED), (COUNTY, held))
    case = fold(chain).case
    assert case is not None
    return replace(case, matter=MATTER.ref)


def situations() -> dict[str, Situation]:
    """One for each status, and those in which time or the course of the case tells more."""
    later = timedelta(days=60)
    special = acts.StartSpecial("P1", "2026-12-01", LEADER)
    asked_again = acts.NotifyDeficiencyReview((LACKING,), SUPPLY_BY)
    submitted = acts.SubmitOnline(INTAKE, verdicts())
    cases = {
        "draft": folded(acts.Draft(INTAKE)),
        "submitted": folded(submitted),
        "pre_passed": folded(submitted, acts.PrePass()),
        "collected": folded(acts.Collect(INTAKE, verdicts())),
        "received": folded(*RECEIVED),
        "awaiting_supplement": folded(*ASKED),
        "accepted": folded(*ACCEPTED),
        "deferred": folded(*OWING),
        "in_review": folded(*REVIEW),
        "judged": folded(*JUDGED),
        "special": folded(*JUDGED, special),
        "asked_in_review": folded(*JUDGED, asked_again),
        "extension_asked": folded(*JUDGED, acts.RequestExtension(workdays(10))),
        "questioned": folded(*JUDGED, acts.Ask(VILLAGE, SUPPLY_BY, TOWN, ALMIGHTY)),
        "papers_called": folded(*JUDGED, acts.CallForPapers(TOWN, ("m1",), SUPPLY_BY)),
        "forwarded": folded(*JUDGED, acts.ForwardUp("市民政局")),
        "decided": folded(*GRANTED),
        "suspended": suspended(),
        "result_held": folded(*HELD),
        "refused_owing": folded(*HELD[:-1], acts.DecideRefuse((), ("c1",), "D-1")),
        "ready": folded(*READY),
        "on_its_way": folded(*READY, acts.ForwardResult(COUNTY), acts.ChangePickup(COUNTY)),
        "delivered": folded(*DELIVERED),
        "closed": folded(*DELIVERED, acts.Close()),
        "withdrawn": folded(*ACCEPTED, acts.Withdraw("applicant")),
    }
    found = {name: Situation(case=case) for name, case in cases.items()}
    return {
        "nothing": Situation(case=None),
        "nothing_instant": Situation(case=None, matter=INSTANT),
        **found,
        "received_unanswered": Situation(case=cases["received"], now=NOON + timedelta(days=12)),
        "supplement_overdue": Situation(case=cases["awaiting_supplement"], now=NOON + later / 1.5),
        "supply_overdue": Situation(case=cases["result_held"], now=NOON + timedelta(days=40)),
        "refused_overdue": Situation(case=cases["refused_owing"], now=NOON + timedelta(days=40)),
        "twice_in_review": Situation(
            case=cases["judged"], duplicates={OTHER: NOON - timedelta(days=1)}
        ),
    }


def statuses_shown() -> set[Status | None]:
    return {each.case.status if each.case else None for each in situations().values()}


def examples() -> dict[type[Act], AnyAct]:
    """One of each act, as it could be meant."""
    full, extra = verdicts(), workdays(10)
    found: tuple[AnyAct, ...] = (
        acts.Draft(INTAKE),
        acts.SubmitOnline(INTAKE, full),
        acts.PreReturn(),
        acts.PrePass(),
        acts.Collect(INTAKE, full),
        acts.Receive(INTAKE, full),
        acts.NotifyDeficiency((LACKING,), SUPPLY_BY),
        acts.Supplement(full),
        acts.Lapse(),
        acts.Accept(full),
        acts.AcceptDeferred(verdicts(owing=True), SUPPLY_BY),
        acts.RefuseAcceptance(("x1",)),
        acts.DeemAccepted(),
        acts.Dispatch(MATTER.department),
        acts.Take(),
        acts.JudgeMaterials(full),
        acts.Opine(2, acts.Outcome.PASS),
        acts.NotifyDeficiencyReview((LACKING,), SUPPLY_BY),
        acts.SupplementInReview(full),
        acts.StartSpecial("P1", "2026-12-01", LEADER),
        acts.EndSpecial("P1"),
        acts.RequestExtension(extra),
        acts.GrantExtension(extra),
        acts.RefuseExtension(),
        acts.ForwardUp("市民政局"),
        acts.AnswerFromAbove(acts.Outcome.PASS),
        acts.DecideGrant((), "D-1"),
        acts.DecideRefuse((), ("c1",), "D-1"),
        acts.DeferredSatisfied(full),
        acts.DeferredLapse(acts.OverdueEffect.REFUSE),
        acts.ProduceResult("D-1"),
        acts.ForwardResult(TOWN),
        acts.ConfirmArrival(),
        acts.Deliver("applicant", "counter"),
        acts.Close(),
        acts.Withdraw("applicant"),
        acts.Terminate(acts.TerminationGround.DEATH, LEADER),
        acts.Correct("D-2", LEADER),
        acts.Revoke(acts.RevocationGround.DECEIT, LEADER),
        acts.Reopen(LEADER),
        acts.Ratify(LEADER),
        acts.MergeInto(OTHER),
        acts.KeepApart(OTHER),
        acts.OpenGreenChannel(LEADER),
        acts.SettleFee(0, 500, None),
        acts.Instant(INTAKE, full, (), "D-1", "applicant"),
        acts.HandOverPen(VILLAGE),
        acts.ReturnPen(COUNTY),
        acts.ReclaimPen(acts.ReclaimGround.LEASE_ENDED, None, False, None, LEADER),
        acts.TakeUpDeposit(DEPOSIT, "2026-11-20T04:00:00.000000Z", acts.Accept(full)),
        acts.Rebuild(RECEIPT, acts.Receive(INTAKE, full)),
        acts.ChangePickup(COUNTY),
        acts.Ask(VILLAGE, SUPPLY_BY, TOWN, ALMIGHTY),
        acts.Answer(QUESTION, ALMIGHTY),
        acts.CallForPapers(TOWN, ("m1",), SUPPLY_BY),
        acts.CollectPapers(QUESTION, ALMIGHTY),
    )
    return {type(each): each for each in found}


PARTS: Final = tuple(
    a_part(n) for n in ("applicant", "opinion", "grounds", "told", "result", "notice")
)


VOUCHER: Final = Voucher(
    attests=Attested.RECEIVED,
    number=CaseNumber("4402291000000174"),
    case=OTHER,
    matter=MATTER.ref,
    materials=materials_digest(verdicts()),
    node=TOWN,
    key=KeyId("ed25519:" + "0" * 32),
    seq=7,
    at=NOON - timedelta(days=2),
    first_responsible=VILLAGE,
)
RECEIPT: Final = voucher_digits(voucher_bytes(VOUCHER), b"\x01" * 64)


def standing(
    situation: Situation,
    node: NodeId,
    officer: OfficerId,
    *,
    delegations: tuple[Delegation, ...] | None = None,
) -> Standing:
    """What that officer is judged by there; `delegations` None for the county's own list."""
    found = county.a_standing(node, officer, situation.matter, now=situation.now)
    meant = acts.Accept(verdicts())
    return replace(
        found,
        delegations=found.delegations if delegations is None else delegations,
        duplicates=situation.duplicates,
        open_deposits={DEPOSIT: Waiting("2026-11-20T04:00:00.000000Z", meant)},
        lease=LeaseHeld(situation.now - timedelta(hours=1), situation.now + timedelta(hours=71)),
    )


def almighty(situation: Situation, node: NodeId) -> Standing:
    """Somebody of that node with every role and every power, and a grant of every level there."""
    base = standing(situation, node, ALMIGHTY, delegations=_everything(node))
    powers = tuple(
        PersonalPower(power, PowerScope.DEPARTMENT, "x", date(2026, 1, 1), None)
        for power in Personal
    )
    person: Officer = replace(
        base.officer, node=node, roles=tuple(Role), personal_powers=powers, positions=("x.leader",)
    )
    return replace(base, officer=person)


def lying_at(case: Case | None, node: NodeId) -> Case | None:
    """The case with its pen at a node."""
    return replace(case, pen=node) if case is not None else None


def _everything(node: NodeId) -> tuple[Delegation, ...]:
    return tuple(
        Delegation(
            id=DelegationId(f"d-{level}"),
            principal=MATTER.department,
            grantee=node,
            matter=MATTER.id,
            matter_versions=None,
            level=level,
            conditions=(),
            positions=(),
            not_before=date(2026, 1, 1),
            not_after=None,
            offline_hours=72,
            two_person=False,
            separate_acceptor=False,
            quota=None,
            instrument="x",
            source=GrantSource.ENTRUSTED,
            redelegate=False,
        )
        for level in (Level.FINAL, Level.ACCEPT, Level.ASSIST)
    )
