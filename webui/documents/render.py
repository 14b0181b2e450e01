"""From a paper to a PDF: compose a description of the page, and let typst set it.

The same paper gives the same bytes on every machine: the only date in the file is the paper's own,
and the only fonts are the two that are shipped. So a PDF can be hashed, signed, and printed again
years later.
"""

import asyncio
import threading
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from webui.documents.fonts import as_printed, font_folder, missing_glyphs
from webui.documents.paper import Deficiency, Item, Paper, Place
from webui.documents.qr import qr_svg
from webui.documents.wording import Filler, Row, in_words, row_for, wording
from webui.errors import WebError

if TYPE_CHECKING:
    import typst

# Level A keeps the text's order and meaning for a screen reader, and B's look for the archive.
PDF_STANDARDS: Final[list[Literal["a-2a", "ua-1"]]] = ["a-2a", "ua-1"]
TEXT_CHARS_MAX: Final = 200_000  # All texts of one paper; some 150 pages.
CHINESE_NUMERALS: Final = "一二三四五六七八九十"

# The compiler is one, and cannot be entered twice; a paper takes it for some milliseconds.
_ONE_AT_A_TIME: Final = threading.Lock()


class PaperError(WebError):
    """A paper that must not be printed."""

    code = "E_PAPER"
    status_code = 422


