"""Verdicts: edges to the second, and what no order and no repetition may change."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from casework import act as acts
from casework.authority import GRACE
from casework.delegation import Revocation, RevocationMode
from casework.instants import instant_text
from casework.names import DelegationId, MessageId
from casework.verdict import (
    ARRIVES_WITHIN,
    CLOCKS_APART_MAX,
    FINAL_DECISIONS,
    OUTSIDE_POWER,
    Evidence,
    Ground,
    Judgement,
    Proof,
    is_judged,
    last_arrival,
    verdict,
)
from tests.builders import COUNTY, HALL, NOON, TOWN, VILLAGE

RECORD = DelegationId("d1")
OTHER = DelegationId("d2")
REACH = NOON + timedelta(hours=72)
TICK = timedelta(microseconds=1)
PLAIN = Evidence(
    decided_at=NOON,
    clock_suspect=False,
    not_before=NOON - timedelta(hours=1),
    received_at=NOON + timedelta(hours=1),
    outside_power=None,
    delegation=RECORD,
    reach=REACH,
)

_hours = st.integers(-300, 300).map(lambda hours: NOON + timedelta(hours=hours))
_revocations = st.builds(
    Revocation,
    id=st.sampled_from("abcdef"),
    delegation=st.sampled_from([RECORD, OTHER]),
    mode=st.sampled_from(list(RevocationMode)),
    since=_hours,
    reason=st.just(""),
    instrument=st.just(""),
)
_proofs = st.builds(
    Proof,
    id=st.sampled_from([MessageId(letter * 64) for letter in "abcdef"]),
    held_at=_hours,
    is_acknowledgement=st.booleans(),
)
_evidence = st.builds(
    Evidence,
    decided_at=_hours,
    clock_suspect=st.booleans(),
    not_before=st.none() | _hours,
    received_at=_hours,
    outside_power=st.none() | st.sampled_from(sorted(OUTSIDE_POWER)),
    delegation=st.none() | st.just(RECORD),
    reach=st.none() | _hours,
    proofs=st.lists(_proofs, max_size=4).map(tuple),
    revocations=st.lists(_revocations, max_size=4).map(tuple),
    known=st.frozensets(st.sampled_from("abcdef")),
    compromised_since=st.lists(_hours, max_size=2).map(tuple),
    county_decided=st.booleans(),
)
# Such that rows 4 to 10 are reached.
_plain = _evidence.map(
    lambda each: replace(
        each,
        decided_at=NOON,
        clock_suspect=False,
        not_before=None,
        received_at=max(each.received_at, NOON),
        outside_power=None,
        reach=REACH,
    )
)


@given(_evidence, st.randoms())
def test_order_and_repetition_change_nothing(evidence: Evidence, random: object) -> None:
    shuffle = random.shuffle  # type: ignore[attr-defined]
    proofs, revocations = list(evidence.proofs) * 2, list(evidence.revocations) * 2
    shuffle(proofs)
    shuffle(revocations)
    stirred = replace(
        evidence,
        proofs=tuple(proofs),
        revocations=tuple(revocations),
        compromised_since=evidence.compromised_since[::-1] * 2,
    )
    assert verdict(stirred) == verdict(evidence)


@given(_evidence, _revocations)
def test_another_revocation_never_lightens(evidence: Evidence, more: Revocation) -> None:
    heavier = replace(evidence, revocations=(*evidence.revocations, more))
    assert verdict(heavier).judgement.severity >= verdict(evidence).judgement.severity


@given(_plain, _hours)
def test_a_lost_key_never_lightens(evidence: Evidence, since: object) -> None:
    heavier = replace(evidence, compromised_since=(*evidence.compromised_since, since))
    assert verdict(heavier).judgement.severity >= verdict(evidence).judgement.severity


@given(_evidence, _proofs)
def test_another_proof_never_weighs(evidence: Evidence, more: Proof) -> None:
    proven = replace(evidence, proofs=(*evidence.proofs, more))
    assert verdict(proven).judgement.severity <= verdict(evidence).judgement.severity


@given(_evidence)
def test_what_is_confirmed_has_no_ground_and_all_else_has(evidence: Evidence) -> None:
    found = verdict(evidence)
    assert (found.judgement is Judgement.CONFIRMED) == (found.grounds == ())


@given(_evidence)
def test_what_a_verdict_rests_on_suffices_for_it(evidence: Evidence) -> None:
    """Whoever has only the proofs that the verdict names comes to the same."""
    found = verdict(evidence)
    named = tuple(each for each in evidence.proofs if each.id in found.existed)
    assert verdict(replace(evidence, proofs=named)) == found


@settings(max_examples=300)
@given(_plain)
def test_who_knew_is_always_rejected(evidence: Evidence) -> None:
    touching = [each for each in evidence.revocations if each.touches(RECORD, NOON)]
    knew = evidence.delegation is not None and any(each.id in evidence.known for each in touching)
    found = verdict(evidence)
    assert found.is_alarm == knew
    assert (found.judgement is Judgement.REJECTED) == knew


def test_the_edges_are_where_the_table_says() -> None:
    last = REACH + GRACE
    late = {"not_before": None, "received_at": REACH + GRACE + ARRIVES_WITHIN}
    assert verdict(replace(PLAIN, decided_at=last, **late)).grounds == ()
    assert verdict(replace(PLAIN, decided_at=last + TICK, **late)).grounds == ("E_LEASE_ENDED",)

    assert PLAIN.not_before is not None
    early = PLAIN.not_before - CLOCKS_APART_MAX
    assert verdict(replace(PLAIN, decided_at=early)).grounds == ()
    assert verdict(replace(PLAIN, decided_at=early - TICK)).grounds == ("E_BEFORE_ANCHOR",)
    ahead = PLAIN.received_at + CLOCKS_APART_MAX
    assert verdict(replace(PLAIN, decided_at=ahead)).grounds == ()
    assert verdict(replace(PLAIN, decided_at=ahead + TICK)).grounds == ("E_AFTER_RECEIPT",)

    came = last_arrival(REACH)
    assert verdict(replace(PLAIN, received_at=came)).grounds == ()
    assert verdict(replace(PLAIN, received_at=came + TICK)).grounds == ("E_LATE_UNPROVEN",)


def test_the_first_three_rows_end_it() -> None:
    revoked = Revocation("r", RECORD, RevocationMode.SUSPEND, NOON, "", "")
    worse = replace(PLAIN, revocations=(revoked,), known=frozenset("r"), compromised_since=(NOON,))
    assert verdict(replace(worse, clock_suspect=True)).grounds == (Ground.CLOCK_SUSPECT.value,)
    assert verdict(replace(worse, outside_power="E_QUOTA")).grounds == ("E_QUOTA",)
    assert verdict(replace(worse, reach=None)).grounds == (Ground.LEASE_ENDED.value,)


def test_the_earliest_proof_is_named() -> None:
    came = last_arrival(REACH) + TICK
    proofs = tuple(
        Proof(MessageId(letter * 64), NOON + timedelta(hours=hours), is_acknowledgement=False)
        for letter, hours in (("b", 3), ("a", 2), ("c", 2))
    )
    assert verdict(replace(PLAIN, received_at=came, proofs=proofs)).existed == ("a" * 64,)


def test_a_decision_is_judged_where_it_was_made_by_delegation() -> None:
    grant = acts.DecideGrant((), None)
    assert {TOWN, VILLAGE} == {
        node for node in (COUNTY, HALL, TOWN, VILLAGE) if is_judged(node, grant)
    }
    assert is_judged(TOWN, acts.TakeUpDeposit(MessageId("a" * 64), instant_text(NOON), grant))
    assert not is_judged(TOWN, acts.Take())
    assert {acts.DecideGrant, acts.DecideRefuse, acts.Instant} == FINAL_DECISIONS
