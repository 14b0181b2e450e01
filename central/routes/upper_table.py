"""The upper catalogue as a table for a spreadsheet, a matter a row; all of it is read, or none."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final

from casework.catalogue import FILE_FORMAT
from casework.inheriting import (
    BASIS_INHERITED,
    CODE_CHARS,
    UpperCatalogue,
    UpperLimits,
    UpperMatter,
    UpperUnsound,
    upper_unsoundness,
)
from casework.limits import LIMIT_DAYS_MAX, Limit, LimitUnit
from casework.matter import LegalBasis, MatterType
from central.routes.matter_table import CellFault
from central.words import sections, word
from webui import labels
from webui.table_files import plain_cell

COLUMNS: Final = (
    *("catalog_code", "name", "matter_type", "exercise_level"),
    *("statutory", "unit", "statutory_note", "legal_basis"),
)
# In which column a fault of the rules is mended; the others are named alike.
_COLUMN_OF: Final = {"limits": "statutory_note"}
_BASIS_SEPARATOR: Final = "｜"
# What a county that only reads a law has not compared with a public text.
_CERTAINTY: Final = "general"
_LEVELS: Final = "exercise_level"
_SCHEME_OF: Final = {chars: scheme for scheme, chars in CODE_CHARS.items()}


class UpperTableError(Exception):
    """Everything that is wrong with a file."""

    def __init__(self, faults: Iterable[CellFault]) -> None:
        self.faults: Final = sorted(faults, key=lambda one: one.row)
        super().__init__(f"{len(self.faults)} faults")


def headings() -> list[str]:
    return [word("upper_column", name) for name in COLUMNS]


def table_of(upper: UpperCatalogue) -> list[list[str]]:
    return [headings(), *(_row(one) for one in upper.matters)]


def read_upper(rows: Sequence[Sequence[str]], publisher: str, published_on: date) -> UpperCatalogue:
    """The catalogue that a table says; UpperTableError with all its faults."""
    if [cell.strip() for cell in rows[0][: len(COLUMNS)]] != headings():
        reason = word("upper", "headings", columns="、".join(headings()))
        raise UpperTableError([CellFault(1, "", "", reason)])
    reader = _Reader()
    matters = tuple(reader.matter(at, row) for at, row in enumerate(rows[1:], start=2))
    upper = UpperCatalogue(
        format=FILE_FORMAT, publisher=publisher, published_on=published_on, matters=matters
    )
    known = {(one.row, one.column) for one in reader.faults}
    found = (fault_of(one, rows) for one in upper_unsoundness(upper))
    faults = [*reader.faults, *(one for one in found if (one.row, one.column) not in known)]
    if faults:
        raise UpperTableError(faults)
    return upper


def fault_of(unsound: UpperUnsound, rows: Sequence[Sequence[str]] = ()) -> CellFault:
    """A fault of the rules at its cell; of a file of JSON at its matter, counted from 1."""
    name = _COLUMN_OF.get(unsound.element, unsound.element)
    label = sections()["upper_column"].get(name, "")
    at = 0 if unsound.place is None else unsound.place + (1 if rows else 0)
    cells = rows[at] if rows and unsound.place is not None else ()
    column = COLUMNS.index(name) if name in COLUMNS else len(cells)
    cell = cells[column] if column < len(cells) else ""
    row = 1 if unsound.place is None else at + 1
    return CellFault(row, label, cell, word("upper_fault", unsound.fault))


class _Reader:
    """Reads on after a fault, so that all of them are told."""

    def __init__(self) -> None:
        self.faults: Final[list[CellFault]] = []

    def matter(self, at: int, row: Sequence[str]) -> UpperMatter:
        cells = dict.fromkeys(COLUMNS, "")
        read = (plain_cell(cell).strip() for cell in row)
        cells |= dict(zip(COLUMNS, read, strict=False))
        code = cells["catalog_code"]
        return UpperMatter(
            code_scheme=_SCHEME_OF.get(len(code), ""),
            catalog_code=code,
            name=cells["name"],
            matter_type=MatterType(self._choice(at, cells, "matter_type") or MatterType.OTHER),
            exercise_level=self._choice(at, cells, _LEVELS),
            limits=self._limits(at, cells),
            legal_basis=self._laws(at, cells),
        )

    def _choice(self, at: int, cells: dict[str, str], name: str) -> str:
        return self._chosen(at, cells, name, labels.choices(name))

    def _chosen(
        self, at: int, cells: dict[str, str], name: str, offered: Iterable[tuple[str, str]]
    ) -> str:
        codes = {text: code for code, text in offered}
        if cells[name] not in codes:
            self._fault(at, cells, name, "choice", choices="、".join(codes))
        return codes.get(cells[name], "")

    def _limits(self, at: int, cells: dict[str, str]) -> UpperLimits:
        note = cells["statutory_note"] or None
        typed = cells["statutory"]
        if not typed:
            return UpperLimits(None, note)
        if not (typed.isascii() and typed.isdigit() and int(typed) <= LIMIT_DAYS_MAX):
            self._fault(at, cells, "statutory", "limit", high=LIMIT_DAYS_MAX)
            return UpperLimits(None, note or typed)
        offered = [(each.value, labels.label("limit_unit", each)) for each in LimitUnit]
        unit = self._chosen(at, cells, "unit", offered) or LimitUnit.WORKDAY
        return UpperLimits(Limit(int(typed), LimitUnit(unit)), note)

    def _laws(self, at: int, cells: dict[str, str]) -> tuple[LegalBasis, ...]:
        laws = []
        lines = [line.strip() for line in cells["legal_basis"].splitlines() if line.strip()]
        for number, line in enumerate(lines, start=1):
            said = [each.strip() for each in line.split(_BASIS_SEPARATOR)]
            if len(said) != len(BASIS_INHERITED):
                self._fault(at, cells, "legal_basis", "basis")
                said = [line, *[""] * (len(BASIS_INHERITED) - 1)]
            named: dict[str, Any] = dict(zip(BASIS_INHERITED, said, strict=True))
            laws.append(LegalBasis(id=f"L{number}", certainty=_CERTAINTY, **named))
        return tuple(laws)

    def _fault(self, at: int, cells: dict[str, str], name: str, why: str, **facts: object) -> None:
        reason = word("upper_fault", why, **facts)
        self.faults.append(CellFault(at, word("upper_column", name), cells[name], reason))


def _row(one: UpperMatter) -> list[str]:
    limit = one.limits.statutory
    said: dict[str, Callable[[], str]] = {
        "matter_type": lambda: labels.label("matter_type", one.matter_type),
        "exercise_level": lambda: labels.label(_LEVELS, one.exercise_level),
        "statutory": lambda: str(limit.value) if limit else "",
        "unit": lambda: labels.label("limit_unit", limit.unit) if limit else "",
        "statutory_note": lambda: one.limits.statutory_note or "",
        "legal_basis": lambda: "\n".join(_law(each) for each in one.legal_basis),
    }
    return [said[name]() if name in said else getattr(one, name) for name in COLUMNS]


def _law(one: LegalBasis) -> str:
    said = (getattr(one, name).replace(_BASIS_SEPARATOR, "|") for name in BASIS_INHERITED)
    return _BASIS_SEPARATOR.join(" ".join(each.split()) for each in said)
