"""The key of each draft, wrapped by the key of who fills it in."""

from collections.abc import Mapping, Sequence
from typing import Final

from village_agent.tables import DraftKey


class DraftKeys:
    def __init__(self, table: type[DraftKey]) -> None:
        self._table: Final = table

    async def put(self, draft: str, wrapped: bytes) -> None:
        table = self._table
        await table.insert(table(draft=draft, wrapped=wrapped)).on_conflict(
            target=table.draft, action="DO UPDATE", values=[table.wrapped]
        )

    async def of(self, drafts: Sequence[str]) -> Mapping[str, bytes]:
        if not drafts:
            return {}
        rows = await self._table.select().where(self._table.draft.is_in(list(drafts)))
        return {row["draft"]: row["wrapped"] for row in rows}

    async def remove(self, draft: str) -> None:
        await self._table.delete().where(self._table.draft == draft)
