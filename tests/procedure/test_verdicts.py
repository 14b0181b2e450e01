"""The county's word on what a township decided: story by story, and heard by the township."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct, ReclaimGround
from casework.case import Case, Decision, Status
from casework.entry import Entry
from casework.errors import PartMissingError
from casework.instants import instant_text
from casework.names import CaseId, MessageId, OfficerId
from casework.verdict import Judgement
from central.services.verifying import Report, verify_exports
from sync.attesting import is_proven
from sync.bodies import Verdict
from sync.desk import Attachment, Sitting, Step
from sync.exporting import export_log
from sync.stored import stored_body
from tests.builders import COUNTY, TOWN, WORDS
from tests.cluster import rows
from tests.procedure.liar import RECORD
from tests.procedure.scene import revoking, taken_in
from tests.procedure.stage import QIU, Stage

CHIEF, BOSS = OfficerId("o0057"), OfficerId("o0059")  # of forestry


async def decided(stage: Stage) -> Case:
    case = await taken_in(stage)
    return await stage.do(QIU, acts.DecideGrant((), "翁林采〔2026〕31号"), case=case)


async def verdicts(stage: Stage, case: CaseId) -> list[tuple[MessageId, Verdict]]:
    """What the county said of the decisions of a case, which the township heard word for word."""
    told = {}
    for name in (COUNTY, TOWN):
        records = await stage.nodes[name].node.journal.messages(case)
        found = [(each.message.id, stored_body(each.message)) for each in records]
        told[name] = [(id_, body) for id_, body in found if isinstance(body, Verdict)]
    assert told[COUNTY] == told[TOWN]
    return told[COUNTY]


async def cut_off_and_revoked(stage: Stage, folder: Path, mode: str) -> Case:
    """The town decides an hour after its record was revoked, and could not know."""
    await stage.on("11-23")
    case = await taken_in(stage)
    await stage.settle()
    stage.cut_off.add(TOWN)
    await stage.on("11-23", "14:00")
    since = "2026-11-23T13:00:00+08:00"
    await stage.publish(folder, "delegations.json", revoking(mode, since))
    made = await stage.do(QIU, acts.DecideGrant((), None), case=case)
    stage.cut_off.clear()
    await stage.settle()
    return made


async def test_what_was_lawful_is_confirmed_and_the_town_hears_it(stage: Stage) -> None:
    await stage.on("11-23")
    case = await decided(stage)
    await stage.settle()
    [(_, said)] = await verdicts(stage, case.id)
    assert case.decision is not None
    assert (said.decision, said.judgement) == (case.decision.entry, Judgement.CONFIRMED)
    assert said.grounds == ()
    assert said.not_before is not None
    assert said.not_before <= said.decided_at <= said.received_at
    [anchor] = said.proof
    assert await stage.nodes[COUNTY].node.journal.find_message(anchor) is not None
    standing = await stage.agreed(case.id, TOWN, COUNTY)
    assert (standing.pen, standing.held) == (TOWN, False)


async def test_what_is_brought_twice_is_judged_once(stage: Stage) -> None:
    await stage.on("11-23")
    case = await decided(stage)
    await stage.settle()
    await stage.settle()
    assert len(await verdicts(stage, case.id)) == 1


async def test_a_suspension_that_it_could_not_know_makes_the_case_wait(
    stage: Stage, tmp_path: Path
) -> None:
    made = await cut_off_and_revoked(stage, tmp_path / "county files", "suspend")
    [(_, said)] = await verdicts(stage, made.id)
    assert (said.judgement, said.grounds) == (Judgement.SUSPENDED, ("E_REVOKED_SUSPEND",))
    case = await stage.agreed(made.id, TOWN, COUNTY)
    assert case.status is Status.DECIDED  # nothing fell
    assert (case.pen, case.held) == (COUNTY, True)
    assert case.timeline[-1].code == "E_REVOKED_SUSPEND"


async def suspended(stage: Stage, folder: Path) -> CaseId:
    made = await cut_off_and_revoked(stage, folder, "suspend")
    return made.id


async def test_what_waits_goes_on_only_by_a_persons_word(stage: Stage, tmp_path: Path) -> None:
    case = await suspended(stage, tmp_path / "county files")
    code = await stage.refused(CHIEF, acts.ProduceResult(None), case=case)
    assert code == "E_CASE_HELD"
    desk = stage.desks[COUNTY]
    made = await stage.look(case)
    assert made.decision is not None
    assert not await is_proven(desk, made, made.decision.entry)

    made = await stage.do(CHIEF, acts.Ratify(BOSS), case=case)
    assert (made.status, made.held) == (Status.DECIDED, False)
    assert made.decision is not None
    assert await is_proven(desk, made, made.decision.entry)
    await stage.take_over(case, CHIEF, TOWN)
    await stage.do(QIU, acts.ProduceResult(None), case=case)
    made = await stage.agreed(case, TOWN, COUNTY)
    assert made.status is Status.READY


async def test_what_waits_is_annulled_and_decided_again(stage: Stage, tmp_path: Path) -> None:
    case = await suspended(stage, tmp_path / "county files")
    made = await stage.do(CHIEF, acts.Reopen(BOSS), case=case)
    assert (made.status, made.held, made.decision) == (Status.IN_REVIEW, False, None)
    assert [each.node for each in made.former_decisions] == [TOWN]
    assert stage.clock_of(made, "promised").state == "running"
    assert await stage.refused(CHIEF, acts.Ratify(BOSS), case=case) == "E_ACT_NOT_OPEN"
    assert len(await verdicts(stage, case)) == 1
    await stage.agreed(case, TOWN, COUNTY)
    # The town's counter can tell whoever asks, and the paper says it as well.
    for node in (TOWN, COUNTY):
        desk = stage.desks[node]
        said = await desk.read_named(await desk.get_case(case), "told")
        assert said == WORDS["told"]
    assert "renewed-acceptance" in stage.papers(made)


async def test_an_annulment_without_a_word_for_the_applicant_is_refused(
    stage: Stage, tmp_path: Path
) -> None:
    case = await suspended(stage, tmp_path / "county files")
    desk, chief = stage.desk_of(CHIEF)
    grounds = Attachment("grounds", "text/plain", WORDS["grounds"])
    sitting = Sitting(officer=chief, case_id=case)
    with pytest.raises(PartMissingError):
        await desk.perform_all([Step(acts.Reopen(BOSS), (grounds,))], sitting)


async def test_what_does_not_wait_is_not_ratified(stage: Stage) -> None:
    await stage.on("11-23")
    made = await decided(stage)
    await stage.take_over(made.id, QIU, COUNTY)
    for act in (acts.Ratify(BOSS), acts.Reopen(BOSS)):
        assert await stage.refused(CHIEF, act, case=made.id) == "E_ACT_NOT_OPEN"


async def test_a_verdict_is_a_reason_to_take_a_case_once_and_only_if_it_calls_for_it(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.on("11-23")
    made = await decided(stage)
    await stage.settle()
    assert made.decision is not None
    confirmed = made.decision.entry
    reclaim = acts.ReclaimPen(ReclaimGround.VERDICT, confirmed, hold=False, code="E_RULE")
    assert await stage.refused(CHIEF, reclaim, case=made.id) == "E_RECLAIM_GROUND"

    since = "2026-11-23T08:00:00+08:00"
    edit = revoking("suspend", since)
    await stage.publish(tmp_path / "county files", "delegations.json", edit)
    waits = await stage.agreed(made.id, TOWN, COUNTY)
    assert (waits.pen, waits.held) == (COUNTY, True)
    assert await stage.refused(CHIEF, reclaim, case=made.id) == "E_RECLAIM_GROUND"


async def test_a_milder_revocation_lets_it_go_on_and_be_sampled(
    stage: Stage, tmp_path: Path
) -> None:
    made = await cut_off_and_revoked(stage, tmp_path / "county files", "prospective")
    [(_, said)] = await verdicts(stage, made.id)
    assert said.judgement is Judgement.CONFIRMED_FLAGGED
    case = await stage.agreed(made.id, TOWN, COUNTY)
    assert (case.pen, case.held) == (TOWN, False)


async def test_a_revocation_of_yesterday_judges_again_what_was_confirmed(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.on("11-23")
    case = await decided(stage)
    await stage.settle()
    [(first, _)] = await verdicts(stage, case.id)
    since = "2026-11-23T08:00:00+08:00"
    folder = tmp_path / "county files"
    await stage.publish(folder, "delegations.json", revoking("suspend", since))
    [_, (_, again)] = await verdicts(stage, case.id)
    assert (again.judgement, again.replaces) == (Judgement.SUSPENDED, first)
    standing = await stage.agreed(case.id, TOWN, COUNTY)
    assert (standing.pen, standing.held) == (COUNTY, True)


async def test_a_revocation_of_tomorrow_or_of_another_record_judges_nothing_again(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.on("11-23")
    case = await decided(stage)
    await stage.settle()
    edits = (
        revoking("suspend", "2026-11-24T00:00:00+08:00"),
        revoking("suspend", "2026-11-01T00:00:00+08:00", "d0256"),
    )
    await stage.publish(tmp_path / "county files", "delegations.json", *edits)
    assert len(await verdicts(stage, case.id)) == 1


@pytest.mark.parametrize("acknowledged", [True, False])
async def test_a_lost_key_leaves_what_the_county_had_acknowledged(
    stage: Stage, tmp_path: Path, *, acknowledged: bool
) -> None:
    await stage.on("11-23")
    case = await decided(stage)
    await stage.settle()
    if acknowledged:
        await stage.nodes[COUNTY].node.tick()
        await stage.on("11-23", "16:00")
    since = "2026-11-23T15:00:00+08:00" if acknowledged else "2026-11-23T08:00:00+08:00"
    stage.cut_off.add(TOWN)
    lost = revoking("compromise", since, "d0256")
    await stage.publish(tmp_path / "county files", "delegations.json", lost)
    records = await stage.nodes[COUNTY].node.journal.messages(case.id)
    said = [body for each in records if isinstance(body := stored_body(each.message), Verdict)]
    if acknowledged:
        assert said[-1].judgement is Judgement.CONFIRMED
        assert len(said[-1].existed) == 1
    else:
        assert said[-1].judgement is Judgement.QUARANTINED
        assert said[-1].grounds == ("E_KEY_COMPROMISED",)


async def county_writes(stage: Stage, case: CaseId, *said: AnyAct) -> None:
    """The county's own entries, whatever its desk would say to them."""
    journal = stage.nodes[COUNTY].node.journal
    body = stored_body((await journal.messages(case))[-1].message)
    assert isinstance(body, Entry)
    for act in said:
        head = (await journal.get_case(case)).head
        again = replace(body, act=act, previous=head, delegation=None, officer=CHIEF, parts=())
        await journal.append(again, case=case)


