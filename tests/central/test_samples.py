"""Supervision samples at the county: bound before, told after, reviewed, and heeded."""

from datetime import timedelta
from typing import Any

from casework.case import Case
from casework.names import DelegationId, MessageId
from casework.sampling import Eligible, SampleParty, sample, seed_digest
from central.services.sampling import Sampling
from sync.sampled_weeks import Week, weeks_in
from tests.builders import TOWN
from tests.central.reviewing import FORESTRY, GUO, OUYANG, SHE, WU_SUPERVISOR, Office
from tests.centres import visible

RECORD = DelegationId("d0199")
WEEK, A_WEEK = "2026-W47", timedelta(days=7)  # the founding is on a Friday


async def weeks(office: Office) -> dict[str, Week]:
    return await office.desk.node.database.read(weeks_in)


def sampling_of(office: Office) -> Sampling:
    found: Sampling = office.app.state.services.sampling
    return found


async def decided(office: Office, case: Case, count: int, *, judgement: str = "CONFIRMED") -> None:
    """Decisions of the town under the record, as the county files them, received now."""
    at = office.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    await office.desk.node.database.executemany(
        "INSERT INTO judged_decision (id, case_id, node, log, seq, delegation, decided_at,"
        " received_at, is_refused, is_settled, judgement, grounds, existed) VALUES"
        " (?, ?, ?, 'x', 1, ?, ?, ?, FALSE, FALSE, ?, '', '')",
        [(f"{n:064x}", case.id, TOWN, RECORD, at, at, judgement) for n in range(count)],
    )


async def sampled(office: Office, count: int = 6) -> Case:
    """A week has ended in which so many flagged decisions came: all are in every sample."""
    await sampling_of(office).keep()
    office.clock.advance(timedelta(hours=1))
    case = await office.case(FORESTRY)
    await decided(office, case, count, judgement="CONFIRMED_FLAGGED")
    office.clock.advance(A_WEEK)
    await sampling_of(office).keep()
    return case


async def test_the_county_is_bound_before_and_tells_the_seed_after(office: Office) -> None:
    await sampling_of(office).keep()
    bound = await weeks(office)
    assert sorted(bound) == [WEEK, "2026-W48"]
    assert all(each.seed is None for each in bound.values())
    await sampling_of(office).keep()
    assert await weeks(office) == bound  # it binds itself once

    office.clock.advance(A_WEEK)
    await sampling_of(office).keep()
    told = await weeks(office)
    assert sorted(told) == [WEEK, "2026-W48", "2026-W49"]
    seed = told[WEEK].seed
    assert seed is not None
    assert seed_digest(WEEK, seed) == bound[WEEK].digest
    assert told["2026-W48"].seed is None


async def test_a_clock_that_went_back_opens_no_week_anew(office: Office) -> None:
    await sampled(office)
    before = await weeks(office)
    office.clock.advance(-A_WEEK)
    await sampling_of(office).keep()
    assert await weeks(office) == before


async def test_a_department_and_the_centre_review_what_was_drawn(office: Office) -> None:
    case = await sampled(office)
    for reviewer, party in ((SHE, "委托部门"), (WU_SUPERVISOR, "中心")):
        browser = await office.sign_in(reviewer)
        page = visible((await browser.get("/samples")).text)
        assert f"{party} · 待登记 6 件" in page
        assert case.number in page
    assert (await (await office.sign_in(OUYANG)).get("/samples")).status_code == 403


async def test_nothing_is_listed_before_its_week_has_ended(office: Office) -> None:
    await sampling_of(office).keep()
    office.clock.advance(timedelta(hours=1))
    await decided(office, await office.case(FORESTRY), 6, judgement="CONFIRMED_FLAGGED")
    page = visible((await (await office.sign_in(WU_SUPERVISOR)).get("/samples")).text)
    assert "待登记 0 件" in page
    assert "一周结束后公布" in page


async def test_what_came_before_the_county_was_bound_is_no_part_of_the_week(
    office: Office,
) -> None:
    await decided(office, await office.case(FORESTRY), 6, judgement="CONFIRMED_FLAGGED")
    office.clock.advance(timedelta(hours=1))
    await sampling_of(office).keep()
    office.clock.advance(A_WEEK)
    await sampling_of(office).keep()
    page = visible((await (await office.sign_in(WU_SUPERVISOR)).get("/samples")).text)
    assert "待登记 0 件" in page


async def found(browser: Any, number: int, finding: str, reason: str = "") -> Any:
    return await browser.post(f"/samples/{number:064x}", finding=finding, reason=reason)


async def test_a_finding_is_recorded_and_a_wrong_one_gives_its_reason(office: Office) -> None:
    await sampled(office)
    browser = await office.sign_in(WU_SUPERVISOR)
    assert (await browser.get(f"/samples/{0:064x}")).status_code == 200
    assert (await found(browser, 0, "")).status_code == 422
    unexplained = await found(browser, 0, "wrong", "不对")
    assert unexplained.status_code == 422
    assert "请写明是什么差错" in unexplained.text
    assert (await found(browser, 99, "right")).status_code == 404

    assert (await found(browser, 0, "wrong", "蓄积量超过授权")).status_code == 303
    page = visible((await browser.get("/samples")).text)
    assert "待登记 5 件" in page
    assert "蓄积量超过授权" in page
    hers = visible((await (await office.sign_in(SHE)).get("/samples")).text)
    assert "待登记 6 件" in hers  # each party reviews by itself


async def test_a_record_that_errs_too_often_alarms_once_and_leads_to_its_suspension(
    office: Office,
) -> None:
    await sampled(office)
    browser = await office.sign_in(WU_SUPERVISOR)
    for number in range(4):
        told = await found(browser, number, "wrong" if number < 2 else "right", "蓄积量超过授权")
        assert told.headers["location"] != "/samples?did=advised"
    done = await found(browser, 4, "right")
    assert done.headers["location"] == "/samples?did=advised"
    again = await found(browser, 5, "wrong", "蓄积量超过授权")
    assert again.headers["location"] != "/samples?did=advised"

    guo = await office.sign_in(GUO)
    shown = (await guo.get("/samples")).text
    assert f'href="/delegations/revoke?record={RECORD}"' in shown
    assert RECORD in (await guo.get(f"/delegations/revoke?record={RECORD}")).text
    page = visible(shown)
    assert "建议暂停授权" in page
    assert "50.0%" in page
    alarms = visible((await (await office.sign_in(GUO)).get("/incidents")).text)
    assert "抽查差错过多，建议暂停授权" in alarms


async def test_the_sample_is_what_anybody_computes(office: Office) -> None:
    await sampling_of(office).keep()
    office.clock.advance(timedelta(hours=1))
    await decided(office, await office.case(FORESTRY), 60)
    office.clock.advance(A_WEEK)
    await sampling_of(office).keep()
    seed = (await weeks(office))[WEEK].seed
    assert seed is not None
    eligible = [Eligible(MessageId(f"{n:064x}"), RECORD) for n in range(60)]
    expected = sample(seed, SampleParty.CENTRE, eligible)
    officer = office.desk.holdings.officer(WU_SUPERVISOR)
    assert officer is not None
    looked = await sampling_of(office).look(officer)
    assert sorted(line.decided.id for line in looked.lines) == list(expected)
