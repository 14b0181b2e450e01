"""Where the printed numbers are: what the county says of its blocks, and of their gaps."""

from itertools import pairwise
from pathlib import Path

from casework import act as acts
from casework.numbering import GapReason, NumberKind, read_number
from central.services.numbers import NodeNumbers
from tests.builders import COUNTY, TOWN
from tests.central.reviewing import LUO, OUYANG, Office
from tests.founded import enrol
from tests.procedure.stage import HOUSEHOLD, WU, Stage, a_stage, intake_for, papers_for

MATTER = "minimum-living-allowance"


async def of_the_town(stage: Stage) -> NodeNumbers:
    return next(each for each in await stage.county.numbers() if each.node == TOWN)


async def taken_in(stage: Stage) -> str:
    matter = stage.matter(MATTER)
    intake = intake_for(HOUSEHOLD)
    case = await stage.do(WU, acts.Receive(intake, papers_for(matter, intake)), matter=matter)
    return case.number


async def test_every_number_of_a_block_is_used_or_has_its_reason(
    founded: Path, tmp_path: Path
) -> None:
    async with a_stage(founded, tmp_path) as stage:
        before = await of_the_town(stage)
        assert before.used == 0
        first = await taken_in(stage)
        await stage.nodes[TOWN].node.journal.take_number(NumberKind.CASE)
        third = await taken_in(stage)
        await stage.settle()
        now = await of_the_town(stage)

    assert now.used == 2
    assert now.count(GapReason.AWAITED) == 1
    assert now.count(GapReason.FREE) == before.count(GapReason.FREE) - 3
    [(gap, why, lost, _)] = now.explained()
    assert why is GapReason.AWAITED
    serials = [read_number(each) for each in (first, lost, third)]
    assert all(serials)
    assert [each.serial for each in serials if each] == [gap.first - 1, gap.first, gap.first + 1]
    assert not now.is_low


async def test_what_a_replaced_machine_had_left_is_given_back_and_never_used_again(
    founded: Path, tmp_path: Path
) -> None:
    async with a_stage(founded, tmp_path) as stage:
        await taken_in(stage)
        await stage.settle()
        old = await of_the_town(stage)
        await enrol(stage.county, tmp_path, TOWN, stage.clock, name="second")
        await stage.nodes[COUNTY].node.tick()
        now = await of_the_town(stage)

    assert now.used == 1
    assert now.count(GapReason.GIVEN_BACK) == old.count(GapReason.FREE)
    assert now.count(GapReason.FREE) > 0
    spans = sorted((each.block.first, each.block.last) for each in now.accounts)
    assert all(one[1] < other[0] for one, other in pairwise(spans))


async def test_the_node_page_shows_them_to_administrators(office: Office) -> None:
    await office.case()
    admin = await office.sign_in(LUO)
    page = (await admin.get("/nodes")).text
    assert 'hx-get="/nodes/numbers"' in page
    answer = await admin.get("/nodes/numbers")
    assert answer.status_code == 200
    assert "可用" in answer.text
    assert TOWN in answer.text
    clerk = await office.sign_in(OUYANG)
    assert (await clerk.get("/nodes/numbers")).status_code == 403
