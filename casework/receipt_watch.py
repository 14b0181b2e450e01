"""Receipts that were announced ahead of their cases: when silence accepts them.

The county computes it from the announcement alone, since the law counts from the receipt and not
from when the papers reach the county.
"""

from datetime import datetime

from casework.calendar import Calendar
from casework.clock import Clock, ClockEvent, ClockName, EventKind, run_clock
from casework.clock_rules import DEFAULTS, ClockDefaults
from casework.matter import MatterVersion
from casework.receipt import receipt_day


def announced_clock(
    matter: MatterVersion,
    received_at: datetime,
    calendar: Calendar,
    now: datetime,
    *,
    defaults: ClockDefaults = DEFAULTS,
) -> Clock:
    """The notice clock of a receipt of which only the time is known, as if nobody answered."""
    day = receipt_day(matter.legal_receipt, calendar.day_of(received_at))
    started = ClockEvent(
        at=received_at,
        kind=EventKind.START,
        clocks=frozenset({ClockName.NOTICE}),
        counts_on=day.counts_on if day else None,
    )
    return run_clock(
        ClockName.NOTICE, defaults.notice, (started,), now=max(now, received_at), calendar=calendar
    )
