"""A founded county for the tests of this package, copied for each."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from tests.builders import COUNTY, TOWN, VILLAGE
from tests.faults.county import County, a_box, prepare
from tests.faults.scene import Processes
from tests.halls import MET_DIR
from tests.once import made_once

MONDAY: Final = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    def make(folder: Path) -> None:
        asyncio.run(prepare(folder))

    return made_once(tmp_path_factory, pytestconfig, "faults", make)


@pytest.fixture
async def county(prepared: Path, tmp_path: Path) -> AsyncIterator[County]:
    async with a_box(prepared, tmp_path) as box:
        yield box


@pytest.fixture
async def scene(founded: Path, tmp_path: Path) -> AsyncIterator[Processes]:
    """A county, a town and a village of processes, on a Monday morning of the example's year."""
    async with a_box(founded / MET_DIR, tmp_path) as box:
        scene = Processes(box)
        scene.set_clock(MONDAY)
        await box.start(COUNTY, TOWN, VILLAGE)
        await scene.settle()
        yield scene


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Many rounds only where they were asked for: `pytest -m soak`."""
    if "soak" in str(config.option.markexpr):
        return
    skip = pytest.mark.skip(reason="a soak: pytest -m soak")
    for item in items:
        if item.get_closest_marker("soak") is not None and "faults" in item.path.parts:
            item.add_marker(skip)
