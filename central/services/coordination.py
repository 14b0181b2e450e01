"""What a coordinator keeps going (row B3): questions between halls, and the green channel."""

from datetime import date, datetime
from typing import Final

from msgspec import Struct

from casework.case import Case
from casework.contacts import open_questions
from casework.matter import MatterVersion
from casework.names import NodeId, OfficerId
from casework.organisation import Role
from central.services.queues import Queues
from central.services.reach import Reach
from sync.desk import Desk

SHOWN_MAX: Final = 200
COORDINATING_ROLES: Final = frozenset(
    {Role.COORDINATOR, Role.SUPERVISOR, Role.CHIEF_REPRESENTATIVE, Role.LEADER}
)


class QuestionLine(Struct, frozen=True, kw_only=True):
    """A question that waits for its answer."""

    case: Case
    matter: MatterVersion
    asker: NodeId
    officer: OfficerId
    to: NodeId
    at: datetime
    answer_by: str
    is_late: bool


class GreenLine(Struct, frozen=True, kw_only=True):
    """An open case that goes before others, and who let it."""

    case: Case
    matter: MatterVersion
    officer: OfficerId
    at: datetime


class Coordination:
    def __init__(self, desk: Desk, queues: Queues) -> None:
        self._desk: Final = desk
        self._queues: Final = queues

    async def questions(self, reach: Reach, today: date) -> tuple[QuestionLine, ...]:
        """Whatever some node owes another, what is late first."""
        lines = await self._queues.lists.lines(await self._queues.lists.questions(SHOWN_MAX))
        found = [
            QuestionLine(
                case=line.case,
                matter=matter,
                asker=each.asker,
                officer=each.officer,
                to=each.to,
                at=each.at,
                answer_by=each.answer_by,
                is_late=each.answer_by < today.isoformat(),
            )
            for line in lines
            if (matter := self._seen(reach, line.case)) is not None
            for each in open_questions(line.case)
        ]
        return tuple(sorted(found, key=lambda one: (one.answer_by, one.case.number)))

    async def green(self, reach: Reach) -> tuple[GreenLine, ...]:
        lines = await self._queues.lists.lines(await self._queues.lists.green(SHOWN_MAX))
        return tuple(
            GreenLine(case=line.case, matter=matter, officer=let.officer, at=let.at)
            for line in lines
            if (matter := self._seen(reach, line.case)) is not None
            for let in line.case.moments("open_green_channel")[-1:]
        )

    def _seen(self, reach: Reach, case: Case) -> MatterVersion | None:
        matter = self._desk.holdings.matter(case.matter)
        return matter if matter is not None and reach.covers(case, matter) else None
