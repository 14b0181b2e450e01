"""A case at the counter: its page, scans and papers, and what may be done to it here."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from casework import act as acts
from casework.case import Case
from casework.errors import CaseworkError, UnknownCaseError
from casework.names import CaseId, MessageId
from casework.party import HandoverSheet
from sync.attesting import attest
from sync.case_file import CaseFile
from township_node.routes.access import acting_for, officer_of, services
from township_node.routes.home import CASE_ROLES
from township_node.services import acting
from township_node.services.acting import Turn
from township_node.services.handing_over import recipient_faults
from township_node.services.listing import Viewer, register, search
from township_node.services.offers import Offer, deposits_for, sittings_for
from township_node.services.printing import print_for
from township_node.services.reading import (
    case_url,
    given_for,
    note_disclosure,
    read_file,
)
from township_node.words import word
from webui import labels
from webui.act_contents import ACT_BODY_BYTES_MAX, Content, contents_of
from webui.act_form import ActRead, read_act, said_beside
from webui.act_reading import ActPlace
from webui.asking_routes import asked_number, may_ask
from webui.case_freshness import has_left
from webui.case_given import CaseGiven
from webui.case_view import case_view, clocks_view, paper_brought
from webui.documents import PaperError, PaperKind
from webui.errors import WebError
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, pdf, redirect

REASON_CHARS_MAX: Final = 500
_ID: Final = re.compile(r"[0-9a-f]{32}")
_SHOWN: Final = frozenset({"image/webp", "image/jpeg", "image/png", "application/pdf"})
_WORKERS: Final = require_role(*CASE_ROLES)
_CONFLICT: Final = 409
_INVALID: Final = 422

AnyRequest = Request[Any, Any, Any]
Do = Callable[[Turn, Sequence[Content]], Awaitable[None]]


class Opened(Struct, frozen=True, kw_only=True):
    """A case as the officer signed in sees it."""

    file: CaseFile
    given: CaseGiven

    @property
    def case(self) -> Case:
        return self.file.case


class Mishap(Struct, frozen=True, kw_only=True):
    """An act that was not done: why, and what had been written, so that nothing is lost."""

    reason: str
    title: str = ""
    written: tuple[str, ...] = ()


@get("/cases", guards=[_WORKERS])
async def list_cases(request: AnyRequest) -> Template:
    viewer = Viewer(services(request).office, officer_of(request))
    cases = await register(viewer, request.query_params, base_url="/cases")
    return await page(
        request,
        "cases/list.html",
        "kit/case/_list.html",
        cases=cases,
        q="",
        may_ask=may_ask(viewer.officer, viewer.office.me),
        unheld=None,
    )


@post("/cases/search", guards=[_WORKERS], status_code=200)
async def search_cases(request: AnyRequest) -> Response[Any]:
    """What is typed is personal, so it is posted and never stands in an address."""
    viewer = Viewer(services(request).office, officer_of(request))
    typed = (await read_form(request)).typed("q")
    cases = await search(viewer, typed, base_url="/cases")
    if len(cases.rows) == 1 and "".join(typed.split()).startswith(cases.rows[0].number):
        return redirect(request, cases.rows[0].url)
    return await page(
        request,
        "cases/list.html",
        "kit/case/_list.html",
        cases=cases,
        q=typed,
        may_ask=may_ask(viewer.officer, viewer.office.me),
        unheld=None if cases.rows else asked_number(typed),
    )


@get("/cases/{case_id:str}", guards=[_WORKERS])
async def show(request: AnyRequest, case_id: str, did: str = "") -> Template:
    opened = await _open(request, case_id)
    return await _page(request, opened, did=did)


@get("/cases/{case_id:str}/clocks", guards=[_WORKERS])
async def clocks(request: AnyRequest, case_id: str) -> Template:
    opened = await _open(request, case_id)
    return await page(
        request,
        "kit/case/clocks_page.html",
        "kit/case/_clocks_dialog.html",
        view=clocks_view(opened.given),
    )


@get("/cases/{case_id:str}/parts/{part:str}", guards=[_WORKERS])
async def show_part(request: AnyRequest, case_id: str, part: str) -> Response[bytes]:
    opened = await _open(request, case_id)
    refs = [each.ref for each in opened.case.parts]
    refs += [ref for deposit in opened.file.deposits for ref in deposit.parts]
    ref = next((each for each in refs if each.hash == part), None)
    if ref is None or ref.media_type not in _SHOWN:
        raise NotFoundException(part)
    content = await services(request).desk.read_part(ref.hash)
    if content is None:
        raise NotFoundException(part)
    await _note_seen(request, opened, ref.name)
    if ref.media_type == "application/pdf":
        return pdf(content, f"{ref.name}-{opened.case.number}.pdf", embeddable=True)
    return Response(content, media_type=ref.media_type)


@get("/cases/{case_id:str}/papers/{kind:str}", guards=[_WORKERS])
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
    office, officer = services(request).office, officer_of(request)
    moment = MessageId(entry) if entry else None
    try:
        who = (officer, acting_for(request))
        content = await print_for(office, who, opened.file, PaperKind(name), moment, again=again)
    except KeyError as error:
        raise NotFoundException(kind) from error
    await _note_seen(request, opened, name)
    return pdf(content, f"{name}-{opened.case.number}.pdf")


@post(
    "/cases/{case_id:str}/acts/{act:str}",
    guards=[_WORKERS],
    request_max_body_size=ACT_BODY_BYTES_MAX,
    status_code=303,
)
async def perform(request: AnyRequest, case_id: str, act: str) -> Any:
    """An act of the case page, with what follows from it."""
    opened = await _open(request, case_id)
    form = await read_form(request)
    read = read_act(act, form, ActPlace.of(opened.given))
    if isinstance(read.act, acts.Deliver):
        _check_recipient(opened, read.act, read)
    if read.act is None or form.errors:
        return await _page(request, opened, acted=read, status_code=_INVALID)
    meant, beside = read.act, said_beside(read, opened.case)

    async def do(turn: Turn, contents: Sequence[Content]) -> None:
        await acting.perform(services(request).office, turn, meant, contents, beside)

    return await _try(request, opened, read, do)


@post(
    "/cases/{case_id:str}/sittings/{act:str}",
    guards=[require_role("clerk")],
    request_max_body_size=ACT_BODY_BYTES_MAX,
    status_code=303,
)
async def take_in(request: AnyRequest, case_id: str, act: str) -> Any:
    """Receive what a village collected, and answer it, in one sitting."""
    opened = await _open(request, case_id)
    form = await read_form(request)
    if act == "return_pen":
        return await _give_back(request, opened, form)
    if act not in acting.ANSWERS:
        raise NotFoundException(act)
    read = read_act(act, form, ActPlace.of(opened.given))
    if read.act is None:
        return await _page(request, opened, acted=read, status_code=_INVALID)
    meant = read.act

    async def do(turn: Turn, contents: Sequence[Content]) -> None:
        await acting.take_in(services(request).office, turn, meant, contents)

    onward = f"{case_url(opened.case.id)}/taken"
    return await _try(request, opened, read, do, onward=onward)


@post(
    "/cases/{case_id:str}/deposits/{act:str}",
    guards=[require_role("clerk", "issuing")],
    request_max_body_size=ACT_BODY_BYTES_MAX,
    status_code=303,
)
async def bring(request: AnyRequest, case_id: str, act: str) -> Any:
    """Keep for the pen-holder what an applicant brought here."""
    opened = await _open(request, case_id)
    if act not in acting.DEPOSITS:
        raise NotFoundException(act)
    read = read_act(act, await read_form(request), ActPlace.of(opened.given))
    if read.act is None:
        return await _page(request, opened, acted=read, status_code=_INVALID)
    meant = read.act
    assert not isinstance(meant, acts.HandOverPen | acts.ReturnPen | acts.ReclaimPen)
    assert not isinstance(meant, acts.TakeUpDeposit | acts.Rebuild)

    async def do(turn: Turn, contents: Sequence[Content]) -> None:
        await acting.bring(services(request).office, turn, meant, contents)

    return await _try(request, opened, read, do)


@post("/cases/{case_id:str}/unmask", guards=[_WORKERS], status_code=200)
async def unmask(request: AnyRequest, case_id: str) -> Template:
    """Show the case in full to somebody who says why; it is remembered that they looked."""
    opened = await _open(request, case_id)
    office, officer = services(request).office, officer_of(request)
    form = await read_form(request)
    reason = form.text(
        "unmask_reason",
        label=word("field", "unmask_reason"),
        required=True,
        length_max=REASON_CHARS_MAX,
    )
    if not reason:
        mishap = Mishap(reason=form.errors.of("unmask_reason"))
        return await _page(request, opened, mishap=mishap, status_code=_INVALID)
    await note_disclosure(office, officer, opened.case.id, reason)
    given = given_for(office, officer, opened.file, unmasked=True)
    return await _page(request, Opened(file=opened.file, given=given))


async def _note_seen(request: AnyRequest, opened: Opened, what: str) -> None:
    """A scan or a paper names people in full: away from one's desk, that is remembered too."""
    if not opened.given.unmasked:
        office, officer = services(request).office, officer_of(request)
        await note_disclosure(office, officer, opened.case.id, what)


