"""The catalogue and the delegation list, to read; both are edited in the county's files."""

from datetime import date
from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from casework.matter import MatterVersion
from casework.names import DepartmentId, MatterId
from central.routes.access import Services, officer_of, services
from central.services.catalogue import Granted, grants_of, lines_of, state_of
from central.services.reach import READING_ROLES
from webui import labels
from webui.case_words import limit_words
from webui.condition_words import condition_words
from webui.gate import require_role
from webui.paper_sheets import scenario_choices
from webui.power_words import condition_words
from webui.responses import page
from webui.sheets import sheet_of_matter

QUERY_CHARS_MAX: Final = 60
_DEPARTMENT: Final = "department"


class VersionView(Struct, frozen=True, kw_only=True):
    version: int
    state: str
    effective_from: date
    effective_until: date | None
    published_on: date | None
    url: str
    is_shown: bool


class GrantView(Struct, frozen=True, kw_only=True):
    node: str
    level: str
    conditions: tuple[str, ...]
    first: date
    last: date | None
    instrument: str
    source: str
    is_in_force: bool
    revoked_on: tuple[date, ...]


@get("/matters", guards=[require_role(*READING_ROLES)])
async def matters(request: Request[Any, Any, Any], q: str = "") -> Template:
    use = services(request)
    department = _chosen(use, request)
    text = q[:QUERY_CHARS_MAX].strip()
    lines = lines_of(use.trust.holdings, _today(use), text=text, department=department)
    return await page(
        request,
        "matters/list.html",
        "matters/_list.html",
        lines=lines,
        names=use.review.names,
        departments=_departments(use),
        short_names=dict(_departments(use)),
        department=department or "",
        q=text,
        version=use.trust.holdings.versions.catalogue,
        limit_words=limit_words,
    )


@get("/matters/{matter_id:str}", guards=[require_role(*READING_ROLES)])
async def show(
    request: Request[Any, Any, Any], matter_id: str, version: int | None = None
) -> Template:
    use = services(request)
    holdings, today = use.trust.holdings, _today(use)
    versions = holdings.catalogue.versions_of(MatterId(matter_id))
    if not versions:
        raise NotFoundException(matter_id)
    current = holdings.catalogue.current(MatterId(matter_id), today) or versions[-1]
    shown = next((one for one in versions if one.version == version), None)
    if version is not None and shown is None:
        raise NotFoundException(matter_id)
    matter = shown or current
    grants = grants_of(holdings, matter.id, today)
    return await page(
        request,
        "matters/page.html",
        matter=matter,
        state=state_of(matter, today),
        names=use.review.names,
        versions=[_version(one, matter, today) for one in versions],
        grants=[_grant(use, each, matter) for each in grants],
        limit_words=limit_words,
        # The sheet tells what holds today, whichever version is looked at.
        scenarios=scenario_choices(matter),
    )


@get("/matters/{matter_id:str}/sheet", guards=[require_role(*READING_ROLES)])
async def print_sheet(
    request: Request[Any, Any, Any], matter_id: str, scenario: str = ""
) -> Response[bytes]:
    hall = services(request).hall
    return await sheet_of_matter(hall, officer_of(request), MatterId(matter_id), scenario)


@get("/delegations", guards=[require_role(*READING_ROLES)])
async def delegations(request: Request[Any, Any, Any]) -> Template:
    """Matters by townships. To be changed it is loaded anew and published."""
    use = services(request)
    holdings, today = use.trust.holdings, _today(use)
    department = _chosen(use, request)
    matrix = use.matrix.of(holdings, today)
    lines = [line for line in matrix.lines if department in {None, line.matter.department}]
    return await page(
        request,
        "delegations/matrix.html",
        "delegations/_matrix.html",
        columns=matrix.columns,
        lines=lines,
        departments=_departments(use),
        department=department or "",
        version=holdings.versions.delegations,
    )


def _version(one: MatterVersion, shown: MatterVersion, today: date) -> VersionView:
    return VersionView(
        version=one.version,
        state=state_of(one, today),
        effective_from=one.effective_from,
        effective_until=one.effective_until,
        published_on=one.published_on,
        url=f"/matters/{one.id}?version={one.version}",
        is_shown=one.version == shown.version,
    )


def _grant(use: Services, granted: Granted, matter: MatterVersion) -> GrantView:
    record, names = granted.record, use.review.names
    zone = use.trust.holdings.calendar.tz
    return GrantView(
        node=names.node(record.grantee),
        level=record.level,
        conditions=tuple(condition_words(each, matter) for each in record.conditions),
        first=record.not_before,
        last=record.not_after,
        instrument=names.instrument(record.id),
        source=labels.label("grant_source", record.source),
        is_in_force=granted.is_in_force,
        revoked_on=tuple(each.since.astimezone(zone).date() for each in granted.revocations),
    )


def _departments(use: Services) -> tuple[tuple[str, str], ...]:
    """The departments that have a matter, in the order of the directory."""
    holdings = use.trust.holdings
    having = {matter.department for matter in holdings.catalogue.matters}
    listed = holdings.organisation.departments
    return tuple((each.id, each.short_name) for each in listed if each.id in having)


def _chosen(use: Services, request: Request[Any, Any, Any]) -> DepartmentId | None:
    asked = request.query_params.get(_DEPARTMENT, "")
    return DepartmentId(asked) if asked in dict(_departments(use)) else None


def _today(use: Services) -> date:
    return use.trust.holdings.calendar.day_of(use.clock.now())


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (matters, show, print_sheet, delegations)
