"""Admission at the county, steps 7 to 10: what is genuine takes its number, and is answered."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.act import ReclaimGround
from casework.case import Case, Status
from casework.instants import instant_text
from casework.names import CaseId, CaseNumber, Lane, MessageId, NodeId, case_id
from sync.batch import Batch
from sync.bodies import Deposit, DepositKind, Lease, Notice
from sync.claims import reclaimable
from sync.envelope import WireType, decode_envelope, seal
from sync.payloads import NOTICE
from sync.stored import stored_body
from tests.builders import COUNTY, LIN, NOON, OTHER_TOWN, TOWN, VILLAGE
from tests.cluster import (
    FIRST,
    Cluster,
    a_county,
    accepted,
    collected,
    received,
    rows,
)
from tests.wires import (
    a_message,
    acknowledged,
    an_entry,
    bring,
    codes,
    hand_frame,
    state_of,
)


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = await a_county(tmp_path)
    for child, parent in cluster.links():
        await cluster.greet(child, parent)
    yield cluster
    await cluster.close()


async def seen_at(county: Cluster, node: NodeId, case: CaseId) -> Case:
    seen = await county.case(node, case)
    assert seen is not None
    return seen


async def test_a_body_of_another_form_takes_its_number_and_is_answered(county: Cluster) -> None:
    town = county.nodes[TOWN]
    good = a_message(town, an_entry(received()))
    payload = decode_envelope(good.wire).payload
    spoiled = seal(good.type, payload.replace(b'"number":"A-0001"', b'"number":1'), town.signer)
    await bring(county, spoiled)

    above = county.nodes[COUNTY]
    [(state, code)] = await rows(above, "SELECT state, code FROM message WHERE kind = 'entry'")
    assert (state, code) == ("refused", "E_BODY")
    await county.carry(COUNTY, TOWN)
    assert await rows(town, "SELECT 1 FROM message WHERE kind = 'notice'")
    await above.tick()
    assert await acknowledged(county) == 1


async def test_only_the_county_writes_the_countys_kinds(county: Cluster) -> None:
    town = county.nodes[TOWN]
    lease = a_message(town, Lease(TOWN, FIRST, "2027-01-01T00:00:00.000000Z"))
    await bring(county, lease.wire, lane=Lane.CONTROL)

    assert await state_of(county, lease) == ("refused", "E_TYPE")
    query = "SELECT 1 FROM lease WHERE id = ?"
    assert await rows(county.nodes[COUNTY], query, lease.id) == []


async def test_a_message_dated_outside_its_keys_window_is_refused(county: Cluster) -> None:
    message = a_message(county.nodes[TOWN], an_entry(received()), at=NOON - timedelta(days=400))
    await bring(county, message.wire)
    assert await state_of(county, message) == ("refused", "E_KEY_WINDOW")


async def test_a_log_does_not_go_back_behind_trust_it_has_shown(county: Cluster) -> None:
    town = county.nodes[TOWN]
    newer = replace(county.register.versions, catalogue=5)
    first = a_message(town, an_entry(received()), trust=newer)
    second = a_message(town, an_entry(received()), seq=2, prev=first)
    await bring(county, first.wire, second.wire)

    assert await state_of(county, first) == ("admitted", None)
    assert await state_of(county, second) == ("refused", "E_TRUST_ROLLBACK")


async def test_a_deposit_that_is_not_lawful_is_answered_by_a_notice(county: Cluster) -> None:
    county.judge.refusals[(TOWN, "Deposit")] = "E_OFFICER"
    body = Deposit(CaseNumber("A-0001"), DepositKind.QUESTION, None, LIN, None, ())
    town = county.nodes[TOWN]
    case = await county.act(TOWN, received())
    deposit = await town.journal.append(body, case=case)
    await county.settle()

    assert await state_of(county, deposit) == ("refused", "E_OFFICER")
    [(id_,)] = await rows(town, "SELECT id FROM message WHERE kind = 'notice'")
    notice = await town.journal.find_message(id_)
    assert notice is not None
    assert notice.type == NOTICE.type
    told = stored_body(notice)
    assert isinstance(told, Notice)
    assert (told.about, told.code) == (deposit.id, "E_OFFICER")


async def test_a_refused_entry_falls_and_its_author_gets_the_pen_back(county: Cluster) -> None:
    county.judge.refusals[(TOWN, "Accept")] = "E_MATERIALS"
    case = await county.act(TOWN, received())
    await county.act(TOWN, accepted(), case=case)
    before = await county.case(TOWN, case)
    assert before is not None
    refused = before.head
    await county.settle()

    for name in (COUNTY, TOWN):
        standing = await county.case(name, case)
        assert standing is not None
        assert standing.status is Status.RECEIVED
        assert standing.fallen == (refused,)
        assert standing.pen == TOWN
        assert standing.moments("reclaim_pen")[0].code == "E_MATERIALS"
    state = await county.nodes[TOWN].journal.row_state(case)
    assert (state.way, state.code) == ("returned", "E_MATERIALS")

    county.judge.refusals.clear()
    await county.act(TOWN, accepted(), case=case)
    await county.settle()
    repaired = await county.case(COUNTY, case)
    assert repaired is not None
    assert repaired.status is Status.ACCEPTED


async def test_what_fell_is_taken_up_by_its_author_and_the_judge_is_shown_that_it_fell(
    county: Cluster,
) -> None:
    county.judge.refusals[(TOWN, "Accept")] = "E_MATERIALS"
    case = await county.act(TOWN, received())
    await county.act(TOWN, accepted(), case=case)
    await county.settle()
    [fallen] = (await seen_at(county, TOWN, case)).fallen
    county.judge.refusals.clear()

    await county.act(TOWN, acts.TakeUpDeposit(fallen, instant_text(NOON), accepted()), case=case)
    await county.settle()

    taken = await seen_at(county, COUNTY, case)
    assert taken.status is Status.ACCEPTED
    judged_on = county.judge.shown[taken.head]
    assert judged_on is not None
    assert judged_on.fallen == (fallen,)


async def test_an_entry_waits_for_its_predecessor_of_another_log(county: Cluster) -> None:
    """The township's entry comes before the village's on which it stands."""
    village, town = county.nodes[VILLAGE], county.nodes[TOWN]
    begun = a_message(village, an_entry(collected()))
    handed = a_message(
        village,
        an_entry(acts.HandOverPen(TOWN), previous=begun),
        seq=2,
        prev=begun,
        case=begun.header.case,
    )
    case = begun.header.case
    assert case is not None
    taken = a_message(town, an_entry(received(), previous=handed), case=case)
    await bring(county, taken.wire)
    assert await state_of(county, taken) == ("pending", None)
    assert await county.case(COUNTY, case) is None

    await bring(county, begun.wire, handed.wire)
    standing = await county.case(COUNTY, case)
    assert standing is not None
    assert standing.head == taken.id
    assert await state_of(county, taken) == ("admitted", None)


async def test_what_waited_is_judged_when_it_comes_to_stand(county: Cluster) -> None:
    county.judge.refusals[(TOWN, "Receive")] = "E_NOT_DELEGATED"
    village, town = county.nodes[VILLAGE], county.nodes[TOWN]
    begun = a_message(village, an_entry(collected()))
    case = begun.header.case
    assert case is not None
    handed = a_message(
        village, an_entry(acts.HandOverPen(TOWN), previous=begun), seq=2, prev=begun, case=case
    )
    taken = a_message(town, an_entry(received(), previous=handed), case=case)
    await bring(county, taken.wire, begun.wire, handed.wire)

    assert await state_of(county, taken) == ("refused", "E_NOT_DELEGATED")
    standing = await county.case(COUNTY, case)
    assert standing is not None
    assert standing.fallen == (taken.id,)
    assert standing.pen == TOWN


async def test_an_unknown_kind_is_kept_relayed_and_stops_acts_on_its_case(
    county: Cluster,
) -> None:
    case = await county.act(TOWN, received())
    await county.settle()
    town, above = county.nodes[TOWN], county.nodes[COUNTY]
    [first] = await rows(town, "SELECT wire FROM message WHERE kind = 'entry'")
    wire = first[0]
    payload = decode_envelope(wire).payload
    before = (await town.journal.messages(case))[0].message.id
    first_place = b'"seq":1,"prev":"' + b"0" * 64
    payload = payload.replace(first_place, b'"seq":2,"prev":"' + before.encode())
    stranger = WireType("application/vnd.tongban.weather.v1+json")
    await bring(county, seal(stranger, payload, town.signer))

    opened = await above.journal.find_opened(case)
    assert opened is not None
    assert opened.blocked == "E_UNREAD"
    query = "SELECT state FROM message WHERE kind = ?"
    assert await rows(above, query, stranger) == [("unread",)]


async def test_what_is_flooded_is_bounded(county: Cluster) -> None:
    wires = [b"\x93 nonsense %d" % number for number in range(450)]
    await bring(county, *wires)
    assert len(await codes(county.nodes[COUNTY])) == 200


async def reasons(county: Cluster, case: CaseId) -> Mapping[MessageId, frozenset[ReclaimGround]]:
    """What the county may take the pen of a case for."""
    above = county.nodes[COUNTY]
    seen = await seen_at(county, COUNTY, case)
    return await above.database.read(lambda work: reclaimable(Batch(above, work), seen))


async def test_a_refusal_is_a_reason_to_reclaim_until_a_reclaim_answers_it(
    county: Cluster,
) -> None:
    """A second beginning never stood, so the county answered by a notice and left the pen."""
    town = county.nodes[TOWN]
    newer = replace(county.register.versions, catalogue=5)
    first = a_message(town, an_entry(received()), trust=newer)
    case = case_id(first.header.log, first.header.seq)
    second = a_message(town, an_entry(accepted()), case=case, seq=2, prev=first)
    await bring(county, first.wire, second.wire)
    assert await state_of(county, second) == ("refused", "E_TRUST_ROLLBACK")
    assert await reasons(county, case) == {second.id: {ReclaimGround.REFUSAL}}

    reclaim = acts.ReclaimPen(ReclaimGround.REFUSAL, second.id, hold=False, code="E_RULE")
    await county.act(COUNTY, reclaim, case=case)
    await county.act(COUNTY, acts.HandOverPen(TOWN), case=case)
    assert (await seen_at(county, COUNTY, case)).pen == TOWN
    assert await reasons(county, case) == {}


async def test_a_refusal_that_was_answered_at_once_is_no_reason_to_reclaim_again(
    county: Cluster,
) -> None:
    county.judge.refusals[(TOWN, "Accept")] = "E_MATERIALS"
    case = await county.act(TOWN, received())
    await county.act(TOWN, accepted(), case=case)
    await county.settle()
    seen = await seen_at(county, COUNTY, case)
    assert (seen.pen, len(seen.fallen)) == (TOWN, 1)
    assert await reasons(county, case) == {}


async def test_rivals_are_a_reason_to_reclaim(county: Cluster) -> None:
    """Two successors by the holder: neither stands, and nobody but the county can go on."""
    town = county.nodes[TOWN]
    first = a_message(town, an_entry(received()))
    case = case_id(first.header.log, first.header.seq)
    left = a_message(town, an_entry(accepted(), previous=first), case=case, seq=2, prev=first)
    right = a_message(town, an_entry(acts.Take(), previous=first), case=case, seq=3, prev=left)
    await bring(county, first.wire, left.wire, right.wire)
    assert (await seen_at(county, COUNTY, case)).is_frozen
    found = await reasons(county, case)
    assert found == {each: {ReclaimGround.REFUSAL} for each in (left.id, right.id)}


async def test_the_county_may_reclaim_and_a_stranger_may_not(county: Cluster) -> None:
    case = await county.act(TOWN, received())
    await county.settle()
    reclaim = acts.ReclaimPen(ReclaimGround.LEASE_ENDED, None, hold=False, code=None)
    zhou = county.nodes[OTHER_TOWN]
    [begun] = await county.nodes[TOWN].journal.messages(case)
    previous = begun.message
    forged = a_message(zhou, an_entry(reclaim, previous=previous), case=case)
    above = county.nodes[COUNTY]
    await above.exchange.receive(OTHER_TOWN, await hand_frame(zhou, above, forged.wire))
    standing = await county.case(COUNTY, case)
    assert standing is not None
    assert standing.pen == TOWN
    assert standing.fallen == (forged.id,)

    await county.act(COUNTY, reclaim, case=case)
    await county.talk(TOWN, COUNTY)
    for name in (COUNTY, TOWN):
        standing = await county.case(name, case)
        assert standing is not None
        assert standing.pen == COUNTY
