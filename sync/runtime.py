"""A node as a process runs it: opened in order, kept going, closed in the reverse order.

The same at every tier, and knowing none of them: a tier says how its tables are migrated, who
judges, and by which ways its neighbours are reached. `Runtime(…)` only makes the parts, so that
an application can be put together around them; nothing is open before `running`.
"""

import asyncio
import contextlib
import importlib.metadata
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextvars import Context
from typing import Final

import structlog
from msgspec.structs import replace

from casework.errors import OfficerNotHereError
from casework.instants import instant_text, parse_instant
from casework.names import NodeId, OfficerId, is_of_county, parent_of
from casework.organisation import Officer
from sync.bodies import SetName
from sync.carrying import CarryDesk
from sync.clock import Clock, SystemClock
from sync.control import Command, ControlSocket
from sync.engine import Database, Work
from sync.node import Node
from sync.opening import MakeJudge, MakeVault, assemble, opened
from sync.relay import LinkReport, LinkState, Relay, Watched
from sync.schema import Schema
from sync.settings import NodeSettings
from sync.silence import tell_silence
from sync.status import Backlog, LineStatus, NodeStatus, alarms, backlog_to, coming, count_returned
from sync.trust_store import TrustStore

# Neighbours that take turns at the database: one is read for while another is written for.
TURNS: Final = 2
TICK_SECONDS: Final = 1.0
TIDY_SECONDS_FIRST: Final = 60.0
TIDY_SECONDS: Final = 24 * 3600.0
CONTACTS_NOTED_SECONDS: Final = 60.0
HOURLY_SECONDS: Final = 3600.0
# A laptop asks at least every 15 seconds while it is there.
CHILD_SILENT_SECONDS: Final = 40.0
# Looking takes at most this share of the time, however much there is to count.
LOOKING_SHARE: Final = 0.02
LOOK_SECONDS_AT_ONCE: Final = 0.01

_log = structlog.stdlib.get_logger("sync.runtime")


