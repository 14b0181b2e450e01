"""Queries on accounts and sessions. Each is one statement, so none depends on a transaction.

A failed sign-in must stay counted: call these outside a transaction that a refusal rolls back.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from webui.errors import SignInLockedError, SignInLockedForGoodError
from webui.tables import Account, Session, SignInAttempt

FAILURES_MAX: Final = 10
LOCKED_FOR: Final = timedelta(minutes=30)
ATTEMPTS_KEPT_FOR: Final = timedelta(days=1)


class AccountRecord(Struct, frozen=True, kw_only=True):
    officer: str
    login: str
    password_hash: str
    changed_at: datetime
    must_change: bool
    disabled: bool


class SessionRecord(Struct, frozen=True, kw_only=True):
    id_hash: str
    officer: str
    acting_for: str | None
    csrf_secret: bytes
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class Accounts:
    def __init__(self, table: type[Account]) -> None:
        self._table = table

    async def find_by_login(self, login: str) -> AccountRecord | None:
        return await self._find(self._table.login == login)

    async def find(self, officer: str) -> AccountRecord | None:
        return await self._find(self._table.officer == officer)

    async def all(self) -> list[AccountRecord]:
        rows = await self._table.select().order_by(self._table.login)
        return [AccountRecord(**row) for row in rows]

    async def put(self, record: AccountRecord) -> None:
        """Create the account, or replace it."""
        table = self._table
        row = table(
            officer=record.officer,
            login=record.login,
            password_hash=record.password_hash,
            changed_at=record.changed_at,
            must_change=record.must_change,
            disabled=record.disabled,
        )
        await table.insert(row).on_conflict(
            target=table.officer,
            action="DO UPDATE",
            values=[
                table.login,
                table.password_hash,
                table.changed_at,
                table.must_change,
                table.disabled,
            ],
        )

    async def set_password(self, officer: str, password_hash: str, now: datetime) -> None:
        await self._table.update(
            {
                self._table.password_hash: password_hash,
                self._table.changed_at: now,
                self._table.must_change: False,
            }
        ).where(self._table.officer == officer)

    async def set_disabled(self, officer: str, *, disabled: bool) -> None:
        await self._table.update({self._table.disabled: disabled}).where(
            self._table.officer == officer
        )

    async def _find(self, condition: object) -> AccountRecord | None:
        row = await self._table.select().where(condition).first()  # type: ignore[arg-type]
        return None if row is None else AccountRecord(**row)


class Sessions:
    def __init__(self, table: type[Session]) -> None:
        self._table = table

    async def add(self, record: SessionRecord) -> None:
        await self._table.insert(
            self._table(
                id_hash=record.id_hash,
                officer=record.officer,
                acting_for=record.acting_for,
                csrf_secret=record.csrf_secret,
                created_at=record.created_at,
                seen_at=record.seen_at,
                expires_at=record.expires_at,
            )
        )

    async def find(self, id_hash: str) -> SessionRecord | None:
        row = await self._table.select().where(self._table.id_hash == id_hash).first()
        return None if row is None else SessionRecord(**row)

    async def mark_seen(self, id_hash: str, now: datetime) -> None:
        await self._table.update({self._table.seen_at: now}).where(self._table.id_hash == id_hash)

    async def remove(self, id_hash: str) -> None:
        await self._table.delete().where(self._table.id_hash == id_hash)

    async def remove_of(self, officer: str) -> None:
        await self._table.delete().where(self._table.officer == officer)

    async def remove_expired(self, now: datetime) -> None:
        await self._table.delete().where(self._table.expires_at <= now)


class Attempts:
    """Sign-in attempts, counted before the password is looked at, so that a burst counts too."""

    def __init__(
        self, table: type[SignInAttempt], *, locked_for: timedelta | None = LOCKED_FOR
    ) -> None:
        """`locked_for` None: a name that is locked stays so until a person unlocks it."""
        self._table = table
        self._locked_for = locked_for

    async def begin(self, name_hash: str, now: datetime) -> bool:
        """Count an attempt; False if this name is locked. Success must call `forgive`."""
        table = self._table
        await table.insert(table(name_hash=name_hash, failed=0, last_at=now)).on_conflict(
            target=table.name_hash, action="DO NOTHING"
        )
        # One statement decides and counts, so that no two guesses see the same count.
        may: Any = table.failed < FAILURES_MAX
        if self._locked_for is not None:
            may = may | (table.last_at <= now - self._locked_for)
        counted = (
            await table.update({table.failed: table.failed + 1, table.last_at: now})
            .where(table.name_hash == name_hash)
            .where(may)
            .returning(table.failed)
        )
        return bool(counted)

    def locked(self) -> SignInLockedError:
        """What a name that is locked is answered."""
        for_good = SignInLockedForGoodError if self._locked_for is None else SignInLockedError
        return for_good("too many failures")

    async def forgive(self, name_hash: str) -> None:
        await self._table.delete().where(self._table.name_hash == name_hash)

    async def remove_old(self, now: datetime) -> None:
        """Forget failures of yesterday; a lock that does not end by itself is none of these."""
        old: Any = self._table.last_at < now - ATTEMPTS_KEPT_FOR
        if self._locked_for is None:
            old = old & (self._table.failed < FAILURES_MAX)
        await self._table.delete().where(old)
