"""The keys of a node: what it signs with, and how two persons end one."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from casework.names import Incarnation, NodeId, is_county
from casework.organisation import Officer
from central.routes.access import Services, officer_of, services
from central.services.key_admin import (
    INSTRUMENT_CHARS_MAX,
    REASON_CHARS_MAX,
    REASON_CHARS_MIN,
    KeyAdminError,
    Report,
)
from central.services.reach import ADMIN_ROLES, KEY_ROLES
from central.store.key_endings import EndingKind, EndingState, KeyEnding
from central.words import sections, word
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

_UNPROCESSABLE: Final = 422
_DONE: Final = ("asked", "approved", "unsigned", "declined")


class EndingView(Struct, frozen=True, kw_only=True):
    id: str
    node: NodeId
    node_name: str
    incarnation: Incarnation
    kind: str
    kind_word: str
    since: datetime | None
    reason: str
    instrument: str
    state: str
    is_unsigned: bool
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    may_approve: bool


@get("/nodes/keys", guards=[require_role(*ADMIN_ROLES)])
async def endings(request: Request[Any, Any, Any]) -> Template:
    return await _endings(request)


@get("/nodes/{node:str}", guards=[require_role(*ADMIN_ROLES)])
async def node_page(request: Request[Any, Any, Any], node: str) -> Template:
    return await _node(request, NodeId(node), Form())


@post("/nodes/{node:str}/endings", guards=[require_role(*KEY_ROLES)], status_code=303)
async def report(request: Request[Any, Any, Any], node: str) -> Response[Any] | Template:
    use, form = services(request), await read_form(request)
    asked = _read(use, NodeId(node), form)
    if asked is None:
        return await _node(request, NodeId(node), form, status_code=_UNPROCESSABLE)
    try:
        await use.key_admin.report(asked, officer_of(request))
    except KeyAdminError as refused:
        problem = word("key_ending", refused.reason)
        return await _node(request, NodeId(node), form, problem=problem, status_code=_UNPROCESSABLE)
    return redirect(request, "/nodes/keys", done="asked")


@post("/nodes/keys/{ending:str}", guards=[require_role(*KEY_ROLES)], status_code=303)
async def decide(request: Request[Any, Any, Any], ending: str) -> Response[Any] | Template:
    use, form, officer = services(request), await read_form(request), officer_of(request)
    chosen = form.choice(
        "decision", ("approve", "decline"), label=word("field", "key_kind"), required=True
    )
    try:
        if chosen == "approve":
            done = "approved" if await use.key_admin.approve(ending, officer) else "unsigned"
        elif chosen == "decline":
            await use.key_admin.decline(ending, officer)
            done = "declined"
        else:
            return await _endings(request, status_code=_UNPROCESSABLE)
    except KeyAdminError as refused:
        problem = word("key_ending", refused.reason)
        return await _endings(request, problem=problem, status_code=_UNPROCESSABLE)
    return redirect(request, "/nodes/keys", done=done)


def _read(use: Services, node: NodeId, form: Form) -> Report | None:
    kind = form.choice("kind", tuple(EndingKind), label=word("field", "key_kind"), required=True)
    reason = form.text(
        "reason",
        label=word("field", "key_reason"),
        required=True,
        length_min=REASON_CHARS_MIN,
        length_max=REASON_CHARS_MAX,
    )
    instrument = form.text(
        "instrument", label=word("field", "key_instrument"), length_max=INSTRUMENT_CHARS_MAX
    )
    since = _read_since(use, form) if kind == EndingKind.COMPROMISED else None
    if form.errors or kind is None:
        return None
    return Report(
        node=node,
        incarnation=Incarnation(form.typed("incarnation")),
        kind=EndingKind(kind),
        since=since,
        reason=reason,
        instrument=instrument,
    )


def _read_since(use: Services, form: Form) -> datetime | None:
    """An instant where the county is."""
    try:
        typed = datetime.fromisoformat(form.typed("since").strip().replace("/", "-"))
    except ValueError:
        form.errors.add("since", word("key_ending", "since"))
        return None
    return typed.replace(tzinfo=use.trust.holdings.calendar.tz)


async def _node(
    request: Request[Any, Any, Any],
    node: NodeId,
    form: Form,
    *,
    problem: str = "",
    status_code: int = 200,
) -> Template:
    use, officer = services(request), officer_of(request)
    entry = use.trust.holdings.directory.find_node(node)
    if entry is None:
        raise NotFoundException
    asked = await use.key_admin.endings(EndingState.ASKED)
    return await page(
        request,
        "nodes/node.html",
        node=entry.node,
        is_county=is_county(node),
        keys=await use.key_admin.keys_of(entry),
        asked={each.incarnation for each in asked if each.node == node},
        kinds=tuple(sections()["key_ending_kind"].items()),
        form=form,
        problem=problem,
        reason_max=REASON_CHARS_MAX,
        instrument_max=INSTRUMENT_CHARS_MAX,
        may_report=not KEY_ROLES.isdisjoint(officer.roles),
        status_code=status_code,
    )


async def _endings(
    request: Request[Any, Any, Any], *, problem: str = "", status_code: int = 200
) -> Template:
    use, officer = services(request), officer_of(request)
    unsigned = {each.id for each in await use.key_admin.unsigned()}
    views = [
        _view(use, each, officer, is_unsigned=each.id in unsigned)
        for each in await use.key_admin.endings()
    ]
    done = request.query_params.get("done", "")
    return await page(
        request,
        "nodes/keys.html",
        waiting=[each for each in views if each.state == EndingState.ASKED],
        decided=[each for each in views if each.state != EndingState.ASKED],
        state_word=lambda state: word("key_ending_state", state),
        may_decide=not KEY_ROLES.isdisjoint(officer.roles),
        problem=problem,
        done=word("key_ending", done) if done in _DONE else "",
        status_code=status_code,
    )


def _view(use: Services, each: KeyEnding, officer: Officer, *, is_unsigned: bool) -> EndingView:
    holdings, names = use.trust.holdings, use.review.names
    asked = holdings.officer(each.asked_by)
    decided = holdings.officer(each.decided_by) if each.decided_by is not None else None
    return EndingView(
        id=each.id,
        node=each.node,
        node_name=names.node(each.node),
        incarnation=each.incarnation,
        kind=each.kind,
        kind_word=word("key_ending_kind", each.kind),
        since=each.since,
        reason=each.reason,
        instrument=each.instrument,
        state=each.state,
        is_unsigned=is_unsigned,
        asked_by=asked.name if asked is not None else each.asked_by,
        asked_at=each.asked_at,
        decided_by=decided.name if decided is not None else (each.decided_by or ""),
        decided_at=each.decided_at,
        may_approve=asked is not None and asked.person != officer.person,
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (endings, node_page, report, decide)
