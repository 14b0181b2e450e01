"""Opening a laptop's vault and locking it: who holds which keys, and for how long.

Each officer has a key, closed by their password together with a secret that lies outside the
database. It opens what is theirs alone, and the key that all who work at this laptop share. Keys
live in memory, by session: signing out, falling idle and ending the process drop them.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from casework.instants import instant_text
from sync.clock import Clock
from sync.data_dir import write_secret
from sync.engine import Database, Work
from sync.errors import SealError, VaultError
from sync.keys import NodeSigner, PublicKey, Randomness, public_key
from sync.laptop_vault import LaptopVault
from sync.sealing import open_sealed, seal_to
from sync.vault_cipher import (
    KEY_BYTES,
    SALT_BYTES,
    VaultKey,
    close,
    context_of,
    open_closed,
    stretch,
)

WRAPS_TRIED_MAX: Final = 4


class _Held(Struct):
    """What somebody who is signed in has open: their own key first."""

    own: VaultKey
    keys: Mapping[str, VaultKey]
    sessions: set[str]


class VaultKeys:
    """The keys of one laptop. A session that holds none is no session."""

    def __init__(
        self,
        vault: LaptopVault,
        database: Database,
        secret: Path,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self.vault: Final = vault
        self._database: Final = database
        self._secret: Final = secret
        self._clock: Final = clock
        self._randomness: Final = randomness
        self._held: Final[dict[str, _Held]] = {}
        self._alone: Final = asyncio.Lock()
        self.when_opened: Callable[[], None] = lambda: None

    async def load(self) -> None:
        """Find the shared key's public half: what comes in before anybody signs in needs it."""
        rows = await self._database.fetch(
            "SELECT public FROM vault_key WHERE officer IS NULL ORDER BY made_at DESC LIMIT 1"
        )
        self.vault.shared = public_key(bytes.fromhex(rows[0][0])) if rows else None

    def key_of(self, officer: str) -> VaultKey | None:
        """An officer's own key, while they are signed in."""
        held = self._held.get(officer)
        return held.own if held is not None else None

    def open_keys(self) -> Iterator[VaultKey]:
        for held in self._held.values():
            yield from held.keys.values()

    # For `webui.session`.

    async def unlock(self, officer: str, password: str) -> None:
        """Open what is this officer's; a key is made for who has none that the password opens."""
        async with self._alone:
            own = await self._find_own(officer, password)
            if own is None:
                own = VaultKey(self._randomness(KEY_BYTES))
                await self._keep(own, officer, password)
            opened = await self._database.read(lambda work: _opened_by(work, own))
            shared = await self._share(officer, own, opened)
            keys = dict(opened)
            if shared is not None:
                keys[shared.public.key_id] = shared
            sessions = self._held[officer].sessions if officer in self._held else set[str]()
            self._held[officer] = _Held(own, keys, sessions)
            self.vault.hold(self.open_keys())
            await self._database.work(self._complete)
        self.when_opened()

    def enter(self, officer: str, session: str) -> None:
        if officer in self._held:
            self._held[officer].sessions.add(session)

    def holds(self, session: str) -> bool:
        return any(session in held.sessions for held in self._held.values())

    def sessions(self) -> tuple[str, ...]:
        return tuple(each for held in self._held.values() for each in held.sessions)

    def leave(self, session: str) -> None:
        """A session ended; with an officer's last one their keys are dropped."""
        for officer, held in tuple(self._held.items()):
            if session in held.sessions:
                held.sessions.discard(session)
                if not held.sessions:
                    self.leave_all(officer)

    def leave_all(self, officer: str) -> None:
        if self._held.pop(officer, None) is not None:
            self.vault.hold(self.open_keys())

    async def rewrap(self, officer: str, password: str) -> None:
        """Close the officer's key by another password too.

        The one before opens it until the new one has: whichever counts after a power cut.
        """
        held = self._held.get(officer)
        if held is not None:
            await self._wrap(held.own, officer, password)

    # What lies in the tables.

    async def _find_own(self, officer: str, password: str) -> VaultKey | None:
        wraps = await self._database.fetch(
            "SELECT k.id, w.salt, w.wrapped FROM vault_key AS k JOIN vault_wrap AS w"
            " ON w.key = k.id WHERE k.officer = ? ORDER BY k.made_at DESC, w.made_at DESC LIMIT ?",
            (officer, WRAPS_TRIED_MAX),
        )
        for key_id, salt, wrapped in wraps:
            closing = await self._stretched(password, salt)
            try:
                seed = open_closed(closing, context_of("vault_key", key_id, officer), wrapped)
            except VaultError:
                continue
            await self._database.execute(
                "DELETE FROM vault_wrap WHERE key = ? AND salt <> ?", (key_id, salt)
            )
            return VaultKey(seed)
        return None

    async def _keep(self, key: VaultKey, officer: str | None, password: str | None = None) -> None:
        await self._database.execute(
            "INSERT INTO vault_key (id, officer, public, made_at, recovery)"
            " VALUES (?, ?, ?, ?, NULL)",
            (key.public.key_id, officer, key.public.public, self._now()),
        )
        if officer is not None and password is not None:
            await self._wrap(key, officer, password)

    async def _wrap(self, key: VaultKey, officer: str, password: str) -> None:
        salt, key_id = self._randomness(SALT_BYTES), key.public.key_id
        closing = await self._stretched(password, salt)
        context = context_of("vault_key", key_id, officer)
        wrapped = close(closing, context, key.seed, self._randomness)
        await self._database.execute(
            "INSERT INTO vault_wrap (salt, key, made_at, wrapped) VALUES (?, ?, ?, ?)",
            (salt, key_id, self._now(), wrapped),
        )

    async def _stretched(self, password: str, salt: bytes) -> bytes:
        return await asyncio.to_thread(stretch, password, salt, self._device_secret())

    def _device_secret(self) -> bytes:
        """Kept beside the node's key: a copy of the database alone cannot be guessed at."""
        if not self._secret.exists():
            self._secret.parent.mkdir(mode=0o700, exist_ok=True)
            write_secret(self._secret, self._randomness(KEY_BYTES))
        return self._secret.read_bytes()

    async def _share(
        self, officer: str, own: VaultKey, opened: Mapping[str, VaultKey]
    ) -> VaultKey | None:
        """The shared key, if this officer may open it; the first of all makes it.

        Whoever else is signed in lends it. Where nobody is left who could, there is another one
        from here on: what was closed under the last comes back with the recovery key only.
        """
        shared = self.vault.shared
        if shared is not None:
            found = opened.get(shared.key_id) or self.vault.shared_key
            if found is not None or await self._is_held_by_others(shared, officer):
                return found
        made = VaultKey(self._randomness(KEY_BYTES))
        await self._keep(made, None)
        await self._database.work(lambda work: _grant(work, made, own.public))
        self.vault.shared = made.public
        return made

    async def _is_held_by_others(self, shared: PublicKey, officer: str) -> bool:
        return bool(
            await self._database.fetch(
                "SELECT 1 FROM vault_grant AS g JOIN vault_key AS k ON k.id = g.holder"
                " JOIN account AS a ON a.officer = k.officer"
                " WHERE g.key = ? AND k.officer <> ? AND a.disabled = FALSE LIMIT 1",
                (shared.key_id, officer),
            )
        )

    def _complete(self, work: Work) -> None:
        """Lend the shared key to whoever lacks it, and seal what is open to the recovery key."""
        shared = self.vault.shared_key
        if shared is not None:
            for officer_key in _newest(work).values():
                _grant(work, shared, officer_key)
        recovery = self.vault.recovery
        if recovery is not None:
            for key in self.open_keys():
                work.execute(
                    "UPDATE vault_key SET recovery = ? WHERE id = ? AND recovery IS NULL",
                    (seal_to(recovery, key.seed), key.public.key_id),
                )

    def _now(self) -> str:
        return instant_text(self._clock.now())