def _check_recipient(opened: Opened, act: acts.Deliver, read: ActRead) -> None:
    given = msgspec.json.decode(read.texts["delivery"], type=HandoverSheet)
    faults = recipient_faults(opened.file.applicant, act.recipient, given)
    for field, text in faults.items():
        read.form.errors.add(field, text)


async def _give_back(request: AnyRequest, opened: Opened, form: Form) -> Any:
    label = word("field", "reason")
    reason = form.long_text("reason", label=label, required=True, length_max=REASON_CHARS_MAX)
    read = ActRead(name="return_pen", act=None, texts={}, seen=_seen(form), form=form)
    if not reason:
        return await _page(request, opened, acted=read, status_code=_INVALID)

    async def do(turn: Turn, _: Sequence[Content]) -> None:
        await acting.give_back(services(request).office, turn, reason)

    return await _try(request, opened, read, do)


async def _try(
    request: AnyRequest, opened: Opened, read: ActRead, do: Do, *, onward: str = ""
) -> Any:
    """Do it, or show the case as it stands by now, with the reason and all that was written."""
    officer = officer_of(request)
    materials = frozenset(need.id for need in opened.file.matter.materials)
    try:
        contents = await contents_of(read, materials=materials)
        turn = Turn(
            officer=officer,
            file=opened.file,
            seen=read.seen,
            acting_for=acting_for(request),
        )
        await do(turn, contents)
    except (CaseworkError, WebError, PaperError) as error:
        again = await _open(request, opened.case.id)
        mishap = Mishap(
            reason=labels.error_text(error.code),
            title=labels.ACT.get(read.name, ""),
            written=_written(read.form),
        )
        # The dialog opens again with what was written, unless it speaks of an older case.
        sent = read if read.seen == again.case.head else None
        return await _page(request, again, acted=sent, mishap=mishap, status_code=_CONFLICT)
    return redirect(request, onward or case_url(opened.case.id), did=read.name)


