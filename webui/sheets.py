"""The sheet of a matter as a hall or a village prints it: who tells it, and where the matter goes.

The hall is described by a protocol, so that this module knows nothing of how sets are held.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final, Protocol

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.types import Guard

from casework.delegation import Delegation, Level, Revocation
from casework.matter import MatterVersion
from casework.names import MatterId, NodeId, Tier, is_of_county, tier_of
from casework.organisation import Officer
from casework.regions import NodeKind, Regions
from webui.documents import Paper, render_async
from webui.gate import signed_in
from webui.names_known import Names
from webui.paper_sheets import Situation, Told, consultation_sheet, situation_named
from webui.responses import pdf

_TAKES_IN: Final = frozenset({Level.FINAL, Level.ACCEPT})
_HALLS: Final = frozenset({NodeKind.COUNTY_HALL, NodeKind.SUBCENTRE, NodeKind.TOWNSHIP})


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


def sheet_of(
    hall: Hall, officer: Officer, matter: MatterVersion, situation: Situation, *, asker: str = ""
) -> Paper:
    """What this hall tells whoever asks, as of today."""
    standing = tuple(_standing(hall, matter))
    told = Told(
        issuer=hall.names.department(matter.department),
        office=hall.names.node(hall.me),
        officer=officer.name,
        asker=asker,
        places=_places(hall, standing),
        is_assisted=any(tier_of(each.grantee) is Tier.VILLAGE for each in standing),
    )
    return consultation_sheet(matter, situation, told, hall.now())


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
    paper = sheet_of(hall, officer, version, situation, asker=asker)
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


def _standing(hall: Hall, matter: MatterVersion) -> Iterator[Delegation]:
    """The records over a matter that stand today; none of a node from which it is withheld."""
    holdings, now, today = hall.holdings, hall.now(), hall.today()
    records = [
        record
        for record in holdings.delegations
        if record.covers(matter.id, matter.version, today)
        and not any(each.touches(record.id, now) for each in holdings.revocations)
    ]
    withheld = {
        record.grantee for record in records if record.level is Level.NONE and not record.conditions
    }
    yield from (
        record
        for record in records
        if record.level is not Level.NONE and record.grantee not in withheld
    )


def _places(hall: Hall, standing: Sequence[Delegation]) -> tuple[str, ...]:
    """The county's own halls, then whoever else takes the matter in."""
    taking_in = {record.grantee for record in standing if record.level in _TAKES_IN}
    halls = [node for node in hall.holdings.regions.nodes if node.kind in _HALLS]
    own = [node.name for node in halls if is_of_county(node.id)]
    others = [node.name for node in halls if node.id in taking_in and not is_of_county(node.id)]
    return (*own, *others)
