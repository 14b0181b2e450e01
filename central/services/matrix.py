"""The delegation list as a matrix: matters by townships, each with its own level and its villages'.

What a cell says holds for one day and for the matter's version in force then. A level that only
some cases or only some villages have says so; the matter's page tells the rest. Only the lines that
a page shows are worked out: a county may have thousands of matters.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.delegation import Delegation, Level
from casework.delegation_editing import Editing, Place, Wish, as_wish
from casework.matter import MatterVersion
from casework.names import DepartmentId, NodeId, Tier, tier_of
from casework.regions import NodeKind
from central.services.catalogue import by_department
from sync.holdings import Holdings

LINES_PER_PAGE: Final = 60
# Of several levels that a node holds the matrix shows the greatest.
_GREATEST_FIRST: Final = (Level.FINAL, Level.ACCEPT, Level.ASSIST)

RecordsAt = Callable[[Place], Sequence[Delegation]]


class Cell(Struct, frozen=True):
    level: Level
    is_conditional: bool = False  # not every case of the matter
    is_partial: bool = False  # not every village
    is_changed: bool = False  # by the draft that is looked at

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
    """One page of the matrix."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    page: int
    pages: int


class MatrixView:
    """The matrix of one day, over the sets in force or over a draft."""

    def __init__(
        self,
        holdings: Holdings,
        on: date,
        records_at: RecordsAt,
        changed: Mapping[Place, date] | None = None,
    ) -> None:
        self.columns: Final = columns_of(holdings)
        self._matters: Final = by_department(holdings, holdings.catalogue.on(on))
        self._on: Final = on
        self._records_at: Final = records_at
        self._changed: Final = changed or {}
        self._lines: Final[dict[str, Line]] = {}

    def page(self, number: int, department: DepartmentId | None = None) -> Matrix:
        matters = [one for one in self._matters if department in {None, one.department}]
        pages = max(1, -(-len(matters) // LINES_PER_PAGE))
        number = min(max(number, 1), pages)
        first = (number - 1) * LINES_PER_PAGE
        lines = tuple(self.line(one) for one in matters[first : first + LINES_PER_PAGE])
        return Matrix(self.columns, lines, number, pages)

    def line(self, matter: MatterVersion) -> Line:
        if matter.id not in self._lines:
            cells: list[Cell] = []
            for column in self.columns:
                cells.append(self.cell(column.node, matter))
                if column.villages:
                    cells.append(_together([self.cell(one, matter) for one in column.villages]))
            self._lines[matter.id] = Line(matter, tuple(cells))
        return self._lines[matter.id]

    def cell(self, node: NodeId, matter: MatterVersion) -> Cell:
        """What a node holds; a cell that is changed says what it will say once it holds."""
        place = Place(node, matter.id)
        held, from_day = self._records_at(place), self._changed.get(place)
        if from_day is None:
            return cell_of(held, matter, self._on) if held else _NOTHING
        return replace(cell_of(held, matter, max(self._on, from_day)), is_changed=True)


class MatrixKept:
    """The matrix of a day, made once for the sets in force."""

    def __init__(self) -> None:
        self._of: tuple[Holdings, date] | None = None
        self._view: MatrixView | None = None

    def of(self, holdings: Holdings, on: date) -> MatrixView:
        if (
            self._view is None
            or self._of is None
            or self._of[0] is not holdings
            or self._of[1] != on
        ):
            self._view = view_of(holdings, on)
            self._of = (holdings, on)
        return self._view


def view_of(holdings: Holdings, on: date) -> MatrixView:
    """What is in force."""
    return MatrixView(
        holdings, on, lambda place: holdings.delegations_over(place.grantee, place.matter)
    )


def view_of_draft(
    holdings: Holdings, on: date, editing: Editing, changed: Mapping[Place, date]
) -> MatrixView:
    return MatrixView(holdings, on, editing.records_at, changed)


class PowerLine(Struct, frozen=True):
    """What a node may do in a matter on a day: by which records as it is, and as it would be."""

    matter: MatterVersion
    now: tuple[Delegation, ...]
    then: tuple[Delegation, ...]

    @property
    def differs(self) -> bool:
        return _said(self.now) != _said(self.then)


def powers_on(
    holdings: Holdings, node: NodeId, on: date, records_at: RecordsAt | None = None
) -> tuple[PowerLine, ...]:
    """Matters in which a node has a power, those first in which a draft makes a difference."""
    lines = []
    for matter in by_department(holdings, holdings.catalogue.on(on)):
        place = Place(node, matter.id)
        now = _covering(holdings.delegations_over(node, matter.id), matter, on)
        then = _covering(records_at(place), matter, on) if records_at else now
        if now or then:
            lines.append(PowerLine(matter, now, then))
    return tuple(sorted(lines, key=lambda line: not line.differs))


def _covering(
    records: Iterable[Delegation], matter: MatterVersion, on: date
) -> tuple[Delegation, ...]:
    order = list(Level)
    held = [one for one in records if one.covers(matter.id, matter.version, on)]
    return tuple(sorted(held, key=lambda one: (order.index(one.level), one.id)))


def _said(records: Iterable[Delegation]) -> list[Wish]:
    """What records say on a day on which they hold, whatever they are called."""
    return [replace(as_wish(one), not_before=date.min, not_after=None) for one in records]


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


def cell_of(records: Iterable[Delegation], matter: MatterVersion, on: date) -> Cell:
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
    is_changed = any(cell.is_changed for cell in cells)
    if found is None:
        return replace(_NOTHING, is_changed=is_changed)
    having = [cell for cell in cells if cell.level is found]
    return Cell(
        found,
        is_conditional=any(cell.is_conditional for cell in having),
        is_partial=len(having) < len(cells),
        is_changed=is_changed,
    )
