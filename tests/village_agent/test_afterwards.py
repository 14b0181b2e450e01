"""What happens to a case after it was collected, as Lin sees it."""

from datetime import timedelta

from casework.names import CaseId
from sync.desk import Sitting
from tests.builders import CHEN, COUNTY, TOWN, VILLAGE
from tests.centres import CARD, LOW_INCOME, Clerk, materials, visible
from tests.laptops import Agent, Village, a_photo, ready_for_the_village

ALLOWANCE = "minimum-living-allowance"
SUPPLY_BY = "2026-12-21"


async def collected(village: Village, lin: Agent, **fields: str) -> CaseId:
    case = await lin.collected(ALLOWANCE, {**LOW_INCOME, **fields})
    await village.settle()
    return case


async def sent_back(village: Village, lin: Agent, wu: Clerk) -> CaseId:
    case = await collected(village, lin)
    answer = await wu.post(
        f"/cases/{case}/sittings/return_pen",
        seen=await wu.seen(case),
        to=VILLAGE,
        reason="户口簿照片不清，请重拍",
    )
    assert answer.status_code == 303, visible(answer.text)
    await village.settle()
    return case


async def test_what_the_township_sends_back_says_why_and_can_be_mended(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    case = await sent_back(village, lin, wu)
    home, page = await lin.said("/"), await lin.said(f"/cases/{case}")

    assert "被退回" in home
    assert "户口簿照片不清，请重拍" in home
    assert "1 件被退回" in home
    assert "退回了，原因是" in page
    assert "改好再上报" in page

    begun = await lin.post(f"/cases/{case}/mend")
    draft = begun.headers["location"]
    assert draft == f"/intake/{case}"
    form = (await lin.get(draft)).text
    assert "陈秀兰" in form
    assert "440229193501010004" in form
    assert 'value="6200008052621020125"' in form

    await lin.photograph(draft, "m2", a_photo())
    answer = await lin.press(draft, {**LOW_INCOME, "phone": "13911112222"})
    assert answer.status_code == 303, visible(answer.text)[:1500]
    stands = await village.case(case)
    assert [m.act for m in stands.timeline] == [
        *("collect", "hand_over_pen", "return_pen", "collect", "hand_over_pen")
    ]
    assert stands.pen == TOWN
    await village.settle()
    above = await village.county_desk.get_case(case)
    assert above.head == stands.head
    sheet = await village.county_desk.read_named(above, "applicant")
    assert sheet is not None
    assert b"13911112222" in sheet
    assert "收到的件都已经上报" in await lin.said("/")


async def test_the_county_asks_a_village_for_a_case_and_gets_it_through_the_township(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    case = await ready_for_the_village(village, lin, wu)
    desk = village.county_desk
    chen = desk.holdings.officer(CHEN)
    assert chen is not None
    await desk.ask_for_pen("put-right", Sitting(officer=chen, case_id=case))
    await village.settle()
    home, page = await lin.said("/"), await lin.said(f"/cases/{case}")
    answer = await lin.act(case, "return_pen", to=COUNTY)
    await village.settle()

    assert "1 件办件等本村答复或者交回" in home
    assert "要求交回这个办件（更正、撤销或者重新办理）" in page
    assert answer.status_code == 303, visible(answer.text)[:900]
    assert (await desk.get_case(case)).pen == COUNTY


async def test_photos_of_what_was_sent_back_need_not_be_taken_again(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    draft = await lin.begin(ALLOWANCE)
    await lin.photograph(draft, "m1", a_photo())
    answer = await lin.press(draft, LOW_INCOME)
    case = CaseId(answer.headers["location"].split("/")[2].split("?")[0])
    await village.settle()
    await wu.post(
        f"/cases/{case}/sittings/return_pen",
        seen=await wu.seen(case),
        to=VILLAGE,
        reason="请补签名",
    )
    await village.settle()
    await lin.post(f"/cases/{case}/mend")

    assert 'id="files-m1" data-count="1"' in (await lin.get(f"/intake/{case}")).text


async def test_what_was_sent_back_may_go_up_as_it_is(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    case = await sent_back(village, lin, wu)
    await lin.post(f"/cases/{case}/send-again")
    assert (await village.case(case)).pen == TOWN


async def test_missing_papers_are_brought_to_the_village_and_go_up_as_a_deposit(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    case = await collected(village, lin, **materials(missing=("m2",)))
    answer = await wu.post(
        f"/cases/{case}/sittings/notify_deficiency",
        seen=await wu.seen(case),
        supply_by=SUPPLY_BY,
    )
    assert answer.status_code == 303, visible(answer.text)
    await village.settle()
    home, page = await lin.said("/"), await lin.said(f"/cases/{case}")
    assert "1 件，最早 12月21日 到期" in home
    assert "请补材料" in page
    assert "最迟 12月21日 前补齐" in page

    sheet = await lin.said(f"/cases/{case}/supplement")
    assert "收到哪些，逐项拍照" in sheet
    nothing = await lin.post(f"/cases/{case}/supplement")
    assert nothing.status_code == 409
    assert "还没有收到任何材料" in visible(nothing.text)

    await lin.photograph(f"/intake/{case}", "m2", a_photo())
    done = await lin.post(f"/cases/{case}/supplement", received="m2")
    assert done.status_code == 303, visible(done.text)
    assert "已代收，等待采纳" in await lin.said("/owing")
    assert "没有要补的" in await lin.said("/")
    await village.settle()
    queue = visible((await wu.get("/?view=claims")).text)
    assert "陈" in queue


async def test_the_village_that_gave_notice_itself_takes_the_supplement_in(
    village: Village, lin: Agent
) -> None:
    case = await lin.collected(
        "senior-citizen-card", {**CARD, "m-m2": "missing"}, "notify_deficiency"
    )
    done = await lin.post(f"/cases/{case}/supplement", received="m2")
    assert done.status_code == 303, visible(done.text)
    stands = await village.case(case)
    assert (stands.status, stands.pen) == ("received", VILLAGE)
    assert "当场办结" in await lin.said(f"/cases/{case}")


async def test_a_result_is_handed_over_at_the_door(village: Village, lin: Agent, wu: Clerk) -> None:
    case = await ready_for_the_village(village, lin, wu)
    home, owing = await lin.said("/"), await lin.said("/owing")
    assert "1 件结果到村里了" in home
    assert "交给申请人" in owing

    page = await lin.get(f"/cases/{case}/deliver")
    assert "结果已核验，没有被改动" in visible(page.text)
    who = {"recipient": "applicant", "method": "counter", "relation": "", "remark": ""}
    other = await lin.act(
        case, "deliver", **who, recipient_name="黄伟", recipient_id="440229198802290014"
    )
    assert other.status_code == 422
    assert "证件号码与申请人不一致" in visible(other.text)

    done = await lin.act(
        case, "deliver", **who, recipient_name="陈秀兰", recipient_id="440229193501010004"
    )
    assert done.status_code == 303, visible(done.text)
    stands = await village.case(case)
    assert (stands.status, stands.pen) == ("delivered", COUNTY)
    receipt = await lin.get(f"/cases/{case}/papers/delivery-receipt")
    assert receipt.content.startswith(b"%PDF")
    await village.settle()
    assert (await village.county_desk.get_case(case)).status == "delivered"


async def test_past_its_lease_the_laptop_hands_nothing_over_and_says_why(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    case = await ready_for_the_village(village, lin, wu)
    village.clock.advance(timedelta(days=4))
    lin = await village.laptop.sign_in()
    done = await lin.act(
        case,
        "deliver",
        recipient="applicant",
        method="counter",
        recipient_name="陈秀兰",
        recipient_id="440229193501010004",
    )
    assert done.status_code == 409
    assert "授权有效期已过" in visible(done.text)
    assert (await village.case(case)).status == "ready"


async def test_bags_are_carried_once(lin: Agent) -> None:
    case = await lin.collected(ALLOWANCE, LOW_INCOME)
    page = await lin.said("/bags")
    assert "1 袋，一件一袋" in page
    slip = await lin.get(f"/bags/list.pdf?case={case}")
    assert slip.content.startswith(b"%PDF")

    await lin.post("/bags", act="carried", case=case)
    assert "没有待送的袋子" in await lin.said("/")
    assert "已经送走的（1）" in await lin.said("/bags")
    await lin.post(f"/bags/{case}/back")
    assert "1 袋待送" in await lin.said("/")


async def test_a_case_is_found_by_name_number_and_the_end_of_an_id(
    village: Village, lin: Agent
) -> None:
    case = await lin.collected(ALLOWANCE, LOW_INCOME)
    stands = await village.case(case)
    for typed in ("陈秀", stands.number, "0004"):
        answer = await lin.post("/cases/search", q=typed)
        assert answer.headers["location"] == f"/cases/{case}"
    nobody = await lin.post("/cases/search", q="黄伟")
    assert "没有找到" in visible(nobody.text)


async def test_an_applicant_changes_their_mind_while_the_case_is_elsewhere(
    village: Village, lin: Agent
) -> None:
    case = await collected(village, lin)
    answer = await lin.act(case, "withdraw", asked_by="applicant", reason="不办了")
    assert answer.status_code == 303, visible(answer.text)
    assert "申请撤回" in await lin.said(f"/cases/{case}")


async def test_what_is_not_of_this_village_is_not_there(lin: Agent) -> None:
    for url in ("/cases/" + "0" * 32, "/cases/none", "/intake/" + "0" * 32):
        assert (await lin.get(url)).status_code == 404
