"""M4 and M9: matters accepted, decided and handed over in one sitting, one by the month."""

from casework import act as acts
from casework.case import Status
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.procedure.stage import LIN, OTHER_APPROVER, QIU, WU, Stage, intake_for, papers_for

BIRTH, PENSION = "birth-registration", "resident-pension-enrolment"


async def test_a_village_registers_a_birth_in_one_sitting_while_it_is_offline(
    stage: Stage,
) -> None:
    matter = stage.matter(BIRTH)
    stage.cut_off.add(VILLAGE)
    await stage.on("11-22", "10:00")  # a Sunday, within its lease
    intake = intake_for({"mismatch": False}, pickup=VILLAGE, has_agent=True)
    full = papers_for(matter, intake)
    done = acts.Instant(intake, full, (), "生育登记凭证", "agent")
    case = await stage.do(LIN, done, matter=matter)
    assert case.status is Status.DELIVERED
    assert case.decision is not None
    assert case.decision.delegation == "d0292"
    assert stage.papers(case) == ["instant-result", "entrustment"]
    assert await stage.holders(case.id) == {VILLAGE: case}
    stage.cut_off.clear()
    await stage.on("11-23")
    known = await stage.agreed(case.id, VILLAGE, TOWN, COUNTY)
    assert known.decision == case.decision


async def test_a_village_past_its_lease_takes_in_and_the_town_decides_the_working_day_after(
    stage: Stage,
) -> None:
    matter = stage.matter(BIRTH)
    stage.cut_off.add(VILLAGE)
    await stage.on("11-27")
    intake = intake_for({"mismatch": True}, pickup=TOWN)
    full = papers_for(matter, intake)
    assert "m3" in {each.material for each in full}  # a commitment where data do not match
    done = acts.Instant(intake, full, (), "生育登记凭证", "applicant")
    desk, lin = stage.desk_of(LIN)
    assert desk.node.id == VILLAGE
    assert await stage.tried(LIN, done, case=None, matter=matter) == "E_LEASE_ENDED"
    case = await stage.do(LIN, acts.Receive(intake, full), acts.Accept(full), matter=matter)
    assert lin.node == VILLAGE
    assert stage.due(case, "promised", VILLAGE) == "2026-11-30"  # the next working day
    await stage.do(LIN, acts.HandOverPen(TOWN), case=case.id)
    stage.cut_off.clear()
    await stage.on("11-30")
    pause = acts.NotifyDeficiencyReview((full[0],), "2026-12-10")
    await stage.do(QIU, acts.Take(), case=case.id)
    assert await stage.refused(QIU, pause, case=case.id) == "E_NO_PAUSE"
    await stage.do(QIU, acts.DecideGrant((), "生育登记凭证"), case=case.id)
    case = await stage.agreed(case.id, VILLAGE, TOWN, COUNTY)
    assert case.status is Status.DECIDED
    assert not stage.clock_of(case, "promised").overdue


async def test_the_version_of_the_day_asks_no_marriage_certificate_any_more(stage: Stage) -> None:
    now, before = stage.matter(BIRTH), stage.matter_in(BIRTH, 1)
    assert now.version == 2
    assert "结婚证" in {each.name for each in before.materials}
    assert "结婚证" not in {each.name for each in now.materials}
    intake = intake_for({"mismatch": False})
    code = await stage.tried(
        QIU, acts.Instant(intake, papers_for(before, intake), (), "x", "applicant"), matter=before
    )
    assert code == "E_MATTER_VERSION"


async def test_a_pension_receipt_after_the_twentieth_counts_from_the_first(stage: Stage) -> None:
    matter = stage.matter(PENSION)
    intake = intake_for({"applicant.age": 30})
    full = papers_for(matter, intake)
    await stage.on("11-25")
    late = await stage.do(WU, acts.Receive(intake, full), acts.Accept(full), matter=matter)
    case = await stage.agreed(late.id, TOWN, COUNTY)
    promised = stage.clock_of(case, "promised")
    assert str(promised.started_on) == "2026-12-01"
    assert str(promised.due_on) == "2026-12-02"
    assert [str(each.first) for each in promised.lines if each.code == "counts_from"] == [
        "2026-11-25"
    ]
    await stage.on("12-07")
    elsewhere = intake_for({"applicant.age": 30}, pickup=OTHER_TOWN)
    done = acts.Instant(elsewhere, full, (), "参保登记回执", "applicant")
    case = await stage.do(OTHER_APPROVER, done, matter=matter)
    case = await stage.agreed(case.id, OTHER_TOWN, COUNTY)
    assert case.status is Status.DELIVERED
    child = intake_for({"applicant.age": 15}, pickup=OTHER_TOWN)
    code = await stage.tried(
        OTHER_APPROVER, acts.Instant(child, full, (), "x", "applicant"), matter=matter
    )
    assert code == "E_CONDITIONS"
