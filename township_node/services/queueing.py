"""排队叫号: tickets taken at the door, called at a window, and the case that came of one.

Everything is kept by this node alone, so it works while the line is down.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from casework.names import CaseId
from casework.organisation import Officer
from casework.tickets import (
    Line,
    Ticket,
    TicketMove,
    TicketMovedOnError,
    TicketState,
    in_order,
    moved,
    turn_of_booked,
)
from sync.engine import Database
from sync.keys import random_bytes
from township_node.services.office import Office
from township_node.store.tickets import Booking, Tickets

# Whoever presses the machine's buttons for fun fills no more than this.
WAITING_MAX: Final = 300
BOOKED_AHEAD: Final = timedelta(days=30)
CALLED_SHOWN_MAX: Final = 8
_ID_BYTES: Final = 16


class QueueFullError(Exception):
    """So many wait that another ticket would promise what no window can keep."""


class Hall(Struct, frozen=True, kw_only=True):
    """The queue as an officer sees it."""

    waiting: Sequence[Ticket]
    skipped: Sequence[Ticket]
    mine: Ticket | None
    ended: Sequence[Ticket]
    window: str

    def ahead(self, line: Line) -> int:
        return sum(each.line is line for each in self.waiting)


class Wish(Struct, frozen=True, kw_only=True):
    """When somebody means to come, for what, and how to reach them."""

    line: Line
    booked_at: datetime
    person: str
    phone: str
    note: str


class Queue:
    def __init__(self, office: Office, database: Database, tickets: Tickets) -> None:
        self._office: Final = office
        self._database: Final = database
        self._tickets: Final = tickets

    # At the door.

    async def take(
        self, line: Line, *, goes_first: bool = False, booking: Booking | None = None
    ) -> Ticket:
        """The next ticket of a line; QueueFullError where too many wait."""
        now, day = self._office.now(), self._office.today()
        async with self._database.transaction():
            today = await self._tickets.of_day(day)
            if sum(each.state is TicketState.WAITING for each in today) >= WAITING_MAX:
                raise QueueFullError
            ticket = Ticket(
                id=random_bytes(_ID_BYTES).hex(),
                line=line,
                serial=1 + max((each.serial for each in today if each.line is line), default=0),
                taken_at=now,
                turn_at=now if booking is None else turn_of_booked(now, booking.booked_at),
                goes_first=goes_first,
            )
            await self._tickets.put(day, ticket)
            if booking is not None:
                await self._tickets.came(booking.id, ticket.id)
        return ticket

    async def find(self, id_: str) -> tuple[Ticket, int] | None:
        """A ticket of today, and how many are called before it."""
        today = await self._tickets.of_day(self._office.today())
        ticket = next((each for each in today if each.id == id_), None)
        if ticket is None:
            return None
        order = [each.id for each in in_order(today)]
        return ticket, order.index(id_) if id_ in order else 0

    async def called(self) -> Sequence[Ticket]:
        """Whom the windows want to see now, the latest call first."""
        today = await self._tickets.of_day(self._office.today())
        called = [each for each in today if each.state is TicketState.CALLED]
        called.sort(key=lambda each: (each.called_at or each.taken_at, each.id), reverse=True)
        return called[:CALLED_SHOWN_MAX]

    # At a window.

    async def hall(self, officer: Officer) -> Hall:
        today = await self._tickets.of_day(self._office.today())
        own = [each for each in today if each.officer == officer.id]
        now_served = [
            each for each in own if each.state in {TicketState.CALLED, TicketState.SERVING}
        ]
        last = max(own, key=lambda each: each.called_at or each.taken_at, default=None)
        return Hall(
            waiting=in_order(today),
            skipped=[each for each in today if each.state is TicketState.SKIPPED],
            mine=now_served[-1] if now_served else None,
            ended=[each for each in reversed(today) if each.state is TicketState.DONE],
            window=(last.window or "") if last is not None else "",
        )

    async def call_next(
        self, officer: Officer, window: str, lines: Collection[Line]
    ) -> Ticket | None:
        """Call whoever's turn it is; whom this officer served until now is done with."""
        day = self._office.today()
        async with self._database.transaction():
            today = await self._tickets.of_day(day)
            for each in today:
                if each.officer == officer.id and each.state is TicketState.SERVING:
                    await self._put(each, TicketMove.FINISH)
            waiting = [each for each in in_order(today) if each.line in lines]
            if not waiting:
                return None
            return await self._put(waiting[0], TicketMove.CALL, officer, window)

    async def move(self, id_: str, move: TicketMove, officer: Officer) -> Ticket:
        """Another move of a ticket; TicketMovedOnError if it is no longer open."""
        async with self._database.transaction():
            ticket = await self._tickets.find(id_)
            if ticket is None:
                raise TicketMovedOnError("no such ticket")
            window = ticket.window or ""
            return await self._put(ticket, move, officer, window)

    async def served(self, officer: Officer, case: CaseId) -> None:
        """Note which case came of the ticket that this officer is serving."""
        day = self._office.today()
        for each in await self._tickets.of_day(day):
            is_theirs = each.officer == officer.id and each.state is TicketState.SERVING
            if is_theirs and each.case is None:
                await self._tickets.put(day, replace(each, case=case))
                return

    async def _put(
        self, ticket: Ticket, move: TicketMove, officer: Officer | None = None, window: str = ""
    ) -> Ticket:
        now = self._office.now()
        state = moved(ticket, move)
        changed = replace(ticket, state=state)
        if state is TicketState.CALLED:
            assert officer is not None, "an officer calls"
            changed = replace(changed, called_at=now, window=window, officer=officer.id)
        if state is TicketState.WAITING:
            changed = replace(changed, turn_at=now, officer=None, window=None)
        await self._tickets.put(self._office.today(), changed)
        return changed

    # Booked times.

    async def bookings(self) -> Sequence[Booking]:
        """From the beginning of today on."""
        since = datetime.combine(self._office.today(), time.min, self._office.calendar.tz)
        return await self._tickets.bookings(since, since + BOOKED_AHEAD + timedelta(days=1))

    def may_book(self, at: datetime) -> bool:
        now = self._office.now()
        return now < at <= now + BOOKED_AHEAD

    async def book(self, officer: Officer, wish: Wish) -> None:
        booking = Booking(
            id=random_bytes(_ID_BYTES).hex(), officer=officer.id, **msgspec.structs.asdict(wish)
        )
        await self._tickets.book(booking)

    async def came(self, id_: str) -> Ticket | None:
        """Who booked is here: they get their ticket. None if that was noted before."""
        booking = await self._tickets.find_booking(id_)
        if booking is None or booking.ticket is not None:
            return None
        return await self.take(booking.line, booking=booking)

    async def drop(self, id_: str) -> None:
        await self._tickets.drop(id_)
