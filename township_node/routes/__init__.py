"""The pages of a service centre. Whoever adds a module of pages adds it here."""

from litestar.types import ControllerRouterHandler

from township_node.routes import cases, consultations, home, intake, matters, outbox
from township_node.routes.access import Services
from webui.status_routes import status_routes


def route_handlers(use: Services) -> list[ControllerRouterHandler]:
    return [
        *home.ROUTES,
        *cases.ROUTES,
        *consultations.ROUTES,
        *matters.ROUTES,
        *outbox.ROUTES,
        *intake.routes(use.office),
        *status_routes(),
    ]
