"""The pages of the county. Whoever adds a module of pages adds it here."""

from litestar.types import ControllerRouterHandler

from central.routes import (
    cases,
    coverage,
    exceptions,
    incidents,
    lint,
    matters,
    nodes,
    publishing,
    queue,
    receipts,
)
from central.routes.access import Services
from central.services.reach import READING_ROLES
from webui.gate import require_role
from webui.guide_routes import guide_routes, handbook_routes
from webui.status_routes import status_routes


def route_handlers(use: Services) -> list[ControllerRouterHandler]:
    return [
        *queue.ROUTES,
        *cases.ROUTES,
        *receipts.ROUTES,
        *exceptions.ROUTES,
        *matters.ROUTES,
        *coverage.ROUTES,
        *nodes.ROUTES,
        *publishing.ROUTES,
        *lint.ROUTES,
        *incidents.ROUTES,
        guide_routes(use.shelf),
        handbook_routes(use.shelf, guards=[require_role(*READING_ROLES)]),
        *status_routes(),
    ]
