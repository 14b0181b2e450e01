"""The clocks of a process, all of them ahead of the machine's by the same span.

Whoever moves the span lets time pass: the wall clock and the clock that runs from boot go together.
"""

from datetime import datetime, timedelta
from typing import Final

from sync.clock import SystemClock


class Ahead:
    seconds = 0.0


ahead: Final = Ahead()


def shift_clock() -> None:
    """Let every clock that this process makes go by the span, whatever it is by then."""
    plain_now, plain_monotonic = SystemClock.now, SystemClock.monotonic

    def now(self: SystemClock) -> datetime:
        return plain_now(self) + timedelta(seconds=ahead.seconds)

    def monotonic(self: SystemClock) -> float:
        return plain_monotonic(self) + ahead.seconds

    setattr(SystemClock, plain_now.__name__, now)
    setattr(SystemClock, plain_monotonic.__name__, monotonic)
