"""AB角: B acts for A within a dated authority, and both names stand on what was done (row B6)."""

from casework.case import Status
from tests.central.reviewing import CHEN, XU, Office
from tests.central.test_cases import decide


async def test_xu_decides_in_the_stead_of_chen_and_both_are_named(office: Office) -> None:
    case = await office.in_review()
    xu = await office.sign_in(XU)
    before = await xu.get(f"/cases/{case.id}")
    assert "代陈守拙办理" in before.text
    assert f"/cases/{case.id}/acts/decide_grant" not in before.text

    await xu.post("/acting-for", acting_for=CHEN)
    answer = await decide(xu, case)

    assert answer.status_code == 303, answer.text
    decided = await office.look(case.id)
    assert decided.status is Status.DECIDED
    assert decided.decision is not None
    assert (decided.decision.officer, decided.decision.acting_for) == (XU, CHEN)
    page = await xu.get(f"/cases/{case.id}")
    assert "陈守拙" in page.text
    paper = await xu.get(f"/cases/{case.id}/papers/grant.pdf")
    assert paper.content.startswith(b"%PDF")


async def test_the_session_gets_another_id_when_its_powers_change(office: Office) -> None:
    xu = await office.sign_in(XU)
    before = dict(xu.client.cookies)

    await xu.post("/acting-for", acting_for=CHEN)
    acting = dict(xu.client.cookies)
    await xu.post("/acting-for", acting_for="")

    assert before != acting
    assert acting != dict(xu.client.cookies)


async def test_nobody_acts_for_somebody_without_an_authority(office: Office) -> None:
    """Chen is stood in for; he himself stands in for nobody."""
    case = await office.in_review()
    chen = await office.sign_in(CHEN)

    await chen.post("/acting-for", acting_for=XU)
    await decide(chen, case)

    decided = await office.look(case.id)
    assert decided.decision is not None
    assert decided.decision.acting_for is None
