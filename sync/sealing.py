"""Sealing to one receiver: what a stick carries is read by the node it is for, and nobody else.

A file key is sealed to the receiver's own key (libsodium's sealed box over the Curve25519 form of
its Ed25519 key), and each section is encrypted under the file key with its own place as nonce
(ChaCha20-Poly1305, RFC 8439): sections cannot be read, changed, reordered or taken from elsewhere.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from nacl.bindings import (
    crypto_box_seal,
    crypto_box_seal_open,
    crypto_sign_ed25519_pk_to_curve25519,
    crypto_sign_ed25519_sk_to_curve25519,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import CryptoError

from sync.errors import SealError
from sync.keys import NodeSigner, PublicKey, check_public_key

FILE_KEY_BYTES: Final = 32
TAG_BYTES: Final = 16
_NONCE_BYTES: Final = 12


def seal_to(receiver: PublicKey, secret: bytes) -> bytes:
    """The secret, for the holder of this key alone; WeakKeyError if it is not a sound key."""
    check_public_key(receiver)
    return crypto_box_seal(secret, crypto_sign_ed25519_pk_to_curve25519(receiver.raw))


def open_sealed(signer: NodeSigner, sealed: bytes) -> bytes:
    """What was sealed to this node's key; SealError if it was sealed to another, or changed."""
    public, secret = crypto_sign_seed_keypair(signer.seed)
    try:
        return crypto_box_seal_open(
            sealed,
            crypto_sign_ed25519_pk_to_curve25519(public),
            crypto_sign_ed25519_sk_to_curve25519(secret),
        )
    except (CryptoError, TypeError) as error:
        raise SealError("sealed to another key, or changed") from error


class Sections:
    """The cipher of a file's sections; `cover` is what stands before them in the clear."""

    def __init__(self, key: bytes, cover: bytes) -> None:
        self._cipher: Final = ChaCha20Poly1305(key)
        self._cover: Final = cover

    def close(self, place: int, section: bytes) -> bytes:
        return self._cipher.encrypt(place.to_bytes(_NONCE_BYTES), section, self._cover)

    def open(self, place: int, closed: bytes) -> bytes:
        """The section at this place; SealError if these are not its bytes."""
        try:
            return self._cipher.decrypt(place.to_bytes(_NONCE_BYTES), closed, self._cover)
        except InvalidTag as error:
            raise SealError(f"section {place} was changed") from error
