"""The pages of the county. Whoever adds a module of pages adds it here."""

from functools import partial

from litestar.types import ControllerRouterHandler

from central.routes import (
    cases,
    coordination,
    coverage,
    delegation_cells,
    delegation_files,
    delegations,
    editing,
    exceptions,
    incidents,
    inquiries,
    lint,
    matter_files,
    matter_review,
    matters,
    node_keys,
    nodes,
    outside,
    people,
    people_table,
    proposals,
    publishing,
    queue,
    receipts,
    revoking,
    samples,
    uppers,
    windows,
)
from central.routes.access import Services
from central.services.accounts import make_attempts
from central.services.reach import READING_ROLES, SLIP_ROLES
from sync.progress import find_by_paper
from webui.carry_routes import carry_routes
from webui.gate import require_role
from webui.guide_routes import guide_routes, handbook_routes
from webui.progress_routes import progress_routes
from webui.status_routes import status_routes


def route_handlers(use: Services) -> list[ControllerRouterHandler]:
    return [
        *queue.ROUTES,
        *cases.ROUTES,
        *receipts.ROUTES,
        *exceptions.ROUTES,
        *coordination.ROUTES,
        *samples.ROUTES,
        *matters.ROUTES,
        *coverage.ROUTES,
        *outside.ROUTES,
        *delegations.ROUTES,
        *delegation_cells.ROUTES,
        *delegation_files.ROUTES,
        *revoking.ROUTES,
        *people.ROUTES,
        *people_table.ROUTES,
        *windows.ROUTES,
        *proposals.ROUTES,
        *uppers.ROUTES,
        *editing.ROUTES,
        *matter_files.ROUTES,
        *matter_review.ROUTES,
        *nodes.ROUTES,
        *node_keys.ROUTES,
        *publishing.ROUTES,
        *lint.ROUTES,
        *incidents.ROUTES,
        *inquiries.ROUTES,
        *carry_routes(
            guards=[require_role(*SLIP_ROLES)],
            name_of=lambda _: use.review.names.node,
        ),
        guide_routes(use.shelf),
        handbook_routes(use.shelf, guards=[require_role(*READING_ROLES)]),
        progress_routes(use.hall, make_attempts(use.database), partial(find_by_paper, use.desk)),
        *status_routes(),
    ]
