"""What surrounds every page: whose node it is, who is signed in, where to go, the line."""

from typing import Any

from litestar import Request

from casework.names import NodeId, tier_of
from casework.organisation import Officer
from central.routes.access import Services, acting_for, services
from central.routes.navigation import nav_of, sees_cases, sees_proposals
from sync.relay import LinkState
from sync.status import NodeStatus
from webui import filters, labels
from webui.chrome import Chrome, NavItem, SyncBar


async def chrome(request: Request[Any, Any, Any]) -> Chrome:
    use = services(request)
    officer: Officer | None = request.state.officer
    status = await use.runtime.status()
    return Chrome(
        node_name=name_of(use, use.node.id),
        tier_name=labels.label("tier", tier_of(use.node.id)),
        officer_label=officer.name if officer is not None else None,
        nav=await _nav(use, officer, status.alarms) if officer is not None else (),
        acting_for=_acting_for(request),
        stands_in_for=tuple((each.id, each.name) for each in use.desk.stands_in_for(officer))
        if officer is not None
        else (),
        search_url="/search" if officer is not None and sees_cases(officer) else None,
        sync=sync_bar(status),
        today=filters.day_long(use.clock.now()),
    )


async def _nav(use: Services, officer: Officer, alarms: int) -> tuple[NavItem, ...]:
    waiting = await use.proposals.waiting_for(officer) if sees_proposals(officer) else ()
    return nav_of(officer, alarms=alarms, proposals=len(waiting))


def _acting_for(request: Request[Any, Any, Any]) -> str | None:
    found = acting_for(request) if request.state.officer is not None else None
    return found.name if found is not None else None


def sync_bar(status: NodeStatus) -> SyncBar:
    """The lines down as one. The county works whoever is there: only a fault is its concern."""
    lines = status.lines
    online = sum(line.state is LinkState.ONLINE for line in lines)
    fault = next((line for line in lines if line.state is LinkState.FAULT), None)
    heard = [line.last_contact_at for line in lines if line.last_contact_at is not None]
    return SyncBar(
        state="online" if fault is None else "fault",
        neighbour=labels.NEIGHBOURS_ONLINE.format(online=online, all=len(lines)),
        since=max(heard, default=None),
        cases_waiting=sum(line.backlog.cases for line in lines),
        downloads_waiting=status.coming.cases,
        catalogue=str(status.sets["catalogue"]),
        detail=labels.error_text(fault.code) if fault is not None and fault.code else "",
    )


def name_of(use: Services, node: NodeId) -> str:
    found = use.trust.holdings.node(node)
    return found.name if found is not None else node
