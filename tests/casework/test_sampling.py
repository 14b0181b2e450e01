"""Samples that nobody can steer: a pure function of a seed that was bound before."""

from datetime import date
from random import Random

from casework.names import DelegationId, MessageId
from casework.sampling import (
    REVIEWED_MIN,
    SAMPLED_PER_THOUSAND,
    SEED_BYTES,
    Eligible,
    Finding,
    Rate,
    SampleParty,
    rates,
    sample,
    seed_digest,
    week_of,
    weeks_ahead,
)

SEED = b"s" * SEED_BYTES
ONE, OTHER = DelegationId("d1"), DelegationId("d2")
MANY = [Eligible(MessageId(f"{place:064x}"), ONE) for place in range(5_000)]


def test_about_as_many_are_drawn_as_are_said() -> None:
    drawn = len(sample(SEED, SampleParty.CENTRE, MANY))
    expected = len(MANY) * SAMPLED_PER_THOUSAND // 1000
    assert 0.8 * expected < drawn < 1.2 * expected


def test_order_and_repetition_change_nothing() -> None:
    shuffled = [*MANY, *MANY[:50]]
    Random(7).shuffle(shuffled)
    assert sample(SEED, SampleParty.CENTRE, shuffled) == sample(SEED, SampleParty.CENTRE, MANY)


def test_one_more_decision_takes_no_other_out_of_the_sample() -> None:
    """Who hides or adds a decision changes nothing for the others."""
    fewer = set(sample(SEED, SampleParty.CENTRE, MANY[:4_000]))
    assert fewer <= set(sample(SEED, SampleParty.CENTRE, MANY))


def test_each_party_and_each_seed_draws_its_own() -> None:
    drawn = {sample(SEED, party, MANY) for party in SampleParty}
    assert len(drawn) == len(SampleParty)
    assert sample(b"t" * SEED_BYTES, SampleParty.CENTRE, MANY) not in drawn


def test_a_record_with_few_decisions_is_looked_at_all_the_same() -> None:
    few = [Eligible(MessageId(f"{place:064x}"), OTHER) for place in (7_001, 7_002)]
    drawn = set(sample(SEED, SampleParty.TOWNSHIP, [*MANY, *few]))
    assert drawn & {each.id for each in few}
    assert sample(SEED, SampleParty.TOWNSHIP, ()) == ()


def test_what_was_flagged_is_looked_at_in_any_case() -> None:
    undrawn = next(e for e in MANY if e.id not in sample(SEED, SampleParty.CENTRE, MANY))
    flagged = [Eligible(e.id, e.delegation, is_flagged=e == undrawn) for e in MANY]
    assert undrawn.id in sample(SEED, SampleParty.CENTRE, flagged)


def test_a_digest_binds_the_seed_to_its_week() -> None:
    assert seed_digest("2026-W48", SEED) != seed_digest("2026-W49", SEED)
    assert seed_digest("2026-W48", SEED) != seed_digest("2026-W48", b"t" * SEED_BYTES)


def test_weeks_follow_each_other_over_the_year() -> None:
    assert weeks_ahead(date(2026, 12, 31)) == ("2026-W53", "2027-W01")
    assert week_of(date(2027, 1, 3)) == "2026-W53"


def test_a_rate_counts_each_decision_once_and_wrong_if_anybody_says_so() -> None:
    a, b = MANY[0].id, MANY[1].id
    found = [(a, Finding.RIGHT), (a, Finding.WRONG), (b, Finding.RIGHT)]
    assert rates({a: ONE, b: ONE}, found) == {ONE: Rate(2, 1)}
    assert rates({a: ONE}, [*found, (MANY[2].id, Finding.WRONG)]) == {ONE: Rate(1, 1)}


def test_a_rate_says_something_from_enough_reviews_on_and_over_the_limit() -> None:
    assert not Rate(REVIEWED_MIN - 1, REVIEWED_MIN - 1).is_too_high
    assert not Rate(REVIEWED_MIN, 1).is_too_high  # one in five is the limit
    assert Rate(REVIEWED_MIN, 2).is_too_high
    assert Rate(0, 0).per_thousand == 0
