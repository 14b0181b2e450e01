"""Who asked whom about a case, and what was answered: the record of contacts on its page.

What is deposited is shown as soon as it is here, and says that the case does not hold it yet.
"""

from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.case import Question
from casework.contacts import open_questions
from casework.errors import CaseworkError, NotPenHolderError
from casework.names import MessageId, NodeId
from webui.act_dialogs import ActDialog, act_dialog, deposit_dialog
from webui.case_freshness import silent_words
from webui.case_given import CaseGiven, WaitingDeposit
from webui.case_words import word


class AnswerView(Struct, frozen=True, kw_only=True):
    who: str
    at: datetime
    text: str
    state: str  # taken_up; waiting; kept: another answer stands, and this one is only shown
    dialog: ActDialog | None = None  # takes it up


class QuestionView(Struct, frozen=True, kw_only=True):
    """A question; `state` is a key of the words `contact`, and `dialog` answers it."""

    id: MessageId
    asker: str
    who: str
    to: str
    at: datetime
    answer_by: date
    text: str
    state: str
    state_text: str
    silent: str  # since when the node asked was not heard, where an answer is still owed
    taken_up: bool
    answers: tuple[AnswerView, ...]
    dialog: ActDialog | None


class ContactsView(Struct, frozen=True, kw_only=True):
    questions: tuple[QuestionView, ...]
    ask: ActDialog | None

    @property
    def dialogs(self) -> tuple[ActDialog, ...]:
        found = [self.ask]
        for question in self.questions:
            found += [question.dialog, *(answer.dialog for answer in question.answers)]
        return tuple(each for each in found if each is not None)


def contacts_of(given: CaseGiven) -> ContactsView:
    """The questions that stand, then those that were deposited and wait to be taken up."""
    standing = tuple(_standing(question, given) for question in given.case.questions)
    deposited = tuple(
        _deposited(each, each.act, given)
        for each in given.deposits
        if isinstance(each.act, acts.Ask)
    )
    return ContactsView(
        questions=(*standing, *deposited),
        ask=act_dialog("ask", given, mark="message-circle", kind="")
        if _may("ask", given)
        else None,
    )


def takes_up(given: CaseGiven) -> bool:
    """Whether who looks may adopt what was deposited."""
    return given.case.pen == given.node and given.why_not.get("take_up_deposit", True) is None


def _may(name: str, given: CaseGiven) -> bool:
    """Whether it may be said here, as an act or as a deposit."""
    refused: CaseworkError | bool | None = given.why_not.get(name, True)
    without_pen = isinstance(refused, NotPenHolderError) and given.case.is_open
    return bool(given.contacts) and (refused is None or without_pen)


def _standing(question: Question, given: CaseGiven) -> QuestionView:
    names, answers = given.names, _answers(question, given)
    state = _state(question, given, is_answered=bool(answers))
    owed = question in open_questions(given.case, given.node) and not answers
    return QuestionView(
        id=question.id,
        asker=names.node(question.asker),
        who=names.officer(question.officer),
        to=names.node(question.to),
        at=question.at,
        answer_by=date.fromisoformat(question.answer_by),
        text=given.text_of(question.entry, "question"),
        state=state,
        state_text=word("contact", state),
        silent="" if answers else _silent(question.to, given),
        taken_up=True,
        answers=answers,
        dialog=_answer_dialog(question, given) if owed and _may("answer", given) else None,
    )


def _state(question: Question, given: CaseGiven, *, is_answered: bool) -> str:
    if is_answered:
        return "answered"
    if not given.case.is_open:
        return "over"
    today = given.calendar.day_of(given.now)
    return "overdue" if date.fromisoformat(question.answer_by) < today else "waiting"


def _answers(question: Question, given: CaseGiven) -> tuple[AnswerView, ...]:
    """The answer that stands, and what else was deposited as one by the node asked."""
    names, answer = given.names, question.answer
    standing: tuple[AnswerView, ...] = ()
    if answer is not None:
        text = given.text_of(answer.entry, "answer")
        who = names.officer(answer.officer)
        standing = (AnswerView(who=who, at=answer.at, text=text, state="taken_up"),)
    adopts = answer is None and takes_up(given)
    deposited = tuple(
        AnswerView(
            who=names.officer(each.officer),
            at=each.at,
            text=_text_of(each, "answer", given),
            state="waiting" if answer is None else "kept",
            dialog=deposit_dialog(each, given) if adopts else None,
        )
        for each in given.deposits
        if isinstance(each.act, acts.Answer)
        and each.act.question == question.id
        and each.node == question.to
    )
    return (*standing, *deposited)


def _deposited(deposit: WaitingDeposit, act: acts.Ask, given: CaseGiven) -> QuestionView:
    names = given.names
    dialog = deposit_dialog(deposit, given) if takes_up(given) else None
    is_late = date.fromisoformat(act.answer_by) < given.calendar.day_of(given.now)
    state = "overdue" if is_late else "waiting"
    return QuestionView(
        id=deposit.id,
        asker=names.node(deposit.node),
        who=names.officer(deposit.officer),
        to=names.node(act.to),
        at=deposit.at,
        answer_by=date.fromisoformat(act.answer_by),
        text=_text_of(deposit, "question", given),
        state=state,
        state_text=word("contact", state),
        silent=_silent(act.to, given),
        taken_up=False,
        answers=(),
        dialog=dialog,
    )


def _silent(node: NodeId, given: CaseGiven) -> str:
    return silent_words(given.heard, node, given.names, given.now)


def _text_of(deposit: WaitingDeposit, name: str, given: CaseGiven) -> str:
    found = (part.hash for part in deposit.parts if part.name == name)
    return "\n".join(given.texts[each] for each in found if each in given.texts)


def _answer_dialog(question: Question, given: CaseGiven) -> ActDialog:
    dialog = act_dialog("answer", given, mark="message-circle", kind="primary")
    hidden = (*dialog.hidden, ("question", question.id))
    asker, text = given.names.node(question.asker), given.text_of(question.entry, "question")
    note = word("contact", "asked", asker=asker, text=text)
    return replace(dialog, id=f"answer-{question.id[:16]}", note=note, hidden=hidden)
