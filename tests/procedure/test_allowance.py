"""M1: the minimum living allowance, which a township reviews first and the county decides."""

from casework import act as acts
from casework.act import Outcome
from casework.case import Closure, Status
from casework.clock import ClockName
from casework.limits import workdays
from casework.material import MaterialVerdict
from casework.names import CaseId
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.procedure.stage import (
    CHEN,
    HOUSEHOLD,
    LIANG,
    LIN,
    OTHER_APPROVER,
    OTHER_LEADER,
    QIU,
    REN,
    WU,
    XU,
    ZHOU,
    Stage,
    days_of,
    intake_for,
    papers_for,
)

MATTER = "minimum-living-allowance"


async def handed_up(stage: Stage) -> tuple[CaseId, tuple[MaterialVerdict, ...]]:
    """Lin collects at the village on Monday; the township accepts the day after."""
    matter = stage.matter(MATTER)
    intake = intake_for(HOUSEHOLD, channel="village_agent")
    full = papers_for(matter, intake)
    await stage.on("11-23")
    case = await stage.do(LIN, acts.Collect(intake, full), acts.HandOverPen(TOWN), matter=matter)
    await stage.on("11-24")
    await stage.do(WU, acts.Receive(intake, full), acts.Accept(full), case=case.id)
    return case.id, full


async def test_a_household_goes_from_village_to_township_to_county_and_is_granted(
    stage: Stage,
) -> None:
    case_id, full = await handed_up(stage)
    await stage.settle()
    case = await stage.agreed(case_id, VILLAGE, TOWN, COUNTY)
    assert stage.due(case, ClockName.PROMISED) == "2026-12-24"  # 22 working days from the 24th
    assert stage.due(case, ClockName.STATUTORY) == "2027-01-05"
    assert stage.clock_of(case, ClockName.STATUTORY).undecided
    assert stage.turn(case) == (2,)

    # The township's own review: the household is visited, neighbours are heard, the list hangs out.
    await stage.on("11-25")
    await stage.do(QIU, acts.Take(), case=case_id)
    await stage.on("11-27")
    await stage.do(QIU, acts.Opine(2, Outcome.PASS), case=case_id)
    await stage.on("11-30")
    await stage.do(QIU, acts.StartSpecial("P1", "2026-12-07", REN), case=case_id)
    await stage.settle()
    case = await stage.agreed(case_id, VILLAGE, TOWN, COUNTY)
    assert case.paused
    [publicity] = stage.ledger(case).specials
    assert str(publicity.clock.due_on) == "2026-12-07"
    assert await stage.refused(QIU, acts.StartSpecial("P1", "2026-12-20", REN), case=case_id) == (
        "E_ACT_NOT_OPEN"
    )
    await stage.on("12-07")
    await stage.do(QIU, acts.EndSpecial("P1"), acts.Opine(5, Outcome.PASS), case=case_id)
    await stage.settle()
    case = await stage.agreed(case_id, VILLAGE, TOWN, COUNTY)
    # Five working days (1, 2, 3, 4, 7 December) did not count; the procedure had its own promise.
    assert stage.due(case, ClockName.PROMISED) == "2026-12-31"
    assert stage.ledger(case).specials[0].days == 7
    assert await stage.refused(QIU, acts.DecideGrant((), None), case=case_id) == "E_NOT_DELEGATED"

    await stage.take_over(case_id, QIU, COUNTY)
    await stage.on("12-08")
    await stage.do(CHEN, acts.Take(), case=case_id)
    assert await stage.refused(CHEN, acts.DecideGrant((), None), case=case_id) == (
        "E_MATERIALS_NOT_JUDGED"
    )
    await stage.do(XU, acts.JudgeMaterials(full), acts.Opine(6, Outcome.PASS), case=case_id)
    await stage.on("12-09")
    granted = acts.DecideGrant((), "翁民低保〔2026〕18号")
    assert await stage.refused(XU, granted, case=case_id) == "E_PERSONAL_POWER"
    await stage.do(CHEN, granted, acts.ProduceResult("翁民低保〔2026〕18号"), case=case_id)
    await stage.do(CHEN, acts.ForwardResult(TOWN), acts.HandOverPen(TOWN), case=case_id)
    await stage.settle()
    case = await stage.agreed(case_id, VILLAGE, TOWN, COUNTY)
    assert case.pen == TOWN
    assert stage.due(case, ClockName.DELIVERY) == "2026-12-23"  # ten working days from the 9th
    assert stage.due(case, ClockName.TRANSIT) == "2026-12-14"
    await stage.on("12-10")
    await stage.do(WU, acts.ConfirmArrival(), acts.Deliver("applicant", "counter"), case=case_id)
    await stage.take_over(case_id, WU, COUNTY)
    await stage.do(LIANG, acts.Close(), case=case_id)
    await stage.settle()

    case = await stage.agreed(case_id, VILLAGE, TOWN, COUNTY)
    assert (case.status, case.closure) == (Status.CLOSED, Closure.NORMAL)
    assert days_of(case, "receive", "decide_grant", "deliver") == ["11-24", "12-09", "12-10"]
    assert stage.papers(case) == [
        *("collection-receipt", "transfer-slip", "materials-receipt", "acceptance-notice"),
        *("special-procedure-notice", "transfer-slip", "grant", "result-handover"),
        *("transfer-slip", "transfer-slip", "delivery-receipt", "transfer-slip"),
        "closing-notice",
    ]


