"""The pages of a service centre. Whoever adds a module of pages adds it here."""

from functools import partial

from litestar.types import ControllerRouterHandler

from sync.progress import find_by_paper
from township_node.routes import (
    cases,
    consultations,
    home,
    intake,
    matters,
    outbox,
    powers,
    tickets,
    verifying,
)
from township_node.routes.access import Services, officer_of
from township_node.services.accounts import make_attempts
from webui.asking_routes import asking_routes
from webui.carry_routes import carry_routes
from webui.gate import require_role
from webui.guide_routes import guide_routes, handbook_routes
from webui.guide_shelf import Shelf
from webui.progress_routes import progress_routes
from webui.sheets import sheet_routes
from webui.status_routes import status_routes


def route_handlers(use: Services) -> list[ControllerRouterHandler]:
    shelf = Shelf(use.office)
    return [
        *home.ROUTES,
        *cases.ROUTES,
        *consultations.ROUTES,
        *matters.ROUTES,
        *outbox.ROUTES,
        *verifying.ROUTES,
        *powers.ROUTES,
        *tickets.ROUTES,
        *intake.routes(use.office),
        sheet_routes(use.office, guards=[require_role(*home.CASE_ROLES)]),
        *asking_routes(
            use.asking,
            guards=[require_role("clerk", "issuing")],
            officer_of=officer_of,
            names=lambda: use.office.names,
        ),
        *carry_routes(
            guards=[require_role(*home.CASE_ROLES)], name_of=lambda _: use.office.names.node
        ),
        guide_routes(shelf),
        handbook_routes(shelf, guards=[require_role(*home.CASE_ROLES)]),
        progress_routes(use.office, make_attempts(use.database), partial(find_by_paper, use.desk)),
        *status_routes(),
    ]
