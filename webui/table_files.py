"""Tables that people keep in a spreadsheet: CSV and XLSX, out and in.

What comes in is text, cell by cell: no formula is computed or let through, and a file that says it
is far larger unpacked than a table can be is not unpacked.
"""

import csv
import io
import warnings
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from urllib.parse import quote
from zipfile import BadZipFile, ZipFile

from litestar import Response
from openpyxl import Workbook, load_workbook

from webui import labels
from webui.forms import neutral_cell

FILE_BYTES_MAX: Final = 8 * 1024 * 1024
UNPACKED_BYTES_MAX: Final = 128 * 1024 * 1024
ROWS_MAX: Final = 20_000
COLUMNS_MAX: Final = 60
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ZIP: Final = b"PK\x03\x04"
_QUOTED: Final = ("'=", "'+", "'-", "'@", "'\t", "'\r", "'\n")
# What a spreadsheet in Chinese saves when it is not told otherwise.
_ENCODINGS: Final = ("utf-8-sig", "gb18030")


class TableFault(StrEnum):
    """Why a file is not read. The values are permanent."""

    SIZE = "E_TABLE_SIZE"
    FORM = "E_TABLE_FORM"
    ROWS = "E_TABLE_ROWS"
    EMPTY = "E_TABLE_EMPTY"


class TableError(Exception):
    def __init__(self, code: TableFault) -> None:
        self.code: Final = code
        super().__init__(code)


def read_table(data: bytes) -> list[list[str]]:
    """The rows of a file, its headings first; TableError if it is none.

    A formula stays as it was written, with its sign: whoever reads the cell refuses it.
    """
    if len(data) > FILE_BYTES_MAX:
        raise TableError(TableFault.SIZE)
    rows = _read_xlsx(data) if data.startswith(_ZIP) else _read_csv(data)
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise TableError(TableFault.EMPTY)
    return rows


def xlsx_file(rows: Iterable[Sequence[object]], name: str) -> Response[bytes]:
    """A workbook of one sheet, no cell a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([_out(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return Response(
        out.getvalue(),
        media_type=XLSX,
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )


def is_formula(cell: str) -> bool:
    return cell.startswith("=")


def plain_cell(cell: str) -> str:
    """A cell without what an export put before it so that no program computes it."""
    return cell[1:] if cell.startswith(_QUOTED) else cell


def _read_csv(data: bytes) -> list[list[str]]:
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        try:
            return _bounded(csv.reader(io.StringIO(text, newline="")))
        except csv.Error:
            break
    raise TableError(TableFault.FORM)


def _read_xlsx(data: bytes) -> list[list[str]]:
    try:
        _expect_small(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and the like, which nobody here reads
            book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            return _bounded(book.worksheets[0].iter_rows(values_only=True))
    except TableError:
        raise
    except (BadZipFile, KeyError, ValueError, IndexError, TypeError, OSError, SyntaxError) as error:
        # What a library says of a broken workbook depends on where it is broken.
        raise TableError(TableFault.FORM) from error


def _expect_small(data: bytes) -> None:
    with ZipFile(io.BytesIO(data)) as archive:
        if sum(one.file_size for one in archive.infolist()) > UNPACKED_BYTES_MAX:
            raise TableError(TableFault.SIZE)


def _bounded(rows: Iterable[Sequence[object]]) -> list[list[str]]:
    read: list[list[str]] = []
    for row in rows:
        if len(read) > ROWS_MAX:
            raise TableError(TableFault.ROWS)
        read.append([_in(cell) for cell in row[:COLUMNS_MAX]])
    return read


def _in(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return labels.label("yes_no", int(cell))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _out(cell: object) -> object:
    return cell if isinstance(cell, int | float | date) else neutral_cell(cell)
