"""Questions at the counter: noted, masked in lists, and taken on into an intake (rows B3, C9)."""

from tests.centres import Clerk, World, visible
from tests.webui.paper_text import text_of

QUESTION = "父亲 440229193501010004 能不能办低保？"


async def noted(wu: Clerk, **fields: str) -> str:
    sent = {"kind": "consultation", "question": QUESTION, "answer": "带户口簿来办", **fields}
    answer = await wu.post("/consultations", **sent)
    assert answer.status_code == 303, visible(answer.text)
    return str(answer.headers["location"])


async def test_a_list_masks_who_asked_and_every_long_number(wu: Clerk) -> None:
    where = await noted(wu, person="陈秀兰", matter="zdsh")
    listed = visible((await wu.get("/consultations")).text)
    whole = visible((await wu.get(where)).text)

    assert "陈*兰" in listed
    assert "陈秀兰" not in listed
    assert "440****0004" in listed
    assert "440229193501010004" in whole
    assert "城乡居民最低生活保障审核确认" in whole


async def test_no_case_and_no_clock_comes_of_it(world: World, wu: Clerk) -> None:
    await noted(wu, kind="pre_intervention")

    database = world.town.services.database
    assert await database.fetch("SELECT COUNT(*) FROM case_row") == [(0,)]
    assert await database.fetch("SELECT COUNT(*) FROM message WHERE kind = 'entry'") == [(0,)]


async def test_the_matter_is_suggested_by_its_pinyin_its_code_and_its_name(wu: Clerk) -> None:
    name = "城乡居民最低生活保障审核确认"
    for typed in ("zdsh", "最低生活"):
        found = (await wu.get("/consultations/matters", params={"matter": typed})).text
        assert found.count("<option") == 1
        assert f'value="{name}" label="{typed}　{name}"' in found
    nothing = (await wu.get("/consultations/matters?matter=qqqq")).text
    everything = (await wu.get("/consultations/matters")).text
    assert "<option" not in nothing
    assert everything.count("<option") > 1


async def test_a_record_is_found_by_its_words_its_matter_or_its_person(wu: Clerk) -> None:
    await noted(wu, person="陈秀兰", matter="zdsh")
    for asked in ("户口簿", "低保", "zdsh", "陈秀兰"):
        assert "440****0004" in visible((await wu.get(f"/consultations?q={asked}")).text), asked
    assert "没有登记" in visible((await wu.get("/consultations?q=采伐")).text)
    assert "没有登记" in visible((await wu.get("/consultations?q=低%25证")).text)


async def test_what_was_asked_is_taken_on_into_one_intake(world: World, wu: Clerk) -> None:
    where = await noted(wu, person="陈秀兰", matter="zdsh")
    first = await wu.post(f"{where}/intake")
    second = await wu.post(f"{where}/intake")
    page = (await wu.get(first.headers["location"])).text
    drafts = await world.town.services.database.fetch("SELECT COUNT(*) FROM draft")

    assert first.headers["location"] == second.headers["location"]
    assert 'value="陈秀兰"' in page
    assert 'value="minimum-living-allowance@1"' in page
    assert drafts == [(1,)]


async def test_a_mistake_is_told_and_what_was_typed_stays(wu: Clerk) -> None:
    sent = {"kind": "consultation", "matter": "没有的事项", "answer": "<script>alert(1)</script>"}
    answer = await wu.post("/consultations", **sent, question="")
    said = visible(answer.text)

    assert answer.status_code == 422
    assert "没有找到这个事项" in said
    assert "请填写问题" in said
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    too_long = await wu.post("/consultations", **sent, question="问" * 2001)
    assert "问题最多 2000 个字，请删减" in visible(too_long.text)


async def test_whoever_asked_is_given_everything_the_matter_needs_on_one_sheet(wu: Clerk) -> None:
    where = await noted(wu, person="陈秀兰", matter="林木采伐")
    page = await wu.get(where)
    sheet = await wu.get(f"{where}/sheet?scenario=commitment")
    text = text_of(sheet.content)

    assert "打印一次性告知单" in page.text
    assert '<option value="commitment">' in page.text
    assert "咨询人陈秀兰" in text
    assert "林木采伐告知承诺书" in text
    assert "伐区调查设计文件" not in text
    assert (await wu.get(f"{where}/sheet?scenario=express")).status_code == 404
    without = await noted(wu)
    assert "打印一次性告知单" not in (await wu.get(without)).text
    assert (await wu.get(f"{without}/sheet")).status_code == 404


async def test_the_catalogue_prints_the_sheet_of_any_matter(world: World, wu: Clerk) -> None:
    page = await wu.get("/matters?q=zdsh")
    text = text_of((await wu.get("/matters/minimum-living-allowance/sheet")).content)
    halls = [node.name for node in world.town.services.office.holdings.regions.nodes[1:2]]

    assert 'action="/matters/minimum-living-allowance/sheet"' in page.text
    assert "龙仙镇公共服务中心" in text
    assert all(name in text for name in halls)
    assert "所在村（居）代办点可以代收材料" in text
    assert "咨询人签收" in text
    assert (await wu.get("/matters/none-such/sheet")).status_code == 404
    # Nothing is kept of it: there is no case.
    database = world.town.services.database
    assert await database.fetch("SELECT COUNT(*) FROM case_row") == [(0,)]
