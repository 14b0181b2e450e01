"""The chain and the pen: every node that holds the same entries computes the same case."""

import random
from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import act as acts
from casework.act import AnyAct, ReclaimGround
from casework.case import Case, Closure, Deferral, Status
from casework.entry import Entry, Written
from casework.fold import advance, continues, fold
from casework.instants import instant_text
from casework.names import NodeId
from tests.builders import (
    COUNTY,
    HALL,
    INTAKE,
    NODES,
    NOON,
    OTHER_TOWN,
    TOWN,
    VILLAGE,
    Pad,
    a_verdict,
    accepted_in_town,
    collected_and_handed_up,
)

RECLAIM = acts.ReclaimPen(ReclaimGround.REFUSAL, None, False, "E_MATERIALS")


def folded(written: list[Written]) -> Case:
    case = fold(written).case
    assert case is not None
    return case


def test_a_case_walks_from_the_village_to_another_town() -> None:
    pad = Pad()
    chain = pad.chain(
        *accepted_in_town(),
        (TOWN, acts.HandOverPen(COUNTY)),
        (COUNTY, acts.Take()),
        (COUNTY, acts.DecideGrant((), None)),
        (COUNTY, acts.ProduceResult(None)),
        (COUNTY, acts.ForwardResult(OTHER_TOWN)),
        (COUNTY, acts.HandOverPen(OTHER_TOWN)),
        (OTHER_TOWN, acts.Deliver("applicant", "counter")),
        (OTHER_TOWN, acts.HandOverPen(COUNTY)),
        (COUNTY, acts.Close()),
    )

    case = folded(chain)

    assert (case.status, case.closure) == (Status.CLOSED, Closure.NORMAL)
    assert (case.collected_by, case.received_by) == (VILLAGE, TOWN)
    assert case.first_responsible == VILLAGE
    assert case.length == len(chain)


def test_what_was_deferred_holds_the_result_until_it_is_supplied() -> None:
    pad = Pad()
    chain = pad.chain(
        (TOWN, acts.Receive(INTAKE, ())),
        (TOWN, acts.AcceptDeferred((a_verdict(),), "2026-12-04")),
        (TOWN, acts.Take()),
        (TOWN, acts.DecideGrant((), None)),
    )
    assert folded(chain).status is Status.RESULT_HELD

    chain.append(pad.write(acts.DeferredSatisfied(()), node=TOWN, after=chain[-1]))

    assert folded(chain).status is Status.READY
    assert folded(chain).deferral is Deferral.SATISFIED


def test_two_successors_by_the_pen_holder_freeze_the_case_until_the_county_reclaims() -> None:
    pad = Pad()
    chain = pad.chain(*accepted_in_town())
    left = pad.write(acts.Take(), node=TOWN, after=chain[-1])
    right = pad.write(acts.HandOverPen(COUNTY), node=TOWN, after=chain[-1])

    frozen = folded([*chain, left, right])
    assert frozen.is_frozen
    assert frozen.head == chain[-1].id
    assert frozen.fallen == ()

    reclaim = pad.write(RECLAIM, node=COUNTY, after=chain[-1])
    settled = folded([*chain, left, right, reclaim])
    assert not settled.is_frozen
    assert settled.pen == COUNTY
    assert set(settled.fallen) == {left.id, right.id}


def test_a_stranger_never_freezes_a_case() -> None:
    pad = Pad()
    chain = pad.chain(*accepted_in_town())
    stranger = pad.write(acts.Take(), node=OTHER_TOWN, after=chain[-1])
    own = pad.write(acts.Take(), node=TOWN, after=chain[-1])

    case = folded([*chain, stranger, own])

    assert case.head == own.id
    assert case.fallen == (stranger.id,)


def test_what_follows_a_reclaimed_entry_falls_out_and_keeps_its_legal_time() -> None:
    pad = Pad()
    chain = pad.chain(*accepted_in_town())
    good, refused = chain[1], chain[2]
    reclaim = pad.write(
        acts.ReclaimPen(ReclaimGround.REFUSAL, refused.id, False, "E_MATERIALS"),
        node=COUNTY,
        after=good,
    )
    back = pad.write(acts.HandOverPen(TOWN), node=COUNTY, after=reclaim)
    repaired = pad.write(
        acts.TakeUpDeposit(
            refused.id, instant_text(refused.at), acts.Receive(INTAKE, (a_verdict(),))
        ),
        node=TOWN,
        after=back,
    )

    case = folded([*chain, reclaim, back, repaired])

    assert case.status is Status.RECEIVED
    assert case.received_by == TOWN
    assert set(case.fallen) == {chain[2].id, chain[3].id}
    assert case.timeline[-1].at == refused.at
    assert case.timeline[-1].written_at == repaired.at


def test_a_case_refused_from_its_first_entry_stays_its_authors() -> None:
    pad = Pad()
    first = pad.write(acts.Collect(INTAKE, ()), node=VILLAGE, after=None)
    reclaim = pad.write(RECLAIM, node=COUNTY, after=None, case=first.case)
    back = pad.write(acts.HandOverPen(VILLAGE), node=COUNTY, after=reclaim)

    case = folded([first, reclaim, back])

    assert (case.opened_by, case.pen, case.status) == (VILLAGE, VILLAGE, None)
    assert case.fallen == (first.id,)


