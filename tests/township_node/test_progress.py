"""办件进度: whoever holds the paper sees how it goes, masked; whoever guesses is stopped."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from casework.names import CaseId, CaseNumber, Incarnation, NodeId
from casework.numbering import NumberBlock, NumberKind, number_at
from casework.query_code import query_code, query_text
from sync.clock import ManualClock
from tests.centres import (
    LOW_INCOME,
    PERSON,
    Clerk,
    World,
    decided_by_the_county,
    handed_over,
    materials,
    visible,
)
from tests.halls import Browser
from webui.progress_routes import FAILURES_FROM_MAX
from webui.store import FAILURES_MAX, LOCKED_FOR


@pytest.fixture
async def resident(world: World) -> AsyncIterator[Browser]:
    """Somebody with a phone, who never signed in."""
    transport = httpx.ASGITransport(app=world.town.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield Browser(client)


async def numbered(world: World, case: CaseId) -> tuple[str, str]:
    held = await world.town.services.desk.get_case(case)
    return held.number, query_code(case)


async def asked(resident: Browser, number: str, code: str) -> str:
    return visible((await resident.post("/progress", number=number, code=code)).text)


async def test_the_paper_tells_how_it_goes_masked_and_what_to_do(
    world: World, wu: Clerk, resident: Browser
) -> None:
    lacking = {**LOW_INCOME, **materials(missing=("m2",))}
    case = await wu.taken("minimum-living-allowance", lacking, "notify_deficiency")
    number, code = await numbered(world, case)

    answer = await resident.post("/progress", number=number, code=code)
    text = visible(answer.text)

    assert answer.status_code == 200
    assert "需要您补正材料" in text
    assert re.search(r"请在 \d{4}年\d{1,2}月\d{1,2}日 星期. 前把补正材料送到龙仙镇", text)
    assert "陈*兰" in text
    assert PERSON["name"] not in answer.text
    assert PERSON["id_number"] not in answer.text
    assert "<title>办件进度" in answer.text
    assert number not in str(answer.url)


async def test_a_scanned_square_is_enough_and_a_result_says_where_it_lies(
    world: World, wu: Clerk, resident: Browser
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    number, code = await numbered(world, case)
    await world.settle()
    await decided_by_the_county(world, case)
    on_its_way = await asked(resident, number, code)
    await world.settle()

    scanned = await resident.post("/progress", number=query_text(CaseNumber(number), case), code="")

    assert "已受理" in on_its_way
    assert "目前不需要您做什么" in on_its_way
    assert "结果已做好" in visible(scanned.text)
    assert "请带身份证到龙仙镇公共服务中心领取结果" in visible(scanned.text)
    assert "准予" not in visible(scanned.text)


async def test_a_result_that_was_handed_over_is_checked_for_whoever_holds_its_paper(
    world: World, wu: Clerk, resident: Browser
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    number, code = await numbered(world, case)
    await world.settle()
    before = await asked(resident, number, code)
    await handed_over(world, case)

    checked = await asked(resident, number, code)

    assert "结果核验" not in before
    assert "核验通过，这份决定有效" in checked
    assert "翁民决〔2026〕1号（准予）" in checked
    assert "县级本级职权" in checked
    assert PERSON["name"] not in checked


async def test_nothing_is_claimed_beyond_what_was_heard(
    world: World, wu: Clerk, resident: Browser
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    number, code = await numbered(world, case)
    await world.settle()
    clock = world.town.services.clock
    assert isinstance(clock, ManualClock)
    clock.advance(timedelta(hours=3))

    assert "时所知" in await asked(resident, number, code)


async def test_number_and_code_must_fit_and_a_wrong_one_says_nothing_of_either(
    world: World, wu: Clerk, resident: Browser
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    number, code = await numbered(world, case)
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    unknown = await asked(resident, "4402291000000174", code)
    other = await asked(resident, number, wrong)

    assert "没有找到" in unknown
    assert "没有找到" in other
    assert "办件编号应为 16 位数字" in await asked(resident, "123", code)
    assert "查询码是" in await asked(resident, number, "12")


async def test_whoever_guesses_is_stopped_and_the_holder_may_ask_again_later(
    world: World, wu: Clerk, resident: Browser
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    number, code = await numbered(world, case)
    for _ in range(FAILURES_MAX):
        await asked(resident, number, f"{(int(code) + 1) % 10**6:06d}")

    locked = await resident.post("/progress", number=number, code=code)

    assert locked.status_code == 429
    assert "请半小时后再试" in visible(locked.text)
    clock = world.town.services.clock
    assert isinstance(clock, ManualClock)
    clock.advance(LOCKED_FOR)
    assert "办理过程" in await asked(resident, number, code)


async def test_one_visitor_does_not_walk_through_numbers(
    world: World, wu: Clerk, resident: Browser
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    number, code = await numbered(world, case)
    for serial in range(FAILURES_FROM_MAX):
        tried = number_of(serial + 1000)
        assert "没有找到" in await asked(resident, tried, "000000")

    assert "请半小时后再试" in await asked(resident, number, code)


def number_of(serial: int) -> str:
    block = NumberBlock(1, NodeId("440229-01"), Incarnation("00000001"), NumberKind.CASE, 1, 9999)
    return number_at(block, serial)
