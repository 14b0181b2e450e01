"""Enrolment: a stranger's machine proves its keys; people prove the rest."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.names import Incarnation
from sync.enrolment import (
    CODE_ALPHABET,
    CODE_CHARS,
    ENROL_REQUEST,
    code_hash,
    new_code,
    open_grant,
    open_request,
    read_code,
    seal_grant,
    seal_request,
)
from sync.envelope import seal
from sync.errors import (
    EnrolmentError,
    EnvelopeError,
    MalformedEnvelopeError,
    UnknownKeyError,
    WeakKeyError,
)
from sync.keys import fingerprint, random_bytes
from sync.strict_json import encode_strict
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.keyring import (
    CODE,
    a_record,
    a_signer,
    an_enrol_grant,
    an_enrol_request,
    find_key,
)

NEW = a_signer(VILLAGE, Incarnation("00000002"))
OLD = a_signer(VILLAGE)
REQUEST = an_enrol_request()
FIRST = replace(REQUEST, old_key=None, follows=())


@given(st.binary(min_size=16, max_size=16))
def test_a_code_survives_being_typed(seed: bytes) -> None:
    code = new_code(lambda _: seed)
    assert read_code(code) == code
    assert read_code(code.lower().replace("-", " ")) == code
    assert read_code(" " + code.replace("-", "")) == code
    assert code_hash(code.lower()) == code_hash(code)


@given(st.integers(0, CODE_CHARS - 1), st.sampled_from(CODE_ALPHABET), st.randoms())
def test_every_single_slip_is_found(place: int, char: str, chance: random.Random) -> None:
    code = new_code(chance.randbytes).replace("-", "")
    slipped = code[:place] + char + code[place + 1 :]
    if slipped != code:
        with pytest.raises(EnrolmentError):
            read_code(slipped)


@given(st.integers(0, CODE_CHARS - 3), st.randoms())
def test_every_swap_of_neighbours_is_found(place: int, chance: random.Random) -> None:
    code = new_code(chance.randbytes).replace("-", "")
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        with pytest.raises(EnrolmentError):
            read_code(swapped)


@pytest.mark.parametrize("typed", ["", "K7QM", CODE + "2", CODE.replace("W", "0"), "办件" * 6])
def test_what_is_no_code_is_named_so(typed: str) -> None:
    with pytest.raises(EnrolmentError):
        read_code(typed)


def test_codes_are_not_alike() -> None:
    assert len({new_code(random_bytes) for _ in range(100)}) == 100


def test_a_first_request_is_signed_by_the_key_it_brings() -> None:
    assert open_request(seal_request(FIRST, NEW), find_key) == FIRST
    assert FIRST.fingerprint == fingerprint(NEW.public_key.raw)
    for signers in ((OLD,), (NEW, OLD), (a_signer(TOWN),)):
        with pytest.raises(EnrolmentError):
            open_request(seal_request(FIRST, *signers), find_key)


def test_a_new_key_is_vouched_for_by_the_old_one() -> None:
    assert open_request(seal_request(REQUEST, NEW, OLD), find_key) == REQUEST
    with pytest.raises(EnrolmentError):
        open_request(seal_request(REQUEST, NEW), find_key)
    other = replace(REQUEST, old_key=a_record(OTHER_TOWN).key_id)
    with pytest.raises(EnrolmentError):
        open_request(seal_request(other, NEW, a_signer(OTHER_TOWN)), find_key)


def test_a_request_is_whole_and_its_key_fit_for_use() -> None:
    weak = replace(FIRST, public="01" + "00" * 31)
    with pytest.raises(WeakKeyError):
        open_request(seal_request(weak, NEW), find_key)
    with pytest.raises(EnrolmentError):
        open_request(seal_request(replace(FIRST, code="K7QM-3XHT-9PRZ"), NEW), find_key)
    for bad in (
        encode_strict(FIRST).replace(VILLAGE.encode(), b"440229-1"),
        encode_strict(FIRST)[:-1] + b',"x":1}',
        b"\xff",
    ):
        with pytest.raises(MalformedEnvelopeError):
            open_request(seal(ENROL_REQUEST, bad, NEW), find_key)


@given(st.data())
def test_no_single_byte_can_be_changed(data: st.DataObject) -> None:
    raw = bytearray(seal_request(REQUEST, NEW, OLD))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(EnvelopeError):
        open_request(bytes(raw), find_key)


def test_a_grant_answers_this_request() -> None:
    grant = an_enrol_grant(REQUEST)
    wire = seal_grant(grant, a_signer(COUNTY))
    assert open_grant(wire, REQUEST) == grant
    with pytest.raises(EnrolmentError):
        open_grant(wire, replace(REQUEST, incarnation=Incarnation("00000003")))
    with pytest.raises(UnknownKeyError):
        open_grant(seal_grant(grant, a_signer(TOWN)), REQUEST)
