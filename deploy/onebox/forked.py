"""The programs of the county in processes of their own, with their imports behind them.

The demo starts some hundred processes, and nearly all that a start costs are imports. One server
makes them once and forks. What it gives is a process like any other, with memory, files and signals
of its own, that begins where its imports end.
"""

import asyncio
import io
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

PROGRAMS: Final = {
    "tongban-central": "central.cli",
    "tongban-township": "township_node.cli",
    "tongban-village": "village_agent.cli",
}
LOOK_SECONDS: Final = 0.02

_server: Final = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["__main__", "deploy.onebox.forked_imports"])


class Forked:
    """A process that runs `main` of a module; what it says goes to the end of its log."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        log: Path,
        said: str = "",
    ) -> None:
        given = (module, list(arguments), dict(environ), log, said)
        self._process: Final = _server.Process(target=_live, args=given, daemon=True)
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

    def join(self, seconds: float) -> int | None:
        """Wait for its end without a loop."""
        self._process.join(seconds)
        return self.returncode


def _live(
    module: str, arguments: list[str], environ: Mapping[str, str], log: Path, said: str
) -> None:
    os.setsid()
    os.environ.clear()  # noqa: TID251
    os.environ.update(environ)  # noqa: TID251
    with log.open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    sys.stdin = io.StringIO(said)
    import_module(module).main(arguments)
