"""Decisions of nodes below that the county did not simply confirm, and what can be done."""

from typing import Final

from msgspec import Struct

from casework.matter import MatterVersion
from casework.verdict_course import Course, course_of
from central.services.queues import Queues
from central.services.reach import Reach
from central.store.verdicts import Exceptional, exceptional
from sync.desk import Desk

OTHERS_SHOWN_MAX: Final = 200  # besides those that may wait


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
                course = course_of(each.case, each.decision, each.judgement)
                lines.append(ExceptionLine(decided=each, matter=matter, course=course))
        lines.sort(key=lambda line: line.course is not Course.WAITS)
        return tuple(lines), sum(line.course is Course.WAITS for line in lines)
