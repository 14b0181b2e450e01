"""The catalogues from above as they were read in, the newest of which is the reference."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from casework.inheriting import UpperCatalogue
from casework.names import OfficerId
from central.tables import UpperCatalogueFile
from sync.engine import Database, bind
from sync.strict_json import decode_strict, encode_strict


class LoadedUpper(Struct, frozen=True, kw_only=True):
    """Which version it is, who read it in, and the digest of what it says."""

    version: int
    digest: str
    catalogue: UpperCatalogue
    loaded_by: OfficerId
    loaded_at: datetime


class LoadedHead(Struct, frozen=True, kw_only=True):
    """A version in the list of all that were read in."""

    version: int
    digest: str
    loaded_by: OfficerId
    loaded_at: datetime


class Uppers:
    def __init__(self, database: Database) -> None:
        self._table: Final = bind(UpperCatalogueFile, database)
        # A province's catalogue is large, and every page of the editor asks for it.
        self._read: LoadedUpper | None = None

    async def add(
        self, catalogue: UpperCatalogue, digest: str, by: OfficerId, now: datetime
    ) -> None:
        content = encode_strict(catalogue)
        row = self._table(digest=digest, content=content, loaded_by=by, loaded_at=now)
        await self._table.insert(row)

    async def newest(self) -> LoadedUpper | None:
        table = self._table
        head = await table.select(table.version).order_by(table.version, ascending=False).first()
        if head is None:
            return None
        if self._read is None or self._read.version != head["version"]:
            self._read = await self.find(head["version"])
        return self._read

    async def find(self, version: int) -> LoadedUpper | None:
        row = await self._table.select().where(self._table.version == version).first()
        if row is None:
            return None
        return LoadedUpper(catalogue=decode_strict(row.pop("content"), UpperCatalogue), **row)

    async def heads(self) -> tuple[LoadedHead, ...]:
        """Every version that was read in, the newest first."""
        table = self._table
        columns = [getattr(table, name) for name in LoadedHead.__struct_fields__]
        rows = await table.select(*columns).order_by(table.version, ascending=False)
        return tuple(LoadedHead(**row) for row in rows)
