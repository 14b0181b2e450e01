"""The findings of the catalogue's lint that somebody answered for."""

from datetime import datetime
from typing import Final

from msgspec import Struct
from piccolo.columns import Column

from casework.names import MatterId, OfficerId
from central.tables import LintOverride
from sync.engine import Database, bind

LISTED_MAX: Final = 500


class Override(Struct, frozen=True, kw_only=True):
    """Who let a finding pass, when and why; it holds for this text at this place alone."""

    finding: str
    matter: MatterId
    version: int
    field: str
    code: str
    text: str
    reason: str
    officer: OfficerId
    at: datetime


class LintOverrides:
    def __init__(self, database: Database) -> None:
        self._table: Final = bind(LintOverride, database)

    async def add(self, override: Override) -> None:
        values = {name: getattr(override, name) for name in Override.__struct_fields__}
        await self._table.insert(self._table(**values))

    async def known(self) -> dict[str, Override]:
        """Every override, by its finding."""
        rows = await self._table.select(*self._columns).order_by(self._table.at)
        return {row["finding"]: Override(**row) for row in rows}

    async def newest(self) -> tuple[Override, ...]:
        query = self._table.select(*self._columns)
        rows = await query.order_by(self._table.at, ascending=False).limit(LISTED_MAX)
        return tuple(Override(**row) for row in rows)

    @property
    def _columns(self) -> list[Column]:
        return [getattr(self._table, name) for name in Override.__struct_fields__]