def test_another_entry_on_the_zeros_is_no_rival() -> None:
    pad = Pad()
    first = pad.write(acts.Collect(INTAKE, ()), node=VILLAGE, after=None)
    impostor = pad.write(acts.Receive(INTAKE, ()), node=VILLAGE, after=None, case=first.case)

    case = folded([first, impostor])

    assert case.head == first.id
    assert not case.is_frozen


def test_a_deposit_counts_once() -> None:
    pad = Pad()
    chain = pad.chain((TOWN, acts.Receive(INTAKE, ())))
    deposit = pad.write(acts.Withdraw("applicant"), node=OTHER_TOWN, after=chain[0])
    adopted = acts.TakeUpDeposit(
        deposit.id, instant_text(deposit.at), acts.NotifyDeficiency((), "2026-12-20")
    )
    chain.append(pad.write(adopted, node=TOWN, after=chain[-1]))
    chain.append(pad.write(adopted, node=TOWN, after=chain[-1]))

    case = folded([*chain, deposit])

    assert case.notices == 1
    assert case.taken_up == (deposit.id,)


def test_the_latest_reclaim_of_the_county_stands() -> None:
    pad = Pad()
    chain = pad.chain(*collected_and_handed_up())
    pad.write(RECLAIM, node=COUNTY, after=chain[-1])
    later = pad.write(RECLAIM, node=COUNTY, after=chain[-1])

    assert folded(pad.written).head == later.id


def test_an_entry_whose_predecessor_is_not_held_is_parked() -> None:
    pad = Pad()
    chain = pad.chain(*accepted_in_town())

    gap = fold([chain[0], chain[1], chain[3]])

    assert gap.parked == (chain[3].id,)
    assert gap.case is not None
    assert gap.case.fallen == ()
    assert gap.case.head == chain[1].id


ACTS: list[AnyAct] = [
    acts.Receive(INTAKE, (a_verdict(),)),
    acts.NotifyDeficiency((), "2026-12-20"),
    acts.Supplement(()),
    acts.Accept(()),
    acts.AcceptDeferred((), "2026-12-20"),
    acts.Take(),
    acts.DecideGrant((), None),
    acts.DeferredSatisfied(()),
    acts.HandOverPen(TOWN),
    acts.HandOverPen(COUNTY),
    acts.HandOverPen(HALL),
    RECLAIM,
    acts.Withdraw("applicant"),
]


@st.composite
def histories(draw: st.DrawFn) -> list[Written]:
    """Anything at all that nodes may have written: chains, rivals, strangers, reclaims."""
    pad = Pad()
    opener = acts.Collect(INTAKE, (a_verdict(),))
    written = [pad.write(opener, node=VILLAGE, after=None)]
    for _ in range(draw(st.integers(0, 14))):
        node: NodeId = draw(st.sampled_from(NODES))
        after = draw(st.sampled_from([*written[-2:], written[0]]))
        act = draw(st.sampled_from(ACTS))
        if draw(st.booleans()):
            at = instant_text(NOON + timedelta(hours=draw(st.integers(0, 5))))
            deposit = draw(st.sampled_from(written)).id
            act = acts.TakeUpDeposit(deposit, at, acts.Accept(()))
        written.append(pad.write(act, node=node, after=after))
    return written


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_the_order_of_arrival_does_not_matter(
    written: list[Written], chance: random.Random
) -> None:
    shuffled = [*written, *written]
    chance.shuffle(shuffled)

    assert fold(shuffled) == fold(written)


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_counting_in_one_entry_equals_folding_all(
    written: list[Written], chance: random.Random
) -> None:
    """The inbox advances where it may and folds afresh where it must; both agree."""
    arrival = list(written)
    chance.shuffle(arrival)
    held: list[Written] = []
    case: Case | None = None
    for each in arrival:
        extends = continues(case, each)
        parked = bool(fold(held).parked)
        held.append(each)
        case = advance(case, each) if extends and not parked else fold(held).case

    assert case == fold(written).case


@given(histories())
@settings(max_examples=100)
def test_every_entry_is_standing_fallen_rival_or_after_a_rival(written: list[Written]) -> None:
    result = fold(written)
    assert result.case is not None
    standing = {moment.entry for moment in result.case.timeline}
    fallen, rivals = set(result.case.fallen), set(result.case.rivals)

    assert not standing & fallen
    assert not rivals & (standing | fallen)
    assert result.parked == ()


def test_an_entry_survives_its_wire_form() -> None:
    pad = Pad()
    for each in pad.chain(*accepted_in_town()):
        wire = msgspec.json.encode(each.entry)
        assert msgspec.json.decode(wire, type=Entry) == each.entry
        assert msgspec.json.encode(msgspec.json.decode(wire, type=Entry)) == wire
