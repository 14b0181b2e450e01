"""Queue tickets of a hall: who is called next, and what may happen to a ticket.

A hall's queue is its own: it needs no line, and no case depends on it. Turns are kept in one order,
so that nobody can be passed over unseen: those who go first by rule, then by when their turn began.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.errors import CaseworkError
from casework.names import CaseId, OfficerId

SERIAL_DIGITS: Final = 3


class TicketMovedOnError(CaseworkError):
    """Another window has called, skipped or served this ticket meanwhile."""

    code = "E_TICKET_MOVED_ON"


class Line(StrEnum):
    """What people queue for; the letter before the serial number of a ticket."""

    INTAKE = "A"
    RESULTS = "B"
    ADVICE = "C"


class TicketState(StrEnum):
    """Stored; never change a value."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    SKIPPED = "skipped"
    DONE = "done"


class TicketMove(StrEnum):
    CALL = "call"
    CALL_AGAIN = "call-again"
    SERVE = "serve"
    SKIP = "skip"
    QUEUE_AGAIN = "queue-again"
    FINISH = "finish"


class Ticket(Struct, frozen=True, kw_only=True):
    """A place in the queue of one day."""

    id: str
    line: Line
    serial: int
    taken_at: datetime
    turn_at: datetime  # since when it is this person's turn to wait
    goes_first: bool = False  # the elderly, the disabled, soldiers and whoever else goes first
    state: TicketState = TicketState.WAITING
    called_at: datetime | None = None
    window: str | None = None
    officer: OfficerId | None = None
    case: CaseId | None = None

    @property
    def number(self) -> str:
        """What is printed and called: A001."""
        return f"{self.line}{self.serial:0{SERIAL_DIGITS}d}"


_S, _M = TicketState, TicketMove
_MOVES: Final = {
    (_S.WAITING, _M.CALL): _S.CALLED,
    (_S.CALLED, _M.CALL_AGAIN): _S.CALLED,
    (_S.CALLED, _M.SERVE): _S.SERVING,
    (_S.CALLED, _M.SKIP): _S.SKIPPED,
    (_S.SKIPPED, _M.QUEUE_AGAIN): _S.WAITING,
    (_S.CALLED, _M.FINISH): _S.DONE,
    (_S.SERVING, _M.FINISH): _S.DONE,
}


def moved(ticket: Ticket, move: TicketMove) -> TicketState:
    """The state a move leads to; TicketMovedOnError if it is not open from where the ticket is."""
    found = _MOVES.get((ticket.state, move))
    if found is None:
        raise TicketMovedOnError(f"{move} of a ticket that is {ticket.state}")
    return found


def in_order(tickets: Iterable[Ticket]) -> list[Ticket]:
    """Those that wait, in the order in which they are called."""
    waiting = (each for each in tickets if each.state is TicketState.WAITING)
    return sorted(waiting, key=lambda each: (not each.goes_first, each.turn_at, each.number))


def turn_of_booked(taken_at: datetime, booked_at: datetime) -> datetime:
    """Who booked and comes late loses no turn; who comes early waits like everybody."""
    return min(taken_at, booked_at)