async def reclaimed_meanwhile(stage: Stage, then: AnyAct) -> tuple[CaseId, Decision]:
    """A town decides while cut off; the county, which took the case back, goes on with `then`."""
    await stage.on("11-23")
    case = await taken_in(stage)
    await stage.settle()
    stage.cut_off.add(TOWN)
    await stage.on("11-23", "10:00")
    made = await stage.do(QIU, acts.DecideGrant((), None), case=case)
    assert made.decision is not None
    reclaim = acts.ReclaimPen(ReclaimGround.LEASE_ENDED, None, hold=False, code=None)
    await county_writes(stage, case, reclaim, then)
    stage.cut_off.clear()
    await stage.settle()
    return case, made.decision


async def test_a_decision_that_fell_out_is_judged_too(stage: Stage) -> None:
    """The county took the case back and decided; the town, cut off, had decided as well."""
    case, made = await reclaimed_meanwhile(stage, acts.DecideRefuse((), ("x1",), None))
    [(_, said)] = await verdicts(stage, case)
    assert said.decision == made.entry
    assert (said.judgement, said.grounds) == (Judgement.SUSPENDED, ("E_COUNTY_DECIDED",))
    standing = await stage.agreed(case, TOWN, COUNTY)
    assert standing.decision is not None
    assert standing.decision.node == COUNTY
    assert not standing.held
    # The town's own decision is still to be dealt with, wherever the case goes meanwhile.
    await stage.do(CHIEF, acts.HandOverPen(TOWN), case=case)
    reclaim = acts.ReclaimPen(ReclaimGround.VERDICT, said.decision, hold=True, code="E_RULE")
    await stage.do(CHIEF, reclaim, case=case)
    assert (await stage.agreed(case, TOWN, COUNTY)).pen == COUNTY


