"""The cases of this laptop: lists, one case in plain words, its papers, and what may be done."""

import re
from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from casework.case import Case
from casework.errors import CaseworkError, UnknownCaseError
from casework.names import CaseId, MessageId
from casework.papers import owes_papers
from sync.attesting import attest
from sync.case_file import CaseFile
from sync.parts import PartNotHeldError
from village_agent.routes.access import officer_of, page_number, services
from village_agent.services import acting, mending
from village_agent.services.acting import Turn
from village_agent.services.handing_over import check_recipient, deliver_form
from village_agent.services.offers import acts_here, papers_listed, papers_to_print
from village_agent.services.printing import print_paper
from village_agent.services.reading import case_url, given_for, read_file
from village_agent.services.telling import (
    asked_for,
    is_brought,
    is_for_here,
    sent_back_of,
    steps_of,
    told_of,
)
from village_agent.services.worklist import (
    VIEWS,
    for_handing_over,
    mine,
    owing_papers,
    search,
    view_choices,
)
from village_agent.words import sections
from webui import labels
from webui.act_contents import ACT_BODY_BYTES_MAX, contents_of
from webui.act_form import ActRead, read_act
from webui.act_reading import ActPlace
from webui.asking_routes import asked_number
from webui.case_given import CaseGiven
from webui.case_view import case_view
from webui.documents import PaperError, PaperKind
from webui.errors import WebError
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, pdf, redirect

_ID: Final = re.compile(r"[0-9a-f]{32}")
_SHOWN: Final = frozenset({"image/webp", "image/jpeg", "image/png", "application/pdf"})
_AGENT: Final = require_role("village_agent")
_CONFLICT: Final = 409
_INVALID: Final = 422

AnyRequest = Request[Any, Any, Any]


class Opened(Struct, frozen=True, kw_only=True):
    """A case as this laptop holds it."""

    file: CaseFile
    given: CaseGiven

    @property
    def case(self) -> Case:
        return self.file.case


# The lists.


@get("/cases", guards=[_AGENT])
async def list_cases(request: AnyRequest, view: str = "open") -> Template:
    shown = view if view in VIEWS else VIEWS[0]
    found = await mine(services(request).station, shown, page_number(request))
    return await page(
        request, "cases/list.html", listed=found, view=shown, views=view_choices(), q=""
    )


@post("/cases/search", guards=[_AGENT], status_code=200)
async def search_cases(request: AnyRequest) -> Response[Any]:
    """What is typed is personal, so it is posted and never stands in an address."""
    typed = (await read_form(request)).typed("q")
    rows, has_more = await search(services(request).station, typed)
    if len(rows) == 1:
        return redirect(request, rows[0].url)
    unheld = None if rows else asked_number(typed)
    return await page(
        request, "cases/found.html", rows=rows, has_more=has_more, q=typed, unheld=unheld
    )


@get("/owing", guards=[_AGENT])
async def list_owing(request: AnyRequest) -> Template:
    """要补材料: what applicants have to bring, what came back, results to hand over."""
    station = services(request).station
    return await page(
        request,
        "cases/owing.html",
        owing=await owing_papers(station, page_number(request)),
        here=await for_handing_over(station, page_number(request, "here")),
    )


# One case.


@get("/cases/{case_id:str}", guards=[_AGENT])
async def show(request: AnyRequest, case_id: str, did: str = "") -> Template:
    opened = await _open(request, case_id)
    words = sections()["done"]
    done = words.get(did, words["other"] if did in labels.ACT else "")
    return await _page(request, opened, did=did if done else "", done=done)


@get("/cases/{case_id:str}/parts/{part:str}", guards=[_AGENT])
async def show_part(request: AnyRequest, case_id: str, part: str) -> Response[bytes]:
    opened = await _open(request, case_id)
    refs = [each.ref for each in opened.case.parts]
    refs += [ref for deposit in opened.file.deposits for ref in deposit.parts]
    ref = next((each for each in refs if each.hash == part), None)
    if ref is None or ref.media_type not in _SHOWN:
        raise NotFoundException(part)
    try:
        content = await services(request).desk.read_part(ref.hash)
    except PartNotHeldError as error:
        raise NotFoundException(part) from error
    if content is None:
        raise NotFoundException(part)
    if ref.media_type == "application/pdf":
        return pdf(content, f"{ref.name}-{opened.case.number}.pdf", embeddable=True)
    return Response(content, media_type=ref.media_type)


