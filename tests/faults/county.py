"""A county of real processes: the county, two townships and a village, each on a data directory.

Founded and enrolled once (`prepare`); a test works on a copy, so that it begins within seconds.
What a node holds is read from its file, running or dead: the process under test is not asked
whether it lost anything.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Self

from msgspec import Struct

from casework.names import NodeId
from central.services.verifying import Report, verify_exports
from deploy.onebox.forked import Forked
from deploy.onebox.processes import is_healthy
from sync.clock import SystemClock
from sync.control import NotRunningError, call
from sync.data_dir import DataDir
from sync.engine import Database
from sync.exporting import export_log
from sync.opening import OpenNode
from sync.trust_store import TrustStore
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.central.test_verifying import talk
from tests.faults.lines import Line
from tests.faults.ports import HOST, a_port
from tests.founded import a_county, at_work, enrol

LOOK_SECONDS: Final = 0.05
START_SECONDS_MAX: Final = 40.0
SETTLE_SECONDS_MAX: Final = 60.0
TIERS: Final = {
    COUNTY: "central",
    TOWN: "township_node",
    OTHER_TOWN: "township_node",
    VILLAGE: "village_agent",
}
FOLDERS: Final = {COUNTY: "county", TOWN: TOWN, OTHER_TOWN: OTHER_TOWN, VILLAGE: VILLAGE}
ALL: Final = tuple(TIERS)
# The way a case goes up; the other township only looks on.
WAY_UP: Final = (COUNTY, TOWN, VILLAGE)


async def prepare(folder: Path) -> None:
    """Found a county, enrol its nodes, and let them fetch their sets, leases and numbers."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        county = await stack.enter_async_context(a_county(folder, clock))
        nodes: dict[NodeId, OpenNode] = {COUNTY: county.opened}
        for name in (TOWN, OTHER_TOWN, VILLAGE):
            await enrol(county, folder, name, clock)
            nodes[name] = await stack.enter_async_context(at_work(folder, name, clock))
        for _ in range(2):
            for child, parent in ((TOWN, COUNTY), (OTHER_TOWN, COUNTY), (VILLAGE, TOWN)):
                await talk(nodes[child].node, nodes[parent].node)


class Entered(Struct, frozen=True):
    """A case that somebody was told is safe."""

    case: str
    number: str
    name: str  # the applicant's, another for each case


