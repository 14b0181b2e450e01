"""What no hall takes in is told of at the county, and watched there (row B7)."""

import re

from casework.names import OfficerId
from tests.central.reviewing import CHEN, WU_SUPERVISOR, Office
from tests.halls import Browser

LUO_HEALTH = OfficerId("o0044")  # chief representative of health
BIRTH = "birth-medical-certificate"


async def told(browser: Browser, number: str = "440229A0001", on: str = "2026-11-16") -> str:
    answer = await browser.post("/outside", matter=BIRTH, number=number, accepted_on=on)
    assert answer.status_code == 303, answer.text
    page = (await browser.get("/outside")).text
    found = re.search(r'action="/outside/([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


async def test_it_is_told_of_late_until_its_outcome_and_counted_as_outside(
    office: Office,
) -> None:
    luo, wu = await office.sign_in(LUO_HEALTH), await office.sign_in(WU_SUPERVISOR)

    record = await told(luo)
    watched = (await wu.get("/outside")).text
    assert "440229A0001" in watched
    assert "逾期未办结" in watched
    assert "登记结果" not in watched

    ended = await luo.post(f"/outside/{record}", outcome="granted", ended_on="2026-11-18")
    again = await luo.post(f"/outside/{record}", outcome="refused", ended_on="2026-11-18")
    assert ended.status_code == 303
    assert "结果已经登记，不能再改" in again.text
    assert "逾期办结" in (await wu.get("/outside")).text
    outside = (await wu.get("/coverage?by=matter")).text.partition("大厅之外作出")[2]
    assert f"/matters/{BIRTH}" in outside
    assert "1 件" in outside


async def test_faults_are_told_at_their_fields_and_others_have_no_form(office: Office) -> None:
    luo, chen = await office.sign_in(LUO_HEALTH), await office.sign_in(CHEN)
    await told(luo)

    twice = await luo.post("/outside", matter=BIRTH, number="440229A0001", accepted_on="2026-11-17")
    ahead = await luo.post("/outside", matter=BIRTH, number="440229A0002", accepted_on="2026-12-17")
    other = await chen.post("/outside", matter=BIRTH, number="9", accepted_on="2026-11-17")

    assert "这个编号已经登记过" in twice.text
    assert 'value="440229A0002"' in ahead.text
    assert "日期不能晚于今天" in ahead.text
    assert "只有实施部门的审批人员" in other.text
    assert "登记受理</button>" not in (await chen.get("/outside")).text
