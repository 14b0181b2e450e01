"""查询记录: what counters asked about cases that never passed by them, and what they were told."""

from typing import Any, Final

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from central.routes.access import services
from central.services.reach import WATCHING_ROLES
from webui.asking_view import asked_view
from webui.gate import require_role
from webui.responses import page


@get("/inquiries", guards=[require_role(*WATCHING_ROLES)])
async def inquiries(request: Request[Any, Any, Any]) -> Template:
    use = services(request)
    names = use.review.names
    found = await use.inquiries.newest()
    return await page(
        request, "inquiries/page.html", asked=tuple(asked_view(each, names) for each in found)
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (inquiries,)