class Runtime:
    """Everything of one node in one process.

    `relay` is given the ways to neighbours before or while it runs; children that call here by
    themselves report to `watch_of`.
    """

    def __init__(
        self,
        settings: NodeSettings,
        schema: Schema,
        *,
        make_judge: MakeJudge | None = None,
        make_vault: MakeVault | None = None,
        clock: Clock | None = None,
    ) -> None:
        """NotEnrolledError if the data directory belongs to nobody yet."""
        self.clock: Final[Clock] = clock or SystemClock()
        self.made: Final = assemble(
            settings, self.clock, make_judge=make_judge, make_vault=make_vault
        )
        self.relay: Final = Relay(self.clock)
        self.turn: Final = asyncio.Semaphore(TURNS)
        self.carry: Final = CarryDesk(self.made.node, self.made.signer, self.made.files, self.turn)
        self.version: Final = importlib.metadata.version("tongban")
        self._schema: Final = schema
        self._children: Final[dict[NodeId, Watched]] = {}
        # Until when it counts as fresh, how long the count took, what it found.
        self._looked: tuple[float, float, NodeStatus] | None = None
        self._looking: asyncio.Task[None] | None = None

    @property
    def node(self) -> Node:
        return self.made.node

    @property
    def sets(self) -> TrustStore:
        return self.made.store

    @property
    def database(self) -> Database:
        return self.made.database

    @property
    def parent(self) -> NodeId | None:
        return parent_of(self.node.id)

    @contextlib.asynccontextmanager
    async def running(
        self,
        commands: Mapping[str, Command],
        *,
        upkeep: bool = True,
        hourly: Callable[[], Awaitable[object]] | None = None,
    ) -> AsyncIterator[None]:
        """Hold the node open; whoever runs it starts `relay` within.

        `hourly` is upkeep of the tier's own, done at the start and every hour.

        NotMigratedError, DataDirInUseError or DatabaseDamagedError if it cannot be opened.
        """
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(opened(self.made, self._schema))
            self.sets.when_changed(self.node.exchange.wake)
            jobs = [self._keep_contacts()]
            if upkeep:
                jobs += [self._keep_duties(), self._keep_tidy()]
                jobs += [_keep_hourly(hourly)] if hourly is not None else []
            stack.push_async_callback(_end, [asyncio.create_task(job) for job in jobs])
            await stack.enter_async_context(ControlSocket(self.made.files.control, commands))
            stack.push_async_callback(self.relay.stop)
            _log.info("node open", incarnation=self.node.incarnation)
            yield
            _log.info("node closing")

    async def find_officer(self, officer: str) -> Officer | None:
        """An officer who works here, by the directory in force: who has left is signed out."""
        found = self.sets.holdings.officer(OfficerId(officer))
        return None if found is None or self._barred(found) else found

    async def why_barred(self, officer: str) -> str | None:
        """The code that says why an account that exists here does not work today."""
        found = self.sets.holdings.officer(OfficerId(officer))
        return OfficerNotHereError.code if found is None else self._barred(found)

    def _barred(self, officer: Officer) -> str | None:
        # The county, its hall and its sub-centres are one house.
        of_house = is_of_county(officer.node) and is_of_county(self.node.id)
        if not of_house and officer.node != self.node.id:
            return OfficerNotHereError.code
        return officer.barred(self.sets.holdings.calendar.day_of(self.clock.now()))

    # The state of things.

    def watch_of(self, child: NodeId) -> Watched:
        """Where the carrier that answers a child notes how the child's link fares."""
        found = self._children.get(child)
        if found is None:
            found = self._children[child] = Watched(child, self.clock, lambda: None)
            found.carrier = "https"
        return found

    def sync_now(self) -> None:
        self.relay.sync_now()

    async def status(self) -> NodeStatus:
        """How the node stands, counted afresh unless counting takes long.

        Nobody waits for a long count: it goes on behind, and whoever asks next has it. What came
        back is told apart: an index has it, and the page below the bar lists it at once.
        """
        status = await self._counted()
        return replace(status, returned=await self.database.read(count_returned))

    async def _counted(self) -> NodeStatus:
        now = asyncio.get_running_loop().time
        if self._looked is None:
            return await self._look_again()
        until, took, status = self._looked
        if now() < until:
            return status
        if took < LOOK_SECONDS_AT_ONCE:
            return await self._look_again()
        if self._looking is None or self._looking.done():
            look = _try("status", self._look_again)
            self._looking = asyncio.create_task(look, context=Context())
        return status

    async def _look_again(self) -> NodeStatus:
        now = asyncio.get_running_loop().time
        began = now()
        status = await self._look()
        took = now() - began
        self._looked = (now() + took / LOOKING_SHARE, took, status)
        return status

    async def _end_looking(self) -> None:
        if self._looking is not None:
            await _end([self._looking])

    async def line_up(self) -> LineStatus | None:
        """The line to the parent; None at the county."""
        lines = (await self.status()).lines
        return next((line for line in lines if line.neighbour == self.parent), None)

    async def _look(self) -> NodeStatus:
        reports = self._reports()
        parent, me = self.parent, self.node.id
        if parent is not None and parent not in reports:
            reports[parent] = self._report_of_silence(parent)

        def look(work: Work) -> NodeStatus:
            heard = dict(work.execute("SELECT node, last_contact_at FROM neighbour").fetchall())
            lines = tuple(
                _line(report, backlog_to(work, node, me=me), heard.get(node))
                for node, report in reports.items()
            )
            held = self.sets.holdings
            return NodeStatus(
                version=self.version,
                node=me,
                incarnation=self.node.incarnation,
                database="ok",
                sets={name.value: held.versions.version_of(name) for name in SetName},
                sets_complete=held.is_complete,
                sets_behind=self.sets.is_behind,
                sync=reports[parent].state if parent is not None else None,
                lines=lines,
                coming=coming(work),
                returned=count_returned(work),
                alarms=alarms(work),
            )

        return await self.database.read(look)

    def _reports(self) -> dict[NodeId, LinkReport]:
        called = {node: watched.report() for node, watched in self._children.items()}
        return {**called, **self.relay.reports()}

    def _report_of_silence(self, neighbour: NodeId) -> LinkReport:
        """Of a neighbour to whom no way is known here: the settings keep the line closed."""
        return Watched(neighbour, self.clock, lambda: None).report()

    # What keeps going.

    async def _keep_duties(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await _try("duties", self.node.tick)

    async def _keep_tidy(self) -> None:
        await asyncio.sleep(TIDY_SECONDS_FIRST)
        while True:
            await _try("tidying", self.node.tidy)
            await asyncio.sleep(TIDY_SECONDS)

    async def _keep_contacts(self) -> None:
        """Notice children that fall silent, and remember the last contact over a restart."""
        # Who is there is known only once there was time to come back.
        noted_at = self.clock.monotonic()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self._note_silence()
            if self.clock.monotonic() - noted_at > CONTACTS_NOTED_SECONDS:
                noted_at = self.clock.monotonic()
                await _try("contacts", self._note_contacts)
                await _try("silence", self._tell_silence)

    def _note_silence(self) -> None:
        now = self.clock.now()
        for watched in self._children.values():
            last = watched.report().last_contact_at
            if last is not None and (now - last).total_seconds() > CHILD_SILENT_SECONDS:
                watched.silence()

    async def _note_contacts(self) -> None:
        heard = [
            (instant_text(report.last_contact_at), node)
            for node, report in self._reports().items()
            if report.last_contact_at is not None
        ]
        if heard:
            await self.database.executemany(
                "UPDATE neighbour SET last_contact_at = ? WHERE node = ?", heard
            )

    async def _tell_silence(self) -> None:
        await self.node.change(tell_silence)


def _line(report: LinkReport, backlog: Backlog, heard_at: str | None) -> LineStatus:
    """A line that was never up in this process has been down since it was last heard."""
    since, last = report.since, report.last_contact_at
    if last is None and heard_at is not None:
        last = parse_instant(heard_at)
        since = min(since, last) if report.state is not LinkState.ONLINE else since
    return LineStatus(
        neighbour=report.neighbour,
        state=report.state,
        since=since,
        last_contact_at=last,
        carrier=report.carrier,
        code=report.code,
        bytes_per_second=report.bytes_per_second,
        backlog=backlog,
    )


async def _try(what: str, job: Callable[[], Awaitable[object]]) -> None:
    """Upkeep that fails is tried again at its next turn; the node goes on."""
    try:
        await job()
    except Exception:  # noqa: BLE001 - whatever it is, the other jobs go on
        _log.exception("upkeep failed", job=what)


async def _keep_hourly(job: Callable[[], Awaitable[object]]) -> None:
    while True:
        await _try("hourly", job)
        await asyncio.sleep(HOURLY_SECONDS)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
