"""What waits for a node at a case whoever holds the pen: an answer, papers to be handed out.

A node does it by a deposit, or by an entry where the pen is there; until the deposit is taken up
the case itself still calls, and only that node knows better. What fell out of a chain waits for
the pen-holder.
"""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from casework import act as acts
from casework.act import AnyAct, Restatable
from casework.case import Case
from casework.contacts import check_said, open_questions
from casework.entry import Written
from casework.names import MessageId, NodeId, OfficerId
from casework.pickups import check_pickup, open_pickups
from casework.procedure import PROCEDURE


class CallKind(StrEnum):
    """What a node is called on to do; stored, so never change a value."""

    ANSWER = "answer"
    PAPERS = "papers"


class Call(Struct, frozen=True):
    """Something that waits for a node, and until when."""

    kind: CallKind
    node: NodeId
    by: str  # ISO date
    id: MessageId


def calls_of(case: Case) -> tuple[Call, ...]:
    return (
        *(Call(CallKind.ANSWER, each.to, each.answer_by, each.id) for each in open_questions(case)),
        *(
            Call(CallKind.PAPERS, each.counter, each.collect_by, each.id)
            for each in open_pickups(case)
        ),
    )


def check_call(
    case: Case | None, act: AnyAct, node: NodeId, officer: OfficerId, today: date | None
) -> None:
    """Whether a call or what follows one is by who does it; `today` None: it was deposited."""
    check_said(case, act, node, officer, today)
    check_pickup(case, act, node, officer, today)


def waits_again(case: Case, fallen: Written) -> bool:
    """Whether what fell out of the chain may yet be taken up, and was not simply done again.

    Moves of the pen are void, and so is a taking-up: what it adopted is open again by itself.
    """
    act = fallen.entry.act
    if fallen.id in case.taken_up or not isinstance(act, Restatable):
        return False
    row = PROCEDURE[type(act)]
    again = any(
        moment.node == fallen.node and moment.written_at > fallen.at
        for moment in case.moments(row.name)
    )
    return case.status in row.opens and not again and still_follows(case, act)


def still_follows(case: Case, act: AnyAct) -> bool:
    """Whether what somebody deposited may yet be adopted as what follows a call.

    A second answer to a question that has its answer never can, nor a record of papers that are
    known to be fetched: it is kept and shown, and waits for nobody.
    """
    match act:
        case acts.Answer(question):
            return question in {each.id for each in open_questions(case)}
        case acts.CollectPapers(call):
            return call in {each.id for each in open_pickups(case)}
        case _:
            return True
