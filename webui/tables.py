"""Base tables of accounts and sessions. A tier subclasses them on its own engine.

They have no engine themselves; the stores are given the bound classes.
"""

from piccolo.columns import Boolean, Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table


class Account(Table):
    """Who may sign in; the person's name, office and powers are in the county's directory."""

    officer = Varchar(length=32, primary_key=True, default=None, null=False)
    login = Varchar(length=64, unique=True, default=None, null=False)
    password_hash = Varchar(length=255, default=None, null=False)
    changed_at = Timestamptz(default=None, null=False)
    must_change = Boolean(default=False, null=False)
    disabled = Boolean(default=False, null=False)


class Session(Table):
    """A browser that signed in; `id_hash` is SHA-256 of the id, which only the cookie holds."""

    id_hash = Varchar(length=64, primary_key=True, default=None, null=False)
    officer = Varchar(length=32, index=True, default=None, null=False)
    acting_for = Varchar(length=32, default=None, null=True)
    csrf_secret = Bytea(default=None, null=False)
    created_at = Timestamptz(default=None, null=False)
    seen_at = Timestamptz(default=None, null=False)
    expires_at = Timestamptz(index=True, default=None, null=False)


class SignInAttempt(Table):
    """Failures by name, of names that exist and of names that do not, so that both answer alike.

    A name is locked while `failed` has reached its limit and `last_at` is recent.
    """

    name_hash = Varchar(length=64, primary_key=True, default=None, null=False)
    failed = Integer(default=0, null=False)
    last_at = Timestamptz(index=True, default=None, null=False)
