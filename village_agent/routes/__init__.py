"""The pages of a village laptop. Whoever adds a module of pages adds it here."""

from litestar.types import ControllerRouterHandler

from village_agent.routes import bags, cases, home, intake
from village_agent.routes.access import Services, officer_of
from webui.asking_routes import asking_routes
from webui.carry_routes import carry_routes
from webui.gate import require_role
from webui.guide_routes import guide_routes
from webui.guide_shelf import Shelf
from webui.sheets import sheet_routes
from webui.status_routes import status_routes


def route_handlers(use: Services) -> list[ControllerRouterHandler]:
    return [
        *home.ROUTES,
        *cases.ROUTES,
        *bags.ROUTES,
        *intake.routes(use.station),
        sheet_routes(use.station, guards=[require_role(intake.AGENT)]),
        *asking_routes(
            use.asking,
            guards=[require_role(intake.AGENT)],
            officer_of=officer_of,
            names=lambda: use.station.names,
            layout="kit/village_layout.html",
        ),
        *carry_routes(
            guards=[require_role(intake.AGENT)],
            name_of=lambda _: use.station.names.node,
            layout="kit/village_layout.html",
        ),
        guide_routes(Shelf(use.station), layout="kit/guide/village_layout.html"),
        *status_routes("kit/_village_sync_bar.html"),
    ]
