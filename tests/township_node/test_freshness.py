"""What a page says of another place is said as of when it was known, at every tier."""

from datetime import timedelta

from casework.freshness import SILENT_AFTER
from casework.names import CaseId, NodeId
from sync.clock import ManualClock
from sync.hearing import read_heard
from sync.node import Node
from sync.silence import tell_silence
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.centres import LOW_INCOME, TONG, Clerk, World, visible
from tests.lines import greet, settle

KNOWN = "以下为 12:00 时所知"
SILENT = "12:00 后未联络"
ROW = "12:00 时所知"
# Less than a session lasts idle.
OUTAGE = SILENT_AFTER + timedelta(minutes=10)


def pass_by(world: World, span: timedelta = OUTAGE) -> None:
    clock = world.county.node.clock
    assert isinstance(clock, ManualClock)
    clock.advance(span)


async def silence(node: Node, of: NodeId) -> NodeId | None:
    """Whom a node takes to be silent on the way to another."""
    known = await node.database.read(lambda work: read_heard(work, node.id))
    found = known.silence(of, node.clock.now())
    return found.node if found else None


async def page_of(clerk: Clerk, case: CaseId) -> str:
    return visible((await clerk.get(f"/cases/{case}")).text)


async def handed_up(world: World, wu: Clerk) -> CaseId:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    await world.settle()
    return case


async def test_a_case_at_the_county_is_shown_as_of_the_last_contact(
    world: World, wu: Clerk
) -> None:
    case = await handed_up(world, wu)
    assert SILENT not in await page_of(wu, case)
    assert ROW not in visible((await wu.get("/cases?view=elsewhere")).text)
    pass_by(world)
    assert KNOWN in await page_of(wu, case)
    assert ROW in visible((await wu.get("/cases?view=elsewhere")).text)

    await world.settle()
    assert SILENT not in await page_of(wu, case)


async def test_what_lies_here_is_known_now_and_so_is_what_nobody_else_has(
    world: World, wu: Clerk
) -> None:
    here = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
    unsent = await wu.taken("minimum-living-allowance", {**LOW_INCOME, "name": "陈秀芳"})
    pass_by(world)

    assert SILENT not in await page_of(wu, here)
    assert SILENT not in await page_of(wu, unsent)


async def test_the_county_tells_the_towns_who_is_silent_and_who_is_back(world: World) -> None:
    county, other = world.county.node, world.other.node
    pass_by(world)
    await settle([(other, county)])
    assert await silence(county, TOWN) == TOWN
    assert await silence(county, VILLAGE) == TOWN
    assert await silence(other, TOWN) is None
    await county.change(tell_silence)
    await settle([(other, county)])
    assert await silence(other, TOWN) == TOWN
    assert await silence(other, VILLAGE) == TOWN
    assert await silence(other, COUNTY) is None

    await world.settle()
    await county.change(tell_silence)
    await world.settle()
    assert await silence(other, TOWN) is None


async def test_a_village_is_known_as_its_township_says_and_hears_of_the_county_from_it(
    world: World,
) -> None:
    county, town, village = world.county.node, world.town.node, world.village.node
    pass_by(world)
    await settle([(town, county)])
    await town.change(tell_silence)
    await settle([(town, county)])
    assert await silence(county, TOWN) is None
    assert await silence(county, VILLAGE) == VILLAGE

    pass_by(world)
    await settle([(village, town)])
    await town.change(tell_silence)
    await settle([(village, town)])
    assert await silence(village, TOWN) is None
    assert await silence(village, COUNTY) == COUNTY
    assert await silence(village, OTHER_TOWN) == COUNTY


async def test_another_town_hears_that_a_village_is_silent_and_when_it_is_back(
    world: World,
) -> None:
    """A result may wait to be handed over in the village of a town that this one never meets."""
    county, town, other = world.county.node, world.town.node, world.other.node
    lines = [(town, county), (other, county)]
    pass_by(world)
    await settle(lines)
    await town.change(tell_silence)
    await county.change(tell_silence)
    await settle(lines)
    assert await silence(other, TOWN) is None
    assert await silence(other, VILLAGE) == VILLAGE

    await world.settle()
    await town.change(tell_silence)
    await settle(lines)
    assert await silence(other, VILLAGE) is None


async def test_silence_is_told_once_for_each_change(world: World) -> None:
    county = world.county.node

    async def told() -> int:
        rows = await county.database.fetch(
            "SELECT COUNT(*) FROM message WHERE kind = 'contact-report'"
        )
        return int(rows[0][0])

    for _ in range(3):
        await county.change(tell_silence)
    assert await told() == 1
    pass_by(world)
    for _ in range(3):
        await county.change(tell_silence)
        pass_by(world, timedelta(minutes=1))
    assert await told() == 2


async def test_a_neighbour_that_announces_more_than_it_has_sent_is_known_as_of_before(
    world: World, wu: Clerk
) -> None:
    """Back in contact with a backlog that is still on its way."""
    county, town = world.county.node, world.town.node
    pass_by(world)
    await wu.taken("minimum-living-allowance", LOW_INCOME)
    await greet(town, county)
    assert await silence(county, TOWN) == TOWN
    await greet(town, county)
    assert await silence(county, TOWN) == TOWN
    await settle([(town, county)])
    assert await silence(county, TOWN) is None


async def test_an_answer_that_cannot_come_says_so(world: World, wu: Clerk) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
    words = {"ask_to": OTHER_TOWN, "answer_by": "2026-12-20", "question": "是否在贵镇居住？"}
    await wu.act(case, "ask", **words)
    await world.settle()
    assert SILENT not in await page_of(wu, case)
    pass_by(world)
    assert SILENT in await page_of(wu, case)


async def test_who_has_to_do_with_a_case_no_more_says_until_when_it_did(
    world: World, wu: Clerk
) -> None:
    """A counter that the applicant had chosen, and then did not."""
    fields = {**LOW_INCOME, "pickup": OTHER_TOWN}
    case = await wu.taken("minimum-living-allowance", fields, "receive")
    await world.settle()
    tong = await world.other.sign_in(TONG)
    assert "不再参与" not in await page_of(tong, case)
    await wu.act(case, "change_pickup", pickup=TOWN)
    await world.settle()

    assert "本单位不再参与这个办件" in await page_of(tong, case)
    assert ROW in visible((await tong.get("/cases?view=elsewhere")).text)
