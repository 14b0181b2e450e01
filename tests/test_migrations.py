"""The migrations of the three tiers make exactly the tables that the code works with."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from central.tables import SCHEMA as CENTRAL
from sync.engine import Database, bind
from sync.migrating import would_autogenerate
from sync.schema import Schema, migrate, pending
from sync.tables import INDEXES
from township_node.tables import SCHEMA as TOWNSHIP
from village_agent.tables import SCHEMA as VILLAGE

TIERS = pytest.mark.parametrize("tier", [CENTRAL, TOWNSHIP, VILLAGE], ids=lambda tier: tier.name)


def modules(tier: Schema) -> list[ModuleType]:
    found = []
    for path in tier.migrations().values():
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append(module)
    return found


async def schema(database: Database) -> set[tuple[object, ...]]:
    """Every column of every table, whatever their order, and every index."""
    columns = await database.fetch(
        "SELECT t.name, c.name, c.type, c.[notnull], c.dflt_value, c.pk FROM sqlite_master AS t"
        " JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' AND t.name <> 'migration'"
    )
    indexes = await database.fetch("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index'")
    return {*columns, *indexes}


@TIERS
async def test_no_migration_is_missing(tier: Schema) -> None:
    assert not await would_autogenerate(tier)


@TIERS
async def test_migrated_tables_are_those_that_the_code_would_make(
    tier: Schema, tmp_path: Path
) -> None:
    async with Database(tmp_path / "a.sqlite") as migrated, Database(tmp_path / "b.sqlite") as made:
        assert await migrate(migrated, tier) != []
        assert await pending(migrated, tier) == []
        for table in tier.tables:
            await bind(table, made).create_table()
        for statement in INDEXES:
            await made.execute(statement)

        assert await schema(migrated) == await schema(made)


@TIERS
def test_every_index_over_several_columns_has_its_migration(tier: Schema) -> None:
    migrated = [one for module in modules(tier) for one in getattr(module, "INDEXES", ())]

    assert sorted(migrated) == sorted(INDEXES)


@TIERS
def test_migrations_are_in_order_and_each_says_what_it_is_for(tier: Schema) -> None:
    ids = [module.ID for module in modules(tier)]

    assert len(set(ids)) == len(ids)
    assert all(module.DESCRIPTION for module in modules(tier))
