"""A laptop's application: its page works alone, and it is offline without fuss."""

from pathlib import Path

import pytest

from sync.data_dir import NotEnrolledError
from tests.builders import LIN, TOWN, VILLAGE
from tests.founded import a_clock
from tests.halls import copy_of, free_port, give_account, opened_hall
from village_agent.app import create_app
from village_agent.settings import Settings


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    return copy_of(founded, tmp_path, VILLAGE)


async def test_lin_signs_in_with_no_network_at_all(home: Path) -> None:
    app = create_app(Settings(data_dir=home, parent_url=None), a_clock())
    async with opened_hall(app) as browser:
        await give_account(app, LIN, "lin")
        await browser.sign_in("lin")
        page = await browser.get("/")

    assert page.status_code == 200
    assert "没有网络，可以照常收件" in page.text
    assert "青云村" in page.text


async def test_a_township_that_does_not_answer_is_nobodys_fault(home: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    app = create_app(Settings(data_dir=home, parent_url=url), a_clock())
    async with opened_hall(app) as browser:
        told = (await browser.get("/health")).json()

    assert told["node"] == VILLAGE
    assert told["sync"] == "offline"
    assert [line["neighbour"] for line in told["lines"]] == [TOWN]


async def test_a_laptop_is_nobodys_parent(home: Path) -> None:
    app = create_app(Settings(data_dir=home), a_clock())
    async with opened_hall(app) as browser:
        answer = await browser.client.post("/sync/v1/exchange", content=b"")

    assert answer.status_code == 404


def test_a_laptop_that_is_nobody_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(NotEnrolledError):
        create_app(Settings(data_dir=tmp_path))
