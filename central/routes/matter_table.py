"""The materials of a draft as a table for a spreadsheet, and back by way of the editor's own form.

What has no column (the condition, the kind of certificate) stays as the draft has it.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from casework.material import MaterialRequirement
from casework.matter import MatterVersion
from central.routes.matter_elements import ElementKind, elements_of
from central.routes.matter_form import Choices, element_label, written
from central.routes.matter_reader import read_part
from central.words import word
from webui.forms import Form
from webui.table_files import plain_cell

COLUMNS: Final = (
    *("id", "name", "necessity", "form", "originals", "copies", "source", "issuer"),
    *("acceptance_standard", "legal_basis", "retention", "template", "obtainable_by_sharing"),
)
_ELEMENTS: Final = {one.name: one for one in elements_of(MaterialRequirement)}
_PART: Final = "materials"
_SEPARATORS: Final = "、，,"


class CellFault(Struct, frozen=True):
    """What is wrong with a cell; rows count from 1, the headings among them."""

    row: int
    column: str
    cell: str
    reason: str


def headings() -> list[str]:
    return [element_label(_ELEMENTS[name]) for name in COLUMNS]


def table_of(draft: MatterVersion, choices: Choices) -> list[list[str]]:
    return [headings(), *(_row(one, choices) for one in draft.materials)]


def read_materials(
    rows: Sequence[Sequence[str]], choices: Choices
) -> tuple[MatterVersion | None, list[CellFault]]:
    """The draft with the table's materials in the table's order; None and every fault if not."""
    if [cell.strip() for cell in rows[0][: len(COLUMNS)]] != headings():
        reason = word("matter_table", "headings", columns="、".join(headings()))
        return None, [CellFault(1, "", "", reason)]
    form = _form(rows[1:], choices)
    draft = read_part(form, _PART, choices)
    return draft, [_fault(path, reason, rows) for path, reason in form.errors.items()]


def _row(one: MaterialRequirement, choices: Choices) -> list[str]:
    cells = []
    for name in COLUMNS:
        value = getattr(one, name)
        if name == "acceptance_standard":
            cells.append("\n".join(each.check for each in value))
        elif name == "legal_basis":
            cells.append("、".join(value))
        elif _ELEMENTS[name].kind is ElementKind.CHOICE:
            cells.append(dict(choices.of(_ELEMENTS[name].source))[value])
        else:
            cells.append("" if value is None else str(value))
    return cells


def _form(rows: Sequence[Sequence[str]], choices: Choices) -> Form:
    """The rows as the editor's page would send them."""
    draft = choices.draft
    held = written(draft, _PART)
    known = {one.id: index for index, one in enumerate(draft.materials)}
    sent: dict[str, object] = {f"{_PART}.#": len(rows)}
    for place, row in enumerate(rows):
        cells = dict(zip(COLUMNS, [plain_cell(cell) for cell in row], strict=False))
        at, before = f"{_PART}.{place}", known.get(cells["id"])
        start = f"{_PART}.{before}."
        for name in held.names():
            if before is not None and name.startswith(start):
                sent[f"{at}.{name.removeprefix(start)}"] = held.typed_all(name)
        for name, cell in cells.items():
            sent |= _fields(f"{at}.{name}", name, cell, choices)
        sent |= _checks(at, cells.get("acceptance_standard", ""), draft, before)
    return Form.of(sent)


def _fields(path: str, name: str, cell: str, choices: Choices) -> dict[str, object]:
    element = _ELEMENTS[name]
    if element.kind is ElementKind.CHOICE:
        codes = {text: code for code, text in choices.of(element.source)}
        return {path: codes.get(cell, cell)}
    if element.kind is ElementKind.CHOICES:
        for separator in _SEPARATORS[1:]:
            cell = cell.replace(separator, _SEPARATORS[0])
        return {path: [each.strip() for each in cell.split(_SEPARATORS[0]) if each.strip()]}
    return {} if element.kind is ElementKind.ROWS else {path: cell}


def _checks(at: str, cell: str, draft: MatterVersion, before: int | None) -> dict[str, object]:
    held = draft.materials[before].acceptance_standard if before is not None else ()
    ids = {one.check: one.id for one in held}
    lines = [line.strip() for line in cell.splitlines() if line.strip()]
    path = f"{at}.acceptance_standard"
    sent: dict[str, object] = {f"{path}.#": len(lines)}
    for index, line in enumerate(lines):
        sent[f"{path}.{index}.id"] = ids.get(line, "")
        sent[f"{path}.{index}.check"] = line
    return sent


def _fault(path: str, reason: str, rows: Sequence[Sequence[str]]) -> CellFault:
    _, place, name, *_ = path.split(".")
    row = int(place) + 1
    column = COLUMNS.index(name) if name in COLUMNS else None
    cell = rows[row][column] if column is not None and column < len(rows[row]) else ""
    return CellFault(row + 1, element_label(_ELEMENTS[name]), cell, reason)
