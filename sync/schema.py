"""The tables of a node, and whether its database has them.

A node that starts asks this and no more. Piccolo's machinery for running migrations is slow to
load, so `migrate` fetches it only when there is something to run.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct
from piccolo.apps.migrations.tables import Migration
from piccolo.table import Table

from sync.engine import Database, bind

# As Piccolo writes it at the top of a migration; reading it runs nothing.
_ID: Final = re.compile(r'^ID = "([^"]+)"$', re.MULTILINE)


class NewerDatabaseError(Exception):
    """A later release has changed these tables; this one must not touch them."""


class Schema(Struct, frozen=True):
    """The tables of a kind of node, and the folder of the migrations that make them."""

    name: str
    folder: Path
    tables: tuple[type[Table], ...]

    def migrations(self) -> Mapping[str, Path]:
        """The files of the migrations by their id, oldest first."""
        found: dict[str, Path] = {}
        for path in self.folder.glob("*.py"):
            if path.stem == "__init__":
                continue
            named = _ID.search(path.read_text("utf-8"))
            assert named is not None, f"{path.name} says its ID in a line of its own"
            assert named[1] not in found, f"{path.name} bears the ID of {found.get(named[1])}"
            found[named[1]] = path
        return dict(sorted(found.items()))


async def pending(database: Database, schema: Schema) -> list[str]:
    """The migrations of this release that this database has not seen, oldest first."""
    known = schema.migrations()
    migration = bind(Migration, database)
    ran: set[str] = set()
    if await migration.table_exists():
        ran.update(await migration.get_migrations_which_ran(schema.name))
    if unknown := sorted(ran - known.keys()):
        raise NewerDatabaseError(f"{database.file} has run {', '.join(unknown)}")
    return [name for name in known if name not in ran]


async def migrate(database: Database, schema: Schema) -> list[str]:
    """Run what has not run yet, oldest first, and say what that was."""
    names = await pending(database, schema)
    if names:
        from sync.migrating import run  # noqa: PLC0415 - see the module's first words

        await run(database, schema, names)
    return names
