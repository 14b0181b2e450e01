"""Questions asked at the counter, and advice before anybody applies. They stay at the node."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from township_node.tables import Consultation

LINES_MAX: Final = 100


class ConsultationRecord(Struct, frozen=True, kw_only=True):
    id: str
    at: datetime
    officer: str
    kind: str  # consultation or pre_intervention
    person: str
    matter: str | None
    question: str
    answer: str
    draft: str | None = None


class Consultations:
    """The records of a node, in the table its database has bound."""

    def __init__(self, table: type[Consultation]) -> None:
        self._table = table

    async def add(self, record: ConsultationRecord) -> None:
        await self._table.insert(
            self._table(
                id=record.id,
                at=record.at,
                officer=record.officer,
                kind=record.kind,
                person=record.person,
                matter=record.matter,
                question=record.question,
                answer=record.answer,
                draft=record.draft,
            )
        )

    async def find(self, id_: str) -> ConsultationRecord | None:
        row = await self._table.select().where(self._table.id == id_).first()
        return None if row is None else ConsultationRecord(**row)

    async def search(
        self, text: str, matters: Collection[str] = ()
    ) -> Sequence[ConsultationRecord]:
        """The newest first; those that speak of the text, or of one of the matters it means."""
        table = self._table
        query = table.select().order_by(table.at, ascending=False).limit(LINES_MAX)
        if text:
            pattern = f"%{_escaped(text)}%"
            wanted: Any = table.person.like(pattern) | table.question.like(pattern)
            wanted |= table.answer.like(pattern)
            if matters:
                wanted |= table.matter.is_in(list(matters))
            query = query.where(wanted)
        return [ConsultationRecord(**row) for row in await query]

    async def became(self, id_: str, draft: str) -> None:
        await self._table.update({self._table.draft: draft}).where(self._table.id == id_)


def _escaped(text: str) -> str:
    """Without the signs that would match anything."""
    return text.replace("%", "").replace("_", "")
