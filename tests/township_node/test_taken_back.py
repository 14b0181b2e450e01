"""A case that the county sends back, takes back or asks for, as its township sees it."""

from msgspec.structs import replace

from casework import act as acts
from casework.case import Status
from casework.entry import Entry
from casework.names import CaseId
from sync.desk import Sitting
from sync.stored import stored_body
from tests.builders import CHEN, COUNTY, TOWN
from tests.centres import LOW_INCOME, Clerk, World, visible

PAPERS = {f"state-m{number}": "present" for number in (1, 2, 3, 4)}


async def test_what_the_county_sends_back_is_listed_with_its_reason(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
    stands = await world.town.services.desk.get_case(case)
    # A machine that does not ask its own rules accepts without a single paper.
    node = world.town.services.desk.node
    head = await node.journal.find_message(stands.head)
    assert head is not None
    receipt = stored_body(head)
    assert isinstance(receipt, Entry)
    unlawful = replace(receipt, previous=stands.head, act=acts.Accept(()), parts=())
    await node.journal.append(unlawful, case=case)
    await world.settle()
    page = visible((await wu.get("/outbox")).text)

    assert "被县里退回 1" in page
    assert "材料不齐" in page


async def reclaimed_and_given_back(world: World, case: CaseId) -> None:
    """The county takes a case from a silent town, and returns it."""
    node = world.county.node
    for act in (
        acts.ReclaimPen(acts.ReclaimGround.LEASE_ENDED, None, hold=False, code=None),
        acts.HandOverPen(TOWN),
    ):
        seen = await world.county_desk.get_case(case)
        head = await node.journal.find_message(seen.head)
        assert head is not None
        entry = stored_body(head)
        assert isinstance(entry, Entry)
        made = replace(entry, previous=seen.head, act=act, parts=(), delegation=None)
        await node.journal.append(made, case=case)


async def test_what_fell_out_of_the_chain_is_listed_and_taken_up_again(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
    await world.settle()
    accepted = await wu.act(case, "accept", **PAPERS)
    [fallen, _] = (await world.town.services.desk.get_case(case)).timeline[-2:]
    await reclaimed_and_given_back(world, case)
    await world.settle()
    home = visible((await wu.get("/?view=claims")).text)
    page = visible((await wu.get(f"/cases/{case}")).text)
    answer = await wu.act(case, "take_up_deposit", deposit=fallen.entry)
    stands = await world.town.services.desk.get_case(case)
    afterwards = visible((await wu.get("/?view=claims")).text)

    assert accepted.status_code == 303
    assert "待采纳 1" in home
    assert "受理（收回后没有计入）" in page
    assert answer.status_code == 303, visible(answer.text)[:900]
    assert stands.status is Status.ACCEPTED
    assert stands.moments("accept")[0].at == fallen.at
    assert "待采纳 1" not in afterwards


async def test_what_fell_out_of_the_chain_and_was_done_again_waits_for_nobody(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
    await world.settle()
    await wu.act(case, "accept", **PAPERS)
    await reclaimed_and_given_back(world, case)
    await world.settle()
    lists = world.town.services.office.lists

    assert await lists.with_open_deposits(TOWN) == (case,)
    again = await wu.act(case, "accept", **PAPERS)
    stands = await world.town.services.desk.get_case(case)
    assert again.status_code == 303, visible(again.text)[:900]
    assert set(stands.fallen) - set(stands.taken_up)
    for node in (TOWN, COUNTY):
        assert await lists.with_open_deposits(node) == ()


async def ask_for(world: World, case: CaseId) -> None:
    """The county asks whoever holds a case for it."""
    desk = world.county_desk
    chen = desk.holdings.officer(CHEN)
    assert chen is not None
    await desk.ask_for_pen("put-right", Sitting(officer=chen, case_id=case))
    await world.settle()


async def test_a_case_that_the_county_asks_for_is_listed_and_given_back(
    world: World, wu: Clerk
) -> None:
    """It began here, so that nobody handed it over to whom it could otherwise go back."""
    case = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
    await world.settle()
    unasked = await wu.act(case, "return_pen", to=COUNTY)
    await ask_for(world, case)
    home = visible((await wu.get("/?view=returns")).text)
    page = visible((await wu.get(f"/cases/{case}")).text)
    answer = await wu.act(case, "return_pen", to=COUNTY)
    afterwards = visible((await wu.get("/?view=returns")).text)
    await world.settle()

    assert unasked.status_code == 409
    assert "待交回 1" in home
    assert "要求交回这个办件（更正、撤销或者重新办理）" in page
    assert answer.status_code == 303, visible(answer.text)[:900]
    assert "待交回" not in afterwards
    assert (await world.county_desk.get_case(case)).pen == COUNTY


async def test_a_wish_for_a_case_is_over_once_its_pen_has_moved(world: World, wu: Clerk) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
    await world.settle()
    await ask_for(world, case)
    await wu.act(case, "return_pen", to=COUNTY)
    await world.settle()
    chen = world.county_desk.holdings.officer(CHEN)
    assert chen is not None
    given = Sitting(officer=chen, case_id=case)
    await world.county_desk.perform(acts.HandOverPen(TOWN), given)
    await world.settle()
    lists = world.town.services.office.lists

    assert await lists.asked_back(TOWN) == ()
    await ask_for(world, case)
    assert await lists.asked_back(TOWN) == (case,)
