"""The county's application: its pages, its broker, and the machines that come to it."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from central.app import create_app
from central.settings import Settings
from sync.carriers.https_messages import ENROL_PATH
from sync.data_dir import DataDir, NotEnrolledError
from sync.enrolling import EnrolState, decode_answer
from tests.builders import CHEN, HALL, TOWN, WU
from tests.founded import Machine, a_clock
from tests.halls import (
    COUNTY_DIR,
    Browser,
    copy_of,
    free_port,
    give_account,
    opened_hall,
    running,
)
from township_node.app import create_app as create_township
from township_node.settings import Settings as TownshipSettings

SECONDS_MAX = 20.0


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    return copy_of(founded, tmp_path, COUNTY_DIR)


def settings(home: Path) -> Settings:
    return Settings(data_dir=home, nats_listen=f"127.0.0.1:{free_port()}")


async def until(browser: Browser, holds: Any) -> dict[str, Any]:
    """What `/health` says once something holds of it."""
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            told: dict[str, Any] = (await browser.get("/health")).json()
            if holds(told):
                return told
            await asyncio.sleep(0.1)


def is_online(told: dict[str, Any], node: str) -> bool:
    return any(line["neighbour"] == node and line["state"] == "online" for line in told["lines"])


async def test_chen_signs_in_and_sees_how_many_neighbours_are_there(home: Path) -> None:
    app = create_app(settings(home), a_clock())
    async with opened_hall(app) as browser:
        await give_account(app, CHEN, "chen")
        await browser.sign_in("chen")
        bar = await browser.get("/sync/bar")

    assert bar.status_code == 200
    assert "下级网点 0/2" in bar.text


async def test_a_county_whose_broker_does_not_start_goes_on(home: Path) -> None:
    nothing = home / "no-such-binary"
    nothing.write_text("#!/bin/sh\necho no such license >&2; exit 1\n")
    nothing.chmod(0o700)
    told = msgspec.structs.replace(settings(home), nats_server=nothing)
    async with opened_hall(create_app(told, a_clock())) as browser:
        answer = await browser.get("/health")

    assert answer.status_code == 200


async def test_a_township_finds_the_county_by_its_broker(home: Path, founded: Path) -> None:
    here = settings(home)
    there = TownshipSettings(data_dir=copy_of(founded, home.parent, TOWN), nats_url=here.broker_url)
    async with (
        opened_hall(create_app(here, a_clock())) as county,
        opened_hall(create_township(there, a_clock())) as town,
    ):
        told = await until(town, lambda told: told["sync"] == "online")
        await until(county, lambda told: is_online(told, TOWN))

    assert told["lines"][0]["carrier"] == "nats"


async def test_a_machine_that_is_approved_has_an_account_at_once(home: Path) -> None:
    app = create_app(settings(home), a_clock())
    clock = app.state.services.clock
    county = app.state.services.county
    async with opened_hall(app) as browser:
        slip = await county.enrolment.add(HALL)
        machine = Machine(home.parent / HALL, clock)
        shown = machine.prepare(slip)

        async def send(wire: bytes) -> bytes:
            return (await browser.client.post(ENROL_PATH, content=wire)).content

        asked = await machine.enrolling.ask(send)
        await county.approve(HALL, shown, WU)
        granted = await machine.finish(county)
        there = TownshipSettings(
            data_dir=machine.files.path, nats_url=app.state.services.settings.broker_url
        )
        async with running(create_township(there, a_clock())):
            await until(browser, lambda told: is_online(told, HALL))

    assert asked.state is EnrolState.PENDING
    assert granted.node == HALL


async def test_garbage_is_no_request_to_enrol(home: Path) -> None:
    async with opened_hall(create_app(settings(home), a_clock())) as browser:
        answer = await browser.client.post(ENROL_PATH, content=b"garbage")

    assert decode_answer(answer.content).state is EnrolState.REFUSED


async def test_the_broker_ends_with_the_county(home: Path) -> None:
    here = settings(home)
    async with opened_hall(create_app(here, a_clock())):
        await _listens(here)
    host, port = here.nats_listen.split(":")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(host, int(port))


async def _listens(here: Settings) -> None:
    host, port = here.nats_listen.split(":")
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, int(port))
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return


def test_a_county_that_is_not_founded_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(NotEnrolledError):
        create_app(Settings(data_dir=DataDir(tmp_path).path))
