"""The receipt that a resident holds: what its square says, and the digits in which it says it.

If a laptop is lost before its cases went up, this paper is all that is left of them (protocol.md
section 11). So a receipt carries, signed by the machine that took the papers in, what it takes to
keep the legal clock: which case, under which matter, which papers, where and when. Nothing personal
stands in it. It is written as digits: a square holds them tightly, and no input method between a
scanner and a page turns them into something else.

This module knows the form alone; `sync.vouching` signs and verifies.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.material import MaterialState, MaterialVerdict
from casework.matter import MatterRef
from casework.names import (
    CaseId,
    CaseNumber,
    KeyId,
    MatterId,
    NodeId,
    is_node,
    region_of,
)
from casework.numbering import read_plain_number

VERSION: Final = 1
SIGNATURE_BYTES: Final = 64
# The digits of the longest voucher there is, with its signature.
DIGITS_MAX: Final = 550
DIGITS_MIN: Final = 300

_KEY_PREFIX: Final = "ed25519:"
_DIGEST_BYTES: Final = 16
_NUMBER_BYTES: Final = 7
_CASE_BYTES: Final = 16
_KEY_BYTES: Final = 16
_SEQ_BYTES: Final = 4
_VERSION_BYTES: Final = 2
_INSTANT_BYTES: Final = 8
_NODE_BYTES: Final = 6
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HANDED_IN: Final = frozenset({MaterialState.PRESENT, MaterialState.CITED})
_MATERIALS_TAG: Final = b"tongban-materials-v1"
_MATTER: Final = re.compile(r"[!-~]{1,64}", re.ASCII)
_TYPED: Final = re.compile(rf"(?:\S*\.)?([0-9]{{{DIGITS_MIN},{DIGITS_MAX}}})", re.ASCII)


class VoucherFormError(ValueError):
    """These digits are not the square of a receipt, or not all of it."""


class Attested(StrEnum):
    """Which receipt a voucher attests."""

    COLLECTED = "collected"  # taken in by a village: nothing began in law
    RECEIVED = "received"  # the receipt that counts


_CODES: Final = {Attested.COLLECTED: 1, Attested.RECEIVED: 2}
_ATTESTED: Final = {code: attested for attested, code in _CODES.items()}


class Voucher(Struct, frozen=True, kw_only=True):
    """What the machine that took the papers in says of them."""

    attests: Attested
    number: CaseNumber
    case: CaseId
    matter: MatterRef
    materials: str  # `materials_digest` of what was handed in
    node: NodeId
    key: KeyId
    seq: int  # of the entry, in the machine's log of cases
    at: datetime
    first_responsible: NodeId


def materials_digest(materials: Iterable[MaterialVerdict]) -> str:
    """Which papers were handed in, by their codes and counts, in 32 hex digits.

    What was not handed in is left out, so that the list on the paper is enough to compute it.
    """
    lines = (f"{v.material} {v.originals} {v.copies}\n" for v in materials if v.state in _HANDED_IN)
    text = "".join(sorted(lines))
    return hashlib.sha256(_MATERIALS_TAG + text.encode()).digest()[:_DIGEST_BYTES].hex()


def voucher_bytes(voucher: Voucher) -> bytes:
    """The bytes that are signed; ValueError for what has no place in them."""
    matter = voucher.matter.matter
    if _MATTER.fullmatch(matter) is None:
        raise ValueError(f"no room for a matter called {matter!r}")
    if read_plain_number(voucher.number) is None:
        raise ValueError(f"{voucher.number!r} is no number")
    return b"".join(
        (
            bytes((VERSION, _CODES[voucher.attests])),
            int(voucher.number).to_bytes(_NUMBER_BYTES),
            bytes.fromhex(voucher.case),
            bytes((len(matter),)),
            matter.encode(),
            voucher.matter.version.to_bytes(_VERSION_BYTES),
            bytes.fromhex(voucher.materials),
            bytes.fromhex(voucher.key.removeprefix(_KEY_PREFIX)),
            voucher.seq.to_bytes(_SEQ_BYTES),
            ((voucher.at - _EPOCH) // _MICROSECOND).to_bytes(_INSTANT_BYTES),
            _node_bytes(voucher.node),
            _node_bytes(voucher.first_responsible),
        )
    )


def read_voucher_bytes(data: bytes) -> Voucher:
    """What signed bytes say; VoucherFormError if they are not the one form of anything."""
    try:
        voucher = _read(_Bytes(data))
        same = voucher_bytes(voucher) == data
    except (ValueError, OverflowError, KeyError) as error:
        raise VoucherFormError("not the bytes of a receipt") from error
    if not same:
        raise VoucherFormError("not the one spelling of its content")
    return voucher


def voucher_digits(payload: bytes, signature: bytes) -> str:
    """A voucher as it stands in the square: one number, whose first byte is the version."""
    return str(int.from_bytes(payload + signature))


def split_voucher(typed: str) -> tuple[bytes, bytes] | None:
    """Payload and signature of what a scanner typed or a phone read, None if it is nothing such.

    The square of a paper holds more than this, so whatever stands before the digits is passed over.
    """
    plain = unicodedata.normalize("NFKC", typed).replace("。", ".").strip()
    found = _TYPED.fullmatch("".join(plain.split()))
    if found is None or found[1].startswith("0"):
        return None
    number = int(found[1])
    data = number.to_bytes((number.bit_length() + 7) // 8)
    return data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]


def read_voucher(typed: str) -> Voucher:
    """What digits say, whoever signed them; VoucherFormError if they are no receipt's."""
    split = split_voucher(typed)
    if split is None:
        raise VoucherFormError("not the square of a receipt")
    return read_voucher_bytes(split[0])


class _Bytes:
    """Bytes that are read from the front; ValueError where there are no more."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, count: int) -> bytes:
        if len(self._data) < count:
            raise ValueError(f"{len(self._data)} bytes where {count} belong")
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count))

    def end(self) -> None:
        if self._data:
            raise ValueError(f"{len(self._data)} bytes too many")


def _read(data: _Bytes) -> Voucher:
    version, code = data.take(2)
    if version != VERSION:
        raise ValueError(f"a receipt of version {version}")
    number = str(data.number(_NUMBER_BYTES))
    case = data.take(_CASE_BYTES).hex()
    matter = data.take(data.number(1)).decode("ascii")
    voucher = Voucher(
        attests=_ATTESTED[code],
        number=CaseNumber(number),
        case=CaseId(case),
        matter=MatterRef(MatterId(matter), data.number(_VERSION_BYTES)),
        materials=data.take(_DIGEST_BYTES).hex(),
        key=KeyId(_KEY_PREFIX + data.take(_KEY_BYTES).hex()),
        seq=data.number(_SEQ_BYTES),
        at=_EPOCH + data.number(_INSTANT_BYTES) * _MICROSECOND,
        node=_node(data),
        first_responsible=_node(data),
    )
    data.end()
    return voucher


def _node_bytes(node: NodeId) -> bytes:
    region = region_of(node)
    return bytes((len(region),)) + int(node.replace("-", "")).to_bytes(_NODE_BYTES)


def _node(data: _Bytes) -> NodeId:
    length = data.number(1)
    digits = f"{data.number(_NODE_BYTES):0{length + 2}d}"
    node = f"{digits[:length]}-{digits[length:]}"
    if not is_node(node):
        raise ValueError(f"no machine is called {node!r}")
    return NodeId(node)
