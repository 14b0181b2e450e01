"""What a township is told of its powers, and of what became of its decisions."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.act import Outcome
from casework.names import CaseId, MessageId
from casework.sampling import Finding, SampleParty
from central.services.queues import Queues
from central.services.sampling import Sampling
from central.store.returns import Returns
from sync.clock import ManualClock
from sync.desk import Sitting, Step
from sync.sampled_weeks import weeks_in
from tests.centres import QIU, TIMBER, WEN, Clerk, World, visible
from tests.procedure.stage import APPLICANT, TOWN_LEADER, brought_by
from township_node.services.sampling import SampleError, record, sampled_here

FELLING = "采伐蓄积不超过15立方米"


async def page_of(clerk: Clerk) -> str:
    return visible((await clerk.get("/powers")).text)


async def decided(world: World, case: CaseId) -> None:
    """Qiu decides a felling by the town's own power."""
    desk = world.town.services.desk
    qiu = desk.holdings.officer(QIU)
    assert qiu is not None
    steps = (acts.Take(), acts.Opine(2, Outcome.PASS), acts.DecideGrant((), None))
    done = [Step(each, brought_by(each, APPLICANT)) for each in steps]
    await desk.perform_all(done, Sitting(officer=qiu, case_id=case))


def clock_of(world: World) -> ManualClock:
    clock = world.town.node.clock
    assert isinstance(clock, ManualClock)
    return clock


async def test_it_sees_what_it_may_do_until_when_and_who(world: World, wu: Clerk) -> None:
    await world.settle()
    page = await page_of(wu)
    for told in ("本镇权限", FELLING, "剩 60 件", "审批员", "受理人不得审批", "2027-02-28"):
        assert told in page
    assert "现在不能" not in page
    # The bar of every page leads there.
    assert 'href="/powers"' in (await wu.get("/cases")).text
    assert 'href="/powers"' in (await wu.get("/sync/bar")).text


@pytest.mark.parametrize(
    ("hours", "open_"), [(20, "现在可以"), (25, "超过了离线可用时间，请与县平台联络一次")]
)
async def test_past_its_reach_it_is_told_so_and_that_intake_goes_on(
    world: World, hours: int, open_: str
) -> None:
    await world.settle()
    clock_of(world).advance(timedelta(hours=hours))
    page = await page_of(await world.town.sign_in(QIU))
    at = page.index(FELLING)
    assert open_ in page[at : at + 80]
    assert "断网、超过联络期、时间待核时都照常办理" in page


async def test_a_suspect_clock_is_told_with_the_steps_that_clear_it(
    world: World, wu: Clerk
) -> None:
    await world.settle()
    clock = clock_of(world)
    clock.set_wall(clock.now() - timedelta(minutes=30))
    await wu.taken("timber-felling-permit", TIMBER)  # taken in all the same
    page = await page_of(wu)
    for told in ("本机时间待核", "请系统管理员把本机时间调准", "按 F7 立即同步", "收件照常进行"):
        assert told in page
    assert "现在不能" in page
    clock.set_wall(clock.now() + timedelta(minutes=31))
    await world.settle()
    assert "本机时间待核" not in await page_of(wu)


async def test_it_sees_its_quota_shrink_and_what_the_county_said(world: World, wu: Clerk) -> None:
    await world.settle()
    await decided(world, await wu.taken("timber-felling-permit", TIMBER))
    page = await page_of(wu)
    assert "剩 59 件" in page
    assert "县里核验过的决定都已确认" in page
    await world.settle()
    assert "县里已确认的决定 1" in (await page_of(wu)).replace("  ", " ")


async def drawn(world: World, wu: Clerk) -> tuple[CaseId, Sampling]:
    """A week ended in which Qiu decided one case: it is in the township's sample."""
    await world.settle()
    queues = Queues(world.county_desk, Returns(world.county.database))
    sampling = Sampling(world.county_desk, queues)
    await sampling.keep()
    clock_of(world).advance(timedelta(minutes=1))
    case = await wu.taken("timber-felling-permit", TIMBER)
    await decided(world, case)
    await world.settle()
    assert "没有抽到的决定" in await page_of(wu)
    clock_of(world).advance(timedelta(days=7))
    await sampling.keep()
    await world.settle()
    return case, sampling


async def test_it_computes_its_own_sample_from_what_the_county_told(
    world: World, wu: Clerk
) -> None:
    case, _ = await drawn(world, wu)
    wen = await world.town.sign_in(WEN)  # a session does not last a week
    number = (await world.county_desk.get_case(case)).number
    page = await page_of(wen)
    at = page.index("本镇抽查")
    assert number in page[at : at + 200]  # the only decision of its record
    assert "登记结果" not in page
    found = await world.town.services.database.read(weeks_in)
    assert sorted(week for week, each in found.items() if each.seed) == ["2026-W47"]


async def test_what_its_leader_finds_is_signed_and_counted_by_the_county(
    world: World, wu: Clerk
) -> None:
    case, sampling = await drawn(world, wu)
    leader = await world.town.sign_in(TOWN_LEADER)
    listed = (await leader.get("/powers")).text
    found = re.search(r'href="(/powers/samples/[0-9a-f]{64})"', listed)
    assert found is not None
    nothing = await leader.post(found[1])
    short = await leader.post(found[1], finding="wrong", reason="错")
    done = await leader.post(found[1], finding="wrong", reason="采伐面积与现场不符")

    assert (nothing.status_code, short.status_code, done.status_code) == (422, 422, 303)
    assert "6 至 500 字" in visible(short.text)
    assert "有差错" in visible((await leader.get(done.headers["location"])).text)
    assert "有差错 采伐面积与现场不符" in await page_of(leader)
    before = await sampling._found()
    await world.settle()
    [(key, said)] = (await sampling._found()).items()
    assert before == {}
    assert (key[1], said.finding, said.reason) == (
        SampleParty.TOWNSHIP,
        Finding.WRONG,
        "采伐面积与现场不符",
    )
    stands = await world.county_desk.get_case(case)
    assert stands.decision is not None
    assert key[0] == stands.decision.entry


async def test_nobody_looks_at_their_own_decision_nor_finds_what_nobody_drew(
    world: World, wu: Clerk
) -> None:
    _, sampling = await drawn(world, wu)
    office = world.town.services.office
    [sampled] = await sampled_here(office)
    qiu, leader = office.officer(QIU), office.officer(TOWN_LEADER)
    with pytest.raises(SampleError):
        await record(office, qiu, sampled, Finding.RIGHT, "")
    other = replace(sampled, judged=replace(sampled.judged, decision=MessageId("0" * 64)))
    await record(office, leader, other, Finding.RIGHT, "")
    await world.settle()

    assert await sampling._found() == {}


async def test_a_clerk_is_not_asked_what_was_wrong(world: World, wu: Clerk) -> None:
    await drawn(world, wu)
    wen = await world.town.sign_in(WEN)
    assert (await wen.get("/powers/samples/" + "0" * 64)).status_code == 403