@get("/cases/{case_id:str}/papers/{kind:str}", guards=[_AGENT])
async def show_paper(
    request: AnyRequest,
    case_id: str,
    kind: str,
    entry: str | None = None,
    *,
    again: bool = False,
) -> Response[bytes]:
    name = kind.removesuffix(".pdf")
    if name not in set(PaperKind):
        raise NotFoundException(kind)
    opened = await _open(request, case_id)
    station, officer = services(request).station, officer_of(request)
    moment = MessageId(entry) if entry else None
    try:
        content = await print_paper(
            station, officer, opened.file, PaperKind(name), moment, again=again
        )
    except KeyError as error:
        raise NotFoundException(kind) from error
    return pdf(content, f"{name}-{opened.case.number}.pdf")


@post(
    "/cases/{case_id:str}/acts/{act:str}",
    guards=[_AGENT],
    request_max_body_size=ACT_BODY_BYTES_MAX,
    status_code=303,
)
async def perform(request: AnyRequest, case_id: str, act: str) -> Any:
    """An act of the case page; where the pen is elsewhere it is kept for its holder."""
    opened = await _open(request, case_id)
    form = await read_form(request)
    read = read_act(act, form, ActPlace.of(opened.given))
    if act == "deliver" and read.act is not None:
        check_recipient(opened.file, read)
    if read.act is None or read.form.errors:
        if act == "deliver":
            return await _deliver_page(request, opened, form=form, status_code=_INVALID)
        return await _page(request, opened, acted=read, status_code=_INVALID)
    try:
        contents = await contents_of(read, materials=_materials(opened))
        turn = Turn(officer=officer_of(request), file=opened.file, seen=read.seen)
        await acting.perform(services(request).station, turn, read.act, contents)
    except (CaseworkError, WebError, PaperError) as error:
        return await _refused(request, opened.case.id, error, read)
    return redirect(request, case_url(opened.case.id), did=act)


@get("/cases/{case_id:str}/deliver", guards=[_AGENT])
async def deliver(request: AnyRequest, case_id: str) -> Any:
    """The page on which a result changes hands."""
    opened = await _open(request, case_id)
    if not is_for_here(opened.case, services(request).station.me):
        return redirect(request, case_url(opened.case.id))
    return await _deliver_page(request, opened, form=deliver_form(opened.file))


@post("/cases/{case_id:str}/mend", guards=[_AGENT], status_code=303)
async def mend(request: AnyRequest, case_id: str) -> Any:
    """Put right what was sent back: the application once more, as it was typed."""
    opened = await _open(request, case_id)
    station, officer = services(request).station, officer_of(request)
    try:
        draft = await mending.mending_draft(station, officer, opened.file)
    except (CaseworkError, WebError) as error:
        return await _refused(request, opened.case.id, error)
    return redirect(request, f"/intake/{draft.id}")


@post("/cases/{case_id:str}/send-again", guards=[_AGENT], status_code=303)
async def send_again(request: AnyRequest, case_id: str) -> Any:
    """As it is: what was wrong was put right by a talk, or by paper."""
    opened = await _open(request, case_id)
    turn = Turn(officer=officer_of(request), file=opened.file, seen=opened.case.head)
    try:
        await acting.send_again(services(request).station, turn)
    except CaseworkError as error:
        return await _refused(request, opened.case.id, error)
    return redirect(request, case_url(opened.case.id), did="sent")


@get("/cases/{case_id:str}/supplement", guards=[_AGENT])
async def supplement(request: AnyRequest, case_id: str) -> Any:
    """The page that gathers what was missing; each photograph is kept as soon as it is taken."""
    opened = await _open(request, case_id)
    if not owes_papers(opened.case):
        return redirect(request, case_url(opened.case.id))
    return await _supplement_page(request, opened)


