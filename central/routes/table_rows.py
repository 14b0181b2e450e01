"""A row of a table that somebody kept in a spreadsheet, and what is wrong with its cells."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from msgspec import Struct

from central.words import word
from webui.table_files import is_formula, plain_cell

FAULTS_SHOWN_MAX: Final = 200
_T = TypeVar("_T")


class RowFault(Struct, frozen=True):
    """What is wrong with one cell: the row as a spreadsheet numbers it, and its heading."""

    row: int
    column: str
    cell: str
    reason: str


class TableRow:
    """`section` names the words of the table: `<section>_column` and `<section>_fault`."""

    def __init__(
        self, section: str, number: int, cells: Mapping[str, str], faults: list[RowFault]
    ) -> None:
        self.number: Final = number
        self._section: Final = section
        self._cells: Final = cells
        self._faults: Final = faults

    def get(self, name: str) -> str:
        return plain_cell(self._cells.get(name, ""))

    def take(
        self, name: str, read: Callable[[str], _T | None], *, required: bool = False
    ) -> _T | None:
        """The value of a cell; None where it is empty, or bad, which is noted."""
        raw, cell = self._cells.get(name, ""), self.get(name)
        if is_formula(raw):
            self.fault(name, "formula")
            return None
        if not cell:
            if required:
                self.fault(name, "required")
            return None
        value = read(cell)
        if value is None:
            self.fault(name, name)
        return value

    def fault(self, name: str, reason: str) -> None:
        self.add(name, word(f"{self._section}_fault", reason))

    def add(self, name: str, said: str) -> None:
        heading = word(f"{self._section}_column", name)
        self._faults.append(RowFault(self.number, heading, self.get(name), said))
