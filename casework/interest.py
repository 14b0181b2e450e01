"""Who gets what: the nodes a case concerns, and the parts each may hold (protocol.md section 5b).

The county is always concerned and always entitled, so it is named nowhere here.
"""

from typing import Final

from casework.case import Case, Status
from casework.contacts import open_questions
from casework.names import NodeId, is_below, is_county

APPLICANT: Final = "applicant"
RESULT: Final = "result"

# What a village keeps once it has handed a case up: name, state and result, and what it must
# tell the resident.
_VILLAGE_KEEPS: Final = frozenset({APPLICANT, RESULT, "notice", "grounds", "delivery", "collector"})
_COUNTER_GETS: Final = frozenset({APPLICANT, RESULT, "delivery"})
# Who is asked about a case needs to know of whom it is, and what is asked; who asked, the answer.
_SAID: Final = frozenset({"question", "answer"})
_ASKED_GETS: Final = _SAID | {APPLICANT}


def interest_of(case: Case) -> frozenset[NodeId]:
    """The way it came in, the pen, the counter that hands over; until it ends, who was asked."""
    concerned = {case.opened_by, case.pen, case.first_responsible}
    concerned.update(node for node in (case.collected_by, case.received_by, case.pickup) if node)
    if case.is_open:
        concerned.update(each.to for each in case.questions)
    return frozenset(concerned)


def concerns(case: Case, node: NodeId) -> bool:
    """Whether a node, or one below it, is concerned: its neighbours pass the case on to it."""
    return any(each == node or is_below(each, node) for each in interest_of(case))


def entitled(case: Case, node: NodeId, part: str) -> bool:
    """Whether this node, for itself or for one below it, may hold a part of this name."""
    if is_county(node):
        return True
    return any(
        _entitled_itself(case, each, part)
        for each in interest_of(case)
        if each == node or is_below(each, node)
    )


def _entitled_itself(case: Case, node: NodeId, part: str) -> bool:
    if node == case.pen and not _only_hands_over(case, node):
        return True
    if node == case.received_by:
        return True
    if part in _ASKED_GETS and any(each.to == node for each in open_questions(case)):
        return True
    if part in _SAID and any(each.asker == node for each in case.questions):
        return True
    if node in {case.collected_by, case.opened_by}:
        return part in _VILLAGE_KEEPS
    return node == case.pickup and part in _COUNTER_GETS


def _only_hands_over(case: Case, node: NodeId) -> bool:
    """A counter that never worked on the case gets identity and result, even with the pen."""
    handing_over = case.status in {Status.READY, Status.DELIVERED, Status.CLOSED}
    return node == case.pickup and handing_over
