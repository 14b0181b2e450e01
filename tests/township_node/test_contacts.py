"""Questions between nodes about a case: asked, answered without the pen, adopted, recorded."""

import pytest

from casework import act as acts
from casework.calls import CallKind
from casework.errors import UnknownCaseError
from casework.interest import entitled
from casework.names import CaseId, NodeId
from sync.bodies import DepositKind
from sync.case_lists import CaseLists
from sync.desk import Attachment, Sitting
from tests.builders import CHEN, LIN, OTHER_TOWN, TOWN, VILLAGE, WU
from tests.centres import LOW_INCOME, TONG, Clerk, World, visible

WORDS = "申请人是否在贵镇另有住房？"
REPLY = "经查没有。"
DAY = "2026-12-20"
LATE = "2026-11-19"


async def received(wu: Clerk) -> CaseId:
    return await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")


async def ask(wu: Clerk, case: CaseId, to: NodeId, *, by: str = DAY) -> None:
    answer = await wu.act(case, "ask", ask_to=to, answer_by=by, question=WORDS)
    assert answer.status_code == 303, visible(answer.text)[:900]


async def answered(tong: Clerk, world: World, case: CaseId) -> None:
    stands = await world.other.services.desk.get_case(case)
    question = stands.questions[0].id
    answer = await tong.act(case, "answer", question=question, answer=REPLY)
    assert answer.status_code == 303, visible(answer.text)[:900]


async def test_a_question_goes_to_another_town_and_its_answer_comes_back(
    world: World, wu: Clerk
) -> None:
    case = await received(wu)
    tong = await world.other.sign_in(TONG)
    assert "待答复" not in visible((await tong.get("/")).text)
    before = (await wu.get(f"/cases/{case}/clocks")).text
    await ask(wu, case, OTHER_TOWN)
    assert (await wu.get(f"/cases/{case}/clocks")).text == before
    await world.settle()

    home = (await tong.get("/?view=answers")).text
    assert "待答复" in visible(home)
    assert f"/cases/{case}" in home
    page = visible((await tong.get(f"/cases/{case}")).text)
    assert WORDS in page
    assert "陈*兰" in page
    await answered(tong, world, case)
    assert f"/cases/{case}" not in (await tong.get("/?view=answers")).text
    await world.settle()

    shown = visible((await wu.get(f"/cases/{case}")).text)
    assert REPLY in shown
    assert "待采纳" in visible((await wu.get("/")).text)
    deposit = next(iter(await world.town.node.journal.open_deposits(case)))
    taken = await wu.act(case, "take_up_deposit", deposit=deposit)
    assert taken.status_code == 303, visible(taken.text)[:900]
    stands = await world.town.services.desk.get_case(case)
    (question,) = stands.questions
    assert (question.asker, question.to, question.officer) == (TOWN, OTHER_TOWN, WU)
    assert question.answer is not None
    assert question.answer.officer == TONG
    assert (stands.status, stands.pen) == ("received", TOWN)
    shown = visible((await wu.get(f"/cases/{case}")).text)
    assert REPLY in shown
    assert "待采纳" not in shown


async def test_who_was_asked_has_no_papers_and_hears_on_until_the_case_ends(
    world: World, wu: Clerk
) -> None:
    case = await received(wu)
    with pytest.raises(UnknownCaseError):
        await world.other.services.desk.get_case(case)
    await ask(wu, case, OTHER_TOWN)
    await world.settle()
    desk = world.other.services.desk
    held = await desk.get_case(case)
    assert await desk.read_named(held, "applicant") is not None
    assert await desk.read_named(held, "form") is None

    await answered(await world.other.sign_in(TONG), world, case)
    await world.settle()
    deposit = next(iter(await world.town.node.journal.open_deposits(case)))
    assert (await wu.act(case, "take_up_deposit", deposit=deposit)).status_code == 303
    await wu.act(case, "change_pickup", pickup=TOWN)
    await world.settle()
    last = await world.other.services.desk.get_case(case)
    assert last.questions[0].answer is not None
    assert last.length == (await world.town.services.desk.get_case(case)).length
    applicant = next(each for each in last.parts if each.ref.name == "applicant")
    assert not entitled(last, OTHER_TOWN, applicant.ref, applicant.node)

    await wu.act(case, "withdraw", asked_by="applicant")
    await world.settle()
    assert (await desk.get_case(case)).status == "closed"


async def test_a_village_is_asked_and_answers_what_was_asked_late_in_red(
    world: World, wu: Clerk
) -> None:
    case = await received(wu)
    await ask(wu, case, VILLAGE)
    await world.settle(county=False)
    stands = await world.village_desk.get_case(case)
    lin = world.village.store.holdings.officer(LIN)
    assert lin is not None
    said = acts.Answer(stands.questions[0].id, LIN)
    sitting = Sitting(officer=lin, case_id=case)
    words = Attachment("answer", "text/plain", REPLY.encode())
    await world.village_desk.deposit(DepositKind.ANSWER, said, sitting, (words,))
    await world.settle(county=False)

    assert REPLY in visible((await wu.get(f"/cases/{case}")).text)


