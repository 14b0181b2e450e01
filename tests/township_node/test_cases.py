"""A case after intake: handed up by a village, reviewed, brought to, handed over, looked up."""

import re
from datetime import timedelta

import pytest

from casework.names import CaseId, NodeId
from casework.query_code import query_text
from sync.clock import ManualClock
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE, WU
from tests.centres import (
    CARD,
    LOW_INCOME,
    QIU,
    TIMBER,
    TONG,
    WEN,
    Clerk,
    World,
    collected,
    decided_by_the_county,
    materials,
    visible,
)

PAPERS = {
    "state-m1": "present",
    "state-m2": "present",
    "state-m3": "present",
    "state-m4": "present",
}


async def state(world: World, case: CaseId) -> tuple[str, NodeId]:
    stands = await world.town.services.desk.get_case(case)
    return str(stands.status), stands.pen


async def test_wu_takes_in_what_lin_collected_and_the_county_has_it(
    world: World, wu: Clerk
) -> None:
    case = await collected(world)
    listed = visible((await wu.get("/arrivals")).text)
    page = (await wu.get(f"/cases/{case}")).text
    answer = await wu.post(f"/cases/{case}/sittings/accept", seen=await wu.seen(case), **PAPERS)

    assert "林*芳" in listed
    assert "林桂芳" not in listed
    assert "收件并受理" in page
    assert answer.status_code == 303, visible(answer.text)[:900]
    assert await state(world, case) == ("accepted", COUNTY)
    await world.settle()
    assert (await world.county_desk.get_case(case)).received_by == TOWN
    assert (await world.village_desk.get_case(case)).status == "accepted"


async def test_the_scans_of_a_village_are_seen_beside_the_form(world: World, wu: Clerk) -> None:
    case = await collected(world)
    stands = await world.town.services.desk.get_case(case)
    scan = next(part.ref.hash for part in stands.parts if part.ref.name == "m1")
    sheet = next(part.ref.hash for part in stands.parts if part.ref.name == "applicant")
    shown = await wu.get(f"/cases/{case}/parts/{scan}")

    assert f"/cases/{case}/parts/{scan}" in (await wu.get(f"/cases/{case}")).text
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    assert (await wu.get(f"/cases/{case}/parts/{sheet}")).status_code == 404
    assert (await wu.get(f"/cases/{case}/parts/{'0' * 64}")).status_code == 404


async def test_wu_sends_a_case_back_to_the_village_and_says_why(world: World, wu: Clerk) -> None:
    case = await collected(world)
    seen = await wu.seen(case)
    silent = await wu.post(f"/cases/{case}/sittings/return_pen", seen=seen)
    answer = await wu.post(f"/cases/{case}/sittings/return_pen", seen=seen, reason="身份证照片不清")
    await world.settle(county=False)
    at_village = await world.village_desk.get_case(case)

    assert silent.status_code == 422
    assert answer.status_code == 303, visible(answer.text)[:900]
    assert (at_village.status, at_village.pen) == ("collected", VILLAGE)
    assert await world.village_desk.read_named(at_village, "notice") == "身份证照片不清".encode()


async def test_what_a_village_forgot_is_asked_for_in_the_same_sitting(
    world: World, wu: Clerk
) -> None:
    case = await collected(world, present=("m1",))
    sent = {**PAPERS, "state-m2": "missing", "state-m3": "missing", "supply_by": "2026-12-21"}
    answer = await wu.post(
        f"/cases/{case}/sittings/notify_deficiency", seen=await wu.seen(case), **sent
    )

    assert answer.status_code == 303, visible(answer.text)[:900]
    assert await state(world, case) == ("awaiting_supplement", TOWN)


async def test_a_supplement_at_the_own_counter_goes_on_at_once(world: World, wu: Clerk) -> None:
    lacking = {**LOW_INCOME, **materials(missing=("m2",))}
    case = await wu.taken("minimum-living-allowance", lacking, "notify_deficiency")
    supplied = await wu.act(case, "supplement", **PAPERS)
    accepted = await wu.act(case, "accept", **PAPERS)

    assert (supplied.status_code, accepted.status_code) == (303, 303), visible(accepted.text)[:900]
    assert await state(world, case) == ("accepted", COUNTY)


