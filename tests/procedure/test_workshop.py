"""M5: a small food workshop: registered after an inspection, renewed by silence at its expiry."""

from casework import act as acts
from casework.act import Outcome
from casework.case import Status
from casework.names import OfficerId
from casework.warnings import WarningCode
from tests.builders import COUNTY, TOWN
from tests.procedure.stage import WU, Stage, intake_for, papers_for

CHIEF, FIRST, SECOND, LEADER = (OfficerId(each) for each in ("o0050", "o0051", "o0053", "o0052"))
NEW, RENEWAL = "small-workshop-registration", "small-workshop-renewal"


async def test_an_inspection_pauses_what_was_promised_and_not_what_the_law_says(
    stage: Stage,
) -> None:
    matter = stage.matter(NEW)
    intake = intake_for()
    full = papers_for(matter, intake)
    await stage.on("11-23")
    case = await stage.do(WU, acts.Receive(intake, full), acts.Accept(full), matter=matter)
    case_id = case.id
    await stage.take_over(case_id, WU, COUNTY)
    await stage.on("11-25")
    await stage.do(FIRST, acts.Take(), acts.JudgeMaterials(full), case=case_id)
    await stage.do(FIRST, acts.Opine(3, Outcome.PASS), case=case_id)
    # Found necessary by the chief representative, as the matter says, or by the leader.
    by_a_colleague = acts.StartSpecial("P1", "2026-12-09", SECOND)
    assert await stage.refused(FIRST, by_a_colleague, case=case_id) == "E_APPROVAL"
    await stage.do(FIRST, acts.StartSpecial("P1", "2026-12-09", CHIEF), case=case_id)
    await stage.on("12-02")
    await stage.do(FIRST, acts.EndSpecial("P1"), case=case_id)
    await stage.do(FIRST, acts.StartSpecial("P2", "2026-12-09", CHIEF), case=case_id)
    case = await stage.agreed(case_id, TOWN, COUNTY)
    assert stage.clock_of(case, "promised").state == "paused"
    assert stage.clock_of(case, "statutory").state == "running"  # a visit is none of article 45
    await stage.on("12-09")
    await stage.do(FIRST, acts.EndSpecial("P2"), case=case_id)
    case = await stage.agreed(case_id, TOWN, COUNTY)
    assert stage.due(case, "promised") == "2026-12-23"  # twelve days, and ten that did not count
    assert stage.due(case, "statutory") == "2026-12-21"  # twenty, whatever was waited for
    assert stage.turn(case) == (6,)
    number = "粤翁食小作登〔2026〕5号"
    await stage.do(CHIEF, acts.DecideGrant((), number), acts.ProduceResult(number), case=case_id)
    case = await stage.agreed(case_id, TOWN, COUNTY)
    assert case.status is Status.READY
    assert stage.papers(case) == [
        *("materials-receipt", "acceptance-notice", "transfer-slip", "special-procedure-notice"),
        *("special-procedure-notice", "grant", "result-handover"),
    ]
    [result] = matter.results
    assert result.validity.years == 3


async def test_a_renewal_nobody_decides_is_renewed_when_the_licence_expires_and_is_warned_of(
    stage: Stage,
) -> None:
    matter = stage.matter(RENEWAL)
    late = intake_for({"days_to_expiry": 20, "expires_on": "2026-12-13"})
    in_time = intake_for({"days_to_expiry": 30, "expires_on": "2026-12-23"})
    await stage.on("11-23")
    full = papers_for(matter, late)
    refused = await stage.do(WU, acts.Receive(late, full), matter=matter)
    assert await stage.refused(WU, acts.Accept(full), case=refused.id) == "E_CONDITIONS"
    await stage.do(WU, acts.RefuseAcceptance(("c1",)), case=refused.id)
    case = await stage.do(WU, acts.Receive(in_time, full), acts.Accept(full), matter=matter)
    await stage.take_over(case.id, WU, COUNTY)
    await stage.on("11-24")
    await stage.do(FIRST, acts.Take(), case=case.id)
    # A pause stops no licence from expiring.
    await stage.do(FIRST, acts.StartSpecial("P1", "2026-12-08", CHIEF), case=case.id)
    case = await stage.agreed(case.id, TOWN, COUNTY)
    assert str(stage.ledger(case).licence_expires_on) == "2026-12-23"
    assert WarningCode.DEEMED_DECISION_NEAR not in stage.warned(case)
    await stage.on("12-18")
    assert stage.warned(case)[WarningCode.DEEMED_DECISION_NEAR] == 3
    await stage.on("12-23", "17:00")
    assert stage.warned(case)[WarningCode.DEEMED_DECISION_NEAR] == 0
    assert stage.ledger(case).decided_by_silence is None
    await stage.on("12-24")
    case = await stage.agreed(case.id, TOWN, COUNTY)
    assert stage.warned(case)[WarningCode.DEEMED_DECIDED] == 1
    for node in (TOWN, COUNTY):
        silence = stage.ledger(case, node).decided_by_silence
        assert silence is not None
        assert silence.effect == "deemed_granted"
