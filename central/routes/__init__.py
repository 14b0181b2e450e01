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
    samples,
)
from webui.status_routes import status_routes


def route_handlers() -> list[HTTPRouteHandler]:
    return [
        *queue.ROUTES,
        *cases.ROUTES,
        *receipts.ROUTES,
        *exceptions.ROUTES,
        *samples.ROUTES,
        *matters.ROUTES,
        *nodes.ROUTES,
        *publishing.ROUTES,
        *lint.ROUTES,
        *incidents.ROUTES,
        *status_routes(),
    ]