async def test_a_decision_that_fell_is_taken_up_by_the_town_that_made_it(
    stage: Stage, tmp_path: Path
) -> None:
    """The county took the case from a silent town and gave it back; the decision came too late."""
    case, made = await reclaimed_meanwhile(stage, acts.HandOverPen(TOWN))
    fallen, grant = made.entry, acts.DecideGrant((), None)
    assert (await stage.agreed(case, TOWN, COUNTY)).fallen == (fallen,)

    await stage.on("11-23", "11:00")
    at = instant_text(made.at)
    await stage.do(QIU, acts.TakeUpDeposit(fallen, at, grant), case=case)
    await stage.settle()

    standing = await stage.agreed(case, TOWN, COUNTY)
    assert standing.decision is not None
    assert standing.decision.at == made.at
    said = [body.judgement for _, body in await verdicts(stage, case)]
    assert said == [Judgement.CONFIRMED, Judgement.CONFIRMED]
    assert (await exported(stage, tmp_path)).is_sound


async def test_each_is_on_file_once(stage: Stage) -> None:
    await stage.on("11-23")
    case = await decided(stage)
    await stage.settle()
    [(id_, said)] = await verdicts(stage, case.id)
    query = "SELECT id, delegation, judgement, verdict, is_refused FROM judged_decision"
    found = await rows(stage.nodes[COUNTY].node, query)
    assert found == [(said.decision, RECORD, "CONFIRMED", id_, 0)]


