"""A township's machine burns down after it receipted a village's case; an empty one takes over."""

import asyncio
import re
import shutil
from typing import Final

import pytest

from sync.bodies import SetName
from tests.builders import COUNTY, TOWN, VILLAGE
from tests.faults.county import County

pytestmark = pytest.mark.processes

MAKES_SLIPS: Final = "o0089"
COMPARES: Final = "o0092"
FINGERPRINT: Final = re.compile(r"(\d{5} ){5}\d{5}")
SCAN_BYTES: Final = 200_000


async def enrol_an_empty_machine(county: County) -> None:
    """By slip and fingerprint, as people do it at the command line."""
    said = await county.command(COUNTY, "nodes", "add", TOWN, "--by", MAKES_SLIPS)
    slip = re.search(r"^slip\s+(\S+)$", said, re.MULTILINE)
    assert slip is not None, said
    enrolling = asyncio.create_task(county.command(TOWN, "enrol", "--code", slip[1]))
    fingerprint = None
    async with asyncio.timeout(20):
        while fingerprint is None and not enrolling.done():
            fingerprint = FINGERPRINT.search(await county.command(COUNTY, "nodes", "pending"))
    assert fingerprint is not None, enrolling.result()
    await county.command(COUNTY, "nodes", "approve", TOWN, fingerprint[0], "--by", COMPARES)
    await enrolling


def sets_held(county: County) -> int:
    sql = "SELECT count(DISTINCT \"set\") FROM trust_manifest WHERE state = 'held'"
    return int(county.one(TOWN, sql))


async def test_a_case_that_only_the_village_still_holds_reaches_the_county(
    county: County,
) -> None:
    await county.start(VILLAGE, TOWN)
    case = await county.enter(VILLAGE, scan_bytes=SCAN_BYTES)
    await county.comes(case, TOWN)
    await county.until(
        lambda: (
            county.one(VILLAGE, "SELECT count(*) FROM listed") == 0
            and county.one(TOWN, "SELECT count(*) FROM part_arrival") == 0
        ),
        "the township has receipted all of it",
    )
    before = county.files(TOWN).identity().incarnation
    await county.kill(TOWN)
    shutil.rmtree(county.files(TOWN).path)
    await county.start(COUNTY)
    assert county.heads(COUNTY) == {}

    await enrol_an_empty_machine(county)
    assert county.files(TOWN).identity().incarnation != before
    await county.start(TOWN)
    await county.comes(case, COUNTY, "collected")
    await county.comes(case, TOWN, "collected")
    await county.until(lambda: sets_held(county) == len(SetName), "its sets are in force")
    await county.ask(TOWN, "receive", case=case.case)
    await county.comes(case, COUNTY, "accepted")
    await county.comes(case, VILLAGE, "accepted")
    await county.nothing_lost_nothing_twice()
    scans = "SELECT count(*) FROM part WHERE state = 'held' AND size > ?"
    assert county.one(COUNTY, scans, SCAN_BYTES) == 1
