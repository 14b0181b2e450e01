"""What is costly to make is made by one worker, and the others wait for it."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(
    factory: pytest.TempPathFactory,
    config: pytest.Config,
    name: str,
    make: Callable[[Path], object],
) -> Path:
    """A folder that the first worker to want it fills, while the others wait."""
    if not hasattr(config, "workerinput"):  # the only worker there is
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
