"""Decisions of nodes below that the county did not simply confirm, and what can be done."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.case import Case, is_ratified
from casework.matter import MatterVersion
from casework.names import is_county
from casework.verdict import Judgement
from central.services.queues import Queues
from central.services.reach import Reach
from central.store.verdicts import Exceptional, exceptional
from sync.desk import Desk

OTHERS_SHOWN_MAX: Final = 200  # besides those that may wait


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


class ExceptionLine(Struct, frozen=True, kw_only=True):
    decided: Exceptional
    matter: MatterVersion
    course: Course


class Exceptions:
    def __init__(self, desk: Desk, queues: Queues) -> None:
        self._desk: Final = desk
        self._queues: Final = queues

    async def look(self, reach: Reach) -> tuple[tuple[ExceptionLine, ...], int]:
        """Those that an officer of this reach may see, what waits first, and how many wait."""
        matters = None if reach.department is None else self._queues.matters_within(reach)
        found = await exceptional(self._desk.node.database, matters, OTHERS_SHOWN_MAX)
        lines = []
        for each in found:
            matter = self._desk.holdings.matter(each.case.matter)
            if matter is not None:
                course = course_of(each.case, each)
                lines.append(ExceptionLine(decided=each, matter=matter, course=course))
        lines.sort(key=lambda line: line.course is not Course.WAITS)
        return tuple(lines), sum(line.course is Course.WAITS for line in lines)


def course_of(case: Case, decided: Exceptional) -> Course:
    """Where a case stands after the county's word on its decision."""
    made = case.decision
    if all(moment.entry != decided.decision for moment in case.timeline):
        return Course.HERE if is_county(case.pen) else Course.RETURNED
    if made is None or made.entry != decided.decision or made.revoked:
        return Course.ANNULLED
    if decided.judgement is Judgement.CONFIRMED_FLAGGED:
        return Course.SAMPLED
    if is_ratified(case, decided.decision):
        return Course.RATIFIED
    if case.held:
        return Course.WAITS
    return Course.RELEASED if case.is_open else Course.CLOSED
