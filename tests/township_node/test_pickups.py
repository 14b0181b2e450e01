"""The department comes to the window for papers that cannot travel electronically."""

from casework import act as acts
from casework.calls import CallKind
from casework.case import Case
from casework.names import CaseId
from sync.case_lists import CaseLists
from sync.desk import Attachment, Sitting, Step
from tests.builders import CHEN, OTHER_TOWN, TOWN, WU
from tests.centres import LOW_INCOME, TONG, Clerk, World, visible
from tests.webui.paper_text import text_of

DAY = "2026-12-20"
COLLECTOR = {"collector_name": "徐志强", "collector_number": "民政0113"}


async def called(world: World, wu: Clerk) -> CaseId:
    """Accepted in the town, taken at the county, which comes for two papers."""
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    await world.settle()
    chen = world.county.store.holdings.officer(CHEN)
    assert chen is not None
    steps = (Step(acts.Take()), Step(acts.CallForPapers(TOWN, ("m1", "m3"), DAY)))
    await world.county_desk.perform_all(steps, Sitting(officer=chen, case_id=case))
    await world.settle()
    return case


async def adopted(world: World, case: CaseId) -> Case:
    """Chen takes up what the counter deposited."""
    chen = world.county.store.holdings.officer(CHEN)
    assert chen is not None
    node, desk = world.county.node, world.county_desk
    deposit, at = next(iter((await node.journal.open_deposits(case)).items()))
    stands = await desk.get_case(case)
    act = acts.CollectPapers(stands.pickups[0].id, WU)
    sheet = Attachment("collector", "application/json", b'{"name":"x","staff_number":"1"}')
    sitting = Sitting(officer=chen, case_id=case)
    return await desk.perform(acts.TakeUpDeposit(deposit, at, act), sitting, (sheet,))


async def test_wu_finds_the_papers_to_be_fetched_hands_them_out_and_it_is_recorded(
    world: World, wu: Clerk
) -> None:
    assert "待取件" not in visible((await wu.get("/")).text)
    case = await called(world, wu)
    home = (await wu.get("/?view=pickups")).text
    assert "待取件" in visible(home)
    assert f"/cases/{case}" in home
    page = visible((await wu.get(f"/cases/{case}")).text)
    assert "最低生活保障申请表" in page
    assert "登记取走" in page

    pickup = (await world.town.services.desk.get_case(case)).pickups[0]
    silent = await wu.act(case, "collect_papers", call=pickup.id, collector_name="徐志强")
    assert silent.status_code == 422
    answer = await wu.act(case, "collect_papers", call=pickup.id, **COLLECTOR)
    assert answer.status_code == 303, visible(answer.text)[:900]
    page = visible((await wu.get(f"/cases/{case}")).text)
    assert "由 徐志强（民政0113） 取走" in page
    assert f"/cases/{case}" not in (await wu.get("/?view=pickups")).text
    await world.settle()
    assert await CaseLists(world.county_desk).with_open_deposits(world.county.node.id) == (case,)

    done = (await adopted(world, case)).pickups[0].collected
    assert done is not None
    assert done.officer == WU
    await world.settle()
    assert await CaseLists(world.town.services.desk).called(CallKind.PAPERS, TOWN) == ()
    assert "已取走" in visible((await wu.get(f"/cases/{case}")).text)


async def test_the_slip_names_the_papers_and_leaves_room_for_both_signatures(
    world: World, wu: Clerk
) -> None:
    case = await called(world, wu)
    entry = (await world.town.services.desk.get_case(case)).pickups[0].entry
    answer = await wu.get(f"/cases/{case}/papers/transfer-slip?entry={entry}")
    told = "".join(text_of(answer.content).split())

    assert answer.status_code == 200
    for words in ("物料流转单", "最低生活保障申请表", "移交人签名", "递送人签名", "民政局"):
        assert words in told, told


async def test_only_the_counter_where_they_lie_hands_them_out(world: World, wu: Clerk) -> None:
    case = await called(world, wu)
    tong = await world.other.sign_in(TONG)
    assert "待取件" not in visible((await tong.get("/")).text)
    assert (await tong.get(f"/cases/{case}")).status_code == 404
    assert await CaseLists(world.other.services.desk).called(CallKind.PAPERS, OTHER_TOWN) == ()
