"""The coordinator's desk: answers that are owed, and cases of the green channel (row B3)."""

from datetime import timedelta

from casework import act as acts
from casework.names import OfficerId
from sync.desk import Attachment, Sitting, Step
from tests.builders import COUNTY, TOWN
from tests.central.reviewing import CHEN, HU, OUYANG, SHE, WU_SUPERVISOR, Office
from tests.centres import visible

WEN = OfficerId("o0083")  # coordinates at the hall


async def ask(office: Office, by: str) -> str:
    case = await office.in_review()
    words = Attachment("question", "text/plain", "申请人是否仍在本村居住？".encode())
    sitting = Sitting(officer=office.desk.holdings.officers[CHEN], case_id=case.id)
    await office.desk.perform(acts.Ask(TOWN, by, COUNTY, CHEN), sitting, (words,))
    return case.number


async def test_what_is_owed_is_listed_and_late_after_its_day(office: Office) -> None:
    number = await ask(office, "2026-11-23")
    wen, she = await office.sign_in(WEN), await office.sign_in(SHE)

    soon = visible((await wen.get("/coordination")).text)
    other = visible((await she.get("/coordination")).text)
    office.clock.advance(timedelta(days=5))
    late = visible((await (await office.sign_in(WEN)).get("/coordination")).text)

    assert number in soon
    assert "龙仙镇公共服务中心" in soon
    assert "2026-11-23 逾期未答复" not in soon
    assert number not in other, "of another department"
    assert "2026-11-23 逾期未答复" in late


async def test_the_green_channel_is_opened_goes_first_and_is_listed(office: Office) -> None:
    first = await office.in_review()
    office.clock.advance(timedelta(hours=1))
    second = await office.in_review()
    reason = Attachment("grounds", "text/plain", "县重点项目配套".encode())
    await office.act(OUYANG, Step(acts.OpenGreenChannel(WEN), (reason,)), case=second.id)
    chen, wen = await office.sign_in(CHEN), await office.sign_in(WEN)

    queue = (await chen.get("/")).text
    shown = visible((await wen.get("/coordination")).text)

    assert queue.index(second.number) < queue.index(first.number)
    assert second.number in shown
    assert first.number not in shown
    assert "欧阳䶮" in shown


async def test_who_has_the_page(office: Office) -> None:
    wu, hu = await office.sign_in(WU_SUPERVISOR), await office.sign_in(HU)

    assert (await wu.get("/coordination")).status_code == 200
    assert (await hu.get("/coordination")).status_code == 403
