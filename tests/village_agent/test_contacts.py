"""A village is asked about a case, and answers at its own table."""

from casework.names import CaseId
from tests.builders import TOWN, VILLAGE
from tests.centres import LOW_INCOME, Clerk, materials, visible
from tests.laptops import Agent, Village

DAY = "2026-12-20"
WORDS = "申请人近三个月是否住在村里？"
REPLY = "一直住在村里。"


async def asked(village: Village, wu: Clerk) -> CaseId:
    """A case of the township's own counter, of which the village knew nothing."""
    case = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
    answer = await wu.act(case, "ask", ask_to=VILLAGE, answer_by=DAY, question=WORDS)
    assert answer.status_code == 303, visible(answer.text)[:900]
    await village.settle()
    return case


async def test_lin_finds_the_question_on_the_first_page_and_answers_it(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    assert "等本村答复" not in await lin.said("/")
    case = await asked(village, wu)
    assert "1 件办件等本村答复" in await lin.said("/")
    assert f"/cases/{case}" in (await lin.get("/cases?view=answers")).text
    assert WORDS in await lin.said(f"/cases/{case}")

    question = (await village.case(case)).questions[0].id
    answer = await lin.act(case, "answer", question=question, answer=REPLY)
    assert answer.status_code == 303, visible(answer.text)[:900]
    page = await lin.said(f"/cases/{case}")
    assert REPLY in page
    assert "等本村答复" not in await lin.said("/")
    assert "1 件，最早" not in await lin.said("/")
    await village.settle()
    assert REPLY in visible((await wu.get(f"/cases/{case}")).text)


async def test_lin_asks_the_township_about_what_it_has_in_hand(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    case = await lin.collected("minimum-living-allowance", LOW_INCOME)
    answer = await lin.act(case, "ask", ask_to=TOWN, answer_by=DAY, question=WORDS)
    assert answer.status_code == 303, visible(answer.text)[:900]
    await village.settle()
    page = visible((await wu.get(f"/cases/{case}")).text)
    assert WORDS in page
    deposit = next(iter(await village.town.node.journal.open_deposits(case)))
    taken = await wu.act(case, "take_up_deposit", deposit=deposit)
    assert taken.status_code == 303, visible(taken.text)[:900]
    said = await wu.act(case, "answer", question=deposit, answer=REPLY)
    assert said.status_code == 303, visible(said.text)[:900]
    await village.settle()
    assert REPLY in await lin.said(f"/cases/{case}")


async def test_a_case_that_lin_is_only_asked_about_is_not_among_her_own(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    other = await asked(village, wu)
    own = await lin.collected("minimum-living-allowance", LOW_INCOME)

    assert "1 件在办" in await lin.said("/")
    for view in ("open", "all"):
        listed = (await lin.get(f"/cases?view={view}")).text
        assert f"/cases/{own}" in listed
        assert f"/cases/{other}" not in listed


async def test_papers_owed_to_a_case_that_lin_is_only_asked_about_are_not_hers_to_ask_for(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    lacking = {**LOW_INCOME, **materials(missing=("m2",))}
    case = await wu.taken("minimum-living-allowance", lacking, "notify_deficiency")
    await wu.act(case, "ask", ask_to=VILLAGE, answer_by=DAY, question=WORDS)
    await village.settle()

    assert "没有要补的" in await lin.said("/")
    assert f"/cases/{case}" not in (await lin.get("/owing")).text