@post("/cases/{case_id:str}/supplement", guards=[_AGENT], status_code=303)
async def bring(request: AnyRequest, case_id: str) -> Any:
    opened = await _open(request, case_id)
    station, officer = services(request).station, officer_of(request)
    form = await read_form(request)
    known = {need.id for need in opened.file.matter.materials}
    received = [each for each in form.typed_all("received") if each in known]
    turn = Turn(officer=officer, file=opened.file, seen=_seen(form))
    try:
        draft = await mending.supplement_draft(station, officer, opened.file)
        await mending.bring(station, turn, draft, received)
    except (CaseworkError, WebError) as error:
        again = await _open(request, case_id)
        if not owes_papers(again.case):
            return await _refused(request, opened.case.id, error)
        reason = labels.error_text(error.code)
        return await _supplement_page(request, again, refused=reason, received=received)
    return redirect(request, case_url(opened.case.id), did="supplement")


async def _open(request: AnyRequest, case_id: str) -> Opened:
    """The case, or NotFoundException: what does not pass through this laptop is not there."""
    if not _ID.fullmatch(case_id):
        raise NotFoundException(case_id)
    station, officer = services(request).station, officer_of(request)
    try:
        file = await read_file(station, officer, CaseId(case_id))
    except UnknownCaseError as error:
        raise NotFoundException(case_id) from error
    return Opened(file=file, given=given_for(station, file))


async def _page(  # noqa: PLR0913 - what a case page may have to say, each by its name
    request: AnyRequest,
    opened: Opened,
    *,
    acted: ActRead | None = None,
    refused: str = "",
    did: str = "",
    done: str = "",
    status_code: int = 200,
) -> Template:
    station = services(request).station
    given = acts_here(station, opened.given)
    return await page(
        request,
        "cases/page.html",
        status_code=status_code,
        view=case_view(given),
        case=opened.case,
        steps=steps_of(given),
        told=told_of(given),
        back=sent_back_of(given),
        is_back=mending.is_sent_back(opened.case, station.me),
        owes=owes_papers(opened.case),
        brought=is_brought(opened.given),
        hands_over=is_for_here(opened.case, station.me),
        prints=papers_to_print(given, did),
        papers=papers_listed(given),
        acted=acted,
        refused=refused,
        did=did,
        done=done,
    )


async def _deliver_page(
    request: AnyRequest, opened: Opened, *, form: Form, status_code: int = 200
) -> Template:
    station = services(request).station
    attested = await attest(station.desk, opened.case)
    return await page(
        request,
        "cases/deliver.html",
        status_code=status_code,
        view=case_view(opened.given),
        case=opened.case,
        form=form,
        attested=attested,
        names=station.names,
    )


async def _supplement_page(
    request: AnyRequest, opened: Opened, *, refused: str = "", received: Sequence[str] = ()
) -> Template:
    station, officer = services(request).station, officer_of(request)
    draft = await mending.supplement_draft(station, officer, opened.file)
    files = await station.drafts.files_of(draft.id)
    return await page(
        request,
        "cases/supplement.html",
        status_code=_CONFLICT if refused else 200,
        view=case_view(opened.given),
        case=opened.case,
        draft=draft,
        owed=mending.owed_of(opened.file, files),
        asked=asked_for(opened.given),
        refused=refused,
        received=received,
        is_here=opened.case.pen == station.me,
        holder=station.names.node(opened.case.pen),
    )


async def _refused(
    request: AnyRequest, case_id: CaseId, error: Exception, read: ActRead | None = None
) -> Template:
    """The case as it stands by now, with the reason; the dialog keeps what was written."""
    again = await _open(request, case_id)
    reason = labels.error_text(getattr(error, "code", "E_UNEXPECTED"))
    sent = read if read is not None and read.seen == again.case.head else None
    return await _page(request, again, acted=sent, refused=reason, status_code=_CONFLICT)


def _materials(opened: Opened) -> frozenset[str]:
    return frozenset(need.id for need in opened.file.matter.materials)


def _seen(form: Form) -> MessageId | None:
    typed = form.typed("seen")
    return MessageId(typed) if typed else None


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (
    list_cases,
    search_cases,
    list_owing,
    show,
    show_part,
    show_paper,
    perform,
    deliver,
    mend,
    send_again,
    supplement,
    bring,
)
