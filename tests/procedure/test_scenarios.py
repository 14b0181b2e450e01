"""Scenarios 1 and 2: an outage across a make-up Saturday, and one application at two towns."""

from pathlib import Path
from typing import Any

from casework import act as acts
from casework.case import Case, Closure, Status
from casework.case_clocks import status_at
from casework.names import CaseId
from casework.party import Party
from casework.warnings import WarningCode
from tests.builders import COUNTY, OTHER_TOWN, TOWN
from tests.procedure.stage import (
    CHEN,
    HALL_CLERK,
    HOUSEHOLD,
    QIU,
    WU,
    ZHOU,
    Stage,
    a_paper,
    intake_for,
    papers_for,
)

ALLOWANCE, ELDERLY = "minimum-living-allowance", "elderly-allowance"
NEIGHBOUR = Party("刘福生", "111", "440229195102020015", "13700137000", "青云村4号")


def a_make_up_saturday(listed: dict[str, Any]) -> None:
    listed["makeup_workdays"].append({"date": "2026-11-28", "for": "调休"})
    listed["workdays_per_year"]["2026"] += 1


async def test_1_silence_through_an_outage_accepts_the_complete_case_as_of_its_receipt(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.publish(tmp_path / "data", "calendar.json", a_make_up_saturday)
    matter = stage.matter(ALLOWANCE)
    intake = intake_for(HOUSEHOLD)
    full, lacking = papers_for(matter, intake), papers_for(matter, intake, missing=["m4"])
    stage.cut_off.add(TOWN)
    await stage.on("11-23")
    whole = await stage.do(WU, acts.Receive(intake, full), matter=matter)
    wanting = await stage.do(WU, acts.Receive(intake, lacking), matter=matter, party=NEIGHBOUR)
    await stage.on("11-24")
    notice = acts.NotifyDeficiency(lacking, "2026-12-24")
    await stage.do(WU, notice, case=wanting.id)
    # The fifth working day is the Saturday that is worked; nothing follows before it is over.
    await stage.on("11-28", "17:00")
    assert stage.due(await stage.look(whole.id), "notice", TOWN) == "2026-11-28"
    assert await stage.refused(WU, acts.DeemAccepted(), case=whole.id) == "E_NOTICE_OPEN"
    assert await stage.holders(whole.id) == {TOWN: whole}

    stage.cut_off.clear()
    await stage.on("11-30")
    case = await stage.agreed(whole.id, TOWN, COUNTY)
    assert case.status is Status.RECEIVED
    for node in (TOWN, COUNTY):
        now, held = stage.clock.now(), stage.desks[node].holdings
        assert status_at(case, matter, held.calendar, now) is Status.ACCEPTED
        deemed = stage.ledger(case, node).deemed
        assert deemed is not None
        assert deemed.receipt.node == TOWN  # who let it lapse
        assert str(deemed.closed_on) == "2026-11-28"
        assert deemed.recorded is None
        assert stage.due(case, "promised", node) == "2026-12-22"
    assert stage.warned(case)[WarningCode.DEEMED_ACCEPTED] == 2
    assert await stage.refused(WU, acts.Accept(full), case=whole.id) == "E_DEEMED_ACCEPTED"
    await stage.do(WU, acts.DeemAccepted(), case=whole.id)
    case = await stage.agreed(whole.id, TOWN, COUNTY)
    assert case.status is Status.ACCEPTED
    assert stage.due(case, "promised") == "2026-12-22"  # 22 from the 23rd, the Saturday among them
    record = a_paper(stage, case, "deemed-acceptance")
    assert record.office == stage.name_of(TOWN)
    assert str(record.notice_due_on) == "2026-11-28"
    assert record.final

    told = await stage.agreed(wanting.id, TOWN, COUNTY)
    assert told.status is Status.AWAITING_SUPPLEMENT
    assert stage.ledger(told).deemed is None
    assert not stage.clock_of(told, "notice").overdue
    assert stage.papers(told) == ["materials-receipt", "deficiency-notice"]


async def taken_in_twice(stage: Stage) -> tuple[Case, Case]:
    """The same old person applies at two towns that are offline, an hour apart."""
    matter = stage.matter(ELDERLY)
    found = []
    stage.cut_off |= {TOWN, OTHER_TOWN}
    for officer, town, hour in ((WU, TOWN, "09:00"), (ZHOU, OTHER_TOWN, "10:00")):
        await stage.on("11-23", hour)
        intake = intake_for({"applicant.age": 91}, pickup=town)
        full = papers_for(matter, intake)
        taken = (acts.Receive(intake, full), acts.Accept(full), acts.HandOverPen(COUNTY))
        found.append(await stage.do(officer, *taken, matter=matter))
    stage.cut_off.clear()
    await stage.on("11-24")
    for case in found:
        await stage.do(CHEN, acts.Take(), acts.JudgeMaterials(case.materials), case=case.id)
    return found[0], found[1]


async def test_2_of_two_applications_taken_in_offline_the_earlier_receipt_governs(
    stage: Stage,
) -> None:
    earlier, later = await taken_in_twice(stage)
    grant = acts.DecideGrant((), "翁民高〔2026〕8号")
    assert await stage.told(earlier.id, TOWN, WU) == [("E_DUPLICATE", later.id)]
    assert await stage.told(later.id, OTHER_TOWN, ZHOU) == [("E_DUPLICATE", earlier.id)]
    for case in (earlier, later):
        assert await stage.refused(CHEN, grant, case=case.id) == "E_DUPLICATE"
    into_later, into_earlier = acts.MergeInto(later.id), acts.MergeInto(earlier.id)
    assert await stage.refused(CHEN, into_later, case=earlier.id) == "E_NOT_DUPLICATE"
    assert await stage.refused(WU, into_earlier, case=later.id) == "E_CASE_UNKNOWN"
    await stage.do(HALL_CLERK, into_earlier, case=later.id)
    await stage.do(CHEN, grant, case=earlier.id)

    merged = await stage.agreed(later.id, OTHER_TOWN, COUNTY)
    assert (merged.status, merged.closure) == (Status.CLOSED, Closure.MERGED)
    assert merged.merged_into == earlier.id
    assert stage.papers(merged)[-1] == "merger-notice"
    kept = await stage.agreed(earlier.id, TOWN, COUNTY)
    assert kept.status is Status.DECIDED
    assert ("E_MERGED_HERE", later.id) in await stage.told(earlier.id, TOWN, WU)
    for case in (earlier, later):
        assert await stage.by_number(case.number) == [case.id]


async def test_2_a_case_collected_before_it_was_received_may_be_merged_one_way_round(
    stage: Stage,
) -> None:
    """Neither collecting nor entering decides which is earlier: the receipts alone do."""
    matter = stage.matter(ALLOWANCE)
    intake = intake_for(HOUSEHOLD)
    full = papers_for(matter, intake)
    await stage.on("11-23")
    collected = await stage.collect(intake, full, matter)
    await stage.on("11-24")
    other = await stage.do(ZHOU, acts.Receive(intake, full), matter=matter)
    await stage.do(ZHOU, acts.HandOverPen(COUNTY), case=other.id)
    await stage.on("11-25")
    await stage.do(WU, acts.Receive(intake, full), acts.HandOverPen(COUNTY), case=collected)
    await stage.settle()
    back = acts.MergeInto(collected)
    assert await stage.refused(HALL_CLERK, back, case=other.id) == "E_NOT_DUPLICATE"
    await stage.do(HALL_CLERK, acts.MergeInto(other.id), case=collected)
    merged = await stage.agreed(collected, TOWN, COUNTY)
    assert merged.merged_into == other.id


async def test_2_two_that_a_person_keeps_apart_are_both_decided(stage: Stage) -> None:
    earlier, later = await taken_in_twice(stage)
    assert await stage.refused(CHEN, acts.KeepApart(CaseId("0" * 32)), case=earlier.id) == (
        "E_NOT_DUPLICATE"
    )
    await stage.do(CHEN, acts.KeepApart(later.id), case=earlier.id)
    for case in (earlier, later):
        await stage.do(CHEN, acts.DecideGrant((), "翁民高〔2026〕9号"), case=case.id)
    apart = await stage.agreed(earlier.id, TOWN, COUNTY)
    assert apart.apart_from == (later.id,)
    [why] = [part.ref.name for part in apart.parts if part.entry == apart.timeline[-2].entry]
    assert why == "grounds"
    assert await stage.refused(CHEN, acts.MergeInto(earlier.id), case=later.id) == "E_ACT_NOT_OPEN"
    assert await stage.tried(QIU, acts.Take(), case=later.id) is not None
