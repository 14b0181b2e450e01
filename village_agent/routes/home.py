"""The first page: four buttons with their counts, and what has not been sent."""

import hashlib
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from village_agent.routes.access import officer_of, page_number, services
from village_agent.services.listed import Listed
from village_agent.services.worklist import Row, home, not_sent, owing_words
from village_agent.words import word
from webui.gate import require_role
from webui.responses import page

DIGEST_CHARS: Final = 16
_AGENT: Final = require_role("village_agent")


@get("/", guards=[_AGENT])
async def show_home(request: Request[Any, Any, Any]) -> Template:
    found = await home(services(request).station, officer_of(request).id)
    drafts = word("home", "drafts", count=found.drafts)
    bags = word("home", "bags", count=found.bags)
    return await page(
        request,
        "home/page.html",
        home=found,
        unsent=found.unsent,
        digest=_digest(found.unsent),
        notes={
            "collect": drafts if found.drafts else word("home", "collect"),
            "mine": word("home", "mine", open=found.under_way, results=found.results),
            "owing": owing_words(found.owing, found.earliest),
            "bags": bags if found.bags else word("home", "bags_none"),
        },
    )


@get("/home/rows", guards=[_AGENT], opt={"background": True})
async def show_rows(request: Request[Any, Any, Any], seen: str = "") -> Response[Any]:
    """The list again if it has changed: what stays is left alone, and so is the focus in it."""
    found = await not_sent(services(request).station, officer_of(request).id, 1)
    digest = _digest(found)
    if seen == digest:
        return Response(None, status_code=204)
    return Template("home/_rows.html", context={"unsent": found, "digest": digest})


@get("/unsent", guards=[_AGENT])
async def list_unsent(request: Request[Any, Any, Any]) -> Template:
    """The whole of what the first page begins with."""
    officer = officer_of(request).id
    found = await not_sent(services(request).station, officer, page_number(request))
    return await page(request, "home/unsent.html", unsent=found)


def _digest(found: Listed[Row]) -> str:
    """What the list says, in short."""
    return hashlib.sha256(msgspec.json.encode(found)).hexdigest()[:DIGEST_CHARS]


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (show_home, show_rows, list_unsent)
