"""Cases of matters that never came into a hall: acceptance and outcome told of, and watched."""

from datetime import date
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct
from msgspec.structs import replace

from casework.matter import MatterVersion
from casework.names import MatterId
from casework.outside import (
    NOTE_CHARS_MAX,
    NUMBER_CHARS_MAX,
    RECORDING_ROLES,
    Outcome,
    OutsideError,
    OutsideFault,
    OutsideState,
    Told,
    check_acceptance,
    check_outcome,
    check_recorder,
    due_on,
    is_outside,
    state_of,
)
from central.routes.access import Services, officer_of, services
from central.routes.matters import today_of
from central.services.reach import READING_ROLES
from central.store.outside import OutsideRecord
from central.words import sections, word
from sync.keys import random_bytes
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

_UNPROCESSABLE: Final = 422
_ID_BYTES: Final = 16


class OutsideLine(Struct, frozen=True, kw_only=True):
    record: OutsideRecord
    matter: MatterVersion
    state: OutsideState
    may_end: bool


@get("/outside", guards=[require_role(*READING_ROLES)])
async def outside(request: Request[Any, Any, Any]) -> Template:
    return await _page(request, Form())


@post("/outside", guards=[require_role(*RECORDING_ROLES)], status_code=303)
async def accept(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    use, officer, form = services(request), officer_of(request), await read_form(request)
    matters = _matters(use)
    chosen = form.choice("matter", matters, label=_label("matter"), required=True)
    number = form.text("number", label=_label("number"), required=True, length_max=NUMBER_CHARS_MAX)
    day = form.day("accepted_on", label=_label("accepted_on"), required=True)
    if chosen is None or day is None or form.errors:
        return await _page(request, form)
    matter, calendar = matters[MatterId(chosen)], use.trust.holdings.calendar
    record = OutsideRecord(
        id=random_bytes(_ID_BYTES).hex(),
        matter=matter.id,
        number=number,
        accepted_on=day.isoformat(),
        due_on=due_on(matter.limits.promised, day, calendar).isoformat(),
        told_by=officer.id,
        told_at=use.clock.now(),
    )
    try:
        check_acceptance(matter, officer, day, today_of(use))
        await use.outside.add(record)
    except OutsideError as error:
        form.errors.add(_FIELDS.get(error.fault, "matter"), word("outside_fault", error.fault))
        return await _page(request, form)
    return redirect(request, "/outside", done="accepted")


@post("/outside/{record_id:str}", guards=[require_role(*RECORDING_ROLES)], status_code=303)
async def end(request: Request[Any, Any, Any], record_id: str) -> Response[Any] | Template:
    use, officer, form = services(request), officer_of(request), await read_form(request)
    record = await use.outside.find(record_id)
    matter = _matters(use).get(record.matter) if record is not None else None
    if record is None or matter is None:
        raise NotFoundException(record_id)
    outcomes = [each.value for each in Outcome]
    outcome = form.choice("outcome", outcomes, label=_label("outcome"), required=True)
    day = form.day("ended_on", label=_label("ended_on"), required=True)
    note = form.text("note", label=_label("note"), length_max=NOTE_CHARS_MAX)
    if outcome is None or day is None or form.errors:
        return await _page(request, form)
    ended = replace(
        record,
        outcome=outcome,
        ended_on=day.isoformat(),
        note=note,
        ended_by=officer.id,
        ended_at=use.clock.now(),
    )
    try:
        check_recorder(matter, officer)
        check_outcome(_told(record), day, today_of(use))
        await use.outside.end(ended)
    except OutsideError as error:
        form.errors.add("ended_on", word("outside_fault", error.fault))
        return await _page(request, form)
    return redirect(request, "/outside", done="ended")


async def _page(request: Request[Any, Any, Any], form: Form) -> Template:
    use, officer = services(request), officer_of(request)
    matters, today = _matters(use), today_of(use)
    records = not RECORDING_ROLES.isdisjoint(officer.roles)
    mine = [one for one in matters.values() if records and one.department == officer.department]
    lines = [
        OutsideLine(
            record=each,
            matter=matter,
            state=state_of(_told(each), today),
            may_end=each.outcome is None and matter in mine,
        )
        for each in await use.outside.listed()
        if (matter := matters.get(each.matter)) is not None
    ]
    return await page(
        request,
        "outside/page.html",
        lines=lines,
        mine=[(one.id, one.short_name) for one in mine],
        matters=list(matters.values()),
        department=use.review.names.department,
        officer_name=use.review.names.officer,
        outcomes=tuple(sections()["outside_outcome"].items()),
        outcome_word=lambda code: word("outside_outcome", code),
        state_word=lambda state: word("outside_state", state),
        late=sum(one.state is OutsideState.LATE for one in lines),
        form=form,
        done=sections()["outside_done"].get(request.query_params.get("done", ""), ""),
        status_code=_UNPROCESSABLE if form.errors else 200,
    )


def _matters(use: Services) -> dict[MatterId, MatterVersion]:
    """Those in force that never came into a hall."""
    current = use.trust.holdings.catalogue.on(today_of(use))
    return {one.id: one for one in current if is_outside(one)}


def _told(record: OutsideRecord) -> Told:
    ended = date.fromisoformat(record.ended_on) if record.ended_on else None
    return Told(date.fromisoformat(record.accepted_on), date.fromisoformat(record.due_on), ended)


def _label(name: str) -> str:
    return word("outside_field", name)


_FIELDS: Final = {OutsideFault.AHEAD: "accepted_on", OutsideFault.KNOWN: "number"}

ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (outside, accept, end)
