"""Options of the whole suite."""

import gc
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.once import made_once
from tests.read_once import read_once

TESTS = Path(__file__).parent
SEEDS_BY_DEFAULT = 6
QUICK_MEMORY_KIB = 256
COLLECTED_AFTER = (20_000, 20, 20)
LONGEST_FIRST = ("end_to_end", "faults", "browser")


# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("tongban", deadline=None)
hypothesis.settings.load_profile("tongban")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seeds", type=int, default=SEEDS_BY_DEFAULT, help="how many seeds each simulation runs"
    )
    parser.addoption(
        "--seed", type=int, default=None, help="run the simulations with this seed only"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no worker is left with it at the end."""

    def rank(item: pytest.Item) -> int:
        package = item.path.relative_to(TESTS).parts[0]
        return LONGEST_FIRST.index(package) if package in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=rank)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Modules and tests stay until the end: looking through them was a fifth of all work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


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


@pytest.fixture(autouse=True, scope="session")
def _read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        read_once(patch)
        yield


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """A county with some of its nodes enrolled; tests copy what they work on."""
    from tests.halls import found_once  # noqa: PLC0415 - most tests need none of it

    return made_once(tmp_path_factory, pytestconfig, "founded", found_once)
