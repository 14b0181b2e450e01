"""Every node of the county: its machine, how it is heard, what it works by; and new machines."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct
from msgspec.structs import replace

from casework.instants import parse_instant
from casework.names import NodeId, Tier, is_county, parent_of, tier_of
from casework.numbering import GapReason, spoken_number
from casework.regions import NodeRecord
from central.routes.access import Services, officer_of, services
from central.services.composing import live_machines
from central.services.enrolment import Pending
from central.services.numbers import NodeNumbers
from central.services.reach import ADMIN_ROLES, APPROVING_ROLES, SLIP_ROLES
from central.store.key_endings import EndingState
from central.store.machines import Machine, read_machines
from central.words import word
from sync.bodies import SetName
from sync.errors import EnvelopeError
from sync.relay import LinkState
from sync.status import LineStatus
from webui.forms import read_form
from webui.gate import require_role
from webui.responses import page, redirect

_SETS: Final = tuple(name for name in SetName if name is not SetName.ROOT)
_UNPROCESSABLE: Final = 422
_FINGERPRINT_CHARS_MAX: Final = 200


class SetView(Struct, frozen=True):
    """A set that a node works by; `behind` if a newer one is in force."""

    name: str
    version: int
    behind: bool


class NodeView(Struct, frozen=True, kw_only=True):
    id: NodeId
    name: str
    kind: str
    depth: int
    state: str  # online, offline, fault; enrolled: heard by way of its parent; missing, ended
    incarnation: str
    machines: int
    last_contact_at: datetime | None
    carrier: str
    owed: int  # messages that wait here for it
    held: int
    acknowledged: int
    is_stopped: bool
    set_aside: int
    sets: tuple[SetView, ...]
    lease_until: datetime | None
    lease_ended: bool


class HoldingView(Struct, frozen=True, kw_only=True):
    """Who has confirmed that it holds the version in force of a set, and who has not yet."""

    name: str
    version: int
    having: int
    lacking: tuple[str, ...]


class GapView(Struct, frozen=True):
    """Numbers next to each other of which no case is known, and why."""

    first: str
    last: str
    count: int
    reason: str


class NumbersView(Struct, frozen=True, kw_only=True):
    id: NodeId
    name: str
    blocks: int
    used: int
    free: int
    awaited: int
    given_back: int
    is_low: bool
    gaps: tuple[GapView, ...]


class WaitingView(Struct, frozen=True, kw_only=True):
    """A machine that asks to be a node, with the fingerprint that its own screen shows."""

    node: NodeId
    name: str
    fingerprint: str
    asked_at: datetime
    replaces: bool
    rotates: bool


@get("/nodes", guards=[require_role(*ADMIN_ROLES)])
async def nodes(request: Request[Any, Any, Any]) -> Template:
    use, officer = services(request), officer_of(request)
    directory = use.trust.holdings.directory
    newest = {
        entry.node.id: entry.incarnations[-1] for entry in directory.nodes if entry.incarnations
    }
    machines = await read_machines(use.database, newest)
    status = await use.runtime.status()
    lines = {line.neighbour: line for line in status.lines}
    live = {node for node, _ in live_machines(directory)}
    views = [
        _view(use, entry.node, machines.get(entry.node.id), lines, len(entry.incarnations))
        for entry in directory.nodes
    ]
    views = [each if each.id in live else replace(each, state=_dead(each)) for each in views]
    return await page(
        request,
        "nodes/page.html",
        "nodes/_nodes.html",
        holdings=_holdings(use, views),
        nodes=sorted(views, key=lambda each: _place(each.id)),
        waiting=len(await use.county.enrolment.pending()),
        endings=len(await use.key_admin.endings(EndingState.ASKED)),
        may_add=not SLIP_ROLES.isdisjoint(officer.roles),
    )


def _holdings(use: Services, views: list[NodeView]) -> tuple[HoldingView, ...]:
    """Of the lists that townships decide by: the versions that their machines told of."""
    told = [one for one in views if one.machines and not is_county(one.id)]
    found = []
    for name in (SetName.DELEGATIONS, SetName.CATALOGUE):
        word_of, version = word("set", name), use.trust.holdings.versions.version_of(name)
        lacking = [one.name for one in told if not _holds(one, name, version)]
        having = len(told) - len(lacking)
        found.append(
            HoldingView(name=word_of, version=version, having=having, lacking=tuple(lacking))
        )
    return tuple(found)


def _holds(view: NodeView, name: SetName, version: int) -> bool:
    held = dict(zip(_SETS, view.sets, strict=False))
    return name in held and held[name].version >= version


@get("/nodes/numbers", guards=[require_role(*ADMIN_ROLES)])
async def numbers(request: Request[Any, Any, Any]) -> Template:
    """Whose numbers are used, free, awaited or given back; read once, not with every refresh."""
    use = services(request)
    found = await use.county.numbers()
    views = [
        NumbersView(
            id=each.node,
            name=use.review.names.node(each.node),
            blocks=len(each.accounts),
            used=each.used,
            free=each.count(GapReason.FREE),
            awaited=each.count(GapReason.AWAITED),
            given_back=each.count(GapReason.GIVEN_BACK),
            is_low=each.is_low,
            gaps=tuple(_gaps(each)),
        )
        for each in found
    ]
    return await page(
        request,
        "nodes/numbers.html",
        "nodes/_numbers.html",
        numbers=sorted(views, key=lambda each: _place(each.id)),
    )


@get("/nodes/enrolment", guards=[require_role(*ADMIN_ROLES)])
async def enrolment(request: Request[Any, Any, Any]) -> Template:
    return await _enrolment(request)


@post("/nodes/slips", guards=[require_role(*SLIP_ROLES)], status_code=200)
async def add(request: Request[Any, Any, Any]) -> Template:
    """A slip with a code that is good once; it is shown now and never again."""
    use = services(request)
    form = await read_form(request)
    offered = [each.node.id for each in use.trust.holdings.directory.nodes]
    chosen = form.choice("node", offered, label=word("field", "node"), required=True)
    if chosen is None or is_county(NodeId(chosen)):
        return await _enrolment(request, status_code=_UNPROCESSABLE)
    slip = await use.county.enrolment.add(NodeId(chosen), officer_of(request).id)
    return await page(request, "nodes/slip.html", slip=slip, name=use.review.names.node(slip.node))


@post("/nodes/approvals", guards=[require_role(*APPROVING_ROLES)], status_code=303)
async def approve(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    """Make a machine known; whoever made the code may not be the one who compares."""
    use = services(request)
    form = await read_form(request)
    waiting = {(each.node, each.fingerprint): each for each in await use.county.enrolment.pending()}
    fingerprint = form.typed("fingerprint")[:_FINGERPRINT_CHARS_MAX]
    asked = waiting.get((NodeId(form.typed("node")), fingerprint))
    if asked is None or not form.flag("compared"):
        problem = word("enrolment", "failed" if asked is None else "mismatch")
        return await _enrolment(request, problem=problem, status_code=_UNPROCESSABLE)
    try:
        approved = await use.county.approve(asked.node, asked.fingerprint, officer_of(request).id)
    except EnvelopeError:
        problem = word("enrolment", "same_person")
        return await _enrolment(request, problem=problem, status_code=_UNPROCESSABLE)
    waits = {"waits": "1"} if approved.published is None else {}
    return redirect(request, "/nodes/enrolment", approved=asked.node, **waits)


async def _enrolment(
    request: Request[Any, Any, Any], *, problem: str = "", status_code: int = 200
) -> Template:
    use, officer = services(request), officer_of(request)
    approved = use.trust.holdings.node(NodeId(request.query_params.get("approved", "")))
    offered = use.trust.holdings.directory.nodes
    return await page(
        request,
        "nodes/enrolment.html",
        waiting=[_waiting(each) for each in await use.county.enrolment.pending()],
        unsigned=[_waiting(each) for each in await use.county.enrolment.unsigned()],
        may_add=not SLIP_ROLES.isdisjoint(officer.roles),
        may_approve=not APPROVING_ROLES.isdisjoint(officer.roles),
        nodes=[
            (each.node.id, f"{each.node.name}（{each.node.id}）")
            for each in offered
            if not is_county(each.node.id)
        ],
        problem=problem,
        done=word("enrolment", _outcome(request), name=approved.name) if approved else "",
        status_code=status_code,
    )


def _outcome(request: Request[Any, Any, Any]) -> str:
    return "unsigned" if request.query_params.get("waits") else "approved"


def _gaps(numbers: NodeNumbers) -> Iterator[GapView]:
    """Every gap but what is simply still free."""
    for gap, why, first, last in numbers.explained():
        reason = word("number_gap", why.value)
        yield GapView(spoken_number(first), spoken_number(last), gap.size, reason)


def _waiting(pending: Pending) -> WaitingView:
    return WaitingView(
        node=pending.node,
        name=pending.name,
        fingerprint=pending.fingerprint,
        asked_at=parse_instant(pending.asked_at),
        replaces=pending.replaces,
        rotates=pending.rotates,
    )


def _view(
    use: Services,
    node: NodeRecord,
    machine: Machine | None,
    lines: Mapping[NodeId, LineStatus],
    machines: int,
) -> NodeView:
    line = lines.get(node.id)
    told = machine or Machine()
    contact = line.last_contact_at if line is not None else None
    until = told.lease_until
    return NodeView(
        id=node.id,
        name=node.name,
        kind=node.kind,
        depth=2 if tier_of(node.id) is Tier.VILLAGE else 0 if is_county(node.id) else 1,
        state=_state(use, node.id, machine, line),
        incarnation=told.incarnation or "",
        machines=machines,
        last_contact_at=contact or told.last_contact_at or told.last_message_at,
        carrier=(line.carrier or "") if line is not None else "",
        owed=told.messages_owed,
        held=told.held,
        acknowledged=told.acknowledged,
        is_stopped=told.is_stopped,
        set_aside=told.set_aside,
        sets=_sets(use, node.id, told),
        lease_until=until,
        lease_ended=until is not None and until < use.clock.now(),
    )


def _state(use: Services, node: NodeId, machine: Machine | None, line: LineStatus | None) -> str:
    if machine is None or machine.incarnation is None:
        return "missing"
    if node == use.node.id:
        return LinkState.ONLINE.value
    if line is not None:
        return line.state.value
    return LinkState.OFFLINE.value if parent_of(node) == use.node.id else "enrolled"


def _dead(view: NodeView) -> str:
    """There is no machine, or there is one whose key has ended."""
    return "ended" if view.incarnation else "missing"


def _sets(use: Services, node: NodeId, machine: Machine) -> tuple[SetView, ...]:
    """What the newest message of the node says it works by; of the county, what is in force."""
    force = use.trust.holdings.versions
    shown = force if node == use.node.id else machine.sets
    if shown is None:
        return ()
    return tuple(
        SetView(name, shown.version_of(name), shown.version_of(name) < force.version_of(name))
        for name in _SETS
    )


def _place(node: NodeId) -> tuple[str, str]:
    """The county's machines, then every township with its villages below it."""
    region, _, machine = node.partition("-")
    return region, machine


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (nodes, numbers, enrolment, add, approve)
