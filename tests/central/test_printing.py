"""At the county a result is printed as final only where its decision is proven."""

from casework import act as acts
from casework.case import Case
from casework.names import MessageId
from sync.attesting import is_proven
from sync.desk import Attachment, Step
from tests.central.reviewing import CHEN, LIANG, Office, delivered, granted
from tests.forging import forge
from tests.halls import Browser
from tests.webui.paper_text import text_of

PREVIEW = set("预览未生效")


async def printed(browser: Browser, case: Case, kind: str = "grant") -> str:
    answer = await browser.get(f"/cases/{case.id}/papers/{kind}")
    assert answer.status_code == 200, answer.text
    return text_of(answer.content)


def grounds(text: str) -> Attachment:
    return Attachment("grounds", "text/plain", text.encode())


async def decided(office: Office) -> Case:
    case = await office.in_review()
    return await office.act(CHEN, granted(), case=case.id)


async def test_a_sound_decision_is_final(office: Office) -> None:
    case = await decided(office)
    chen = await office.sign_in(CHEN)

    text = await printed(chen, case)

    assert not text.count("预览")
    assert "翁民准〔2026〕1号" in text


async def test_a_decision_whose_signature_fails_is_a_preview_and_makes_no_result(
    office: Office,
) -> None:
    case = await decided(office)
    assert case.decision is not None
    await forge(office.desk.node.database, case.decision.entry)
    chen = await office.sign_in(CHEN)

    assert set(await printed(chen, case)) >= PREVIEW
    # What tells of another step is as final as before.
    assert "预览" not in await printed(chen, case, "acceptance-notice")
    answer = await chen.post(
        f"/cases/{case.id}/acts/produce_result", seen=case.head, document="翁民准〔2026〕1号"
    )
    assert answer.status_code == 409
    assert "没有通过核验" in answer.text
    assert not (await office.look(case.id)).moments("produce_result")


async def test_a_correction_stands_on_the_decision_that_it_corrects(office: Office) -> None:
    case = await delivered(office)
    corrects = Step(acts.Correct("翁民准〔2026〕1-1号", LIANG), (grounds("姓名有误"),))
    case = await office.act(CHEN, acts.Close(), case=case.id)
    case = await office.act(CHEN, corrects, case=case.id)
    chen = await office.sign_in(CHEN)
    before = await printed(chen, case, "correction")
    assert case.decision is not None
    await forge(office.desk.node.database, case.decision.entry)

    after = await printed(chen, case, "correction")

    assert "预览" not in before
    assert set(after) >= PREVIEW


async def test_a_case_opened_anew_is_proven_by_what_was_decided_since(office: Office) -> None:
    case = await delivered(office)
    first = case.decision
    assert first is not None
    told = Attachment("told", "text/plain", "请等候新的决定".encode())
    reopened = Step(acts.Reopen(LIANG), (grounds("须重新核查"), told))
    case = await office.act(CHEN, acts.Close(), case=case.id)
    case = await office.act(CHEN, reopened, case=case.id)
    case = await office.act(CHEN, granted("翁民准〔2026〕2号"), case=case.id)
    assert case.decision is not None
    await forge(office.desk.node.database, first.entry)

    assert not await is_proven(office.desk, case, first.entry)
    assert await is_proven(office.desk, case, case.decision.entry)


async def test_an_entry_that_decides_nothing_proves_nothing(office: Office) -> None:
    case = await decided(office)

    assert not await is_proven(office.desk, case, case.timeline[0].entry)
    assert not await is_proven(office.desk, case, MessageId("0" * 64))
