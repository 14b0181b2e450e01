"""The list of exceptional decisions: who sees which, why, and what can be done."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casework import act as acts
from casework.case import Case
from casework.fold import fold
from casework.names import NodeId
from casework.verdict import Judgement
from casework.verdict_course import Course, course_of
from central.services.exceptions import OTHERS_SHOWN_MAX
from tests.builders import COUNTY, TOWN, Pad, accepted_in_town
from tests.central.reviewing import CHEN, LUO, SHE, Office, an_office, granted
from tests.central.suspending import BOSS, suspended
from tests.centres import visible
from tests.halls import MET_DIR

HELD = acts.ReclaimPen(acts.ReclaimGround.VERDICT, None, hold=True, code="E_REVOKED_SUSPEND")
REFUSED = acts.ReclaimPen(acts.ReclaimGround.VERDICT, None, hold=False, code="E_QUOTA")
DECIDED = (*accepted_in_town(), (TOWN, acts.Take()), (TOWN, acts.DecideGrant((), None)))


def a_course(
    *steps: tuple[NodeId, acts.AnyAct], judgement: Judgement = Judgement.SUSPENDED
) -> Course:
    """What becomes of a town's decision after these steps."""
    written = Pad().chain(*DECIDED, *steps)
    case: Case | None = fold(written).case
    assert case is not None
    decision = written[len(DECIDED) - 1].id
    return course_of(case, decision, judgement)


def test_the_course_of_a_decision_is_told() -> None:
    held = (COUNTY, HELD)
    assert a_course(held) is Course.WAITS
    assert a_course(held, (COUNTY, acts.Ratify(CHEN))) is Course.RATIFIED
    assert a_course(held, (COUNTY, acts.Reopen(CHEN))) is Course.ANNULLED
    assert a_course(held, (COUNTY, acts.HandOverPen(TOWN))) is Course.RELEASED
    assert a_course(judgement=Judgement.CONFIRMED_FLAGGED) is Course.SAMPLED


def test_what_does_not_stand_is_the_countys_or_its_authors() -> None:
    pad = Pad()
    chain = pad.chain(*DECIDED)
    reclaim = pad.write(REFUSED, node=COUNTY, after=chain[-2], case=chain[0].case)
    case = fold([*chain, reclaim]).case
    assert case is not None
    assert course_of(case, chain[-1].id, Judgement.REJECTED) is Course.HERE
    back = pad.write(acts.HandOverPen(TOWN), node=COUNTY, after=reclaim)
    case = fold([*chain, reclaim, back]).case
    assert case is not None
    assert course_of(case, chain[-1].id, Judgement.REJECTED) is Course.RETURNED


async def file_rejected(office: Office, case: Case, decisions: int) -> None:
    """Decisions of the town that were refused, as the county files them, dated far ahead."""
    at = "2027-11-20T04:00:00.000000Z"
    await office.desk.node.database.executemany(
        "INSERT INTO judged_decision (id, case_id, node, log, seq, delegation, decided_at,"
        " received_at, is_refused, is_settled, judgement, grounds, existed) VALUES"
        " (?, ?, ?, 'x', 1, 'd0001', ?, ?, TRUE, TRUE, 'REJECTED', 'E_QUOTA', '')",
        [(f"{place:064x}", case.id, TOWN, at, at) for place in range(decisions)],
    )


async def test_a_department_sees_its_own_with_reason_and_remedy(office: Office) -> None:
    case = await office.case()
    await file_rejected(office, case, 1)
    page = visible((await (await office.sign_in(CHEN)).get("/exceptions")).text)
    for told in (case.number, "龙仙镇", "不予认可", "本月该项授权的办理数量已用完", "决定不成立"):
        assert told in page
    elsewhere = visible((await (await office.sign_in(SHE)).get("/exceptions")).text)
    assert case.number not in elsewhere
    assert "没有异常决定" in elsewhere
    assert (await (await office.sign_in(LUO)).get("/exceptions")).status_code == 403


@pytest.fixture
async def met(founded: Path, tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose townships have been heard of."""
    async with an_office(founded / MET_DIR, tmp_path) as office:
        yield office


async def test_what_waits_is_listed_however_much_else_there_is(
    met: Office, founded: Path, tmp_path: Path
) -> None:
    case = await suspended(met, founded, tmp_path / "town")
    await file_rejected(met, case, OTHERS_SHOWN_MAX + 1)
    listed = visible((await (await met.sign_in(SHE)).get("/exceptions")).text)
    assert "等待处理 1 件" in listed
    assert listed.count("待追认") == 2  # once in the words above the list


async def test_what_waits_is_found_in_the_list_and_ratified_on_its_page(
    met: Office, founded: Path, tmp_path: Path
) -> None:
    case = await suspended(met, founded, tmp_path / "town")
    she = await met.sign_in(SHE)
    listed = visible((await she.get("/exceptions")).text)
    for told in (case.number, "龙仙镇", "待追认", "等待处理 1 件"):
        assert told in listed
    page = (await she.get(f"/cases/{case.id}")).text
    assert f"/cases/{case.id}/acts/ratify" in page
    assert f"/cases/{case.id}/acts/reopen" in page

    said = {"seen": case.head, "reason": "补充核查，符合规定", "approved_by": BOSS}
    alone = await she.post(f"/cases/{case.id}/acts/ratify", **{**said, "approved_by": SHE})
    assert alone.status_code == 422
    done = await she.post(f"/cases/{case.id}/acts/ratify", **said)

    assert done.status_code == 303, visible(done.text)
    assert not (await met.look(case.id)).held
    after = visible((await she.get("/exceptions")).text)
    assert "已追认" in after
    assert "等待处理 0 件" in after


async def test_an_annulment_tells_the_applicant_on_the_page_until_it_is_decided_again(
    met: Office, founded: Path, tmp_path: Path
) -> None:
    case = await suspended(met, founded, tmp_path / "town")
    she = await met.sign_in(SHE)
    said = {"seen": case.head, "reason": "由县局重新核查", "approved_by": BOSS}
    untold = await she.post(f"/cases/{case.id}/acts/reopen", **said)
    assert untold.status_code == 422
    assert "告知申请人的话" in visible(untold.text)

    words = "原决定已经撤销，不需要您再交材料"
    done = await she.post(f"/cases/{case.id}/acts/reopen", **said, told=words)
    assert done.status_code == 303, visible(done.text)
    page = visible((await she.get(f"/cases/{case.id}")).text)
    assert f"原决定已撤销，请告知申请人：{words}" in page

    again = await met.take(await met.look(case.id), SHE)
    await met.act(SHE, granted("翁林采〔2026〕9号"), case=again.id)
    after = visible((await she.get(f"/cases/{case.id}")).text)
    assert "请告知申请人" not in after
