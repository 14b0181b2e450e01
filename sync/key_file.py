"""Key files of people: a signing key under a passphrase, and its public half to carry about.

A node's own key lies open in its data directory, since the node starts without anybody. A key that
signs trust sets belongs to a person and to a machine without a network; who finds the stick must
still guess the passphrase, and Argon2id makes each guess dear (RFC 9106). The parameters stand in
the file, so that a later release may ask for more. The file holds the public half as well, and the
box is tied to it: a file whose halves do not fit is refused.
"""

from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from casework.fact import Fact
from sync.data_dir import write_secret
from sync.keys import NodeSigner, PublicKey, Randomness, check_public_key, fingerprint
from sync.strict_json import UNREADABLE, decode_strict, encode_strict

KEY_FILE_FORMAT: Final = "tongban-key-v1"
PASSPHRASE_CHARS_MIN: Final = 12
KEY_FILE_BYTES_MAX: Final = 16 * 1024
OPERATIONS: Final = argon2id.OPSLIMIT_MODERATE
MEMORY_BYTES: Final = argon2id.MEMLIMIT_MODERATE
# A file that asks for more would stop the machine that reads it.
OPERATIONS_MAX: Final = argon2id.OPSLIMIT_SENSITIVE
MEMORY_BYTES_MAX: Final = argon2id.MEMLIMIT_SENSITIVE
PUBLIC_SUFFIX: Final = ".pub"

_Hex = Annotated[str, Meta(pattern="^([0-9a-f]{2})+$")]


class KeyFileError(Exception):
    """A key file that is none, or a passphrase that does not open it."""


class SealedKey(Fact, frozen=True):
    """A private key under a passphrase, beside its public half."""

    format: str
    key: PublicKey
    salt: _Hex
    operations: Annotated[int, Meta(ge=argon2id.OPSLIMIT_MIN, le=OPERATIONS_MAX)]
    memory: Annotated[int, Meta(ge=argon2id.MEMLIMIT_MIN, le=MEMORY_BYTES_MAX)]
    box: _Hex


def make_key(path: Path, passphrase: str, randomness: Randomness) -> PublicKey:
    """Make a key in a file that does not exist yet, its public half beside it."""
    if len(passphrase) < PASSPHRASE_CHARS_MIN:
        raise KeyFileError(f"a passphrase has at least {PASSPHRASE_CHARS_MIN} characters")
    signer = NodeSigner.generate(randomness)
    salt = randomness(argon2id.SALTBYTES)
    box = SecretBox(_stretch(passphrase, salt, OPERATIONS, MEMORY_BYTES))
    sealed = box.encrypt(signer.seed, randomness(SecretBox.NONCE_SIZE))
    key = signer.public_key
    made = SealedKey(KEY_FILE_FORMAT, key, salt.hex(), OPERATIONS, MEMORY_BYTES, sealed.hex())
    write_secret(path, encode_strict(made) + b"\n")
    return _beside(path, key)


def make_open_key(path: Path, randomness: Randomness) -> PublicKey:
    """A key that lies open, for a role whose key stays on the county's machine."""
    signer = NodeSigner.generate(randomness)
    signer.save(path)
    return _beside(path, signer.public_key)


def read_public(path: Path) -> PublicKey:
    """The public half, from its own file or from the file of the whole key."""
    data = _read(path)
    try:
        key = decode_strict(data, PublicKey)
    except UNREADABLE:
        key = _sealed(path, data).key
    check_public_key(key)
    return key


def is_sealed(path: Path) -> bool:
    """Whether a passphrase is needed; a key file of a node lies open."""
    return not _read(path).startswith(b"-----BEGIN")


def open_key(path: Path, passphrase: str = "") -> NodeSigner:
    """The key itself; KeyFileError if the passphrase does not open it."""
    if not is_sealed(path):
        return NodeSigner.load(path)
    held = _sealed(path, _read(path))
    try:
        salt = bytes.fromhex(held.salt)
        box = SecretBox(_stretch(passphrase, salt, held.operations, held.memory))
        signer = NodeSigner.from_seed(box.decrypt(bytes.fromhex(held.box)))
    except (CryptoError, ValueError) as error:
        raise KeyFileError(f"the passphrase does not open {path}") from error
    if signer.public_key != held.key:
        raise KeyFileError(f"{path} names another key than it holds")
    return signer


def key_fingerprint(key: PublicKey) -> str:
    """What two people compare: the same digits that a machine shows when it enrols."""
    return fingerprint(key.raw)


def _beside(path: Path, key: PublicKey) -> PublicKey:
    path.with_name(path.name + PUBLIC_SUFFIX).write_bytes(encode_strict(key) + b"\n")
    return key


def _sealed(path: Path, data: bytes) -> SealedKey:
    try:
        held = decode_strict(data, SealedKey)
    except UNREADABLE as error:
        raise KeyFileError(f"{path} is no key file") from error
    if held.format != KEY_FILE_FORMAT:
        raise KeyFileError(f"{path} was written by another release")
    return held


def _stretch(passphrase: str, salt: bytes, operations: int, memory: int) -> bytes:
    return argon2id.kdf(
        SecretBox.KEY_SIZE, passphrase.encode(), salt, opslimit=operations, memlimit=memory
    )


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(KEY_FILE_BYTES_MAX + 1)
    if len(data) > KEY_FILE_BYTES_MAX:
        raise KeyFileError(f"{path} is too large for a key file")
    return data.strip()
