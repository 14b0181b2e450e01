"""The tables of a laptop's vault: its keys, each closed by a password or sealed to another key."""

from piccolo.columns import Bytea, Varchar
from piccolo.table import Table


class VaultKeyRow(Table, tablename="vault_key"):
    """A key of one officer, or of the laptop as a whole; its private half is in no row."""

    id = Varchar(length=40, primary_key=True, default=None, null=False)
    officer = Varchar(length=32, index=True, default=None, null=True)  # None: of all who work here
    public = Varchar(length=64, default=None, null=False)
    made_at = Varchar(length=27, default=None, null=False)
    recovery = Bytea(default=None, null=True)  # sealed to the recovery key, which is elsewhere


class VaultWrapRow(Table, tablename="vault_wrap"):
    """An officer's key under a password. While that is being changed there are two."""

    salt = Bytea(primary_key=True, default=None, null=False)
    key = Varchar(length=40, index=True, default=None, null=False)
    made_at = Varchar(length=27, default=None, null=False)
    wrapped = Bytea(default=None, null=False)


class VaultGrantRow(Table, tablename="vault_grant"):
    """A key sealed to another one: whoever opens the holder's opens this one too."""

    id = Varchar(length=81, primary_key=True, default=None, null=False)  # key, a space, holder
    key = Varchar(length=40, default=None, null=False)
    holder = Varchar(length=40, index=True, default=None, null=False)
    box = Bytea(default=None, null=False)


TABLES = (VaultKeyRow, VaultWrapRow, VaultGrantRow)
