"""Base tables of the trust sets: manifests by version, and their parts by hash.

A tier's migrations make them; `sync.trust_rows` is the only reader and writer.
"""

from enum import StrEnum
from typing import Final

from piccolo.columns import BigInt, Bytea, Varchar
from piccolo.table import Table

from sync.engine import Database, bind


class SetState(StrEnum):
    """How far a version of a set has come; stored, so never change a value."""

    ANNOUNCED = "announced"  # the county's log names it; its manifest is being fetched
    LISTED = "listed"  # its manifest is verified; parts are being fetched
    HELD = "held"  # whole, verified and in force, or once was
    REFUSED = "refused"  # not to be believed; `code` says why


class TrustManifest(Table, tablename="trust_manifest"):
    """A version of a set. `wire` is what has arrived of the manifest, whole from `listed` on."""

    hash = Varchar(length=64, primary_key=True, default=None, null=False)
    set = Varchar(length=16, default=None, null=False, index=True)
    version = BigInt(default=None, null=False)
    state = Varchar(length=10, default=None, null=False, index=True)
    code = Varchar(length=64, default=None, null=True)
    wire = Bytea(default=None, null=False)


class TrustPart(Table, tablename="trust_part"):
    """An index or item part; shared by all versions that list it."""

    hash = Varchar(length=64, primary_key=True, default=None, null=False)
    data = Bytea(default=None, null=False)


TABLES: Final[tuple[type[Table], ...]] = (TrustManifest, TrustPart)


async def create_tables(database: Database) -> None:
    """Make the tables where a tier's migrations have not made them: in tests."""
    for table in TABLES:
        await bind(table, database).create_table(if_not_exists=True)
