"""M3: the renovation of a dangerous house: a village's meeting, two publicities, an appraisal."""

from casework import act as acts
from casework.act import Outcome
from casework.case import Status
from casework.names import OfficerId
from casework.warnings import WarningCode
from tests.builders import COUNTY, TOWN
from tests.procedure.stage import QIU, TOWN_LEADER, WU, Stage, intake_for, papers_for

MATTER = "dilapidated-house-renovation"
FIRST, SECOND, CHIEF = (OfficerId(each) for each in ("o0029", "o0031", "o0028"))


async def test_a_house_goes_through_both_publicities_and_the_appraisal(stage: Stage) -> None:
    matter = stage.matter(MATTER)
    intake = intake_for({"grade": "D"})
    full = papers_for(matter, intake, deferred=["m6"])
    await stage.on("11-23")
    owed = acts.AcceptDeferred(full, "2026-12-14")
    case = await stage.do(WU, acts.Receive(intake, full), owed, matter=matter)
    case_id = case.id
    # Neither the publicities nor the appraisal count, so only the reviews use the forty days up.
    await stage.on("11-24")
    await stage.do(QIU, acts.Take(), case=case_id)
    await stage.on("11-26")
    await stage.do(QIU, acts.Opine(1, Outcome.PASS), case=case_id)
    await stage.do(QIU, acts.StartSpecial("P1", "2026-12-03", TOWN_LEADER), case=case_id)
    await stage.on("12-03")
    await stage.do(QIU, acts.EndSpecial("P1"), case=case_id)
    await stage.on("12-04")
    await stage.do(QIU, acts.Opine(3, Outcome.PASS), case=case_id)
    await stage.do(QIU, acts.StartSpecial("P2", "2026-12-11", TOWN_LEADER), case=case_id)
    await stage.on("12-11")
    await stage.do(QIU, acts.EndSpecial("P2"), case=case_id)
    assert stage.turn(await stage.look(case_id)) == (5,)
    await stage.do(TOWN_LEADER, acts.Opine(5, Outcome.PASS), case=case_id)
    await stage.take_over(case_id, QIU, COUNTY)
    case = await stage.agreed(case_id, TOWN, COUNTY)
    # 24 to 26 November, 4 December: the other days to 11 December were for all to see.
    assert stage.clock_of(case, "promised").consumed == 4
    assert stage.clock_of(case, "promised").undecided
    assert [each.days for each in stage.ledger(case).specials] == [7, 7]

    await stage.on("12-14")
    await stage.do(FIRST, acts.Take(), acts.JudgeMaterials(full), case=case_id)
    appraisal = acts.StartSpecial("P3", "2026-12-31", SECOND)
    await stage.do(FIRST, appraisal, case=case_id)
    await stage.on("12-17")
    case = await stage.agreed(case_id, TOWN, COUNTY)
    assert stage.due(case, "supply") == "2026-12-14"
    assert stage.warned(case)[WarningCode.DEFERRED_OVERDUE] == 3
    granted = acts.DecideGrant((), "翁建危改〔2026〕3号")
    assert await stage.refused(CHIEF, granted, case=case_id) == "E_STILL_AWAITED"
    satisfied = acts.DeferredSatisfied(papers_for(matter, intake))
    await stage.do(FIRST, acts.EndSpecial("P3"), satisfied, case=case_id)
    await stage.on("12-18")
    await stage.do(FIRST, acts.Opine(7, Outcome.PASS), case=case_id)
    case = await stage.do(CHIEF, granted, acts.ProduceResult("翁建危改〔2026〕3号"), case=case_id)
    assert case.status is Status.READY
    case = await stage.agreed(case_id, TOWN, COUNTY)
    assert stage.clock_of(case, "promised").consumed == 6  # 14 December counts, and the 18th
    assert [each.days for each in stage.ledger(case).specials] == [7, 7, 3]
    assert stage.papers(case) == [
        *("materials-receipt", "deferred-acceptance-notice", "special-procedure-notice"),
        *("special-procedure-notice", "transfer-slip", "special-procedure-notice"),
        *("deferral-satisfied", "grant", "result-handover", "deferral-commitment"),
    ]
    assert matter.post_decision is not None  # the works and their inspection come afterwards


async def test_a_house_that_is_not_dangerous_is_refused_by_the_condition_that_says_so(
    stage: Stage,
) -> None:
    matter = stage.matter(MATTER)
    intake = intake_for({"grade": "B"})
    full = papers_for(matter, intake)
    case = await stage.do(WU, acts.Receive(intake, full), matter=matter)
    assert await stage.refused(WU, acts.Accept(full), case=case.id) == "E_CONDITIONS"
    await stage.do(WU, acts.RefuseAcceptance(("c3",)), case=case.id)
    case = await stage.agreed(case.id, TOWN, COUNTY)
    assert stage.papers(case) == ["materials-receipt", "refusal-of-acceptance"]
