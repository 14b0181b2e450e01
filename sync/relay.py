"""The relay: keeps every neighbour's link going, and says how each of them fares.

One task for each neighbour. A link that ends, or fails in whatever way, is begun again after a
pause, and no other neighbour notices. Where there are two ways to a neighbour, the first is
preferred: the second is used while the first does not go, and left after some minutes to try.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Final, Self

import structlog
from msgspec import Struct

from casework.names import NodeId
from sync.carriers.mailbox import jitter, wait_for
from sync.carriers.port import Link, RefusedError
from sync.clock import Clock
from sync.ending import end_task
from sync.errors import EnvelopeError, LinkDownError

PAUSE_SECONDS_FIRST: Final = 1.0
PAUSE_SECONDS_MAX: Final = 5.0
# A line that went down lately is tried often; how often later on is the carrier's to say.
DOWN_LATELY_SECONDS: Final = 300.0
FAULT_PAUSE_SECONDS_MAX: Final = 60.0
# A neighbour that says something this often is there, however it is reached.
SILENCE_SECONDS_MAX: Final = 45.0
STEADY_SECONDS: Final = 30.0
SECOND_WAY_SECONDS: Final = 300.0

_log = structlog.stdlib.get_logger("sync.relay")


class LinkState(StrEnum):
    """How a link fares; screens key on it, so never change a value."""

    ONLINE = "online"
    OFFLINE = "offline"  # nobody is at fault: work goes on, and is sent later
    FAULT = "fault"  # a person has to look


class Ended(Enum):
    """Why a link ended."""

    BY_A_CUT = auto()
    BY_FAULT = auto()
    FOR_THE_FIRST_WAY = auto()  # time to see whether that goes again


class LinkReport(Struct, frozen=True, kw_only=True):
    """What the sync bar shows of one neighbour."""

    neighbour: NodeId
    state: LinkState
    since: datetime
    last_contact_at: datetime | None
    carrier: str | None  # the way that is in use, or was last tried
    code: str | None  # why there is a fault, or why the last try ended
    failures: int  # tries in a row that came to nothing
    bytes_sent: int
    bytes_received: int
    bytes_per_second: int  # both ways together, lately


class Watched:
    """What a link tells of itself; the `Watch` of `sync.carriers.port`."""

    RATE_SECONDS: Final = 5.0

    def __init__(self, neighbour: NodeId, clock: Clock, on_change: Callable[[], None]) -> None:
        self.neighbour = neighbour
        self._clock = clock
        self._on_change = on_change
        self._state = LinkState.OFFLINE
        self._since = clock.now()
        self._last_contact_at: datetime | None = None
        self._contact_at = 0.0
        self._bytes_sent = 0
        self._bytes_received = 0
        self._lately: list[tuple[float, int]] = []
        self.was_met = False  # whether the neighbour was there in this try
        self.carrier: str | None = None
        self.code: str | None = None
        self.failures = 0

    def begin(self, carrier: str) -> None:
        """A try by this way begins."""
        self.carrier, self.was_met = carrier, False

    def contact(self) -> None:
        self.was_met = True
        self._last_contact_at = self._clock.now()
        self._contact_at = self._clock.monotonic()
        self.code, self.failures = None, 0
        self._become(LinkState.ONLINE)

    def silence(self) -> None:
        self._become(LinkState.OFFLINE)

    def fail(self, code: str, *, fault: bool) -> None:
        self.code = code
        self.failures += 1
        self._become(LinkState.FAULT if fault else LinkState.OFFLINE)

    def sent(self, count: int) -> None:
        self._bytes_sent += count
        self._note(count)

    def received(self, count: int) -> None:
        self._bytes_received += count
        self._note(count)

    def report(self) -> LinkReport:
        # A neighbour that comes by itself has no connection whose end would be noticed.
        if self._state is LinkState.ONLINE and self._is_silent():
            self.silence()
        return LinkReport(
            neighbour=self.neighbour,
            state=self._state,
            since=self._since,
            last_contact_at=self._last_contact_at,
            carrier=self.carrier,
            code=self.code,
            failures=self.failures,
            bytes_sent=self._bytes_sent,
            bytes_received=self._bytes_received,
            bytes_per_second=self._rate(),
        )

    def _is_silent(self) -> bool:
        return self._clock.monotonic() - self._contact_at > SILENCE_SECONDS_MAX

    def _become(self, state: LinkState) -> None:
        if state is not self._state:
            self._state, self._since = state, self._clock.now()
            _log.info("link", neighbour=self.neighbour, state=state.value, code=self.code)
            self._on_change()

    def _note(self, count: int) -> None:
        self._forget_old()
        self._lately.append((self._clock.monotonic(), count))

    def _rate(self) -> int:
        self._forget_old()
        return int(sum(count for _, count in self._lately) / self.RATE_SECONDS)

    def _forget_old(self) -> None:
        oldest = self._clock.monotonic() - self.RATE_SECONDS
        self._lately = [each for each in self._lately if each[0] >= oldest]


class Relay:
    """Every neighbour's link, kept going."""

    def __init__(self, clock: Clock, on_change: Callable[[], None] | None = None) -> None:
        self._clock = clock
        self._on_change = on_change or _nothing
        self._ways: dict[NodeId, tuple[Link, ...]] = {}
        self._watched: dict[NodeId, Watched] = {}
        self._tasks: dict[NodeId, asyncio.Task[None]] = {}
        self._hurry: dict[NodeId, asyncio.Event] = {}
        self._in_use: dict[NodeId, Link] = {}
        self._running = False

    def add(self, neighbour: NodeId, ways: Sequence[Link]) -> None:
        """Keep a link to this neighbour by the first of these ways that goes."""
        assert ways, "a neighbour without a way to it needs no relay"
        assert neighbour not in self._ways, f"{neighbour} has its links already"
        self._ways[neighbour] = tuple(ways)
        self.watch_of(neighbour)
        self._hurry[neighbour] = asyncio.Event()
        if self._running:
            self._begin(neighbour)

    async def remove(self, neighbour: NodeId) -> None:
        """A neighbour left, or the ways to it changed."""
        del self._ways[neighbour], self._watched[neighbour], self._hurry[neighbour]
        self._in_use.pop(neighbour, None)
        if task := self._tasks.pop(neighbour, None):
            await end_task(task)

    async def start(self) -> None:
        assert not self._running, "started twice"
        self._running = True
        for neighbour in self._ways:
            self._begin(neighbour)

    async def stop(self) -> None:
        """End every link; what was under way is committed or will be sent again."""
        self._running = False
        tasks, self._tasks = self._tasks, {}
        await asyncio.gather(*(end_task(task) for task in tasks.values()))
        for watched in self._watched.values():
            watched.silence()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def sync_now(self, neighbour: NodeId | None = None) -> None:
        """End all waiting, to one neighbour or to all of them."""
        for each in [neighbour] if neighbour else list(self._ways):
            self._hurry[each].set()
            for link in self._ways[each]:
                link.wake()

    def watch_of(self, neighbour: NodeId) -> Watched:
        """Where the state of a neighbour is kept; also of one that comes by itself."""
        if neighbour not in self._watched:
            self._watched[neighbour] = Watched(neighbour, self._clock, self._on_change)
        return self._watched[neighbour]

    async def pass_enrolment(self, neighbour: NodeId, request: bytes) -> bytes:
        """Pass on a machine's request to be a node, by the way that is in use."""
        if neighbour not in self._in_use:
            raise LinkDownError(f"no link to {neighbour}")
        return await self._in_use[neighbour].enrol(request)

    def report(self, neighbour: NodeId) -> LinkReport:
        return self.watch_of(neighbour).report()

    def reports(self) -> Mapping[NodeId, LinkReport]:
        return {neighbour: watched.report() for neighbour, watched in self._watched.items()}

    def _begin(self, neighbour: NodeId) -> None:
        self._tasks[neighbour] = asyncio.create_task(
            self._keep(neighbour), name=f"link to {neighbour}"
        )

    async def _keep(self, neighbour: NodeId) -> None:
        """Try the ways in turn; a way that went for a while is tried again before the next."""
        watched, hurry = self._watched[neighbour], self._hurry[neighbour]
        own = asyncio.current_task()
        loop = asyncio.get_running_loop()
        ways, way, pause = self._ways[neighbour], 0, PAUSE_SECONDS_FIRST
        down_since = loop.time()
        while True:
            link, began = ways[way], loop.time()
            ended = await self._run(link, watched, is_first=way == 0, is_last=way == len(ways) - 1)
            if own is not None and own.cancelling():
                # The library under a link may take the request to end for a failure to connect.
                raise asyncio.CancelledError
            if ended is Ended.FOR_THE_FIRST_WAY:
                way = 0
                continue
            if not watched.was_met and way < len(ways) - 1:
                way += 1
                continue
            way = 0
            if watched.was_met and loop.time() - began > STEADY_SECONDS:
                pause, down_since = PAUSE_SECONDS_FIRST, loop.time()
            hurry.clear()
            await wait_for(hurry, jitter(pause))
            lately = loop.time() - down_since < DOWN_LATELY_SECONDS
            longest = PAUSE_SECONDS_MAX if lately else link.pause_seconds_max
            pause = min(2 * pause, FAULT_PAUSE_SECONDS_MAX if ended is Ended.BY_FAULT else longest)

    async def _run(self, link: Link, watched: Watched, *, is_first: bool, is_last: bool) -> "Ended":
        """Run a link until it ends; its failure shows only when no other way is left to try."""
        watched.begin(link.carrier)
        self._in_use[watched.neighbour] = link
        code, ended = LinkDownError.code, Ended.BY_A_CUT
        limit = asyncio.timeout(None if is_first else SECOND_WAY_SECONDS)
        try:
            async with limit:
                await link.run(watched)
        except LinkDownError as error:
            _log.info("link down", carrier=link.carrier, error=str(error))
        except (RefusedError, EnvelopeError) as error:
            _log.warning("link refused", carrier=link.carrier, code=error.code)
            code, ended = error.code, Ended.BY_FAULT
        except Exception:  # noqa: BLE001 - whatever it is, other neighbours go on
            if limit.expired():
                return Ended.FOR_THE_FIRST_WAY
            _log.exception("link broke", carrier=link.carrier)
            code, ended = "E_INTERNAL", Ended.BY_FAULT
        if is_last or watched.was_met:
            watched.fail(code, fault=ended is Ended.BY_FAULT)
        return ended


def _nothing() -> None: ...
