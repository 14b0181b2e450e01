"""The vault of a laptop: what its disk holds of people is closed, and open only while somebody
who works here is signed in.

What the line brings while nobody is there is sealed to the laptop's shared key, of which the public
half is enough. What was handed in is sealed besides to the township above and to the county, and
goes up as it lies: sending needs no key (docs/decisions/0064).
"""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from casework.names import Lane, NodeId, PartHash, county_of, log_name, parent_of
from sync.errors import PartError, SealError, VaultError
from sync.keys import NodeSigner, PublicKey, Randomness
from sync.ports import Trust
from sync.sealing import seal_to
from sync.vault import Vault
from sync.vault_cipher import (
    KEY_BYTES,
    NAME_BYTES,
    VaultKey,
    at_offset,
    close,
    context_of,
    name_of,
    open_closed,
    open_part,
    piece,
    read_sealed,
    seal_part,
)

CASE_ROW: Final = "case_row"
# How a closed text begins: under the shared key itself, or sealed to it while it was locked away.
_CLOSED: Final = "~1"
_SEALED: Final = "~2"
_SQL_FUNCTION: Final = "unveiled"
TEXTS_CACHED_MAX: Final = 50_000


class Cover:
    """The ranges of a part on its way, under a key that this process alone knows."""

    def __init__(self, key: bytes) -> None:
        self._key: Final = key
        self.is_fresh = True

    def apply(self, offset: int, data: bytes) -> bytes:
        self.is_fresh = False
        return at_offset(self._key, offset, data)


class LaptopVault(Vault):
    """`sync.vault_keys` opens and drops its keys; everything here works with those at hand."""

    seals = True

    def __init__(self, signer: NodeSigner, me: NodeId, randomness: Randomness) -> None:
        super().__init__(signer)
        self._above: Final = tuple(dict.fromkeys((parent_of(me) or me, county_of(me))))
        self._randomness: Final = randomness
        self._open: Mapping[bytes, VaultKey] = {}
        self._texts: dict[tuple[str, str, str], str] = {}
        self._covers: Final[dict[PartHash, Cover]] = {}
        self.shared: PublicKey | None = None
        self.recovery: PublicKey | None = None
        self.trust: Callable[[], Trust] | None = None

    @property
    def functions(self) -> Mapping[str, Callable[[str, str, str | None], str | None]]:
        """What the database's connections compute with."""
        return {_SQL_FUNCTION: self.open_text}

    def hold(self, keys: Iterable[VaultKey]) -> None:
        """Work with these keys from here on, and with no others."""
        self._open = {key.name: key for key in keys}
        self._texts = {}

    @property
    def shared_key(self) -> VaultKey | None:
        return self._open.get(name_of(self.shared.key_id)) if self.shared is not None else None

    @property
    def is_locked(self) -> bool:
        return not self._open

    # Parts.

    def readers(self) -> Sequence[PublicKey]:
        """To whom a part is sealed: who works here, who is above, and the key in the safe."""
        assert self.shared is not None, "there is a shared key once somebody has signed in"
        above = [key for node in self._above if (key := self._key_of(node)) is not None]
        kept = [self.recovery] if self.recovery is not None else []
        return [self.shared, *above, *kept]

    def close_part(self, part: PartHash, data: bytes) -> bytes:
        if self.shared is None:
            return data  # Nobody ever signed in here: the first who does closes it.
        return seal_part(part, data, self.readers(), self._randomness)

    def open_part(self, part: PartHash, stored: bytes) -> bytes | None:
        try:
            sealed = read_sealed(stored)
            if sealed is None:
                return stored
            for name in sealed.boxes:
                if (key := self._open.get(name)) is not None:
                    return open_part(part, sealed, key.open_box(sealed.boxes[name]))
        except (SealError, VaultError) as error:
            raise PartError(f"{part}: {error}") from error
        return None

    def is_for_now(self, stored: bytes) -> bool:
        """Whether all who should read a part can: keys above are replaced now and then."""
        sealed = read_sealed(stored)
        return sealed is not None and all(name_of(k.key_id) in sealed.boxes for k in self.readers())

    def to_send(self, stored: bytes, to: NodeId, first: int = 0, end: int | None = None) -> bytes:
        sealed = read_sealed(stored)
        key = self._key_of(to)
        if sealed is None or key is None:
            return stored[first:end]
        return piece(sealed, name_of(key.key_id), first, end)

    def arrival(self, part: PartHash) -> Cover | None:
        if part not in self._covers:
            self._covers[part] = Cover(self._randomness(KEY_BYTES))
        return self._covers[part]

    def arrived(self, part: PartHash) -> None:
        self._covers.pop(part, None)

    # The columns of rows.

    def close_text(self, row: str, column: str, text: str) -> str:
        if self.shared is None:
            return text
        context = context_of(CASE_ROW, row, column)
        key = self.shared_key
        if key is not None:
            closed = key.name + close(key.columns, context, text.encode(), self._randomness)
            return _CLOSED + base64.b64encode(closed).decode()
        sealed = seal_to(self.shared, context + b"\0" + text.encode())
        return _SEALED + base64.b64encode(name_of(self.shared.key_id) + sealed).decode()

    def open_text(self, row: str, column: str, stored: str | None) -> str | None:
        if stored is None or stored[:2] not in {_CLOSED, _SEALED}:
            return stored
        known = self._texts.get((row, column, stored))
        if known is not None:
            return known
        try:
            text = self._opened(context_of(CASE_ROW, row, column), stored)
        except (SealError, VaultError, ValueError):
            return None
        if text is not None and len(self._texts) < TEXTS_CACHED_MAX:
            self._texts[row, column, stored] = text
        return text

    def column(self, name: str) -> str:
        return f"{_SQL_FUNCTION}(id, '{name}', {name})"

    def _opened(self, context: bytes, stored: str) -> str | None:
        data = base64.b64decode(stored[2:])
        key = self._open.get(data[:NAME_BYTES])
        if key is None:
            return None
        if stored.startswith(_CLOSED):
            return open_closed(key.columns, context, data[NAME_BYTES:]).decode()
        opened = key.open_box(data[NAME_BYTES:])
        if not opened.startswith(context + b"\0"):
            raise VaultError("sealed for another row")
        return opened[len(context) + 1 :].decode()

    def _key_of(self, node: NodeId) -> PublicKey | None:
        """A node's newest key, unless it was lost or revoked."""
        trust = self.trust() if self.trust is not None else None
        keys = trust.keys_of(node) if trust is not None else ()
        if trust is None or not keys:
            return None
        log = log_name(node, keys[-1].incarnation, Lane.CASE)
        return keys[-1] if trust.find_end(log) is None else None
