"""咨询登记: what was asked at the counter, what was answered, and the intake it may become."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.names import MatterId
from township_node.routes.access import officer_of, services
from township_node.services import consulting
from township_node.store.consultations import ConsultationRecord
from webui.forms import Form, one_line, read_form
from webui.gate import require_role
from webui.intake_routes import QUERY_CHARS_MAX
from webui.responses import page, redirect
from webui.sheets import sheet_of_matter

AnyRequest = Request[Any, Any, Any]
_CLERK: Final = require_role("clerk")
_INVALID: Final = 422


@get("/consultations", guards=[_CLERK])
async def list_consultations(request: AnyRequest, q: str = "") -> Response[Any]:
    use = services(request)
    text = one_line(q)[:QUERY_CHARS_MAX]
    found = await consulting.listed(use.office, use.consultations, text)
    return await page(
        request, "consultations/page.html", "consultations/_list.html", found=found, q=text
    )


@get("/consultations/new", guards=[_CLERK])
async def new_consultation(request: AnyRequest) -> Response[Any]:
    return await _form(request, Form.of({"kind": consulting.kinds()[0][0]}))


@get("/consultations/matters", guards=[_CLERK])
async def suggest_matters(request: AnyRequest, matter: str = "") -> Template:
    """The names that a clerk may mean by what is typed."""
    typed = one_line(matter)[:QUERY_CHARS_MAX]
    names = consulting.matter_names(services(request).office, typed)
    return Template("consultations/_matters.html", context={"matters": names, "typed": typed})


@post("/consultations", guards=[_CLERK], status_code=303)
async def note_consultation(request: AnyRequest) -> Response[Any]:
    use = services(request)
    form = await read_form(request)
    record = await consulting.note(use.office, use.consultations, officer_of(request), form)
    if record is None:
        return await _form(request, form, _INVALID)
    return redirect(request, f"/consultations/{record.id}")


@get("/consultations/{record_id:str}", guards=[_CLERK])
async def show_consultation(request: AnyRequest, record_id: str) -> Response[Any]:
    record = await _record(request, record_id)
    return await page(
        request,
        "consultations/record.html",
        record=consulting.shown(services(request).office, record),
        unprintable=consulting.unprintable(record.person),
    )


@get("/consultations/{record_id:str}/sheet", guards=[_CLERK])
async def print_sheet(request: AnyRequest, record_id: str, scenario: str = "") -> Response[bytes]:
    """Everything that the matter asked about needs, told to whoever asked."""
    record = await _record(request, record_id)
    if record.matter is None:
        raise NotFoundException
    return await sheet_of_matter(
        services(request).office,
        officer_of(request),
        MatterId(record.matter),
        scenario,
        asker=record.person,
    )


@post("/consultations/{record_id:str}/intake", guards=[_CLERK], status_code=303)
async def become_intake(request: AnyRequest, record_id: str) -> Response[Any]:
    use = services(request)
    record = await _record(request, record_id)
    draft = await consulting.begin_intake(
        use.office, use.consultations, officer_of(request), record
    )
    return redirect(request, f"/intake/{draft}")


async def _record(request: AnyRequest, record_id: str) -> ConsultationRecord:
    record = await services(request).consultations.find(record_id)
    if record is None:
        raise NotFoundException
    return record


async def _form(request: AnyRequest, form: Form, status_code: int = 200) -> Response[Any]:
    return await page(
        request,
        "consultations/new.html",
        status_code=status_code,
        form=form,
        kinds=consulting.kinds(),
        matters=consulting.matter_names(services(request).office),
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (
    list_consultations,
    new_consultation,
    suggest_matters,
    note_consultation,
    show_consultation,
    print_sheet,
    become_intake,
)
