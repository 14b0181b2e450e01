"""The lists of the county: what waits for a decision, what waits to be archived, what went wrong.

Which cases stand in which list is said here; how a list is read is `sync.case_lists`' business.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.calls import CallKind
from casework.case import Status
from casework.names import COUNTY_DIGITS, MatterId, NodeId, region_of
from casework.procedure import OPEN
from central.services.reach import Reach
from central.store.due_changes import DueChanges
from central.store.outlook import read_tally
from central.store.returns import ReturnCounts, Returns
from sync.case_lists import CaseFilter, CaseLine, CaseLists, Order
from sync.desk import Desk
from sync.holdings import Holdings

SOON_WORKDAYS: Final = 2
_TODO: Final = tuple(status for status in Status if status in OPEN - {Status.DELIVERED})


class View(StrEnum):
    """The lists behind the figures above the queue; they stand in addresses."""

    TODO = ""
    OVERDUE = "overdue"
    SOON = "soon"
    WARNED = "warned"
    DEPOSITS = "deposits"
    ANSWERS = "answers"
    CLOSING = "closing"
    WRONG = "wrong"
    # Of the list of all cases.
    ELSEWHERE = "elsewhere"
    CLOSED = "closed"


# Short lists that no column of the projection tells by itself.
LISTED: Final = (View.DEPOSITS, View.ANSWERS, View.WRONG)
TODO_VIEWS: Final = (View.OVERDUE, View.SOON, View.WARNED, View.CLOSING, *LISTED)
ALL_VIEWS: Final = (View.ELSEWHERE, View.CLOSED)


class Narrowed(Struct, frozen=True, kw_only=True):
    """What an officer narrowed a list to."""

    view: View = View.TODO
    matter: str = ""
    source: str = ""  # a region's code: a township with its villages, or the county's own halls
    status: str = ""
    order: Order = "urgent"
    offset: int = 0
    limit: int = 20


class Queues:
    def __init__(self, desk: Desk, returns: Returns) -> None:
        self._desk: Final = desk
        self._returns: Final = returns
        self.changes: Final = DueChanges(desk.node.database)
        self.lists: Final = CaseLists(desk, self.changes)

    async def todo(self, reach: Reach, wanted: Narrowed) -> tuple[tuple[CaseLine, ...], int]:
        """What waits at the county, the most urgent first."""
        if wanted.view in LISTED:
            return await self._listed(reach, wanted)
        return await self._page(self._filter(reach, wanted.view), wanted)

    async def all(self, reach: Reach, wanted: Narrowed) -> tuple[tuple[CaseLine, ...], int]:
        """Every case of the county, wherever it is."""
        return await self._page(self._filter(reach, wanted.view, everywhere=True), wanted)

    async def figures(self, reach: Reach) -> Mapping[View, int]:
        """How long each list behind the queue is."""
        today, until = self._today_and_soon()
        await self.lists.warned.settle()
        tally = await read_tally(
            self._desk.node.database,
            self._desk.node.id,
            today=today,
            soon_until=until,
            matters=None if reach.department is None else self.matters_within(reach),
        )
        figures = {
            View.TODO: tally.waiting,
            View.OVERDUE: tally.overdue,
            View.SOON: tally.soon,
            View.WARNED: tally.warned,
            View.CLOSING: tally.closing,
        }
        for view in LISTED:
            _, figures[view] = await self._listed(reach, Narrowed(view=view))
        return figures

    async def found(self, reach: Reach, text: str) -> tuple[CaseLine, ...]:
        """Cases by what somebody typed, of those that the officer may open."""
        lines = await self.lists.search(text)
        return tuple(line for line in lines if self._is_within(reach, line))

    async def wrong(self) -> ReturnCounts:
        return await self._returns.counts()

    @property
    def waiting(self) -> tuple[Status, ...]:
        """The statuses in which a case waits for work at the county."""
        return _TODO

    def matters_within(self, reach: Reach) -> tuple[MatterId, ...]:
        return matters_of(self._desk.holdings, reach)

    async def _page(self, where: CaseFilter, wanted: Narrowed) -> tuple[tuple[CaseLine, ...], int]:
        if wanted.matter:
            where = replace(where, matter=MatterId(wanted.matter))
        if wanted.source:
            where = replace(where, opened_by=nodes_in(self._desk.holdings, wanted.source))
        if wanted.status:
            where = replace(where, statuses=(Status(wanted.status),))
        return await self.lists.page(
            where, order=wanted.order, offset=wanted.offset, limit=wanted.limit
        )

    async def _listed(self, reach: Reach, wanted: Narrowed) -> tuple[tuple[CaseLine, ...], int]:
        me = self._desk.node.id
        if wanted.view is View.DEPOSITS:
            cases = await self.lists.with_open_deposits(me)
        elif wanted.view is View.ANSWERS:
            cases = await self.lists.called(CallKind.ANSWER, me)
        else:
            cases = await self._returns.cases()
        lines = [line for line in await self.lists.lines(cases) if self._is_within(reach, line)]
        return tuple(lines[wanted.offset : wanted.offset + wanted.limit]), len(lines)

    def _filter(  # noqa: PLR0911 - a filter a view
        self, reach: Reach, view: View, *, everywhere: bool = False
    ) -> CaseFilter:
        here = self._desk.node.id
        where = CaseFilter(
            pen=None if everywhere else here,
            matters=None if reach.department is None else self.matters_within(reach),
        )
        match view:
            case View.CLOSING:
                return replace(where, statuses=(Status.DELIVERED,))
            case View.OVERDUE | View.SOON:
                today, until = self._today_and_soon()
                due = "overdue" if view is View.OVERDUE else "soon"
                return replace(where, statuses=_TODO, due=due, due_from=today, due_until=until)
            case View.WARNED:
                today, _ = self._today_and_soon()
                return replace(where, statuses=_TODO, warned_by=today)
            case View.CLOSED:
                return replace(where, statuses=(Status.CLOSED,))
            case View.ELSEWHERE:
                return replace(where, pen_elsewhere=here)
            case _ if everywhere:
                return replace(where, open_only=False)
            case _:
                return replace(where, statuses=_TODO)

    def _is_within(self, reach: Reach, line: CaseLine) -> bool:
        matter = self._desk.holdings.matter(line.case.matter)
        return matter is not None and reach.covers(line.case, matter)

    def _today_and_soon(self) -> tuple[date, date]:
        """Today, and the last day that counts as soon."""
        calendar = self._desk.holdings.calendar
        today = calendar.day_of(self._desk.now())
        return today, calendar.add_workdays(today, SOON_WORKDAYS)


def matters_of(holdings: Holdings, reach: Reach) -> tuple[MatterId, ...]:
    """The matters whose cases an officer sees, in the catalogue's order."""
    return tuple(
        dict.fromkeys(
            matter.id
            for matter in holdings.catalogue.matters
            if reach.department in {None, matter.department}
        )
    )


def nodes_in(holdings: Holdings, region: str) -> tuple[NodeId, ...]:
    """The nodes of a township with its villages, or those of the county itself."""
    return tuple(node.id for node in holdings.regions.nodes if is_from(node.id, region))


def is_from(node: NodeId, region: str) -> bool:
    """Whether a node stands in a township; the county's own halls stand in none."""
    if len(region) == COUNTY_DIGITS:
        return region_of(node) == region
    return node.startswith(region)
