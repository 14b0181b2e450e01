"""The laptop's process, as its owner knows it: quick to start, small, and safe to switch off."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.builders import VILLAGE
from tests.halls import copy_of, free_port

START_SECONDS_MAX = 3.0
STOP_SECONDS_MAX = 5.0
MEMORY_KB_MAX = 200 * 1024
PATIENCE_SECONDS = 20.0

pytestmark = pytest.mark.processes


class Laptop:
    """One directory, and the process that works on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @contextlib.contextmanager
    def on(self) -> Iterator[subprocess.Popen[bytes]]:
        environ = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},  # noqa: TID251
            "TONGBAN_DATA_DIR": str(self.path),
            "TONGBAN_PORT": str(self.port),
            "TONGBAN_OPEN_BROWSER": "false",
            "TONGBAN_LOG_FILE": str(self.path / "log.jsonl"),
        }
        command = [sys.executable, "-m", "village_agent", "serve"]
        process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def wait(self) -> dict[str, Any]:
        """What it says of itself once it answers."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            with contextlib.suppress(httpx.HTTPError):
                answer: dict[str, Any] = httpx.get(f"http://127.0.0.1:{self.port}/health").json()
                return answer
            time.sleep(0.02)
        raise TimeoutError((self.path / "log.jsonl").read_text(encoding="utf-8"))


@pytest.fixture
def laptop(founded: Path, tmp_path: Path) -> Laptop:
    return Laptop(copy_of(founded, tmp_path, VILLAGE))


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def worked_seconds(pid: int) -> float:
    """The processor's time, not the wall's: other tests run beside this one."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_it_starts_soon_and_is_small(laptop: Laptop) -> None:
    with laptop.on() as process:
        told = laptop.wait()

        assert told["node"] == VILLAGE
        assert worked_seconds(process.pid) < START_SECONDS_MAX
        assert resident_kb(process.pid) < MEMORY_KB_MAX


def test_it_ends_when_it_is_told_to(laptop: Laptop) -> None:
    with laptop.on() as process:
        laptop.wait()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)

        assert process.wait(STOP_SECONDS_MAX) in (0, -signal.SIGTERM)
        assert time.monotonic() - began < STOP_SECONDS_MAX


def test_it_starts_again_after_the_power_was_cut(laptop: Laptop) -> None:
    with laptop.on() as process:
        laptop.wait()
        process.kill()
        process.wait()
    with laptop.on():
        assert laptop.wait()["database"] == "ok"


def test_a_second_one_says_that_the_first_is_running(laptop: Laptop) -> None:
    with laptop.on():
        laptop.wait()
        command = [sys.executable, "-m", "village_agent", "serve"]
        environ = {"TONGBAN_DATA_DIR": str(laptop.path), "TONGBAN_PORT": str(free_port())}
        second = subprocess.run(
            command, env=environ, capture_output=True, text=True, timeout=20, check=False
        )

    assert second.returncode == 1
    assert second.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in second.stderr
