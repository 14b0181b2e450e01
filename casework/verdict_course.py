"""What became of a decision that the county did not simply confirm, and what can be done."""

from enum import StrEnum

from casework.case import Case, is_ratified
from casework.names import MessageId, is_county
from casework.verdict import Judgement


class Course(StrEnum):
    """What became of such a decision; screens word it, so never change a value."""

    WAITS = "waits"
    RATIFIED = "ratified"
    ANNULLED = "annulled"
    RELEASED = "released"
    CLOSED = "closed"
    SAMPLED = "sampled"
    HERE = "here"  # it does not stand, and the county goes on with the case
    RETURNED = "returned"


def course_of(case: Case, decision: MessageId, judgement: Judgement) -> Course:
    """Where a case stands after the county's word on its decision."""
    made = case.decision
    if all(moment.entry != decision for moment in case.timeline):
        return Course.HERE if is_county(case.pen) else Course.RETURNED
    if made is None or made.entry != decision or made.revoked:
        return Course.ANNULLED
    if judgement is Judgement.CONFIRMED_FLAGGED:
        return Course.SAMPLED
    if is_ratified(case, decision):
        return Course.RATIFIED
    if case.held:
        return Course.WAITS
    return Course.RELEASED if case.is_open else Course.CLOSED
