"""Questions and answers between nodes, attached to a case (row H9).

Asking starts and stops no clock and changes no status. The node asked is concerned with the case
for as long as it owes an answer; a node without the pen asks and answers by deposits.
"""

from datetime import date, datetime

from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.case import Case, Followed, Question
from casework.entry import Written
from casework.errors import AnswerError, DateOrderError, QuestionError
from casework.limits import LIMIT_DAYS_MAX
from casework.names import MessageId, NodeId, OfficerId, county_of


def contacted(case: Case, act: AnyAct, written: Written, at: datetime) -> dict[str, object]:
    """What a question or an answer changes in a case; the first answer stands."""
    match act:
        case acts.Ask():
            return {"questions": (*case.questions, _question(act, written, at))}
        case acts.Answer(question, officer):
            answer, owed = Followed(written.id, officer, at), open_questions(case)
            found = (
                replace(each, answer=answer) if each.id == question and each in owed else each
                for each in case.questions
            )
            return {"questions": tuple(found)}
        case _:
            return {}


def _question(act: acts.Ask, written: Written, at: datetime) -> Question:
    return Question(
        id=said_by(written),
        entry=written.id,
        asker=act.asker,
        officer=act.officer,
        to=act.to,
        at=at,
        answer_by=act.answer_by,
    )


def said_by(written: Written) -> MessageId:
    """The message in which somebody said it: the deposit, where the entry adopts one."""
    act = written.entry.act
    return act.deposit if isinstance(act, acts.TakeUpDeposit) else written.id


def open_questions(case: Case, to: NodeId | None = None) -> tuple[Question, ...]:
    """What is still to be answered, by one node or by any; a case that has ended asks nothing."""
    if not case.is_open:
        return ()
    return tuple(each for each in case.questions if each.answer is None and to in {None, each.to})


def check_said(
    case: Case | None, act: AnyAct, node: NodeId, officer: OfficerId, today: date | None
) -> None:
    """Whether a question or an answer is by who says it; `today` None: it waited as a deposit."""
    match act:
        case acts.Ask(to, answer_by, asker, by):
            if (asker, by) != (node, officer) or to == node or county_of(to) != county_of(node):
                raise QuestionError(f"{asker} asks {to}, at {node}")
            days = (date.fromisoformat(answer_by) - today).days if today else 0
            if not 0 <= days <= LIMIT_DAYS_MAX:
                raise DateOrderError(f"{answer_by}, on {today}")
        case acts.Answer(question, by):
            owed = open_questions(case, node) if case is not None else ()
            if by != officer or question not in {each.id for each in owed}:
                raise AnswerError(f"{question}, at {node}")
        case _:
            return
