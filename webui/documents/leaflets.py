"""From a leaflet to a PDF, with the same templates, fonts and compiler as papers."""

import asyncio
import re
from typing import Any, Final

import msgspec

from webui.documents.leaflet import Block, Leaflet, Table
from webui.documents.render import printable, typeset
from webui.documents.wording import wording

WIDTH_MIN: Final = 2  # of a column, in characters
WIDTH_MAX: Final = 16
_VIEW_BOX: Final = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
# A picture is as large as its words are easy to read, but stays on one page.
MM_PER_UNIT: Final = 0.27
PICTURE_MM_MAX: Final = (158, 236)


def render_leaflet(leaflet: Leaflet) -> bytes:
    """The leaflet as a PDF, the same bytes for the same leaflet."""
    return typeset("leaflet", printable(_composed(leaflet)), leaflet.issued_at)


async def render_leaflet_async(leaflet: Leaflet) -> bytes:
    return await asyncio.to_thread(render_leaflet, leaflet)


def _composed(leaflet: Leaflet) -> dict[str, Any]:
    """The names that `base.typ` shares with papers, and the blocks."""
    return {
        "title": leaflet.title,
        "subtitle": leaflet.subtitle,
        "issuer": leaflet.issuer,
        "blocks": [_block(each) for each in leaflet.blocks],
        "closing": [[{"text": text, "strong": False}] for text in leaflet.closing],
        "signatures": leaflet.signatures,
        "preview": leaflet.mark,
        "texts": wording().texts,
        "copies": [""],
        **dict.fromkeys(("form_number", "case_number", "reprint", "qr"), ""),
    }


def _block(block: Block) -> dict[str, Any]:
    composed: dict[str, Any] = msgspec.to_builtins(block)
    if block.table is not None:
        composed["table"]["widths"] = _widths(block.table)
    if block.figure is not None:
        composed["figure"]["width_mm"] = _width_mm(block.figure.svg)
    return composed


def _widths(table: Table) -> list[int]:
    """Each column by its longest text, within reason."""
    columns = zip(table.header, *table.rows, strict=True)
    return [max(WIDTH_MIN, min(WIDTH_MAX, max(len(text) for text in column))) for column in columns]


def _width_mm(svg: str) -> float:
    found = _VIEW_BOX.search(svg)
    assert found is not None, "a picture says how large it is"
    size = int(found[1]), int(found[2])
    fitting = [most / units for most, units in zip(PICTURE_MM_MAX, size, strict=True)]
    return round(size[0] * min(MM_PER_UNIT, *fitting), 1)
