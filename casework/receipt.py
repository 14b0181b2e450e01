"""The receipt that counts in law: where it may be given, and for which day it counts."""

from collections.abc import Collection
from datetime import date

from msgspec import Struct

from casework.delegation import Level
from casework.matter import LegalReceipt, ReceiptRule, ReceiptWindow
from casework.names import Tier


class ReceiptDay(Struct, frozen=True):
    """The day a receipt counts for, and the day before which no review clock starts."""

    counts_on: date
    review_from: date


def starts_clock(receipt: LegalReceipt, tier: Tier, levels: Collection[Level]) -> bool:
    """Whether a receipt at a node counts in law. What only assists starts nothing."""
    match receipt.rule:
        case ReceiptRule.MIRRORED:
            return False
        case ReceiptRule.COUNTY_ONLY:
            return tier is Tier.COUNTY
        case ReceiptRule.VILLAGE_COUNTS if tier is Tier.VILLAGE:
            return Level.ACCEPT in levels or Level.FINAL in levels
        case _ if tier is Tier.VILLAGE:
            return Level.ACCEPT in levels
        case _:
            return tier is Tier.COUNTY or Level.ACCEPT in levels or Level.FINAL in levels


def receipt_day(receipt: LegalReceipt, on: date) -> ReceiptDay | None:
    """The day a receipt on `on` counts for; None where the matter is not open then."""
    match receipt.rule:
        case ReceiptRule.MIRRORED:
            return None
        case ReceiptRule.MONTHLY_WINDOW if receipt.window is not None:
            counts_on = _in_month(receipt.window, on)
            return ReceiptDay(counts_on, counts_on)
        case ReceiptRule.BATCH_WINDOW if receipt.window is not None:
            ends = (p.last for p in receipt.window.periods if p.first <= on <= p.last)
            end = next(ends, None)
            return None if end is None else ReceiptDay(on, end)
        case _:
            return ReceiptDay(on, on)


def review_counts_from(receipt: LegalReceipt, received_on: date, accepted_on: date) -> date:
    """The day the promised and statutory clocks start from: the later of both."""
    day = receipt_day(receipt, received_on)
    return accepted_on if day is None else max(accepted_on, day.review_from)


def _in_month(window: ReceiptWindow, on: date) -> date:
    """Outside the days of the window a receipt counts for the next time it opens."""
    opens = window.day_from or 1
    if on.day < opens:
        return on.replace(day=opens)
    if window.day_to is None or on.day <= window.day_to:
        return on
    year, month = divmod(on.year * 12 + on.month, 12)
    return date(year, month + 1, opens)
