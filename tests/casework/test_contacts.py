"""Questions between nodes: who is concerned, what they hold, and that no clock hears of them."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.calls import CallKind, calls_of
from casework.case import Case
from casework.case_clocks import clocks_of
from casework.contacts import open_questions
from casework.entry import PartRef
from casework.errors import AnswerError, CaseworkError, DateOrderError, QuestionError
from casework.fold import fold
from casework.interest import entitled, interest_of
from casework.judging import refusal
from casework.names import NodeId, OfficerId
from casework.standing import Standing, Waiting
from tests import county
from tests.builders import (
    COUNTY,
    LIN,
    NOON,
    OTHER_TOWN,
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
    WU,
    ZHOU,
    Pad,
    a_part,
)
from tests.casework.situations import (
    ACCEPTED,
    DELIVERED,
    DEPOSIT,
    HELD,
    JUDGED,
    MATTER,
    Situation,
    almighty,
    folded,
    lying_at,
)
from tests.casework.timelines import a_case

DAY = "2026-12-20"
ASK = acts.Ask(OTHER_TOWN, DAY, TOWN, WU)
CALENDAR = county.calendar()
ELSEWHERE = NodeId("440230-01")


def question_of(case: Case) -> acts.Answer:
    return acts.Answer(case.questions[0].id, ZHOU)


def asked(*before: AnyAct) -> Case:
    return folded(*(before or ACCEPTED), ASK)


def may_have(case: Case, node: NodeId, part: PartRef, author: NodeId = TOWN) -> bool:
    return entitled(case, node, part, author)


def said(case: Case, act: AnyAct, node: NodeId, officer: OfficerId) -> CaseworkError | None:
    """What is said against it, were the pen at that node and the officer almighty."""
    base = almighty(Situation(case=case), node)
    person: Standing = replace(base, officer=replace(base.officer, id=officer))
    parts = (a_part("question"), a_part("answer"))
    return refusal(lying_at(case, node), act, parts, person)


def test_who_is_asked_is_concerned_until_the_case_ends_and_named_until_the_answer_stands() -> None:
    pad = Pad()
    chain = pad.chain(*((TOWN, step) for step in (*ACCEPTED, ASK)))
    waiting = fold(chain).case
    assert waiting is not None
    answer = pad.write(question_of(waiting), node=TOWN, after=chain[-1])
    after = fold([*chain, answer]).case
    assert after is not None

    assert OTHER_TOWN in interest_of(waiting)
    assert OTHER_TOWN in interest_of(after)
    assert may_have(waiting, OTHER_TOWN, a_part("applicant"))
    assert not may_have(after, OTHER_TOWN, a_part("applicant"))
    assert after.questions[0].answer is not None
    assert after.questions[0].answer.officer == ZHOU


def test_who_is_asked_holds_the_name_the_question_and_nothing_else() -> None:
    pad = Pad()
    chain = pad.chain(*((TOWN, step) for step in ACCEPTED))
    chain.append(pad.write(ASK, node=TOWN, after=chain[-1], parts=(a_part("question"),)))
    waiting = fold(chain).case
    assert waiting is not None
    case = replace(waiting, received_by=VILLAGE, pen=COUNTY)
    assert {
        name
        for name in ("applicant", "question", "form", "m1", "result", "opinion")
        if may_have(case, OTHER_TOWN, a_part(name))
    } == {"applicant", "question"}


def test_nobody_hears_what_others_were_asked_and_answered() -> None:
    """A village and a town are asked; each holds its own question, and who asks all of it."""
    pad = Pad()
    chain = pad.chain(*((COUNTY, step) for step in ACCEPTED))
    words = [a_part("question", "to the village"), a_part("question", "to the town")]
    for to, part in zip((VILLAGE, OTHER_TOWN), words, strict=True):
        question = replace(ASK, to=to, asker=COUNTY)
        chain.append(pad.write(question, node=COUNTY, after=chain[-1], parts=(part,)))
    asked_both = fold(chain).case
    assert asked_both is not None
    assert heard(asked_both, words) == {
        VILLAGE: [True, False],
        OTHER_TOWN: [False, True],
        TOWN: [True, False],  # it carries to its village what its village may have
        COUNTY: [True, True],
    }

    words.append(a_part("answer", "of the town"))
    answer = acts.Answer(asked_both.questions[1].id, ZHOU)
    chain.append(pad.write(answer, node=COUNTY, after=chain[-1], parts=words[2:]))
    answered = fold(chain).case
    assert answered is not None
    assert heard(answered, words) == {
        VILLAGE: [True, False, False],
        OTHER_TOWN: [False, False, False],
        TOWN: [True, False, False],
        COUNTY: [True, True, True],
    }


def heard(case: Case, words: Sequence[PartRef]) -> dict[NodeId, list[bool]]:
    nodes = (VILLAGE, OTHER_TOWN, TOWN, COUNTY)
    return {node: [may_have(case, node, part, COUNTY) for part in words] for node in nodes}


def test_a_town_that_asked_hears_its_own_answer_and_no_other() -> None:
    pad = Pad()
    chain = pad.chain(*((COUNTY, step) for step in ACCEPTED))
    for asker, to in ((OTHER_TOWN, VILLAGE), (COUNTY, VILLAGE)):
        question = replace(ASK, to=to, asker=asker)
        chain.append(pad.write(question, node=COUNTY, after=chain[-1]))
    case = fold(chain).case
    assert case is not None
    words = [a_part("answer", "to the town"), a_part("answer", "to the county")]
    for question_, part in zip(case.questions, words, strict=True):
        answer = acts.Answer(question_.id, LIN)
        chain.append(pad.write(answer, node=COUNTY, after=chain[-1], parts=(part,)))
    after = fold(chain).case
    assert after is not None
    concerned = replace(after, pickup=OTHER_TOWN)
    assert [may_have(concerned, OTHER_TOWN, part) for part in words] == [True, False]


def test_words_that_wait_to_be_adopted_are_their_author_s() -> None:
    case = replace(asked(), pen=COUNTY, received_by=VILLAGE)
    deposited = a_part("answer", "not in the case")
    assert may_have(case, OTHER_TOWN, deposited, author=OTHER_TOWN)
    assert not may_have(case, OTHER_TOWN, deposited, author=OTHER_VILLAGE)


def test_a_case_that_has_ended_waits_for_no_answer() -> None:
    ended = folded(*DELIVERED, ASK, acts.Close())
    assert open_questions(ended) == ()
    assert calls_of(ended) == ()
    assert OTHER_TOWN not in interest_of(ended)


def test_what_waits_says_for_whom_and_until_when() -> None:
    (call,) = calls_of(asked())
    assert (call.kind, call.node, call.by) == (CallKind.ANSWER, OTHER_TOWN, DAY)


def test_the_first_answer_stands() -> None:
    case = asked()
    answers = (question_of(case), replace(question_of(case), officer=WU))
    found = folded(*ACCEPTED, ASK, *answers).questions[0].answer
    assert found is not None
    assert found.officer == ZHOU


@given(st.integers(0, len(HELD) - 1), st.integers(0, 60))
def test_no_clock_and_no_status_hears_of_a_question(place: int, days: int) -> None:
    """Wherever it is asked, and whenever one looks."""
    now = NOON + timedelta(days=days)
    told = [(TOWN, act, NOON + timedelta(hours=hour)) for hour, act in enumerate(HELD)]
    question = (TOWN, ASK, told[place][2])
    alone = a_case(*told, matter=MATTER)
    with_question = a_case(*told[: place + 1], question, *told[place + 1 :], matter=MATTER)

    assert len(with_question.questions) == 1
    assert clocks_of(with_question, MATTER, CALENDAR, now) == clocks_of(
        alone, MATTER, CALENDAR, now
    )
    assert (with_question.status, with_question.pen) == (alone.status, alone.pen)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (ASK, None),
        (replace(ASK, to=TOWN), QuestionError),
        (replace(ASK, to=ELSEWHERE), QuestionError),
        (replace(ASK, asker=OTHER_TOWN), QuestionError),
        (replace(ASK, officer=ZHOU), QuestionError),
        (replace(ASK, answer_by="2026-11-01"), DateOrderError),
        (replace(ASK, answer_by="2046-11-01"), DateOrderError),
    ],
)
def test_a_question_is_by_who_asks_and_to_somebody_else_of_the_county(
    act: AnyAct, error: type[CaseworkError] | None
) -> None:
    refused = said(folded(*ACCEPTED), act, TOWN, WU)
    assert (type(refused) if refused else None) is error


def test_an_answer_is_given_by_the_node_and_officer_that_were_asked() -> None:
    case = asked()
    assert said(case, question_of(case), OTHER_TOWN, ZHOU) is None
    assert isinstance(said(case, question_of(case), OTHER_TOWN, WU), AnswerError)
    strange = acts.Answer(DEPOSIT, ZHOU)
    assert isinstance(said(case, strange, OTHER_TOWN, ZHOU), AnswerError)


@pytest.mark.parametrize(
    ("node", "officer", "error"),
    [(OTHER_TOWN, ZHOU, None), (TOWN, ZHOU, AnswerError), (OTHER_TOWN, WU, AnswerError)],
)
def test_a_deposited_answer_is_adopted_as_its_depositors(
    node: NodeId, officer: OfficerId, error: type[CaseworkError] | None
) -> None:
    case = asked(*JUDGED)
    answer = question_of(case)
    at = "2026-11-20T04:00:00.000000Z"
    base = almighty(Situation(case=case), TOWN)
    waiting = {DEPOSIT: Waiting(at, answer, node=node, officer=officer)}
    asked_of = replace(base, open_deposits=waiting)
    refused = refusal(case, acts.TakeUpDeposit(DEPOSIT, at, answer), (a_part("answer"),), asked_of)
    assert (type(refused) if refused else None) is error
