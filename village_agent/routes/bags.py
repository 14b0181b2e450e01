"""送镇清单: the bags to carry, the slip to print, and what has left."""

import re
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.names import CaseId
from village_agent.routes.access import officer_of, page_number, services
from village_agent.services.bags import carried_bags, note_carried, print_list, waiting_bags
from webui.forms import read_form
from webui.gate import require_role
from webui.responses import page, pdf, redirect

BAGS_MAX: Final = 100
_CASE: Final = re.compile(r"[0-9a-f]{32}")
_AGENT: Final = require_role("village_agent")


@get("/bags", guards=[_AGENT])
async def list_bags(request: Request[Any, Any, Any], carried: int = 0) -> Template:
    station = services(request).station
    return await page(
        request,
        "bags/page.html",
        bags=await waiting_bags(station, page_number(request)),
        carried=await carried_bags(station),
        noted=carried,
        node_up=station.names.node(station.parent),
    )


@get("/bags/list.pdf", guards=[_AGENT])
async def print_bags(request: Request[Any, Any, Any], case: list[str]) -> Response[bytes]:
    """物料流转单 for the bags that are ticked; a case's name says nothing of its people."""
    station = services(request).station
    content = await print_list(station, officer_of(request), _cases(case))
    return pdf(content, "transfer-list.pdf")


@post("/bags", guards=[_AGENT], status_code=303)
async def carry(request: Request[Any, Any, Any]) -> Response[None]:
    form = await read_form(request)
    station = services(request).station
    if form.typed("act") == "print":
        query = "&".join(f"case={case}" for case in _cases(form.typed_all("case")))
        return redirect(request, f"/bags/list.pdf?{query}" if query else "/bags")
    count = await note_carried(station, officer_of(request), _cases(form.typed_all("case")))
    return redirect(request, "/bags", carried=str(count))


@post("/bags/{case_id:str}/back", guards=[_AGENT], status_code=303)
async def take_back(request: Request[Any, Any, Any], case_id: str) -> Response[None]:
    """It did not leave after all."""
    for case in _cases([case_id]):
        await services(request).station.bags.take_back(case)
    return redirect(request, "/bags")


def _cases(texts: list[str]) -> tuple[CaseId, ...]:
    return tuple(dict.fromkeys(CaseId(each) for each in texts if _CASE.fullmatch(each)))[:BAGS_MAX]


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (list_bags, print_bags, carry, take_back)
