"""The sheet of a matter as a hall or a village prints it: who tells it, and where the matter goes.

The hall is described by a protocol, so that this module knows nothing of how sets are held.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.types import Guard

from casework.delegation import Delegation, Revocation
from casework.matter import MatterVersion
from casework.names import MatterId, NodeId
from casework.offers import Grants, offers_of
from casework.organisation import Officer
from casework.regions import NodeKind, Regions
from webui.documents import render_async
from webui.gate import signed_in
from webui.names_known import Names
from webui.paper_sheets import Told, consultation_sheet, situation_named
from webui.responses import pdf


class Catalogue(Protocol):
    def current(self, matter: MatterId, on: date) -> MatterVersion | None: ...


class SetsHeld(Protocol):
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def regions(self) -> Regions: ...
    @property
    def delegations(self) -> tuple[Delegation, ...]: ...
    @property
    def revocations(self) -> tuple[Revocation, ...]: ...


class Hall(Protocol):
    """The node that tells: a service centre or a village."""

    @property
    def me(self) -> NodeId: ...
    @property
    def holdings(self) -> SetsHeld: ...
    @property
    def names(self) -> Names: ...

    def now(self) -> datetime: ...
    def today(self) -> date: ...
    def officer(self, officer: str) -> Officer: ...


def told_by(hall: Hall, officer: Officer, matter: MatterVersion, *, asker: str = "") -> Told:
    """Who tells whom at this hall, and where the matter may be brought today."""
    holdings = hall.holdings
    grants = Grants.of(holdings.delegations, holdings.revocations)
    offers = offers_of(matter, grants, holdings.regions, hall.now(), hall.today())
    return Told(
        issuer=hall.names.department(matter.department),
        office=hall.names.node(hall.me),
        officer=officer.name,
        asker=asker,
        places=tuple(
            hall.names.node(each.node)
            for each in offers
            if each.takes_in and each.kind is not NodeKind.VILLAGE
        ),
        is_assisted=any(each.kind is NodeKind.VILLAGE for each in offers),
    )


async def sheet_of_matter(
    hall: Hall, officer: Officer, matter: MatterId, scenario: str, *, asker: str = ""
) -> Response[bytes]:
    """The sheet of a matter as a PDF; NotFoundException for a matter or situation there is not."""
    version = hall.holdings.catalogue.current(matter, hall.today())
    if version is None:
        raise NotFoundException(matter)
    try:
        situation = situation_named(version, scenario)
    except KeyError as error:
        raise NotFoundException(scenario) from error
    told = told_by(hall, officer, version, asker=asker)
    paper = consultation_sheet(version, situation, told, hall.now())
    return pdf(await render_async(paper), f"sheet-{version.catalog_code}.pdf")


def sheet_routes(hall: Hall, *, guards: Sequence[Guard]) -> Router:
    """The sheet of every matter of the catalogue, without a case."""

    @get("/matters/{matter:str}/sheet")
    async def show_sheet(
        request: Request[Any, Any, Any], matter: str, scenario: str = ""
    ) -> Response[bytes]:
        officer = hall.officer(signed_in(request).id)
        return await sheet_of_matter(hall, officer, MatterId(matter), scenario)

    return Router(path="/", guards=list(guards), route_handlers=[show_sheet])
