"""What the services of a laptop share: desk, lists, drafts, bags, and what things are called."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from casework.calendar import Calendar
from casework.errors import OfficerNotHereError
from casework.names import NodeId, OfficerId, RegionCode, county_of, parent_of, region_of
from casework.organisation import Officer
from sync.case_lists import CaseLists
from sync.desk import Desk
from sync.holdings import Holdings
from sync.paper_log import PaperLog
from village_agent.store.bags import Bags
from webui.drafts import Drafts
from webui.names_known import Names


class Station:
    """Made once per process. What follows from the trust sets is computed anew when they change."""

    def __init__(self, desk: Desk, drafts: Drafts, bags: Bags) -> None:
        parent = parent_of(desk.node.id)
        assert parent is not None, "a laptop stands below a township"
        self.desk: Final = desk
        self.drafts: Final = drafts
        self.bags: Final = bags
        self.papers: Final = PaperLog(desk.node)
        self.lists: Final = CaseLists(desk)
        self.me: Final = desk.node.id
        self.parent: Final = parent
        self.county: Final = county_of(desk.node.id)
        self.home: Final = RegionCode(region_of(desk.node.id))
        self._named: tuple[Holdings, Names] | None = None

    @property
    def holdings(self) -> Holdings:
        return self.desk.holdings

    @property
    def calendar(self) -> Calendar:
        return self.holdings.calendar

    def now(self) -> datetime:
        return self.desk.now()

    def today(self) -> date:
        return self.calendar.day_of(self.now())

    def officer(self, officer: str) -> Officer:
        found = self.holdings.officer(OfficerId(officer))
        if found is None:
            raise OfficerNotHereError(officer)
        return found

    @property
    def names(self) -> Names:
        holdings = self.holdings
        if self._named is None or self._named[0] is not holdings:
            names = Names.of(
                holdings.organisation,
                holdings.regions,
                holdings.delegations,
                holdings.held_delegations.instruments,
            )
            self._named = holdings, names
        return self._named[1]

    def counters(self) -> Mapping[NodeId, str]:
        """Where a result can be handed over: here first, then the township, then anywhere."""
        near = {node: self.names.node(node) for node in (self.me, self.parent)}
        return {**near, **self.holdings.counters}
