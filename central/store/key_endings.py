"""Keys that one administrator wants to end, and what a second one said to that."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from casework.names import Incarnation, NodeId, OfficerId
from central.tables import KeyEndingRow
from sync.engine import Database, bind


class EndingKind(StrEnum):
    """Why a key ends; stored, so never change a value."""

    LOST = "lost"  # broken, burnt, given up: nobody signs with it
    COMPROMISED = "compromised"  # somebody else may sign with it, since an instant


class EndingState(StrEnum):
    """Where it stands; stored, so never change a value."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"


class KeyEnding(Struct, frozen=True, kw_only=True):
    id: str
    node: NodeId
    incarnation: Incarnation
    kind: EndingKind
    since: datetime | None  # of a key that is out of control
    reason: str
    instrument: str
    state: EndingState
    asked_by: OfficerId
    asked_at: datetime
    decided_by: OfficerId | None
    decided_at: datetime | None


class KeyEndings:
    def __init__(self, database: Database) -> None:
        self._rows: Final = bind(KeyEndingRow, database)

    async def add(self, ending: KeyEnding) -> None:
        values = {name: getattr(ending, name) for name in ending.__struct_fields__}
        await self._rows.insert(self._rows(**values))

    async def find(self, id_: str) -> KeyEnding | None:
        row = await self._rows.select().where(self._rows.id == id_).first()
        return None if row is None else _ending(row)

    async def all(self) -> list[KeyEnding]:
        """The newest first."""
        rows = await self._rows.select().order_by(self._rows.asked_at, ascending=False)
        return [_ending(row) for row in rows]

    async def approved(self) -> list[KeyEnding]:
        found = await self.all()
        return [each for each in reversed(found) if each.state is EndingState.APPROVED]

    async def decide(self, id_: str, state: EndingState, by: OfficerId, at: datetime) -> None:
        rows = self._rows
        await rows.update(
            {rows.state: state.value, rows.decided_by: by, rows.decided_at: at}
        ).where(rows.id == id_)


def _ending(row: dict[str, Any]) -> KeyEnding:
    return KeyEnding(
        **(row | {"kind": EndingKind(row["kind"]), "state": EndingState(row["state"])})
    )
