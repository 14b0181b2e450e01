"""Scenarios 1 and 9 on real processes: an outage across a Saturday that is worked, and B1.

Scenario 2 is told in `test_two_towns`.
"""

import re
from pathlib import Path
from typing import Any, Final

import pytest

from casework import act as acts
from casework.act import AnyAct, Outcome
from casework.case import Status
from casework.names import CaseId, NodeId, OfficerId
from casework.verdict import Judgement
from tests import county as shipped
from tests.builders import COUNTY, TOWN
from tests.faults.reading import pages_at, rows_of, said
from tests.faults.scene import Processes
from tests.procedure.liar import GRANT
from tests.procedure.scene import MATTER
from tests.procedure.stage import CHEN, HOUSEHOLD, QIU, REN, WU, intake_for, papers_for
from tests.procedure.test_scenarios import a_make_up_saturday
from tests.webui.paper_text import text_of

pytestmark = pytest.mark.processes

ALLOWANCE, ELDERLY, BIRTH = "minimum-living-allowance", "elderly-allowance", "birth-registration"
TOWN_NAME: Final = "龙仙镇公共服务中心"
COUNTER: Final = "440229901.counter_clerk"
READS: Final = {COUNTY: CHEN, TOWN: WU}
_LEDGER: Final = re.compile(r'<p class="case-silence">.*|<div class="case-clock">.*', re.DOTALL)
_JUDGED: Final = "SELECT judgement, grounds FROM judged_decision WHERE case_id = ?"


async def ledger(scene: Processes, node: NodeId, case: CaseId) -> str:
    """What a node says of a case's time, from its notes to the calendar it goes by."""
    [page] = await pages_at(scene.county, node, READS[node], f"/cases/{case}/clocks")
    found = _LEDGER.search(page.text)
    assert found is not None
    words, end, _ = said(found[0]).partition("各级平台按同一规则计算，结果相同。")
    assert end
    return " ".join(words.split())


async def agreed_ledger(scene: Processes, case: CaseId) -> str:
    """The same words at the county and at the town, every day that is named among them."""
    county, town = [await ledger(scene, node, case) for node in (COUNTY, TOWN)]
    assert county == town
    return county


async def test_1_silence_in_an_outage_across_a_worked_saturday_accepts_as_of_the_receipt(
    scene: Processes, tmp_path: Path
) -> None:
    await scene.publish(tmp_path / "files", "calendar.json", a_make_up_saturday)
    scene.cut(TOWN)
    allowance, elderly = scene.matter(ALLOWANCE), scene.matter(ELDERLY)
    intake, old = intake_for(HOUSEHOLD), intake_for({"applicant.age": 91})
    full = papers_for(allowance, intake)
    [first, *_] = papers_for(elderly, old)
    lacking = papers_for(elderly, old, missing=[first.material])
    whole = (await scene.do(WU, acts.Receive(intake, full), matter=allowance)).id
    wanting = (await scene.do(WU, acts.Receive(old, lacking), matter=elderly)).id
    await scene.later(days=1)
    await scene.do(WU, acts.NotifyDeficiency(lacking, "2026-12-24"), case=wanting)
    # The fifth working day is the Saturday that is worked; nothing follows before it is over.
    await scene.later(days=4)
    open_still = await scene.tried(WU, acts.DeemAccepted(), case=whole)
    assert open_still == {"refused": "E_NOTICE_OPEN"}
    await scene.later(days=2)
    assert not {whole, wanting} & set(scene.county.heads(COUNTY))

    await scene.heal()
    assert (await scene.agreed(whole, COUNTY, TOWN)).status is Status.RECEIVED
    told = await agreed_ledger(scene, whole)
    assert f"11月23日由{TOWN_NAME}收件，至 11月28日 下班未作任何告知，已视为受理" in told
    assert "尚未补记" in told
    assert "2026-12-22（周二）届满" in told
    [watched] = await pages_at(scene.county, COUNTY, CHEN, "/receipts")
    listed = {row[0]: row for row in rows_of(watched.text)}
    assert "已视为受理" in listed[scene.held(whole).number][-1]
    assert scene.held(wanting).number not in listed

    accepting = await scene.tried(WU, acts.Accept(full), case=whole)
    assert accepting == {"refused": "E_DEEMED_ACCEPTED"}
    await scene.do(WU, acts.DeemAccepted(), case=whole)
    assert (await scene.agreed(whole, COUNTY, TOWN)).status is Status.ACCEPTED
    recorded = await agreed_ledger(scene, whole)
    assert "下班未作任何告知，已视为受理；" in recorded
    assert "2026-12-22（周二）届满" in recorded
    await its_record_names_who_was_silent(scene, whole)

    asked = await scene.agreed(wanting, COUNTY, TOWN)
    assert asked.status is Status.AWAITING_SUPPLEMENT
    runs = await agreed_ledger(scene, wanting)
    assert "视为受理" not in runs
    assert "2026-12-24（周四）届满" in runs


async def its_record_names_who_was_silent(scene: Processes, case: CaseId) -> None:
    entry = scene.held(case).timeline[-1].entry
    url = f"/cases/{case}/papers/deemed-acceptance?entry={entry}"
    [record] = await pages_at(scene.county, COUNTY, CHEN, url)
    printed = text_of(record.content)
    for words in ("视为受理记录", TOWN_NAME, "2026年11月23日", "2026年11月28日"):
        assert words in printed


def who_also_takes_in(listed: Any) -> None:
    """The approver of a window that decides sits at its counter as well."""
    [officer] = [each for each in listed["officers"] if each["id"] == QIU]
    officer["roles"].append("clerk")
    officer["positions"].append(COUNTER)


async def test_9_an_approver_decides_on_their_own_intake_only_where_it_is_done_at_once(
    scene: Processes, tmp_path: Path
) -> None:
    await scene.publish(tmp_path / "files", "organisation.json", who_also_takes_in)
    intake = intake_for({"volume_m3": "8"})
    full = papers_for(scene.matter(MATTER), intake)
    taken: tuple[AnyAct, ...] = (acts.Receive(intake, full), acts.Accept(full))
    own = (await scene.do(QIU, *taken, matter=scene.matter(MATTER))).id
    await scene.do(REN, acts.Take(), acts.Opine(2, Outcome.PASS), case=own)
    refused = {"refused": "E_SEPARATE_ACCEPTOR"}
    assert await scene.tried(QIU, GRANT, case=own) == refused
    await scene.do(QIU, acts.Take(), case=own)
    assert await scene.tried(QIU, GRANT, case=own) == refused
    await scene.do(REN, acts.Take(), GRANT, case=own)
    assert await verdict(scene, own, REN) == (Judgement.CONFIRMED.value, "")

    birth, intake = shipped.matter(BIRTH, 2), intake_for({"mismatch": False})
    done = acts.Instant(intake, papers_for(birth, intake), (), "生育登记凭证", "applicant")
    at_once = (await scene.do(QIU, done, matter=birth)).id
    assert await verdict(scene, at_once, QIU) == (Judgement.CONFIRMED.value, "")


async def verdict(scene: Processes, case: CaseId, officer: OfficerId) -> tuple[str, str]:
    """What the county makes of a decision of this officer."""
    await scene.county.until(lambda: scene.county.rows(COUNTY, _JUDGED, case), "it is judged")
    decision = scene.held(case).decision
    assert decision is not None
    assert decision.officer == officer
    [(judgement, grounds)] = scene.county.rows(COUNTY, _JUDGED, case)
    return judgement, grounds