async def test_who_is_asked_is_never_sent_what_another_was_asked(world: World, wu: Clerk) -> None:
    case = await received(wu)
    for to in (OTHER_TOWN, VILLAGE):
        await ask(wu, case, to)
    await world.settle()
    for desk, expected in (
        (world.village_desk, [False, True]),
        (world.other.services.desk, [True, False]),
    ):
        words = [part for part in (await desk.get_case(case)).parts if part.ref.name == "question"]
        held = [await desk.read_part(part.ref.hash) is not None for part in words]
        assert held == expected


async def test_a_town_without_the_pen_asks_the_county_which_takes_it_up_and_answers(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    county = world.county.node.id
    await ask(wu, case, county)
    shown = visible((await wu.get(f"/cases/{case}")).text)
    assert WORDS in shown
    await world.settle()
    deposit, at = next(iter((await world.county.node.journal.open_deposits(case)).items()))
    asked = acts.Ask(county, DAY, TOWN, WU)
    chen = world.county.store.holdings.officer(CHEN)
    assert chen is not None
    sitting = Sitting(officer=chen, case_id=case)
    words = Attachment("question", "text/plain", WORDS.encode())
    await world.county_desk.perform(acts.TakeUpDeposit(deposit, at, asked), sitting, (words,))
    reply = Attachment("answer", "text/plain", REPLY.encode())
    await world.county_desk.perform(acts.Answer(deposit, CHEN), sitting, (reply,))
    await world.settle()

    page = visible((await wu.get(f"/cases/{case}")).text)
    assert REPLY in page
    assert "已答复" in page


async def test_a_question_is_put_to_somebody_else_by_a_day_to_come(world: World, wu: Clerk) -> None:
    case = await received(wu)
    own = await wu.act(case, "ask", ask_to=TOWN, answer_by=DAY, question=WORDS)
    past = await wu.act(case, "ask", ask_to=OTHER_TOWN, answer_by=LATE, question=WORDS)
    silent = await wu.act(case, "ask", ask_to=OTHER_TOWN, answer_by=DAY, question="")

    assert [own.status_code, past.status_code, silent.status_code] == [422, 422, 422]
    assert (await world.town.services.desk.get_case(case)).questions == ()


async def test_only_who_is_asked_answers(world: World, wu: Clerk) -> None:
    case = await received(wu)
    await ask(wu, case, OTHER_TOWN)
    question = (await world.town.services.desk.get_case(case)).questions[0].id
    answer = await wu.act(case, "answer", question=question, answer=REPLY)

    assert answer.status_code == 422
    assert (await world.town.services.desk.get_case(case)).questions[0].answer is None


async def test_what_the_county_is_asked_is_on_its_list_until_it_has_answered(
    world: World, wu: Clerk
) -> None:
    case, county = await received(wu), world.county.node.id
    lists = CaseLists(world.county_desk)
    await ask(wu, case, county)
    await world.settle()
    assert await lists.called(CallKind.ANSWER, county) == (case,)
    assert await lists.called(CallKind.ANSWER, OTHER_TOWN) == ()

    chen = world.county.store.holdings.officer(CHEN)
    assert chen is not None
    question = (await world.county_desk.get_case(case)).questions[0].id
    reply = Attachment("answer", "text/plain", REPLY.encode())
    sitting = Sitting(officer=chen, case_id=case)
    said = acts.Answer(question, CHEN)
    await world.county_desk.deposit(DepositKind.ANSWER, said, sitting, (reply,))
    assert await lists.called(CallKind.ANSWER, county) == ()


async def test_a_second_answer_is_kept_and_shown_and_waits_for_nobody(
    world: World, wu: Clerk
) -> None:
    case, again = await received(wu), "又查了一遍，仍然没有。"
    await ask(wu, case, OTHER_TOWN)
    await world.settle()
    await answered(await world.other.sign_in(TONG), world, case)
    desk = world.other.services.desk
    tong = desk.holdings.officer(TONG)
    assert tong is not None
    said = acts.Answer((await desk.get_case(case)).questions[0].id, TONG)
    words = Attachment("answer", "text/plain", again.encode())
    sitting = Sitting(officer=tong, case_id=case)
    await desk.deposit(DepositKind.ANSWER, said, sitting, (words,))
    await world.settle()
    lists = world.town.services.office.lists
    assert await lists.with_open_deposits(TOWN) == (case,)

    first = next(iter(await world.town.node.journal.open_deposits(case)))
    assert (await wu.act(case, "take_up_deposit", deposit=first)).status_code == 303
    page = visible((await wu.get(f"/cases/{case}")).text)
    assert REPLY in page
    assert again in page
    assert "这一份留作记录" in page
    assert "待采纳" not in page
    assert await lists.with_open_deposits(TOWN) == ()
