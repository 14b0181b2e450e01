"""Supervision samples (抽查): what a reviewer has to look at, and what was found."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.names import MessageId
from casework.sampling import (
    REVIEWED_MIN,
    SAMPLED_PER_THOUSAND,
    WRONG_PER_THOUSAND_MAX,
    Finding,
)
from central.routes.access import officer_of, services
from central.routes.delegations import EDITING_ROLES
from central.services.sampling import REVIEWING_ROLES, SEEING_ROLES, SampleError, SampleLine
from central.words import word
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

_UNPROCESSABLE: Final = 422


@get("/samples", guards=[require_role(*SEEING_ROLES)])
async def samples(request: Request[Any, Any, Any]) -> Template:
    use = services(request)
    found = await use.sampling.look(officer_of(request))
    records = {each.id: each for each in use.trust.holdings.delegations}
    return await page(
        request,
        "samples/page.html",
        found=found,
        party=word("sample_party", found.party.value) if found.party else "",
        finding=lambda value: word("sample_finding", value),
        node_name=use.review.names.node,
        matter_name=_matters(request),
        instrument=use.review.names.instrument,
        records=records,
        may_revoke=not EDITING_ROLES.isdisjoint(officer_of(request).roles),
        limits=(SAMPLED_PER_THOUSAND // 10, REVIEWED_MIN, WRONG_PER_THOUSAND_MAX // 10),
        done=_done(request.query_params.get("did", "")),
    )


@get("/samples/{decision:str}", guards=[require_role(*REVIEWING_ROLES)])
async def one(request: Request[Any, Any, Any], decision: str) -> Template:
    return await _form(request, await _line(request, decision))


@post("/samples/{decision:str}", guards=[require_role(*REVIEWING_ROLES)], status_code=303)
async def record(request: Request[Any, Any, Any], decision: str) -> Response[Any] | Template:
    line, form = await _line(request, decision), await read_form(request)
    try:
        finding = _finding(form.typed("finding"))
        advice = await services(request).sampling.record(
            officer_of(request), line.decided.id, finding, form.typed("reason")
        )
    except SampleError as error:
        problem = word("sample", error.code)
        return await _form(request, line, form, problem=problem, status_code=_UNPROCESSABLE)
    return redirect(request, "/samples", did="advised" if advice else "recorded")


def _finding(typed: str) -> Finding:
    try:
        return Finding(typed)
    except ValueError:
        raise SampleError("sample-finding") from None


async def _line(request: Request[Any, Any, Any], decision: str) -> SampleLine:
    found = await services(request).sampling.find(officer_of(request), MessageId(decision))
    if found is None:
        raise NotFoundException
    return found


async def _form(
    request: Request[Any, Any, Any],
    line: SampleLine,
    form: Form | None = None,
    *,
    problem: str = "",
    status_code: int = 200,
) -> Template:
    use = services(request)
    typed = (
        (form.typed("finding"), form.typed("reason"))
        if form is not None
        else (line.found.finding.value, line.found.reason)
        if line.found is not None
        else ("", "")
    )
    return await page(
        request,
        "samples/one.html",
        line=line,
        node_name=use.review.names.node,
        matter_name=_matters(request),
        instrument=use.review.names.instrument,
        findings=[(each.value, word("sample_finding", each.value)) for each in Finding],
        typed=typed,
        problem=problem,
        status_code=status_code,
    )


def _matters(request: Request[Any, Any, Any]) -> Any:
    holdings = services(request).trust.holdings
    names = {each.id: each.short_name for each in holdings.catalogue.matters}
    return lambda matter: names.get(matter, matter)


def _done(did: str) -> str:
    return word("sample", did) if did in {"recorded", "advised"} else ""


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (samples, one, record)
