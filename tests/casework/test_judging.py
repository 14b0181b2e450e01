"""Who may do what: one answer for the screen, the service and the county."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.authority import GRACE
from casework.case import Case, Status
from casework.errors import (
    ActNotOpenError,
    ApprovalMissingError,
    CaseworkError,
    ClockSuspectError,
    DelegationRevokedError,
    DepartmentMismatchError,
    FactsError,
    GroundsMissingError,
    LeaseEndedError,
    MaterialsIncompleteError,
    MaterialsNotJudgedError,
    NotDelegatedError,
    NothingDeficientError,
    NotPenHolderError,
    OfficerEndedError,
    OfficerNotHereError,
    OfficerNotTrainedError,
    PartMissingError,
    PenDestinationError,
    ReclaimGroundError,
    RoleMissingError,
    SecondNoticeError,
    SeparateAcceptorError,
    StillInReachError,
    SubstituteError,
    WrongCounterError,
)
from casework.facts import facts_of, facts_of_intake
from casework.fold import fold
from casework.judging import permit, refusal, why_not
from casework.material import MaterialState, MaterialVerdict
from casework.names import MessageId, NodeId, OfficerId
from casework.organisation import OfficerStatus, Role
from casework.procedure import ROWS, Row
from casework.standing import LeaseHeld
from tests.builders import (
    CHEN,
    COUNTY,
    INTAKE,
    LIN,
    NOON,
    OTHER_TOWN,
    TOWN,
    VILLAGE,
    WU,
    ZHOU,
    Pad,
    a_part,
)
from tests.county import a_standing, matter, organisation

QIU = OfficerId("o0101")  # the approver of Wu's township
FORESTER = OfficerId("o0057")  # chief representative of the forestry department
FELLING = matter("timber-felling-permit")
ALLOWANCE = matter("minimum-living-allowance")
LITTLE = {"volume_m3": "15", "applicant.kind": "1"}
PARTS = tuple(a_part(name) for name in ("applicant", "opinion", "grounds", "result"))


def papers(**states: MaterialState) -> tuple[MaterialVerdict, ...]:
    """Every paper of a small felling application, present unless said otherwise."""
    return tuple(
        MaterialVerdict(
            need.id,
            states.get(need.id, MaterialState.PRESENT),
            need.originals,
            need.copies,
            (),
        )
        for need in FELLING.materials
        if need.id != "m5"
    )


def a_felling_case(*more: tuple[NodeId, AnyAct]) -> Case:
    pad = Pad()
    chain = pad.chain((TOWN, acts.Receive(INTAKE, papers())), *more)
    case = fold(chain).case
    assert case is not None
    return with_matter(case)


def with_matter(case: Case) -> Case:
    return replace(case, matter=FELLING.ref)


def reason(found: CaseworkError | None) -> type[CaseworkError] | None:
    return type(found) if found else None


def test_a_township_takes_in_what_the_county_delegated() -> None:
    wu = a_standing(TOWN, WU, FELLING, facts=LITTLE)
    record = permit(None, acts.Receive(INTAKE, papers()), PARTS, wu)
    assert record is not None
    assert record.grantee == TOWN
    assert record.level.value == "accept"


def test_a_village_collects_and_may_not_receive() -> None:
    lin = a_standing(VILLAGE, LIN, ALLOWANCE)
    assert why_not(None, acts.Collect, lin) is None
    assert reason(why_not(None, acts.Receive, lin)) is NotDelegatedError


def test_an_officer_of_another_township_has_no_say() -> None:
    zhou = a_standing(TOWN, ZHOU, FELLING, facts=LITTLE)
    case = a_felling_case()
    for row in ROWS:
        assert why_not(case, row.act, zhou) is not None


def test_a_township_decides_up_to_the_volume_it_was_given() -> None:
    case = a_felling_case((TOWN, acts.Accept(papers())), (TOWN, acts.Take()))
    grant = acts.DecideGrant((), None)
    decided = permit(case, grant, PARTS, a_standing(TOWN, QIU, FELLING, facts=LITTLE))
    assert decided is not None
    assert decided.id == "d0199"
    more = a_standing(TOWN, QIU, FELLING, facts={**LITTLE, "volume_m3": "15.2"})
    assert reason(refusal(case, grant, PARTS, more)) is NotDelegatedError


TOWN_LEADER = OfficerId("o0103")


@pytest.mark.parametrize(
    ("agreed_by", "parts", "expected"),
    [
        (None, ("grounds",), SecondNoticeError),
        (TOWN_LEADER, (), SecondNoticeError),
        (WU, ("grounds",), ApprovalMissingError),
        (QIU, ("grounds",), ApprovalMissingError),  # approves, and supervises nobody
        (TOWN_LEADER, ("grounds",), None),
    ],
)
def test_a_second_notice_gives_its_reason_and_names_a_supervisor_and_is_counted(
    agreed_by: OfficerId | None, parts: tuple[str, ...], expected: type[CaseworkError] | None
) -> None:
    lacking = papers(m1=MaterialState.MISSING)
    notice = acts.NotifyDeficiency(lacking, "2026-12-21")
    told_once = a_felling_case((TOWN, notice), (TOWN, acts.Supplement(lacking)))
    wu = a_standing(TOWN, WU, FELLING, facts=LITTLE)
    assert refusal(a_felling_case(), notice, (), wu) is None
    again = replace(notice, agreed_by=agreed_by)
    refused = refusal(told_once, again, tuple(a_part(name) for name in parts), wu)
    assert reason(refused) is expected
    told_twice = a_felling_case((TOWN, notice), (TOWN, acts.Supplement(lacking)), (TOWN, again))
    assert (told_once.notices, told_twice.notices) == (1, 2)


TWENTY, FIFTEEN = (acts.FactItem("volume_m3", volume) for volume in ("20", "15"))


@pytest.mark.parametrize(
    "decided",
    [
        acts.DecideGrant((FIFTEEN,), None),
        acts.DecideGrant((TWENTY, FIFTEEN), None),
        acts.DecideGrant((acts.FactItem("applicant.kind", "1"),), None),
        acts.DecideRefuse((FIFTEEN,), ("c1",), None),
    ],
)
def test_nobody_decides_on_facts_that_were_not_received(decided: AnyAct) -> None:
    """Neither a town that would come within its grant so, nor the county that needs none."""
    taken = a_felling_case((TOWN, acts.Accept(papers())), (TOWN, acts.Take()))
    case = replace(
        taken, intake=replace(INTAKE, facts=(TWENTY,)), pen=COUNTY, materials_judged=True
    )
    forester = a_standing(COUNTY, FORESTER, FELLING, facts=facts_of(case))
    assert reason(refusal(case, decided, PARTS, forester)) is FactsError
    repeated = replace(decided, facts=(TWENTY,))
    assert reason(refusal(case, repeated, PARTS, forester)) is not FactsError


def test_an_application_is_received_with_one_word_of_each_fact_and_keeps_it() -> None:
    wu = a_standing(TOWN, WU, FELLING, facts=LITTLE)
    twice = acts.Receive(replace(INTAKE, facts=(TWENTY, FIFTEEN)), papers())
    assert reason(refusal(None, twice, PARTS, wu)) is FactsError
    disguised = replace(INTAKE, facts=(acts.FactItem("applicant.kind", "2"),))
    assert facts_of_intake(disguised)["applicant.kind"] == INTAKE.applicant_kind

    instant = matter("birth-registration")
    received = replace(a_felling_case(), matter=instant.ref)
    again = acts.Instant(replace(INTAKE, facts=(FIFTEEN,)), (), (), None, "applicant")
    clerk = a_standing(TOWN, WU, instant)
    assert reason(refusal(received, again, PARTS, clerk)) is FactsError


def test_a_suspended_township_decides_nothing() -> None:
    guandu = NodeId("440229904-01")
    pad = Pad()
    chain = pad.chain((guandu, acts.Receive(INTAKE, papers())), (guandu, acts.Accept(papers())))
    chain.append(pad.write(acts.Take(), node=guandu, after=chain[-1]))
    folded = fold(chain).case
    assert folded is not None
    approver = next(
        each for each in organisation().officers_at(guandu) if Role.APPROVER in each.roles
    )
    standing = a_standing(guandu, approver.id, FELLING, facts=LITTLE)
    refused = why_not(replace(folded, matter=FELLING.ref), acts.DecideGrant, standing)
    assert reason(refused) is DelegationRevokedError


def test_a_township_past_its_lease_takes_in_and_decides_nothing() -> None:
    stale = LeaseHeld(NOON - timedelta(hours=25), NOON + timedelta(hours=47))
    qiu = a_standing(TOWN, QIU, FELLING, facts=LITTLE, lease=stale)
    wu = a_standing(TOWN, WU, FELLING, facts=LITTLE, lease=stale)
    case = a_felling_case((TOWN, acts.Accept(papers())), (TOWN, acts.Take()))
    assert reason(why_not(case, acts.DecideGrant, qiu)) is LeaseEndedError
    assert why_not(None, acts.Receive, wu) is None


def test_a_suspect_clock_stops_decisions_and_not_intake() -> None:
    case = a_felling_case((TOWN, acts.Accept(papers())), (TOWN, acts.Take()))
    qiu = a_standing(TOWN, QIU, FELLING, facts=LITTLE, time_suspect=True)
    assert reason(why_not(case, acts.DecideGrant, qiu)) is ClockSuspectError
    wu = a_standing(TOWN, WU, FELLING, facts=LITTLE, time_suspect=True)
    assert why_not(None, acts.Receive, wu) is None


def test_who_accepted_does_not_decide_where_the_two_are_kept_apart() -> None:
    pad = Pad()
    first = pad.write(acts.Receive(INTAKE, papers()), node=TOWN, after=None, officer=QIU)
    accepted = pad.write(acts.Accept(papers()), node=TOWN, after=first, officer=QIU)
    taken = pad.write(acts.Take(), node=TOWN, after=accepted, officer=QIU)
    folded = fold([first, accepted, taken]).case
    assert folded is not None
    case = with_matter(folded)
    qiu = a_standing(TOWN, QIU, FELLING, facts=LITTLE)
    assert reason(why_not(case, acts.DecideGrant, qiu)) is SeparateAcceptorError


def test_the_county_decides_in_the_department_of_the_matter() -> None:
    case = a_felling_case(
        (TOWN, acts.Accept(papers())),
        (TOWN, acts.HandOverPen(COUNTY)),
        (COUNTY, acts.Take()),
    )
    grant = acts.DecideGrant((), None)
    forester = a_standing(COUNTY, FORESTER, FELLING, facts=LITTLE)
    # The window hears first what the department thinks of the papers (row D3).
    assert reason(refusal(case, grant, PARTS, forester)) is MaterialsNotJudgedError
    case = replace(case, materials_judged=True)
    assert refusal(case, grant, PARTS, forester) is None
    chen = a_standing(COUNTY, CHEN, FELLING, facts=LITTLE)
    assert reason(refusal(case, grant, PARTS, chen)) is DepartmentMismatchError
    qiu = a_standing(TOWN, QIU, FELLING, facts=LITTLE)
    assert reason(refusal(case, grant, PARTS, qiu)) is NotPenHolderError


def test_acceptance_needs_every_paper_and_a_notice_needs_one_missing() -> None:
    case = a_felling_case()
    wu = a_standing(TOWN, WU, FELLING, facts=LITTLE)
    short = papers(m1=MaterialState.MISSING)
    assert refusal(case, acts.Accept(papers()), (), wu) is None
    assert reason(refusal(case, acts.Accept(short), (), wu)) is MaterialsIncompleteError
    assert refusal(case, acts.NotifyDeficiency(short, "2026-12-20"), (), wu) is None
    complete = acts.NotifyDeficiency(papers(), "2026-12-20")
    assert reason(refusal(case, complete, (), wu)) is NothingDeficientError


def test_a_notice_in_the_review_asks_for_something() -> None:
    case = a_felling_case((TOWN, acts.Accept(papers())), (TOWN, acts.Take()))
    qiu = a_standing(TOWN, QIU, FELLING, facts=LITTLE)
    told = (a_part("notice"),)
    nothing = acts.NotifyDeficiencyReview(papers(), "2026-12-20")
    assert reason(refusal(case, nothing, told, qiu)) is NothingDeficientError
    one = acts.NotifyDeficiencyReview(papers(m1=MaterialState.MISSING), "2026-12-20")
    assert refusal(case, one, told, qiu) is None


def test_a_refusal_cites_a_ground_of_the_matter_and_brings_its_reasons() -> None:
    case = a_felling_case()
    wu = a_standing(TOWN, WU, FELLING, facts=LITTLE)
    assert refusal(case, acts.RefuseAcceptance(("x1",)), PARTS, wu) is None
    assert reason(refusal(case, acts.RefuseAcceptance(()), PARTS, wu)) is GroundsMissingError
    unknown = acts.RefuseAcceptance(("zz",))
    assert reason(refusal(case, unknown, PARTS, wu)) is GroundsMissingError
    silent = acts.RefuseAcceptance(("x1",))
    assert reason(refusal(case, silent, (), wu)) is PartMissingError


def test_a_result_is_handed_over_at_the_counter_the_resident_chose() -> None:
    steps: tuple[tuple[NodeId, AnyAct], ...] = (
        (TOWN, acts.Accept(papers())),
        (TOWN, acts.HandOverPen(COUNTY)),
        (COUNTY, acts.Take()),
        (COUNTY, acts.DecideGrant((), None)),
        (COUNTY, acts.ProduceResult(None)),
    )
    at_other_town = a_felling_case(*steps, (COUNTY, acts.HandOverPen(OTHER_TOWN)))
    deliver = acts.Deliver("applicant", "counter")
    issuing = OfficerId("o0115")
    zhou = a_standing(OTHER_TOWN, issuing, FELLING, facts=LITTLE)
    assert reason(refusal(at_other_town, deliver, (), zhou)) is WrongCounterError
    at_town = a_felling_case(*steps, (COUNTY, acts.HandOverPen(TOWN)))
    wen = a_standing(TOWN, OfficerId("o0100"), FELLING, facts=LITTLE)
    assert refusal(at_town, deliver, (), wen) is None
    over = LeaseHeld(NOON - timedelta(hours=73), NOON - timedelta(hours=1))
    lapsed = replace(wen, lease=over)
    assert reason(refusal(at_town, deliver, (), lapsed)) is LeaseEndedError
    assert reason(refusal(at_town, deliver, (), replace(wen, lease=None))) is LeaseEndedError
    # What is handed over at the last moment of a lease is handed over in order.
    assert refusal(at_town, deliver, (), replace(wen, lease=replace(over, until=NOON))) is None


def test_past_its_lease_a_township_hands_the_pen_to_its_parent_only() -> None:
    over = LeaseHeld(NOON - timedelta(hours=73), NOON - timedelta(hours=1))
    case = a_felling_case((TOWN, acts.Accept(papers())), (TOWN, acts.HandOverPen(COUNTY)))
    wu = a_standing(TOWN, WU, FELLING, facts=LITTLE, lease=over)
    assert refusal(a_felling_case(), acts.HandOverPen(COUNTY), (), wu) is None
    assert case.opened_by == TOWN
    other = a_standing(OTHER_TOWN, ZHOU, FELLING, facts=LITTLE)
    lent = a_felling_case((TOWN, acts.HandOverPen(OTHER_TOWN)))
    assert refusal(lent, acts.HandOverPen(TOWN), (), other) is None
    lapsed = replace(other, lease=over)
    assert reason(refusal(lent, acts.HandOverPen(TOWN), (), lapsed)) is PenDestinationError
    assert refusal(lent, acts.HandOverPen(COUNTY), (), lapsed) is None


def test_a_township_hands_the_pen_up_and_not_sideways() -> None:
    case = a_felling_case()
    wu = a_standing(TOWN, WU, FELLING, facts=LITTLE)
    assert refusal(case, acts.HandOverPen(COUNTY), (), wu) is None
    sideways = acts.HandOverPen(OTHER_TOWN)
    assert reason(refusal(case, sideways, (), wu)) is PenDestinationError


def test_a_clerk_does_not_decide_and_an_approver_does_not_take_in() -> None:
    case = a_felling_case((TOWN, acts.Accept(papers())), (TOWN, acts.Take()))
    wu = a_standing(TOWN, WU, FELLING, facts=LITTLE)
    assert reason(why_not(case, acts.DecideGrant, wu)) is RoleMissingError
    qiu = a_standing(TOWN, QIU, FELLING, facts=LITTLE)
    assert reason(why_not(None, acts.Receive, qiu)) is RoleMissingError


def test_an_officer_works_at_their_own_node() -> None:
    lin = a_standing(TOWN, LIN, ALLOWANCE)
    assert reason(why_not(None, acts.Receive, lin)) is OfficerNotHereError


def test_nobody_acts_before_training_or_after_their_end() -> None:
    wu = a_standing(TOWN, WU, FELLING, facts=LITTLE)
    trained = wu.officer.trained_on
    assert trained is not None

    def refused(**others: object) -> type[CaseworkError] | None:
        changed = replace(wu, officer=replace(wu.officer, **others))
        return reason(refusal(None, acts.Receive(INTAKE, papers()), PARTS, changed))

    assert refused() is None
    assert refused(trained_on=wu.today) is None
    assert refused(trained_on=wu.today + timedelta(days=1)) is OfficerNotTrainedError
    assert refused(trained_on=None) is OfficerNotTrainedError
    assert refused(status=OfficerStatus.INACTIVE) is OfficerEndedError


def test_nobody_stands_in_for_whoever_may_not_act_themselves() -> None:
    case = a_felling_case(
        (TOWN, acts.Accept(papers())), (TOWN, acts.HandOverPen(COUNTY)), (COUNTY, acts.Take())
    )
    case = replace(case, materials_judged=True)
    xu = a_standing(COUNTY, OfficerId("o0058"), FELLING, facts=LITTLE)
    forester = xu.officers[FORESTER]

    def refused(**others: object) -> type[CaseworkError] | None:
        standing = replace(xu, acting_for=replace(forester, **others))
        return reason(why_not(case, acts.DecideGrant, standing))

    assert refused() is None
    assert refused(status=OfficerStatus.INACTIVE) is SubstituteError
    assert refused(trained_on=None) is SubstituteError


LIANG = OfficerId("o0012")  # leader of the department that pays the allowance
MADE = MessageId("7" * 64)
RECLAIM = acts.ReclaimPen(acts.ReclaimGround.LEASE_ENDED, None, False, "E_LEASE_ENDED", LIANG)
JUST, OVER = timedelta(), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("pen", "ended", "expected"),
    [
        (VILLAGE, {VILLAGE: OVER, TOWN: OVER}, None),
        (VILLAGE, {TOWN: OVER}, None),  # the village's machine was never given a lease
        (VILLAGE, {VILLAGE: JUST, TOWN: OVER}, StillInReachError),
        (VILLAGE, {VILLAGE: OVER, TOWN: JUST}, StillInReachError),
        (TOWN, {TOWN: OVER, VILLAGE: JUST}, None),
        (TOWN, {TOWN: JUST}, StillInReachError),
        (COUNTY, {}, StillInReachError),
    ],
)
def test_a_pen_is_taken_from_a_silent_node_once_its_lease_and_its_parent_s_are_over(
    pen: NodeId, ended: dict[NodeId, timedelta], expected: type[CaseworkError] | None
) -> None:
    """Lease and grace live to the very end."""
    leases = {node: NOON - GRACE - ago for node, ago in ended.items()}
    chen = replace(
        a_standing(COUNTY, CHEN, ALLOWANCE),
        leases={
            node: LeaseHeld(until - timedelta(hours=72), until) for node, until in leases.items()
        },
    )
    case = replace(a_felling_case(), pen=pen, matter=ALLOWANCE.ref)
    assert reason(refusal(case, RECLAIM, (), chen)) is expected
    alone = replace(RECLAIM, approved_by=None)
    assert reason(refusal(case, alone, (), chen)) is ApprovalMissingError


@pytest.mark.parametrize("ground", [acts.ReclaimGround.REFUSAL, acts.ReclaimGround.VERDICT])
def test_a_refusal_or_a_verdict_is_a_reason_only_where_there_is_one(
    ground: acts.ReclaimGround,
) -> None:
    """Whoever names neither goes round the lease of a holder that can be asked."""
    case = replace(a_felling_case(), pen=TOWN, matter=ALLOWANCE.ref)
    chen = replace(a_standing(COUNTY, CHEN, ALLOWANCE), reclaimable={MADE: frozenset({ground})})
    [other] = {acts.ReclaimGround.REFUSAL, acts.ReclaimGround.VERDICT} - {ground}

    assert refusal(case, acts.ReclaimPen(ground, MADE, False, "E_MATERIALS"), (), chen) is None
    for wrong in (
        acts.ReclaimPen(other, MADE, False, "E_MATERIALS"),
        acts.ReclaimPen(ground, case.head, False, "E_MATERIALS"),
        acts.ReclaimPen(ground, None, False, "E_MATERIALS"),
    ):
        assert reason(refusal(case, wrong, (), chen)) is ReclaimGroundError


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_act_is_refused_from_every_status_that_does_not_open_it(row: Row) -> None:
    from casework.procedure import Row  # noqa: PLC0415

    assert isinstance(row, Row)
    chen = a_standing(COUNTY, CHEN, FELLING, facts=LITTLE)
    for status in Status:
        if status not in row.opens:
            case = replace(a_felling_case(), status=status, pen=COUNTY)
            assert reason(why_not(case, row.act, chen)) is ActNotOpenError
