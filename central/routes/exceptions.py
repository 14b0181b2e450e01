"""Exceptional decisions (异常决定): what the county did not simply confirm."""

from typing import Any, Final

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from central.routes.access import officer_of, services
from central.services.reach import CASE_ROLES, reach_of
from central.words import word
from webui import labels
from webui.gate import require_role
from webui.responses import page


@get("/exceptions", guards=[require_role(*CASE_ROLES)])
async def exceptions(request: Request[Any, Any, Any]) -> Template:
    use, reach = services(request), reach_of(officer_of(request))
    lines, waiting = await use.exceptions.look(reach)
    return await page(
        request,
        "exceptions/page.html",
        lines=lines,
        waiting=waiting,
        node_name=use.review.names.node,
        reasons=lambda codes: [labels.error_text(code) for code in codes],
        course=lambda value: word("course", value),
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (exceptions,)
