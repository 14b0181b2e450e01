"""The boundary where bytes become trusted: nothing gets past it altered."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.names import KeyId
from sync.envelope import (
    WIRE_BYTES_MAX,
    Envelope,
    WireType,
    decode_envelope,
    encode_envelope,
    message_id,
    open_envelope,
    seal,
    signed_bytes,
)
from sync.errors import (
    BadSignatureError,
    EnvelopeError,
    MalformedEnvelopeError,
    OversizeError,
    UnknownKeyError,
)
from tests.builders import COUNTY, OTHER_TOWN, TOWN
from tests.keyring import a_signer, find_key

TYPE = WireType("application/vnd.tongban.entry.v1+json")
WIRE = seal(TYPE, b'{"number":1}', a_signer(TOWN))


def test_what_wu_signed_opens_as_the_bytes_it_was() -> None:
    opened = open_envelope(WIRE, find_key)

    assert (opened.type, opened.payload, opened.wire) == (TYPE, b'{"number":1}', WIRE)
    assert opened.signers == (a_signer(TOWN).key_id,)
    assert opened.id == message_id(TYPE, b'{"number":1}')


def test_the_signed_bytes_are_those_of_dsse() -> None:
    example = signed_bytes(WireType("http://example.com/HelloWorld"), b"hello world")
    assert example == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@given(st.data())
def test_no_single_byte_can_be_changed(data: st.DataObject) -> None:
    raw = bytearray(WIRE)
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(EnvelopeError):
        open_envelope(bytes(raw), find_key)


@given(st.binary(max_size=200))
def test_noise_is_no_envelope(noise: bytes) -> None:
    for data in (noise, WIRE + noise[:1] + b"\0", WIRE[: len(noise)], b"\x93" + noise):
        with pytest.raises(EnvelopeError):
            open_envelope(data, find_key)


@pytest.mark.parametrize(
    "data",
    [
        b"\x91" * 100_000,
        b"\x93\xa1\xff\xc4\x00\x90",
        WIRE.replace(b"\x93", b"\xdc\x00\x03", 1),  # a length in more bytes than it needs
        b"\x94" + WIRE[1:] + b"\xc0",
    ],
    ids=["nesting", "bad UTF-8", "long length", "a fourth member"],
)
def test_hostile_forms_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedEnvelopeError):
        decode_envelope(data)


def test_a_payload_cannot_pass_for_another_type() -> None:
    envelope = decode_envelope(WIRE)
    disguised = Envelope(
        WireType("application/vnd.tongban.lease.v1+json"), envelope.payload, envelope.signatures
    )
    with pytest.raises(BadSignatureError):
        open_envelope(encode_envelope(disguised), find_key)


def test_another_key_cannot_be_named() -> None:
    envelope = decode_envelope(WIRE)
    signature = envelope.signatures[0][1]
    for key_id, error in (
        (a_signer(OTHER_TOWN).key_id, BadSignatureError),
        (KeyId("ed25519:" + "0" * 32), UnknownKeyError),
    ):
        claimed = Envelope(TYPE, envelope.payload, ((key_id, signature),))
        with pytest.raises(error):
            open_envelope(encode_envelope(claimed), find_key)


def test_a_log_message_has_one_signature_and_a_set_at_most_four() -> None:
    two = seal(TYPE, b"{}", a_signer(TOWN), a_signer(COUNTY))
    with pytest.raises(MalformedEnvelopeError):
        open_envelope(two, find_key)
    assert len(open_envelope(two, find_key, signatures_max=2).signers) == 2

    envelope = decode_envelope(two, signatures_max=2)
    first, second = envelope.signatures
    for signatures in ((), (second, first), (first, first), (first, (second[0], b"short"))):
        bad = msgspec.msgpack.encode(Envelope(TYPE, b"{}", signatures))
        with pytest.raises(MalformedEnvelopeError):
            open_envelope(bad, find_key, signatures_max=4)


def test_a_wire_is_bounded_before_it_is_looked_at() -> None:
    with pytest.raises(OversizeError):
        open_envelope(b"\x93" * (WIRE_BYTES_MAX + 1), find_key)
    with pytest.raises(OversizeError):
        seal(TYPE, b"0" * WIRE_BYTES_MAX, a_signer(TOWN))