class PaperIncompleteError(PaperError):
    """A paper in force would have a gap."""

    code = "E_PAPER_INCOMPLETE"

    def __init__(self, fields: list[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class PaperTooLongError(PaperError):
    code = "E_PAPER_TOO_LONG"


def render(paper: Paper) -> bytes:
    """The paper as a PDF. Raises PaperError if it is in force and incomplete, or far too long."""
    page = compose(paper)
    return typeset(page["layout"], page, paper.issued_at)


def typeset(layout: str, page: dict[str, Any], issued_at: datetime) -> bytes:
    """What a template makes of a page; its date is the only one in the file."""
    compiler = _compiler()
    with _ONE_AT_A_TIME:
        pdf = compiler.compile(
            input=_templates() / f"{layout}.typ",
            format="pdf",
            sys_inputs={"paper": msgspec.json.encode(page).decode()},
            pdf_standards=[*PDF_STANDARDS],
            timestamp=int(issued_at.timestamp()),
        )
    assert isinstance(pdf, bytes), "a PDF is one file"
    return pdf


async def render_async(paper: Paper) -> bytes:
    """`render`, without holding up other requests."""
    return await asyncio.to_thread(render, paper)


def unprintable(paper: Paper) -> dict[str, list[str]]:
    """The characters that the font lacks, by the field that holds them: to warn before issuing."""
    found = {
        path: missing_glyphs(text) for path, text in _strings(msgspec.to_builtins(paper), path="")
    }
    return {path: chars for path, chars in found.items() if chars}


def compose(paper: Paper) -> dict[str, Any]:
    """Everything the template places, as strings and lists of strings."""
    row = _row_of(paper)
    filler = Filler(paper)
    page = _body(paper, row, filler) | _head(paper, row) | _foot(paper, row)
    if paper.final:
        _refuse_gaps(paper, row, filler)
    composed = printable(page)
    composed["qr"] = qr_svg(paper.query.qr_text) if paper.query else ""
    composed["seal_picture"] = paper.seal_picture if is_sealed(paper) else ""
    return composed


def printable(page: dict[str, Any]) -> dict[str, Any]:
    """A page with every character the font lacks as its code; PaperTooLongError beyond reason."""
    shown: dict[str, Any] = _as_printed(page)
    if sum(len(text) for _, text in _strings(shown, path="")) > TEXT_CHARS_MAX:
        raise PaperTooLongError(f"more than {TEXT_CHARS_MAX} characters")
    return shown


def is_sealed(paper: Paper) -> bool:
    """Whether the seal's picture stands on the paper: only on one in force that bears a seal."""
    return bool(paper.final and paper.seal_picture and _row_of(paper).seal)


def _row_of(paper: Paper) -> Row:
    return row_for(paper.kind, paper.matter_type, online=paper.online)


def _head(paper: Paper, row: Row) -> dict[str, Any]:
    return {
        "layout": row.layout,
        "title": row.title,
        "subtitle": row.subtitle,
        "form_number": row.number,
        "issuer": paper.issuer,
        "document_number": paper.document_number,
        "addressee": paper.applicant.name,
        "copies": row.copies or [""],
    }


def _body(paper: Paper, row: Row, filler: Filler) -> dict[str, Any]:
    lines = [(label, filler.line(text)) for label, text in row.particulars]
    sections = [_section(name, paper, row, filler) for name in row.sections]
    filled = [section for section in sections if section["content"]]
    numbered = [section for section in filled if section["heading"]]
    if row.layout == "letter" and len(numbered) > 1:
        for numeral, section in zip(CHINESE_NUMERALS, numbered, strict=False):
            section["heading"] = f"{numeral}、{section['heading']}"
    return {
        "particulars": [line for line in (*lines, *paper.particulars) if line[1]],
        "opening": _paragraphs(row.opening, filler),
        "sections": filled,
        "closing": _paragraphs(row.closing, filler),
    }


def _foot(paper: Paper, row: Row) -> dict[str, Any]:
    texts = wording().texts
    handled = " ".join(part for part in (paper.office, paper.signatory) if part)
    if paper.acting_for:
        handled += texts["acting_for"].format(name=paper.acting_for)
    return {
        "texts": texts,
        "signatures": row.signatures,
        "seal": row.seal,
        "issued_on": in_words(paper.issued_at),
        "handled": handled,
        "case_number": paper.case_number,
        "query_code": paper.query.code if paper.query else "",
        "preview": "" if paper.final else texts["preview"],
        "reprint": texts["reprint"].format(n=paper.reprint) if paper.reprint else "",
    }


def _section(name: str, paper: Paper, row: Row, filler: Filler) -> dict[str, Any]:
    heading = row.heading.get(name, wording().headings[name])
    section: dict[str, Any] = {"type": name, "heading": heading}
    match name:
        case "items":
            section |= _items_table(paper.items, row)
        case "deficiencies":
            section["content"] = [_deficiency(one) for one in paper.deficiencies]
        case "place":
            section["content"] = _place_lines(paper.place)
        case "remedies":
            section |= {"type": "text", "content": _remedies(paper, filler)}
        case "outcome":
            written = [_plain(text) for text in paper.outcome]
            section |= {"type": "text", "content": written or _paragraphs(row.outcome, filler)}
            section["numbered"] = (row.numbered or not written) and len(section["content"]) > 1
        case "reasons" | "legal_basis":
            texts = paper.reasons if name == "reasons" else paper.legal_basis
            section |= {"type": "text", "content": [_plain(text) for text in texts]}
            section["numbered"] = len(texts) > 1
        case _:
            raise AssertionError(f"no section {name}")
    return section


def _items_table(items: tuple[Item, ...], row: Row) -> dict[str, Any]:
    """A column in which no item says anything is left out."""
    lines = [[_cell(getattr(item, column)) for column in row.columns] for item in items]
    used = [
        at
        for at, column in enumerate(row.columns)
        if column == "name" or any(line[at] for line in lines)
    ]
    names = wording().columns | row.column
    return {
        "columns": [row.columns[at] for at in used],
        "header": [names[row.columns[at]] for at in used],
        "content": [[line[at] for at in used] for line in lines],
    }


def _cell(value: str | int) -> str:
    return str(value) if value else ""


def _deficiency(one: Deficiency) -> list[str]:
    basis = f"{wording().texts['basis']}{one.legal_basis}" if one.legal_basis else ""
    return [one.material, one.fault, one.remedy, basis]


def _place_lines(place: Place | None) -> list[tuple[str, str]]:
    if place is None:
        return []
    texts = wording().texts
    lines = [
        (texts["place_name"], place.name),
        (texts["address"], place.address),
        (texts["hours"], place.hours),
        (texts["phone"], place.phone),
    ]
    return [line for line in lines if line[1]]


def _remedies(paper: Paper, filler: Filler) -> list[Any]:
    remedies = paper.remedies
    if remedies is None:
        return []
    text = (
        wording()
        .texts["remedy_text"]
        .format(
            you=filler.facts["you"],
            days=remedies.reconsideration_days,
            months=remedies.litigation_months,
            body=remedies.reconsideration_body,
            court=remedies.court,
        )
    )
    return [_plain(text)]


def _paragraphs(texts: tuple[str, ...], filler: Filler) -> list[Any]:
    return [msgspec.to_builtins(paragraph) for paragraph in filler.paragraphs(texts)]


def _plain(text: str) -> list[dict[str, Any]]:
    return [{"text": text, "strong": False}]


def _refuse_gaps(paper: Paper, row: Row, filler: Filler) -> None:
    needed = {
        name for name in row.needs if not (filler.facts.get(name) or getattr(paper, name, None))
    }
    if gaps := sorted(filler.gaps | needed):
        raise PaperIncompleteError(gaps)


def _as_printed(value: Any) -> Any:
    match value:
        case str():
            return as_printed(value)
        case dict():
            return {key: _as_printed(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_as_printed(inner) for inner in value]
        case _:
            return value


def _strings(value: Any, *, path: str) -> list[tuple[str, str]]:
    """Every text inside a value, with the names and places that lead to it."""
    match value:
        case str():
            return [(path, value)]
        case dict():
            inner = [(str(key), part) for key, part in value.items()]
        case list() | tuple():
            inner = [(str(at), part) for at, part in enumerate(value)]
        case _:
            return []
    prefix = f"{path}." if path else ""
    return [found for key, part in inner for found in _strings(part, path=prefix + key)]


@cache
def _templates() -> Path:
    with as_file(files("webui.documents").joinpath("templates")) as folder:
        return Path(folder)


@cache
def _compiler() -> "typst.Compiler":
    import typst  # noqa: PLC0415 - a laptop starts without it

    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(font_folder())],
    )
    return typst.Compiler(root=_templates(), font_paths=fonts, ignore_system_fonts=True)
