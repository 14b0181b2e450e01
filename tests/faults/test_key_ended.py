"""Story 3 on real processes: a township's key is ended while half of its words are under way.

Two administrators end it on their screens. What the county has stands; what it does not have comes
once the township has a new key, in the words of the old one, and nothing is lost or counted twice.
"""

import asyncio
import re
from typing import Final

import httpx
import pytest

from casework.names import Lane, log_name
from sync.data_dir import Identity
from tests.builders import COUNTY, TOWN, VILLAGE
from tests.faults.county import County
from tests.faults.ports import HOST
from tests.faults.test_township_lost import enrol_an_empty_machine
from tests.halls import PASSWORD, Browser

pytestmark = pytest.mark.processes

REPORTS: Final = "o0089"
APPROVES: Final = "o0090"
DIRECTORY: Final = (
    "SELECT max(version) FROM trust_manifest WHERE \"set\" = 'directory' AND state = 'held'"
)
POSITION: Final = "SELECT seq FROM log_position WHERE log = ?"


async def end_key(county: County, identity: Identity, kind: str, **said: str) -> None:
    """As two people do it, each before a browser of their own."""
    url = f"http://{HOST}:{county.ports[COUNTY]}"
    async with httpx.AsyncClient(base_url=url) as one, httpx.AsyncClient(base_url=url) as other:
        for officer in (REPORTS, APPROVES):
            await county.ask(
                COUNTY, "account set", officer=officer, login=officer, password=PASSWORD
            )
        reporter, approver = Browser(one), Browser(other)
        await reporter.sign_in(REPORTS)
        await approver.sign_in(APPROVES)
        reported = await reporter.post(
            f"/nodes/{TOWN}/endings",
            incarnation=identity.incarnation,
            kind=kind,
            reason="主机遗失，已报案",
            **said,
        )
        assert reported.status_code == 303, reported.text
        asked = re.search(
            r'action="/nodes/keys/([0-9a-f]{8})"', (await approver.get("/nodes/keys")).text
        )
        assert asked is not None
        approved = await approver.post(f"/nodes/keys/{asked[1]}", decision="approve")
        assert approved.headers["location"].endswith("done=approved"), approved.text


async def test_a_key_ended_in_mid_backlog_takes_no_word_with_it(county: County) -> None:
    await county.start(COUNTY, TOWN, VILLAGE)
    arrived = await county.enter(VILLAGE)
    await county.comes(arrived, COUNTY)
    await county.settled()
    county.lines[TOWN].cut()
    county.broker_line.cut()
    late = [await county.enter(VILLAGE), await county.enter(TOWN)]
    await county.comes(late[0], TOWN)
    await county.ask(TOWN, "receive", case=arrived.case)
    old = county.files(TOWN).identity()
    log = log_name(TOWN, old.incarnation, Lane.CASE)
    held = county.one(COUNTY, POSITION, log) or 0
    assert held < county.one(TOWN, POSITION, log)

    await end_key(county, old, "lost")
    county.lines[TOWN].heal()
    county.broker_line.heal()
    await county.until(
        lambda: "E_KEY_REVOKED" in county.log(COUNTY) + county.log(TOWN),
        "the old key is refused",
    )
    assert (county.one(COUNTY, POSITION, log) or 0) == held
    assert all(each.case not in county.heads(COUNTY) for each in late)

    await county.stop(TOWN)
    await asyncio.wait_for(enrol_an_empty_machine(county), 60)
    assert county.files(TOWN).identity().incarnation != old.incarnation
    await county.start(TOWN)
    for case in late:
        await county.comes(case, COUNTY)
    await county.comes(arrived, COUNTY, "accepted")
    await county.until(
        lambda: county.one(VILLAGE, DIRECTORY) == county.one(COUNTY, DIRECTORY),
        "the village knows where the old key's log ended",
    )
    await county.settled()
    report = await county.verify()
    assert all(each.is_equal for each in report.cases)
    names = county.applicants(COUNTY)
    assert sorted(names) == sorted(each.name for each in county.entered)
    events = {
        row[0] for row in county.rows(COUNTY, "SELECT event FROM audit WHERE is_alarm = TRUE")
    }
    assert events == {"key-lost"}