async def test_an_extension_is_asked_by_one_and_granted_by_a_leader_and_a_refusal_says_why(
    stage: Stage,
) -> None:
    case_id, full = await handed_up(stage)
    await stage.take_over(case_id, WU, COUNTY)
    await stage.on("11-26")
    await stage.do(XU, acts.Take(), acts.JudgeMaterials(full), case=case_id)
    ask = acts.RequestExtension(workdays(10))
    await stage.do(XU, ask, case=case_id)
    grant = acts.GrantExtension(workdays(10))
    assert await stage.refused(XU, grant, case=case_id) == "E_APPROVAL"
    too_much = acts.GrantExtension(workdays(11))
    assert await stage.refused(LIANG, too_much, case=case_id) == "E_EXTENSION"
    await stage.do(LIANG, grant, case=case_id)
    await stage.settle()
    case = await stage.agreed(case_id, VILLAGE, TOWN, COUNTY)
    assert stage.due(case, ClockName.PROMISED) == "2027-01-07"  # 32 working days, provisional
    assert stage.clock_of(case, ClockName.PROMISED).provisional
    assert await stage.refused(XU, ask, case=case_id) == "E_EXTENSION"

    await stage.on("12-03")
    assert (
        await stage.refused(CHEN, acts.DecideRefuse((), ("z9",), None), case=case_id) == "E_GROUNDS"
    )
    await stage.do(CHEN, acts.DecideRefuse((), ("c1",), "翁民低保〔2026〕19号"), case=case_id)
    await stage.settle()
    case = await stage.agreed(case_id, VILLAGE, TOWN, COUNTY)
    assert case.status is Status.DECIDED
    assert case.decision is not None
    assert case.decision.grounds == ("c1",)
    assert stage.papers(case)[-2:] == ["extension-notice", "refusal"]
    assert "grounds" in {part.ref.name for part in case.parts if part.entry == case.decision.entry}


async def test_the_pilot_town_decides_by_two_persons_and_not_about_relatives_of_staff(
    stage: Stage,
) -> None:
    matter = stage.matter(MATTER)
    await stage.on("11-23")
    decided = {}
    for related in (False, True):
        intake = intake_for({**HOUSEHOLD, "is_staff_relative": related}, pickup=OTHER_TOWN)
        full = papers_for(matter, intake)
        case = await stage.do(ZHOU, acts.Receive(intake, full), acts.Accept(full), matter=matter)
        await stage.do(OTHER_APPROVER, acts.Take(), case=case.id)
        decided[related] = case.id
    grant = acts.DecideGrant((), "翁周低保〔2026〕1号")
    assert await stage.refused(OTHER_LEADER, grant, case=decided[False]) == "E_TWO_PERSON"
    for each in decided.values():
        await stage.do(OTHER_APPROVER, acts.Opine(5, Outcome.PASS), case=each)
    assert await stage.refused(OTHER_APPROVER, grant, case=decided[False]) == "E_TWO_PERSON"
    case = await stage.do(OTHER_LEADER, grant, case=decided[False])
    assert case.decision is not None
    assert case.decision.delegation == "d0203"
    assert await stage.refused(OTHER_LEADER, grant, case=decided[True]) == "E_NOT_DELEGATED"
    await stage.settle()
    assert (await stage.agreed(decided[False], OTHER_TOWN, COUNTY)).pen == OTHER_TOWN
