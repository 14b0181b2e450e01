"""The receipt that counts: who may give it and for which day it counts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.delegation import Level
from casework.matter import LegalReceipt, Period, ReceiptRule, ReceiptWindow
from casework.names import Tier
from casework.receipt import ReceiptDay, receipt_day, review_counts_from, starts_clock


def receipt(rule: ReceiptRule, window: ReceiptWindow | None = None) -> LegalReceipt:
    return LegalReceipt(rule, "", window)


MONTHLY = receipt(ReceiptRule.MONTHLY_WINDOW, ReceiptWindow(day_from=1, day_to=20))
BATCH = receipt(
    ReceiptRule.BATCH_WINDOW,
    ReceiptWindow(periods=(Period(date(2026, 10, 12), date(2026, 11, 6)),)),
)
ANY = receipt(ReceiptRule.ANY_ACCEPTING_NODE)


@pytest.mark.parametrize(
    ("rule", "tier", "level", "counts"),
    [
        ("any_accepting_node", Tier.VILLAGE, Level.ASSIST, False),
        ("any_accepting_node", Tier.VILLAGE, Level.ACCEPT, True),
        ("any_accepting_node", Tier.VILLAGE, Level.FINAL, False),
        ("any_accepting_node", Tier.TOWNSHIP, Level.ACCEPT, True),
        ("any_accepting_node", Tier.TOWNSHIP, Level.FINAL, True),
        ("any_accepting_node", Tier.TOWNSHIP, Level.ASSIST, False),
        ("any_accepting_node", Tier.COUNTY, Level.ASSIST, True),
        ("village_counts", Tier.VILLAGE, Level.FINAL, True),
        ("village_counts", Tier.VILLAGE, Level.ASSIST, False),
        ("county_only", Tier.TOWNSHIP, Level.FINAL, False),
        ("county_only", Tier.COUNTY, Level.FINAL, True),
        ("mirrored", Tier.COUNTY, Level.FINAL, False),
    ],
)
def test_who_may_start_the_clock(rule: str, tier: Tier, level: Level, *, counts: bool) -> None:
    assert starts_clock(receipt(ReceiptRule(rule)), tier, {level}) is counts


@pytest.mark.parametrize(
    ("on", "counts_on"),
    [
        (date(2026, 11, 1), date(2026, 11, 1)),
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 11, 21), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_outside_the_window_it_counts_from_the_first_of_the_next_month(
    on: date, counts_on: date
) -> None:
    assert receipt_day(MONTHLY, on) == ReceiptDay(counts_on, counts_on)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 28), st.integers(1, 28))
def test_a_receipt_counts_within_the_window_and_never_before_itself(
    on: date, one: int, other: int
) -> None:
    first, last = sorted((one, other))
    window = ReceiptWindow(day_from=first, day_to=last)
    day = receipt_day(receipt(ReceiptRule.MONTHLY_WINDOW, window), on)
    assert day is not None
    assert day.counts_on >= on
    assert first <= day.counts_on.day <= last


def test_a_batch_is_reviewed_from_its_end_but_noticed_from_the_receipt() -> None:
    received = date(2026, 10, 20)
    assert receipt_day(BATCH, received) == ReceiptDay(received, date(2026, 11, 6))
    assert review_counts_from(BATCH, received, date(2026, 10, 22)) == date(2026, 11, 6)
    assert review_counts_from(BATCH, received, date(2026, 11, 9)) == date(2026, 11, 9)
    assert receipt_day(BATCH, date(2026, 11, 7)) is None


def test_a_late_month_is_reviewed_from_the_next_one() -> None:
    received = date(2026, 11, 25)
    assert review_counts_from(MONTHLY, received, date(2026, 11, 26)) == date(2026, 12, 1)
    assert review_counts_from(ANY, received, date(2026, 11, 26)) == date(2026, 11, 26)
