"""How much may be on its way to a neighbour, and how large a frame should be.

In flight is what was sent and not yet receipted: two frames, so that the line is never idle, and
twice what the line holds by its length, no more, so that a cut loses little and an urgent message
waits little. A bad link gets small frames, because the unit of progress must fit between two cuts.
"""

from collections import deque
from typing import Final

from msgspec import Struct

from casework.names import Lane
from sync.carriers.port import Outgoing, Positions
from sync.frame import FRAME_BYTES_MAX, FRAME_BYTES_MIN

FRAMES_MIN: Final = 2
WINDOW_BYTES_FIRST: Final = 64 * 1024
WINDOW_BYTES_MAX: Final = 8 * 1024 * 1024
RESEND_SECONDS_MIN: Final = 10.0
RESEND_SECONDS_MAX: Final = 300.0
QUICK_SECONDS: Final = 0.5
SLOW_SECONDS: Final = 4.0
RATES_KEPT: Final = 8
# A receipt waits so long for more to cover; to the sender that is a longer line.
RECEIPT_DELAY_SECONDS: Final = 0.05


class Flight(Struct, frozen=True):
    """A frame on its way, and how much had been receipted when it left."""

    lane: Lane
    last: int
    size: int
    at: float
    receipted_before: int


class Window:
    """What is on its way to one neighbour. Time is an argument, in seconds of any clock."""

    def __init__(self) -> None:
        self.aim_bytes = WINDOW_BYTES_FIRST // FRAMES_MIN
        self.sent: dict[Lane, int] = {}
        self.rewinds = 0  # frames asked for before the last one are not to leave any more
        self._flying: deque[Flight] = deque()
        self._flying_bytes = 0
        self._receipted_bytes = 0
        self._rates: deque[float] = deque(maxlen=RATES_KEPT)
        self._delay: float | None = None
        self._heard_at = 0.0
        self._patience = RESEND_SECONDS_MIN

    @property
    def limit_bytes(self) -> int:
        """Two frames and twice the bandwidth-delay product, within bounds."""
        held = max(self._rates, default=0.0) * ((self._delay or 0.0) + RECEIPT_DELAY_SECONDS)
        return min(WINDOW_BYTES_MAX, FRAMES_MIN * self.aim_bytes + int(2 * held))

    @property
    def is_empty(self) -> bool:
        return not self._flying

    def has_room(self) -> bool:
        """Whether another frame may leave; two may in any case."""
        in_limit = self._flying_bytes + self.aim_bytes <= self.limit_bytes
        return in_limit or len(self._flying) < FRAMES_MIN

    def note_delay(self, seconds: float) -> None:
        """How long a short question took to be answered; the shortest tells the line's length."""
        self._delay = seconds if self._delay is None else min(self._delay, seconds)

    def leaves(self, frame: Outgoing, now: float) -> None:
        if not self._flying:
            self._heard_at = now
        size = len(frame.data)
        self._flying.append(Flight(frame.lane, frame.last, size, now, self._receipted_bytes))
        self._flying_bytes += size
        self.sent[frame.lane] = frame.last

    def hear(self, receipted: Positions, now: float) -> bool:
        """Count off what a receipt covers; whether it covered anything."""
        landed = [each for each in self._flying if each.last <= receipted.get(each.lane, 0)]
        if not landed:
            return False
        self._flying = deque(each for each in self._flying if each not in landed)
        landed_bytes = sum(each.size for each in landed)
        self._flying_bytes -= landed_bytes
        self._receipted_bytes += landed_bytes
        self._heard_at, self._patience = now, RESEND_SECONDS_MIN
        self._learn(landed[-1], now)
        return True

    def is_overdue(self, now: float) -> bool:
        """Whether receipts have been missing for so long that everything is sent again."""
        return bool(self._flying) and now - self._heard_at > self._patience

    def resend(self) -> None:
        """Go back to the last receipt, and be more patient the next time."""
        self._patience = min(2 * self._patience, RESEND_SECONDS_MAX)
        self.rewind()

    def rewind(self) -> None:
        """Go back to the last receipt; what is on its way may arrive or not."""
        self.rewinds += 1
        self.sent.clear()
        self._flying.clear()
        self._flying_bytes = 0

    def cut(self) -> None:
        """The link went down: go back, and make smaller frames if any was on its way."""
        if self._flying:
            self.aim_bytes = max(FRAME_BYTES_MIN, self.aim_bytes // 2)
        self._rates.clear()
        self._delay = None
        self._patience = RESEND_SECONDS_MIN
        self.rewind()

    def _learn(self, newest: Flight, now: float) -> None:
        took = max(now - newest.at, 1e-6)
        self._rates.append((self._receipted_bytes - newest.receipted_before) / took)
        if took > SLOW_SECONDS:
            self.aim_bytes = max(FRAME_BYTES_MIN, self.aim_bytes // 2)
        elif took < QUICK_SECONDS and newest.size > self.aim_bytes // 2:
            self.aim_bytes = min(FRAME_BYTES_MAX, 2 * self.aim_bytes)
