"""A fault point kills, but only when armed, and only at its turn."""

import signal
import subprocess
import sys

import pytest

from sync import faults

PROGRAM = """
import sys
from sync import faults
faults.arm_from(sys.argv[1])
for _ in range(3):
    faults.fault_point("act.before_commit")
    print("passed")
"""


def run(setting: str) -> tuple[int, int]:
    command = [sys.executable, "-c", PROGRAM, setting]
    ended = subprocess.run(command, capture_output=True, check=False)
    return ended.returncode, ended.stdout.count(b"passed")


def test_a_point_that_is_not_armed_does_nothing() -> None:
    assert run("") == (0, 3)


def test_an_armed_point_kills_at_the_named_hit() -> None:
    assert run("act.before_commit") == (-signal.SIGKILL, 0)
    assert run("act.after_commit, act.before_commit:3") == (-signal.SIGKILL, 2)


def test_a_point_nobody_registered_cannot_be_armed() -> None:
    with pytest.raises(ValueError, match="never"):
        faults.arm("act.never")
    with pytest.raises(ValueError, match="first hit"):
        faults.arm("act.before_commit", hit=0)
