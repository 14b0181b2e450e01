"""One county at work for each test of the procedure."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.procedure.stage import Stage, a_stage


@pytest.fixture
async def stage(founded: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(founded, tmp_path) as stage:
        yield stage
