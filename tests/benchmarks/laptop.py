"""A laptop node: how long it takes to start, and what it holds in memory when it has.

With ten thousand cases in its database, after its pages have been looked at.
"""

import asyncio
import statistics
from pathlib import Path
from typing import Final

from deploy.onebox.visitor import Visitor
from tests.benchmarks.figures import figure, show, spread
from tests.benchmarks.stage import at_node, resident_bytes, running
from tests.builders import LIN, VILLAGE
from tests.halls import PASSWORD
from village_agent.services.accounts import set_account

STARTS: Final = 5
MEGABYTE: Final = 1024 * 1024
SETTLING_SECONDS: Final = 2.0
ADDRESSES: Final = ("/", "/collect", "/cases", "/owing", "/bags")


async def measure(crowded: Path) -> None:
    async with at_node(crowded, VILLAGE) as village:
        await set_account(village.database, LIN, LIN, PASSWORD)
    started: list[float] = []
    held: list[int] = []
    for _ in range(STARTS):
        async with running(crowded) as processes:
            started.append(await processes.start(VILLAGE))
            await _look_around(processes.url(VILLAGE))
            held.append(resident_bytes(processes.pid(VILLAGE)))
    show(
        spread("laptop: from start to first answer", started, "seconds"),
        figure("laptop: resident memory", statistics.median(held) / MEGABYTE, "megabytes"),
    )


async def _look_around(url: str) -> None:
    visitor = Visitor(url)
    await visitor.sign_in(LIN, PASSWORD)
    for address in ADDRESSES:
        await visitor.open(address)
    await visitor.close()
    await asyncio.sleep(SETTLING_SECONDS)
