"""A matter as a file: out as JSON, its materials as a table, and either into a draft."""

from asyncio import to_thread
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec.structs import replace

from casework.catalogue import decode_matter, encode_exact
from casework.matter import MatterVersion
from casework.matter_editing import KEPT, MatterEditError, versions_of
from casework.names import MatterId
from casework.proposal import ProposalError
from central.routes.access import officer_of, services
from central.routes.editing import EDITING_ROLES, open_matter
from central.routes.matter_choices import choices_of
from central.routes.matter_table import CellFault, headings, read_materials, table_of
from central.services.matter_desk import OpenMatter
from central.services.reach import ADMIN_ROLES, READING_ROLES
from central.words import sections, word
from webui import labels
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import csv_file, page, redirect
from webui.table_files import FILE_BYTES_MAX, TableError, TableFault, read_table, xlsx_file

_UNPROCESSABLE: Final = 422
_BODY_BYTES_MAX: Final = FILE_BYTES_MAX + 64 * 1024
JSON_STARTS: Final = b"{"


@get("/matters/{matter_id:str}/file", guards=[require_role(*READING_ROLES)])
async def export(
    request: Request[Any, Any, Any], matter_id: str, version: int | None = None
) -> Response[bytes]:
    """A published version as JSON; the newest, if none is named."""
    held = services(request).trust.holdings.catalogue.matters
    versions = versions_of(held, MatterId(matter_id))
    fitting = [one for one in versions if version in {None, one.version}]
    if not fitting:
        raise NotFoundException(matter_id)
    return _json(fitting[-1])


@get("/editing/{proposal_id:str}/{matter_id:str}/file", guards=[require_role(*ADMIN_ROLES)])
async def ask(
    request: Request[Any, Any, Any], proposal_id: str, matter_id: str, form: str = ""
) -> Response[bytes] | Template:
    opened = await open_matter(request, proposal_id, matter_id)
    name = f"{opened.draft.short_name}.{form}"
    if form == "json":
        return _json(opened.draft)
    if form in {"csv", "xlsx"}:
        rows = table_of(opened.draft, choices_of(opened.data, opened.draft, opened.upper))
        return csv_file(rows, name) if form == "csv" else xlsx_file(rows, name)
    return await _page(request, opened)


@post(
    "/editing/{proposal_id:str}/{matter_id:str}/file",
    guards=[require_role(*EDITING_ROLES)],
    status_code=303,
    request_max_body_size=_BODY_BYTES_MAX,
)
async def read(
    request: Request[Any, Any, Any], proposal_id: str, matter_id: str
) -> Response[Any] | Template:
    """All of the file into the draft, to be compared before it is submitted; or nothing of it."""
    opened = await open_matter(request, proposal_id, matter_id)
    form = await read_form(request)
    faults: list[CellFault] = []
    try:
        data = await sent_file(form)
        if data.lstrip().startswith(JSON_STARTS):
            draft: MatterVersion | None = _draft(data, opened)
        else:
            rows = await to_thread(read_table, data)
            draft, faults = read_materials(
                rows, choices_of(opened.data, opened.draft, opened.upper)
            )
        if draft is not None:
            edition = form.integer("edition", label="") or 0
            await services(request).matter_desk.save(opened, edition, draft, officer_of(request))
            return redirect(request, f"/proposals/{proposal_id}", done="save")
        problem = ""
    except TableError as error:
        problem = word("table_fault", error.code)
    except MatterEditError as error:
        # The element first: a file has no field at which to say it.
        named = sections()["MatterVersion"].get(error.field.partition(".")[0], "")
        problem = "：".join(one for one in (named, labels.error_text(error.fault)) if one)
    except ProposalError as error:
        problem = word("proposal_fault", error.code)
    except ValueError as error:
        problem = word("matter_table", "json", reason=str(error))
    return await _page(request, opened, problem=problem, faults=faults)


def _draft(data: bytes, opened: OpenMatter) -> MatterVersion:
    """What a file says of the matter; who drafts it and from when is the draft's to say."""
    read_in = decode_matter(data)
    kept = {name: getattr(opened.draft, name) for name in (*KEPT, "effective_until")}
    begins = max(read_in.effective_from, opened.draft.effective_from)
    return replace(read_in, **kept, effective_from=begins)


def _json(matter: MatterVersion) -> Response[bytes]:
    name = f"{matter.id}-{matter.version}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(encode_exact(matter), media_type="application/json", headers=headers)


async def sent_file(form: Form) -> bytes:
    files = form.files.get("file", [])
    datas = [await one.read(FILE_BYTES_MAX + 1) for one in files]
    for one in files:
        await one.close()
    if not datas or not datas[0]:
        raise TableError(TableFault.EMPTY)
    if len(datas[0]) > FILE_BYTES_MAX:
        raise TableError(TableFault.SIZE)
    return datas[0]


async def _page(
    request: Request[Any, Any, Any],
    opened: OpenMatter,
    *,
    problem: str = "",
    faults: list[CellFault] | None = None,
) -> Template:
    return await page(
        request,
        "editing/file.html",
        draft=opened.draft,
        edition=opened.proposal.edition,
        base=f"/editing/{opened.proposal.id}/{opened.draft.id}",
        columns=headings(),
        faults=sorted(faults or (), key=lambda one: one.row),
        problem=problem,
        status_code=_UNPROCESSABLE if problem or faults else 200,
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (export, ask, read)
