"""A laptop node: how long it takes to start, and what it holds in memory when it has.

With ten thousand cases in its database, after its pages have been looked at.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from deploy.onebox.processes import START_SECONDS_MAX, is_healthy
from deploy.onebox.visitor import Visitor
from tests.benchmarks.figures import figure, show, spread
from tests.benchmarks.stage import Running, at_node, resident_bytes, running, until
from tests.builders import LIN, VILLAGE
from tests.halls import PASSWORD
from village_agent.services.accounts import set_account

STARTS: Final = 5
MEGABYTE: Final = 1024 * 1024
SETTLING_SECONDS: Final = 1.0
ADDRESSES: Final = ("/", "/collect", "/cases", "/owing", "/bags")


async def measure(crowded: Path) -> None:
    async with at_node(crowded, VILLAGE) as village:
        await set_account(village.database, LIN, LIN, PASSWORD)
    started: list[float] = []
    held: list[int] = []
    for _ in range(STARTS):
        async with running(crowded) as processes, _program_of(processes) as pid:
            began, url = time.perf_counter(), processes.url(VILLAGE)
            await until(lambda url=url: is_healthy(url), START_SECONDS_MAX)  # type: ignore[misc]
            started.append(time.perf_counter() - began)
            await _look_around(url)
            held.append(resident_bytes(pid))
    show(
        spread("laptop: from start to first answer", started, "seconds"),
        figure("laptop: resident memory", statistics.median(held) / MEGABYTE, "megabytes"),
    )


@asynccontextmanager
async def _program_of(processes: Running) -> AsyncIterator[int]:
    """A laptop's program, started as its agent starts it: every import is part of the start."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "village_agent", "serve"),
        env=processes.environment(VILLAGE),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def _look_around(url: str) -> None:
    visitor = Visitor(url)
    await visitor.sign_in(LIN, PASSWORD)
    for address in ADDRESSES:
        await visitor.open(address)
    await visitor.close()
    await asyncio.sleep(SETTLING_SECONDS)
