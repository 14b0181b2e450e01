"""The watch over receipts (视为受理): what was taken in and is not answered yet."""

from typing import Any, Final

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from central.routes.access import officer_of, services
from central.routes.lists import rows_of
from central.services.reach import CASE_ROLES, reach_of
from webui.gate import require_role
from webui.responses import page


@get("/receipts", guards=[require_role(*CASE_ROLES)])
async def receipts(request: Request[Any, Any, Any]) -> Template:
    use, reach = services(request), reach_of(officer_of(request))
    watched = await use.receipt_watch.look(reach)
    return await page(
        request,
        "receipts/page.html",
        watched=watched,
        unanswered=await rows_of(use, reach, watched.unanswered),
        node_name=use.review.names.node,
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (receipts,)
