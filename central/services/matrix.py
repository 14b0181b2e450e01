"""The delegation list as a matrix: matters by townships, each with its own level and its villages'.

What a cell says holds for today and for the matter's version in force. A level that only some
cases or only some villages have says so; the matter's page tells the rest.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final

from msgspec import Struct

from casework.delegation import Delegation, Level
from casework.matter import MatterVersion
from casework.names import MatterId, NodeId, Tier, tier_of
from casework.regions import NodeKind
from central.services.catalogue import by_department
from sync.holdings import Holdings

# Of several levels that a node holds the matrix shows the greatest.
_GREATEST_FIRST: Final = (Level.FINAL, Level.ACCEPT, Level.ASSIST)


class Cell(Struct, frozen=True):
    level: Level
    is_conditional: bool = False  # not every case of the matter
    is_partial: bool = False  # not every village

    @property
    def mark(self) -> str:
        """What the cell says beside its level."""
        if self.is_conditional and self.is_partial:
            return "both"
        if self.is_conditional:
            return "conditional"
        return "partial" if self.is_partial else "none"


_NOTHING: Final = Cell(Level.NONE)


class Column(Struct, frozen=True):
    """A township, or the county's hall, which has no villages."""

    name: str
    node: NodeId
    villages: tuple[NodeId, ...]


class Line(Struct, frozen=True):
    matter: MatterVersion
    cells: tuple[Cell, ...]  # a township's and its villages', column by column


class Matrix(Struct, frozen=True):
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


class MatrixKept:
    """The matrix of a day, made once for the sets in force."""

    def __init__(self) -> None:
        self._of: tuple[Holdings, date] | None = None
        self._matrix = Matrix((), ())

    def of(self, holdings: Holdings, on: date) -> Matrix:
        if self._of is None or self._of[0] is not holdings or self._of[1] != on:
            self._matrix = matrix_of(holdings, on)
            self._of = (holdings, on)
        return self._matrix


def matrix_of(holdings: Holdings, on: date) -> Matrix:
    columns = columns_of(holdings)
    records: dict[tuple[NodeId, MatterId], list[Delegation]] = defaultdict(list)
    for record in holdings.delegations:
        records[record.grantee, record.matter].append(record)

    def cell(node: NodeId, matter: MatterVersion) -> Cell:
        held = records.get((node, matter.id))
        return _cell(held, matter, on) if held else _NOTHING

    lines = []
    for matter in by_department(holdings, holdings.catalogue.on(on)):
        cells: list[Cell] = []
        for column in columns:
            cells.append(cell(column.node, matter))
            if column.villages:
                cells.append(_together([cell(each, matter) for each in column.villages]))
        lines.append(Line(matter, tuple(cells)))
    return Matrix(columns, tuple(lines))


def columns_of(holdings: Holdings) -> tuple[Column, ...]:
    regions = holdings.regions
    villages: dict[NodeId, list[NodeId]] = defaultdict(list)
    for node in regions.nodes:
        if tier_of(node.id) is Tier.VILLAGE and node.parent is not None:
            villages[node.parent].append(node.id)
    places = {town.code: town.name for town in regions.townships}
    return tuple(
        Column(places.get(node.region, node.name), node.id, tuple(villages[node.id]))
        for kind in (NodeKind.COUNTY_HALL, NodeKind.TOWNSHIP)
        for node in regions.nodes
        if node.kind is kind
    )


def _cell(records: Iterable[Delegation], matter: MatterVersion, on: date) -> Cell:
    fitting = [each for each in records if each.covers(matter.id, matter.version, on)]
    if any(each.level is Level.NONE and not each.conditions for each in fitting):
        return _NOTHING
    withheld = any(each.level is Level.NONE for each in fitting)
    for level in _GREATEST_FIRST:
        held = [each for each in fitting if each.level is level]
        if held:
            always = any(not each.conditions and each.quota is None for each in held)
            return Cell(level, is_conditional=withheld or not always)
    return _NOTHING


def _together(cells: list[Cell]) -> Cell:
    """The greatest level among villages, and whether all of them have it."""
    found = next((each for each in _GREATEST_FIRST if any(c.level is each for c in cells)), None)
    if found is None:
        return _NOTHING
    having = [cell for cell in cells if cell.level is found]
    return Cell(
        found,
        is_conditional=any(cell.is_conditional for cell in having),
        is_partial=len(having) < len(cells),
    )
