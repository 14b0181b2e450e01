"""The matters of the county as this centre may handle them, and the sets that say so."""

from typing import Any, Final

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from township_node.routes.access import services
from township_node.routes.home import CASE_ROLES
from township_node.services.catalogue import matters, sets_held
from webui.forms import one_line
from webui.gate import require_role
from webui.intake_routes import QUERY_CHARS_MAX
from webui.responses import page


@get("/matters", guards=[require_role(*CASE_ROLES)])
async def list_matters(request: Request[Any, Any, Any], q: str = "") -> Template:
    office = services(request).office
    text = one_line(q)[:QUERY_CHARS_MAX]
    return await page(
        request,
        "matters/page.html",
        "matters/_list.html",
        matters=matters(office, text),
        sets=sets_held(office),
        is_behind=services(request).trust.is_behind,
        q=text,
        today=office.today(),
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (list_matters,)
