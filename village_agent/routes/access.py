"""What handlers work with: put together by the application, and by nobody else."""

from functools import cached_property
from typing import Any, Final, cast

from litestar import Request
from msgspec import Struct

from casework.organisation import Officer
from sync.asking import AskingDesk
from sync.clock import Clock
from sync.desk import Desk
from sync.engine import Database
from sync.node import Node
from sync.runtime import Runtime
from sync.trust_store import TrustStore
from sync.vault_keys import VaultKeys
from village_agent.services.draft_safe import LaptopSafe
from village_agent.services.station import Station
from village_agent.settings import Settings
from village_agent.store.bags import Bags
from webui.drafts import Drafts
from webui.gate import signed_in
from webui.session import SignIn

PAGE_MAX: Final = 1_000


class Services(Struct, frozen=True, kw_only=True, dict=True):
    settings: Settings
    runtime: Runtime
    node: Node
    database: Database
    trust: TrustStore
    desk: Desk
    keys: VaultKeys
    safe: LaptopSafe
    drafts: Drafts
    bags: Bags
    sign_in: SignIn
    clock: Clock

    @cached_property
    def station(self) -> Station:
        return Station(self.desk, self.drafts, self.bags)

    @cached_property
    def asking(self) -> AskingDesk:
        return AskingDesk(self.desk)


def officer_of(request: Request[Any, Any, Any]) -> Officer:
    """Who is signed in, as the directory in force knows them."""
    return cast("Officer", signed_in(request))


def page_number(request: Request[Any, Any, Any], name: str = "page") -> int:
    """Which page of a list was asked for, whatever stands in the address."""
    text = request.query_params.get(name, "1")
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(int(text[: len(str(PAGE_MAX))]), 1), PAGE_MAX)


def services(request: Request[Any, Any, Any]) -> Services:
    return cast("Services", request.app.state.services)
