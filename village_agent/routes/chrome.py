"""What surrounds every page: whose node it is, who is signed in, where to go, the line."""

from typing import Any

from litestar import Request

from casework.names import NodeId, tier_of
from casework.numbering import LOW_NUMBERS, NumberKind
from sync.relay import LinkState
from sync.status import LineStatus, NodeStatus
from village_agent.routes.access import Services, services
from webui import filters, labels
from webui.chrome import Chrome, SyncBar


async def chrome(request: Request[Any, Any, Any]) -> Chrome:
    use = services(request)
    me = use.node.id
    officer = request.state.officer
    status = await use.runtime.status()
    left = await use.node.journal.numbers_left(NumberKind.CASE)
    return Chrome(
        node_name=name_of(use, me),
        tier_name=labels.label("tier", tier_of(me)),
        officer_label=officer.name if officer is not None else None,
        sync=sync_bar(use, status, left),
        today=filters.day_long(use.clock.now()),
    )


def sync_bar(use: Services, status: NodeStatus, numbers_left: int) -> SyncBar:
    """The line up, in the words of the bar."""
    line = next(line for line in status.lines if line.neighbour == use.runtime.parent)
    online = line.state is LinkState.ONLINE
    return SyncBar(
        state=line.state.value,
        neighbour=name_of(use, line.neighbour),
        since=line.last_contact_at if online else line.since,
        lasting_seconds=0 if online else _lasts(use, line),
        cases_waiting=line.backlog.cases,
        parts_waiting=line.backlog.parts,
        bytes_waiting=line.backlog.bytes + line.backlog.part_bytes,
        downloads_waiting=status.coming.cases,
        catalogue=str(status.sets["catalogue"]),
        detail=labels.error_text(line.code) if line.state is LinkState.FAULT and line.code else "",
        returned=status.returned,
        numbers_left=numbers_left if numbers_left <= LOW_NUMBERS else None,
    )


def name_of(use: Services, node: NodeId) -> str:
    found = use.trust.holdings.node(node)
    return found.name if found is not None else node


def _lasts(use: Services, line: LineStatus) -> int:
    return max(0, int((use.clock.now() - line.since).total_seconds()))
