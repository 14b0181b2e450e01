"""Enrolment: how a machine that nobody knows asks to be a node, and what it is answered.

A person at the county makes a one-time code and reads it out or prints it; the machine signs its
request with the key it will use, a second person compares the fingerprint of that key, and the
answer names the root whose fingerprint stood beside the code. Requests and grants stand in no log.
"""

import hashlib
from typing import Annotated, Final

from msgspec import Meta

from casework.fact import Fact
from casework.instants import parse_instant
from casework.names import Incarnation, KeyId, LogName, NodeId, is_node, split_log
from sync.bodies import Code, Count, HexHash, HexId, Seq, SetName
from sync.delivery import HexIncarnation
from sync.envelope import decode_envelope, open_envelope, seal
from sync.errors import EnrolmentError, MalformedEnvelopeError
from sync.keys import KeyRecord, PublicKey, Randomness, Signer, fingerprint, public_key
from sync.payloads import RecordLookup, wire_type
from sync.strict_json import UNREADABLE, decode_strict, encode_strict

ENROL_REQUEST: Final = wire_type("enrol-request")
ENROL_GRANT: Final = wire_type("enrol-grant")

# Thirty-one characters that are not mistaken for each other on paper: neither 0 and O, nor 1, I
# and L. Thirty-one is a prime, so the check character finds every single slip and every swap.
CODE_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_CHARS: Final = 12
CODE_GROUP: Final = 4
REQUEST_SIGNATURES_MAX: Final = 2
FOLLOWS_MAX: Final = 1000


class Follows(Fact, frozen=True):
    """The last message of a log that a restored machine still holds; it follows after it."""

    log: LogName
    seq: Count
    id: HexId

    def __post_init__(self) -> None:
        split_log(self.log)


class EnrolRequest(Fact, frozen=True):
    """A machine asks to be a node, by the new key and, if there is one, by the old."""

    node: NodeId
    incarnation: HexIncarnation
    code: str
    public: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    nkey: Code  # the public part of the NKey with which it signs in to the broker
    old_key: KeyId | None
    follows: Annotated[tuple[Follows, ...], Meta(max_length=FOLLOWS_MAX)]
    at: str

    def __post_init__(self) -> None:
        parse_instant(self.at)
        if not is_node(self.node):
            raise ValueError(f"not a node: {self.node!r}")

    @property
    def key(self) -> PublicKey:
        return public_key(bytes.fromhex(self.public))

    @property
    def fingerprint(self) -> str:
        """What the person at the machine and the person at the county compare."""
        return fingerprint(bytes.fromhex(self.public))


class HeldSet(Fact, frozen=True):
    """A set in force, by the hash under which its manifest is fetched."""

    set: SetName
    version: Seq
    manifest: HexHash


class EnrolGrant(Fact, frozen=True):
    """The county's answer: the node is known by this key; here is where to begin."""

    node: NodeId
    incarnation: Incarnation
    key_id: KeyId
    root: HexHash  # the manifest of the newest root
    sets: tuple[HeldSet, ...]
    county_key: KeyRecord
    nats_url: str | None
    https_url: str | None
    at: str

    def __post_init__(self) -> None:
        parse_instant(self.at)


def new_code(randomness: Randomness) -> str:
    """A one-time code, written in groups: `K7QM-3XHT-9PR4`."""
    base = len(CODE_ALPHABET)
    number = int.from_bytes(randomness(16))
    values = []
    for _ in range(CODE_CHARS - 1):
        number, value = divmod(number, base)
        values.append(value)
    text = "".join(CODE_ALPHABET[value] for value in [*values, _check_value(values)])
    return "-".join(text[at : at + CODE_GROUP] for at in range(0, CODE_CHARS, CODE_GROUP))


def read_code(typed: str) -> str:
    """A code as a person typed it, in the form it was made; EnrolmentError names a slip."""
    text = "".join(typed.upper().replace("-", " ").split())
    if len(text) != CODE_CHARS or any(char not in CODE_ALPHABET for char in text):
        raise EnrolmentError("a code is twelve of the characters that codes are made of")
    values = [CODE_ALPHABET.index(char) for char in text]
    if _check_value(values[:-1]) != values[-1]:
        raise EnrolmentError("a slip in the code")
    return "-".join(text[at : at + CODE_GROUP] for at in range(0, CODE_CHARS, CODE_GROUP))


def code_hash(code: str) -> str:
    """What the county keeps of a code that it has given out."""
    return hashlib.sha256(b"tongban-enrol-code-v1" + read_code(code).encode()).hexdigest()


def seal_request(request: EnrolRequest, *signers: Signer) -> bytes:
    return seal(ENROL_REQUEST, encode_strict(request), *signers)


def open_request(wire: bytes, find_key: RecordLookup) -> EnrolRequest:
    """A request signed by the very key that it brings, and by the old one that it names.

    It proves only that whoever asks holds these keys; the code and the comparing of fingerprints
    prove the rest. `find_key` is the directory's, for the old key.
    """
    envelope = decode_envelope(wire, signatures_max=REQUEST_SIGNATURES_MAX)
    if envelope.type != ENROL_REQUEST:
        raise MalformedEnvelopeError("not a request to enrol")
    try:
        request = decode_strict(envelope.payload, EnrolRequest)
    except UNREADABLE as error:
        raise MalformedEnvelopeError("not a request to enrol") from error
    new = request.key
    old = _find_old(request, find_key)
    expected = {key.key_id: key for key in (new, old) if key is not None}
    if {key_id for key_id, _ in envelope.signatures} != set(expected):
        raise EnrolmentError("signed by other keys than those it names")
    open_envelope(wire, expected.get, signatures_max=REQUEST_SIGNATURES_MAX)
    read_code(request.code)
    return request


def seal_grant(grant: EnrolGrant, signer: Signer) -> bytes:
    return seal(ENROL_GRANT, encode_strict(grant), signer)


def open_grant(wire: bytes, request: EnrolRequest) -> EnrolGrant:
    """The answer to this request. Its key is believed once the directory that the grant names has
    come, under the root whose fingerprint was compared, and holds that same key for the county.
    """
    envelope = decode_envelope(wire)
    if envelope.type != ENROL_GRANT:
        raise MalformedEnvelopeError("not a grant")
    try:
        grant = decode_strict(envelope.payload, EnrolGrant)
    except UNREADABLE as error:
        raise MalformedEnvelopeError("not a grant") from error
    open_envelope(wire, {grant.county_key.key_id: grant.county_key}.get)
    asked = (request.node, request.incarnation, request.key.key_id)
    if (grant.node, grant.incarnation, grant.key_id) != asked:
        raise EnrolmentError("a grant to another machine")
    return grant


def _find_old(request: EnrolRequest, find_key: RecordLookup) -> KeyRecord | None:
    if request.old_key is None:
        return None
    old = find_key(request.old_key)
    if old is None or old.node != request.node:
        raise EnrolmentError(f"{request.old_key} is no key of {request.node}")
    return old


def _check_value(values: list[int]) -> int:
    return sum(place * value for place, value in enumerate(values, 1)) % len(CODE_ALPHABET)
