"""补正 at any counter on real processes: a town that never saw a case takes its papers in."""

from datetime import timedelta

import msgspec
import pytest

from casework import act as acts
from casework.names import MessageId
from sync.clock import SystemClock
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE, WU
from tests.faults.county import County, Entered
from tests.faults.test_two_towns import MATTER, NAME, do
from tests.procedure.stage import HOUSEHOLD, intake_for, papers_for

pytestmark = pytest.mark.processes

SCAN_BYTES = 60_000
_ANSWER = "SELECT answer FROM inquiry"
_DEPOSIT = "SELECT id, at FROM message WHERE kind = 'deposit' AND case_id = ?"
_HELD = (
    "SELECT count(*) FROM part JOIN part_reference AS r ON r.hash = part.hash"
    " JOIN message AS m ON m.id = r.owner"
    " WHERE m.kind = 'deposit' AND part.state = 'held'"
)


async def test_a_town_that_never_saw_a_case_takes_a_supplement_whatever_dies_meanwhile(
    county: County,
) -> None:
    await county.start()
    intake = intake_for(HOUSEHOLD, pickup=TOWN)
    lacking, full = papers_for(MATTER, intake, missing=["m4"]), papers_for(MATTER, intake)
    by = (SystemClock().now() + timedelta(days=35)).date()
    noticed = acts.NotifyDeficiency(lacking, by.isoformat())
    told = await do(county, WU, acts.Receive(intake, lacking), noticed)
    case = Entered(told["case"], told["number"], NAME)
    await county.comes(case, COUNTY, "awaiting_supplement")

    # The county is dead when it is asked: the question waits, and the other town knows nothing.
    await county.kill(COUNTY)
    asked = {"case": case.case, "number": case.number, "purpose": "supply"}
    await county.ask(OTHER_TOWN, "ask county", **asked)
    assert county.rows(OTHER_TOWN, _ANSWER) == [(None,)]
    assert county.heads(OTHER_TOWN) == {}
    await county.start(COUNTY)
    await county.comes(case, OTHER_TOWN, "awaiting_supplement")
    assert county.rows(OTHER_TOWN, _ANSWER) == [("found",)]

    # The papers are kept there, and there alone, when that town dies.
    brought = acts.Supplement(full)
    acted = msgspec.to_builtins([brought])
    await county.kill(COUNTY)
    await county.ask(OTHER_TOWN, "bring", case=case.case, acts=acted, scan_bytes=SCAN_BYTES)
    await county.kill(OTHER_TOWN)
    await county.start(COUNTY, OTHER_TOWN)
    await county.until(lambda: county.one(TOWN, _HELD) == 1, "the papers at the other town")
    [(deposit, at)] = county.rows(TOWN, _DEPOSIT, case.case)
    adopted = acts.TakeUpDeposit(MessageId(deposit), at, brought)
    onward = (adopted, acts.Accept(full), acts.HandOverPen(COUNTY))
    assert await do(county, WU, *onward, case=case.case) == told
    await county.comes(case, COUNTY, "accepted")
    await county.comes(case, OTHER_TOWN, "received")  # the last that it is told

    assert county.one(COUNTY, "SELECT count(*) FROM audit WHERE event = 'asked-found'") == 1
    assert county.one(COUNTY, "SELECT count(*) FROM message WHERE kind = 'reply'") == 1
    assert case.case not in county.heads(VILLAGE)
    report = await county.verify()
    assert [each.left for each in report.cases] == [(OTHER_TOWN,)]
    assert all(each.is_equal for each in report.cases)
