"""Story 10 on real processes: a township of an older release meets a kind that it does not know.

It keeps the message and passes it on, its log goes on, and it does nothing to that one case until
it is upgraded; then it reads what it kept, and nothing is lost.
"""

from typing import Final

import httpx
import pytest

from casework import act as acts
from casework.names import CaseId
from sync.payloads import RELEASE_REQUEST
from tests.builders import COUNTY, TOWN, VILLAGE, WU
from tests.faults.county import County
from tests.faults.ports import HOST
from tests.faults.scene import Processes
from tests.halls import PASSWORD, Browser
from webui import labels

pytestmark = pytest.mark.processes

_STATE: Final = "SELECT state FROM message WHERE case_id = ? AND kind IN (?, ?)"
_KIND: Final = (RELEASE_REQUEST.type, RELEASE_REQUEST.name)


async def case_page(county: County, case: str) -> str:
    """The case as the town's clerk sees it."""
    url = f"http://{HOST}:{county.ports[TOWN]}"
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        await county.ask(TOWN, "account set", officer=WU, login=WU, password=PASSWORD)
        browser = Browser(client)
        await browser.sign_in(WU)
        return (await browser.get(f"/cases/{case}")).text


async def test_a_kind_of_a_newer_release_waits_for_the_upgrade_and_nothing_else_does(
    county: County,
) -> None:
    scene = Processes(county)
    county.lacking[TOWN] = RELEASE_REQUEST.name
    await county.start(COUNTY, TOWN, VILLAGE)
    case, other = await county.enter(VILLAGE), await county.enter(VILLAGE)
    for each in (case, other):
        await county.comes(each, COUNTY, "collected")
    await county.ask(COUNTY, "ask for the pen", case=case.case)
    await county.until(
        lambda: county.rows(VILLAGE, _STATE, case.case, *_KIND), "the village has been told"
    )
    assert county.one(TOWN, _STATE, case.case, *_KIND) == "unread"
    assert county.one(VILLAGE, _STATE, case.case, *_KIND) == "admitted"

    returned = acts.ReturnPen(COUNTY)
    answer = await scene.tried(WU, returned, case=CaseId(case.case))
    assert answer == {"refused": "E_CASE_FROZEN"}
    assert labels.ERRORS["E_UNREAD"] in await case_page(county, case.case)
    await county.ask(TOWN, "receive", case=other.case)
    await county.comes(other, COUNTY, "accepted")

    await county.stop(TOWN)
    county.lacking.clear()
    await county.start(TOWN)
    assert county.one(TOWN, _STATE, case.case, *_KIND) == "admitted"
    assert labels.ERRORS["E_UNREAD"] not in await case_page(county, case.case)
    answer = await scene.tried(WU, returned, case=CaseId(case.case))
    assert answer == {"case": case.case, "number": case.number}
    await county.until(
        lambda: county.one(COUNTY, "SELECT pen FROM case_row WHERE id = ?", case.case) == COUNTY,
        "the county has the pen",
    )
    await county.nothing_lost_nothing_twice()
