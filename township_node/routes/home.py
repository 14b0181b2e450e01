"""The queues of the counter: what waits for this officer, and what villages have handed up."""

from typing import Any, Final

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from township_node.routes.access import officer_of, services
from township_node.services.drafting import open_drafts
from township_node.services.listing import COUNTERS, Viewer, queue
from webui.gate import require_role
from webui.responses import page

CASE_ROLES: Final = ("clerk", "issuing", "approver", "chief_representative", "leader")


@get("/", guards=[require_role(*CASE_ROLES)])
async def home(request: Request[Any, Any, Any]) -> Template:
    viewer = Viewer(services(request).office, officer_of(request))
    cases = await queue(viewer, request.query_params, base_url="/")
    at_counter = not COUNTERS.isdisjoint(viewer.officer.roles)
    drafts = await open_drafts(viewer.office, viewer.officer) if at_counter else ()
    return await page(
        request,
        "home/page.html",
        "kit/case/_list.html",
        cases=cases,
        drafts=drafts,
        at_counter=at_counter,
    )


@get("/arrivals", guards=[require_role("clerk")])
async def arrivals(request: Request[Any, Any, Any]) -> Template:
    viewer = Viewer(services(request).office, officer_of(request))
    cases = await queue(viewer, request.query_params, base_url="/arrivals", only="arrivals")
    return await page(request, "home/arrivals.html", "kit/case/_list.html", cases=cases)


@get("/results", guards=[require_role("clerk", "issuing")])
async def results(request: Request[Any, Any, Any]) -> Template:
    """What lies at this counter to be handed over."""
    viewer = Viewer(services(request).office, officer_of(request))
    cases = await queue(viewer, request.query_params, base_url="/results", only="ready")
    return await page(request, "home/results.html", "kit/case/_list.html", cases=cases)


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (home, arrivals, results)
