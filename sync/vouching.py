"""Signing the receipt that a resident holds, and verifying one that was signed anywhere.

Who verifies needs the directory and nothing else, neither a line nor the case (row F6).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct

from casework.act import Rebuild
from casework.delegation_file import KeyCompromise
from casework.instants import instant_text
from casework.names import KeyId, Lane, LogName, log_name
from casework.voucher import (
    Voucher,
    VoucherFormError,
    read_voucher_bytes,
    split_voucher,
    voucher_bytes,
    voucher_digits,
)
from sync.directory import LogEnd
from sync.envelope import WireType, signed_bytes
from sync.errors import (
    EnvelopeError,
    KeyWindowError,
    MalformedEnvelopeError,
    RevokedKeyError,
    UnknownKeyError,
    WrongSenderError,
)
from sync.holdings import Holdings
from sync.keys import KeyRecord, Signer, verify

VOUCHER: Final = WireType("application/vnd.tongban.voucher.v1")


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


def voucher_fault(act: Rebuild, holdings: Holdings) -> str | None:
    """The code of what is wrong with the receipt that an act rests on, by these sets."""
    try:
        open_voucher(act.voucher, holdings.directory, holdings.compromises)
    except EnvelopeError as error:
        return error.code
    return None
