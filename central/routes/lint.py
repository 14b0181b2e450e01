"""What the lint holds back of what was loaded, and the reviewer's word that lets a finding pass."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from central.routes.access import officer_of, services
from central.services.lint_gate import OVERRIDING_ROLES, OverrideError
from central.services.reach import ADMIN_ROLES
from central.words import word
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

_UNPROCESSABLE: Final = 422
_SHOWN_MAX: Final = 200


@get("/publishing/lint", guards=[require_role(*ADMIN_ROLES)])
async def lint(request: Request[Any, Any, Any]) -> Template:
    return await _page(request, done=request.query_params.get("passed") == "1")


@post("/publishing/lint", guards=[require_role(*OVERRIDING_ROLES)], status_code=303)
async def override(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    form = await read_form(request)
    try:
        await services(request).county.lint.override(
            form.typed("finding"), officer_of(request).id, form.typed("reason")
        )
    except OverrideError as error:
        problem = word("lint", error.code)
        return await _page(request, form, problem=problem, status_code=_UNPROCESSABLE)
    return redirect(request, "/publishing/lint", passed="1")


async def _page(
    request: Request[Any, Any, Any],
    form: Form | None = None,
    *,
    done: bool = False,
    problem: str = "",
    status_code: int = 200,
) -> Template:
    use, officer = services(request), officer_of(request)
    gate = use.county.lint
    standing = [each for each in await gate.held() if each.stands]
    names = {each.id: each.short_name for each in use.trust.holdings.catalogue.matters}
    reviews = not OVERRIDING_ROLES.isdisjoint(officer.roles)
    return await page(
        request,
        "publishing/lint.html",
        standing=standing[:_SHOWN_MAX],
        in_all=len(standing),
        may_pass=lambda held: reviews and held.drafted_by != officer.id,
        passed=await gate.overrides.newest(),
        verdict=lambda held: word("lint_verdict", held.verdict),
        place=lambda field: word("lint_place", _part_of(field)),
        name_of=lambda matter: names.get(matter, matter),
        officer=use.review.names.officer,
        typed=form,
        done=word("lint", "passed") if done else "",
        problem=problem,
        status_code=status_code,
    )


def _part_of(field: str) -> str:
    """Which part of a version a field belongs to: `materials[m1].name` is a material's."""
    return field.partition("[")[0].rpartition(".")[2]


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (lint, override)
