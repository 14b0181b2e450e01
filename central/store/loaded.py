"""What the county has loaded and not necessarily published."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from casework.calendar import Calendar
from casework.catalogue import Catalogue
from casework.delegation_file import DelegationList
from casework.fact import Fact
from casework.organisation import Organisation
from casework.regions import Regions
from central.tables import LoadedFile
from sync.engine import Database, bind
from sync.strict_json import decode_strict, encode_strict


class CountyData(Struct, frozen=True):
    """Everything a county publishes, sound in itself."""

    regions: Regions
    organisation: Organisation
    catalogue: Catalogue
    delegations: DelegationList
    calendar: Calendar


_KINDS: Final[dict[str, type[Fact]]] = {
    "regions": Regions,
    "organisation": Organisation,
    "catalogue": Catalogue,
    "delegations": DelegationList,
    "calendar": Calendar,
}


class LoadedFiles:
    def __init__(self, database: Database) -> None:
        self._database: Final = database
        self._table: Final = bind(LoadedFile, database)
        # Reading a large county takes seconds, and its editors ask for it with every page.
        self._read: tuple[datetime, CountyData] | None = None

    async def put(self, data: CountyData, now: datetime) -> None:
        table = self._table
        self.forget()
        async with self._database.transaction():
            await table.delete(force=True)
            await table.insert(
                *(
                    table(name=name, data=encode_strict(getattr(data, name)), loaded_at=now)
                    for name in _KINDS
                )
            )

    async def find(self) -> CountyData | None:
        """What was loaded last; None if nothing ever was."""
        loaded_at = await self.loaded_at()
        if self._read is not None and self._read[0] == loaded_at:
            return self._read[1]
        rows = await self._table.select(self._table.name, self._table.data)
        found = {row["name"]: decode_strict(row["data"], _KINDS[row["name"]]) for row in rows}
        if loaded_at is None or len(found) < len(_KINDS):
            return None
        data = CountyData(**found)  # type: ignore[arg-type]
        self._read = (loaded_at, data)
        return data

    def forget(self) -> None:
        """Read it anew: for a transaction that came to nothing."""
        self._read = None

    async def loaded_at(self) -> datetime | None:
        """When that was."""
        row = await self._table.select(self._table.loaded_at).first()
        return None if row is None else row["loaded_at"]
