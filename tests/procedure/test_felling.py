"""M8 and scenario 9: small fellings are decided by the town, which never approves its own intake."""

from casework import act as acts
from casework.act import Outcome
from casework.case import Status
from casework.names import OfficerId
from tests.builders import COUNTY, TOWN
from tests.procedure.stage import QIU, REN, WEN, WU, Stage, intake_for, papers_for

MATTER = "timber-felling-permit"
CHIEF, FIRST = OfficerId("o0057"), OfficerId("o0058")  # of forestry
SMALL, GREAT = "15", "15.2"


async def test_a_small_felling_by_commitment_is_decided_by_the_town_on_its_promise_of_a_day(
    stage: Stage,
) -> None:
    matter = stage.matter(MATTER)
    await stage.on("11-23")
    intake = intake_for(volume_m3=SMALL)
    full = papers_for(matter, intake)
    assert {each.material for each in full} == {"m1", "m2", "m3", "m4"}
    case = await stage.do(WU, acts.Receive(intake, full), acts.Accept(full), matter=matter)
    assert stage.due(case, "promised", TOWN) == "2026-11-24"  # the scenario's, not the matter's
    await stage.do(QIU, acts.Take(), acts.Opine(2, Outcome.PASS), case=case.id)
    number = "翁林采〔2026〕31号"
    done = (acts.DecideGrant((), number), acts.ProduceResult(number))
    case = await stage.do(QIU, *done, case=case.id)
    assert case.decision is not None
    assert case.decision.delegation == "d0199"
    await stage.do(WEN, acts.Deliver("applicant", "counter"), case=case.id)
    case = await stage.agreed(case.id, TOWN, COUNTY)
    assert case.status is Status.DELIVERED
    assert stage.papers(case) == [
        *("materials-receipt", "acceptance-notice", "grant", "result-handover"),
        *("delivery-receipt", "commitment"),
    ]


async def test_one_fifth_of_a_cubic_metre_more_is_the_countys_by_the_ordinary_route(
    stage: Stage,
) -> None:
    matter = stage.matter(MATTER)
    await stage.on("11-23")
    intake = intake_for(volume_m3=GREAT)
    full = papers_for(matter, intake)
    assert {each.material for each in full} == {"m1", "m2", "m3", "m5", "m6"}
    case = await stage.do(WU, acts.Receive(intake, full), acts.Accept(full), matter=matter)
    assert stage.due(case, "promised", TOWN) == "2026-12-07"
    await stage.do(QIU, acts.Take(), acts.Opine(2, Outcome.PASS), case=case.id)
    grant = acts.DecideGrant((), "翁林采〔2026〕32号")
    assert await stage.refused(QIU, grant, case=case.id) == "E_NOT_DELEGATED"
    # What the decision says anew does not make a great felling a small one at the town's desk.
    await stage.take_over(case.id, QIU, COUNTY)
    await stage.on("11-25")
    await stage.do(FIRST, acts.Take(), acts.JudgeMaterials(full), case=case.id)
    await stage.do(FIRST, acts.StartSpecial("P1", "2026-12-02", CHIEF), case=case.id)
    await stage.on("11-30")
    await stage.do(FIRST, acts.EndSpecial("P1"), acts.Opine(3, Outcome.PASS), case=case.id)
    await stage.do(CHIEF, grant, case=case.id)
    case = await stage.agreed(case.id, TOWN, COUNTY)
    assert case.decision is not None
    assert case.decision.delegation is None  # the county's own right
    assert stage.due(case, "promised") == "2026-12-10"
    assert "commitment" not in stage.papers(case)


async def test_whoever_took_an_application_in_does_not_approve_it(stage: Stage) -> None:
    """Scenario 9: the grant keeps the two apart, in whoever's stead the approver acts."""
    matter = stage.matter(MATTER)
    await stage.on("11-23")
    intake = intake_for(volume_m3=SMALL)
    full = papers_for(matter, intake)
    # Who approves does not stand at the counter; a person with both accounts is one person.
    assert await stage.tried(QIU, acts.Receive(intake, full), matter=matter) == "E_ROLE"
    case = await stage.do(WU, acts.Receive(intake, full), acts.Accept(full), matter=matter)
    await stage.do(QIU, acts.Take(), case=case.id)
    assert await stage.refused(WU, acts.DecideGrant((), None), case=case.id) == "E_ROLE"
    case = await stage.do(REN, acts.DecideGrant((), None), case=case.id)
    assert case.decision is not None
    assert case.decision.officer == REN
