"""What the services of a centre share: its desk, lists and drafts, and what things are called."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from casework.calendar import Calendar
from casework.condition import Facts
from casework.delegation import Level, levels_at
from casework.errors import OfficerNotHereError
from casework.matter import MatterVersion
from casework.names import NodeId, OfficerId, county_of, is_of_county
from casework.organisation import Officer
from sync.case_lists import CaseLists
from sync.desk import Desk
from sync.holdings import Holdings
from sync.paper_log import PaperLog
from webui.drafts import Drafts
from webui.names_known import Names
from webui.seals import Seals


class Office:
    """Made once per process. What follows from the trust sets is computed anew when they change."""

    def __init__(self, desk: Desk, drafts: Drafts, seals: Seals) -> None:
        self.desk: Final = desk
        self.drafts: Final = drafts
        self.seals: Final = seals
        self.papers: Final = PaperLog(desk.node)
        self.lists: Final = CaseLists(desk)
        self.me: Final = desk.node.id
        self.county: Final = county_of(desk.node.id)
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
        """The halls at which a result can be handed over, this one first."""
        halls = self.holdings.counters
        here = {self.me: halls[self.me]} if self.me in halls else {}
        return {**here, **halls}

    def decides(self, matter: MatterVersion, facts: Facts) -> bool:
        """Whether a case of this kind is decided here and not by the county."""
        if is_of_county(self.me):
            return False
        levels = levels_at(
            self.holdings.delegations_of(self.me),
            node=self.me,
            matter=matter.id,
            version=matter.version,
            on=self.today(),
            facts=facts,
        )
        return Level.FINAL in levels
