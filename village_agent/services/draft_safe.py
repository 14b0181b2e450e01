"""Drafts of a laptop, closed: an application that is being filled in is its officer's alone; what
mends a case, or adds to it, is of all who work here, as the case is.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Final

from sync.errors import VaultError
from sync.keys import Randomness
from sync.vault_cipher import KEY_BYTES, NAME_BYTES, VaultKey, close, context_of, open_closed
from sync.vault_keys import VaultKeys
from village_agent.store.draft_keys import DraftKeys
from webui.draft_safe import DraftCipher
from webui.errors import DraftSealedError

_TABLE: Final = "draft"


class LaptopCipher:
    """A draft under its key. What was moved, or changed, is refused by its tag."""

    def __init__(self, key: bytes, draft: str, randomness: Randomness, *, private: bool) -> None:
        self._key: Final = key
        self._draft: Final = draft
        self._randomness: Final = randomness
        self.is_private: Final = private

    def close(self, column: str, row: str, data: bytes) -> bytes:
        return close(self._key, context_of(self._draft, row, column), data, self._randomness)

    def open(self, column: str, row: str, stored: bytes) -> bytes:
        try:
            return open_closed(self._key, context_of(self._draft, row, column), stored)
        except VaultError as error:
            raise DraftSealedError(f"{column} of {row}") from error

    def close_text(self, column: str, row: str, text: str) -> str:
        return base64.b64encode(self.close(column, row, text.encode())).decode()

    def open_text(self, column: str, row: str, stored: str) -> str:
        try:
            closed = base64.b64decode(stored, validate=True)
        except ValueError as error:
            raise DraftSealedError(f"{column} of {row}") from error
        return self.open(column, row, closed).decode()


class LaptopSafe:
    """`webui.draft_safe.DraftSafe` on the vault of this laptop."""

    def __init__(self, keys: VaultKeys, store: DraftKeys, randomness: Randomness) -> None:
        self._keys: Final = keys
        self._store: Final = store
        self._randomness: Final = randomness

    def can_begin(self, officer: str, *, shared: bool) -> bool:
        return self._owner(officer, shared=shared) is not None

    async def begin(self, draft: str, officer: str, *, shared: bool) -> DraftCipher:
        own = self._owner(officer, shared=shared)
        if own is None:
            raise DraftSealedError(f"{officer} is not signed in")
        key = self._randomness(KEY_BYTES)
        wrapped = close(own.columns, context_of(_TABLE, draft, "key"), key, self._randomness)
        await self._store.put(draft, own.name + wrapped)
        return LaptopCipher(key, draft, self._randomness, private=not shared)

    async def open(self, drafts: Sequence[str]) -> Mapping[str, DraftCipher]:
        held = {key.name: key for key in self._keys.open_keys()}
        shared = self._keys.vault.shared_key
        found: dict[str, DraftCipher] = {}
        for draft, stored in (await self._store.of(drafts)).items():
            own = held.get(stored[:NAME_BYTES])
            key = _unwrapped(own, draft, stored[NAME_BYTES:]) if own is not None else None
            if key is not None:
                private = shared is None or stored[:NAME_BYTES] != shared.name
                found[draft] = LaptopCipher(key, draft, self._randomness, private=private)
        return found

    def _owner(self, officer: str, *, shared: bool) -> VaultKey | None:
        return self._keys.vault.shared_key if shared else self._keys.key_of(officer)

    async def forget(self, draft: str) -> None:
        await self._store.remove(draft)


def _unwrapped(own: VaultKey, draft: str, wrapped: bytes) -> bytes | None:
    try:
        return open_closed(own.columns, context_of(_TABLE, draft, "key"), wrapped)
    except VaultError:
        return None
