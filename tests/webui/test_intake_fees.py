"""Fees at the counter: due before acceptance, waived on a ground, or left for the issuing (C10)."""

import pytest

from casework import act as acts
from tests.county import matter
from tests.webui.intake_cases import typed

PASSPORT = matter("ordinary-passport")
MORTGAGE = matter("real-estate-mortgage")
TRANSFER = matter("real-estate-transfer")


def test_what_is_due_before_acceptance_must_be_settled_by_whoever_accepts() -> None:
    assert typed(PASSPORT, act="accept").errors.of("fee-0")
    assert not typed(PASSPORT, act="receive").errors.of("fee-0")

    paid = typed(PASSPORT, **{"act": "accept", "fee-0": "paid"})

    assert not paid.errors.of("fee-0")
    assert paid.fees == (acts.SettleFee(0, 12_000, None),)


def test_a_fee_is_waived_on_a_ground_of_the_matter_and_on_no_other() -> None:
    assert typed(MORTGAGE, **{"fee-0": "waived-0"}).fees == (acts.SettleFee(0, 0, 0),)
    assert typed(MORTGAGE, **{"fee-0": "waived-9"}).fees == ()


def test_what_is_due_before_issuing_may_wait() -> None:
    form = typed(MORTGAGE, act="accept")

    assert form.fees == ()
    assert not form.errors.of("fee-0")


@pytest.mark.parametrize("amount", ["", "-1", "十", "99999999999"])
def test_an_amount_that_no_tariff_fixes_is_typed_and_checked(amount: str) -> None:
    wrong = typed(TRANSFER, **{"fee-1": "paid", "fee-1-yuan": amount})

    assert wrong.errors.of("fee-1-yuan")
    assert wrong.fees == ()
    right = typed(TRANSFER, **{"fee-1": "paid", "fee-1-yuan": "350"})
    assert right.fees == (acts.SettleFee(1, 35_000, None),)
