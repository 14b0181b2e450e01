"""Lin takes papers in at the table, with no network."""

import re

from casework.matter import MatterRef
from casework.names import MatterId
from casework.numbering import is_valid_number
from tests.builders import COUNTY, LIN, TOWN, VILLAGE
from tests.centres import CARD, LOW_INCOME, case_in, visible, yes_to_conditions
from tests.laptops import AT_THE_TABLE, Agent, Village, a_photo

ALLOWANCE = "minimum-living-allowance"
CARD_MATTER = "senior-citizen-card"


async def test_the_first_page_has_four_buttons_with_true_counts(lin: Agent) -> None:
    before = await lin.said("/")
    await lin.collected(ALLOWANCE, LOW_INCOME)
    after = await lin.said("/")

    for button in ("收材料", "我的代办件", "要补材料", "送镇清单"):
        assert button in before
    assert "0 件在办 · 0 件有结果" in before
    assert "没有待送的袋子" in before
    assert "收到的件都已经上报" in before
    assert "1 件在办 · 0 件有结果" in after
    assert "1 袋待送" in after
    assert "仅本机" in after
    assert "陈*兰" in after
    assert "陈秀兰" not in after


async def test_only_what_the_village_may_do_is_offered_and_the_rest_is_explained(
    village: Village, lin: Agent
) -> None:
    everything = await lin.said("/collect")
    pinyin = await lin.said("/collect?q=zdsh")
    code = village.laptop.services.station.holdings.catalogue.current(
        MatterId(ALLOWANCE), village.laptop.services.station.today()
    )
    assert code is not None
    by_code = await lin.said(f"/collect?q={code.catalog_code}")
    other = await lin.said("/collect?q=公司设立")

    assert "低保" in everything
    assert "老年优待证" in everything
    assert "公司设立" not in everything
    assert "低保" in pinyin
    assert "低保" in by_code
    assert "村里能办的事项里没有“公司设立”" in other
    assert "请到县公共服务中心办理" in other or "请到龙仙镇" in other


async def test_lin_collects_and_hands_up_in_one_sitting(village: Village, lin: Agent) -> None:
    case = await lin.collected(ALLOWANCE, LOW_INCOME)
    stands = await village.case(case)
    page = await lin.said(f"/cases/{case}?did=collect")

    assert [moment.act for moment in stands.timeline] == ["collect", "hand_over_pen"]
    assert (stands.status, stands.pen, stands.pickup) == ("collected", TOWN, VILLAGE)
    assert is_valid_number(stands.number)
    assert "已保存在本机，联网后自动上报镇里" in page
    assert "代收不算受理" in page
    assert "打印代办收件凭证（一式两份）" in page


async def test_what_is_missing_is_said_and_may_be_collected_all_the_same(
    village: Village, lin: Agent
) -> None:
    draft = await lin.begin(ALLOWANCE)
    answered = dict.fromkeys(("q-c1", "q-c2", "q-c3"), "1")
    lacking = {**LOW_INCOME, **answered, "m-m3": "missing"}
    sent = {**AT_THE_TABLE, **lacking, "revision": await lin.revision(draft)}
    panel = visible((await lin.post(f"{draft}/decide", **sent)).text)
    answer = await lin.press(draft, lacking)

    assert "可以代收" in panel
    assert "缺少 1 项材料，镇里可能退回补正" in panel
    assert answer.status_code == 303
    stands = await village.case(case_in(answer.headers["location"]))
    assert {v.material: v.state for v in stands.materials}["m3"] == "missing"


async def test_the_receipt_is_two_copies_and_the_entrustment_names_lin(lin: Agent) -> None:
    case = await lin.collected(ALLOWANCE, LOW_INCOME)
    for kind in ("collection-receipt", "entrustment"):
        paper = await lin.get(f"/cases/{case}/papers/{kind}")
        assert paper.headers["content-type"] == "application/pdf"
        assert paper.content.startswith(b"%PDF")
    assert (await lin.get(f"/cases/{case}/papers/none-such")).status_code == 404


async def test_an_instant_matter_is_decided_at_the_table(village: Village, lin: Agent) -> None:
    case = await lin.collected(CARD_MATTER, CARD, "instant")
    stands = await village.case(case)
    page = await lin.said(f"/cases/{case}?did=instant")

    assert [moment.act for moment in stands.timeline] == ["receive", "instant", "hand_over_pen"]
    assert (stands.status, stands.pen) == ("delivered", COUNTY)
    assert any(part.ref.name == "result" for part in stands.parts)
    assert "已当场办结" in page
    await village.settle()
    assert (await village.county_desk.get_case(case)).status == "delivered"


async def test_an_instant_matter_without_its_papers_is_told_once(
    village: Village, lin: Agent
) -> None:
    lacking = {**CARD, "m-m2": "missing"}
    case = await lin.collected(CARD_MATTER, lacking, "notify_deficiency")
    stands = await village.case(case)

    assert (stands.status, stands.pen) == ("awaiting_supplement", VILLAGE)
    assert "要补" in await lin.said("/owing")


async def test_a_second_press_finds_the_case_of_the_first(village: Village, lin: Agent) -> None:
    draft = await lin.begin(ALLOWANCE)
    revision = await lin.revision(draft)
    looked = yes_to_conditions(ALLOWANCE)
    sent = {**AT_THE_TABLE, **LOW_INCOME, **looked, "act": "collect", "revision": revision}
    first = await lin.post(draft, **sent)
    second = await lin.post(draft, **sent)

    assert case_in(first.headers["location"]) == case_in(second.headers["location"])
    rows = await village.laptop.services.database.fetch("SELECT COUNT(*) FROM case_row")
    assert rows[0][0] == 1


