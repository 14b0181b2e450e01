"""Options of the whole suite."""

from pathlib import Path

import pytest

SEEDS_BY_DEFAULT = 6


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


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county with some of its nodes enrolled; tests copy what they work on."""
    from tests.halls import found_once  # noqa: PLC0415 - most tests need none of it

    return found_once(tmp_path_factory.mktemp("founded"))
