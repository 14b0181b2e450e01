"""Keys: naming them, refusing bad ones, signing with our own, verifying with others'.

A key's algorithm is read from its record, never from what it signed. The record has room for
`sm2-sm3`; the signer is a port, so a certified module can stand behind it. This module is also the
only reader of randomness.

Signatures are verified by libsodium: in half the time that OpenSSL takes, without holding up other
threads, and it refuses the malleable and small-order forms that the curve also allows.
"""

import hashlib
import os
import secrets
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError as SodiumError

from casework.fact import Fact
from casework.instants import parse_instant
from casework.names import Incarnation, KeyId, NodeId
from sync.errors import BadSignatureError, WeakKeyError

PUBLIC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
KEY_FILE_MODE: Final = 0o600
KEYS_CACHED_MAX: Final = 4096

Randomness = Callable[[int], bytes]


class Algorithm(StrEnum):
    """How a key signs; stored in key records, so never change a value."""

    ED25519 = "ed25519"
    SM2_SM3 = "sm2-sm3"


class PublicKey(Fact, frozen=True):
    """A public key and how it signs. What it may sign for is said by where it is recorded."""

    key_id: KeyId
    algorithm: Algorithm
    public: str  # the raw key in lower-case hex

    @property
    def raw(self) -> bytes:
        return bytes.fromhex(self.public)


class KeyRecord(PublicKey, frozen=True):
    """A node's key in the directory: one key is one incarnation of one node."""

    node: NodeId
    incarnation: Incarnation
    not_before: str  # an instant
    not_after: str | None  # an instant

    def __post_init__(self) -> None:
        parse_instant(self.not_before)
        parse_instant(self.not_after or self.not_before)


class Signer(Protocol):
    """Whatever holds a private key: a file here, a certified module elsewhere."""

    @property
    def key_id(self) -> KeyId: ...

    def sign(self, data: bytes) -> bytes: ...


class NodeSigner:
    """This node's Ed25519 key."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        raw = private.public_key().public_bytes_raw()
        self.public_key: Final = public_key(raw)

    @classmethod
    def generate(cls, randomness: Randomness | None = None) -> Self:
        return cls.from_seed((randomness or random_bytes)(32))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key file; PermissionError if others than its owner may read it."""
        if path.stat().st_mode & 0o077:
            raise PermissionError(f"{path} must be readable by its owner only (chmod 600)")
        private = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise TypeError(f"{path} holds no Ed25519 key")
        return cls(private)

    def save(self, path: Path) -> None:
        """Write the key to a file that does not exist yet: a key is never overwritten."""
        text = self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    @property
    def key_id(self) -> KeyId:
        return self.public_key.key_id

    @property
    def seed(self) -> bytes:
        """The private key itself, for a vault that keeps it encrypted."""
        return self._private.private_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)


def random_bytes(count: int) -> bytes:
    """The only source of randomness; whoever needs some takes it as an argument."""
    return secrets.token_bytes(count)


def new_incarnation(randomness: Randomness) -> Incarnation:
    return Incarnation(randomness(4).hex())


def key_id_of(raw: bytes) -> KeyId:
    return KeyId("ed25519:" + hashlib.sha256(b"tongban-key-v1" + raw).hexdigest()[:32])


def public_key(raw: bytes) -> PublicKey:
    """Name a raw Ed25519 public key, or refuse it."""
    _check_raw(raw)
    return PublicKey(key_id_of(raw), Algorithm.ED25519, raw.hex())


def check_public_key(key: PublicKey) -> None:
    """Refuse a record whose key is weak, misnamed or of an algorithm not built in here."""
    if key.algorithm is not Algorithm.ED25519:
        raise WeakKeyError(f"no {key.algorithm} in this build")
    try:
        raw = key.raw
    except ValueError as error:
        raise WeakKeyError("a public key is lower-case hex") from error
    _check_raw(raw)
    if raw.hex() != key.public or key_id_of(raw) != key.key_id:
        raise WeakKeyError(f"{key.key_id} does not name this key")


def verify(key: PublicKey, signature: bytes, data: bytes) -> None:
    """Return if this key signed these bytes; raise BadSignatureError or WeakKeyError if not."""
    raw = _checked(key)
    # The library takes both as one string: with another length they would part elsewhere.
    if len(signature) != SIGNATURE_BYTES:
        raise BadSignatureError(f"a signature of {len(signature)} bytes")
    try:
        crypto_sign_open(signature + data, raw)
    except SodiumError as error:
        raise BadSignatureError(f"claimed by {key.key_id}") from error


def fingerprint(raw: bytes) -> str:
    """Thirty digits in groups of five, for two people to compare on paper or by telephone."""
    number = int.from_bytes(hashlib.sha256(b"tongban-fingerprint-v1" + raw).digest()[:16])
    digits = f"{number % 10**30:030d}"
    return " ".join(digits[at : at + 5] for at in range(0, 30, 5))


@lru_cache(KEYS_CACHED_MAX)
def _checked(key: PublicKey) -> bytes:
    check_public_key(key)
    return key.raw


@lru_cache(KEYS_CACHED_MAX)
def _check_raw(raw: bytes) -> None:
    if len(raw) != PUBLIC_BYTES:
        raise WeakKeyError(f"a public key of {len(raw)} bytes")
    _check_point(raw)


# The curve of RFC 8032, section 5.1. There are points for which one signature verifies with many
# messages; so that such a key is refused when it is enrolled, the point is looked at here, once.
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_SQRT_MINUS_ONE: Final = pow(2, (_P - 1) // 4, _P)


def _check_point(raw: bytes) -> None:
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _P:
        raise WeakKeyError("a public key that is not canonical")
    x = _recover_x(y)
    for _ in range(3):  # eight times the point is the neutral one exactly if its order is small
        x, y = _double(x, y)
    if x == 0:
        raise WeakKeyError("a public key of small order")


def _recover_x(y: int) -> int:
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _SQRT_MINUS_ONE % _P
    if (x * x - square) % _P:
        raise WeakKeyError("a public key that is no point of the curve")
    return x


def _double(x: int, y: int) -> tuple[int, int]:
    product = _D * x * x * y * y % _P
    return (
        2 * x * y * pow(1 + product, -1, _P) % _P,
        (y * y + x * x) * pow(1 - product, -1, _P) % _P,
    )
