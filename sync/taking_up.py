"""Taking up a deposit: its materials become parts of the entry that adopts it."""

from collections.abc import Iterable

from casework.entry import PartRef
from casework.errors import CaseworkError
from sync.desk import Attachment, Desk
from sync.parts import PartNotHeldError


class DepositComingError(CaseworkError):
    """Some of what was deposited is still on its way here."""

    code = "E_DEPOSIT_COMING"


async def attachments_of(desk: Desk, parts: Iterable[PartRef]) -> tuple[Attachment, ...]:
    """What the deposit brought, to be brought again; DepositComingError if it is not all here."""
    found = []
    for part in parts:
        try:
            content = await desk.read_part(part.hash)
        except PartNotHeldError as error:
            raise DepositComingError(part.hash) from error
        if content is None:
            raise DepositComingError(part.hash)
        found.append(Attachment(part.name, part.media_type, content))
    return tuple(found)
