"""What this township may do (本镇权限), until when and why not, and what the county said of it."""

from typing import Any, Final

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.names import is_of_county
from township_node.routes.access import services
from township_node.routes.home import CASE_ROLES
from township_node.services.powers import powers
from township_node.services.sampling import sampled_here
from webui.gate import require_role
from webui.responses import page

POWERS_URL: Final = "/powers"


@get(POWERS_URL, guards=[require_role(*CASE_ROLES)])
async def show_powers(request: Request[Any, Any, Any]) -> Template:
    use = services(request)
    return await page(
        request,
        "powers/page.html",
        found=await powers(use.office, use.node, use.trust),
        sampled=await sampled_here(use.node, use.office.calendar.tz),
        names=use.office.names,
        clock_now=use.clock.now(),
        is_of_county=is_of_county(use.node.id),
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (show_powers,)
