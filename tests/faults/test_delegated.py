"""The delegation fixture under stress, on real processes: who decides what, and what is left of it.

The pilot town's grant is taken back while it is offline, the other town is asked for more than it
was given, a village for what it never was, and one approver stands in for the other on a Sunday
that is worked.
"""

from pathlib import Path
from typing import Any, Final

import pytest

from casework import act as acts
from casework.act import AnyAct, FactOnWire, Outcome
from casework.case import Status
from casework.names import CaseId, OfficerId
from casework.verdict import Judgement
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE, ZHOU
from tests.faults.scene import Processes
from tests.procedure.liar import GRANT
from tests.procedure.lies import SINCE
from tests.procedure.scene import MATTER, revoking
from tests.procedure.stage import (
    HOUSEHOLD,
    LIN,
    OTHER_APPROVER,
    OTHER_LEADER,
    QIU,
    REN,
    WU,
    intake_for,
    papers_for,
)

pytestmark = pytest.mark.processes

ALLOWANCE, WORKSHOP, ELDERLY = (
    "minimum-living-allowance",
    "small-workshop-registration",
    "elderly-allowance",
)
PILOT: Final = "d0203"  # by which the pilot town decides on the allowance
CHIEF: Final = OfficerId("o0057")  # of forestry
SUNDAY: Final = "2026-11-29"
_JUDGED: Final = "SELECT judgement, grounds FROM judged_decision WHERE case_id = ?"


def taking(scene: Processes, matter: str, **facts: FactOnWire) -> tuple[AnyAct, AnyAct]:
    intake = intake_for(facts)
    full = papers_for(scene.matter(matter), intake)
    return acts.Receive(intake, full), acts.Accept(full)


async def taken_in(
    scene: Processes, officer: OfficerId, matter: str, **facts: FactOnWire
) -> CaseId:
    taken = taking(scene, matter, **facts)
    return (await scene.do(officer, *taken, matter=scene.matter(matter))).id


async def judged(scene: Processes, case: CaseId) -> tuple[str, str]:
    await scene.county.until(lambda: scene.county.rows(COUNTY, _JUDGED, case), "it is judged")
    [(judgement, grounds)] = scene.county.rows(COUNTY, _JUDGED, case)
    return judgement, grounds


async def reviewed_by_the_pilot(scene: Processes) -> CaseId:
    case = await taken_in(scene, ZHOU, ALLOWANCE, **HOUSEHOLD)
    await scene.do(OTHER_APPROVER, acts.Take(), acts.Opine(5, Outcome.PASS), case=case)
    return case


async def test_a_grant_is_taken_back_in_the_middle_of_an_outage(
    scene: Processes, tmp_path: Path
) -> None:
    await scene.county.start(OTHER_TOWN)
    await scene.settle()
    one, other = [await reviewed_by_the_pilot(scene) for _ in range(2)]
    await scene.settle()
    scene.cut(OTHER_TOWN)
    edit = revoking("suspend", SINCE, PILOT)
    await scene.publish(tmp_path / "files", "delegations.json", edit)
    await scene.do(OTHER_LEADER, GRANT, case=one)  # which could not know

    await scene.heal()
    assert await judged(scene, one) == (Judgement.SUSPENDED.value, "E_REVOKED_SUSPEND")
    held = await scene.agreed(one, COUNTY, OTHER_TOWN)
    assert (held.status, held.held, held.pen) == (Status.DECIDED, True, COUNTY)
    assert await scene.tried(OTHER_LEADER, GRANT, case=other) == {"refused": "E_DELEGATION_REVOKED"}


async def test_each_decides_what_it_was_given_and_nothing_beyond(scene: Processes) -> None:
    within = await taken_in(scene, WU, MATTER, volume_m3="15")
    decides = (acts.Take(), acts.Opine(2, Outcome.PASS), GRANT)
    await scene.do(QIU, *decides, case=within)
    assert await judged(scene, within) == (Judgement.CONFIRMED.value, "")

    beyond = await taken_in(scene, WU, MATTER, volume_m3="15.2")
    assert await scene.tried(QIU, *decides, case=beyond) == {"refused": "E_NOT_DELEGATED"}
    await scene.do(WU, acts.HandOverPen(COUNTY), case=beyond)
    await scene.settle()
    await scene.do(CHIEF, acts.Take(), case=beyond)
    assert (await scene.agreed(beyond, COUNTY, TOWN)).status is Status.IN_REVIEW

    workshop = taking(scene, WORKSHOP)
    refused = await scene.tried(LIN, *workshop, matter=scene.matter(WORKSHOP))
    assert refused == {"refused": "E_NOT_DELEGATED"}
    receive, _ = taking(scene, ELDERLY)
    allowed = (await scene.do(LIN, receive, matter=scene.matter(ELDERLY))).id
    assert scene.held(allowed, VILLAGE).status is Status.RECEIVED


def a_sunday_that_is_worked(listed: Any) -> None:
    listed["makeup_workdays"].append({"date": SUNDAY, "for": "调休"})
    listed["workdays_per_year"]["2026"] += 1


def on_that_sunday_only(listed: Any) -> None:
    [pair] = [each for each in listed["ab_pairs"] if {each["a"], each["b"]} == {QIU, REN}]
    pair |= {"from": SUNDAY, "until": SUNDAY}


async def test_one_stands_in_for_the_other_on_a_sunday_that_is_worked(
    scene: Processes, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    await scene.publish(folder, "calendar.json", a_sunday_that_is_worked)
    await scene.publish(folder, "organisation.json", on_that_sunday_only)

    async def reviewed() -> CaseId:
        case = await taken_in(scene, WU, MATTER, volume_m3="8")
        await scene.do(REN, acts.Take(), acts.Opine(2, Outcome.PASS), case=case)
        return case

    async def grants(case: CaseId) -> str | None:
        return (await scene.tried(REN, GRANT, case=case, acting_for=QIU)).get("refused")

    early = await reviewed()
    assert await grants(early) == "E_SUBSTITUTE"
    await scene.later(days=6)
    worked = await reviewed()
    scene.cut(TOWN)
    assert await grants(worked) is None
    await scene.later(days=1)
    assert await grants(early) == "E_SUBSTITUTE"
    await scene.heal()
    assert await judged(scene, worked) == (Judgement.CONFIRMED.value, "")
    moment = scene.held(worked).timeline[-1]
    assert (moment.officer, moment.acting_for) == (REN, QIU)
