"""The receipt that a resident holds: signed once, verified anywhere, and never half believed.

`python -m tests.sync.test_vouching` writes the known answer if there is none yet.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.delegation_file import KeyCompromise
from casework.instants import instant_text
from casework.material import MaterialState
from casework.matter import MatterRef
from casework.names import (
    CaseId,
    CaseNumber,
    Incarnation,
    KeyId,
    Lane,
    LogName,
    MatterId,
    log_name,
)
from casework.query_code import query_code, query_text, split_query
from casework.voucher import (
    DIGITS_MAX,
    Attested,
    Voucher,
    VoucherFormError,
    materials_digest,
    read_voucher_bytes,
    split_voucher,
    voucher_bytes,
)
from sync.directory import LogEnd
from sync.errors import (
    BadSignatureError,
    EnvelopeError,
    KeyWindowError,
    MalformedEnvelopeError,
    RevokedKeyError,
    UnknownKeyError,
    WrongSenderError,
)
from sync.keys import KeyRecord
from sync.vouching import open_voucher, seal_voucher
from tests.builders import NOON, TOWN, VILLAGE, a_verdict
from tests.keyring import RECORDS, a_signer

GOLDEN: Final = Path(__file__).parent.parent / "golden" / "wire" / "voucher.json"
PROTOCOL: Final = Path(__file__).parent.parent.parent / "docs" / "protocol.md"
NUMBER: Final = CaseNumber("4402291000000174")
VOUCHER: Final = Voucher(
    attests=Attested.COLLECTED,
    number=NUMBER,
    case=CaseId("e19879f8c76cbca4712f072a430778fd"),
    matter=MatterRef(MatterId("minimum-living-allowance"), 1),
    materials=materials_digest((a_verdict("m1"), a_verdict("m2"))),
    node=VILLAGE,
    key=a_signer(VILLAGE).key_id,
    seq=17,
    at=NOON,
    first_responsible=VILLAGE,
)


class Keys:
    """A directory of the tests' keys, with what it says of the village changed."""

    def __init__(self, *, end: LogEnd | None = None, **changed: Any) -> None:
        self._end = end
        self._village = replace(RECORDS[VOUCHER.key], **changed)

    def find_key(self, key_id: KeyId, /) -> KeyRecord | None:
        return self._village if key_id == self._village.key_id else RECORDS.get(key_id)

    def find_end(self, log: LogName, /) -> LogEnd | None:
        return self._end if self._end is not None and self._end.log == log else None


LOG: Final = log_name(VILLAGE, RECORDS[VOUCHER.key].incarnation, Lane.CASE)
DIGITS: Final = seal_voucher(VOUCHER, a_signer(VILLAGE))


def test_what_was_printed_once_is_read_for_ever() -> None:
    promised = json.loads(GOLDEN.read_text(encoding="utf-8"))

    assert promised == known_answer()
    assert promised["payload"] in PROTOCOL.read_text(encoding="utf-8")
    opened = open_voucher(promised["digits"], Keys())
    assert opened.voucher == VOUCHER
    assert opened.key.node == VILLAGE
    assert opened.ended is None


@pytest.mark.parametrize(
    "typed",
    [
        "{digits}",
        "{number}.{code}.{digits}",
        "https://hall.example/progress#{number}.{code}.{digits}",
        "  {number}。{code}。{digits}\r\n",
    ],
)
def test_the_square_is_read_whole_however_it_comes(typed: str) -> None:
    text = typed.format(number=NUMBER, code=query_code(VOUCHER.case), digits=DIGITS)

    assert open_voucher(text, Keys()).voucher == VOUCHER


def test_a_phone_finds_number_and_code_before_the_signed_digits() -> None:
    text = query_text(NUMBER, VOUCHER.case, "https://hall.example/progress", DIGITS)

    assert split_query(text) == (NUMBER, query_code(VOUCHER.case))
    assert len(DIGITS) <= DIGITS_MAX


