"""What surrounds every page: whose hall it is, who is signed in, where to go, how the line is.

A tier builds a `Chrome` for each request; templates read nothing else about the node.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

SyncState = Literal["online", "offline", "fault"]


class Officer(Protocol):
    """What the kit needs to know of the person signed in; a tier's own object may hold more."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> Collection[str]: ...


class NavItem(Struct, frozen=True):
    """A place in the main menu; `key` is a function key such as `F2`."""

    url: str
    icon: str
    text: str
    key: str | None = None
    count: int = 0


class SyncBar(Struct, frozen=True, kw_only=True):
    """The line to the neighbour above, as the bar tells it."""

    state: SyncState
    neighbour: str
    # Online: when the last exchange ended. Offline or fault: since when.
    since: datetime | None = None
    # How long that is, worded by `webui.filters.duration`; the template has no clock.
    lasting_seconds: int = 0
    cases_waiting: int = 0
    parts_waiting: int = 0
    bytes_waiting: int = 0
    downloads_waiting: int = 0
    returned: int = 0
    # Numbers of cases that are left to give out, where they are running out.
    numbers_left: int | None = None
    catalogue: str = ""
    detail: str = ""


class Chrome(Struct, frozen=True, kw_only=True):
    node_name: str
    tier_name: str
    officer_label: str | None = None
    # In whose stead the officer acts, and for whom they might.
    acting_for: str | None = None
    stands_in_for: tuple[tuple[str, str], ...] = ()
    nav: tuple[NavItem, ...] = ()
    search_url: str | None = None
    sync: SyncBar | None = None
    sync_url: str = "/sync/bar"
    sync_now_url: str = "/sync/now"
    # Where a node tells what it may do, if it decides by delegation.
    powers_url: str | None = None
    # The village page shows the day; the tier words it with `webui.filters.day_long`.
    today: str = ""
