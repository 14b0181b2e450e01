"""The square of this machine's own receipts.

It signs only for its own entries, and with the key that signed those: so the square is the same
however often the paper is printed here.
"""

from typing import Final

from casework.case import Case
from casework.entry import Entry
from casework.names import MessageId
from casework.voucher import Attested, Voucher, materials_digest
from sync.desk import Desk
from sync.engine import Work
from sync.payloads import Message
from sync.stored import stored_body, stored_message
from sync.vouching import seal_voucher

# The receipt that a paper speaks of, by the paper's kind.
_ATTESTED_BY: Final = {
    "collection-receipt": (Attested.COLLECTED, "collect"),
    "materials-receipt": (Attested.RECEIVED, "receive"),
    "acceptance-notice": (Attested.RECEIVED, "receive"),
    "deferred-acceptance-notice": (Attested.RECEIVED, "receive"),
}


async def voucher_for(desk: Desk, case: Case, kind: str, entry: MessageId | None = None) -> str:
    """The digits for a paper of a case; none where it was another machine that took it in.

    `entry` is what brought the paper, where the paper is about that very receipt.
    """
    attested, act = _ATTESTED_BY.get(kind, (None, ""))
    moments = case.moments(act) if act else ()
    named = [moment for moment in moments if moment.entry == entry]
    moment = (named or moments)[-1] if moments else None
    if attested is None or moment is None or moment.adopted is not None:
        return ""
    if moment.node != desk.node.id or case.is_frozen or case.held:
        return ""

    def read(work: Work) -> Message | None:
        row = work.execute("SELECT wire FROM message WHERE id = ?", (moment.entry,)).fetchone()
        return None if row is None else stored_message(bytes(row[0]), moment.entry)

    message = await desk.node.database.read(read)
    if message is None or message.key_id != desk.node.signer.key_id:
        return ""
    body = stored_body(message)
    if not isinstance(body, Entry):
        return ""
    said: object = getattr(body.act, "restated", body.act)
    voucher = Voucher(
        attests=attested,
        number=case.number,
        case=case.id,
        matter=body.matter_version,
        materials=materials_digest(getattr(said, "materials", ())),
        node=message.node,
        key=message.key_id,
        seq=message.header.seq,
        at=moment.at,
        first_responsible=case.first_responsible,
    )
    return seal_voucher(voucher, desk.node.signer)
