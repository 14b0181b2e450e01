"""Who may sign in here: an account for an officer who works at this node."""

from typing import Final

from sync.clock import SystemClock
from sync.control import CommandError
from sync.engine import Database, bind
from sync.keys import random_bytes
from webui.errors import PasswordWeakError
from webui.session import PASSWORD_LENGTH_MIN, Passwords, SignIn
from webui.store import Accounts, Attempts, Sessions
from webui.tables import Account, Session, SignInAttempt

TOO_WEAK: Final = f"at least {PASSWORD_LENGTH_MIN} characters, not all alike, not the name itself"


def make_attempts(database: Database) -> Attempts:
    """Failures by name, of whatever is guessed at here."""
    return Attempts(bind(SignInAttempt, database))


def make_sign_in(database: Database) -> SignIn:
    return SignIn(
        accounts=Accounts(bind(Account, database)),
        sessions=Sessions(bind(Session, database)),
        attempts=make_attempts(database),
        passwords=Passwords(),
        random_bytes=random_bytes,
    )


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
