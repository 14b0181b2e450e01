"""向县里查询: a case that never passed by this counter is asked of the county, with a reason.

What is typed may be personal, so it is posted and never stands in an address. The question waits
while the line is down; this page says so, and shows the answer when it comes.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from litestar.types import Guard

from casework.asking import Purpose, StateSheet, purposes_for
from casework.names import CaseId, CaseNumber, MessageId, NodeId
from casework.numbering import NumberKind, plain_number, read_number
from casework.organisation import Officer
from casework.query_code import split_query
from webui.asking_view import Asked, AskedView, asked_view, purpose_choices
from webui.case_words import word
from webui.forms import Form, one_line, read_form
from webui.names_known import Names
from webui.responses import page, redirect

AnyRequest = Request[Any, Any, Any]
AskedT = TypeVar("AskedT", bound=Asked)

ASKING_URL: Final = "/asked"
TYPED_CHARS_MAX: Final = 1_200
# The code of a receipt, or the last four of an identity number or credit code.
_SHOWN: Final = re.compile(r"[0-9]{6}|[0-9A-Za-z]{4}", re.ASCII)
_INVALID: Final = 422


class AskingDesk(Protocol[AskedT]):
    """What these pages want of a node (`sync.asking.AskingDesk`)."""

    @property
    def me(self) -> NodeId: ...
    async def ask(
        self, officer: Officer, purpose: Purpose, number: CaseNumber, shown: str
    ) -> MessageId: ...
    async def listed(self) -> Sequence[AskedT]: ...
    async def sheet(self, inquiry: AskedT, /) -> StateSheet | None: ...
    async def holds(self, case: CaseId) -> bool: ...


def may_ask(officer: Officer, node: NodeId) -> bool:
    return bool(purposes_for(node, officer.roles))


def asked_number(typed: str) -> CaseNumber | None:
    """The number of a case, whole and with its check digit, in what was typed or scanned."""
    scanned = split_query(typed)
    number = plain_number(scanned[0] if scanned is not None else one_line(typed))
    parts = read_number(number)
    return CaseNumber(number) if parts is not None and parts.kind is NumberKind.CASE else None


def asking_routes(
    desk: AskingDesk[AskedT],
    *,
    guards: Sequence[Guard],
    officer_of: Callable[[AnyRequest], Officer],
    names: Callable[[], Names],
    layout: str = "kit/layout.html",
) -> Sequence[HTTPRouteHandler]:
    """`layout`: what the tier's pages look like."""

    async def views() -> tuple[AskedView, ...]:
        return tuple([await _view(desk, names(), each) for each in await desk.listed()])

    async def show(request: AnyRequest, form: Form, status_code: int = 200) -> Template:
        may = purposes_for(desk.me, officer_of(request).roles)
        return await page(
            request,
            "kit/asking/page.html",
            status_code=status_code,
            layout=layout,
            form=form,
            purposes=purpose_choices(may),
            asked=await views(),
        )

    @get(ASKING_URL, guards=list(guards))
    async def list_asked(request: AnyRequest) -> Template:
        return await show(request, Form())

    @get(f"{ASKING_URL}/rows", guards=list(guards), opt={"background": True})
    async def rows(request: AnyRequest) -> Template:
        return await page(request, "kit/asking/_rows.html", asked=await views())

    @post(f"{ASKING_URL}/new", guards=list(guards), status_code=200)
    async def begin(request: AnyRequest) -> Template:
        """The page with the number filled in, and the code where a receipt was scanned."""
        typed = (await read_form(request)).typed("q")[:TYPED_CHARS_MAX]
        scanned = split_query(typed)
        shown = scanned[1] if scanned is not None else ""
        return await show(request, Form.of({"number": asked_number(typed) or "", "shown": shown}))

    @post(ASKING_URL, guards=list(guards), status_code=303)
    async def ask(request: AnyRequest) -> Response[Any] | Template:
        form, officer = await read_form(request), officer_of(request)
        read = _read(form, purposes_for(desk.me, officer.roles))
        if read is None:
            return await show(request, form, _INVALID)
        await desk.ask(officer, *read)
        return redirect(request, ASKING_URL)

    return (list_asked, rows, begin, ask)


async def _view(desk: AskingDesk[AskedT], names: Names, asked: AskedT) -> AskedView:
    is_here = asked.case_id is not None and await desk.holds(asked.case_id)
    return asked_view(asked, names, sheet=await desk.sheet(asked), is_here=is_here)


def _read(form: Form, may: Sequence[Purpose]) -> tuple[Purpose, CaseNumber, str] | None:
    """What is asked, or None with what is wrong at its fields."""
    typed = form.typed("number")[:TYPED_CHARS_MAX]
    number, scanned = asked_number(typed), split_query(typed)
    shown = one_line(form.typed("shown")) or (scanned[1] if scanned is not None else "")
    purpose = next((each for each in may if each.value == form.typed("purpose")), None)
    if number is None:
        form.errors.add("number", word("asking", "number"))
    if purpose is None:
        form.errors.add("purpose", word("asking", "purpose"))
    if not _SHOWN.fullmatch(shown):
        form.errors.add("shown", word("asking", "shown"))
    if number is None or purpose is None or form.errors:
        return None
    return purpose, number, shown.upper()
