"""Stories 4 and 5 on real processes: what falls out of a case is kept, with its day, and adopted.

The county takes a pen from a town that went on offline, and refuses a village's word on which the
town had accepted meanwhile.
"""

from typing import Final

import pytest

from casework import act as acts
from casework.act import Outcome, ReclaimGround
from casework.case import Status
from casework.instants import instant_text
from casework.names import OfficerId
from tests.builders import COUNTY, TOWN, VILLAGE, ZHOU
from tests.faults.scene import Processes
from tests.procedure.liar import GRANT
from tests.procedure.scene import MATTER
from tests.procedure.stage import HOUSEHOLD, LIN, QIU, WU, intake_for, papers_for

pytestmark = pytest.mark.processes

CHIEF, BOSS = OfficerId("o0057"), OfficerId("o0059")  # of forestry
LEASE_AND_GRACE_DAYS: Final = 4
_AT: Final = "SELECT at FROM message WHERE id = ?"


async def test_what_an_offline_town_added_after_its_pen_was_taken_falls_and_is_kept(
    scene: Processes,
) -> None:
    matter = scene.matter(MATTER)
    intake = intake_for({"volume_m3": "8"})
    full = papers_for(matter, intake)
    taken = (acts.Receive(intake, full), acts.Accept(full))
    case = (await scene.do(WU, *taken, matter=matter)).id
    await scene.settle()
    scene.cut(TOWN)
    await scene.do(QIU, acts.Take(), acts.Opine(2, Outcome.PASS), GRANT, case=case)
    before = scene.held(case, TOWN)

    reclaim = acts.ReclaimPen(
        ReclaimGround.LEASE_ENDED, None, hold=False, code="E_LEASE_ENDED", approved_by=BOSS
    )
    assert await scene.tried(CHIEF, reclaim, case=case) == {"refused": "E_IN_REACH"}
    await scene.later(days=LEASE_AND_GRACE_DAYS)
    await scene.do(CHIEF, reclaim, case=case)
    await scene.do(CHIEF, acts.Take(), case=case)
    await scene.heal()
    await scene.county.until(lambda: scene.held(case).fallen, "what the town added has come")
    held = await scene.agreed(case, COUNTY, TOWN)
    assert (held.pen, held.status, held.decision) == (COUNTY, Status.IN_REVIEW, None)
    added = before.timeline[-3:]
    assert set(held.fallen) == {each.entry for each in added}
    # Nothing of it was lost, and its days are those on which the town did it.
    for each in added:
        stored = {scene.county.one(node, _AT, each.entry) for node in (COUNTY, TOWN)}
        assert stored == {instant_text(each.at)}


async def test_on_a_villages_word_that_is_refused_nothing_stands_and_its_day_is_not_lost(
    scene: Processes,
) -> None:
    matter = scene.matter("minimum-living-allowance")
    intake = intake_for(HOUSEHOLD, channel="village_agent")
    full = papers_for(matter, intake)
    case = (await scene.do(LIN, acts.Collect(intake, full), matter=matter)).id
    await scene.settle()
    scene.cut(TOWN)
    handed = acts.HandOverPen(TOWN)
    await scene.liar(VILLAGE).signs(case, handed, delegation=None, officer=ZHOU)
    await scene.settle()
    receive, accept = acts.Receive(intake, full), acts.Accept(full)
    await scene.do(WU, receive, accept, case=case)
    received, accepted = scene.held(case, TOWN).timeline[-2:]

    await scene.heal()
    await scene.county.until(
        lambda: scene.held(case, VILLAGE).fallen, "the village has heard that it was refused"
    )
    refused = await scene.agreed(case, COUNTY, TOWN, VILLAGE)
    assert refused.status is Status.COLLECTED
    assert {received.entry, accepted.entry} <= set(refused.fallen)
    assert refused.timeline[-2].code == "E_OFFICER_NOT_HERE"
    assert refused.pen == VILLAGE

    await scene.do(LIN, handed, case=case)
    await scene.settle()
    for was, again in (
        (received, acts.TakeUpDeposit(received.entry, instant_text(received.at), receive)),
        (accepted, acts.TakeUpDeposit(accepted.entry, instant_text(accepted.at), accept)),
    ):
        assert scene.county.one(COUNTY, _AT, was.entry) == again.at
        await scene.do(WU, again, case=case)
    standing = await scene.agreed(case, COUNTY, TOWN, VILLAGE)
    assert (standing.pen, standing.status) == (TOWN, Status.ACCEPTED)
    [stands] = [each for each in standing.timeline if each.act == "accept"]
    assert stands.at == accepted.at
