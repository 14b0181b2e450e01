"""The county says as of when it knows of a case that is with a township."""

from datetime import timedelta

from casework import act as acts
from casework.freshness import SILENT_AFTER
from sync.outbox import begin_lists
from tests.builders import INCARNATION, TOWN
from tests.central.reviewing import CHEN, Office
from tests.centres import visible

KNOWN = "以下为 12:00 时所知"
ROW = "12:00 时所知"
OUTAGE = SILENT_AFTER + timedelta(minutes=5)


async def test_a_case_with_a_silent_township_is_shown_as_of_its_last_contact(
    office: Office,
) -> None:
    case = await office.in_review()
    await office.desk.node.change(lambda batch: begin_lists(batch, TOWN, INCARNATION))
    await office.act(CHEN, acts.HandOverPen(TOWN), case=case.id)
    chen = await office.sign_in(CHEN)
    address = f"/cases/{case.id}"
    assert "未联络" not in visible((await chen.get(address)).text)
    office.clock.advance(OUTAGE)

    assert KNOWN in visible((await chen.get(address)).text)
    assert ROW in visible((await chen.get("/cases?view=elsewhere")).text)
