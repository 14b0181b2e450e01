"""The catalogue from above: read in, what nobody claimed, what differs, and into a draft."""

import re
from asyncio import to_thread
from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from casework.catalogue import encode_exact
from casework.inheriting import (
    UpperCatalogue,
    UpperLine,
    decode_upper,
    inheriting,
    upper_unsoundness,
)
from casework.matter import MatterVersion
from casework.matter_editing import MatterEditError
from casework.names import DepartmentId, MatterId
from casework.organisation import Role
from casework.proposal import ProposalError, ProposalFault
from central.routes.access import officer_of, services
from central.routes.editing import EDITING_ROLES, FIRST_PART, open_matter
from central.routes.matter_choices import choices_of, departments_of
from central.routes.matter_files import JSON_STARTS, sent_file
from central.routes.matter_table import CellFault
from central.routes.matter_words import DifferenceView, differences_in_words
from central.routes.upper_table import UpperTableError, fault_of, headings, read_upper, table_of
from central.services.reach import ADMIN_ROLES
from central.services.upper_desk import UpperRefusedError, UpperView
from central.words import sections, word
from webui import labels
from webui.case_words import limit_words
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import csv_file, page, redirect
from webui.table_files import FILE_BYTES_MAX, TableError, read_table, xlsx_file

_UNPROCESSABLE: Final = 422
_BODY_BYTES_MAX: Final = FILE_BYTES_MAX + 64 * 1024
LISTED_MAX: Final = 300
QUERY_CHARS_MAX: Final = 60
_URL: Final = "/editing/upper"
_KEPT: Final = re.compile(r"(?P<added>[0-9]{1,4})-(?P<changed>[0-9]{1,4})-(?P<dropped>[0-9]{1,4})")


class LocalView(Struct, frozen=True, kw_only=True):
    """A local matter beside the one it claimed, and all that would change."""

    matter: MatterVersion
    differences: tuple[DifferenceView, ...]


@get(_URL, guards=[require_role(*ADMIN_ROLES)])
async def show(
    request: Request[Any, Any, Any], q: str = "", only: str = ""
) -> Response[bytes] | Template:
    return await _list(request, Form(), text=q[:QUERY_CHARS_MAX].strip(), only=only)


@get("/editing/upper/file", guards=[require_role(*ADMIN_ROLES)])
async def export(request: Request[Any, Any, Any], form: str = "json") -> Response[bytes]:
    view = await _held(request)
    upper, name = view.loaded.catalogue, f"{view.loaded.catalogue.publisher}.{form}"
    if form == "csv":
        return csv_file(table_of(upper), name)
    if form == "xlsx":
        return xlsx_file(table_of(upper), name)
    headers = {"content-disposition": 'attachment; filename="upper.json"'}
    return Response(encode_exact(upper), media_type="application/json", headers=headers)


