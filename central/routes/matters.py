"""The catalogue, to read: its matters, their versions, and who holds which power over them."""

from datetime import date
from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from casework.matter import MatterVersion
from casework.names import DepartmentId, MatterId
from casework.organisation import Role
from central.routes.access import Services, officer_of, services
from central.routes.grant_words import source_words
from central.services.catalogue import Granted, grants_of, lines_of, state_of
from central.services.reach import READING_ROLES
from webui import labels
from webui.case_words import limit_words
from webui.condition_words import condition_words
from webui.gate import require_role
from webui.paper_sheets import scenario_choices
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
    record: str
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
    department = chosen_department(use, request)
    text = q[:QUERY_CHARS_MAX].strip()
    lines = lines_of(use.trust.holdings, today_of(use), text=text, department=department)
    return await page(
        request,
        "matters/list.html",
        "matters/_list.html",
        lines=lines,
        names=use.review.names,
        departments=departments_of(use),
        short_names=dict(departments_of(use)),
        department=department or "",
        q=text,
        version=use.trust.holdings.versions.catalogue,
        limit_words=limit_words,
        may_edit=Role.CATALOGUE_EDITOR in officer_of(request).roles,
    )


@get("/matters/{matter_id:str}", guards=[require_role(*READING_ROLES)])
async def show(
    request: Request[Any, Any, Any], matter_id: str, version: int | None = None
) -> Template:
    use = services(request)
    holdings, today = use.trust.holdings, today_of(use)
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
        may_revoke=Role.DELEGATION_ADMIN in officer_of(request).roles,
        grants=[_grant(use, each, matter) for each in grants],
        limit_words=limit_words,
        # The sheet tells what holds today, whichever version is looked at.
        scenarios=scenario_choices(matter),
        may_edit=Role.CATALOGUE_EDITOR in officer_of(request).roles,
        drafts=await use.matter_desk.drafts_of(matter.id),
        refused=labels.ERRORS.get(request.query_params.get("refused", ""), ""),
    )


@get("/matters/{matter_id:str}/sheet", guards=[require_role(*READING_ROLES)])
async def print_sheet(
    request: Request[Any, Any, Any], matter_id: str, scenario: str = ""
) -> Response[bytes]:
    hall = services(request).hall
    return await sheet_of_matter(hall, officer_of(request), MatterId(matter_id), scenario)


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
        record=record.id,
        node=names.node(record.grantee),
        level=record.level,
        conditions=tuple(condition_words(each, matter) for each in record.conditions),
        first=record.not_before,
        last=record.not_after,
        instrument=names.instrument(record.id),
        source=source_words(record.source),
        is_in_force=granted.is_in_force,
        revoked_on=tuple(each.since.astimezone(zone).date() for each in granted.revocations),
    )


def departments_of(use: Services) -> tuple[tuple[str, str], ...]:
    """The departments that have a matter, in the order of the directory."""
    holdings = use.trust.holdings
    having = {matter.department for matter in holdings.catalogue.matters}
    listed = holdings.organisation.departments
    return tuple((each.id, each.short_name) for each in listed if each.id in having)


def chosen_department(use: Services, request: Request[Any, Any, Any]) -> DepartmentId | None:
    asked = request.query_params.get(_DEPARTMENT, "")
    return DepartmentId(asked) if asked in dict(departments_of(use)) else None


def today_of(use: Services) -> date:
    return use.trust.holdings.calendar.day_of(use.clock.now())


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (matters, show, print_sheet)
