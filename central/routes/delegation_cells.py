"""One cell of a draft: what it has, and the form by which it is given something else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from casework.delegation import Delegation, GrantSource
from casework.delegation_editing import EditError, Place, as_wish, changed_places
from casework.delegation_file import Instrument
from casework.matter import MatterVersion
from casework.names import DelegationId, MatterId, NodeId
from casework.proposal import ProposalError
from central.routes.access import Services, officer_of, services
from central.routes.delegations import EDITING_ROLES, open_draft
from central.routes.grant_form import (
    CONDITION_ROWS,
    NEW_INSTRUMENT,
    NOTE_CHARS_MAX,
    POSITIONS,
    facts_of,
    form_of,
    read_wish,
    usual_wish,
)
from central.routes.grant_words import GrantWords, source_words
from central.routes.matters import today_of
from central.services.delegation_desk import OpenDraft
from central.words import word
from webui import labels
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

_UNPROCESSABLE: Final = 422
_DAY: Final = timedelta(days=1)
_SECTION: Final = "grant_form"


class RecordView(Struct, frozen=True, kw_only=True):
    id: DelegationId
    node: str
    level: str
    words: tuple[tuple[str, str], ...]
    state: str
    may_change: bool
    may_revoke: bool  # what is in force now; the rest is merely ended


class Asked(Struct, frozen=True, kw_only=True):
    """The cell that an address or a form names, in an open draft."""

    use: Services
    opened: OpenDraft
    matter: MatterVersion
    node: NodeId
    nodes: tuple[NodeId, ...]  # itself, or the villages under it
    villages: bool
    record: Delegation | None

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(Place(one, self.matter.id) for one in self.nodes)

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Those of the loaded list and of the draft, the newest first."""
        listed = (*self.opened.data.delegations.instruments, *self.opened.changes.instruments)
        return tuple(sorted(listed, key=lambda one: (one.signed_on, one.id), reverse=True))

    @property
    def url(self) -> str:
        villages = "&villages=1" if self.villages else ""
        draft = self.opened.proposal.id
        return f"/delegations/cell?draft={draft}&matter={self.matter.id}&node={self.node}{villages}"

    @property
    def first(self) -> str:
        """The first day on which what is given here may begin."""
        replaced = [one.id for place in self.places for one in self._records(place)]
        return self.opened.editing.earliest(replaced).isoformat()

    def _records(self, place: Place) -> list[Delegation]:
        found = self.opened.editing.records_at(place)
        return [one for one in found if not self.opened.editing.is_over(one)]


@get("/delegations/cell", guards=[require_role(*EDITING_ROLES)])
async def cell(request: Request[Any, Any, Any]) -> Template:
    asked = await _asked(request, Form.of(dict(request.query_params)))
    return await _page(request, asked, _begun(asked))


