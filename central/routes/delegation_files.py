"""The delegation list as a file: exported as it is or with a draft, imported into a draft."""

from asyncio import to_thread
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.proposal import TITLE_CHARS_MAX, DelegationChanges, ProposalError
from central.routes.access import Services, officer_of, services
from central.routes.delegations import EDITING_ROLES, draft_obstacles, open_draft
from central.routes.grant_table import COLUMNS, TableReader, table_of
from central.routes.matters import today_of
from central.routes.table_rows import FAULTS_SHOWN_MAX, RowFault
from central.services.delegation_desk import OpenDraft
from central.services.reach import ADMIN_ROLES
from central.words import word
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import csv_file, page, redirect
from webui.table_files import FILE_BYTES_MAX, TableError, TableFault, read_table, xlsx_file

_UNPROCESSABLE: Final = 422
_BODY_BYTES_MAX: Final = FILE_BYTES_MAX + 64 * 1024
_SECTION: Final = "grant_table"


@get("/delegations/export", guards=[require_role(*ADMIN_ROLES)])
async def export(
    request: Request[Any, Any, Any], draft: str = "", form: str = "xlsx"
) -> Response[bytes]:
    use = services(request)
    opened = await open_draft(use, draft) if draft else None
    records = opened.editing.records() if opened else use.trust.holdings.delegations
    listed = opened.data if opened else await use.proposals.loaded()
    changes = opened.changes if opened else DelegationChanges()
    name = word(_SECTION, "file", day=today_of(use))

    def make() -> Response[bytes]:
        rows = table_of(use, records, listed.delegations, changes)
        return csv_file(rows, f"{name}.csv") if form == "csv" else xlsx_file(rows, f"{name}.xlsx")

    return await to_thread(make)


@get("/delegations/import", guards=[require_role(*EDITING_ROLES)])
async def ask(request: Request[Any, Any, Any], draft: str = "") -> Template:
    opened = await open_draft(services(request), draft) if draft else None
    return await _page(request, opened)


@post(
    "/delegations/import",
    guards=[require_role(*EDITING_ROLES)],
    status_code=303,
    request_max_body_size=_BODY_BYTES_MAX,
)
async def read(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    """Into the draft that is named, or into a new one; all of the file or nothing of it."""
    use, officer, form = services(request), officer_of(request), await read_form(request)
    named = form.typed("draft")
    opened = await open_draft(use, named) if named else None
    try:
        name, rows = await _sent(form)
    except TableError as error:
        problem = word("table_fault", error.code)
        return await _page(request, opened, problem=problem, status_code=_UNPROCESSABLE)
    work = opened or await use.delegations.blank(officer)
    reader = TableReader(use, work)
    await to_thread(reader.read, rows)
    faults = reader.faults or _findings(use, work, reader)
    if faults:
        return await _page(request, opened, faults=faults, status_code=_UNPROCESSABLE)
    if not work.editing.draft.records:
        problem = word(_SECTION, "nothing")
        return await _page(request, opened, problem=problem, status_code=_UNPROCESSABLE)
    title = word(_SECTION, "title", name=name)[:TITLE_CHARS_MAX]
    try:
        proposal = await use.delegations.keep(work, title, officer)
    except ProposalError as error:
        problem = word("proposal_fault", error.code)
        return await _page(request, opened, problem=problem, status_code=_UNPROCESSABLE)
    return redirect(request, f"/proposals/{proposal.id}", done="save")


async def _sent(form: Form) -> tuple[str, list[list[str]]]:
    files = form.files.get("file", [])
    datas = [await one.read(FILE_BYTES_MAX + 1) for one in files]
    for one in files:
        await one.close()
    if not files or not files[0].filename:
        raise TableError(TableFault.EMPTY)
    data = datas[0]
    return files[0].filename, await to_thread(read_table, data)


def _findings(use: Services, work: OpenDraft, reader: TableReader) -> list[RowFault]:
    """What the rules of publishing say of the rows, where they can be read."""
    return [
        RowFault(reader.row_of(record), word(_SECTION, "whole_row"), one.place, one.reason)
        for record, one in draft_obstacles(use, work)
    ]


async def _page(
    request: Request[Any, Any, Any],
    opened: OpenDraft | None,
    *,
    faults: list[RowFault] | None = None,
    problem: str = "",
    status_code: int = 200,
) -> Template:
    found = sorted(faults or (), key=lambda one: one.row)
    return await page(
        request,
        "delegations/import.html",
        draft=opened.proposal if opened else None,
        columns=[word("grant_table_column", name) for name in COLUMNS],
        faults=found[:FAULTS_SHOWN_MAX],
        in_all=len(found),
        rows=len({one.row for one in found}),
        problem=problem,
        status_code=status_code,
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (export, ask, read)
