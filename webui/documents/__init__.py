"""Printed papers: PDFs that a county office hands out, files and can verify.

`render` is all that a tier needs; `unprintable` warns before a name goes out wrong.
"""

from webui.documents.fonts import missing_glyphs
from webui.documents.paper import (
    Deficiency,
    Handover,
    Item,
    Paper,
    PaperKind,
    PaperParty,
    Place,
    Query,
    Remedies,
)
from webui.documents.qr import qr_svg
from webui.documents.render import (
    PaperError,
    PaperIncompleteError,
    PaperTooLongError,
    is_sealed,
    render,
    render_async,
    unprintable,
)
from webui.documents.wording import title_of

__all__ = [
    "Deficiency",
    "Handover",
    "Item",
    "Paper",
    "PaperError",
    "PaperIncompleteError",
    "PaperKind",
    "PaperParty",
    "PaperTooLongError",
    "Place",
    "Query",
    "Remedies",
    "is_sealed",
    "missing_glyphs",
    "qr_svg",
    "render",
    "render_async",
    "title_of",
    "unprintable",
]
