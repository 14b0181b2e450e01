"""The tables of a service centre: those that every node has, and what its counter keeps to itself.

Piccolo's migrations look here for whatever the node's database holds.
"""

from pathlib import Path
from typing import Final

from piccolo.columns import Text, Timestamptz, Varchar
from piccolo.table import Table

from sync import tables, trust_tables
from sync.schema import Schema
from webui.drafts_tables import Draft, DraftFile
from webui.tables import Account, Session, SignInAttempt


class Consultation(Table, tablename="consultation"):
    """One question and its answer; nobody's case, so no clock runs."""

    id = Varchar(length=32, primary_key=True, default=None, null=False)
    at = Timestamptz(index=True, default=None, null=False)
    officer = Varchar(length=32, default=None, null=False)
    kind = Varchar(length=16, default=None, null=False)
    person = Varchar(length=100, default="", null=False)
    matter = Varchar(length=100, index=True, default=None, null=True)
    question = Text(default=None, null=False)
    answer = Text(default="", null=False)
    draft = Varchar(length=32, default=None, null=True)  # the intake that it became


SCHEMA: Final = Schema(
    "township_node",
    Path(__file__).parent / "piccolo_migrations",
    (
        *tables.TABLES,
        *trust_tables.TABLES,
        Account,
        Session,
        SignInAttempt,
        Draft,
        DraftFile,
        Consultation,
    ),
)
