"""Nonces that are given out to strangers and remembered only once they were used.

A nonce carries its own time and seal, so that nobody can fill the memory, or push out another's
nonce, by asking for many.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

NONCE_BYTES: Final = 32
NONCE_SECONDS_MAX: Final = 60.0

_TIME_BYTES: Final = 8
_FRESH_BYTES: Final = 8


class Nonces:
    """Each nonce works once, and not for long. `new_nonce` gives 32 fresh bytes."""

    def __init__(self, new_nonce: Callable[[], bytes]) -> None:
        self._new_nonce: Final = new_nonce
        self._secret: Final = new_nonce()
        self._used: dict[bytes, float] = {}

    def give(self, at: float) -> bytes:
        """A nonce; `at` is in seconds of any clock that only moves forward."""
        body = int(at * 1000).to_bytes(_TIME_BYTES) + self._new_nonce()[:_FRESH_BYTES]
        return body + self._seal(body)

    def is_good(self, nonce: bytes, at: float) -> bool:
        """Whether this nonce was given out here lately and is not used up."""
        body, seal = nonce[: _TIME_BYTES + _FRESH_BYTES], nonce[_TIME_BYTES + _FRESH_BYTES :]
        if len(nonce) != NONCE_BYTES or not hmac.compare_digest(seal, self._seal(body)):
            return False
        age = at - int.from_bytes(body[:_TIME_BYTES]) / 1000
        return age <= NONCE_SECONDS_MAX and nonce not in self._used

    def use_up(self, nonce: bytes, at: float) -> None:
        """Called once a hello has proven itself by this nonce."""
        alive = {each: until for each, until in self._used.items() if until > at}
        self._used = alive | {nonce: at + NONCE_SECONDS_MAX}

    def _seal(self, body: bytes) -> bytes:
        size = NONCE_BYTES - _TIME_BYTES - _FRESH_BYTES
        return hmac.digest(self._secret, body, hashlib.sha256)[:size]
