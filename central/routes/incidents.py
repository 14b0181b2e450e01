"""What went wrong between nodes, for those who have to look at it."""

from typing import Any, Final

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.names import LogName, NodeId, author_of
from central.routes.access import services
from central.services.reach import ADMIN_ROLES
from central.store.incidents import read_incidents
from central.words import find_word
from webui import labels
from webui.gate import require_role
from webui.responses import page


@get("/incidents", guards=[require_role(*ADMIN_ROLES)])
async def incidents(request: Request[Any, Any, Any]) -> Template:
    use = services(request)
    names = use.review.names

    def whose(log: LogName | None, neighbour: NodeId | None = None) -> str:
        """The node that wrote a log; of what is in no log, the one that brought it."""
        return names.node(author_of(log) if log else neighbour)

    return await page(
        request,
        "incidents/page.html",
        found=await read_incidents(use.database),
        whose=whose,
        event=lambda name: find_word("event", name),
        reason=lambda code: labels.error_text(code) if code else "",
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (incidents,)
