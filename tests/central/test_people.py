"""The people desk: one drafts who works where, another puts it in force (rows B4, B6)."""

import re

import httpx
import pytest

from casework.names import OfficerId
from casework.organisation import Officer, OfficerStatus
from tests.central.reviewing import CHEN, GUO, HU, LIANG, LIN_SECURITY, LUO, XU, Office
from tests.halls import Browser

# A number of the invented county: nobody has it.
ID_NUMBER = "440229198702280003"


async def edition(browser: Browser) -> str:
    """What stands in the draft that is going, 0 if none is."""
    page = (await browser.get("/people/new")).text
    found = re.search(r'name="edition" value="(\d+)"', page)
    assert found is not None
    return found[1]


def known(office: Office, officer: OfficerId) -> Officer:
    found = office.desk.holdings.officer(officer)
    assert found is not None
    return found


def fields_of(officer: Officer, **others: str) -> dict[str, str]:
    """What a browser sends of an officer's form, as it stands."""
    sent = {
        "name": officer.name,
        "node": officer.node,
        "department": officer.department or "",
        "positions": officer.positions[0],
        "roles": officer.roles[0].value,
        "status": officer.status.value,
    }
    for row, power in enumerate(officer.personal_powers):
        sent |= {
            f"power{row}": power.power.value,
            f"scope{row}": power.matters.value,
            f"instrument{row}": power.instrument,
            f"first{row}": power.first.isoformat(),
            f"last{row}": power.last.isoformat() if power.last else "",
        }
    return sent | others


async def approved(office: Office, by: OfficerId = LIN_SECURITY) -> int:
    """Submit what 郭云舒 has drafted and approve it as another; the status of the answer."""
    guo, other = await office.sign_in(GUO), await office.sign_in(by)
    page = (await guo.get("/people")).text
    url = re.search(r"/proposals/[0-9a-f]{32}", page)
    assert url is not None
    drafted = re.search(r'name="edition" value="(\d+)"', (await guo.get(url[0])).text)
    assert drafted is not None
    sent = await guo.post(f"{url[0]}/submit", edition=drafted[1])
    assert sent.status_code == 303, sent.text
    answer = await other.post(f"{url[0]}/approve", edition=str(int(drafted[1]) + 1))
    return answer.status_code


async def test_a_newcomer_signs_in_only_after_training_is_on_record(office: Office) -> None:
    guo = await office.sign_in(GUO)
    sent = {
        "name": "样小满",
        "id_number": ID_NUMBER,
        "node": "440229-02",
        "department": "government-services",
        "positions": "hall.counter_clerk",
        "roles": "clerk",
        "status": "active",
    }
    added = await guo.post("/people/new", edition="0", **sent)
    new = OfficerId(added.headers["location"].split("/")[2].partition("?")[0])
    assert await approved(office) == 303
    assert known(office, new).trained_on is None

    with pytest.raises(AssertionError, match="还没有登记岗前培训"):
        await office.sign_in(new)

    day = office.desk.holdings.calendar.day_of(office.clock.now())
    lesson = {"on": day.isoformat(), "course": "综合窗口受理岗前培训", "by": "县行政服务中心"}
    await guo.post(f"/people/{new}/training", edition=await edition(guo), **lesson)
    assert await approved(office) == 303
    assert known(office, new).trained_on == day
    assert (await (await office.sign_in(new)).get("/")).status_code == 200
    assert "综合窗口受理岗前培训" in (await guo.get(f"/people/{new}")).text


async def test_whoever_is_ended_is_signed_out_and_told_why(office: Office) -> None:
    xu, guo = await office.sign_in(XU), await office.sign_in(GUO)
    sent = fields_of(known(office, XU), status="inactive")
    await guo.post(f"/people/{XU}", edition="0", **sent)
    assert (await xu.get("/")).status_code == 200

    assert await approved(office) == 303

    assert known(office, XU).status is OfficerStatus.INACTIVE
    assert "/sign-in" in (await xu.get("/")).headers["location"]
    with pytest.raises(AssertionError, match="该人员已停用"):
        await office.sign_in(XU)


async def test_a_power_in_force_is_ended_and_not_rewritten(office: Office) -> None:
    guo = await office.sign_in(GUO)
    chen, today = known(office, CHEN), office.desk.holdings.calendar.day_of(office.clock.now())
    rewritten = fields_of(chen, instrument0="翁授〔2026〕999号")
    await guo.post(f"/people/{CHEN}", edition="0", **rewritten)
    page = (await guo.get("/people")).text
    url = re.search(r"/proposals/[0-9a-f]{32}", page)
    assert url is not None
    assert "已开始的个人授权不能改写" in (await guo.get(url[0])).text

    ended = fields_of(chen, last0=today.isoformat())
    await guo.post(f"/people/{CHEN}", edition="1", **ended)
    assert await approved(office) == 303

    assert known(office, CHEN).personal_powers[0].last == today


