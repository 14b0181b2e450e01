"""What is costly to make is made by one worker, and the others wait for it."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

ALONE = "master"  # the name of the one worker where there is no other


def made_once(
    factory: pytest.TempPathFactory, worker: str, name: str, make: Callable[[Path], object]
) -> Path:
    """A folder that the first worker to want it fills, while the others wait."""
    if worker == ALONE:
        alone = factory.mktemp(name)
        make(alone)
        return alone
    path = factory.getbasetemp().parent / name
    with (path.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            making = path.with_suffix(".making")
            making.mkdir()
            make(making)
            making.rename(path)
    return path