async def exported(stage: Stage, folder: Path) -> Report:
    """What anybody computes from the logs of the county and the township."""
    folders = []
    for name in (COUNTY, TOWN):
        opened = stage.nodes[name]
        folders.append(folder / name)
        await export_log(opened.database, opened.store, opened.identity, folders[-1], stage.clock)
    return verify_exports(folders)


def faults(report: Report) -> list[str]:
    return [fault.reason for fault in report.faults if fault.code == "E_VERDICT"]


async def test_every_verdict_is_computed_again_from_the_logs_alone(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.on("11-20", "15:00")
    await decided(stage)
    made = await cut_off_and_revoked(stage, tmp_path / "county files", "suspend")
    assert len(await verdicts(stage, made.id)) == 1
    report = await exported(stage, tmp_path / "exports")
    assert report.faults == ()


async def test_a_verdict_that_the_logs_do_not_bear_out_is_named(
    stage: Stage, tmp_path: Path
) -> None:
    made = await cut_off_and_revoked(stage, tmp_path / "county files", "suspend")
    [(id_, said)] = await verdicts(stage, made.id)
    kind = replace(said, judgement=Judgement.CONFIRMED, grounds=(), replaces=id_)
    await stage.nodes[COUNTY].node.journal.append(kind, case=made.id)
    told = faults(await exported(stage, tmp_path / "exports"))
    assert "CONFIRMED said, SUSPENDED E_REVOKED_SUSPEND computed" in told


async def test_a_decision_that_nobody_judged_is_named(stage: Stage, tmp_path: Path) -> None:
    await stage.on("11-23")
    await decided(stage)
    stage.nodes[COUNTY].node.judge = None
    await stage.settle()
    told = faults(await exported(stage, tmp_path / "exports"))
    assert told == ["a decision without a verdict"]