async def test_what_is_brought_while_the_pen_is_elsewhere_waits_for_its_holder(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    page = visible((await wu.get(f"/cases/{case}")).text)
    answer = await wu.post(f"/cases/{case}/deposits/change_pickup", seen="", pickup=OTHER_TOWN)
    await world.settle()
    opened = await world.county_desk.node.journal.open_deposits(case)

    assert "申请变更领取地点" in page
    assert answer.status_code == 303, visible(answer.text)[:900]
    assert len(opened) == 1


async def test_the_approver_decides_what_was_delegated_and_wu_hands_it_over(
    world: World, wu: Clerk
) -> None:
    """With the county unreachable from the first act to the last."""
    case = await wu.taken("timber-felling-permit", TIMBER)
    qiu = await world.town.sign_in(QIU)
    assert "待审批" in visible((await qiu.get("/")).text)
    for act, fields in (
        ("take", {}),
        ("opine", {"step": "2", "outcome": "pass", "opinion": "经核实，情况属实"}),
        ("decide_grant", {"opinion": "准予采伐", "document": "翁林采〔2026〕1号"}),
        ("produce_result", {"document": "翁林采〔2026〕1号"}),
    ):
        answer = await qiu.act(case, act, **fields)
        assert answer.status_code == 303, visible(answer.text)[:900]
    assert await state(world, case) == ("ready", TOWN)

    handed = await wu.act(
        case,
        "deliver",
        recipient="applicant",
        method="counter",
        recipient_name="陈秀兰",
        recipient_id="440229193501010004",
    )
    receipt = await wu.get(f"/cases/{case}/papers/delivery-receipt")

    assert handed.status_code == 303, visible(handed.text)[:900]
    assert await state(world, case) == ("delivered", COUNTY)
    assert receipt.content.startswith(b"%PDF")
    await world.settle()
    assert (await world.county_desk.get_case(case)).status == "delivered"


async def test_papers_found_sound_on_taking_a_case_are_not_asked_about_again(
    world: World, wu: Clerk
) -> None:
    """The tick counts in a town that decides as it does at the county."""
    case = await wu.taken("timber-felling-permit", TIMBER)
    qiu = await world.town.sign_in(QIU)
    before = (await qiu.get(f"/cases/{case}")).text
    taken = await qiu.act(case, "take", materials_sound="1")
    stands = await world.town.services.desk.get_case(case)
    after = (await qiu.get(f"/cases/{case}")).text

    assert 'id="act-take-materials_sound"' in before
    assert taken.status_code == 303, visible(taken.text)[:900]
    assert [moment.act for moment in stands.timeline][-2:] == ["take", "judge_materials"]
    assert stands.materials_judged
    assert 'id="act-judge_materials"' not in after
    assert 'id="act-opine"' in after


async def test_a_result_is_not_handed_to_somebody_who_is_not_the_applicant(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    await world.settle()
    await decided_by_the_county(world, case)
    await world.settle()
    somebody = {"recipient_name": "林桂芳", "recipient_id": "440229198802290014"}
    as_applicant = await wu.act(
        case, "deliver", recipient="applicant", method="counter", **somebody
    )
    as_agent = await wu.act(case, "deliver", recipient="agent", method="counter", **somebody)
    related = await wu.act(
        case, "deliver", recipient="agent", method="counter", relation="女儿", **somebody
    )

    assert (as_applicant.status_code, as_agent.status_code) == (422, 422)
    assert "证件号码与申请人不符" in visible(as_applicant.text)
    assert "代领须填写与申请人的关系" in visible(as_agent.text)
    assert related.status_code == 303


async def test_who_accepted_does_not_decide_and_is_told_so(world: World, wu: Clerk) -> None:
    case = await wu.taken("timber-felling-permit", TIMBER)
    page = visible((await wu.get(f"/cases/{case}")).text)
    answer = await wu.post(f"/cases/{case}/acts/take", seen=await head(world, case))

    assert "您的岗位不能进行这项操作" in page
    assert answer.status_code == 409
    assert await state(world, case) == ("accepted", TOWN)


async def test_of_two_clerks_on_one_case_the_second_is_told_and_loses_nothing(
    world: World, wu: Clerk
) -> None:
    case = await collected(world)
    wen = await world.town.sign_in(WEN)
    seen = await wu.seen(case)
    assert await wen.seen(case) == seen
    first = await wu.post(f"/cases/{case}/sittings/accept", seen=seen, **PAPERS)
    second = await wen.post(
        f"/cases/{case}/sittings/return_pen", seen=seen, reason="照片不清，请重新拍照"
    )

    assert first.status_code == 303
    assert second.status_code == 409
    assert "办件刚刚有了新的进展" in visible(second.text)
    assert "照片不清，请重新拍照" in visible(second.text)
    assert await state(world, case) == ("accepted", COUNTY)


async def test_the_result_is_handed_over_in_another_town_than_took_the_case_in(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", {**LOW_INCOME, "pickup": OTHER_TOWN})
    await world.settle()
    await decided_by_the_county(world, case)
    await world.settle()
    tong = await world.other.sign_in(TONG)
    listed = visible((await tong.get("/results")).text)
    page = visible((await tong.get(f"/cases/{case}")).text)
    result = await tong.get(f"/cases/{case}/parts/{await result_part(world, case)}")
    handed = await tong.act(
        case,
        "deliver",
        recipient="applicant",
        method="counter",
        recipient_name="陈秀兰",
        recipient_id="440229193501010004",
    )
    await world.settle()

    assert "陈*兰" in listed
    assert "县级本级职权" in page
    assert "与签名中的摘要一致" in page
    assert result.content == b"%PDF-1.7 the result"
    assert handed.status_code == 303, visible(handed.text)[:900]
    for desk in (world.town.services.desk, world.other.services.desk, world.county_desk):
        assert (await desk.get_case(case)).status == "delivered"


async def test_a_result_whose_bytes_were_changed_is_not_handed_over(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", {**LOW_INCOME, "pickup": OTHER_TOWN})
    await world.settle()
    await decided_by_the_county(world, case)
    await world.settle()
    part = await result_part(world, case)
    await world.other.services.database.execute(
        "UPDATE part SET data = ? WHERE hash = ?", (b"0" * 16 + b"%PDF-1.7 the forgery", part)
    )
    tong = await world.other.sign_in(TONG)
    page = visible((await tong.get(f"/cases/{case}")).text)
    answer = await tong.act(
        case,
        "deliver",
        recipient="applicant",
        method="counter",
        recipient_name="陈秀兰",
        recipient_id="440229193501010004",
    )

    assert "核验不通过" in page
    assert answer.status_code == 409
    assert "没有通过核验" in visible(answer.text)
    assert (await world.other.services.desk.get_case(case)).status == "ready"


async def test_a_case_that_does_not_pass_through_here_is_not_there(world: World, wu: Clerk) -> None:
    case = await wu.taken("timber-felling-permit", TIMBER)
    tong = await world.other.sign_in(TONG)

    for url in (f"/cases/{case}", f"/cases/{case}/clocks", f"/cases/{case}/taken", "/cases/x"):
        assert (await tong.get(url)).status_code == 404


@pytest.mark.parametrize("typed", ["number", "陈秀", "0004", "scanned"])
async def test_a_case_is_found_by_number_by_name_and_by_the_end_of_an_id(
    world: World, wu: Clerk, typed: str
) -> None:
    case = await wu.taken("timber-felling-permit", TIMBER)
    number = (await world.town.services.desk.get_case(case)).number
    asked = {"number": number, "scanned": query_text(number, case)}.get(typed, typed)
    answer = await wu.post("/cases/search", q=asked)

    if typed == "number":
        assert answer.headers["location"] == f"/cases/{case}"
    else:
        assert answer.status_code in {200, 303}
        assert f"/cases/{case}" in answer.text + answer.headers.get("location", "")
    assert "陈秀兰" not in answer.text.replace('value="陈秀"', "")


async def test_what_is_masked_is_shown_to_who_says_why_and_that_is_remembered(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    masked = (await wu.get(f"/cases/{case}")).text
    refused = await wu.post(f"/cases/{case}/unmask")
    shown = await wu.post(f"/cases/{case}/unmask", unmask_reason="申请人来电核对号码")
    noted = await world.town.services.database.fetch(
        "SELECT code, case_id FROM audit WHERE event = 'personal-data-shown'"
    )

    assert "440229193501010004" not in masked
    assert refused.status_code == 422
    assert "440229193501010004" in shown.text
    assert noted == [(WU, case)]


async def test_the_outbox_says_what_waits_and_empties_with_the_line(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    number = (await world.town.services.desk.get_case(case)).number
    before = visible((await wu.get("/outbox")).text)
    home = (await wu.get("/cases?view=elsewhere")).text
    await world.settle()
    after = visible((await wu.get("/outbox")).text)

    assert number in before
    assert "仅本机" in home
    assert number not in after
    assert "全部已经送出" in after


async def test_the_catalogue_says_what_this_centre_may_do(wu: Clerk) -> None:
    page = visible((await wu.get("/matters")).text)
    found = visible((await wu.get("/matters?q=lmcf")).text)

    assert "采伐蓄积不超过15立方米" in page
    assert "林木采伐许可证核发" in found
    assert "城乡居民最低生活保障" not in found


async def head(world: World, case: CaseId) -> str:
    return (await world.town.services.desk.get_case(case)).head


async def result_part(world: World, case: CaseId) -> str:
    stands = await world.county_desk.get_case(case)
    return next(part.ref.hash for part in stands.parts if part.ref.name == "result")


async def test_wu_is_warned_of_a_receipt_that_nobody_answers(world: World, wu: Clerk) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
    clock = world.county.node.clock
    assert isinstance(clock, ManualClock)
    seen = {}
    for day in (4, 2):  # past the day that the matter gives, then near the end of the law's five
        clock.advance(timedelta(days=day))
        again = await world.town.sign_in(WU)  # the session is over
        seen[day] = (await again.get("/?view=warned")).text

    assert f"/cases/{case}" not in seen[4]
    assert f"/cases/{case}" in seen[2]
    assert "预警办件（" in visible(seen[2])
    assert "视为受理" in visible(seen[2])


async def test_after_an_act_its_own_paper_is_offered_and_none_where_it_has_none(
    wu: Clerk,
) -> None:
    lacking = {**LOW_INCOME, **materials(missing=("m2",))}
    case = await wu.taken("minimum-living-allowance", lacking, "notify_deficiency")
    page = (await wu.get(f"/cases/{case}")).text
    dialog = page[page.index('id="act-supplement"') :]
    # What was asked for stands first in the dialog that takes it in.
    assert re.findall(r'name="state-(m\d)" value="present"', dialog)[0] == "m2"

    papers = {f"state-m{number}": "present" for number in (1, 2, 3, 4)}
    assert (await wu.act(case, "supplement", **papers)).status_code == 303
    answer = await wu.act(case, "accept", **papers)
    after = visible((await wu.get(answer.headers["location"])).text)
    other = visible((await wu.get(f"/cases/{case}?did=ask")).text)

    assert "打印受理通知书 F8" in after
    assert "已保存在本机，将自动上传" in other
    assert "F8" not in other


async def test_a_case_that_was_decided_at_once_is_not_said_to_await_the_county(
    wu: Clerk,
) -> None:
    instant = await wu.taken("senior-citizen-card", CARD, "instant")
    allowance = await wu.taken("minimum-living-allowance", LOW_INCOME)

    assert "已在本窗口办结" in (await wu.get(f"/cases/{instant}/taken?did=instant")).text
    assert "该事项由县级审批" in (await wu.get(f"/cases/{allowance}/taken?did=accept")).text