async def _open(request: AnyRequest, case_id: str) -> Opened:
    """The case, or NotFoundException: what does not pass through this node is not there."""
    if not _ID.fullmatch(case_id):
        raise NotFoundException(case_id)
    office, officer = services(request).office, officer_of(request)
    try:
        file = await read_file(office, officer, CaseId(case_id), acting_for(request))
    except UnknownCaseError as error:
        raise NotFoundException(case_id) from error
    return Opened(file=file, given=given_for(office, officer, file))


async def _page(  # noqa: PLR0913 - what a case page may have to say, each by its name
    request: AnyRequest,
    opened: Opened,
    *,
    acted: ActRead | None = None,
    mishap: Mishap | None = None,
    did: str = "",
    status_code: int = 200,
) -> Template:
    office = services(request).office
    has_result = opened.case.decision is not None
    offers: tuple[Offer, ...] = sittings_for(opened.given, opened.file.why_not)
    brought: tuple[Offer, ...] = deposits_for(opened.given)
    view = case_view(opened.given)
    return await page(
        request,
        "cases/page.html",
        status_code=status_code,
        view=view,
        acted=acted,
        mishap=mishap,
        did=labels.ACT.get(did, ""),
        printed=paper_brought(view, did),
        sittings=offers,
        deposits=brought,
        asks_again=may_ask(officer_of(request), office.me)
        and has_left(opened.case, office.me, opened.file.guests),
        attested=await attest(office.desk, opened.case) if has_result else None,
        names=office.names,
        case=opened.case,
    )


def _seen(form: Form) -> MessageId | None:
    typed = form.typed("seen")
    return MessageId(typed) if typed else None


def _written(form: Form) -> tuple[str, ...]:
    """The long texts of a form: what an officer would not want to write twice."""
    names = ("opinion", "grounds_text", "remark", "reason")
    return tuple(text for name in names if (text := form.typed(name).strip()))


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (
    list_cases,
    search_cases,
    show,
    clocks,
    show_part,
    show_paper,
    perform,
    take_in,
    bring,
    unmask,
)
