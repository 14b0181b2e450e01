"""M2: the allowance for the old, whose three tiers each have their own days."""

from datetime import date

import pytest

from casework import act as acts
from casework.act import Outcome
from casework.case import Status
from casework.identity import age_counted
from tests.builders import COUNTY, TOWN, VILLAGE
from tests.procedure.stage import (
    CHEN,
    LIN,
    QIU,
    REN,
    WEN,
    XU,
    Stage,
    a_paper,
    intake_for,
    papers_for,
)

MATTER = "elderly-allowance"
EIGHTY = 80


async def test_village_township_and_county_each_take_their_own_days(stage: Stage) -> None:
    """An agent applies eighteen days before the birthday; the village takes one day too long."""
    matter = stage.matter(MATTER)
    await stage.on("11-27")
    born, today = date(1946, 12, 15), date(2026, 11, 27)
    age = age_counted(born, today, matter.supports.apply_ahead_days)
    intake = intake_for({"applicant.age": age}, has_agent=True, channel="village_agent")
    full = papers_for(matter, intake)
    assert {each.material for each in full} >= {"m6", "m7"}  # entrustment, and the agent's own
    case = await stage.do(LIN, acts.Receive(intake, full), acts.Accept(full), matter=matter)
    case_id = case.id
    assert stage.turn(case) == (1,)
    await stage.do(LIN, acts.Take(), case=case_id)
    await stage.on("12-02")
    await stage.do(LIN, acts.StartSpecial("P1", "2026-12-07", REN), case=case_id)
    case = await stage.look(case_id)
    assert case.paused
    await stage.on("12-14")
    await stage.do(LIN, acts.EndSpecial("P1"), acts.Opine(1, Outcome.PASS), case=case_id)
    case = await stage.agreed(case_id, VILLAGE, TOWN, COUNTY)
    assert stage.due(case, "promised") == "2026-12-25"  # 20 working days: publicity stops nothing
    [village] = [each for each in stage.ledger(case).steps if each.step.seq == 1]
    assert str(village.clock.due_on) == "2026-12-11"
    assert village.clock.overdue_days == 1
    [publicity] = stage.ledger(case).specials
    assert str(publicity.clock.due_on) == "2026-12-07"
    assert publicity.clock.overdue_days == 7

    await stage.take_over(case_id, LIN, TOWN)
    await stage.on("12-16")
    await stage.do(QIU, acts.Take(), acts.Opine(2, Outcome.PASS), case=case_id)
    await stage.take_over(case_id, QIU, COUNTY)
    await stage.on("12-18")
    await stage.do(XU, acts.Take(), acts.JudgeMaterials(full), case=case_id)
    decided = acts.DecideGrant((), "翁民高〔2026〕7号")
    await stage.do(CHEN, decided, acts.ProduceResult("翁民高〔2026〕7号"), case=case_id)
    await stage.do(CHEN, acts.ForwardResult(TOWN), acts.HandOverPen(TOWN), case=case_id)
    await stage.on("12-21")
    await stage.do(WEN, acts.ConfirmArrival(), acts.Deliver("agent", "counter"), case=case_id)
    case = await stage.agreed(case_id, VILLAGE, TOWN, COUNTY)

    assert case.status is Status.DELIVERED
    days = {each.step.seq: str(each.clock.due_on) for each in stage.ledger(case).steps}
    assert days == {1: "2026-12-11", 2: "2026-12-21", 3: "2026-12-23", 4: "2026-12-22"}
    assert stage.papers(case) == [
        *("materials-receipt", "acceptance-notice", "special-procedure-notice", "transfer-slip"),
        *("transfer-slip", "grant", "result-handover", "transfer-slip", "transfer-slip"),
        *("delivery-receipt", "entrustment"),
    ]
    receipt = a_paper(stage, case, "materials-receipt")
    notes = {item.name: item.note for item in receipt.items}
    assert notes["申请人居民户口簿"] != notes["申请人居民身份证"]  # its copy is certified and kept
    assert receipt.agent is not None


@pytest.mark.parametrize(
    ("born", "early", "first"),
    [
        (date(1946, 12, 20), date(2026, 11, 19), date(2026, 11, 20)),
        # Who is born on 29 February is eighty on that day where the year has one.
        (date(1948, 2, 29), date(2028, 1, 29), date(2028, 1, 30)),
    ],
)
async def test_nobody_is_taken_in_more_than_a_month_before_the_birthday(
    stage: Stage, born: date, early: date, first: date
) -> None:
    matter = stage.matter(MATTER)
    ahead = matter.supports.apply_ahead_days
    ages = [age_counted(born, on, ahead) for on in (early, first)]
    assert ages == [EIGHTY - 1, EIGHTY]
    codes = []
    for age in ages:
        intake = intake_for({"applicant.age": age})
        full = papers_for(matter, intake)
        case = await stage.do(LIN, acts.Receive(intake, full), matter=matter)
        open_ones = await stage.tried(LIN, acts.Accept(full), case=case.id)
        codes.append(open_ones)
    assert codes == ["E_CONDITIONS", None]


def test_in_a_year_without_29_february_the_birthday_is_the_first_of_march() -> None:
    ages = [age_counted(date(1936, 2, 29), date(2027, 1, day), 30) for day in (29, 30)]
    assert ages == [90, 91]
