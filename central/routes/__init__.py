"""The pages of the county. Whoever adds a module of pages adds it here."""

from litestar.handlers import HTTPRouteHandler

from central.routes import (
    cases,
    delegation_cells,
    delegations,
    editing,
    exceptions,
    incidents,
    lint,
    matter_review,
    matters,
    nodes,
    proposals,
    publishing,
    queue,
    receipts,
)
from webui.status_routes import status_routes


def route_handlers() -> list[HTTPRouteHandler]:
    return [
        *queue.ROUTES,
        *cases.ROUTES,
        *receipts.ROUTES,
        *exceptions.ROUTES,
        *matters.ROUTES,
        *delegations.ROUTES,
        *delegation_cells.ROUTES,
        *proposals.ROUTES,
        *editing.ROUTES,
        *matter_review.ROUTES,
        *nodes.ROUTES,
        *publishing.ROUTES,
        *lint.ROUTES,
        *incidents.ROUTES,
        *status_routes(),
    ]
