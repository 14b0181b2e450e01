"""A signed envelope: some bytes, what kind of bytes they are, and who vouches for them.

The payload is opaque here. It is signed as the bytes it is, stored as the bytes it was and handed
on as the bytes it came in, so two tiers never have to agree on how to encode it again. The
signature covers the type as well: a case entry must not pass for a catalogue. The bytes signed are
DSSE's pre-authentication encoding,
<https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md>.

Only `open_envelope` makes an `Opened`. Whatever acts on a payload takes an `Opened`, so bytes that
nobody has verified cannot reach it by accident.
"""

import hashlib
from collections.abc import Callable
from itertools import pairwise
from typing import Final, NewType

import msgspec
from msgspec import Struct

from casework.names import KeyId, MessageId
from sync.errors import MalformedEnvelopeError, OversizeError, UnknownKeyError
from sync.keys import SIGNATURE_BYTES, PublicKey, Signer, verify
from sync.strict_json import UNREADABLE

WireType = NewType("WireType", str)

WIRE_BYTES_MAX: Final = 256 * 1024
# Less than a wire holds: an original must fit, as base64, into the `resubmit` that carries it.
PAYLOAD_BYTES_MAX: Final = 190 * 1024
TYPE_CHARS_MAX: Final = 100
SIGNATURES_MAX: Final = 4

KeyLookup = Callable[[KeyId], PublicKey | None]


class Envelope(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An envelope as it travels. Nothing in it can be believed yet."""

    type: WireType
    payload: bytes
    signatures: tuple[tuple[KeyId, bytes], ...]


class Opened(Struct, frozen=True):
    """The contents of an envelope, every signature of which has been verified."""

    id: MessageId
    type: WireType
    payload: bytes
    signers: tuple[KeyId, ...]
    wire: bytes


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Envelope)


def seal(type_: WireType, payload: bytes, *signers: Signer) -> bytes:
    """Sign a payload once with each signer; what comes out is what is stored and sent."""
    signed = signed_bytes(type_, payload)
    signatures = tuple(sorted((signer.key_id, signer.sign(signed)) for signer in signers))
    return encode_envelope(Envelope(type_, payload, signatures))


def encode_envelope(envelope: Envelope) -> bytes:
    wire = _encoder.encode(envelope)
    if len(wire) > WIRE_BYTES_MAX:
        raise OversizeError(f"a wire of {len(wire)} bytes")
    return wire


def decode_envelope(wire: bytes, *, signatures_max: int = 1) -> Envelope:
    """The first two steps of admission that concern the wire alone (protocol.md section 5)."""
    # (1) The wire is within bounds, before any work is done on its behalf.
    if len(wire) > WIRE_BYTES_MAX:
        raise OversizeError(f"a wire of {len(wire)} bytes")
    # (2) It has the one form that its content has.
    try:
        envelope = _decoder.decode(wire)
        same = _encoder.encode(envelope) == wire
    except UNREADABLE as error:
        raise MalformedEnvelopeError("not an envelope") from error
    if not same:
        raise MalformedEnvelopeError("not the one spelling of its content")
    _check_signature_list(envelope, signatures_max)
    return envelope


def open_envelope(wire: bytes, find_key: KeyLookup, *, signatures_max: int = 1) -> Opened:
    """Verify a wire against the keys this node trusts and give up its contents.

    The type is vouched for but not interpreted: the caller looks it up among the kinds it knows.
    """
    envelope = decode_envelope(wire, signatures_max=signatures_max)
    return verify_envelope(envelope, wire, find_key)


def verify_envelope(envelope: Envelope, wire: bytes, find_key: KeyLookup) -> Opened:
    """As `open_envelope`, for a wire that `decode_envelope` took apart."""
    # (3) Each key is one we trust, found in our own list; the envelope only names it.
    keys = [_get_key(key_id, find_key) for key_id, _ in envelope.signatures]
    # (4) Each signature is that key's, over this type and this payload together.
    signed = signed_bytes(envelope.type, envelope.payload)
    for key, (_, signature) in zip(keys, envelope.signatures, strict=True):
        verify(key, signature, signed)
    return Opened(
        id=MessageId(hashlib.sha256(signed).hexdigest()),
        type=envelope.type,
        payload=envelope.payload,
        signers=tuple(key.key_id for key in keys),
        wire=wire,
    )


def message_id(type_: WireType, payload: bytes) -> MessageId:
    """The name of a message: it depends on what was said, not on who signed it."""
    return MessageId(hashlib.sha256(signed_bytes(type_, payload)).hexdigest())


def signed_bytes(type_: WireType, payload: bytes) -> bytes:
    name = type_.encode()
    return b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)


def _get_key(key_id: KeyId, find_key: KeyLookup) -> PublicKey:
    key = find_key(key_id)
    if key is None:
        raise UnknownKeyError(key_id)
    return key


def _check_signature_list(envelope: Envelope, signatures_max: int) -> None:
    assert signatures_max <= SIGNATURES_MAX
    count = len(envelope.signatures)
    if not 1 <= count <= signatures_max:
        raise MalformedEnvelopeError(f"{count} signatures where 1 to {signatures_max} belong")
    if len(envelope.type) > TYPE_CHARS_MAX:
        raise MalformedEnvelopeError("a type without end")
    if any(len(signature) != SIGNATURE_BYTES for _, signature in envelope.signatures):
        raise MalformedEnvelopeError("a signature of another length")
    names = [key_id for key_id, _ in envelope.signatures]
    if any(left >= right for left, right in pairwise(names)):
        raise MalformedEnvelopeError("signatures are sorted by key id, each key once")
