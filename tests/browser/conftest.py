"""Nodes at work, for a browser to look at.

One browser serves a worker for all of its tests, each with a window of its own: to start it costs
more than most of them. So these tests share one loop, that of the session.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.builders import WU
from tests.centres import Clerk, World, a_world
from tests.screens import chromium


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def world(founded: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(founded, tmp_path) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def wu(world: World) -> Clerk:
    """Wu, before a screen in the township."""
    return await world.town.sign_in(WU)
