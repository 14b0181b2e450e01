"""What handlers work with: put together by the application, and by nobody else."""

from functools import cached_property
from typing import Any, cast

from litestar import Request
from msgspec import Struct

from casework.organisation import Officer
from sync.asking import AskingDesk
from sync.clock import Clock
from sync.data_dir import DataDir
from sync.desk import Desk
from sync.engine import Database, bind
from sync.node import Node
from sync.runtime import Runtime
from sync.trust_store import TrustStore
from township_node.services.office import Office
from township_node.services.queueing import Queue
from township_node.settings import Settings
from township_node.store.consultations import Consultations
from township_node.store.tickets import Tickets
from township_node.tables import Appointment, Consultation, QueueTicket
from webui.drafts import Drafts
from webui.gate import signed_in
from webui.seals import Seals
from webui.session import SignIn


class Services(Struct, frozen=True, kw_only=True, dict=True):
    settings: Settings
    runtime: Runtime
    node: Node
    database: Database
    trust: TrustStore
    desk: Desk
    drafts: Drafts
    sign_in: SignIn
    clock: Clock

    @cached_property
    def office(self) -> Office:
        return Office(self.desk, self.drafts, Seals(DataDir(self.settings.data_dir).seals))

    @cached_property
    def queue(self) -> Queue:
        tickets = Tickets(bind(QueueTicket, self.database), bind(Appointment, self.database))
        return Queue(self.office, self.database, tickets)

    @cached_property
    def consultations(self) -> Consultations:
        return Consultations(bind(Consultation, self.database))

    @cached_property
    def asking(self) -> AskingDesk:
        return AskingDesk(self.desk)


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
