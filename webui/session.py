"""Signing in: passwords, sessions, and how long each is good for.

A session's id exists in the cookie and nowhere else; the table holds its SHA-256. Only an id that
is in the table is accepted, and a new one is made at every sign-in, so nobody can choose one.
"""

import asyncio
import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from webui.errors import (
    PasswordBusyError,
    PasswordWeakError,
    SignInRefusedError,
)
from webui.store import AccountRecord, Accounts, Attempts, SessionRecord, Sessions

MEMORY_KIB: Final = 64 * 1024
ROUNDS: Final = 3
HASHES_AT_ONCE: Final = 2
HASHES_WAITING_MAX: Final = 64

PASSWORD_LENGTH_MIN: Final = 10
PASSWORD_LENGTH_MAX: Final = 128
LOGIN_LENGTH_MAX: Final = 64
_DISTINCT_CHARACTERS_MIN: Final = 5

IDLE_FOR: Final = timedelta(minutes=30)
SESSION_FOR: Final = timedelta(hours=12)
# Writing the time of every click would cost a commit each.
_SEEN_EVERY: Final = timedelta(minutes=1)

_ID_BYTES: Final = 32
_SECRET_BYTES: Final = 32
_CSRF_LABEL: Final = b"tongban-csrf-v1"

_T = TypeVar("_T")
RandomBytes = Callable[[int], bytes]


class Locks(Protocol):
    """Whoever keeps something locked while its officer is away: the vault of a laptop.

    A session that holds nothing open any more is over.
    """

    async def unlock(self, officer: str, password: str) -> None: ...
    async def rewrap(self, officer: str, password: str) -> None: ...
    def enter(self, officer: str, session: str) -> None: ...
    def holds(self, session: str) -> bool: ...
    def sessions(self) -> tuple[str, ...]: ...
    def leave(self, session: str) -> None: ...
    def leave_all(self, officer: str) -> None: ...


class NoLocks:
    """A node that keeps nothing locked."""

    async def unlock(self, officer: str, password: str) -> None: ...
    async def rewrap(self, officer: str, password: str) -> None: ...
    def enter(self, officer: str, session: str) -> None: ...
    def holds(self, session: str) -> bool:  # noqa: ARG002
        return True

    def sessions(self) -> tuple[str, ...]:
        return ()

    def leave(self, session: str) -> None: ...
    def leave_all(self, officer: str) -> None: ...


