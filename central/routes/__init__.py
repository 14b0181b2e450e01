"""The pages of the county. Whoever adds a module of pages adds it here."""

from litestar.handlers import HTTPRouteHandler

from central.routes import (
    cases,
    exceptions,
    incidents,
    lint,
    matters,
    nodes,
    publishing,
    queue,
    receipts,
)
from central.routes.access import services
from central.services.reach import SLIP_ROLES
from webui.carry_routes import carry_routes
from webui.gate import require_role
from webui.status_routes import status_routes


def route_handlers() -> list[HTTPRouteHandler]:
    return [
        *queue.ROUTES,
        *cases.ROUTES,
        *receipts.ROUTES,
        *exceptions.ROUTES,
        *matters.ROUTES,
        *nodes.ROUTES,
        *publishing.ROUTES,
        *lint.ROUTES,
        *incidents.ROUTES,
        *carry_routes(
            guards=[require_role(*SLIP_ROLES)],
            name_of=lambda request: services(request).review.names.node,
        ),
        *status_routes(),
    ]
