"""The broker is a mailbox: wiped, killed or frozen, it delays what people do and loses nothing."""

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.builders import COUNTY, TOWN, VILLAGE
from tests.faults.county import WAY_UP, County
from tests.faults.people import people_at_work

pytestmark = pytest.mark.processes

AWAKE_SECONDS = 0.3
ASLEEP_SECONDS = 1.0


def broker_of(county: County) -> int:
    """The broker's process, a child of the county's."""
    pid = county.pid(COUNTY)
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    [broker] = [
        int(each)
        for each in children
        if b"nats-server" in Path(f"/proc/{each}/cmdline").read_bytes()
    ]
    return broker


def store_of(county: County) -> Path:
    return county.files(COUNTY).nats / "store"


async def test_the_store_is_deleted_while_the_broker_runs(county: County) -> None:
    await county.start(*WAY_UP)
    async with people_at_work(county):
        await county.until(lambda: len(county.heads(COUNTY)) > 1, "cases arrive")
        shutil.rmtree(store_of(county), ignore_errors=True)
        before = len(county.heads(COUNTY))
        await county.until(lambda: len(county.heads(COUNTY)) > before + 3, "cases arrive again")
    await county.nothing_lost_nothing_twice()


async def test_the_broker_is_killed_and_comes_back_with_an_empty_store(county: County) -> None:
    await county.start(*WAY_UP)
    async with people_at_work(county):
        await county.until(lambda: len(county.heads(COUNTY)) > 1, "cases arrive")
        killed = broker_of(county)
        os.kill(killed, signal.SIGSTOP)
        shutil.rmtree(store_of(county))
        os.kill(killed, signal.SIGKILL)
        before = len(county.heads(COUNTY))
        await county.until(lambda: len(county.heads(COUNTY)) > before + 3, "cases arrive again")
        assert broker_of(county) != killed
    await county.nothing_lost_nothing_twice()


@pytest.mark.soak
async def test_the_broker_is_frozen_for_long_and_cases_go_the_other_way(county: County) -> None:
    """What it had in hand arrives late, after the same messages came over HTTPS."""
    await county.start(*WAY_UP)
    first = await county.enter(VILLAGE)
    await county.comes(first, COUNTY)
    broker = broker_of(county)
    os.kill(broker, signal.SIGSTOP)
    try:
        case = await county.enter(VILLAGE)
        await county.comes(case, TOWN)
        await county.ask(TOWN, "receive", case=case.case)
        await county.comes(case, COUNTY, "accepted")
    finally:
        os.kill(broker, signal.SIGCONT)
    await county.ask(COUNTY, "take", case=case.case)
    await county.comes(case, VILLAGE, "in_review")
    await county.nothing_lost_nothing_twice()


async def test_processes_that_slept_go_on_where_they_were(county: County) -> None:
    await county.start(*WAY_UP)
    async with people_at_work(county):
        for pid in (broker_of(county), *map(county.pid, WAY_UP)):
            await asyncio.sleep(AWAKE_SECONDS)
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(ASLEEP_SECONDS)
            os.kill(pid, signal.SIGCONT)
    await county.nothing_lost_nothing_twice()
