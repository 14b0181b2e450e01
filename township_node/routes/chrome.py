"""What surrounds every page: whose node it is, who is signed in, where to go, the line."""

from typing import Any, Final

from litestar import Request

from casework.names import NodeId, is_of_county
from casework.numbering import LOW_NUMBERS, NumberKind
from casework.organisation import Officer
from sync.relay import LinkState
from sync.status import LineStatus, NodeStatus
from township_node.routes.access import Services, acting_for, services
from township_node.routes.navigation import navigation
from township_node.words import word
from webui import filters, labels
from webui.chrome import Chrome, SyncBar

SEARCH_URL: Final = "/cases/search"


async def chrome(request: Request[Any, Any, Any]) -> Chrome:
    use = services(request)
    me = use.node.id
    officer = request.state.officer
    status = await use.runtime.status()
    left = await use.node.journal.numbers_left(NumberKind.CASE)
    return Chrome(
        node_name=name_of(use, me),
        tier_name=word("tier", "county" if is_of_county(me) else "township"),
        officer_label=_label(use, officer) if officer is not None else None,
        nav=navigation(officer.roles) if officer is not None else (),
        acting_for=_acting_for(request),
        stands_in_for=tuple((each.id, each.name) for each in use.desk.stands_in_for(officer))
        if officer is not None
        else (),
        search_url=SEARCH_URL if officer is not None else None,
        sync=sync_bar(use, status, left),
        powers_url="/powers" if officer is not None and not is_of_county(me) else None,
        today=filters.day_long(use.clock.now()),
    )


def _acting_for(request: Request[Any, Any, Any]) -> str | None:
    found = acting_for(request) if request.state.officer is not None else None
    return found.name if found is not None else None


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


def _label(use: Services, officer: Officer) -> str:
    """The officer's name, and the window they sit at if they have one."""
    windows = use.trust.holdings.organisation.windows_at(use.node.id)
    here = next((window for window in windows if officer.id in window.officers), None)
    if here is None:
        return officer.name
    return word("officer", "at_window", name=officer.name, number=here.number)


def _lasts(use: Services, line: LineStatus) -> int:
    return max(0, int((use.clock.now() - line.since).total_seconds()))
