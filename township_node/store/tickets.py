"""The hall's queue of one day, and who booked a time. They stay at the node."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from casework.names import CaseId, OfficerId
from casework.tickets import Line, Ticket, TicketState
from township_node.tables import Appointment, QueueTicket


class Booking(Struct, frozen=True, kw_only=True):
    id: str
    booked_at: datetime
    line: Line
    person: str
    phone: str
    note: str
    officer: OfficerId
    ticket: str | None = None


class Tickets:
    """The tables as the node's database has bound them."""

    def __init__(self, ticket: type[QueueTicket], booking: type[Appointment]) -> None:
        self._ticket = ticket
        self._booking = booking

    async def of_day(self, day: date) -> list[Ticket]:
        table = self._ticket
        rows = await table.select().where(table.day == day.isoformat()).order_by(table.taken_at)
        return [_ticket(row) for row in rows]

    async def find(self, id_: str) -> Ticket | None:
        row = await self._ticket.select().where(self._ticket.id == id_).first()
        return None if row is None else _ticket(row)

    async def put(self, day: date, ticket: Ticket) -> None:
        """A new ticket, or the newest state of one."""
        values = asdict(ticket)
        values["case_id"] = values.pop("case")
        values["line"], values["state"] = ticket.line.value, ticket.state.value
        table = self._ticket
        changed = {getattr(table, name): value for name, value in values.items() if name != "id"}
        if await table.exists().where(table.id == ticket.id):
            await table.update(changed).where(table.id == ticket.id)
        else:
            await table.insert(table(day=day.isoformat(), **values))

    async def bookings(self, since: datetime, until: datetime) -> Sequence[Booking]:
        table = self._booking
        rows = (
            await table.select()
            .where((table.booked_at >= since) & (table.booked_at < until))
            .order_by(table.booked_at)
        )
        return [Booking(**{**row, "line": Line(row["line"])}) for row in rows]

    async def find_booking(self, id_: str) -> Booking | None:
        row = await self._booking.select().where(self._booking.id == id_).first()
        return None if row is None else Booking(**{**row, "line": Line(row["line"])})

    async def book(self, booking: Booking) -> None:
        await self._booking.insert(self._booking(**{**asdict(booking), "line": booking.line.value}))

    async def came(self, booking: str, ticket: str) -> None:
        table = self._booking
        await table.update({table.ticket: ticket}).where(table.id == booking)

    async def drop(self, booking: str) -> None:
        table = self._booking
        await table.delete().where((table.id == booking) & table.ticket.is_null())


def _ticket(row: dict[str, Any]) -> Ticket:
    return Ticket(
        id=row["id"],
        line=Line(row["line"]),
        serial=row["serial"],
        taken_at=row["taken_at"],
        turn_at=row["turn_at"],
        goes_first=bool(row["goes_first"]),
        state=TicketState(row["state"]),
        called_at=row["called_at"],
        window=row["window"],
        officer=OfficerId(row["officer"]) if row["officer"] else None,
        case=CaseId(row["case_id"]) if row["case_id"] else None,
    )
