"""Signing the receipt that a resident holds, and verifying one that was signed anywhere.

The machine signs only for its own entries and with the key that signed those: so the square is the
same however often it prints the paper. Who verifies needs the directory and nothing else, neither
a line nor the case (row F6).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct

from casework.case import Case
from casework.delegation_file import KeyCompromise
from casework.entry import Entry
from casework.instants import instant_text
from casework.names import KeyId, Lane, LogName, MessageId, log_name
from casework.voucher import (
    Attested,
    Voucher,
    VoucherFormError,
    materials_digest,
    read_voucher_bytes,
    split_voucher,
    voucher_bytes,
    voucher_digits,
)
from sync.desk import Desk
from sync.directory import LogEnd
from sync.engine import Work
from sync.envelope import WireType, signed_bytes
from sync.errors import (
    KeyWindowError,
    MalformedEnvelopeError,
    RevokedKeyError,
    UnknownKeyError,
    WrongSenderError,
)
from sync.keys import KeyRecord, Signer, verify
from sync.payloads import Message
from sync.stored import stored_body, stored_message

VOUCHER: Final = WireType("application/vnd.tongban.voucher.v1")
# The receipt that a paper speaks of, by the paper's kind.
_ATTESTED_BY: Final = {
    "collection-receipt": (Attested.COLLECTED, "collect"),
    "materials-receipt": (Attested.RECEIVED, "receive"),
    "acceptance-notice": (Attested.RECEIVED, "receive"),
    "deferred-acceptance-notice": (Attested.RECEIVED, "receive"),
}


class KeysKnown(Protocol):
    """What the directory says of keys and of logs that ended."""

    def find_key(self, key_id: KeyId, /) -> KeyRecord | None: ...
    def find_end(self, log: LogName, /) -> LogEnd | None: ...


class Vouched(Struct, frozen=True):
    """A voucher whose signature holds, and the key that made it."""

    voucher: Voucher
    key: KeyRecord
    # The log of that machine has ended since, after this entry; then somebody may hold its key.
    ended: LogEnd | None
    # Since when that key is out of control, where it is; then what it says needs other evidence.
    lost_since: datetime | None = None


def seal_voucher(voucher: Voucher, signer: Signer) -> str:
    payload = voucher_bytes(voucher)
    return voucher_digits(payload, signer.sign(signed_bytes(VOUCHER, payload)))


def open_voucher(
    typed: str, directory: KeysKnown, compromises: Iterable[KeyCompromise] = ()
) -> Vouched:
    """What a receipt says and who signed it; an EnvelopeError says what is wrong with it."""
    split = split_voucher(typed)
    if split is None:
        raise MalformedEnvelopeError("not the square of a receipt")
    payload, signature = split
    try:
        voucher = read_voucher_bytes(payload)
    except VoucherFormError as error:
        raise MalformedEnvelopeError(str(error)) from error
    key = directory.find_key(voucher.key)
    if key is None:
        raise UnknownKeyError(voucher.key)
    verify(key, signature, signed_bytes(VOUCHER, payload))
    if key.node != voucher.node:
        raise WrongSenderError(f"{key.node} signed in the name of {voucher.node}")
    at = instant_text(voucher.at)
    if at < key.not_before or (key.not_after is not None and at > key.not_after):
        raise KeyWindowError(f"{at} with {key.key_id}")
    since = (each.since for each in compromises if each.node == key.node)
    lost = min((each for each in since if instant_text(each) >= key.not_before), default=None)
    if lost is not None and voucher.at >= lost:
        raise RevokedKeyError(f"{key.key_id} is out of control since {lost}")
    log = log_name(key.node, key.incarnation, Lane.CASE)
    end = directory.find_end(log)
    if end is not None and voucher.seq > end.seq:
        raise RevokedKeyError(f"{log} ended at {end.seq}")
    return Vouched(voucher, key, end, lost)


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
    voucher = Voucher(
        attests=attested,
        number=case.number,
        case=case.id,
        matter=body.matter_version,
        materials=materials_digest(getattr(body.act, "materials", ())),
        node=message.node,
        key=message.key_id,
        seq=message.header.seq,
        at=moment.at,
        first_responsible=case.first_responsible,
    )
    return seal_voucher(voucher, desk.node.signer)