def test_wide_digits_of_an_input_method_are_the_same_digits() -> None:
    wide = DIGITS.translate({ord("0") + each: 0xFF10 + each for each in range(10)})

    assert open_voucher(wide, Keys()).voucher == VOUCHER


@given(st.integers(0, len(voucher_bytes(VOUCHER)) + 63), st.integers(1, 255))
def test_one_byte_changed_is_never_believed(place: int, change: int) -> None:
    data = bytearray(int(DIGITS).to_bytes((int(DIGITS).bit_length() + 7) // 8))
    data[place] ^= change

    with pytest.raises(EnvelopeError):
        open_voucher(str(int.from_bytes(data)), Keys())


@given(st.binary(max_size=200))
def test_bytes_of_anything_are_refused_or_spell_one_receipt(data: bytes) -> None:
    try:
        read = read_voucher_bytes(data)
    except VoucherFormError:
        return
    assert voucher_bytes(read) == data


@pytest.mark.parametrize("typed", ["", "陈桂兰", NUMBER, DIGITS[:200], "0" + DIGITS, DIGITS * 2])
def test_what_is_no_square_is_called_so(typed: str) -> None:
    assert split_voucher(typed) is None or typed != DIGITS
    with pytest.raises(MalformedEnvelopeError):
        open_voucher(typed, Keys())


def test_whose_key_it_is_and_until_when_it_counts_is_looked_up() -> None:
    stranger = replace(VOUCHER, key=a_signer(VILLAGE, Incarnation("000000ff")).key_id)
    with pytest.raises(UnknownKeyError):
        open_voucher(seal_voucher(stranger, a_signer(VILLAGE, Incarnation("000000ff"))), Keys())
    forged = replace(VOUCHER, key=a_signer(TOWN).key_id)
    with pytest.raises(WrongSenderError):
        open_voucher(seal_voucher(forged, a_signer(TOWN)), Keys())
    with pytest.raises(BadSignatureError):
        open_voucher(seal_voucher(VOUCHER, a_signer(TOWN)), Keys())
    before, after = instant_text(NOON - timedelta(days=1)), instant_text(NOON + timedelta(days=1))
    for keys in (Keys(not_before=after), Keys(not_after=before)):
        with pytest.raises(KeyWindowError):
            open_voucher(DIGITS, keys)


def test_a_machine_that_ended_vouches_for_what_it_had_written_by_then() -> None:
    with pytest.raises(RevokedKeyError):
        open_voucher(DIGITS, Keys(end=LogEnd(LOG, 16, compromised=False)))

    opened = open_voucher(DIGITS, Keys(end=LogEnd(LOG, 17, compromised=True)))

    assert opened.ended == LogEnd(LOG, 17, compromised=True)


def test_a_key_out_of_control_vouches_for_what_was_written_before() -> None:
    lost = KeyCompromise(VILLAGE, NOON, "lost", "i1")
    with pytest.raises(RevokedKeyError):
        open_voucher(DIGITS, Keys(), (lost,))

    later = replace(lost, since=NOON + timedelta(days=1))

    assert open_voucher(DIGITS, Keys(), (later,)).lost_since == later.since


def test_the_digest_tells_which_papers_were_handed_in_in_any_order() -> None:
    one, two = a_verdict("m1"), a_verdict("m2", MaterialState.MISSING)

    assert materials_digest((one, two)) == materials_digest((two, one))
    assert materials_digest((one, two)) == materials_digest((one,))
    assert materials_digest((one, replace(two, state=MaterialState.CITED))) != materials_digest(
        (one,)
    )
    assert materials_digest((one,)) != materials_digest((replace(one, originals=2),))


def known_answer() -> dict[str, str]:
    return {
        "public": RECORDS[VOUCHER.key].public,
        "payload": voucher_bytes(VOUCHER).hex(),
        "digits": DIGITS,
    }


if __name__ == "__main__" and not GOLDEN.exists():
    GOLDEN.write_text(json.dumps(known_answer(), indent=1) + "\n", encoding="utf-8")
