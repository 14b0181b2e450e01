"""What is published while a case is under way, and acts that cross in time."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from casework import act as acts
from casework.case import Status
from casework.clock import ClockName
from casework.errors import CaseMovedOnError
from sync.desk import Sitting
from tests.builders import COUNTY, TOWN, VILLAGE
from tests.procedure.stage import (
    CHEN,
    HALL_CLERK,
    HOUSEHOLD,
    LIANG,
    LIN,
    QIU,
    WU,
    Stage,
    intake_for,
    papers_for,
)

ALLOWANCE, ELDERLY = "minimum-living-allowance", "elderly-allowance"


def withdrawn(listed: dict[str, Any]) -> None:
    """The county takes the matter out of its catalogue, as of a day."""
    [matter] = [each for each in listed["matters"] if each["id"] == ELDERLY]
    matter.update(status="retired", effective_until="2026-11-24")


def another_name(listed: dict[str, Any]) -> None:
    [matter] = [each for each in listed["matters"] if each["id"] == ALLOWANCE]
    matter["short_name"] = f"低保{listed['version']}"


def a_holiday(listed: dict[str, Any]) -> None:
    listed["holidays"].append({"date": "2026-11-27", "name": "调休"})
    listed["workdays_per_year"]["2026"] -= 1


async def test_a_matter_that_is_withdrawn_is_finished_where_it_was_received_and_begun_nowhere(
    stage: Stage, tmp_path: Path
) -> None:
    matter = stage.matter(ELDERLY)
    await stage.on("11-23")
    intake = intake_for({"applicant.age": 91})
    full = papers_for(matter, intake)
    under_way = await stage.do(WU, acts.Receive(intake, full), matter=matter)
    draft = await stage.do(WU, acts.Draft(intake), matter=matter)
    await stage.publish(tmp_path / "data", "catalogue.json", withdrawn)
    await stage.on("11-26")
    retired = stage.matter_in(ELDERLY, matter.version)
    await stage.do(WU, acts.Accept(full), case=under_way.id)
    await stage.do(QIU, acts.Take(), case=under_way.id)
    for begun in (draft.id, None):
        receive = acts.Receive(intake, full)
        assert await stage.tried(WU, receive, case=begun, matter=retired) == "E_MATTER_VERSION"
    # What was begun is not lost: it can still be given back.
    await stage.do(WU, acts.Withdraw("applicant"), case=draft.id)
    case = await stage.agreed(under_way.id, TOWN, COUNTY)
    assert case.status is Status.IN_REVIEW
    assert (await stage.agreed(draft.id, TOWN, COUNTY)).status is Status.CLOSED


async def test_what_a_village_collected_goes_up_though_its_version_has_ended(
    stage: Stage, tmp_path: Path
) -> None:
    matter = stage.matter(ALLOWANCE)
    intake = intake_for(HOUSEHOLD)
    full = papers_for(matter, intake)
    await stage.on("11-23")
    case = await stage.do(LIN, acts.Collect(intake, full), matter=matter)
    await stage.publish(tmp_path / "data", "catalogue.json", succeeded)
    await stage.on("12-01")
    await stage.do(LIN, acts.HandOverPen(TOWN), case=case.id)
    await stage.settle()
    newer = stage.matter(ALLOWANCE)
    assert newer.version == matter.version + 1
    receive = acts.Receive(intake, full)
    assert await stage.tried(WU, receive, case=case.id, matter=matter) == "E_MATTER_VERSION"
    await stage.do(WU, receive, case=case.id, matter=newer)
    assert (await stage.agreed(case.id, VILLAGE, TOWN, COUNTY)).matter == newer.ref


def succeeded(listed: dict[str, Any]) -> None:
    """A new version follows on the old one from 1 December."""
    [matter] = [each for each in listed["matters"] if each["id"] == ALLOWANCE]
    newer = {**matter, "version": matter["version"] + 1, "effective_from": "2026-12-01"}
    matter["effective_until"] = "2026-11-30"
    listed["matters"].append(newer)


async def test_a_version_that_is_withdrawn_without_a_day_takes_nothing_in(
    stage: Stage, tmp_path: Path
) -> None:
    matter = stage.matter(ELDERLY)

    def at_once(listed: dict[str, Any]) -> None:
        [each] = [each for each in listed["matters"] if each["id"] == ELDERLY]
        each.update(status="retired", effective_until=None)

    await stage.publish(tmp_path / "data", "catalogue.json", at_once)
    intake = intake_for({"applicant.age": 91})
    retired = stage.matter_in(ELDERLY, matter.version)
    receive = acts.Receive(intake, papers_for(matter, intake))
    assert await stage.tried(WU, receive, matter=retired) == "E_MATTER_VERSION"


async def test_calendars_that_disagree_name_their_version_and_agree_once_both_hold_the_newer(
    stage: Stage, tmp_path: Path
) -> None:
    matter = stage.matter(ALLOWANCE)
    intake = intake_for(HOUSEHOLD)
    full = papers_for(matter, intake)
    await stage.on("11-23")
    taken = (acts.Receive(intake, full), acts.Accept(full))
    case = await stage.do(WU, *taken, matter=matter)
    await stage.settle()
    stage.cut_off.add(TOWN)
    await stage.publish(tmp_path / "data", "calendar.json", a_holiday)
    there, here = stage.ledger(case, TOWN), stage.ledger(case, COUNTY)
    assert here.calendar_version == there.calendar_version + 1
    assert stage.due(case, ClockName.PROMISED, TOWN) == "2026-12-23"
    assert stage.due(case, ClockName.PROMISED, COUNTY) == "2026-12-24"
    stage.cut_off.clear()
    await stage.settle()
    case = await stage.agreed(case.id, TOWN, COUNTY)
    assert stage.due(case, ClockName.PROMISED, TOWN) == "2026-12-24"


async def test_a_node_two_catalogues_behind_takes_in_and_is_admitted_by_the_version_it_had(
    stage: Stage, tmp_path: Path
) -> None:
    matter = stage.matter(ALLOWANCE)
    stage.cut_off.add(TOWN)
    for _ in range(2):
        await stage.publish(tmp_path / "data", "catalogue.json", another_name)
    intake = intake_for(HOUSEHOLD)
    full = papers_for(matter, intake)
    await stage.on("11-23")
    taken = (acts.Receive(intake, full), acts.Accept(full))
    case = await stage.do(WU, *taken, matter=matter)
    behind, ahead = (stage.desks[node].holdings.versions for node in (TOWN, COUNTY))
    assert behind.catalogue == ahead.catalogue - 2
    stage.cut_off.clear()
    known = await stage.agreed(case.id, TOWN, COUNTY)
    assert known.status is Status.ACCEPTED
    versions = [stage.desks[node].holdings.versions for node in (TOWN, COUNTY)]
    assert versions[0].catalogue == versions[1].catalogue


async def test_of_two_who_act_on_the_same_screen_at_one_instant_the_second_looks_again(
    stage: Stage,
) -> None:
    matter = stage.matter(ALLOWANCE)
    intake = intake_for(HOUSEHOLD)
    full = papers_for(matter, intake)
    case = await stage.do(WU, acts.Receive(intake, full), matter=matter)
    desk, wu = stage.desk_of(WU)
    sitting = Sitting(officer=wu, case_id=case.id, seen=case.head)
    done = await desk.perform(acts.Accept(full), sitting)
    code = None
    try:
        await desk.perform(acts.ChangePickup(COUNTY), sitting)
    except CaseMovedOnError as refused:
        code = refused.code
    assert code == "E_CASE_MOVED_ON"
    # Several acts of one instant keep the order in which they were written, at every node.
    same = await stage.agreed(done.id, TOWN, COUNTY)
    assert len({moment.at for moment in same.timeline}) == 1
    assert [moment.act for moment in same.timeline] == ["receive", "accept"]
    assert stage.clock_of(same, ClockName.NOTICE).state == "stopped"


async def test_a_case_is_taken_from_a_silent_village_when_its_township_is_silent_too(
    stage: Stage,
) -> None:
    matter = stage.matter(ALLOWANCE)
    intake = intake_for(HOUSEHOLD)
    await stage.on("11-23")
    collected = acts.Collect(intake, papers_for(matter, intake))
    case = (await stage.do(LIN, collected, matter=matter)).id
    reclaim = acts.ReclaimPen(
        acts.ReclaimGround.LEASE_ENDED, None, False, "E_LEASE_ENDED", approved_by=LIANG
    )
    await stage.settle()
    stage.cut_off.add(VILLAGE)
    await stage.on("11-30")
    assert await stage.refused(CHEN, reclaim, case=case) == "E_IN_REACH"
    stage.cut_off.add(TOWN)
    await stage.on("12-04", "08:59")  # its lease of three days, and a day of grace
    assert await stage.refused(CHEN, reclaim, case=case) == "E_IN_REACH"
    await stage.on("12-04", "09:01")
    await stage.do(CHEN, reclaim, case=case)
    stage.cut_off.clear()
    taken = await stage.agreed(case, VILLAGE, TOWN, COUNTY)
    assert taken.pen == COUNTY
    assert taken.timeline[-1].approved_by == LIANG


async def test_what_is_done_by_a_clock_that_was_set_back_is_dated_after_what_is_known(
    stage: Stage,
) -> None:
    matter = stage.matter(ALLOWANCE)
    intake = intake_for(HOUSEHOLD)
    full = papers_for(matter, intake)
    await stage.on("11-23")
    taken = (acts.Receive(intake, full), acts.HandOverPen(COUNTY))
    case = await stage.do(WU, *taken, matter=matter)
    await stage.settle()
    stage.clock.set_wall(stage.clock.now() - timedelta(hours=1))
    accepted = await stage.do(HALL_CLERK, acts.Accept(full), case=case.id)
    assert accepted.status is Status.ACCEPTED
    received, *_, last = accepted.timeline
    assert last.at >= received.at > stage.clock.now()
