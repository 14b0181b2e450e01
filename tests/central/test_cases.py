"""A case at the county: looking at it, deciding it, sending its result down."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.authority import GRACE
from casework.case import Case, Status
from casework.material import MaterialState
from casework.names import MatterId
from sync.bodies import DepositKind
from sync.county_duties import LEASE_SPAN
from sync.desk import Attachment, Sitting, Step
from tests.builders import COUNTY, OTHER_TOWN, TOWN
from tests.central.reviewing import (
    CHEN,
    LIANG,
    NAME,
    NUMBER,
    OUYANG,
    PICTURE,
    SHE,
    SHEN,
    SOCIAL,
    WU_SUPERVISOR,
    XU,
    Office,
    complete,
    delivered,
    granted,
    issued,
    with_one_deferred,
)
from tests.halls import Browser

OPINION = "经审查，申请人家庭收入低于标准，准予。"


async def decide(
    browser: Browser, case: Case, act: str = "decide_grant", **fields: str
) -> httpx.Response:
    sent = {"seen": case.head, "opinion": OPINION, "document": "", **fields}
    return await browser.post(f"/cases/{case.id}/acts/{act}", **sent)


async def test_chen_sees_who_applies_the_scans_the_clocks_and_what_may_be_done(
    office: Office,
) -> None:
    case = await office.in_review()
    chen = await office.sign_in(CHEN)

    page = await chen.get(f"/cases/{case.id}")

    assert NAME in page.text
    assert NUMBER in page.text
    assert f"/cases/{case.id}/parts/" in page.text
    assert f"/cases/{case.id}/acts/decide_grant" in page.text
    assert f"/cases/{case.id}/acts/notify_deficiency_review" in page.text


async def test_the_scan_is_shown_as_it_was_signed(office: Office) -> None:
    case = await office.case()
    part = next(each.ref for each in case.parts if each.ref.media_type == "image/webp")
    chen, she = await office.sign_in(CHEN), await office.sign_in(SHE)

    answer = await chen.get(f"/cases/{case.id}/parts/{part.hash}")

    assert answer.content == PICTURE
    assert answer.headers["content-type"] == "image/webp"
    assert (await she.get(f"/cases/{case.id}/parts/{part.hash}")).status_code == 404


async def test_the_sheet_of_the_applicant_is_no_file_to_fetch(office: Office) -> None:
    case = await office.case()
    sheet = next(each.ref for each in case.parts if each.ref.name == "applicant")
    chen = await office.sign_in(CHEN)

    assert (await chen.get(f"/cases/{case.id}/parts/{sheet.hash}")).status_code == 404
    assert (await chen.get(f"/cases/{case.id}/parts/{'0' * 64}")).status_code == 404


async def test_every_date_is_explained(office: Office) -> None:
    case = await office.case()
    chen = await office.sign_in(CHEN)

    whole = await chen.get(f"/cases/{case.id}/clocks")
    dialog = await chen.get(f"/cases/{case.id}/clocks", headers={"hx-request": "true"})

    assert "承诺时限" in whole.text
    assert "<html" not in dialog.text
    assert "起算事由发生，当日不计入" in dialog.text


async def test_chen_takes_opines_and_grants(office: Office) -> None:
    case = await office.case()
    chen = await office.sign_in(CHEN)

    await chen.post(f"/cases/{case.id}/acts/take", seen=case.head, materials_sound="1")
    taken = await office.look(case.id)
    step = next(s.seq for s in office.matter(SOCIAL).steps if s.act == "review")
    await chen.post(
        f"/cases/{case.id}/acts/opine",
        seen=taken.head,
        step=str(step),
        outcome="pass",
        opinion="同意。",
    )
    answer = await decide(chen, await office.look(case.id))
    page = await chen.get(answer.headers["location"])
    decided = await office.look(case.id)

    assert decided.status is Status.DECIDED
    assert decided.decision is not None
    assert decided.decision.granted
    assert "已作出准予决定" in page.text
    assert OPINION in page.text


async def test_a_refusal_needs_grounds_and_keeps_what_was_typed(office: Office) -> None:
    case = await office.in_review()
    chen = await office.sign_in(CHEN)

    answer = await decide(chen, case, "decide_refuse", grounds_text="收入超出标准。")

    assert answer.status_code == 422
    assert "收入超出标准。" in answer.text
    assert (await office.look(case.id)).status is Status.IN_REVIEW

    ground = office.matter(SOCIAL).legal_basis[0].id
    await decide(chen, case, "decide_refuse", grounds_text="收入超出标准。", grounds=ground)
    refused = await office.look(case.id)
    assert refused.decision is not None
    assert refused.decision.grounds == (ground,)


async def test_xu_has_no_power_to_decide_and_is_told_so(office: Office) -> None:
    case = await office.in_review()
    xu = await office.sign_in(XU)

    page = await xu.get(f"/cases/{case.id}")
    answer = await decide(xu, case)

    assert f"/cases/{case.id}/acts/decide_grant" not in page.text
    assert "您没有这项操作所需的个人授权" in page.text
    assert answer.status_code == 409
    assert "您没有这项操作所需的个人授权" in answer.text
    assert (await office.look(case.id)).status is Status.IN_REVIEW


async def test_two_decide_at_once_and_exactly_one_decision_stands(office: Office) -> None:
    case = await office.in_review()
    chen = await office.sign_in(CHEN)
    again = await office.sign_in(CHEN)
    ground = office.matter(SOCIAL).legal_basis[0].id

    answers = await asyncio.gather(
        decide(chen, case),
        decide(again, case, "decide_refuse", grounds_text="不符合。", grounds=ground),
    )
    decided = await office.look(case.id)

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(decided.moments("decide_grant", "decide_refuse")) == 1
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert "办件刚刚有了新的进展" in lost.text
    assert (OPINION in lost.text) or ("不符合。" in lost.text)  # what was written is not lost


async def test_an_act_without_the_state_it_was_based_on_is_refused(office: Office) -> None:
    case = await office.in_review()
    chen = await office.sign_in(CHEN)

    answer = await decide(chen, case, seen="")

    assert answer.status_code == 409
    assert (await office.look(case.id)).decision is None


async def test_a_notice_in_the_review_that_asks_for_nothing_is_told_at_the_form(
    office: Office,
) -> None:
    case = await office.in_review()
    chen = await office.sign_in(CHEN)
    said = await chen.post(
        f"/cases/{case.id}/acts/notify_deficiency_review",
        seen=case.head,
        supply_by="2026-12-18",
        remark="请补交家庭收入证明。",
        **{f"state-{need.id}": "present" for need in office.matter(SOCIAL).materials},
    )

    assert said.status_code == 422
    assert "请至少写一项要补的" in said.text
    assert (await office.look(case.id)).head == case.head


async def test_a_review_asks_for_supplements_and_the_clock_pauses(office: Office) -> None:
    case = await office.in_review()
    chen = await office.sign_in(CHEN)
    fields = {f"state-{need.id}": "present" for need in office.matter(SOCIAL).materials}
    first = office.matter(SOCIAL).materials[0].id
    fields[f"state-{first}"] = "missing"

    await chen.post(
        f"/cases/{case.id}/acts/notify_deficiency_review",
        seen=case.head,
        supply_by="2026-12-18",
        remark="请补交家庭收入证明。",
        **fields,
    )
    paused = await office.look(case.id)
    notice = await chen.get(f"/cases/{case.id}/papers/review-deficiency-notice")

    page = await chen.get(f"/cases/{case.id}")
    pauses = office.matter(SOCIAL).supports.review_supplement_pauses

    assert paused.paused
    assert ("计时暂停" in page.text.partition('id="acts"')[0]) is pauses
    assert notice.headers["content-type"] == "application/pdf"
    assert notice.content.startswith(b"%PDF")


async def test_the_result_is_the_decision_s_document_and_goes_down_with_the_pen(
    office: Office,
) -> None:
    case = await office.in_review()
    await office.act(CHEN, granted(None), case=case.id)
    decided = await office.look(case.id)
    shen = await office.sign_in(SHEN)

    await shen.post(f"/cases/{case.id}/acts/produce_result", seen=decided.head, document="")
    ready = await office.look(case.id)
    result = next(each.ref for each in ready.parts if each.ref.name == "result")
    shown = await shen.get(f"/cases/{case.id}/parts/{result.hash}")
    answer = await shen.post(f"/cases/{case.id}/acts/forward_result", seen=ready.head, to=TOWN)
    gone = await office.look(case.id)

    assert ready.status is Status.READY
    assert shown.content.startswith(b"%PDF")
    assert "frame-ancestors 'self'" in shown.headers["content-security-policy"]
    assert gone.pen == TOWN
    assert [m.act for m in gone.timeline[-2:]] == ["forward_result", "hand_over_pen"]
    assert "结果已下送" in (await shen.get(answer.headers["location"])).text


async def test_sending_it_to_another_counter_changes_where_it_is_collected(
    office: Office,
) -> None:
    case = await office.in_review()
    for step in (granted(), issued()):
        case = await office.act(CHEN, step, case=case.id)
    shen = await office.sign_in(SHEN)

    await shen.post(f"/cases/{case.id}/acts/forward_result", seen=case.head, to=OTHER_TOWN)
    gone = await office.look(case.id)

    assert (gone.pickup, gone.pen) == (OTHER_TOWN, OTHER_TOWN)


async def test_a_result_is_sent_only_to_a_counter_that_has_a_machine(office: Office) -> None:
    case = await office.in_review()
    for step in (granted(), issued()):
        case = await office.act(CHEN, step, case=case.id)
    shen = await office.sign_in(SHEN)

    answer = await shen.post(
        f"/cases/{case.id}/acts/forward_result", seen=case.head, to="440229903-01"
    )

    assert answer.status_code == 422
    assert (await office.look(case.id)).pen == COUNTY


async def test_a_deposit_is_taken_up_with_its_materials(office: Office) -> None:
    case = await office.in_review()
    verdicts = complete(office.matter(SOCIAL))
    lacking = (replace(verdicts[0], state=MaterialState.MISSING), *verdicts[1:])
    asked = acts.NotifyDeficiencyReview(lacking, "2026-12-18")
    paused = await office.act(
        CHEN, Step(asked, (Attachment("notice", "text/plain", b"..."),)), case=case.id
    )
    ouyang = office.desk.holdings.officer(OUYANG)
    assert ouyang is not None
    await office.desk.deposit(
        DepositKind.SUPPLEMENT,
        acts.SupplementInReview(verdicts),
        Sitting(officer=ouyang, case_id=case.id),
        (Attachment("m1", "image/webp", PICTURE),),
    )
    chen = await office.sign_in(CHEN)
    page = (await chen.get(f"/cases/{case.id}")).text
    deposit = next(iter(await office.desk.node.journal.open_deposits(case.id)))

    await chen.post(f"/cases/{case.id}/acts/take_up_deposit", seen=paused.head, deposit=deposit)
    after = await office.look(case.id)

    assert "待采纳的补交" in page
    assert not after.paused
    assert deposit in after.taken_up
    brought = [p.ref.name for p in after.parts if p.entry == after.head]
    assert brought == ["m1"]


async def test_what_was_held_back_for_a_deferred_paper_is_ready_with_its_result(
    office: Office,
) -> None:
    relief = MatterId("temporary-relief")
    case = await office.case(relief, accepted=False)
    material, verdicts = with_one_deferred(office.matter(relief))
    await office.act(OUYANG, acts.AcceptDeferred(verdicts, "2026-12-18"), case=case.id)
    await office.take(case)
    held = await office.act(CHEN, granted(), case=case.id)
    shen = await office.sign_in(SHEN)

    await shen.post(
        f"/cases/{case.id}/acts/deferred_satisfied",
        seen=held.head,
        **{f"state-{material}": "present"},
    )
    ready = await office.look(case.id)

    assert held.status is Status.RESULT_HELD
    assert ready.status is Status.READY
    assert any(each.ref.name == "result" for each in ready.parts)


async def test_a_supervisor_only_reads_and_a_leader_without_the_power_does_not_decide(
    office: Office,
) -> None:
    case = await office.in_review()
    seen = {}
    for officer, refused in ((WU_SUPERVISOR, 403), (LIANG, 409)):
        browser = await office.sign_in(officer)
        seen[officer] = (await browser.get(f"/cases/{case.id}")).text
        assert (await decide(browser, case)).status_code == refused

    assert f"/cases/{case.id}/acts/" not in seen[WU_SUPERVISOR]
    assert f"/cases/{case.id}/acts/take" in seen[LIANG]
    assert f"/cases/{case.id}/acts/decide_grant" not in seen[LIANG]
    assert (await office.look(case.id)).decision is None


async def test_a_supervisor_sees_nobody_s_name_or_number(office: Office) -> None:
    case = await office.in_review()
    scan = next(each.ref for each in case.parts if each.ref.media_type == "image/webp")
    supervisor = await office.sign_in(WU_SUPERVISOR)

    page = (await supervisor.get(f"/cases/{case.id}")).text

    assert case.number in page
    assert NAME not in page
    assert NUMBER not in page
    assert (await supervisor.get(f"/cases/{case.id}/parts/{scan.hash}")).status_code == 403


async def test_the_county_takes_a_case_back_from_a_township_past_its_lease(
    office: Office,
) -> None:
    case = await office.in_review()
    for step in (granted(), issued()):
        case = await office.act(CHEN, step, case=case.id)
    case = await office.act(CHEN, acts.HandOverPen(TOWN), case=case.id)
    chen = await office.sign_in(CHEN)

    asked = {
        "seen": case.head,
        "ground": "lease-ended",
        "of": case.timeline[-1].entry,
        "code": "E_LEASE_ENDED",
    }
    alone = await chen.post(f"/cases/{case.id}/acts/reclaim_pen", **asked, approved_by=CHEN)
    early = await chen.post(f"/cases/{case.id}/acts/reclaim_pen", **asked, approved_by=LIANG)
    office.clock.advance(LEASE_SPAN + GRACE + timedelta(seconds=1))
    chen = await office.sign_in(CHEN)
    answer = await chen.post(f"/cases/{case.id}/acts/reclaim_pen", **asked, approved_by=LIANG)
    back = await office.look(case.id)

    assert alone.status_code == 422
    assert early.status_code == 409
    assert "请先联系该单位交回办件" in early.text
    assert answer.status_code == 303
    assert back.pen == COUNTY


async def test_the_county_asks_a_township_in_reach_for_a_case_once(office: Office) -> None:
    case = await office.in_review()
    for step in (granted(), issued(), acts.HandOverPen(TOWN)):
        case = await office.act(CHEN, step, case=case.id)
    chen = await office.sign_in(CHEN)
    before = (await chen.get(f"/cases/{case.id}")).text
    unsaid = await chen.post(f"/cases/{case.id}/release", seen=case.head)
    asked = {"seen": case.head, "reason": "put-right"}
    answer = await chen.post(f"/cases/{case.id}/release", **asked)
    after = (await chen.get(f"/cases/{case.id}")).text
    again = await chen.post(f"/cases/{case.id}/release", **asked)
    supervisor = await office.sign_in(WU_SUPERVISOR)
    reader = await supervisor.post(f"/cases/{case.id}/release", **asked)

    assert "起由龙仙镇公共服务中心办理，翁源县" in before
    assert 'data-open-dialog="ask_release"' in before
    assert unsaid.status_code == 422
    assert answer.status_code == 303
    assert "交回（更正、撤销或者重新办理），交回以前仍由其办理" in after
    assert 'data-open-dialog="ask_release"' not in after
    assert again.status_code == 409
    assert "已经请该单位交回" in again.text
    assert reader.status_code == 403
    assert (await office.look(case.id)).pen == TOWN


async def test_a_delivered_case_is_closed_and_its_papers_are_there(office: Office) -> None:
    case = await delivered(office)
    chen = await office.sign_in(CHEN)

    await chen.post(f"/cases/{case.id}/acts/close", seen=case.head)
    page = (await chen.get(f"/cases/{case.id}")).text
    grant = await chen.get(f"/cases/{case.id}/papers/grant.pdf")

    assert (await office.look(case.id)).status is Status.CLOSED
    assert "正常办结" in page
    assert grant.content.startswith(b"%PDF")
    assert (await chen.get(f"/cases/{case.id}/papers/nothing")).status_code == 404


@pytest.mark.parametrize("case", ["", "x", "0" * 32, "../../etc", "%27"])
async def test_a_case_that_is_not_there_is_not_found(office: Office, case: str) -> None:
    chen = await office.sign_in(CHEN)

    assert (await chen.get(f"/cases/{case or 'nothing'}")).status_code == 404


async def test_after_an_act_its_own_paper_is_offered(office: Office) -> None:
    case = await office.take(await office.case())
    chen = await office.sign_in(CHEN)

    accepted = (await chen.get(f"/cases/{case.id}?done=accept")).text
    taken = (await chen.get(f"/cases/{case.id}?done=take")).text

    assert "打印受理通知书</a>" in accepted
    assert "已接办" in taken
    assert "</svg>打印" not in taken
