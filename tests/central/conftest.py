"""One office for each test of the county's pages."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.central.reviewing import Office, an_office


@pytest.fixture
async def office(founded: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office(founded, tmp_path) as office:
        yield office