class County:
    """The processes, and the lines between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: a_port() for name in ALL}
        self.broker_port = a_port()
        # What a node reaches its parent by, and what a township reaches the broker by.
        self.lines = {
            TOWN: Line(self.ports[COUNTY]),
            OTHER_TOWN: Line(self.ports[COUNTY]),
            VILLAGE: Line(self.ports[TOWN]),
        }
        self.broker_lines = {name: Line(self.broker_port) for name in (TOWN, OTHER_TOWN)}
        # How far the clocks of all processes are ahead of this machine's.
        self.ahead_seconds = 0.0
        # The kinds of messages that the release of a node does not know yet.
        self.lacking: dict[NodeId, str] = {}
        self.entered: list[Entered] = []
        self._running: dict[NodeId, Forked] = {}
        self._names = 0
        self._commands = 0

    async def __aenter__(self) -> Self:
        for line in (*self.lines.values(), *self.broker_lines.values()):
            await line.start(a_port())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        for line in (*self.lines.values(), *self.broker_lines.values()):
            await line.stop()

    @property
    def broker_line(self) -> Line:
        return self.broker_lines[TOWN]

    # Processes.

    def files(self, name: NodeId) -> DataDir:
        return DataDir(self.folder / FOLDERS[name])

    def log(self, name: NodeId) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def environment(self, name: NodeId, faults: str = "") -> dict[str, str]:
        told = {
            "data_dir": str(self.files(name).path),
            "host": HOST,
            "port": str(self.ports[name]),
            "test_build": "true",
        }
        if faults:
            told["fault_points"] = faults
        match TIERS[name]:
            case "central":
                told["nats_listen"] = f"{HOST}:{self.broker_port}"
            case "village_agent":
                told |= {"parent_url": self._url(self.lines[name].port), "open_browser": "false"}
            case _:
                told["county_url"] = self._url(self.lines[name].port)
                told["nats_url"] = f"nats://{HOST}:{self.broker_lines[name].port}"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TONGBAN_")}  # noqa: TID251
        return kept | {f"TONGBAN_{each.upper()}": value for each, value in told.items()}

    def launch(self, name: NodeId, *, faults: str = "") -> None:
        """Start a node's process, and do not wait for it to answer."""
        assert not self.is_running(name), f"{name} runs already"
        self._running[name] = self.run(name, "serve", faults=faults)

    def run(
        self,
        name: NodeId,
        *arguments: str,
        faults: str = "",
        settings: Mapping[str, str] = {},
        log: str = "",
    ) -> Forked:
        """Run a command of a node's program; what it says goes to the node's log."""
        told = {f"TONGBAN_{each.upper()}": value for each, value in settings.items()}
        environ = self.environment(name, faults) | told
        path = self.folder / (log or f"{name}.log")
        return Forked(
            "tests.faults.program",
            (TIERS[name], str(self.ahead_seconds), self.lacking.get(name, ""), *arguments),
            environ,
            path,
        )

    async def command(self, name: NodeId, *arguments: str) -> str:
        """Run a command to its end, and give what it printed."""
        self._commands += 1
        log = f"command-{self._commands}.log"
        process = self.run(name, *arguments, log=log)
        code = await process.wait()
        said = (self.folder / log).read_text(errors="replace")
        assert code == 0, said
        return said

    async def start(self, *names: NodeId, faults: str = "") -> None:
        """Start nodes, all of them if none is named, and wait until each answers."""
        wanted = names or ALL
        for name in wanted:
            self.launch(name, faults=faults)
        for name in wanted:
            await self.wait_healthy(name)

    async def wait_healthy(self, name: NodeId) -> None:
        process = self._running[name]
        async with asyncio.timeout(START_SECONDS_MAX):
            while not await asyncio.to_thread(is_healthy, self._url(self.ports[name])):
                assert process.returncode is None, f"{name} ended\n{self.log(name)[-3000:]}"
                await asyncio.sleep(LOOK_SECONDS)

    def is_running(self, name: NodeId) -> bool:
        process = self._running.get(name)
        return process is not None and process.returncode is None

    def pid(self, name: NodeId) -> int:
        assert self.is_running(name)
        return self._running[name].pid

    async def kill(self, *names: NodeId) -> None:
        """kill -9, and nothing more: what the process had in hand is gone."""
        for name in names:
            with contextlib.suppress(ProcessLookupError):
                self._running[name].kill()
            await self._running[name].wait()

    async def wait_killed(self, name: NodeId, seconds: float = 30.0) -> None:
        """Return when the process has come to its fault point."""
        try:
            async with asyncio.timeout(seconds):
                code = await self._running[name].wait()
        except TimeoutError:
            raise AssertionError(f"{name} was not killed\n{self.log(name)[-3000:]}") from None
        assert code == -signal.SIGKILL, f"{name} ended with {code}\n{self.log(name)[-3000:]}"

    async def stop(self, *names: NodeId) -> None:
        going = [self._running[name] for name in names or self._running]
        for process in going:
            if process.returncode is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in going:
            try:
                await asyncio.wait_for(process.wait(), 15)
            except TimeoutError:
                process.kill()
                await process.wait()

    # People.

    async def enter(self, name: NodeId, *, scan_bytes: int = 0) -> Entered:
        """A case begins at a village or a counter: NotRunningError if nobody says that it is safe.

        A connection to a process that is killed may break in either way.
        """
        self._names += 1
        person = f"甲{self._names}"
        command = "collect" if name == VILLAGE else "walk in"
        said = await self.ask(name, command, name=person, scan_bytes=scan_bytes)
        entered = Entered(said["case"], said["number"], person)
        self.entered.append(entered)
        return entered

    async def ask(self, name: NodeId, command: str, /, **said: Any) -> Any:
        try:
            return await call(self.files(name).control, command, said)
        except ConnectionError as error:
            raise NotRunningError(name) from error

    # What is held.

    def rows(self, name: NodeId, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read a node's database from outside; nothing if there is none."""
        path = self.files(name).database
        if not path.exists():
            return []
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA busy_timeout = 5000")
            return connection.execute(sql, values).fetchall()

    def one(self, name: NodeId, sql: str, *values: Any) -> Any:
        found = self.rows(name, sql, *values)
        return found[0][0] if found else None

    def heads(self, name: NodeId) -> dict[str, str]:
        return dict(self.rows(name, "SELECT id, head FROM case_row"))

    def applicants(self, name: NodeId) -> list[str]:
        return [row[0] for row in self.rows(name, "SELECT applicant FROM case_row ORDER BY id")]

    async def until(
        self, holds: Callable[[], object], what: str, seconds: float = SETTLE_SECONDS_MAX
    ) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not holds():  # noqa: ASYNC110 - another process makes it true
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            tails = "\n".join(f"--- {name}\n{self.log(name)[-2500:]}" for name in ALL)
            raise AssertionError(f"it did not come to this: {what}\n{tails}") from None

    async def comes(self, case: Entered, name: NodeId, status: str | None = None) -> None:
        def is_there() -> bool:
            sql = "SELECT status FROM case_row WHERE id = ?"
            found = self.one(name, sql, case.case)
            return found is not None and status in (None, found)

        await self.until(is_there, f"{case.number} {status or ''} at {name}")

    async def settled(self) -> None:
        """Wait until the nodes on the way up owe each other nothing, in messages or in parts."""

        def is_quiet() -> bool:
            return all(
                self.one(name, "SELECT count(*) FROM listed WHERE neighbour != ?", OTHER_TOWN) == 0
                and self.one(name, "SELECT count(*) FROM part_arrival") == 0
                for name in WAY_UP
            ) and all(each.case in self.heads(COUNTY) for each in self.entered)

        while True:
            await self.until(is_quiet, "nothing is owed any more")
            await asyncio.sleep(0.3)
            if is_quiet():
                return

    async def verify(self) -> Report:
        """Export every node's log and compute everything again; whatever is unsound fails.

        All stand still meanwhile: a word that comes between two exports would be a gap in one.
        """
        folders = [self.folder / "exports" / f"{name}-{self._names}" for name in ALL]
        with self._stopped():
            for name, folder in zip(ALL, folders, strict=True):
                shutil.rmtree(folder, ignore_errors=True)
                await self._export(name, folder)
        report = await asyncio.to_thread(verify_exports, folders)
        assert report.is_sound, report.faults
        return report

    async def nothing_lost_nothing_twice(self) -> Report:
        """Settle, and hold what the county has against what people were told is safe."""
        await self.settled()
        report = await self.verify()
        held = self.applicants(COUNTY)
        assert len(held) == len(set(held)), f"twice: {sorted(held)}"
        assert {each.name for each in self.entered} <= set(held)
        numbers = [each.number for each in report.cases]
        assert len(numbers) == len(set(numbers)), "one number on two cases"
        assert all(each.is_equal for each in report.cases)
        for name in ALL:
            assert self.one(name, "SELECT count(*) FROM case_row WHERE blocked IS NOT NULL") == 0
            assert self.one(name, "SELECT count(*) FROM message WHERE state = 'refused'") == 0
            assert self.one(name, "SELECT count(*) FROM audit WHERE is_alarm = TRUE") == 0
        return report

    @contextlib.contextmanager
    def _stopped(self) -> Iterator[None]:
        for process in self._running.values():
            process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for process in self._running.values():
                process.send_signal(signal.SIGCONT)

    async def _export(self, name: NodeId, folder: Path) -> None:
        files = self.files(name)
        identity = files.identity()
        async with Database(files.database, writable=False) as database:
            store = await TrustStore(database, me=identity.node).open()
            await export_log(database, store, identity, folder, SystemClock())

    def _url(self, port: int) -> str:
        return f"http://{HOST}:{port}"


@asynccontextmanager
async def a_box(prepared: Path, folder: Path) -> AsyncIterator[County]:
    """A county of its own for one test; nothing runs yet."""
    for name in FOLDERS.values():
        shutil.copytree(prepared / name, folder / name)
    async with County(folder) as county:
        yield county
