"""The watch over receipts: which of them silence will accept, or has.

Nodes announce what they take in before the case itself travels, so the county sees a receipt of a
township whose line carries nothing but a few bytes, and sees it lapse on the day on which it does.
"""

from datetime import date
from typing import Final

from msgspec import Struct

from casework.case import Status
from casework.clock import Clock
from casework.clock_rules import notice_expired
from casework.instants import parse_instant
from casework.lamp import Lamp, lamp
from casework.matter import MatterVersion, version_on
from casework.names import CaseNumber, NodeId
from casework.receipt_watch import announced_clock
from central.services.queues import Queues
from central.services.reach import Reach
from central.store.announced import AnnouncedReceipts, AwaitedReceipt
from sync.case_lists import CaseFilter, CaseLine
from sync.desk import Desk

# An answer is watched for from its last working day but one.
UNANSWERED_WORKDAYS: Final = 1
SHOWN_MAX: Final = 200


class WatchedReceipt(Struct, frozen=True, kw_only=True):
    """An announced receipt; `accepted_on` is the day that counts once silence has accepted."""

    number: CaseNumber
    matter: MatterVersion
    node: NodeId
    received_on: date
    due_on: date
    lamp: Lamp
    accepted_on: date | None
    provisional: bool
    is_instant: bool


class Watched(Struct, frozen=True):
    """`awaited`: nothing but the announcement came; `unanswered`: the case is here, the answer
    is not. Both with how many there are in all."""

    awaited: tuple[WatchedReceipt, ...]
    awaited_in_all: int
    unanswered: tuple[CaseLine, ...]
    unanswered_in_all: int


class ReceiptWatch:
    def __init__(self, desk: Desk, queues: Queues, announced: AnnouncedReceipts) -> None:
        self._desk: Final = desk
        self._queues: Final = queues
        self._announced: Final = announced

    async def look(self, reach: Reach) -> Watched:
        """What an officer of this reach has to watch, the most urgent first."""
        awaited = [
            found
            for each in await self._announced.awaited()
            if (found := self._watched(each, reach)) is not None
        ]
        calendar, today = self._desk.holdings.calendar, self._today()
        near = calendar.add_workdays(today, UNANSWERED_WORKDAYS)
        wanted = CaseFilter(
            statuses=(Status.RECEIVED,),
            matters=None if reach.department is None else self._queues.matters_within(reach),
            due="soon",
            due_from=date.min,
            due_until=near,
        )
        lines, total = await self._queues.lists.page(wanted, limit=SHOWN_MAX)
        awaited.sort(key=lambda each: (each.due_on, each.number))
        return Watched(tuple(awaited[:SHOWN_MAX]), len(awaited), lines, total)

    def _watched(self, receipt: AwaitedReceipt, reach: Reach) -> WatchedReceipt | None:
        calendar, now = self._desk.holdings.calendar, self._desk.now()
        received_at = parse_instant(receipt.received_at)
        received_on = calendar.day_of(received_at)
        matter = version_on(self._desk.holdings.catalogue.matters, receipt.matter, received_on)
        if matter is None or reach.department not in {None, matter.department}:
            return None
        clock: Clock = announced_clock(matter, received_at, calendar, now)
        assert clock.due_on is not None, "a receipt starts its clock"
        return WatchedReceipt(
            number=receipt.number,
            matter=matter,
            node=receipt.node,
            received_on=received_on,
            due_on=clock.due_on,
            lamp=lamp(clock, self._today()),
            accepted_on=notice_expired(clock),
            provisional=clock.undecided,
            is_instant=matter.is_instant,
        )

    def _today(self) -> date:
        return self._desk.holdings.calendar.day_of(self._desk.now())
