"""The pages of the county. Whoever adds a module of pages adds it here."""

from litestar.handlers import HTTPRouteHandler

from central.routes import (
    cases,
    delegation_cells,
    delegation_files,
    delegations,
    exceptions,
    incidents,
    lint,
    matters,
    nodes,
    proposals,
    publishing,
    queue,
    receipts,
    revoking,
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
        *delegation_files.ROUTES,
        *revoking.ROUTES,
        *proposals.ROUTES,
        *nodes.ROUTES,
        *publishing.ROUTES,
        *lint.ROUTES,
        *incidents.ROUTES,
        *status_routes(),
    ]
