"""The ciphers of a laptop's vault: keys out of a password, columns, and parts sealed at rest.

A column is AES-256-GCM with its own place (table, row, column) as associated data, so that a value
moved elsewhere opens nowhere. A part is encrypted once, under a key of its own that is sealed to
each of those who may read it; what travels is the same ciphertext with one of these boxes, so a
laptop sends what it cannot read. A range of it is opened by the counter that GCM itself counts by;
whether the whole is right is settled by the part's hash, which its author signed.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from msgspec import Struct

from casework.names import KeyId, PartHash
from sync.errors import SealError, VaultError
from sync.keys import NodeSigner, PublicKey, Randomness
from sync.sealing import open_sealed, seal_to

KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
NAME_BYTES: Final = 16
# As for signing in: a guess costs a tenth of a second and 64 MiB (RFC 9106).
ROUNDS: Final = 3
MEMORY_KIB: Final = 64 * 1024

# No salt begins like this, and a part begins with its salt.
MAGIC: Final = hashlib.sha256(b"tongban-sealed-part-v1").digest()[:16]
BOX_BYTES: Final = KEY_BYTES + 48
BOXES_MAX: Final = 8
_BOX_AT: Final = len(MAGIC) + 1
HEADER_BYTES_MAX: Final = _BOX_AT + BOXES_MAX * (NAME_BYTES + BOX_BYTES)
# What a part that travels sealed is longer by.
PIECE_BYTES_MORE: Final = _BOX_AT + NAME_BYTES + BOX_BYTES
_TAG_BYTES: Final = 16
_BLOCK_BYTES: Final = 16
# GCM with a nonce of 96 bits keeps the counter 1 for its tag and begins the text at 2.
_FIRST_COUNTER: Final = 2
# Every part has a key of its own, so the nonce need not differ.
_PART_NONCE: Final = bytes(NONCE_BYTES)


class VaultKey:
    """A key of the vault that is open: it opens boxes sealed to it, and closes columns."""

    def __init__(self, seed: bytes) -> None:
        self.seed: Final = seed
        self.signer: Final = NodeSigner.from_seed(seed)
        self.public: Final[PublicKey] = self.signer.public_key
        self.name: Final = name_of(self.public.key_id)
        self.columns: Final = hmac.digest(seed, b"tongban-vault-columns-v1", "sha256")

    def open_box(self, box: bytes) -> bytes:
        return open_sealed(self.signer, box)


def name_of(key_id: KeyId) -> bytes:
    return bytes.fromhex(key_id.rpartition(":")[2])


def stretch(password: str, salt: bytes, device_secret: bytes) -> bytes:
    """The key that wraps a person's key: of what they know and what this machine has."""
    stretched = hash_secret_raw(password.encode(), salt, ROUNDS, MEMORY_KIB, 1, KEY_BYTES, Type.ID)
    return hmac.digest(device_secret, b"tongban-vault-password-v1" + stretched, "sha256")


def context_of(table: str, row: str, column: str) -> bytes:
    return b"\0".join(each.encode() for each in (table, row, column))


def close(key: bytes, context: bytes, data: bytes, randomness: Randomness) -> bytes:
    nonce = randomness(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, context)


def open_closed(key: bytes, context: bytes, closed: bytes) -> bytes:
    """What was closed under this key for this place; VaultError if it was not, or was changed."""
    try:
        return AESGCM(key).decrypt(closed[:NONCE_BYTES], closed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise VaultError("closed by another key, for another place, or changed") from error


class Sealed(Struct, frozen=True):
    """A sealed part taken apart: a box with its key for each reader, and the ciphertext."""

    boxes: Mapping[bytes, bytes]
    body: bytes

    def key_for(self, reader: VaultKey | NodeSigner) -> bytes | None:
        """The part's key; None if it was not sealed to this reader."""
        signer = reader.signer if isinstance(reader, VaultKey) else reader
        box = self.boxes.get(name_of(signer.key_id))
        return open_sealed(signer, box) if box is not None else None


def seal_part(
    part: PartHash, data: bytes, readers: Sequence[PublicKey], randomness: Randomness
) -> bytes:
    """The bytes of a part for these readers alone; its key is not kept."""
    assert len(readers) <= BOXES_MAX, "a part has few readers"
    key = randomness(KEY_BYTES)
    boxes = {name_of(each.key_id): seal_to(each, key) for each in readers}
    return _join(boxes, AESGCM(key).encrypt(_PART_NONCE, data, part.encode()))


def header_bytes(stored: bytes) -> int:
    """How many bytes stand before the ciphertext; 0 if this is no sealed part."""
    if not stored.startswith(MAGIC) or len(stored) < _BOX_AT:
        return 0
    return _BOX_AT + stored[len(MAGIC)] * (NAME_BYTES + BOX_BYTES)


def read_sealed(stored: bytes) -> Sealed | None:
    """None for bytes that were never sealed."""
    ends = header_bytes(stored)
    if not ends:
        return None
    if len(stored) < ends or ends > HEADER_BYTES_MAX:
        raise SealError("a sealed part that is cut off")
    step = NAME_BYTES + BOX_BYTES
    boxes = {
        stored[at : at + NAME_BYTES]: stored[at + NAME_BYTES : at + step]
        for at in range(_BOX_AT, ends, step)
    }
    return Sealed(boxes, stored[ends:])


def open_part(part: PartHash, sealed: Sealed, key: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(_PART_NONCE, sealed.body, part.encode())
    except (InvalidTag, ValueError) as error:
        raise VaultError(f"{part} was changed where it lay") from error


def piece(sealed: Sealed, reader: bytes, first: int, end: int | None) -> bytes:
    """Some bytes of a part, as they travel to one reader."""
    box = sealed.boxes.get(reader)
    text = sealed.body[:-_TAG_BYTES][first:end]
    return _join({reader: box} if box is not None else dict(sealed.boxes), text)


def open_piece(sealed: Sealed, key: bytes, offset: int) -> bytes:
    return at_offset(key, offset, sealed.body)


def at_offset(key: bytes, offset: int, data: bytes) -> bytes:
    """Encrypt or decrypt what stands at an offset of a part; nothing vouches for it yet."""
    block, before = divmod(offset, _BLOCK_BYTES)
    counter = _PART_NONCE + (_FIRST_COUNTER + block).to_bytes(4)
    stream = Cipher(AES(key), CTR(counter)).encryptor()
    stream.update(bytes(before))
    return stream.update(data)


def _join(boxes: Mapping[bytes, bytes], text: bytes) -> bytes:
    header = b"".join(name + box for name, box in boxes.items())
    return MAGIC + bytes([len(boxes)]) + header + text
