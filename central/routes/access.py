"""What handlers work with: put together by the application, and by nobody else."""

from functools import cached_property
from typing import Any, cast

from litestar import Request
from msgspec import Struct

from casework.organisation import Officer
from central.services.batches import Batches
from central.services.changes import Comparison
from central.services.coordination import Coordination
from central.services.county import County
from central.services.coverage import CoverageKept
from central.services.delegation_desk import DelegationDesk
from central.services.exceptions import Exceptions
from central.services.hall import CountyHall
from central.services.key_admin import KeyAdmin
from central.services.matrix import MatrixKept
from central.services.matter_desk import MatterDesk
from central.services.people_desk import PeopleDesk
from central.services.proposals import ProposalDesk
from central.services.queues import Queues
from central.services.receipt_watch import ReceiptWatch
from central.services.review import Review
from central.services.sampling import Sampling
from central.services.upper_desk import UpperDesk
from central.settings import Settings
from central.store.announced import AnnouncedReceipts
from central.store.outside import OutsideCases
from central.store.returns import Returns
from sync.clock import Clock
from sync.data_dir import DataDir
from sync.desk import Desk
from sync.engine import Database
from sync.inquiries import Inquiries
from sync.keys import random_bytes
from sync.node import Node
from sync.runtime import Runtime
from sync.trust_store import TrustStore
from webui.gate import signed_in
from webui.guide_shelf import Shelf
from webui.seals import Seals
from webui.session import SignIn


class Services(Struct, frozen=True, kw_only=True, dict=True):
    settings: Settings
    runtime: Runtime
    node: Node
    database: Database
    trust: TrustStore
    desk: Desk
    county: County
    sign_in: SignIn
    clock: Clock

    @cached_property
    def review(self) -> Review:
        return Review(self.desk, Seals(DataDir(self.settings.data_dir).seals))

    @cached_property
    def hall(self) -> CountyHall:
        return CountyHall(self.desk, self.review)

    @cached_property
    def shelf(self) -> Shelf:
        return Shelf(self.hall)

    @cached_property
    def batches(self) -> Batches:
        return Batches(self.desk)

    @cached_property
    def comparison(self) -> Comparison:
        return Comparison(self.county)

    @cached_property
    def proposals(self) -> ProposalDesk:
        return ProposalDesk(self.county, self.clock, random_bytes)

    @cached_property
    def delegations(self) -> DelegationDesk:
        return DelegationDesk(
            self.proposals, lambda: self.trust.holdings.calendar.day_of(self.clock.now())
        )

    @cached_property
    def matter_desk(self) -> MatterDesk:
        return MatterDesk(
            self.proposals,
            self.county.lint,
            lambda: self.trust.holdings.calendar.day_of(self.clock.now()),
        )

    @cached_property
    def people(self) -> PeopleDesk:
        return PeopleDesk(
            self.proposals, lambda: self.trust.holdings.calendar.day_of(self.clock.now())
        )

    @cached_property
    def upper_desk(self) -> UpperDesk:
        return UpperDesk(self.proposals, self.clock, self.matter_desk.today)

    @cached_property
    def matrix(self) -> MatrixKept:
        return MatrixKept()

    @cached_property
    def coverage(self) -> CoverageKept:
        return CoverageKept()

    @cached_property
    def outside(self) -> OutsideCases:
        return OutsideCases(self.database)

    @cached_property
    def queues(self) -> Queues:
        return Queues(self.desk, Returns(self.database))

    @cached_property
    def exceptions(self) -> Exceptions:
        return Exceptions(self.desk, self.queues)

    @cached_property
    def coordination(self) -> Coordination:
        return Coordination(self.desk, self.queues)

    @cached_property
    def sampling(self) -> Sampling:
        return Sampling(self.desk, self.queues)

    @cached_property
    def inquiries(self) -> Inquiries:
        return Inquiries(self.database, above=None)

    @cached_property
    def key_admin(self) -> KeyAdmin:
        return KeyAdmin(self.county, self.clock, random_bytes)

    @cached_property
    def receipt_watch(self) -> ReceiptWatch:
        return ReceiptWatch(self.desk, self.queues, AnnouncedReceipts(self.database))


def officer_of(request: Request[Any, Any, Any]) -> Officer:
    """Who is signed in, as the directory in force knows them."""
    return cast("Officer", signed_in(request))


def acting_for(request: Request[Any, Any, Any]) -> Officer | None:
    """In whose stead the officer signed in acts, while that authority holds."""
    chosen = request.state.acting_for
    if chosen is None:
        return None
    may = services(request).desk.stands_in_for(officer_of(request))
    return next((each for each in may if each.id == chosen), None)


def services(request: Request[Any, Any, Any]) -> Services:
    return cast("Services", request.app.state.services)
