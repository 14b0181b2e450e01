"""`python -m tests.benchmarks [NAME…]`: measure everything, or what is named."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from sync.clock import SystemClock
from sync.logs import configure_logging
from tests.benchmarks import authority, catch_up, dates, laptop, pages, pure, visible
from tests.benchmarks.crowd import crowd
from tests.benchmarks.figures import figure, show
from tests.benchmarks.stage import copied, found

NAMES: Final = ("pure", "catch-up", "visible", "dates", "authority", "pages", "laptop")


async def main(names: set[str]) -> None:
    configure_logging("error", SystemClock(), node="benchmarks")
    began = time.perf_counter()
    if "pure" in names:
        pure.measure()
    if names - {"pure"}:
        await _with_county(names)
    show(figure("benchmarks: all of them", time.perf_counter() - began, "seconds"))


async def _with_county(names: set[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="tongban-bench-") as temporary:
        folder = Path(temporary)
        founded = await found(folder / "founded")
        if "catch-up" in names:
            await catch_up.measure(founded, folder / "catch-up")
        if "visible" in names:
            await visible.measure(founded, folder / "visible")
        if "dates" in names:
            await dates.measure(founded, folder / "dates")
        if "authority" in names:
            await authority.measure(copied(founded, folder / "authority"))
        if names & {"pages", "laptop"}:
            crowded = copied(founded, folder / "crowded")
            await crowd(crowded)
            if "pages" in names:
                await pages.measure(crowded)
            if "laptop" in names:
                await laptop.measure(crowded)


if __name__ == "__main__":
    asked = set(sys.argv[1:]) or set(NAMES)
    if unknown := asked - set(NAMES):
        sys.exit(f"{', '.join(sorted(unknown))}: there are {', '.join(NAMES)}")
    asyncio.run(main(asked))
