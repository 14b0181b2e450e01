"""办件进度: for whoever holds a paper, with no account; at the county and at every township.

The phone that opens the paper's square keeps number and code behind the `#`, where no server sees
them; they are posted, and never stand in an address. Guessing is counted by number, where it
survives a restart, and by visitor.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import structlog
from litestar import Request, Response, Router, get, post

from casework.asking import Guest
from casework.calendar import Calendar
from casework.case import Case
from casework.freshness import Heard
from casework.matter import MatterRef, MatterVersion
from casework.names import CaseNumber, NodeId, tier_of
from casework.numbering import is_valid_number, plain_number
from casework.query_code import QUERY_CODE_DIGITS, split_query
from webui import labels
from webui import labels_progress as words
from webui.chrome import Chrome
from webui.forms import Form, one_line, read_form
from webui.names_known import Names
from webui.progress import ProgressGiven, progress_view
from webui.responses import page
from webui.result_check import Attested
from webui.store import Attempts

AnyRequest = Request[Any, Any, Any]
Find = Callable[[CaseNumber, str], Awaitable["CaseKnown | None"]]

PROGRESS_URL: Final = "/progress"
# Of one visitor, whatever numbers they try; a whole village may share one address.
FAILURES_FROM_MAX: Final = 30
FAILURES_WITHIN: Final = timedelta(minutes=30)
VISITORS_MAX: Final = 10_000
_TYPED_CHARS_MAX: Final = 1_200
_INVALID: Final = 422
_LOCKED: Final = 429
_HERE: Final = Path(__file__).parent / "static"
# For `create_kit(static={**PROGRESS_ASSETS, …})`.
PROGRESS_ASSETS: Final = {name: _HERE / name for name in ("progress.js", "progress.css")}

_log = structlog.stdlib.get_logger("webui.progress")


class CaseKnown(Protocol):
    """A case as a node holds it."""

    @property
    def case(self) -> Case: ...
    @property
    def applicant(self) -> str: ...
    @property
    def heard(self) -> Heard: ...
    @property
    def guests(self) -> tuple[Guest, ...]: ...
    @property
    def attested(self) -> Attested | None: ...


class SetsHeld(Protocol):
    @property
    def calendar(self) -> Calendar: ...
    def matter(self, ref: MatterRef) -> MatterVersion | None: ...


class Hall(Protocol):
    """The node that is asked: the county or a service centre."""

    @property
    def me(self) -> NodeId: ...
    @property
    def holdings(self) -> SetsHeld: ...
    @property
    def names(self) -> Names: ...
    def now(self) -> datetime: ...


class Failures:
    """How often a visitor guessed wrong lately. In memory: it guards this process's time."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, list[datetime]] = OrderedDict()

    def is_over(self, visitor: str, now: datetime) -> bool:
        lately = [at for at in self._failed.get(visitor, ()) if now - at < FAILURES_WITHIN]
        return len(lately) >= FAILURES_FROM_MAX

    def note(self, visitor: str, now: datetime) -> None:
        lately = self._failed.setdefault(visitor, [])
        lately.append(now)
        del lately[:-FAILURES_FROM_MAX]
        self._failed.move_to_end(visitor)
        while len(self._failed) > VISITORS_MAX:
            self._failed.popitem(last=False)


def progress_routes(hall: Hall, attempts: Attempts, find: Find) -> Router:
    failures = Failures()

    @get("/", opt={"public": True})
    async def ask(request: AnyRequest) -> Response[Any]:
        return await _page(request, hall, Form())

    @post("/", opt={"public": True}, status_code=200)
    async def answer(request: AnyRequest) -> Response[Any]:
        form = await read_form(request)
        asked = _asked(form)
        if asked is None:
            return await _page(request, hall, form, _INVALID)
        now = hall.now()
        visitor = request.client.host if request.client is not None else ""
        counted = hashlib.sha256(f"progress/{asked[0]}".encode()).hexdigest()
        await attempts.remove_old(now)
        if failures.is_over(visitor, now) or not await attempts.begin(counted, now):
            _log.warning("progress locked")
            form.errors.add("number", words.LOCKED)
            return await _page(request, hall, form, _LOCKED)
        found = _given(hall, await find(*asked))
        if found is None:
            failures.note(visitor, now)
            form.errors.add("number", words.NOT_FOUND)
            return await _page(request, hall, form, _INVALID)
        await attempts.forgive(counted)
        shown = progress_view(found)
        return await page(
            request, "kit/progress/page.html", chrome=_chrome(hall), form=Form(), found=shown
        )

    return Router(path=PROGRESS_URL, route_handlers=[ask, answer])


def _given(hall: Hall, known: CaseKnown | None) -> ProgressGiven | None:
    matter = hall.holdings.matter(known.case.matter) if known is not None else None
    if known is None or matter is None:
        return None
    return ProgressGiven(
        case=known.case,
        matter=matter,
        applicant=known.applicant,
        names=hall.names,
        calendar=hall.holdings.calendar,
        heard=known.heard,
        guests=known.guests,
        node=hall.me,
        now=hall.now(),
        attested=known.attested,
    )


def _chrome(hall: Hall) -> Chrome:
    """Whose page it is: nothing that would have to be looked up for each visitor."""
    return Chrome(
        node_name=hall.names.node(hall.me), tier_name=labels.label("tier", tier_of(hall.me))
    )


def _asked(form: Form) -> tuple[CaseNumber, str] | None:
    """Number and code, typed apart or as a scanner types the square."""
    typed = form.typed("number")[:_TYPED_CHARS_MAX]
    scanned = split_query(typed)
    if scanned is not None and is_valid_number(scanned[0]):
        return scanned
    number = plain_number(one_line(typed))
    code = one_line(form.typed("code"))
    if not is_valid_number(number):
        form.errors.add("number", words.NUMBER)
    if len(code) != QUERY_CODE_DIGITS or not (code.isascii() and code.isdigit()):
        form.errors.add("code", words.CODE)
    return None if form.errors else (CaseNumber(number), code)


async def _page(
    request: AnyRequest, hall: Hall, form: Form, status_code: int = 200
) -> Response[Any]:
    return await page(
        request,
        "kit/progress/page.html",
        status_code=status_code,
        chrome=_chrome(hall),
        form=form,
        found=None,
    )
