"""Starting, killing and waiting for the processes of the county."""

import asyncio
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from deploy.onebox.forked import PROGRAMS, Forked
from deploy.onebox.plan import Place

START_SECONDS_MAX: Final = 60.0
STOP_SECONDS_MAX: Final = 15.0
LOOK_EVERY_SECONDS: Final = 0.2


class StepError(Exception):
    """A step of bringing up the county, or of its story, did not end as it should."""


class Processes:
    """The serving processes, by the name of their place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, Forked] = {}

    def environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TONGBAN_")}  # noqa: TID251
        return kept | {f"TONGBAN_{name.upper()}": value for name, value in settings.items()}

    async def run(
        self, program: str, *arguments: str, settings: Mapping[str, str], said: str = ""
    ) -> str:
        """Run a command to its end and give what it printed; StepError if it fails."""
        with tempfile.TemporaryDirectory() as scratch:
            log = Path(scratch) / "said"
            process = self._fork(program, arguments, settings, log, said)
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                process.kill()
                await process.wait()
                raise
            text = log.read_text(encoding="utf-8", errors="replace")
        if code != 0:
            raise StepError(f"{program} {' '.join(arguments)}: {text.strip()}")
        return text

    async def start(self, place: Place, settings: Mapping[str, str]) -> None:
        """Serve a place, and wait until it answers."""
        log = self.folder / f"{place.name}.log"
        self._running[place.name] = self._fork(place.program, ["serve"], settings, log)
        await self.wait_healthy(place)

    def _fork(
        self,
        program: str,
        arguments: Sequence[str],
        settings: Mapping[str, str],
        log: Path,
        said: str = "",
    ) -> Forked:
        return Forked(PROGRAMS[program], arguments, self.environment(settings), log, said)

    async def wait_healthy(self, place: Place) -> None:
        process = self._running[place.name]
        loop = asyncio.get_running_loop()
        until = loop.time() + START_SECONDS_MAX
        while loop.time() < until:
            if process.returncode is not None:
                raise StepError(f"{place.name} ended with {process.returncode}: see its log")
            if await asyncio.to_thread(is_healthy, place.url):
                return
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        raise StepError(f"{place.name} does not answer at {place.url}")

    def is_running(self, name: str) -> bool:
        process = self._running.get(name)
        return process is not None and process.returncode is None

    def pid(self, name: str) -> int | None:
        process = self._running.get(name)
        return process.pid if process is not None and process.returncode is None else None

    async def kill(self, name: str) -> None:
        """kill -9, and nothing more: what the process had in hand is gone."""
        process = self._running[name]
        process.kill()
        await process.wait()

    async def stop(self, names: Sequence[str] | None = None) -> None:
        going = [self._running[name] for name in names or list(self._running)]
        for process in going:
            process.terminate()
        for process in going:
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
            except TimeoutError:
                process.kill()
                await process.wait()


def is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)  # noqa: PLR2004
    except (OSError, urllib.error.URLError):
        return False
