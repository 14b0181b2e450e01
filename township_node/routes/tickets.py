"""排队叫号: the machine at the door, the board in the hall, and the windows that call.

The first two need no account: they are screens that stand in the hall.
"""

from datetime import date, datetime, time
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.tickets import Line, TicketMove, TicketMovedOnError
from township_node.routes.access import officer_of, services
from township_node.services.queueing import QueueFullError, Wish
from township_node.services.reading import case_url
from township_node.words import sections, word
from webui import labels
from webui.chrome import Chrome
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

AnyRequest = Request[Any, Any, Any]
TICKETS_URL: Final = "/tickets"
MACHINE_URL: Final = "/tickets/machine"
BOARD_URL: Final = "/tickets/board"
WINDOW_CHARS_MAX: Final = 8
PERSON_CHARS_MAX: Final = 60
NOTE_CHARS_MAX: Final = 120
_COUNTER: Final = require_role("clerk", "issuing")
_PUBLIC: Final = {"public": True}
_INVALID: Final = 422
_BUSY: Final = 503


def _lines() -> tuple[tuple[str, str], ...]:
    return tuple(sections()["line"].items())


# At the door and in the hall.


@get(MACHINE_URL, opt=_PUBLIC)
async def machine(request: AnyRequest) -> Template:
    return await _machine(request)


@post(MACHINE_URL, opt=_PUBLIC, status_code=303)
async def take(request: AnyRequest) -> Response[Any] | Template:
    form = await read_form(request)
    line = form.choice("line", list(Line), label=word("ticket", "line"), required=True)
    if line is None:
        return await _machine(request, status_code=_INVALID)
    try:
        ticket = await services(request).queue.take(Line(line), goes_first=form.flag("first"))
    except QueueFullError:
        return await _machine(request, word("ticket", "full"), status_code=_BUSY)
    return redirect(request, f"{MACHINE_URL}/{ticket.id}")


@get(f"{MACHINE_URL}/{{ticket_id:str}}", opt=_PUBLIC)
async def taken(request: AnyRequest, ticket_id: str) -> Template:
    found = await services(request).queue.find(ticket_id)
    if found is None:
        raise NotFoundException
    ticket, before = found
    return await page(
        request,
        "tickets/taken.html",
        chrome=_chrome(request),
        ticket=ticket,
        before=before,
        line=word("line", ticket.line),
    )


@get(BOARD_URL, opt=_PUBLIC)
async def board(request: AnyRequest) -> Template:
    called = await services(request).queue.called()
    return await page(
        request, "tickets/board.html", "tickets/_board.html", chrome=_chrome(request), called=called
    )


# At a window.


@get(TICKETS_URL, guards=[_COUNTER])
async def hall(request: AnyRequest) -> Template:
    return await _hall(request, Form())


@post(f"{TICKETS_URL}/call", guards=[_COUNTER], status_code=303)
async def call(request: AnyRequest) -> Response[Any] | Template:
    form = await read_form(request)
    label = word("ticket", "window")
    window = form.text("window", label=label, required=True, length_max=WINDOW_CHARS_MAX)
    lines = form.chosen("line", list(Line), label=word("ticket", "lines"), required=True)
    if form.errors:
        return await _hall(request, form, _INVALID)
    wanted = [Line(each) for each in lines]
    if await services(request).queue.call_next(officer_of(request), window, wanted) is None:
        form.errors.add("line", word("ticket", "nobody"))
        return await _hall(request, form, _INVALID)
    return redirect(request, TICKETS_URL)


@post(f"{TICKETS_URL}/{{ticket_id:str}}/{{move:str}}", guards=[_COUNTER], status_code=303)
async def move_on(request: AnyRequest, ticket_id: str, move: str) -> Response[Any] | Template:
    if move not in set(TicketMove) - {TicketMove.CALL}:
        raise NotFoundException
    try:
        await services(request).queue.move(ticket_id, TicketMove(move), officer_of(request))
    except TicketMovedOnError as error:
        form = Form()
        form.errors.add("line", labels.error_text(error.code))
        return await _hall(request, form, _INVALID)
    begins = move == TicketMove.SERVE and "clerk" in officer_of(request).roles
    return redirect(request, "/intake/new" if begins and await _is_intake(request) else TICKETS_URL)


