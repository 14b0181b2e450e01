"""The stories of protocol.md section 12 that the journal alone can tell."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.act import Outcome, ReclaimGround
from casework.case import Status
from casework.instants import instant_text
from casework.material import MaterialVerdict
from casework.matter import MatterRef
from casework.names import CaseId, CaseNumber, Lane, NodeId
from sync.bodies import Deposit, DepositKind
from sync.part_rows import PartState
from sync.row_state import Way
from tests.builders import COUNTY, INTAKE, LIN, MATTER, NOON, OTHER_TOWN, TOWN, VILLAGE, a_verdict
from tests.cluster import (
    SECOND,
    Cluster,
    a_county,
    accepted,
    applicant,
    collected,
    received,
    rows,
)
from tests.wires import an_entry

SCAN = bytes(range(256)) * 200
RESULT = b'{"licence":"L-1"}'
MATERIALS: tuple[MaterialVerdict, ...] = (a_verdict(),)


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = await a_county(tmp_path)
    yield cluster
    await cluster.close()


async def pens(county: Cluster, case: CaseId) -> set[NodeId]:
    shown = [await county.case(name, case) for name in county.nodes]
    return {each.pen for each in shown if each is not None}


async def decided(county: Cluster, case: CaseId) -> None:
    """The county works on a case whose pen it holds, up to the result."""
    found = await county.case(COUNTY, case)
    assert found is not None
    sound = acts.JudgeMaterials(found.materials)
    for act in (acts.Take(), sound, acts.Opine(1, Outcome.PASS), acts.DecideGrant((), "D-1")):
        await county.act(COUNTY, act, case=case)
    await county.act(COUNTY, acts.ProduceResult("D-1"), case=case, parts={"result": RESULT})


async def part_states(county: Cluster, name: NodeId) -> dict[str, str]:
    """By the names of the newest standing parts: what a node has of each."""
    [(case_id,)] = await rows(county.nodes[COUNTY], "SELECT id FROM case_row")
    case = await county.case(COUNTY, case_id)
    assert case is not None
    node = county.nodes[name]
    states = await node.parts.states([part.ref.hash for part in case.parts])
    return {part.ref.name: states[part.ref.hash] for part in case.parts if part.ref.hash in states}


async def test_1_a_case_is_collected_accepted_decided_and_handed_over_elsewhere(
    county: Cluster,
) -> None:
    """Village and township work offline; the town that hands over takes no part before."""
    intake = acts.Intake("window", "1", False, None, OTHER_TOWN, "counter", ())
    case = await county.act(
        VILLAGE,
        acts.Collect(intake, MATERIALS),
        parts={"applicant": applicant(), "scan": SCAN},
    )
    await county.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
    await county.talk(VILLAGE, TOWN)
    await county.act(TOWN, acts.Receive(intake, MATERIALS), case=case)
    await county.act(TOWN, accepted(), case=case)
    await county.act(TOWN, acts.HandOverPen(COUNTY), case=case)
    await county.settle()
    await decided(county, case)
    await county.act(COUNTY, acts.ForwardResult(OTHER_TOWN), case=case)
    await county.act(COUNTY, acts.HandOverPen(OTHER_TOWN), case=case)
    await county.settle()

    assert await part_states(county, OTHER_TOWN) == {
        "applicant": PartState.HELD,
        "scan": PartState.NOT_ENTITLED,
        "result": PartState.HELD,
    }
    await county.act(OTHER_TOWN, acts.Deliver("applicant", "counter"), case=case)
    await county.act(OTHER_TOWN, acts.ReturnPen(COUNTY), case=case)
    await county.settle()
    await county.act(COUNTY, acts.Close(), case=case)
    await county.settle()

    for name in county.nodes:
        shown = await county.case(name, case)
        assert shown is not None
        assert shown.status is Status.CLOSED
    assert (await part_states(county, VILLAGE))["scan"] is PartState.ERASED
    assert (await part_states(county, VILLAGE))["result"] is PartState.HELD
    assert (await part_states(county, COUNTY))["scan"] is PartState.HELD


async def test_2_a_township_is_destroyed_after_it_receipted_a_villages_case(
    county: Cluster,
) -> None:
    case = await county.act(VILLAGE, collected(), parts={"applicant": applicant(), "scan": SCAN})
    await county.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
    await county.talk(VILLAGE, TOWN)
    state = await county.nodes[VILLAGE].journal.row_state(case)
    assert state.way is Way.RECEIVED

    await county.replace(TOWN)
    await county.settle()
    shown = await county.case(COUNTY, case)
    assert shown is not None
    assert shown.pen == TOWN
    state = await county.nodes[VILLAGE].journal.row_state(case)
    assert state.way is Way.COUNTY_HELD
    assert (await part_states(county, COUNTY))["scan"] is PartState.HELD
    await county.act(TOWN, received(), case=case)
    await county.settle()
    shown = await county.case(VILLAGE, case)
    assert shown is not None
    assert shown.status is Status.RECEIVED


async def test_2_what_only_the_village_still_holds_of_the_township_comes_back(
    county: Cluster,
) -> None:
    """The township accepted, told the village, and burnt down before it told the county."""
    case = await county.act(VILLAGE, collected(), parts={"applicant": applicant()})
    await county.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
    await county.settle()
    await county.act(TOWN, received(), case=case)
    await county.act(TOWN, accepted(), case=case)
    await county.talk(VILLAGE, TOWN)
    at_the_village = await county.case(VILLAGE, case)

    await county.replace(TOWN)
    await county.settle()
    resubmitted = await rows(county.nodes[COUNTY], "SELECT 1 FROM message WHERE kind = 'resubmit'")
    assert len(resubmitted) == 2
    for name in (COUNTY, TOWN, VILLAGE):
        assert await county.case(name, case) == at_the_village
    await county.act(TOWN, acts.HandOverPen(COUNTY), case=case)
    await county.settle()
    assert await pens(county, case) == {COUNTY}


async def test_4_what_an_offline_township_appends_after_the_reclaim_falls_and_keeps_its_time(
    county: Cluster,
) -> None:
    case = await county.act(TOWN, received())
    await county.settle()
    reclaim = acts.ReclaimPen(ReclaimGround.LEASE_ENDED, None, hold=False, code=None)
    await county.act(COUNTY, reclaim, case=case)
    for act in (accepted(), acts.HandOverPen(COUNTY)):
        await county.act(TOWN, act, case=case)
        county.pass_time(hours=1)
    town_sees = await county.case(TOWN, case)
    assert town_sees is not None
    accepted_at = town_sees.moments("accept")[0].at
    county.pass_time(days=1)
    await county.settle()

    shown = await county.case(COUNTY, case)
    assert shown is not None
    assert shown == await county.case(TOWN, case)
    assert shown.status is Status.RECEIVED
    assert len(shown.fallen) == 2
    deposits = await county.nodes[COUNTY].journal.open_deposits(case)
    assert set(deposits) == set(shown.fallen)
    deposit = next(id_ for id_, at in deposits.items() if at == instant_text(accepted_at))

    restated = acts.TakeUpDeposit(deposit, instant_text(accepted_at), accepted())
    await county.act(COUNTY, restated, case=case)
    await county.settle()
    for name in (COUNTY, TOWN):
        shown = await county.case(name, case)
        assert shown is not None
        assert shown.status is Status.ACCEPTED
        assert shown.moments("accept")[0].at == accepted_at


async def test_5_a_villages_entry_is_refused_after_the_township_built_on_it(
    county: Cluster,
) -> None:
    county.judge.refusals[(VILLAGE, "Collect")] = "E_NOT_DELEGATED"
    case = await county.act(VILLAGE, collected(), parts={"applicant": applicant()})
    await county.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
    await county.talk(VILLAGE, TOWN)
    received_at = NOON + timedelta(hours=2)
    county.pass_time(hours=2)
    await county.act(TOWN, received(), case=case)
    await county.act(TOWN, accepted(), case=case)
    await county.settle()

    for name in (COUNTY, TOWN, VILLAGE):
        shown = await county.case(name, case)
        assert shown is not None
        assert shown.pen == VILLAGE
        assert len(shown.fallen) == 4
    # The receipt is not lost with the entry it stood on.
    county.judge.refusals.clear()
    deposits = await county.nodes[VILLAGE].journal.open_deposits(case)
    assert instant_text(received_at) in deposits.values()
    await county.act(VILLAGE, collected(), case=case)
    await county.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
    await county.settle()
    taken = await county.nodes[TOWN].journal.open_deposits(case)
    receipt = min(id_ for id_, at in taken.items() if at == instant_text(received_at))
    take_up = acts.TakeUpDeposit(receipt, instant_text(received_at), received())
    await county.act(TOWN, take_up, case=case)
    await county.settle()
    shown = await county.case(COUNTY, case)
    assert shown is not None
    assert shown.status is Status.RECEIVED
    assert shown.moments("receive")[0].at == received_at


async def test_6_the_counter_is_changed_after_the_result_was_sent(county: Cluster) -> None:
    intake = acts.Intake("window", "1", False, None, OTHER_TOWN, "counter", ())
    case = await county.act(TOWN, acts.Receive(intake, MATERIALS), parts={"applicant": applicant()})
    await county.act(TOWN, accepted(), case=case)
    await county.act(TOWN, acts.HandOverPen(COUNTY), case=case)
    await county.settle()
    await decided(county, case)
    await county.act(COUNTY, acts.HandOverPen(OTHER_TOWN), case=case)
    await county.settle()

    # The applicant asks at home; the old counter takes it up and hands over.
    change = acts.ChangePickup(TOWN)
    body = Deposit(CaseNumber("A-0001"), DepositKind.CHANGE_PICKUP, change, LIN, None, ())
    deposit = await county.nodes[TOWN].journal.append(body, case=case)
    await county.settle()
    waiting = await county.nodes[OTHER_TOWN].journal.open_deposits(case)
    assert deposit.id in waiting
    take_up = acts.TakeUpDeposit(deposit.id, waiting[deposit.id], change)
    await county.act(OTHER_TOWN, take_up, case=case)
    await county.act(OTHER_TOWN, acts.HandOverPen(TOWN), case=case)
    left_with = await county.case(OTHER_TOWN, case)
    await county.settle()
    await county.act(TOWN, acts.Deliver("applicant", "counter"), case=case)
    await county.settle()

    shown = await county.case(TOWN, case)
    assert shown is not None
    assert shown.status is Status.DELIVERED
    assert shown == await county.case(COUNTY, case)
    # The entry by which the old counter left is the last it was sent.
    assert await county.case(OTHER_TOWN, case) == left_with
    county.pass_time(days=8)
    await county.nodes[OTHER_TOWN].tidy()
    assert set((await part_states(county, OTHER_TOWN)).values()) == {PartState.ERASED}


async def test_9_the_receipt_fixes_the_version_that_was_published_while_a_draft_was_open(
    county: Cluster,
) -> None:
    node = county.nodes[TOWN]
    draft = await node.journal.append(an_entry(acts.Draft(INTAKE)))
    case = draft.header.case
    assert case is not None
    newer = MatterRef(MATTER.matter, 2)
    entry = an_entry(received(), previous=draft)
    receipt = await node.journal.append(replace(entry, matter_version=newer), case=case)
    stale = replace(an_entry(accepted(), previous=receipt), matter_version=MATTER)
    await node.journal.append(stale, case=case)
    await county.settle()

    for name in (TOWN, COUNTY):
        shown = await county.case(name, case)
        assert shown is not None
        assert shown.matter == newer


async def test_11_a_gap_in_a_lane_is_closed_by_the_township_that_came_after(
    county: Cluster,
) -> None:
    """The county misses a village's first message, and the township that held it is gone."""
    first = await county.act(VILLAGE, collected(), number="A-1")
    second = await county.act(VILLAGE, collected(), number="A-2")
    await county.talk(VILLAGE, TOWN)
    town = county.nodes[TOWN]
    query = "DELETE FROM listed WHERE message_id = (SELECT id FROM message WHERE case_id = ?)"
    await county.greet(TOWN, COUNTY)
    await town.database.execute(query, (first,))
    assert await county.nodes[COUNTY].journal.find_case(second) is None

    await county.replace(TOWN, SECOND, accepted=dict.fromkeys(Lane, 0))
    await county.settle()
    for case in (first, second):
        assert await county.case(COUNTY, case) is not None
    assert await rows(county.nodes[COUNTY], "SELECT 1 FROM held") == []


async def test_12_parts_erased_on_leaving_come_back_with_the_case(county: Cluster) -> None:
    case = await county.act(VILLAGE, collected(), parts={"applicant": applicant(), "scan": SCAN})
    await county.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
    await county.settle()
    assert (await part_states(county, VILLAGE))["scan"] is PartState.ERASED

    await county.act(TOWN, acts.ReturnPen(VILLAGE), case=case)
    await county.settle()
    assert (await part_states(county, VILLAGE))["scan"] is PartState.HELD
    await county.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
    await county.settle()
    assert (await part_states(county, VILLAGE))["scan"] is PartState.ERASED