async def test_a_draft_that_was_left_is_found_again(lin: Agent) -> None:
    draft = await lin.begin(ALLOWANCE)
    saved = await lin.press(draft, {"name": "谢玉珍"}, "save")
    assert saved.status_code in {303, 204}
    assert "谢*珍" in await lin.said("/")
    assert "没填完" in await lin.said("/collect")
    assert "谢玉珍" in (await lin.get(draft)).text


async def test_wrong_numbers_are_told_and_nothing_typed_is_lost(lin: Agent) -> None:
    sayings = {
        "440229193501010005": "校验不通过",
        "440229350101001": "15 位的旧身份号码已停用",
        "４４０２２９１９３５０１０１０００４": "",
        "44022919350101000x": "校验不通过",
    }
    for number, saying in sayings.items():
        draft = await lin.begin(ALLOWANCE)
        answer = await lin.press(draft, {**LOW_INCOME, "id_number": number})
        if not saying:
            assert answer.status_code == 303
            continue
        assert answer.status_code == 422
        assert saying in visible(answer.text)
        assert number in answer.text
        assert "陈秀兰" in answer.text


async def test_a_small_x_and_rare_characters_are_taken(village: Village, lin: Agent) -> None:
    for name in ("䶮", "𬶋小红", "阿依古丽·买买提"):
        fields = {**LOW_INCOME, "name": name, "id_number": "11010519491231002x"}
        case = await lin.collected(ALLOWANCE, fields)
        stands = await village.case(case)
        sheet = await village.laptop.desk.read_named(stands, "applicant")
        assert sheet is not None
        assert name in sheet.decode()
        assert "11010519491231002X" in sheet.decode()
        paper = await lin.get(f"/cases/{case}/papers/collection-receipt")
        assert paper.content.startswith(b"%PDF")


async def test_an_empty_and_a_huge_photo_are_refused_and_the_rest_stays(lin: Agent) -> None:
    draft = await lin.begin(ALLOWANCE)
    good = await lin.photograph(draft, "m1", a_photo())
    empty = await lin.photograph(draft, "m1", b"")
    huge = await lin.photograph(draft, "m1", b"\xff\xd8\xff" + b"0" * (30 * 1024 * 1024))
    page = (await lin.get(draft)).text

    assert good.status_code == 200
    assert empty.status_code == 422
    assert huge.status_code == 413
    assert 'id="files-m1" data-count="1"' in page


async def test_photos_go_along_with_the_case(village: Village, lin: Agent) -> None:
    draft = await lin.begin(ALLOWANCE)
    await lin.photograph(draft, "m1", a_photo())
    await lin.photograph(draft, "m2", a_photo(60))
    answer = await lin.press(draft, LOW_INCOME)
    case = case_in(answer.headers["location"])
    assert "照片 2 张" in await lin.said("/")
    await village.settle()
    above = await village.county_desk.get_case(case)
    assert [p.ref.name for p in above.parts if p.ref.name.startswith("m")] == ["m1", "m2"]
    assert await village.county_desk.read_named(above, "m2") is not None


async def test_once_the_township_has_it_the_row_leaves_the_list(
    village: Village, lin: Agent
) -> None:
    case = await lin.collected(ALLOWANCE, LOW_INCOME)
    await village.settle()
    home, mine = await lin.said("/"), await lin.said("/cases")

    assert "收到的件都已经上报" in home
    assert "已上传" in mine
    assert (await village.county_desk.get_case(case)).status == "collected"


async def test_a_matter_that_changed_while_a_draft_was_open_says_what_changed(
    village: Village, lin: Agent
) -> None:
    """The draft was begun under the first version; since then the county published another."""
    station = village.laptop.services.station
    old = MatterRef(MatterId("birth-registration"), 1)
    draft = await station.drafts.create(officer=LIN, now=station.now(), matter=old)
    url = f"/intake/{draft.id}"
    page = await lin.said(url)
    assert "这个事项有了新版本（第 2 版" in page
    assert "改用新版本" in page
    assert "不再需要" in page or "新增" in page

    refused = await lin.press(url, {}, "instant")
    assert refused.status_code in {409, 422}
    chosen = await lin.post(
        f"{url}/matter", choose="birth-registration@2", revision=await lin.revision(url)
    )
    assert chosen.status_code == 200
    assert "这个事项有了新版本" not in await lin.said(url)


async def test_a_version_out_of_force_is_not_begun(lin: Agent) -> None:
    begun = await lin.post("/collect", choose="birth-registration@1")
    assert begun.headers["location"] == "/collect"


async def test_the_village_accepts_what_it_may_accept_and_the_county_decides(
    village: Village, lin: Agent
) -> None:
    fields = {"v-reached_age": "90"}
    draft = await lin.begin("elderly-allowance")
    page = await lin.said(draft)
    sent = {**fields, "revision": await lin.revision(draft)}
    panel = visible((await lin.post(f"{draft}/decide", **sent)).text)

    assert "村级代受理" in page
    assert "发一次性告知书" in panel
    assert "代收并打印代办凭证" not in panel
    assert village.laptop.services.station.county == COUNTY


async def test_the_list_of_the_first_page_comes_again_only_when_it_changed(lin: Agent) -> None:
    await lin.collected(ALLOWANCE, LOW_INCOME)
    first = await lin.get("/home/rows?seen=")
    digest = re.search(r"seen=([0-9a-f]{16})", first.text)

    assert first.headers["content-type"].startswith("text/html")
    assert "仅本机" in visible(first.text)
    assert digest is not None
    assert (await lin.get(f"/home/rows?seen={digest[1]}")).status_code == 204
