"""Scenarios 2 and 9 on real processes: one application at two towns, and who may approve it."""

from typing import Any

import msgspec
import pytest

from casework import act as acts
from casework.act import AnyAct
from casework.names import CaseId, OfficerId
from tests import county as shipped
from tests.builders import CHEN, COUNTY, OTHER_TOWN, TOWN, VILLAGE, WU, ZHOU
from tests.faults.county import County, Entered
from tests.procedure.stage import (
    HOUSEHOLD,
    OTHER_APPROVER,
    OTHER_LEADER,
    QIU,
    intake_for,
    papers_for,
)

pytestmark = pytest.mark.processes

MATTER = shipped.matter("minimum-living-allowance")
NAME = "陈桂兰"
AT = {WU: TOWN, QIU: TOWN, ZHOU: OTHER_TOWN, OTHER_APPROVER: OTHER_TOWN, OTHER_LEADER: OTHER_TOWN}
GRANT = acts.DecideGrant((), "D-1")


async def do(county: County, officer: OfficerId, *done: AnyAct, **said: Any) -> dict[str, str]:
    """What an officer does at the node where they work."""
    told = {"officer": officer, "name": NAME, "acts": msgspec.to_builtins(done), **said}
    answer: dict[str, str] = await county.ask(AT.get(officer, COUNTY), "do", **told)
    return answer


async def taken_in(county: County, officer: OfficerId) -> tuple[Entered, tuple[AnyAct, ...]]:
    """A clerk takes the application in and accepts it, whether or not anybody can be reached."""
    intake = intake_for(HOUSEHOLD, pickup=AT[officer])
    taken = (acts.Receive(intake, full := papers_for(MATTER, intake)), acts.Accept(full))
    told = await do(county, officer, *taken)
    return Entered(told["case"], told["number"], NAME), taken


async def test_one_application_at_two_towns_is_decided_once_and_both_receipts_are_found(
    county: County,
) -> None:
    await county.start(TOWN, OTHER_TOWN)  # and no county: both are offline
    (earlier, _), (later, _) = await taken_in(county, WU), await taken_in(county, ZHOU)
    for officer, case in ((WU, earlier), (ZHOU, later)):
        await do(county, officer, acts.HandOverPen(COUNTY), case=case.case)
    await county.start(COUNTY)
    for case in (earlier, later):
        await county.comes(case, COUNTY, "accepted")
    for case in (earlier, later):
        await do(county, CHEN, acts.Take(), acts.JudgeMaterials(()), case=case.case)
        assert await do(county, CHEN, GRANT, case=case.case) == {"refused": "E_DUPLICATE"}

    merge = acts.MergeInto(CaseId(later.case))
    assert await do(county, CHEN, merge, case=earlier.case) == {"refused": "E_NOT_DUPLICATE"}
    merge = acts.MergeInto(CaseId(earlier.case))
    assert (await do(county, CHEN, merge, case=later.case))["number"] == later.number
    assert (await do(county, CHEN, GRANT, case=earlier.case))["number"] == earlier.number
    await county.comes(later, OTHER_TOWN, "closed")
    await county.comes(earlier, TOWN, "decided")
    for case in (earlier, later):
        sql = "SELECT id FROM case_row WHERE number = ?"
        assert county.one(COUNTY, sql, case.number) == case.case
    await county.start(VILLAGE)
    report = await county.verify()
    assert all(each.is_equal for each in report.cases)


async def test_the_pilot_town_approves_by_others_than_those_who_took_in(county: County) -> None:
    await county.start(COUNTY, OTHER_TOWN)
    case, taken = await taken_in(county, ZHOU)
    assert await do(county, OTHER_LEADER, *taken) == {"refused": "E_ROLE"}
    await do(county, OTHER_APPROVER, acts.Take(), case=case.case)
    assert await do(county, ZHOU, GRANT, case=case.case) == {"refused": "E_ROLE"}
    assert await do(county, OTHER_LEADER, GRANT, case=case.case) == {"refused": "E_TWO_PERSON"}
    await do(county, OTHER_APPROVER, acts.Opine(5, acts.Outcome.PASS), case=case.case)
    assert (await do(county, OTHER_LEADER, GRANT, case=case.case))["number"] == case.number
    await county.comes(case, COUNTY, "decided")