class Passwords:
    """Argon2id, a few at a time: each takes 64 MiB, and fifty sign in at nine o'clock."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=1)
        self._places = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        return await self._run(self._hasher.hash, password)

    async def verify(self, password_hash: str, password: str) -> bool:
        # No stored password is longer; a cut-off one must not match.
        if len(password) > PASSWORD_LENGTH_MAX:
            password = ""
        return await self._run(self._verify, password_hash, password)

    def require_place(self) -> None:
        """Raise PasswordBusyError now rather than after an attempt has been counted."""
        if self._waiting >= HASHES_WAITING_MAX:
            raise PasswordBusyError(f"{self._waiting} sign-ins are waiting")

    async def _run(self, work: Callable[..., _T], *arguments: str) -> _T:
        self.require_place()
        self._waiting += 1
        try:
            async with self._places:
                return await asyncio.to_thread(work, *arguments)
        finally:
            self._waiting -= 1

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


class NewSession(Struct, frozen=True):
    """What the browser is given: the id for the cookie, once."""

    id: str
    record: SessionRecord
    must_change: bool


class LiveSession(Struct, frozen=True):
    record: SessionRecord
    must_change: bool

    @property
    def csrf_token(self) -> str:
        return csrf_token(self.record.csrf_secret)


class SignIn:
    """Everything that makes, finds and ends sessions. Time arrives as an argument."""

    def __init__(  # noqa: PLR0913 - what it works with, each by its name
        self,
        *,
        accounts: Accounts,
        sessions: Sessions,
        attempts: Attempts,
        passwords: Passwords,
        random_bytes: RandomBytes,
        locks: Locks | None = None,
    ) -> None:
        self._locks: Locks = locks or NoLocks()
        self._accounts = accounts
        self._sessions = sessions
        self._attempts = attempts
        self._passwords = passwords
        self._random_bytes = random_bytes
        self._nobody: str | None = None

    async def sign_in(self, login: str, password: str, now: datetime) -> NewSession:
        """Open a session, or refuse in one of two ways that say nothing of whether the name exists.

        Raises SignInLockedError after too many failures, SignInRefusedError otherwise.
        """
        name = normal_login(login)
        name_hash = hashlib.sha256(name.encode()).hexdigest()
        self._passwords.require_place()
        await self._attempts.remove_old(now)
        # (1) The attempt is counted first, so that a burst of guesses cannot outrun the count.
        if not await self._attempts.begin(name_hash, now):
            raise self._attempts.locked()
        # (2) A name that does not exist costs as much time as one that does.
        account = await self._accounts.find_by_login(name)
        stored = await self._hash_of_nobody() if account is None else account.password_hash
        matches = await self._passwords.verify(stored, password)
        if account is None or account.disabled or not matches:
            raise SignInRefusedError("name, password or account")
        await self._attempts.forgive(name_hash)
        await self._locks.unlock(account.officer, password)
        await self._sessions.remove_expired(now)
        return await self._open(account.officer, now, must_change=account.must_change)

    async def find(self, session_id: str, now: datetime, *, keep_alive: bool) -> LiveSession | None:
        """The session of this id if it is alive; a poll passes `keep_alive=False`."""
        record = await self._sessions.find(_id_hash(session_id))
        if record is None:
            return None
        account = await self._accounts.find(record.officer)
        if (
            account is None
            or account.disabled
            or account.changed_at > record.created_at
            or now >= record.expires_at
            or now - record.seen_at >= IDLE_FOR
            or not self._locks.holds(record.id_hash)
        ):
            await self._end(record.id_hash)
            return None
        if keep_alive and now - record.seen_at >= _SEEN_EVERY:
            await self._sessions.mark_seen(record.id_hash, now)
        return LiveSession(record, account.must_change)

    async def end_idle(self, now: datetime) -> None:
        """End sessions that nobody used for long, before somebody else comes to the screen."""
        for id_hash in self._locks.sessions():
            record = await self._sessions.find(id_hash)
            if record is None or now >= record.expires_at or now - record.seen_at >= IDLE_FOR:
                await self._end(id_hash)

    async def act_for(
        self, session_id: str, acting_for: str | None, now: datetime
    ) -> NewSession | None:
        """Go on in another's stead, or as oneself again, under a new id: powers change with it."""
        live = await self.find(session_id, now, keep_alive=True)
        if live is None:
            return None
        officer, must_change = live.record.officer, live.must_change
        new = await self._open(officer, now, must_change=must_change, acting_for=acting_for)
        await self._end(live.record.id_hash)
        return new

    async def sign_out(self, session_id: str) -> None:
        await self._end(_id_hash(session_id))

    async def change_password(
        self, officer: str, *, current: str, new: str, now: datetime
    ) -> NewSession:
        """Replace the password, end every session of the officer and open one afresh."""
        account = await self._accounts.find(officer)
        if account is None:
            raise SignInRefusedError("no account")
        name_hash = hashlib.sha256(account.login.encode()).hexdigest()
        if not await self._attempts.begin(name_hash, now):
            raise self._attempts.locked()
        if not await self._passwords.verify(account.password_hash, current):
            raise SignInRefusedError("current password")
        await self._attempts.forgive(name_hash)
        check_password(new, account.login)
        await self._locks.rewrap(officer, new)
        await self._accounts.set_password(officer, await self._passwords.hash(new), now)
        await self._end_all(officer)
        await self._locks.unlock(officer, new)
        return await self._open(officer, now, must_change=False)

    async def set_account(
        self, *, officer: str, login: str, password: str, now: datetime, must_change: bool = True
    ) -> None:
        """Create an account or give it another password, ending its sessions."""
        name = normal_login(login)
        check_password(password, name)
        await self._accounts.put(
            AccountRecord(
                officer=officer,
                login=name,
                password_hash=await self._passwords.hash(password),
                changed_at=now,
                must_change=must_change,
                disabled=False,
            )
        )
        await self._end_all(officer)

    async def disable(self, officer: str) -> None:
        await self._accounts.set_disabled(officer, disabled=True)
        await self._end_all(officer)

    async def enable(self, officer: str) -> None:
        await self._accounts.set_disabled(officer, disabled=False)

    async def unlock(self, login: str) -> None:
        await self._attempts.forgive(hashlib.sha256(normal_login(login).encode()).hexdigest())

    async def end_all(self, officer: str) -> None:
        """End every session of an officer, as when their role changes."""
        await self._end_all(officer)

    async def _end(self, id_hash: str) -> None:
        await self._sessions.remove(id_hash)
        self._locks.leave(id_hash)

    async def _end_all(self, officer: str) -> None:
        await self._sessions.remove_of(officer)
        self._locks.leave_all(officer)

    async def _open(
        self, officer: str, now: datetime, *, must_change: bool, acting_for: str | None = None
    ) -> NewSession:
        session_id = self._random_bytes(_ID_BYTES).hex()
        record = SessionRecord(
            id_hash=_id_hash(session_id),
            officer=officer,
            acting_for=acting_for,
            csrf_secret=self._random_bytes(_SECRET_BYTES),
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_FOR,
        )
        await self._sessions.add(record)
        self._locks.enter(officer, record.id_hash)
        return NewSession(session_id, record, must_change)

    async def _hash_of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = await self._passwords.hash(self._random_bytes(_SECRET_BYTES).hex())
        return self._nobody


def csrf_token(secret: bytes) -> str:
    return hmac.new(secret, _CSRF_LABEL, hashlib.sha256).hexdigest()


def normal_login(login: str) -> str:
    """A name typed with full-width letters or capitals is the same name."""
    return unicodedata.normalize("NFKC", login).strip().lower()[:LOGIN_LENGTH_MAX]


def check_password(password: str, login: str) -> None:
    """Refuse what is short, long, made of few characters, or holds the name itself."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise PasswordWeakError("length")
    if len(set(password)) < _DISTINCT_CHARACTERS_MIN or password.lower() == login:
        raise PasswordWeakError("too simple")


def _id_hash(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()
