"""M8 and scenario 9: the town decides small fellings, and nobody there their own intake."""

from pathlib import Path
from typing import Any

from casework import act as acts
from casework.act import Outcome
from casework.case import Status
from casework.entry import Entry
from casework.names import DelegationId, OfficerId
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
    intake = intake_for({"volume_m3": SMALL})
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
    intake = intake_for({"volume_m3": GREAT})
    full = papers_for(matter, intake)
    assert {each.material for each in full} == {"m1", "m2", "m3", "m5", "m6"}
    case = await stage.do(WU, acts.Receive(intake, full), acts.Accept(full), matter=matter)
    assert stage.due(case, "promised", TOWN) == "2026-12-07"
    await stage.do(QIU, acts.Take(), acts.Opine(2, Outcome.PASS), case=case.id)
    grant = acts.DecideGrant((), "翁林采〔2026〕32号")
    assert await stage.refused(QIU, grant, case=case.id) == "E_NOT_DELEGATED"
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


async def test_a_town_does_not_come_within_its_grant_by_stating_a_smaller_volume(
    stage: Stage,
) -> None:
    matter = stage.matter(MATTER)
    await stage.on("11-23")
    intake = intake_for({"volume_m3": GREAT})
    full = papers_for(matter, intake)
    taken = (acts.Receive(intake, full), acts.Accept(full))
    case = await stage.do(WU, *taken, matter=matter)
    await stage.do(QIU, acts.Take(), acts.Opine(2, Outcome.PASS), case=case.id)
    smaller = acts.DecideGrant((acts.FactItem("volume_m3", SMALL),), "翁林采〔2026〕34号")
    assert await stage.refused(QIU, smaller, case=case.id) == "E_NOT_DELEGATED"
    # A machine of the town that asks nobody signs it all the same: the county lets it fall.
    [held] = [await stage.nodes[TOWN].node.journal.get_case(case.id)]
    entry = Entry(
        number=held.number,
        previous=held.head,
        act=smaller,
        matter_version=held.matter,
        delegation=DelegationId("d0199"),
        officer=QIU,
        acting_for=None,
        bundle=None,
        project=None,
        parts=(),
    )
    await stage.nodes[TOWN].node.journal.append(entry, case=case.id)
    known = await stage.agreed(case.id, TOWN, COUNTY)
    assert known.decision is None
    assert known.moments("reclaim_pen")[0].code == "E_NOT_DELEGATED"


async def test_whoever_took_an_application_in_approves_it_only_where_the_grant_says_so(
    stage: Stage, tmp_path: Path
) -> None:
    """Scenario 9, with an officer of a small town who stands at the counter and approves."""
    await stage.publish(tmp_path / "data", "organisation.json", both_at_once)
    matter = stage.matter(MATTER)
    await stage.on("11-23")
    intake = intake_for({"volume_m3": SMALL})
    full = papers_for(matter, intake)
    taken = (acts.Receive(intake, full), acts.Accept(full))
    case = await stage.do(QIU, *taken, acts.Take(), matter=matter)
    grant = acts.DecideGrant((), "翁林采〔2026〕33号")
    assert await stage.refused(QIU, grant, case=case.id) == "E_SEPARATE_ACCEPTOR"
    decided = await stage.do(REN, grant, case=case.id)
    assert decided.decision is not None
    assert decided.decision.officer == REN

    await stage.publish(tmp_path / "data", "delegations.json", not_apart)
    await stage.settle()
    case = await stage.do(QIU, *taken, acts.Take(), matter=matter)
    case = await stage.do(QIU, grant, case=case.id)
    case = await stage.agreed(case.id, TOWN, COUNTY)
    assert case.status is Status.DECIDED
    assert case.decision is not None
    assert case.decision.officer == QIU


def both_at_once(listed: dict[str, Any]) -> None:
    [qiu] = [each for each in listed["officers"] if each["id"] == QIU]
    qiu["roles"].append("clerk")
    qiu["positions"].append("440229901.counter_clerk")


def not_apart(listed: dict[str, Any]) -> None:
    [felling] = [each for each in listed["records"] if each["id"] == "d0199"]
    felling["separate_acceptor"] = False
