"""The pages of guides: for everybody, at every tier, from the sets held there.

Nothing personal stands on them and nothing is written for them. Prints and pictures know neither
session nor cookie, and a browser that has one asks only whether it is still good.
"""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.response import Template
from litestar.types import Guard
from msgspec import Struct

from casework.guide import Guide
from casework.names import tier_of
from webui import labels
from webui.case_words import limit_words
from webui.chrome import Chrome
from webui.forms import one_line
from webui.guide_shelf import Asked, PrintKind, Shelf
from webui.guide_text import word
from webui.responses import page, pdf

AnyRequest = Request[Any, Any, Any]

QUERY_CHARS_MAX: Final = 60
LINES_PER_PAGE: Final = 60
PAGE_MAX: Final = 1_000
_PRINTS: Final = {
    f"{kind.value}.pdf": kind for kind in (PrintKind.GUIDE, PrintKind.BLANK, PrintKind.SAMPLE)
}
_FLOW: Final = "flow.svg"
_SVG_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
# Kept by whoever fetched it, and asked for again each time: a catalogue may be published any day.
_ASK_AGAIN: Final = "public, no-cache"


class Fact(Struct, frozen=True):
    """One of the few things that people look for first."""

    name: str
    text: str


def guide_routes(shelf: Shelf, *, layout: str = "kit/guide/layout.html") -> Router:
    """`/guide` and what lies below it; `layout` is the village's where everything is larger."""

    @get("/", opt={"public": True})
    async def list_guides(
        request: AnyRequest, q: str = "", department: str = "", theme: str = ""
    ) -> Template:
        asked = Asked(one_line(q)[:QUERY_CHARS_MAX], department, theme)
        lines = shelf.lines(asked)
        number = min(_number(request.query_params.get("page", "1")), _pages(len(lines)))
        first = (number - 1) * LINES_PER_PAGE
        return await page(
            request,
            "kit/guide/list.html",
            "kit/guide/_lines.html",
            chrome=_chrome(shelf),
            layout=layout,
            asked=asked,
            lines=lines[first : first + LINES_PER_PAGE],
            found=len(lines),
            number=number,
            pages=_pages(len(lines)),
            departments=shelf.departments(),
            themes=shelf.themes(),
            version=shelf.catalogue_version,
            limit_words=limit_words,
        )

    @get("/{matter:str}", opt={"public": True})
    async def show_guide(request: AnyRequest, matter: str, version: int | None = None) -> Template:
        ended = shelf.ended(matter) if version is None else None
        if ended is not None:
            return await page(
                request,
                "kit/guide/ended.html",
                chrome=_chrome(shelf),
                layout=layout,
                matter=ended.matter,
                instead=ended.instead,
                department=shelf.hall.names.department(ended.matter.department),
            )
        guide = _found(shelf, matter, version)
        return await page(
            request,
            "kit/guide/page.html",
            chrome=_chrome(shelf),
            layout=layout,
            guide=guide,
            blocks=shelf.blocks(guide, PrintKind.GUIDE),
            first=_first(guide),
            newer=shelf.newer(guide),
            query=f"?version={guide.matter.version}" if guide.is_announced else "",
            version=shelf.catalogue_version,
        )

    @get("/{matter:str}/{file:str}", opt={"machine": True})
    async def print_guide(
        request: AnyRequest, matter: str, file: str, version: int | None = None
    ) -> Response[bytes]:
        guide = _found(shelf, matter, version)
        kind = _PRINTS.get(file)
        if kind is None and file != _FLOW:
            raise NotFoundException(file)
        headers = {
            "etag": f'"{shelf.tag(guide.matter.ref, file)}"',
            "cache-control": _ASK_AGAIN,
        }
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(b"", status_code=304, headers=headers)
        if kind is None:
            answer = _picture(shelf, guide)
        else:
            name = f"{kind.value}-{guide.matter.catalog_code}.pdf"
            answer = pdf(await shelf.print(guide, kind), name)
        answer.headers.update(headers)
        return answer

    return Router(path="/guide", route_handlers=[list_guides, show_guide, print_guide])


def handbook_routes(shelf: Shelf, *, guards: Sequence[Guard]) -> Router:
    """The handbook of a matter, for those who work with it."""

    @get("/matters/{matter:str}/handbook")
    async def show_handbook(
        request: AnyRequest, matter: str, version: int | None = None
    ) -> Template:
        guide = _found(shelf, matter, version)
        return await page(
            request,
            "kit/guide/handbook.html",
            guide=guide,
            blocks=shelf.blocks(guide, PrintKind.HANDBOOK),
            query=f"?version={guide.matter.version}" if guide.is_announced else "",
        )

    @get("/matters/{matter:str}/handbook.pdf")
    async def print_handbook(matter: str, version: int | None = None) -> Response[bytes]:
        guide = _found(shelf, matter, version)
        content = await shelf.print(guide, PrintKind.HANDBOOK)
        return pdf(content, f"handbook-{guide.matter.catalog_code}.pdf")

    return Router(path="/", guards=list(guards), route_handlers=[show_handbook, print_handbook])


def _found(shelf: Shelf, matter: str, version: int | None) -> Guide:
    guide = shelf.find(matter, version)
    if guide is None:
        raise NotFoundException(matter)
    return guide


def _first(guide: Guide) -> tuple[Fact, ...]:
    """What most people want to know: how long, what it costs, how often to come."""
    matter = guide.matter
    fee = "、".join(each.name for each in matter.fees) or word("basics", "no_fee")
    visits = word("page", "visits", count=matter.max_visits)
    if not matter.max_visits:
        visits = word("page", "no_visit")
    return (
        Fact(word("basics", "promised"), limit_words(matter.limits.promised)),
        Fact(word("basics", "fee"), fee),
        Fact(word("basics", "visits"), visits),
        Fact(word("page", "papers"), word("page", "kinds", count=len(matter.materials))),
    )


def _picture(shelf: Shelf, guide: Guide) -> Response[bytes]:
    blocks = shelf.blocks(guide, PrintKind.GUIDE)
    svg = next(each.figure.svg for each in blocks if each.figure is not None)
    return Response(
        svg.encode(),
        media_type="image/svg+xml",
        headers={"content-security-policy": _SVG_POLICY},
    )


def _chrome(shelf: Shelf) -> Chrome:
    """Whose guides these are: nothing that would have to be looked up for each visitor."""
    hall = shelf.hall
    return Chrome(
        node_name=hall.names.node(hall.me), tier_name=labels.label("tier", tier_of(hall.me))
    )


def _pages(lines: int) -> int:
    return max(1, -(-lines // LINES_PER_PAGE))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(int(text[: len(str(PAGE_MAX))]), 1), PAGE_MAX)
