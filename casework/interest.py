"""Who gets what: the nodes a case concerns, and the parts each may hold (protocol.md section 5b).

The county is always concerned and always entitled, so it is named nowhere here.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from casework.asking import Guest, guest_parts, is_staying, staying
from casework.case import Case, Status
from casework.contacts import open_questions
from casework.entry import PartRef
from casework.names import NodeId, is_below, is_county

APPLICANT: Final = "applicant"
RESULT: Final = "result"

# What an applicant is to be told of a decision that was annulled: at whatever counter they ask.
TOLD: Final = "told"
# What a village keeps once it has handed a case up: name, state and result, and what it must
# tell the resident.
_VILLAGE_KEEPS: Final = frozenset({APPLICANT, RESULT, TOLD, "delivery", "collector"})
# Of the words of the acts, those that a paper for the applicant quotes: the village tells them and
# prints them again. Why somebody was let pass first, or two cases kept apart, is for the desks.
QUOTED: Final[Mapping[str, frozenset[str]]] = {
    "notice": frozenset({"notify_deficiency", "notify_deficiency_review"}),
    "grounds": frozenset(
        {
            *("refuse_acceptance", "start_special", "request_extension", "decide_refuse"),
            *("terminate", "correct", "revoke", "reopen"),
        }
    ),
}
_COUNTER_GETS: Final = frozenset({APPLICANT, RESULT, TOLD, "delivery"})
_SAID: Final = frozenset({"question", "answer"})


def interest_of(case: Case, guests: Iterable[Guest] = ()) -> frozenset[NodeId]:
    """The way it came in, the pen, the counter that hands over; until it ends, who was asked.

    Beside them those that asked for it, until what they asked for is done.
    """
    concerned = {case.opened_by, case.pen, case.first_responsible}
    concerned.update(node for node in (case.collected_by, case.received_by, case.pickup) if node)
    if case.is_open:
        concerned.update(each.to for each in case.questions)
    concerned.update(each.node for each in staying(case, guests))
    return frozenset(concerned)


def concerns(case: Case, node: NodeId, guests: Iterable[Guest] = ()) -> bool:
    """Whether a node, or one below it, is concerned: its neighbours pass the case on to it."""
    return any(each == node or is_below(each, node) for each in interest_of(case, guests))


def entitled(
    case: Case, node: NodeId, part: PartRef, author: NodeId, guests: Collection[Guest] = ()
) -> bool:
    """Whether this node, for itself or for one below it, may hold a part that somebody brought."""
    if is_county(node):
        return True
    for each in interest_of(case, guests):
        if each != node and not is_below(each, node):
            continue
        asked = (guest for guest in guests if guest.node == each and is_staying(case, guest))
        if _entitled_itself(case, each, part, author) or any(
            part.name in guest_parts(guest) for guest in asked
        ):
            return True
    return False


def _entitled_itself(case: Case, node: NodeId, part: PartRef, author: NodeId) -> bool:
    if node == case.pen and not _only_hands_over(case, node):
        return True
    if node == case.received_by:
        return True
    if part.name in _SAID:
        return _is_said_to(case, node, part, author)
    # Who is asked about a case needs to know of whom it is.
    if part.name == APPLICANT and open_questions(case, node):
        return True
    if node in {case.collected_by, case.opened_by}:
        return part.name in _VILLAGE_KEEPS or _is_quoted(case, part)
    return node == case.pickup and part.name in _COUNTER_GETS


def _is_quoted(case: Case, part: PartRef) -> bool:
    """Whether an act brought these words that tells them to the applicant.

    Those of an entry that does not stand yet go by their name: once it stands, they are judged.
    """
    quoting = QUOTED.get(part.name, frozenset())
    bearers = {each.entry for each in case.parts if each.ref == part}
    if not bearers:
        return bool(quoting)
    return any(moment.entry in bearers and moment.act in quoting for moment in case.timeline)


def _is_said_to(case: Case, node: NodeId, part: PartRef, author: NodeId) -> bool:
    """A question's words are for who asked and who owes the answer, the answer's for who asked.

    What is deposited is its author's until somebody adopts it.
    """
    bearers = {each.entry for each in case.parts if each.ref.hash == part.hash}
    if not bearers:
        return node == author
    return any(
        (each.entry in bearers and (node == each.asker or (node == each.to and not each.answer)))
        or (each.answer is not None and each.answer.entry in bearers and node == each.asker)
        for each in case.questions
    )


def _only_hands_over(case: Case, node: NodeId) -> bool:
    """A counter that never worked on the case gets identity and result, even with the pen."""
    handing_over = case.status in {Status.READY, Status.DELIVERED, Status.CLOSED}
    return node == case.pickup and handing_over
