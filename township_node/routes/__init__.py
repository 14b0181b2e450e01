"""The pages of a service centre. Whoever adds a module of pages adds it here."""

from litestar.types import ControllerRouterHandler

from township_node.routes import cases, consultations, home, intake, matters, outbox, powers
from township_node.routes.access import Services
from webui.gate import require_role
from webui.sheets import sheet_routes
from webui.status_routes import status_routes


def route_handlers(use: Services) -> list[ControllerRouterHandler]:
    return [
        *home.ROUTES,
        *cases.ROUTES,
        *consultations.ROUTES,
        *matters.ROUTES,
        *outbox.ROUTES,
        *powers.ROUTES,
        *intake.routes(use.office),
        sheet_routes(use.office, guards=[require_role(*home.CASE_ROLES)]),
        *status_routes(),
    ]
