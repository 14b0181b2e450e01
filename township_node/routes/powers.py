"""What this township may do (本镇权限), until when and why not, and what the county said of it."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.names import is_of_county
from casework.sampling import Finding
from township_node.routes.access import officer_of, services
from township_node.routes.home import CASE_ROLES
from township_node.services.powers import powers
from township_node.services.sampling import SampledHere, SampleError, record, sampled_here
from township_node.words import sections, word
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

POWERS_URL: Final = "/powers"
SAMPLE_URL: Final = "/powers/samples/{decision:str}"
# Who looks at this hall's decisions again.
REVIEWERS: Final = frozenset({"leader", "chief_representative"})
_INVALID: Final = 422


@get(POWERS_URL, guards=[require_role(*CASE_ROLES)])
async def show_powers(request: Request[Any, Any, Any], did: str = "") -> Template:
    use = services(request)
    return await page(
        request,
        "powers/page.html",
        found=await powers(use.office, use.node, use.trust),
        sampled=await sampled_here(use.office),
        finding=lambda value: word("finding", value),
        may_review=not REVIEWERS.isdisjoint(officer_of(request).roles),
        done=word("sample", "done") if did == "sampled" else "",
        names=use.office.names,
        clock_now=use.clock.now(),
        is_of_county=is_of_county(use.node.id),
    )


@get(SAMPLE_URL, guards=[require_role(*REVIEWERS)])
async def show_sample(request: Request[Any, Any, Any], decision: str) -> Template:
    return await _form(request, await _sampled(request, decision), Form())


@post(SAMPLE_URL, guards=[require_role(*REVIEWERS)], status_code=303)
async def record_sample(request: Request[Any, Any, Any], decision: str) -> Response[Any] | Template:
    sampled, form = await _sampled(request, decision), await read_form(request)
    chosen = form.choice("finding", list(Finding), label=word("sample", "finding"), required=True)
    if chosen is None:
        return await _form(request, sampled, form, _INVALID)
    try:
        office, officer = services(request).office, officer_of(request)
        await record(office, officer, sampled, Finding(chosen), form.long_text("reason", label=""))
    except SampleError as error:
        form.errors.add("reason", word("sample", error.code))
        return await _form(request, sampled, form, _INVALID)
    return redirect(request, POWERS_URL, did="sampled")


async def _sampled(request: Request[Any, Any, Any], decision: str) -> SampledHere:
    found = await sampled_here(services(request).office)
    one = next((each for each in found if each.judged.decision == decision), None)
    if one is None:
        raise NotFoundException(decision)
    return one


async def _form(
    request: Request[Any, Any, Any], sampled: SampledHere, form: Form, status_code: int = 200
) -> Template:
    office = services(request).office
    matter = office.holdings.matter(sampled.judged.case.matter)
    return await page(
        request,
        "powers/sample.html",
        status_code=status_code,
        sampled=sampled,
        form=form,
        is_own=sampled.made_by(officer_of(request).id),
        own=word("sample", "own"),
        findings=tuple(sections()["finding"].items()),
        matter=matter.name if matter is not None else "",
        names=office.names,
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (show_powers, show_sample, record_sample)
