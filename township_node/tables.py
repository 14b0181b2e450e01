"""The tables of a service centre: those that every node has, and what its counter keeps to itself.

Piccolo's migrations look here for whatever the node's database holds.
"""

from pathlib import Path
from typing import Final

from piccolo.columns import Boolean, Integer, Text, Timestamptz, Varchar
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


class QueueTicket(Table, tablename="queue_ticket"):
    """A place in the queue of this hall on one day; `casework.tickets` says what it may become."""

    id = Varchar(length=32, primary_key=True, default=None, null=False)
    day = Varchar(length=10, index=True, default=None, null=False)
    line = Varchar(length=1, default=None, null=False)
    serial = Integer(default=None, null=False)
    taken_at = Timestamptz(default=None, null=False)
    turn_at = Timestamptz(default=None, null=False)
    goes_first = Boolean(default=None, null=False)
    state = Varchar(length=8, default=None, null=False)
    called_at = Timestamptz(default=None, null=True)
    window = Varchar(length=16, default=None, null=True)
    officer = Varchar(length=32, default=None, null=True)
    case_id = Varchar(length=32, default=None, null=True)


class Appointment(Table, tablename="appointment"):
    """Somebody who said when they will come."""

    id = Varchar(length=32, primary_key=True, default=None, null=False)
    booked_at = Timestamptz(index=True, default=None, null=False)
    line = Varchar(length=1, default=None, null=False)
    person = Varchar(length=100, default=None, null=False)
    phone = Varchar(length=20, default="", null=False)
    note = Varchar(length=200, default="", null=False)
    officer = Varchar(length=32, default=None, null=False)
    ticket = Varchar(length=32, default=None, null=True)


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
        QueueTicket,
        Appointment,
    ),
)