async def test_nobody_approves_what_changes_themselves(office: Office) -> None:
    guo = await office.sign_in(GUO)
    sent = fields_of(known(office, LIN_SECURITY), name="林既白二")
    await guo.post(f"/people/{LIN_SECURITY}", edition="0", **sent)

    assert await approved(office) == 422
    page = (await guo.get("/people")).text
    url = re.search(r"/proposals/[0-9a-f]{32}", page)
    assert url is None, "it is submitted, and no longer a draft"
    assert known(office, LIN_SECURITY).name == "林既白"


async def test_a_stand_in_is_of_the_same_office_and_has_a_term(office: Office) -> None:
    guo = await office.sign_in(GUO)
    sent = {"a": CHEN, "instrument": "翁授〔2026〕777号", "first": "2026-12-01"}

    wrong = await guo.post("/people/pairs", edition="0", b="o0057", **sent)
    late = await guo.post("/people/pairs", edition="0", b=LIANG, last="2026-11-30", **sent)
    assert "A角和B角要在同一单位、同一部门" in wrong.text
    assert "结束日期不能早于开始日期" in late.text
    made = await guo.post("/people/pairs", edition="0", b="o0013", last="2027-11-30", **sent)

    assert made.status_code == 303
    assert await approved(office) == 303
    pairs = office.desk.holdings.organisation.ab_pairs
    new = next(one for one in pairs if one.instrument == "翁授〔2026〕777号")
    assert (new.a, new.b, str(new.last)) == (CHEN, "o0013", "2027-11-30")


async def test_bad_entries_are_told_at_their_fields_and_kept(office: Office) -> None:
    luo = await office.sign_in(LUO)
    sent = {
        "name": "样一",
        "id_number": "440229198702280004",
        "node": "440229-02",
        "department": "government-services",
        "positions": "440229901.counter_clerk",
        "roles": "clerk",
        "status": "active",
        "power0": "decide",
    }

    answer = await luo.post("/people/new", edition="0", **sent)

    assert answer.status_code == 422
    assert "所选岗位不属于这个单位" in answer.text
    assert "第 1 项权力没有填完整" in answer.text
    assert 'value="样一"' in answer.text
    assert 'id="e-id_number"' in answer.text


async def test_who_may_look_and_who_may_change(office: Office) -> None:
    hu, chen = await office.sign_in(HU), await office.sign_in(CHEN)

    assert (await hu.get("/people")).status_code == 200
    assert "新增人员" not in (await hu.get("/people")).text
    assert (await hu.post(f"/people/{XU}", edition="0")).status_code == 403
    assert (await chen.get("/people")).status_code == 403


async def test_the_list_is_narrowed(office: Office) -> None:
    guo = await office.sign_in(GUO)

    untrained = (await guo.get("/people?which=untrained")).text
    bureau = (await guo.get("/people?department=civil-affairs")).text
    named = (await guo.get("/people?q=陈守拙")).text

    assert "江初霁" in untrained
    assert "陈守拙" not in untrained
    assert "县民政局行政许可股" in bureau
    assert "陈守拙" in named


async def send_table(browser: Browser, table: str) -> httpx.Response:
    token = (await browser.get("/session/token")).json()["csrf_token"]
    return await browser.client.post(
        "/people/table", data={"csrf_token": token}, files={"file": ("人员.csv", table.encode())}
    )


async def test_a_file_goes_out_and_comes_in_whole_or_not_at_all(office: Office) -> None:
    guo = await office.sign_in(GUO)
    out = (await guo.get("/people/table/export?form=csv")).content.decode("utf-8-sig")
    lines = out.splitlines()
    again = await send_table(guo, out)
    assert "没有需要改动的地方" in again.text

    new = (
        f",样一心,{ID_NUMBER},440229-02,,government-services,hall.counter_clerk,受理,,"
        "2026-11-02,综合窗口受理岗前培训,县行政服务中心,在岗"
    )
    bad = ",样二,12,440229-99,,没有,hall.x,飞,飞,2027-01-01,,,忙"
    refused = await send_table(guo, "\n".join([lines[0], new, bad]))
    assert refused.status_code == 422
    assert "没有导入任何内容" in refused.text
    assert "没有这个编码的单位" in refused.text
    assert "您起草的" not in (await guo.get("/people")).text

    taken = await send_table(guo, "\n".join([lines[0], new]))
    assert taken.status_code == 303, taken.text
    assert "样一心" in (await guo.get(taken.headers["location"])).text
    assert await approved(office) == 303
    officers = office.desk.holdings.organisation.officers
    assert str(next(one for one in officers if one.name == "样一心").trained_on) == "2026-11-02"
