"""Taking a record back in the browser: told beforehand, submitted at once, by two persons."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casework.case import Case
from casework.delegation import RevocationMode
from casework.names import DelegationId
from casework.verdict import Judgement
from central.store.verdicts import exceptional
from tests.central.reviewing import CHEN, FORESTRY, GUO, LIN_SECURITY, Office, an_office
from tests.central.suspending import RECORD, decided_by_the_town
from tests.central.test_proposal_pages import desk_of, officer_of
from tests.halls import MET_DIR

WANTED = {
    "record": RECORD,
    "mode": "suspend",
    "since": "2026-11-01",
    "time": "09:00",
    "instrument": "i03",
    "reason": "抽查发现两件超蓄积发证",
}


@pytest.fixture
async def office(founded: Path, tmp_path: Path) -> AsyncIterator[Office]:
    """A county that its towns have met: the town's decision travels up."""
    async with an_office(founded / MET_DIR, tmp_path) as made:
        yield made


@pytest.fixture
async def decided(office: Office, founded: Path, tmp_path: Path) -> Case:
    return await decided_by_the_town(office, founded, tmp_path / "town")


async def test_a_suspension_tells_what_it_touches_and_has_it_judged_again(
    office: Office, decided: Case
) -> None:
    guo = await office.sign_in(GUO)
    told = await guo.post("/delegations/revoke", **WANTED)
    nothing_yet = await desk_of(office).store.newest()
    sent = await guo.post("/delegations/revoke", confirmed="1", **WANTED)
    (listed,) = await desk_of(office).store.newest()
    seen = (await (await office.sign_in(LIN_SECURITY)).get(f"/proposals/{listed.id}")).text

    await desk_of(office).approve(listed.id, officer_of(office, LIN_SECURITY))
    await office.desk.node.tick()

    database = office.app.state.services.database
    (found,) = await exceptional(database, None, 10)
    (revocation,) = office.desk.holdings.revocations_of(DelegationId(RECORD))
    assert told.status_code == 200
    assert "已有 1 件决定" in told.text
    assert "待追认" in told.text
    assert nothing_yet == ()
    assert sent.headers["location"].startswith(f"/proposals/{listed.id}")
    assert listed.is_urgent
    assert "紧急" in seen
    assert "批准后立即发布授权撤销第 2 版" in seen
    assert revocation.mode is RevocationMode.SUSPEND
    assert revocation.id == "r04"
    assert (found.case.id, found.judgement) == (decided.id, Judgement.SUSPENDED)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": "不行"}, "理由至少 6 个字"),
        ({"since": "2025-01-01"}, "不能早于这一天收回"),
        ({"time": "later"}, "时间应写成"),
        ({"mode": "never"}, "请选择方式"),
        ({"instrument": ""}, "请选择授权文书"),
    ],
)
async def test_what_is_missing_is_told_and_nothing_is_proposed(
    office: Office, fields: dict[str, str], said: str
) -> None:
    guo = await office.sign_in(GUO)

    answer = await guo.post("/delegations/revoke", **(WANTED | {"confirmed": "1"} | fields))

    assert answer.status_code == 422
    assert said in answer.text
    assert await desk_of(office).store.newest() == ()


async def test_it_is_reached_from_the_matter_by_who_may_do_it(office: Office) -> None:
    guo, chen = await office.sign_in(GUO), await office.sign_in(CHEN)

    page = (await guo.get(f"/matters/{FORESTRY}")).text
    url = re.search(rf'href="(/delegations/revoke\?record={RECORD})"', page)

    assert url is not None
    assert (await guo.get(url[1])).status_code == 200
    assert (await guo.get("/delegations/revoke?record=d9999")).status_code == 404
    assert "/delegations/revoke" not in (await chen.get(f"/matters/{FORESTRY}")).text
    assert (await chen.get(url[1])).status_code == 403
