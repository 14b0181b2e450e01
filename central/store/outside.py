"""Cases that no hall took in, and how many decisions stand in the projection, by matter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from casework.names import MatterId, OfficerId
from casework.outside import OutsideError, OutsideFault
from central.tables import OutsideCase
from sync.engine import Database, bind

LISTED_MAX: Final = 500


class OutsideRecord(Struct, frozen=True, kw_only=True):
    """Days are ISO dates; of the applicant there is nothing."""

    id: str
    matter: MatterId
    number: str
    accepted_on: str
    due_on: str
    told_by: OfficerId
    told_at: datetime
    outcome: str | None = None
    ended_on: str | None = None
    note: str | None = None
    ended_by: OfficerId | None = None
    ended_at: datetime | None = None


class OutsideCases:
    def __init__(self, database: Database) -> None:
        self._database: Final = database
        self._table: Final = bind(OutsideCase, database)

    async def add(self, record: OutsideRecord) -> None:
        """Write it down; KNOWN if the matter has a case of this number."""
        table = self._table
        async with self._database.transaction():
            if await table.exists().where(
                (table.matter == record.matter) & (table.number == record.number)
            ):
                raise OutsideError(OutsideFault.KNOWN)
            values = {name: getattr(record, name) for name in OutsideRecord.__struct_fields__}
            await table.insert(table(**values))

    async def end(self, record: OutsideRecord) -> None:
        """Write down the outcome; DONE if one stands there already."""
        table = self._table
        changed = (
            await table.update(
                {
                    table.outcome: record.outcome,
                    table.ended_on: record.ended_on,
                    table.note: record.note,
                    table.ended_by: record.ended_by,
                    table.ended_at: record.ended_at,
                }
            )
            .where((table.id == record.id) & table.outcome.is_null())
            .returning(table.id)
        )
        if not changed:
            raise OutsideError(OutsideFault.DONE)

    async def find(self, id_: str) -> OutsideRecord | None:
        row = await self._table.select().where(self._table.id == id_).first()
        return None if row is None else OutsideRecord(**row)

    async def listed(self) -> tuple[OutsideRecord, ...]:
        """Those under way, the nearest date first, then what ended last."""
        table = self._table
        running = await table.select().where(table.outcome.is_null()).order_by(table.due_on)
        ended = (
            await table.select()
            .where(table.outcome.is_not_null())
            .order_by(table.ended_at, ascending=False)
            .limit(LISTED_MAX)
        )
        return tuple(OutsideRecord(**row) for row in (*running, *ended))


async def decided_since(database: Database, since: str) -> Mapping[MatterId, int]:
    """Decisions of the projection since an instant; those of cases outside since its day."""
    rows = await database.fetch(
        "SELECT matter, COUNT(*) FROM case_row WHERE decided_at >= ? GROUP BY matter", (since,)
    )
    told = await database.fetch(
        "SELECT matter, COUNT(*) FROM outside_case WHERE ended_on >= ? GROUP BY matter",
        (since[:10],),
    )
    found: dict[MatterId, int] = {}
    for matter, count in (*rows, *told):
        found[MatterId(matter)] = found.get(MatterId(matter), 0) + int(count)
    return found
