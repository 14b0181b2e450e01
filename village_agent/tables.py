"""The tables of a village laptop: those that every node has, drafts, and what was carried up.

Piccolo's migrations look here for whatever the node's database holds.
"""

from pathlib import Path
from typing import Final

from piccolo.columns import Bytea, Timestamptz, Varchar
from piccolo.table import Table

from sync import tables, trust_tables, vault_tables
from sync.schema import Schema
from webui.drafts_tables import Draft, DraftFile
from webui.tables import Account, Session, SignInAttempt


class Bag(Table, tablename="bag"):
    """The papers of a case, once the agent has carried them to the township."""

    case_id = Varchar(length=32, primary_key=True, default=None, null=False)
    carried_at = Timestamptz(default=None, null=False)
    officer = Varchar(length=32, default=None, null=False)


class DraftKey(Table, tablename="draft_key"):
    """The key that a draft is closed under, itself closed; without it the draft is noise."""

    draft = Varchar(length=32, primary_key=True, default=None, null=False)
    wrapped = Bytea(default=None, null=False)


SCHEMA: Final = Schema(
    "village_agent",
    Path(__file__).parent / "piccolo_migrations",
    (
        *tables.TABLES,
        *trust_tables.TABLES,
        Account,
        Session,
        SignInAttempt,
        Draft,
        DraftFile,
        Bag,
        DraftKey,
        *vault_tables.TABLES,
    ),
)