def recover(work: Work, recovery: NodeSigner) -> int:
    """Give every key that the recovery key opens to those who work here now; how many it opened.

    An officer's earlier key goes to their present one, the shared keys go to all.
    """
    found, newest = 0, _newest(work)
    for key_id, officer, box in work.execute(
        "SELECT id, officer, recovery FROM vault_key WHERE recovery IS NOT NULL"
    ).fetchall():
        try:
            key = VaultKey(open_sealed(recovery, box))
        except SealError:
            continue
        if key.public.key_id != key_id:
            continue
        found += 1
        holders = newest.values() if officer is None else filter(None, [newest.get(officer)])
        for holder in holders:
            _grant(work, key, holder)
    return found


def _newest(work: Work) -> dict[str, PublicKey]:
    """The present key of each officer."""
    rows = work.execute(
        "SELECT officer, public FROM vault_key WHERE officer IS NOT NULL ORDER BY made_at"
    ).fetchall()
    return {officer: public_key(bytes.fromhex(public)) for officer, public in rows}


def _grant(work: Work, key: VaultKey, holder: PublicKey) -> None:
    if key.public.key_id == holder.key_id:
        return
    name = f"{key.public.key_id} {holder.key_id}"
    work.execute(
        "INSERT INTO vault_grant (id, key, holder, box) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (name, key.public.key_id, holder.key_id, seal_to(holder, key.seed)),
    )


def _opened_by(work: Work, own: VaultKey) -> dict[str, VaultKey]:
    """A key, and those that were given to it; what was moved or changed opens nothing."""
    opened = {str(own.public.key_id): own}
    waiting = [own]
    while waiting:
        holder = waiting.pop()
        for key_id, box in work.execute(
            "SELECT key, box FROM vault_grant WHERE holder = ?", (holder.public.key_id,)
        ).fetchall():
            try:
                key = VaultKey(holder.open_box(box))
            except (SealError, ValueError):
                continue
            if key.public.key_id == key_id and key_id not in opened:
                opened[key_id] = key
                waiting.append(key)
    return opened
