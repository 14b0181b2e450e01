"""The tables of a service centre: those that every node has, and the drafts of its counter.

Piccolo's migrations look here for whatever the node's database holds.
"""

from typing import Final

from piccolo.table import Table

from sync import parts_tables, tables, trust_tables
from webui.drafts_tables import Draft, DraftFile
from webui.tables import Account, Session, SignInAttempt

TABLES: Final[tuple[type[Table], ...]] = (
    *tables.TABLES,
    parts_tables.Part,
    parts_tables.PartReference,
    parts_tables.PartArrival,
    *trust_tables.TABLES,
    Account,
    Session,
    SignInAttempt,
    Draft,
    DraftFile,
)
