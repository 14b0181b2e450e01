"""A case at the county: its page, its clocks, its scans, its papers, and the acts on it."""

import re
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from casework.entry import PartRef
from casework.errors import CaseworkError, UnknownCaseError
from casework.names import CaseId, MessageId
from central.routes.access import acting_for, officer_of, services
from central.routes.lists import rows_of
from central.services.reach import CASE_ROLES, NAMING_ROLES, WRITING_ROLES, reach_of
from central.services.review import Acting, Opened
from central.words import sections, word
from sync.parts import PartNotHeldError
from webui import labels
from webui.act_contents import ACT_BODY_BYTES_MAX, RESULT, contents_of
from webui.act_form import ActRead, read_act
from webui.act_reading import ActPlace
from webui.asking_view import asked_view
from webui.case_pen import ASK_RELEASE, read_release
from webui.case_view import case_view, clocks_view, paper_brought
from webui.documents import PaperKind
from webui.errors import WebError
from webui.forms import read_form
from webui.gate import require_role
from webui.responses import page, pdf, redirect

QUERY_CHARS_MAX: Final = 60
_CASE_ID: Final = re.compile(r"[0-9a-f]{32}")
_PART_HASH: Final = re.compile(r"[0-9a-f]{64}")
_SHOWN: Final = frozenset({"image/webp", "image/jpeg", "image/png", "application/pdf"})
_CONFLICT: Final = 409
_UNPROCESSABLE: Final = 422


class Refused(Struct, frozen=True):
    """Why an act was not done, and what its officer had written meanwhile."""

    title: str
    reason: str
    written: tuple[str, ...]


@get("/cases/{case_id:str}", guards=[require_role(*CASE_ROLES)])
async def show(request: Request[Any, Any, Any], case_id: str) -> Template:
    opened = await _open(request, case_id)
    return await _page(request, opened, done=request.query_params.get("done", ""))


@get("/cases/{case_id:str}/clocks", guards=[require_role(*CASE_ROLES)])
async def clocks(request: Request[Any, Any, Any], case_id: str) -> Template:
    opened = await _open(request, case_id)
    return await page(
        request,
        "kit/case/clocks_page.html",
        "kit/case/_clocks_dialog.html",
        view=clocks_view(opened.given),
    )


@post(
    "/cases/{case_id:str}/acts/{act:str}",
    guards=[require_role(*WRITING_ROLES)],
    request_max_body_size=ACT_BODY_BYTES_MAX,
    status_code=303,
)
async def act_on(
    request: Request[Any, Any, Any], case_id: str, act: str
) -> Response[Any] | Template:
    use, officer = services(request), officer_of(request)
    opened = await _open(request, case_id)
    read = read_act(act, await read_form(request), ActPlace.of(opened.given))
    if read.act is None:
        return await _page(request, opened, acted=read, status_code=_UNPROCESSABLE)
    try:
        materials = frozenset(need.id for need in opened.given.matter.materials)
        contents = await contents_of(read, materials=materials)
        await use.review.perform(opened, read, contents, Acting(officer, acting_for(request)))
    except (CaseworkError, WebError) as error:
        again = await _open(request, case_id)
        refused = _refused(read, error)
        # The dialog stays open with what was written, unless the case has moved on meanwhile.
        sent = read if read.seen == again.case.head else None
        return await _page(request, again, acted=sent, refused=refused, status_code=_CONFLICT)
    return redirect(request, f"/cases/{case_id}", done=act)


@post("/cases/{case_id:str}/release", guards=[require_role(*WRITING_ROLES)], status_code=303)
async def ask_release(request: Request[Any, Any, Any], case_id: str) -> Response[Any] | Template:
    """The county asks the holder for the pen."""
    opened = await _open(request, case_id)
    reason, sent = read_release(await read_form(request), ActPlace.of(opened.given))
    if reason is None:
        return await _page(request, opened, acted=sent, status_code=_UNPROCESSABLE)
    who = Acting(officer_of(request), acting_for(request))
    try:
        await services(request).review.ask_for_pen(opened, reason, sent.seen, who)
    except CaseworkError as error:
        again = await _open(request, case_id)
        refused = Refused(word("done", "not_asked"), labels.error_text(error.code), ())
        return await _page(request, again, refused=refused, status_code=_CONFLICT)
    return redirect(request, f"/cases/{case_id}", done=ASK_RELEASE)


