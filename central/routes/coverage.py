"""The coverage report (B5): what is taken in, decided and watched, where, and what is missing."""

from datetime import date, timedelta
from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.coverage import Coverage, Gap
from casework.instants import instant_text
from casework.names import DepartmentId
from casework.staffing import StaffGap, staff_lacks
from central.routes.access import Services, officer_of, services
from central.services.coverage import (
    gap_words,
    matter_rows,
    matters_of,
    names_of,
    outside_hall,
    place_rows,
    share,
    staff_rows,
    towns_of,
    under,
)
from central.services.reach import ADMIN_ROLES, READING_ROLES
from central.store.outside import decided_since
from central.words import word
from webui.filters import day
from webui.gate import require_role
from webui.responses import csv_file, page

BY_MATTER: Final = "matter"
BY_PLACE: Final = "place"
BY_STAFF: Final = "staff"
_VIEWS: Final = frozenset({BY_MATTER, BY_PLACE, BY_STAFF})
OUTSIDE_WITHIN: Final = timedelta(days=90)


@get("/coverage", guards=[require_role(*READING_ROLES)])
async def show(
    request: Request[Any, Any, Any], by: str = BY_PLACE, department: str = "", gaps: str = ""
) -> Template:
    use = services(request)
    coverage = await _coverage(use)
    holdings = use.trust.holdings
    having = {each.matter.department for each in coverage.matters}
    listed = [each for each in holdings.organisation.departments if each.id in having]
    chosen = DepartmentId(department) if department in having else None
    lacks = staff_lacks(holdings.organisation, _today(use))
    since = instant_text(use.clock.now() - OUTSIDE_WITHIN)
    return await page(
        request,
        "coverage/page.html",
        coverage=coverage,
        by=by if by in _VIEWS else BY_PLACE,
        figures=[(gap, coverage.with_gap(gap)) for gap in Gap],
        lacks=lacks,
        staff_figures=[
            (word("staff_gap", gap), sum(each.gap is gap for each in lacks)) for gap in StaffGap
        ],
        gap_word=lambda gap: word("staff_gap", gap),
        node_name=use.review.names.node,
        sees_people=not ADMIN_ROLES.isdisjoint(officer_of(request).roles),
        outside=outside_hall(coverage, await decided_since(use.database, since)),
        outside_days=OUTSIDE_WITHIN.days,
        matters=matters_of(coverage, department=chosen, gaps_only=bool(gaps)),
        places=[(town, under(coverage, town)) for town in towns_of(coverage)],
        departments=[(each.id, each.short_name) for each in listed],
        short_names={each.id: each.short_name for each in listed},
        names=names_of(coverage),
        department=department,
        gaps_only=bool(gaps),
        share=share,
        gap_words=gap_words,
        today=_today(use),
    )


@get("/coverage/{name:str}", guards=[require_role(*READING_ROLES)])
async def export(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    use = services(request)
    coverage = await _coverage(use)
    match name:
        case "matters.csv":
            rows = matter_rows(coverage, use.trust.holdings)
        case "places.csv":
            rows = place_rows(coverage)
        case "staff.csv":
            lacks = staff_lacks(use.trust.holdings.organisation, _today(use))
            rows = staff_rows(lacks, use.review.names.node)
        case _:
            raise NotFoundException(name)
    return csv_file(rows, f"coverage-{day(_today(use))}-{name}")


async def _coverage(use: Services) -> Coverage:
    return await use.coverage.of(use.trust.holdings, use.clock.now(), _today(use))


def _today(use: Services) -> date:
    return use.trust.holdings.calendar.day_of(use.clock.now())


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (show, export)
