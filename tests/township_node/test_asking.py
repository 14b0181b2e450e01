"""向县里查询: a counter finds a case that never passed by it, and takes its papers in."""

import re

from casework.names import CaseId
from casework.numbering import spoken_number
from casework.query_code import query_code
from tests.centres import LOW_INCOME, TONG, Clerk, World, visible

TAIL = "0004"


async def awaiting(world: World, wu: Clerk) -> CaseId:
    """A case in the one township that waits for a paper."""
    lacking = {**LOW_INCOME, "m-m4": "missing", "supply_by": "2026-12-24"}
    case = await wu.taken("minimum-living-allowance", lacking, "notify_deficiency")
    await world.settle()
    return case


async def number_of(world: World, case: CaseId) -> str:
    return (await world.county_desk.get_case(case)).number


async def test_a_whole_number_that_is_not_held_here_may_be_asked_of_the_county(
    world: World, wu: Clerk
) -> None:
    case = await awaiting(world, wu)
    number, tong = await number_of(world, case), await world.other.sign_in(TONG)
    found = (await tong.post("/cases/search", q=spoken_number(number))).text
    assert "向县里查询" in visible(found)
    assert f'name="q" value="{spoken_number(number)}"' in found
    # Half a number or a name is searched here only.
    assert "/asked/new" not in (await tong.post("/cases/search", q=number[:9])).text

    scanned = (await tong.post("/asked/new", q=f"{number}.{query_code(case)}")).text
    assert f'value="{number}"' in scanned
    assert f'value="{query_code(case)}"' in scanned


async def test_a_question_waits_for_the_line_and_shows_its_answer(world: World, wu: Clerk) -> None:
    case = await awaiting(world, wu)
    number, tong = await number_of(world, case), await world.other.sign_in(TONG)
    sent = await tong.post("/asked", number=number, purpose="supply", shown=TAIL)
    assert sent.headers["location"] == "/asked"
    assert "已排队，线路恢复后送出" in visible((await tong.get("/asked")).text)
    assert (await tong.get(f"/cases/{case}")).status_code == 404
    await world.settle()

    shown = visible((await tong.get("/asked")).text)
    assert "已查到" in shown
    assert "陈*兰" in shown
    assert "陈秀兰" not in shown
    assert "待补正" in shown
    page = (await tong.get(f"/cases/{case}")).text
    assert "申请人来本窗口" in visible(page)
    assert "不再参与" not in visible(page)
    brought = {f"m-m{number}": "present" for number in (1, 2, 3, 4)}
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert seen is not None
    answer = await tong.post(f"/cases/{case}/deposits/supplement", seen=seen[1], **brought)
    assert answer.status_code == 303, visible(answer.text)[:900]
    await world.settle()
    held = visible((await wu.get(f"/cases/{case}")).text)
    assert "待采纳" in held, held


async def test_what_is_wrong_with_a_question_is_said_at_its_fields(world: World, wu: Clerk) -> None:
    case = await awaiting(world, wu)
    number, tong = await number_of(world, case), await world.other.sign_in(TONG)
    slip = number[:-1] + str((int(number[-1]) + 1) % 10)
    answer = await tong.post("/asked", number=slip, purpose="everything", shown="12")
    assert answer.status_code == 422
    for field in ("number", "purpose", "shown"):
        assert f'id="e-{field}"' in answer.text
    assert f'value="{slip}"' in answer.text
    assert "还没有查询过" in visible((await tong.get("/asked")).text)


async def test_a_wrong_code_and_an_unknown_number_read_alike(world: World, wu: Clerk) -> None:
    case = await awaiting(world, wu)
    number, tong = await number_of(world, case), await world.other.sign_in(TONG)
    await tong.post("/asked", number=number, purpose="progress", shown="9999")
    await world.settle()
    page = visible((await tong.get("/asked")).text)
    assert "没有查到，或者查询码、证件后四位与此件不符" in page
    assert "陈" not in page.split("本单位的查询")[1]


async def test_a_counter_that_has_left_may_ask_again(world: World, wu: Clerk) -> None:
    case = await awaiting(world, wu)
    number, tong = await number_of(world, case), await world.other.sign_in(TONG)
    await tong.post("/asked", number=number, purpose="supply", shown=TAIL)
    await world.settle()
    brought = {f"m-m{number}": "present" for number in (1, 2, 3, 4)}
    answer = await wu.act(case, "supplement", **brought)
    assert answer.status_code == 303, visible(answer.text)[:900]
    await world.settle()
    page = (await tong.get(f"/cases/{case}")).text
    assert "本单位不再参与这个办件" in visible(page)
    assert 'action="/asked/new"' in page
    assert f'value="{number}"' in page