@get("/cases/{case_id:str}/parts/{part:str}", guards=[require_role(*NAMING_ROLES)])
async def show_part(request: Request[Any, Any, Any], case_id: str, part: str) -> Response[bytes]:
    """A scan or a result, as it was signed; to be looked at beside the form."""
    opened = await _open(request, case_id)
    ref = _find_part(opened, part)
    if ref is None or ref.media_type not in _SHOWN:
        raise NotFoundException(part)
    try:
        content = await services(request).desk.read_part(ref.hash)
    except PartNotHeldError as error:
        raise NotFoundException(part) from error
    if content is None:
        raise NotFoundException(part)
    if ref.media_type == "application/pdf":
        return pdf(content, f"{opened.case.number}-{ref.name}.pdf", embeddable=True)
    return Response(content, media_type=ref.media_type)


@get("/cases/{case_id:str}/papers/{kind:str}", guards=[require_role(*CASE_ROLES)])
async def show_paper(
    request: Request[Any, Any, Any],
    case_id: str,
    kind: str,
    entry: str | None = None,
    *,
    again: bool = False,
) -> Response[bytes]:
    name = kind.removesuffix(".pdf")
    if name not in frozenset(PaperKind):
        raise NotFoundException(kind)
    opened = await _open(request, case_id)
    try:
        content = await services(request).review.printed(
            opened,
            PaperKind(name),
            MessageId(entry) if entry else None,
            Acting(officer_of(request), acting_for(request)),
            again=again,
        )
    except KeyError as error:
        raise NotFoundException(kind) from error
    return pdf(content, f"{name}-{opened.case.number}.pdf")


@post("/search", guards=[require_role(*CASE_ROLES)], status_code=200)
async def search(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    """Cases by number, by name, by the end of an ID number; a case found by number is opened."""
    use, reach = services(request), reach_of(officer_of(request))
    typed = (await read_form(request)).typed("q").strip()[:QUERY_CHARS_MAX]
    lines = await use.queues.found(reach, typed)
    if len(lines) == 1 and typed.replace(" ", "").startswith(lines[0].case.number):
        return redirect(request, f"/cases/{lines[0].case.id}")
    return await page(request, "cases/search.html", rows=await rows_of(use, reach, lines))


async def _open(request: Request[Any, Any, Any], case_id: str) -> Opened:
    """The case, or NotFoundException: what an officer may not see is not there for them."""
    if not _CASE_ID.fullmatch(case_id):
        raise NotFoundException(case_id)
    try:
        return await services(request).review.open(
            CaseId(case_id), officer_of(request), acting_for(request)
        )
    except UnknownCaseError as error:
        raise NotFoundException(case_id) from error


async def _page(  # noqa: PLR0913 - what a page may have to say, each by its name
    request: Request[Any, Any, Any],
    opened: Opened,
    *,
    acted: ActRead | None = None,
    refused: Refused | None = None,
    done: str = "",
    status_code: int = 200,
) -> Template:
    use, view = services(request), case_view(opened.given)
    asked = await use.inquiries.about(opened.case.id)
    return await page(
        request,
        "cases/page.html",
        view=view,
        masked=not opened.given.unmasked,
        result=_result_url(opened),
        asked=tuple(asked_view(each, use.review.names) for each in asked),
        acted=acted,
        refused=refused,
        done=sections()["done"].get(done, word("done", "other") if done in labels.ACT else ""),
        printed=paper_brought(view, done),
        status_code=status_code,
    )


def _result_url(opened: Opened) -> str:
    """Where the signed result lies, once there is one."""
    found = [part.ref for part in opened.case.parts if part.ref.name == RESULT]
    return f"{opened.given.base_url}/parts/{found[-1].hash}" if found else ""


def _refused(read: ActRead, error: CaseworkError | WebError) -> Refused:
    written = (text for text in read.texts.values() if not text.startswith("{"))
    return Refused(labels.label("act", read.name), labels.error_text(error.code), tuple(written))


def _find_part(opened: Opened, part: str) -> PartRef | None:
    if not _PART_HASH.fullmatch(part):
        return None
    refs = [each.ref for each in opened.case.parts]
    refs += [ref for deposit in opened.given.deposits for ref in deposit.parts]
    refs += [ref for written in opened.given.fallen for ref in written.entry.parts]
    return next((ref for ref in refs if ref.hash == part), None)


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (
    show,
    clocks,
    act_on,
    ask_release,
    show_part,
    show_paper,
    search,
)
