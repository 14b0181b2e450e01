"""A township with valid keys that asks no rules before it signs: none of it is confirmed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.act import ReclaimGround
from casework.case import Status
from casework.entry import Entry
from casework.names import CaseId, MessageId
from casework.verdict import Judgement
from central.services.verifying import verify_exports
from sync.exporting import export_log
from sync.parts import make_part
from sync.stored import stored_body
from tests.builders import COUNTY, OTHER_TOWN, TOWN
from tests.cluster import rows
from tests.procedure.stage import QIU, WU, Stage
from tests.procedure.test_verdicts import RECORD, revoking, taken_in, verdicts

OPINION = ("情况属实".encode(), b"s" * 16)


async def signed(stage: Stage, case: CaseId, **said: Any) -> MessageId:
    """The town's key signs a grant, whatever its own rules say."""
    node = stage.nodes[TOWN].node
    messages = await node.journal.messages(case)
    before = next(
        body for each in reversed(messages) if isinstance(body := stored_body(each.message), Entry)
    )
    hash_, data = make_part(*OPINION)
    part = replace(before.parts[0], hash=hash_, size=len(data), name="opinion")
    standing = await node.journal.get_case(case)
    at = said.pop("at", None)
    entry = Entry(
        number=before.number,
        previous=standing.head,
        act=acts.DecideGrant((), None),
        matter_version=before.matter_version,
        delegation=said.get("delegation", RECORD),
        officer=said.get("officer", QIU),
        acting_for=None,
        bundle=None,
        project=None,
        parts=(part,),
    )
    made = await node.journal.append(entry, case=case, parts={hash_: data}, at=at)
    return made.id


async def one_verdict(stage: Stage, case: CaseId) -> tuple[Judgement, tuple[str, ...]]:
    [(_, said)] = await verdicts(stage, case)
    return said.judgement, said.grounds


@pytest.mark.parametrize(
    ("said", "code", "pen"),
    [
        ({"delegation": "d0001"}, "E_DELEGATION_CITED", COUNTY),
        ({"delegation": None}, "E_DELEGATION_CITED", COUNTY),
        ({"officer": WU}, "E_ROLE", TOWN),
    ],
)
async def test_what_is_outside_its_power_falls(
    stage: Stage, said: dict[str, Any], code: str, pen: str
) -> None:
    """A case decided beyond the record stays at the county; what can be repaired goes back."""
    await stage.on("11-23")
    case = await taken_in(stage)
    made = await signed(stage, case, **said)
    await stage.settle()
    assert await one_verdict(stage, case) == (Judgement.REJECTED, (code,))
    standing = await stage.agreed(case, TOWN, COUNTY)
    assert (standing.status, standing.decision, standing.fallen) == (
        *(Status.IN_REVIEW, None),
        (made,),
    )
    assert standing.pen == pen
    told = standing.moments("reclaim_pen")[-1]
    assert told.code == code
    entry = stored_body(await stage.nodes[COUNTY].node.journal.find_message(told.entry))  # type: ignore[arg-type]
    assert isinstance(entry, Entry)
    assert isinstance(entry.act, acts.ReclaimPen)
    assert entry.act.ground is ReclaimGround.VERDICT


async def test_who_knew_of_the_revocation_sets_off_an_alarm(stage: Stage, tmp_path: Path) -> None:
    await stage.on("11-23")
    case = await taken_in(stage)
    edit = revoking("suspend", "2026-11-23T08:00:00+08:00")
    await stage.publish(tmp_path / "county files", "delegations.json", edit)
    await signed(stage, case)
    await stage.settle()
    assert await one_verdict(stage, case) == (Judgement.REJECTED, ("E_DELEGATION_REVOKED",))
    query = "SELECT event, code FROM audit WHERE is_alarm"
    alarms = await rows(stage.nodes[COUNTY].node, query)
    assert alarms == [("revocation-ignored", "E_DELEGATION_REVOKED")]


async def test_a_date_before_what_it_had_heard_is_quarantined(stage: Stage) -> None:
    """A lease had lapsed; the decision pretends to be of the day on which it had not."""
    await stage.on("11-23")
    case = await taken_in(stage)
    dated = stage.clock.now() + timedelta(minutes=30)
    await stage.settle()
    await stage.on("11-30")
    await signed(stage, case, at=dated)
    await stage.settle()
    assert await one_verdict(stage, case) == (Judgement.QUARANTINED, ("E_BEFORE_ANCHOR",))
    standing = await stage.agreed(case, TOWN, COUNTY)
    assert (standing.pen, standing.held) == (COUNTY, True)


async def test_a_date_to_come_is_quarantined(stage: Stage) -> None:
    await stage.on("11-23")
    case = await taken_in(stage)
    await signed(stage, case, at=stage.clock.now() + timedelta(hours=2))
    await stage.settle()
    assert await one_verdict(stage, case) == (Judgement.QUARANTINED, ("E_AFTER_RECEIPT",))


async def test_past_lease_and_grace_nothing_is_decided(stage: Stage) -> None:
    await stage.on("11-23")
    case = await taken_in(stage)
    await stage.settle()
    stage.cut_off.add(TOWN)
    await stage.on("11-27")
    await signed(stage, case)
    stage.cut_off.clear()
    await stage.settle()
    assert await one_verdict(stage, case) == (Judgement.REJECTED, ("E_LEASE_ENDED",))
    assert (await stage.agreed(case, TOWN, COUNTY)).pen == TOWN


async def test_a_decision_that_came_too_late_waits(stage: Stage) -> None:
    await stage.on("11-23")
    case = await taken_in(stage)
    await stage.settle()
    stage.cut_off.add(TOWN)
    await stage.on("11-23", "10:00")
    await signed(stage, case)
    await stage.on("12-01")
    stage.cut_off.clear()
    await stage.settle()
    assert await one_verdict(stage, case) == (Judgement.SUSPENDED, ("E_LATE_UNPROVEN",))


async def test_whatever_was_tried_is_computed_again_from_the_logs(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.on("11-23")
    for said in ({"delegation": None}, {"officer": WU}, {"at": stage.clock.now()}):
        await signed(stage, await taken_in(stage), **said)
        await stage.settle()
    folders = []
    for name in (COUNTY, TOWN, OTHER_TOWN):
        opened = stage.nodes[name]
        folders.append(tmp_path / name)
        await export_log(opened.database, opened.store, opened.identity, folders[-1], stage.clock)
    assert verify_exports(folders).faults == ()
