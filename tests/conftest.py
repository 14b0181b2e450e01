"""Options of the whole suite."""

import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SEEDS_BY_DEFAULT = 6
QUICK_MEMORY_KIB = 256
ALONE = "master"  # the name of the one worker where there is no other


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seeds", type=int, default=SEEDS_BY_DEFAULT, help="how many seeds each simulation runs"
    )
    parser.addoption(
        "--seed", type=int, default=None, help="run the simulations with this seed only"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        only = metafunc.config.getoption("--seed")
        count = metafunc.config.getoption("--seeds")
        metafunc.parametrize("seed", range(count) if only is None else [only])


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Hundreds of people sign in here; what a hash costs in service, its own test says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("webui.session.MEMORY_KIB", QUICK_MEMORY_KIB)
        patch.setattr("webui.session.ROUNDS", 1)
        yield


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A county with some of its nodes enrolled; tests copy what they work on."""
    from tests.halls import found_once  # noqa: PLC0415 - most tests need none of it

    return made_once(tmp_path_factory, worker_id, "founded", found_once)


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
