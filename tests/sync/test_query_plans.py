"""What neighbours do at every contact costs what is new, not what is held.

SQLite chooses the order of a join without knowing how large its tables are. Every statement of a
whole contact is asked for its plan: none may go through a table that grows with the cases.
"""

import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from sync import lanes
from tests.builders import COUNTY, TOWN, VILLAGE
from tests.cluster import Cluster, a_county, accepted, collected

GROWING: Final = frozenset({"message", "case_row", "listed", "part", "part_reference"})
# Without an index that narrows it down, or by one that narrows it down to half of all cases.
_GOES_THROUGH: Final = re.compile(
    r"^(?:SCAN (\w+)|SEARCH (\w+) USING (?:\w+ )*INDEX \w+ \(status=)"
)
_ALIAS: Final = re.compile(r"\b(?:FROM|JOIN|,)\s+(\w+)(?:\s+AS\s+(\w+))?", re.IGNORECASE)
_ASKS: Final = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")
SCAN: Final = bytes(range(256)) * 400


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every statement that any node's database is asked to run from now on."""
    statements: set[str] = set()
    connect = lanes._connect

    def listening(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.set_trace_callback(statements.add)
        return connection

    monkeypatch.setattr(lanes, "_connect", listening)
    return statements


@pytest.fixture
async def county(heard: set[str], tmp_path: Path) -> AsyncIterator[Cluster]:  # noqa: ARG001
    cluster = await a_county(tmp_path)
    yield cluster
    await cluster.close()


def tables_gone_through(connection: sqlite3.Connection, statement: str) -> set[str]:
    names = {alias or table: table for table, alias in _ALIAS.findall(statement)}
    plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    found = (_GOES_THROUGH.match(row[3]) for row in plan)
    through = {names.get(each[1] or each[2], "") for each in found if each is not None}
    return through & GROWING


async def test_a_contact_goes_through_nothing_that_grows(
    county: Cluster, heard: set[str], tmp_path: Path
) -> None:
    case = await county.act(VILLAGE, collected(), parts={"scan": SCAN, "form": b"{}"})
    await county.settle()
    await county.act(TOWN, accepted(), case=case)
    heard.clear()
    await county.settle()
    asked = sorted(each for each in heard if each.lstrip().upper().startswith(_ASKS))
    assert len(asked) > 50

    [file] = (tmp_path / f"{COUNTY}-00000001").glob("node.sqlite")
    with sqlite3.connect(file) as connection:
        slow = {each: tables_gone_through(connection, each) for each in asked}
    assert {each: tables for each, tables in slow.items() if tables} == {}