@post("/delegations/cell", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def put(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    form = await read_form(request)
    asked = await _asked(request, form)
    keep = [
        condition
        for place in asked.places
        for record in asked.opened.editing.records_at(place)
        for condition in record.conditions
    ]
    note = form.text("note", label=word(_SECTION, "note"), length_max=NOTE_CHARS_MAX)
    read = read_wish(form, asked.matter, asked.instruments, keep)
    if read is None:
        return await _page(request, asked, form, status_code=_UNPROCESSABLE)
    wish, added = read

    def give() -> None:
        if added is not None:
            asked.opened.editing.add_instrument(added)
        chosen = [one for one in asked.places if form.typed("which") in {"", one.grantee}]
        asked.opened.editing.give(chosen, wish, _instead(asked, form), note)

    return await _edited(request, asked, form, give)


@post("/delegations/cell/end", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def end(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    form = await read_form(request)
    asked = await _asked(request, form)
    last = form.day("last", label=word(_SECTION, "last"), required=True)
    record = asked.record
    if last is None or record is None:
        return await _page(request, asked, form, status_code=_UNPROCESSABLE)
    return await _edited(request, asked, form, lambda: asked.opened.editing.end(record.id, last))


@post("/delegations/cell/undo", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def undo(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    form = await read_form(request)
    asked = await _asked(request, form)

    def take_back() -> None:
        for place in asked.places:
            asked.opened.editing.undo(place)

    return await _edited(request, asked, form, take_back)


@post("/delegations/copy", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def copy(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    """A row from another matter, or a column from another node."""
    use, form = services(request), await read_form(request)
    opened = await open_draft(use, form.typed("draft"))
    catalogue = use.trust.holdings.catalogue.on(today_of(use))
    owners = {one.id: one.department for one in catalogue}
    nodes = {one.id for one in use.trust.holdings.regions.nodes}
    source, target = form.typed("source"), form.typed("target")
    first = form.day("first", label=word(_SECTION, "not_before"), required=True)
    by_matter = form.typed("what") == "row"
    known = owners.keys() if by_matter else nodes
    if first is None or source == target or source not in known or target not in known:
        return redirect(request, "/delegations", draft=opened.proposal.id, fault="E_EDIT_UNKNOWN")
    if by_matter:
        pairs = [
            (Place(node, MatterId(source)), Place(node, MatterId(target))) for node in sorted(nodes)
        ]
    else:
        pairs = [(Place(NodeId(source), one), Place(NodeId(target), one)) for one in sorted(owners)]
    try:
        for one, other in pairs:
            opened.editing.copy(one, other, owners[other.matter], first)
        await use.delegations.save(opened, _edition(form), officer_of(request))
    except EditError as error:
        return redirect(request, "/delegations", draft=opened.proposal.id, fault=error.fault)
    except ProposalError as error:
        return redirect(request, "/delegations", draft=opened.proposal.id, fault=error.code)
    return redirect(request, "/delegations", draft=opened.proposal.id)


async def _edited(
    request: Request[Any, Any, Any], asked: Asked, form: Form, change: Callable[[], None]
) -> Response[Any] | Template:
    """Make a change and save it; on trouble the form again, with what was typed."""
    try:
        change()
        await asked.use.delegations.save(asked.opened, _edition(form), officer_of(request))
    except EditError as error:
        problem = word("edit_fault", error.fault, record=error.record, first=asked.first)
    except ProposalError as error:
        problem = word("proposal_fault", error.code)
    else:
        url = f"/delegations?draft={asked.opened.proposal.id}#m-{asked.matter.id}"
        return redirect(request, url)
    again = await _asked(request, form)
    return await _page(request, again, form, problem=problem, status_code=_UNPROCESSABLE)


def _edition(form: Form) -> int:
    return form.integer("edition", label="") or 0


def _instead(asked: Asked, form: Form) -> tuple[DelegationId, ...] | None:
    """Which records the new one stands in place of; None: all that the cell has."""
    if asked.record is not None:
        return (asked.record.id,)
    return () if form.typed("beside") == "1" else None


async def _asked(request: Request[Any, Any, Any], form: Form) -> Asked:
    use = services(request)
    opened = await open_draft(use, form.typed("draft"))
    if not opened.may_edit(officer_of(request)):
        raise NotFoundException(opened.proposal.id)
    holdings = use.trust.holdings
    matter = holdings.catalogue.current(MatterId(form.typed("matter")), today_of(use))
    node = holdings.node(NodeId(form.typed("node")))
    if matter is None or node is None:
        raise NotFoundException(form.typed("matter"))
    villages = form.typed("villages") == "1"
    below = tuple(one.id for one in holdings.regions.nodes if one.parent == node.id)
    nodes = below if villages else (node.id,)
    there = [record for one in nodes for record in opened.editing.records_at(Place(one, matter.id))]
    return Asked(
        use=use,
        opened=opened,
        matter=matter,
        node=node.id,
        nodes=nodes,
        villages=villages,
        record=next((one for one in there if one.id == form.typed("record")), None),
    )


def _begun(asked: Asked) -> Form:
    """The form as it begins: the record that is to change, or what is usual."""
    editing, record = asked.opened.editing, asked.record
    if record is None:
        first = editing.earliest(asked.opened.held.records)
        wish = usual_wish(asked.matter, first, asked.instruments[0].id if asked.instruments else "")
        return form_of(wish, asked.matter)
    notes = {one.record: one.text for one in asked.opened.changes.notes}
    remark = asked.opened.data.delegations.remarks.get(record.id)
    note = notes.get(record.id) or (remark.note if remark else None) or ""
    form = form_of(as_wish(record), asked.matter, note)
    first = editing.earliest([record.id])
    if record.not_before >= first:
        return form
    return Form.of({name: form.typed_all(name) for name in form.names()} | {"not_before": first})


async def _page(
    request: Request[Any, Any, Any],
    asked: Asked,
    form: Form,
    *,
    problem: str = "",
    status_code: int = 200,
) -> Template:
    use, names = asked.use, asked.use.review.names
    listed = asked.instruments
    return await page(
        request,
        "delegations/cell.html",
        asked=asked,
        proposal=asked.opened.proposal,
        form=form,
        problem=problem,
        place=names.node(asked.node),
        records=_records(asked),
        is_changed=not changed_places(asked.opened.changes).isdisjoint(asked.places),
        villages=[(one, names.short_place(one)) for one in asked.nodes] if asked.villages else (),
        facts=[(one.key, one.label) for one in facts_of(asked.matter)],
        condition_rows=range(CONDITION_ROWS),
        instruments=[
            *((one.id, f"{one.number} {one.title}") for one in listed),
            (NEW_INSTRUMENT, word(_SECTION, "instrument_new")),
        ],
        sources=[(one.value, source_words(one)) for one in GrantSource],
        positions=[(one.value, labels.label("position_kind", one)) for one in POSITIONS],
        today=today_of(use).isoformat(),
        status_code=status_code,
    )


def _records(asked: Asked) -> tuple[RecordView, ...]:
    """Everything the cell has or had, what is over last."""
    words = GrantWords(asked.use, asked.opened.changes.instruments)
    editing = asked.opened.editing
    found = [record for place in asked.places for record in editing.records_at(place)]
    return tuple(
        RecordView(
            id=record.id,
            node=asked.use.review.names.short_place(record.grantee),
            level=record.level,
            words=tuple(words.members(record).items())[1:],
            state=word("record_state", _state(asked, record)),
            may_change=not editing.is_over(record),
            may_revoke=record.id in asked.use.review.names.delegations
            and record.not_before <= asked.opened.today
            and not editing.is_over(record),
        )
        for record in sorted(found, key=lambda one: (editing.is_over(one), one.not_before))
    )


def _state(asked: Asked, record: Delegation) -> str:
    held, today = asked.opened.held.records.get(record.id), asked.opened.today
    if held is None:
        return "added"
    if held != record:
        return "changed"
    if asked.opened.editing.is_over(record):
        return "over"
    return "begun" if record.not_before <= today else "coming"


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (cell, put, end, undo, copy)
