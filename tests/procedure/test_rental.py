"""Public rental housing: shown to all twice, by the town and by the county before it decides."""

from casework import act as acts
from casework.act import Outcome
from casework.case import Status
from casework.names import OfficerId
from tests.builders import COUNTY, TOWN
from tests.procedure.stage import QIU, TOWN_LEADER, WU, Stage, intake_for, papers_for

MATTER = "public-rental-housing"
FIRST, SECOND, CHIEF = (OfficerId(each) for each in ("o0029", "o0031", "o0028"))


async def test_the_county_shows_whom_it_found_for_and_decides_when_nobody_objected(
    stage: Stage,
) -> None:
    matter = stage.matter(MATTER)
    facts = {"applicant_kind": "local", "married": "single", "per_capita_area": "9.5"}
    intake = intake_for(facts)
    full = papers_for(matter, intake)
    await stage.on("11-23")
    taken = (acts.Receive(intake, full), acts.Accept(full))
    case_id = (await stage.do(WU, *taken, matter=matter)).id
    await stage.on("11-24")
    await stage.do(QIU, acts.Take(), acts.Opine(2, Outcome.PASS), case=case_id)
    await stage.do(QIU, acts.StartSpecial("P1", "2026-12-01", TOWN_LEADER), case=case_id)
    await stage.on("12-01")
    await stage.do(QIU, acts.EndSpecial("P1"), case=case_id)
    await stage.take_over(case_id, QIU, COUNTY)
    await stage.on("12-02")
    reviewed = (acts.Take(), acts.JudgeMaterials(full), acts.Opine(4, Outcome.PASS))
    case = await stage.do(FIRST, *reviewed, case=case_id)
    assert stage.turn(case) == (5, 6)  # who decides sees what it waits for

    await stage.do(FIRST, acts.StartSpecial("P2", "2026-12-09", SECOND), case=case_id)
    granted = acts.DecideGrant((), "翁建公租〔2026〕6号")
    assert await stage.refused(CHIEF, granted, case=case_id) == "E_STILL_AWAITED"
    await stage.on("12-09")
    case = await stage.do(FIRST, acts.EndSpecial("P2"), case=case_id)
    assert stage.turn(case) == (6,)
    await stage.do(CHIEF, granted, acts.ProduceResult("翁建公租〔2026〕6号"), case=case_id)

    case = await stage.agreed(case_id, TOWN, COUNTY)
    assert [each.days for each in stage.ledger(case).specials] == [7, 7]
    # 24 November and 2 December: what hung out for all to see did not count.
    assert stage.clock_of(case, "promised").consumed == 2
    assert case.status is Status.READY
