"""Who may sign in here: an account for an officer who works at this node."""

from typing import Final

from sync.clock import SystemClock
from sync.control import CommandError
from sync.engine import Database, bind
from sync.keys import random_bytes
from webui.errors import PasswordWeakError
from webui.session import PASSWORD_LENGTH_MIN, Locks, Passwords, SignIn
from webui.store import Accounts, Attempts, Sessions
from webui.tables import Account, Session, SignInAttempt

TOO_WEAK: Final = f"at least {PASSWORD_LENGTH_MIN} characters, not all alike, not the name itself"


def make_sign_in(database: Database, locks: Locks | None = None) -> SignIn:
    """`locks`: the vault that a password opens; without one nobody signs in, as on a command."""
    return SignIn(
        accounts=Accounts(bind(Account, database)),
        sessions=Sessions(bind(Session, database)),
        attempts=Attempts(bind(SignInAttempt, database), locked_for=None),
        passwords=Passwords(),
        random_bytes=random_bytes,
        locks=locks,
    )


async def unlock_account(database: Database, login: str) -> None:
    """Let a name be tried again that was locked by wrong passwords."""
    await make_sign_in(database).unlock(login)


async def set_account(database: Database, officer: str, login: str, password: str) -> None:
    """Create an account or give it another password; the officer's sessions end."""
    try:
        await make_sign_in(database).set_account(
            officer=officer,
            login=login,
            password=password,
            now=SystemClock().now(),
            must_change=False,
        )
    except PasswordWeakError as error:
        raise CommandError(f"choose another password: {TOO_WEAK}") from error
