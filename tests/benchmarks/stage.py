"""The county that is measured: founded and enrolled in a folder, then run as real processes.

Founding happens in this process and takes the same steps as the command line; what is measured
runs under the console scripts, each on its own database, over a broker that central starts.
"""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from casework.names import NodeId, is_county, tier_of
from casework.names import Tier as NodeTier
from casework.numbering import BLOCK_SIZE, NumberKind
from central.services.county import County, open_county
from central.services.judging import CountyJudge
from central.settings import Settings as CountySettings
from deploy.onebox.plan import HOST, Place
from deploy.onebox.processes import Processes
from sync.batch import Batch
from sync.clock import SystemClock
from sync.node import Node
from sync.opening import OpenNode
from tests.builders import TOWN, VILLAGE
from tests.cluster import carry, fetch
from tests.founded import a_county, at_work, enrol
from tests.halls import COUNTY_DIR, fetch_sets, free_port

ENROLLED: Final = (TOWN, VILLAGE)
LOOK_EVERY_SECONDS: Final = 0.005
_ROUNDS_MAX: Final = 1000


async def found(folder: Path) -> Path:
    """A county with a township and a village that hold all sets and their first numbers."""
    clock = SystemClock()
    folder.mkdir(parents=True)  # noqa: ASYNC240 - nothing else goes on
    async with a_county(folder, clock) as county:
        for node in ENROLLED:
            await enrol(county, folder, node, clock)
        async with at_work(folder, TOWN, clock) as town:
            await fetch_sets(county.opened.store, town.store)
            await talk(town.node, county.opened.node)
            async with at_work(folder, VILLAGE, clock) as village:
                await fetch_sets(town.store, village.store)
                await talk(village.node, town.node)
    return folder


def copied(founded: Path, folder: Path) -> Path:
    return Path(shutil.copytree(founded, folder))


@asynccontextmanager
async def at_county(folder: Path) -> AsyncIterator[County]:
    """The county's node in this process, judging as the application does."""
    settings = CountySettings(data_dir=folder / COUNTY_DIR)
    async with open_county(settings, SystemClock(), make_judge=CountyJudge) as county:
        yield county


@asynccontextmanager
async def at_node(folder: Path, node: NodeId) -> AsyncIterator[OpenNode]:
    async with at_work(folder, node, SystemClock()) as opened:
        yield opened


async def talk(below: Node, above: Node) -> None:
    """A whole contact in memory: hellos, all that both owe, receipts."""
    await greet(below, above)
    for _ in range(_ROUNDS_MAX):
        moved = await carry(below, above, 1 << 20) + await carry(above, below, 1 << 20)
        if not moved + await fetch(below, above):
            return


async def greet(below: Node, above: Node) -> None:
    for asking, answering in ((below, above), (above, below)):
        nonce = asking.exchange.new_nonce()
        hello = await answering.exchange.make_hello(asking.id, nonce)
        await asking.exchange.accept_hello(hello, nonce)


async def give_numbers(county: County, node: NodeId, count: int) -> None:
    """Lease so many case numbers at once; otherwise they come as they are used up."""
    duties = county.opened.node.duties
    assert duties is not None, "the county has duties"
    incarnation = county.opened.node.trust.incarnations_of(node)[-1]
    blocks = -(-count // BLOCK_SIZE)

    def give(batch: Batch) -> None:
        for _ in range(blocks):
            duties._give(batch, node, incarnation, NumberKind.CASE)

    await county.opened.node.change(give)


class Running:
    """The processes of a founded folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes = Processes(folder)
        self.broker_port = free_port()
        self.ports: dict[NodeId, int] = {}

    def data_dir(self, node: NodeId) -> Path:
        return self.folder / (COUNTY_DIR if is_county(node) else node)

    def url(self, node: NodeId) -> str:
        return f"http://{HOST}:{self.ports[node]}"

    async def start(self, node: NodeId, **settings: str) -> None:
        """Serve, in a process forked with its imports behind it, and wait until it answers."""
        self.ports.setdefault(node, free_port())
        await self.processes.start(self._place(node), {**self._settings(node), **settings})

    def environment(self, node: NodeId) -> dict[str, str]:
        """What a program of its own is to be given in order to serve this node."""
        self.ports.setdefault(node, free_port())
        return self.processes.environment(self._settings(node))

    async def stop(self, *nodes: NodeId) -> None:
        await self.processes.stop(list(nodes) or None)

    def pid(self, node: NodeId) -> int:
        found = self.processes.pid(node)
        assert found is not None, f"{node} runs"
        return found

    def _place(self, node: NodeId) -> Place:
        return Place(
            name=node,
            node=node,
            program=_program(node),
            port=self.ports[node],
            title=node,
            people=(),
        )

    def _settings(self, node: NodeId) -> Mapping[str, str]:
        given = {
            "data_dir": str(self.data_dir(node)),
            "host": HOST,
            "port": str(self.ports[node]),
            "log_level": "warning",
        }
        match tier_of(node):
            case NodeTier.COUNTY:
                return given | {"nats_listen": f"{HOST}:{self.broker_port}"}
            case NodeTier.TOWNSHIP:
                return given | {"nats_url": f"nats://{HOST}:{self.broker_port}"}
            case _:
                parent = self.ports.get(TOWN)
                line = {"parent_url": f"http://{HOST}:{parent}"} if parent else {}
                return given | {"open_browser": "false"} | line


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Running]:
    processes = Running(folder)
    try:
        yield processes
    finally:
        await processes.stop()


async def until(holds: Callable[[], bool], seconds: float) -> float:
    """Wait until it holds; the moment at which it was seen to."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - it is another process that changes
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    return time.perf_counter()


def resident_bytes(pid: int) -> int:
    """What a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def processor_seconds(pid: int) -> float:
    """What a process has worked so far, for itself and within the system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def child_of(pid: int) -> int:
    """The one process that a process has started."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    [child] = [int(each) for file in children for each in file.read_text().split()]
    return child


def _program(node: NodeId) -> str:
    match tier_of(node):
        case NodeTier.COUNTY:
            return "tongban-central"
        case NodeTier.TOWNSHIP:
            return "tongban-township"
        case _:
            return "tongban-village"
