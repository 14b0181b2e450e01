"""A service centre's application, from outside: what it answers, and to whom."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from sync.carriers.https_messages import ENROL_PATH, EXCHANGE_PATH, Answered, Asked
from sync.carriers.port import pack
from sync.control import call
from sync.data_dir import DataDir, NotEnrolledError
from sync.lanes import DataDirInUseError
from sync.opening import NotMigratedError
from tests.builders import COUNTY, TOWN, WU, ZHOU
from tests.founded import a_clock, at_work
from tests.halls import PASSWORD, Browser, copy_of, give_account, opened_hall, running
from township_node.app import create_app
from township_node.settings import Settings


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    return copy_of(founded, tmp_path, TOWN)


@pytest.fixture
async def wu(home: Path) -> AsyncIterator[Browser]:
    """Wu, signed in at a township that cannot reach the county."""
    app = create_app(Settings(data_dir=home, sync_enabled=False), a_clock())
    async with opened_hall(app) as browser:
        await give_account(app, WU, "wu")
        assert (await browser.sign_in("wu")).headers["location"] == "/"
        yield browser


async def test_health_says_who_this_is_and_what_it_holds(home: Path) -> None:
    app = create_app(Settings(data_dir=home, sync_enabled=False), a_clock())
    async with opened_hall(app) as browser:
        answer = await browser.get("/health")
    told = answer.json()

    assert answer.status_code == 200
    assert (told["node"], told["database"], told["sync"]) == (TOWN, "ok", "offline")
    assert told["sets_complete"]
    assert told["sets"]["catalogue"] == 1
    assert told["lines"][0]["neighbour"] == COUNTY
    assert told["lines"][0]["backlog"]["cases"] == 0


async def test_nobody_sees_a_page_without_signing_in(home: Path) -> None:
    app = create_app(Settings(data_dir=home, sync_enabled=False), a_clock())
    async with opened_hall(app) as browser:
        answer = await browser.get("/")
        bar = await browser.get("/sync/bar", headers={"hx-request": "true"})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    assert bar.status_code == 401


async def test_a_clerk_works_on_with_the_line_down(wu: Browser) -> None:
    page = await wu.get("/")

    assert page.status_code == 200
    assert "龙仙镇" in page.text
    assert "离线办理中，可以照常收件" in page.text


async def test_the_sync_bar_renews_itself_and_can_be_hurried(wu: Browser) -> None:
    bar = await wu.get("/sync/bar", headers={"hx-request": "true"})
    hurried = await wu.post("/sync/now")
    forged = await wu.client.post("/sync/now", data={"csrf_token": "0" * 64})

    assert 'id="sync-bar"' in bar.text
    assert "<html" not in bar.text
    assert (hurried.status_code, forged.status_code) == (200, 403)


async def test_zhou_of_another_township_has_no_say_here(home: Path) -> None:
    app = create_app(Settings(data_dir=home, sync_enabled=False), a_clock())
    async with opened_hall(app) as browser:
        await give_account(app, ZHOU, "zhou")
        await browser.sign_in("zhou")
        answer = await browser.get("/")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


async def test_a_name_that_is_not_ours_is_not_answered(home: Path) -> None:
    app = create_app(Settings(data_dir=home, sync_enabled=False), a_clock())
    async with opened_hall(app, host="rebound.example") as browser:
        answer = await browser.get("/health")

    assert answer.status_code == 400


async def test_a_laptop_is_given_a_nonce_and_garbage_is_not_believed(home: Path) -> None:
    app = create_app(Settings(data_dir=home, sync_enabled=False), a_clock())
    async with opened_hall(app) as browser:
        first = await browser.client.post(EXCHANGE_PATH, content=pack(Asked()))
        garbage = await browser.client.post(EXCHANGE_PATH, content=b"garbage")

    assert len(msgspec.msgpack.decode(first.content, type=Answered).nonce) == 32
    assert msgspec.msgpack.decode(garbage.content, type=Answered).code == "E_ENVELOPE"


async def test_a_village_cannot_enrol_while_no_way_to_the_county_is_known(home: Path) -> None:
    app = create_app(Settings(data_dir=home, sync_enabled=False), a_clock())
    async with opened_hall(app) as browser:
        answer = await browser.client.post(ENROL_PATH, content=b"a request")

    assert answer.status_code == 502


async def test_the_command_line_gives_accounts_while_the_node_runs(home: Path) -> None:
    app = create_app(Settings(data_dir=home, sync_enabled=False))
    async with opened_hall(app) as browser:
        arguments = {"officer": WU, "login": "wu", "password": PASSWORD}
        await call(DataDir(home).control, "account set", arguments)
        answer = await browser.sign_in("wu")

    assert answer.headers["location"] == "/"


async def test_two_processes_do_not_work_on_one_directory(home: Path) -> None:
    app = create_app(Settings(data_dir=home, sync_enabled=False), a_clock())
    async with at_work(home.parent, TOWN, a_clock()):
        with pytest.raises(ExceptionGroup) as refused:
            async with running(app):
                pass

    assert refused.group_contains(DataDirInUseError)


async def test_a_database_of_an_earlier_release_is_not_worked_on(home: Path) -> None:
    (home / "node.sqlite").unlink()
    app = create_app(Settings(data_dir=home, sync_enabled=False), a_clock())
    with pytest.raises(ExceptionGroup) as refused:
        async with running(app):
            pass

    assert refused.group_contains(NotMigratedError)


def test_a_machine_that_is_nobody_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(NotEnrolledError):
        create_app(Settings(data_dir=tmp_path))
