"""The matrix of delegations: to read, and over a draft to edit."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from casework.delegation import Delegation
from casework.delegation_editing import changed_places, shown_from
from casework.names import DelegationId, NodeId
from casework.organisation import Role
from casework.proposal import ProposalError
from central.routes.access import Services, officer_of, services
from central.routes.fault_words import Obstacle, finding_words, obstacles
from central.routes.grant_words import GrantWords
from central.routes.matters import chosen_department, departments_of, today_of
from central.services.delegation_desk import OpenDraft
from central.services.matrix import Column, powers_on, view_of_draft
from central.services.reach import READING_ROLES
from central.words import sections, word
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

EDITING_ROLES: Final = frozenset({Role.DELEGATION_ADMIN})


class Head(Struct, frozen=True):
    """A column of cells: a township's own, or its villages' together."""

    node: NodeId
    villages: bool
    name: str


@get("/delegations", guards=[require_role(*READING_ROLES)])
async def delegations(
    request: Request[Any, Any, Any], draft: str = "", number: int = 1
) -> Template:
    """Matters by townships: what is in force, or a draft over what is loaded."""
    use, officer = services(request), officer_of(request)
    holdings, today = use.trust.holdings, today_of(use)
    opened = await open_draft(use, draft) if draft else None
    department = chosen_department(use, request)
    if opened is None:
        view = use.matrix.of(holdings, today)
    else:
        view = view_of_draft(holdings, today, opened.editing, shown_from(opened.changes))
    shown = view.page(number, department)
    may_begin = not EDITING_ROLES.isdisjoint(officer.roles)
    return await page(
        request,
        "delegations/matrix.html",
        "delegations/_matrix.html",
        columns=shown.columns,
        heads=heads_of(shown.columns),
        lines=shown.lines,
        number=shown.page,
        pages=shown.pages,
        departments=departments_of(use),
        department=department or "",
        version=holdings.versions.delegations,
        draft=opened.proposal if opened else None,
        changed=len(changed_places(opened.changes)) if opened else 0,
        may_edit=opened is not None and opened.may_edit(officer),
        may_begin=may_begin,
        mine=await use.delegations.mine(officer) if may_begin and opened is None else (),
        obstacles=_obstacles(use, opened) if opened else (),
        fault=_fault(request.query_params.get("fault", "")),
        **(_copying(use, opened) if opened else {}),
    )


@get("/delegations/preview", guards=[require_role(*READING_ROLES)])
async def preview(
    request: Request[Any, Any, Any], draft: str = "", node: str = "", on: str = ""
) -> Template:
    """What one node may do on one day: as it is, and as it would be with a draft."""
    use = services(request)
    holdings = use.trust.holdings
    opened = await open_draft(use, draft) if draft else None
    asked = Form.of({"on": on or today_of(use)})
    day = asked.day("on", label=word("grant_form", "day")) or today_of(use)
    nodes = [one.id for one in holdings.regions.nodes if one.parent is not None]
    chosen = NodeId(node) if node in nodes else nodes[0]
    lines = powers_on(holdings, chosen, day, opened.editing.records_at if opened else None)
    return await page(
        request,
        "delegations/preview.html",
        draft=opened.proposal if opened else None,
        node=chosen,
        nodes=[(one, use.review.names.node(one)) for one in nodes],
        node_name=use.review.names.node(chosen),
        on=day,
        lines=lines,
        limits=GrantWords(use, opened.changes.instruments if opened else ()).limits,
        differing=sum(one.differs for one in lines),
        problem="；".join(message for _, message in asked.errors.items()),
    )


@post("/delegations/drafts", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def begin(request: Request[Any, Any, Any]) -> Response[Any]:
    use = services(request)
    form = await read_form(request)
    title = form.name("title", label="") or word("grant_form", "title", day=today_of(use))
    proposal = await use.delegations.begin(title, officer_of(request))
    return redirect(request, "/delegations", draft=proposal.id)


async def open_draft(use: Services, proposal: str) -> OpenDraft:
    try:
        return await use.delegations.open(proposal)
    except ProposalError as error:
        raise NotFoundException(proposal) from error


def heads_of(columns: tuple[Column, ...]) -> tuple[Head, ...]:
    heads = []
    for column in columns:
        heads.append(Head(column.node, villages=False, name=column.name))
        if column.villages:
            name = word("grant_form", "villages_of", town=column.name)
            heads.append(Head(column.node, villages=True, name=name))
    return tuple(heads)


def _fault(code: str) -> str:
    """The sentence for a fault that an address names; anything else there says nothing."""
    for section in ("edit_fault", "proposal_fault"):
        if code in sections()[section]:
            return word(section, code, record="", first="")
    return ""


def _obstacles(use: Services, opened: OpenDraft) -> tuple[Obstacle, ...]:
    return tuple(one for _, one in draft_obstacles(use, opened))


def draft_obstacles(use: Services, opened: OpenDraft) -> tuple[tuple[DelegationId, Obstacle], ...]:
    """What the cells that a draft touches have wrong, each with the record that has it."""
    draft = opened.editing.draft
    records: dict[DelegationId, Delegation] = dict(opened.held.records)
    records.update({one.after.id: one.after for one in draft.records if one.after})
    words, names = GrantWords(use, draft.instruments), use.review.names
    try:
        found = use.delegations.findings(opened)
    except ProposalError as error:
        told = obstacles(error, words, names, records.get)
        return tuple((DelegationId(""), one) for one in told)
    said = finding_words(found, words, names, records.get)
    return tuple((one.record, what) for one, what in zip(found, said, strict=True))


def _copying(use: Services, opened: OpenDraft) -> dict[str, Any]:
    """What may be copied: matters by matters, nodes by nodes."""
    holdings = use.trust.holdings
    first = opened.editing.earliest(opened.held.records)
    return {
        "all_matters": [(one.id, one.short_name) for one in holdings.catalogue.on(today_of(use))],
        "all_nodes": [
            (one.id, use.review.names.node(one.id))
            for one in holdings.regions.nodes
            if one.parent is not None
        ],
        "first": first,
    }


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (delegations, preview, begin)
