"""`make demo ONCE=1`, as anybody runs it: a whole county, its story, and every step well."""

import contextlib
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.onebox.county_box import CountyBox
from deploy.onebox.plan import HOST, Plan
from deploy.onebox.story import Story

STORY_SECONDS_MAX = 420
STOP_SECONDS_MAX = 30
# Below the ports that the system gives out by itself, and beside those of a demo that runs.
OFFSETS = range(10_000, 20_000, 50)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return True
    return False


def a_free_plan() -> Plan:
    for plan in map(Plan, OFFSETS):
        ports = {place.port for place in plan.places} | {plan.broker_port}
        ports |= {*plan.line_ports().values(), *plan.broker_line_ports().values()}
        if all(map(is_free, ports)):
            return plan
    raise AssertionError("no room for a county's ports")


def run_onebox(*arguments: str) -> tuple[int, str]:
    """Run it to its end; one that takes too long is told to stop, and what it started with it."""
    program = Path(sys.executable).parent / "onebox"
    with subprocess.Popen(
        [program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as onebox:
        try:
            told, _ = onebox.communicate(timeout=STORY_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            onebox.send_signal(signal.SIGTERM)
            told, _ = onebox.communicate(timeout=STOP_SECONDS_MAX)
    return onebox.returncode, told


@pytest.mark.processes
@pytest.mark.timeout(STORY_SECONDS_MAX + 2 * STOP_SECONDS_MAX)
def test_the_story_ends_well_on_real_processes(tmp_path: Path) -> None:
    plan = a_free_plan()
    folder = tmp_path / "county"
    code, told = run_onebox(
        *("--folder", str(folder)), *("up", "--once", "--port-offset", str(plan.offset))
    )
    assert code == 0, told
    table = told[told.rindex("step") :]
    steps = [what for what, _ in Story(CountyBox(folder, print, plan), print).steps()]
    assert [what for what in steps if what not in table] == []
    assert "FAILED" not in told