@post(
    _URL,
    guards=[require_role(*EDITING_ROLES)],
    status_code=303,
    request_max_body_size=_BODY_BYTES_MAX,
)
async def read(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    """A whole catalogue as the new reference, or nothing of the file."""
    form = await read_form(request)
    faults: list[CellFault] = []
    problem = ""
    try:
        upper = await _upper_in(form)
        if upper is not None:
            moved = await services(request).upper_desk.keep(upper, officer_of(request))
            counts = (moved.added, moved.changed, moved.dropped)
            return redirect(request, _URL, kept="-".join(map(str, counts)))
    except UpperTableError as error:
        faults = error.faults
    except TableError as error:
        problem = word("table_fault", error.code)
    except UpperRefusedError as error:
        problem = word("upper", error.reason)
    except ValueError as error:
        problem = word("upper", "json", reason=str(error))
    return await _list(request, form, problem=problem, faults=faults)


@get("/editing/upper/{code:str}", guards=[require_role(*ADMIN_ROLES)])
async def one(request: Request[Any, Any, Any], code: str) -> Template:
    return await _one(request, code, Form())


@post("/editing/upper/{code:str}/claim", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def claim(request: Request[Any, Any, Any], code: str) -> Response[Any] | Template:
    use, form = services(request), await read_form(request)
    line = _line(await _held(request), code)
    departments = [each.id for each in (await use.proposals.loaded()).organisation.departments]
    matter = form.text("id", label=word("MatterVersion", "id"), required=True)
    label = word("MatterVersion", "department")
    department = form.choice("department", departments, label=label, required=True)
    label = word("MatterVersion", "effective_from")
    begins = form.day("effective_from", label=label, required=True)
    if not form.errors and department and begins:
        try:
            proposal = await use.upper_desk.claim(
                line.upper,
                MatterId(matter),
                department=DepartmentId(department),
                begins=begins,
                title=word("upper", "claim_title", name=line.upper.name),
                by=officer_of(request),
            )
        except MatterEditError as error:
            form.errors.add(error.field, labels.error_text(error.fault))
        else:
            return redirect(request, f"/editing/{proposal.id}/{matter}/{FIRST_PART}")
    return await _one(request, code, form, status_code=_UNPROCESSABLE)


@post(
    "/editing/upper/{code:str}/take/{matter_id:str}",
    guards=[require_role(*EDITING_ROLES)],
    status_code=303,
)
async def take(
    request: Request[Any, Any, Any], code: str, matter_id: str
) -> Response[Any] | Template:
    """What the upper catalogue says by now, as a draft of the local matter's next version."""
    use, form = services(request), await read_form(request)
    view = await _held(request)
    local = next((each for each in _line(view, code).claimed if each.id == matter_id), None)
    if local is None:
        raise NotFoundException(matter_id)
    name = f"begins-{matter_id}"
    begins = form.day(name, label=word("MatterVersion", "effective_from"), required=True)
    if begins:
        try:
            proposal = await use.upper_desk.take_over(
                view.loaded.catalogue,
                local.id,
                begins=begins,
                title=word("upper", "take_title", name=local.short_name),
                by=officer_of(request),
            )
        except MatterEditError as error:
            form.errors.add(name, labels.error_text(error.fault))
        else:
            return redirect(request, f"/proposals/{proposal.id}")
    return await _one(request, code, form, status_code=_UNPROCESSABLE)


@post(
    "/editing/{proposal_id:str}/{matter_id:str}/upper",
    guards=[require_role(*EDITING_ROLES)],
    status_code=303,
)
async def take_into_draft(
    request: Request[Any, Any, Any], proposal_id: str, matter_id: str
) -> Response[Any]:
    """What changed above while a draft was written, put into the draft itself."""
    opened, form = await open_matter(request, proposal_id, matter_id), await read_form(request)
    above = opened.upper.above(opened.draft) if opened.upper else None
    if above is None:
        raise NotFoundException(matter_id)
    draft = inheriting(opened.draft, above)
    url = f"/editing/{proposal_id}/{matter_id}/{FIRST_PART}"
    edition = form.integer("edition", label="") or 0
    try:
        await services(request).matter_desk.save(opened, edition, draft, officer_of(request))
    except MatterEditError as error:
        return redirect(request, url, refused=error.fault)
    except ProposalError as error:
        if error.code is not ProposalFault.STATE:
            raise
        return redirect(request, url)
    return redirect(request, url, saved="1")


async def _upper_in(form: Form) -> UpperCatalogue | None:
    """The catalogue in the file; None where the form itself has faults."""
    data = await sent_file(form)
    if data.lstrip().startswith(JSON_STARTS):
        upper = decode_upper(data)
        if faults := [fault_of(each) for each in upper_unsoundness(upper)]:
            raise UpperTableError(faults)
        return upper
    publisher = form.name("publisher", label=word("upper", "publisher"), required=True)
    published_on = form.day("published_on", label=word("upper", "published_on"), required=True)
    if published_on is None or form.errors:
        return None
    return read_upper(await to_thread(read_table, data), publisher, published_on)


async def _held(request: Request[Any, Any, Any]) -> UpperView:
    view = await services(request).upper_desk.view()
    if view is None:
        raise NotFoundException(_URL)
    return view


def _line(view: UpperView, code: str) -> UpperLine:
    found = next((each for each in view.lines if each.upper.catalog_code == code), None)
    if found is None:
        raise NotFoundException(code)
    return found


def _state(line: UpperLine) -> str:
    if not line.claimed:
        return "unclaimed"
    return "differs" if line.differing else "same"


async def _list(  # noqa: PLR0913 - what the page says, each by its name
    request: Request[Any, Any, Any],
    form: Form,
    *,
    text: str = "",
    only: str = "",
    problem: str = "",
    faults: list[CellFault] | None = None,
) -> Template:
    use = services(request)
    view = await use.upper_desk.view()
    lines = view.lines if view else ()
    states: Mapping[str, str] = sections()["upper_state"]
    counts = [
        (name, said, sum(_state(each) == name for each in lines)) for name, said in states.items()
    ]
    found = [
        each
        for each in lines
        if only in {"", _state(each)}
        and (text in each.upper.name or text in each.upper.catalog_code)
    ]
    is_bad = bool(problem or faults or form.errors)
    return await page(
        request,
        "editing/upper.html",
        view=view,
        counts=counts,
        found=found[:LISTED_MAX],
        found_count=len(found),
        only=only,
        state_of=_state,
        states=states,
        q=text,
        form=form,
        columns=headings(),
        problem=problem,
        faults=faults or [],
        done=_kept(request, view),
        limit_words=limit_words,
        officer_name=use.review.names.officer,
        may_edit=Role.CATALOGUE_EDITOR in officer_of(request).roles,
        status_code=_UNPROCESSABLE if is_bad else 200,
    )


def _kept(request: Request[Any, Any, Any], view: UpperView | None) -> str:
    """What reading the newest in has brought, as the address says after it."""
    found = _KEPT.fullmatch(request.query_params.get("kept", ""))
    if view is None or found is None:
        return ""
    return word("upper", "kept", version=view.loaded.version, **found.groupdict())


async def _one(
    request: Request[Any, Any, Any], code: str, form: Form, *, status_code: int = 200
) -> Template:
    use = services(request)
    view, data = await _held(request), await use.proposals.loaded()
    line = _line(view, code)

    def beside(local: MatterVersion) -> LocalView:
        after = inheriting(local, line.upper)
        said = differences_in_words(local, after, lambda each: choices_of(data, each))
        return LocalView(matter=local, differences=said)

    return await page(
        request,
        "editing/upper_matter.html",
        line=line,
        upper=line.upper,
        loaded=view.loaded,
        locals=[beside(each) for each in line.claimed],
        departments=departments_of(data),
        limit_words=limit_words,
        form=form,
        may_edit=Role.CATALOGUE_EDITOR in officer_of(request).roles,
        status_code=status_code,
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (
    *(show, export, read, one, claim, take, take_into_draft),
)
