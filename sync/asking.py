"""Asking the county about cases that are not held here: signed questions, and how they stand."""

from collections.abc import Sequence
from typing import Final

import msgspec

from casework.asking import RIGHTS, SHOWN, Purpose, StateSheet
from casework.entry import PartRef
from casework.names import CaseId, CaseNumber, MessageId, NodeId, parent_of
from casework.organisation import Officer
from sync.batch import Batch
from sync.bodies import Query
from sync.desk import SALT_BYTES, Desk
from sync.inquiries import Inquiries, Inquiry
from sync.parts import make_part
from sync.writing import write


async def ask_county(
    desk: Desk, officer: Officer, purpose: Purpose, number: CaseNumber, shown: str
) -> MessageId:
    """Sign a question and queue it; its answer comes when the line allows."""
    hash_, data = make_part(shown.encode(), desk.node.randomness(SALT_BYTES))
    body = Query(
        question=RIGHTS[purpose].question,
        number=number,
        officer=officer.id,
        purpose=purpose.value,
        parts=(PartRef(hash_, len(data), "text/plain", SHOWN),),
    )

    def write_down(batch: Batch) -> MessageId:
        return write(batch, body, small={hash_: data}).message.id

    return await desk.node.change(write_down, fault="act")


class AskingDesk:
    """What the pages of questions want of a node."""

    def __init__(self, desk: Desk) -> None:
        self._desk: Final = desk
        self.me: Final[NodeId] = desk.node.id
        self.inquiries: Final = Inquiries(desk.node.database, parent_of(desk.node.id))

    async def ask(
        self, officer: Officer, purpose: Purpose, number: CaseNumber, shown: str
    ) -> MessageId:
        return await ask_county(self._desk, officer, purpose, number, shown)

    async def listed(self) -> Sequence[Inquiry]:
        """What was asked here, the newest first."""
        return await self.inquiries.by(self.me)

    async def sheet(self, inquiry: Inquiry) -> StateSheet | None:
        """What the county found, where its answer can be read."""
        content = await self._desk.read_part(inquiry.sheet) if inquiry.sheet else None
        try:
            return msgspec.json.decode(content, type=StateSheet) if content is not None else None
        except (ValueError, RecursionError):
            return None

    async def holds(self, case: CaseId) -> bool:
        return await self._desk.node.journal.find_case(case) is not None