@post(f"{TICKETS_URL}/appointments", guards=[_COUNTER], status_code=303)
async def book(request: AnyRequest) -> Response[Any] | Template:
    form, queue = await read_form(request), services(request).queue
    label = word("ticket", "person")
    person = form.name("person", label=label, required=True, length_max=PERSON_CHARS_MAX)
    phone = form.text("phone", label=word("ticket", "phone"), length_max=20)
    note = form.text("note", label=word("ticket", "note"), length_max=NOTE_CHARS_MAX)
    line = form.choice("for", list(Line), label=word("ticket", "line"), required=True)
    day = form.day("day", label=word("ticket", "booked_day"), required=True)
    at = _at(request, form, day)
    if at is not None and not queue.may_book(at):
        form.errors.add("day", word("ticket", "beyond"))
    if form.errors or at is None or line is None:
        return await _hall(request, form, _INVALID)
    wish = Wish(line=Line(line), booked_at=at, person=person, phone=phone, note=note)
    await queue.book(officer_of(request), wish)
    return redirect(request, f"{TICKETS_URL}#appointments")


@post(f"{TICKETS_URL}/appointments/{{booking:str}}/came", guards=[_COUNTER], status_code=303)
async def came(request: AnyRequest, booking: str) -> Response[Any] | Template:
    try:
        ticket = await services(request).queue.came(booking)
    except QueueFullError:
        form = Form()
        form.errors.add("line", word("ticket", "full"))
        return await _hall(request, form, _BUSY)
    return redirect(request, f"{MACHINE_URL}/{ticket.id}" if ticket is not None else TICKETS_URL)


@post(f"{TICKETS_URL}/appointments/{{booking:str}}/drop", guards=[_COUNTER], status_code=303)
async def drop(request: AnyRequest, booking: str) -> Response[Any]:
    await services(request).queue.drop(booking)
    return redirect(request, f"{TICKETS_URL}#appointments")


def _at(request: AnyRequest, form: Form, day: date | None) -> datetime | None:
    typed = form.text("time", label=word("ticket", "booked_time"), required=True, length_max=5)
    try:
        found = time.fromisoformat(typed.rjust(5, "0")) if typed else None
    except ValueError:
        form.errors.add("time", word("ticket", "time"))
        return None
    if day is None or found is None:
        return None
    return datetime.combine(day, found, services(request).office.calendar.tz)


async def _is_intake(request: AnyRequest) -> bool:
    mine = (await services(request).queue.hall(officer_of(request))).mine
    return mine is not None and mine.line is Line.INTAKE


async def _machine(request: AnyRequest, problem: str = "", status_code: int = 200) -> Template:
    return await page(
        request,
        "tickets/machine.html",
        status_code=status_code,
        chrome=_chrome(request),
        lines=_lines(),
        problem=problem,
    )


async def _hall(request: AnyRequest, form: Form, status_code: int = 200) -> Template:
    use = services(request)
    now = await use.queue.hall(officer_of(request))
    return await page(
        request,
        "tickets/page.html",
        status_code=status_code,
        hall=now,
        form=form,
        lines=_lines(),
        line_word=dict(_lines()),
        window=form.typed("window") or now.window,
        called_lines=form.typed_all("line") or [each.value for each in Line],
        bookings=await use.queue.bookings(),
        case_url=case_url,
        today=use.office.today(),
    )


def _chrome(request: AnyRequest) -> Chrome:
    office = services(request).office
    return Chrome(node_name=office.names.node(office.me), tier_name=word("nav", "tickets"))


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (
    machine,
    take,
    taken,
    board,
    hall,
    call,
    book,
    came,
    drop,
    move_on,
)
