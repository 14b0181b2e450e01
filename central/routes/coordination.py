"""The coordinator's desk (咨询协调窗口): answers that are owed, and the green channel."""

from typing import Any, Final

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from central.routes.access import officer_of, services
from central.services.coordination import COORDINATING_ROLES
from central.services.reach import reach_of
from webui.gate import require_role
from webui.responses import page


@get("/coordination", guards=[require_role(*COORDINATING_ROLES)])
async def coordination(request: Request[Any, Any, Any]) -> Template:
    use, reach = services(request), reach_of(officer_of(request))
    today = use.trust.holdings.calendar.day_of(use.clock.now())
    return await page(
        request,
        "coordination/page.html",
        questions=await use.coordination.questions(reach, today),
        green=await use.coordination.green(reach),
        node_name=use.review.names.node,
        officer_name=use.review.names.officer,
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (coordination,)
