"""A laptop at work, and Lin before it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders import WU
from tests.centres import Clerk
from tests.laptops import Agent, Village, a_village


@pytest.fixture
async def village(founded: Path, tmp_path: Path) -> AsyncIterator[Village]:
    async with a_village(founded, tmp_path) as made:
        yield made


@pytest.fixture
async def lin(village: Village) -> Agent:
    """Lin, before the laptop. The line is down until a test says `settle`."""
    return await village.laptop.sign_in()


@pytest.fixture
async def wu(village: Village) -> Clerk:
    """Wu, before a screen in the township."""
    return await village.town.sign_in(WU)
