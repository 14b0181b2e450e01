"""The county as one of its halls: who tells what a matter asks for, and in whose names."""

from datetime import date, datetime
from typing import Final

from casework.errors import OfficerNotHereError
from casework.names import NodeId, OfficerId
from casework.organisation import Officer
from central.services.review import Review
from sync.desk import Desk
from sync.holdings import Holdings
from webui.names_known import Names


class CountyHall:
    def __init__(self, desk: Desk, review: Review) -> None:
        self._desk: Final = desk
        self._review: Final = review

    @property
    def me(self) -> NodeId:
        return self._desk.node.id

    @property
    def holdings(self) -> Holdings:
        return self._desk.holdings

    @property
    def names(self) -> Names:
        return self._review.names

    def now(self) -> datetime:
        return self._desk.now()

    def today(self) -> date:
        return self.holdings.calendar.day_of(self.now())

    def officer(self, officer: str) -> Officer:
        found = self.holdings.officer(OfficerId(officer))
        if found is None:
            raise OfficerNotHereError(officer)
        return found
