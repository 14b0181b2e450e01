"""The county asks about a case and is asked, with the pen and without it."""

from datetime import timedelta

from casework import act as acts
from casework.case import Case
from sync.bodies import DepositKind
from sync.desk import Attachment, Sitting
from tests.builders import COUNTY, TOWN, WU
from tests.central.reviewing import CHEN, SHE, WU_SUPERVISOR, Office
from tests.centres import visible
from tests.halls import Browser

DAY = "2026-12-20"
WORDS = "申请人是否仍在本村居住？"
REPLY = "仍在本村居住。"


async def page_of(browser: Browser, case: Case) -> str:
    return visible((await browser.get(f"/cases/{case.id}")).text)


async def asked_by_a_town(office: Office) -> Case:
    """A question to the county about a case that is with the township."""
    case = await office.in_review()
    await office.act(CHEN, acts.HandOverPen(TOWN), case=case.id)
    node = office.desk.node
    stands = await node.journal.get_case(case.id)
    assert stands.pen == TOWN
    return stands


async def test_chen_asks_a_town_and_the_question_stands_on_the_page(office: Office) -> None:
    case = await office.in_review()
    chen = await office.sign_in(CHEN)
    answer = await chen.post(
        f"/cases/{case.id}/acts/ask",
        seen=case.head,
        ask_to=TOWN,
        answer_by=DAY,
        question=WORDS,
    )
    assert answer.status_code == 303, visible(answer.text)[:900]
    after = await office.look(case.id)
    page = await page_of(chen, case)

    assert (after.questions[0].to, after.questions[0].officer) == (TOWN, CHEN)
    assert WORDS in page
    assert "联系记录" in page
    assert "待答复" in page


async def test_a_question_that_is_late_is_shown_as_such(office: Office) -> None:
    case = await office.in_review()
    words = Attachment("question", "text/plain", WORDS.encode())
    sitting = Sitting(officer=office.desk.holdings.officers[CHEN], case_id=case.id)
    await office.desk.perform(acts.Ask(TOWN, "2026-11-23", COUNTY, CHEN), sitting, (words,))
    chen = await office.sign_in(CHEN)
    assert "逾期未答复" not in await page_of(chen, case)
    office.clock.advance(timedelta(days=5))
    assert "逾期未答复" in await page_of(await office.sign_in(CHEN), case)


async def test_the_county_asks_without_the_pen_by_a_deposit(office: Office) -> None:
    case = await asked_by_a_town(office)
    chen = await office.sign_in(CHEN)
    answer = await chen.post(
        f"/cases/{case.id}/acts/ask",
        seen=case.head,
        ask_to=TOWN,
        answer_by=DAY,
        question=WORDS,
    )
    assert answer.status_code == 303, visible(answer.text)[:900]
    page = await page_of(chen, case)

    assert (await office.look(case.id)).questions == ()
    assert len(await office.desk.node.journal.open_deposits(case.id)) == 1
    assert WORDS in page
    assert "待采纳" in page


async def test_an_answer_that_was_deposited_is_shown_and_adopted(office: Office) -> None:
    case = await office.in_review()
    sitting = Sitting(officer=office.desk.holdings.officers[CHEN], case_id=case.id)
    words = Attachment("question", "text/plain", WORDS.encode())
    await office.desk.perform(acts.Ask(TOWN, DAY, COUNTY, CHEN), sitting, (words,))
    # The county's own machine deposits it here; who may answer is the rules' to say.
    question = (await office.look(case.id)).questions[0]
    reply = Attachment("answer", "text/plain", REPLY.encode())
    said = acts.Answer(question.id, CHEN)
    await office.desk.deposit(DepositKind.ANSWER, said, sitting, (reply,))
    chen = await office.sign_in(CHEN)
    deposit = next(iter(await office.desk.node.journal.open_deposits(case.id)))
    head = (await office.look(case.id)).head
    answer = await chen.post(f"/cases/{case.id}/acts/take_up_deposit", seen=head, deposit=deposit)

    assert answer.status_code == 409
    assert "没有等待本单位答复的这个问题" in visible(answer.text)
    assert (await office.look(case.id)).questions[0].answer is None


async def test_only_who_works_on_the_case_may_ask(office: Office) -> None:
    case = await office.in_review()
    supervisor = await office.sign_in(WU_SUPERVISOR)
    assert "联系其他单位" not in await page_of(supervisor, case)
    she = await office.sign_in(SHE)
    assert (await she.get(f"/cases/{case.id}")).status_code == 404


async def test_a_question_that_was_deposited_here_waits_to_be_taken_up(office: Office) -> None:
    case = await office.in_review()
    sitting = Sitting(officer=office.desk.holdings.officers[CHEN], case_id=case.id)
    chen = await office.sign_in(CHEN)
    assert case.number not in (await chen.get("/?view=deposits")).text

    asked = acts.Ask(COUNTY, DAY, TOWN, WU)
    words = Attachment("question", "text/plain", WORDS.encode())
    await office.desk.deposit(DepositKind.QUESTION, asked, sitting, (words,))
    assert case.number in (await chen.get("/?view=deposits")).text
