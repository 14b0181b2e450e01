"""Starting a tier's program in a process of its own, with its imports behind it.

Tests of faults start hundreds of processes, and nearly all that a start costs are imports. A server
makes them once for each worker and forks. What it gives is a process like any other, with memory,
files and signals of its own, that begins where its imports end; that a program starts from nothing
is for other tests to show.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

TIERS: Final = ("central", "township_node", "village_agent")
LOOK_SECONDS: Final = 0.02

_server: Final = multiprocessing.get_context("forkserver")
# Found where a test session runs in the root of the tree; elsewhere each child makes its imports.
_server.set_forkserver_preload(["tests.starting_imports"])


class Started:
    """A process, as the standard library's own are used."""

    def __init__(
        self, module: str, arguments: Sequence[str], environ: Mapping[str, str], log: Path
    ) -> None:
        self._process = _server.Process(
            target=_live, args=(module, tuple(arguments), dict(environ), log), daemon=True
        )
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None, "it has been started"
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    async def wait(self) -> int:
        while (code := self.returncode) is None:  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(LOOK_SECONDS)
        return code

    def wait_here(self, seconds: float) -> int:
        """For tests without a loop."""
        self._process.join(seconds)
        code = self.returncode
        assert code is not None, f"it has not ended within {seconds} s"
        return code


def _live(module: str, arguments: tuple[str, ...], environ: Mapping[str, str], log: Path) -> None:
    os.setsid()
    os.environ.clear()  # noqa: TID251
    os.environ.update(environ)  # noqa: TID251
    with log.open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    import_module(module).main(arguments)
