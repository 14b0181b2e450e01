"""What waits to go up, what came back with reasons, and what was not believed."""

from typing import Any, Final

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from township_node.routes.access import services
from township_node.routes.home import CASE_ROLES
from township_node.services.outbox import outbox
from webui.gate import require_role
from webui.responses import page


@get("/outbox", guards=[require_role(*CASE_ROLES)])
async def show_outbox(request: Request[Any, Any, Any]) -> Template:
    use = services(request)
    return await page(
        request,
        "outbox/page.html",
        box=await outbox(use.office),
        names=use.office.names,
        status=await use.runtime.status(),
        parent=use.runtime.parent,
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (show_outbox,)
