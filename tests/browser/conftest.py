"""Nodes at work, for a browser to look at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders import WU
from tests.centres import Clerk, World, a_world


@pytest.fixture
async def world(founded: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(founded, tmp_path) as made:
        yield made


@pytest.fixture
async def wu(world: World) -> Clerk:
    """Wu, before a screen in the township."""
    return await world.town.sign_in(WU)
