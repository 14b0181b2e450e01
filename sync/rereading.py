"""Reading what an earlier release kept because it did not know the kind.

A message took its number, was kept and was passed on unread (protocol.md section 2). The first
start of a release that knows its kind reads it, and what follows from it happens then.
"""

import structlog

from casework.entry import Entry
from casework.names import CaseId
from sync import county_answers as answers
from sync.admission import Brought, try_body
from sync.batch import Batch, Record
from sync.inbox import word_on
from sync.payloads import KINDS
from sync.projection import refold
from sync.recording import take_up
from sync.stored import stored_message
from sync.tables import MessageState

_log = structlog.stdlib.get_logger("sync.rereading")


def read_unread(batch: Batch) -> None:
    """Read every message whose kind has become known, in the order in which they came."""
    rows = batch.work.execute(
        "SELECT id, wire, kind, brought_by, brought_from FROM message WHERE state = 'unread'"
        " ORDER BY arrival"
    ).fetchall()
    known = [row for row in rows if row[2] in KINDS]
    answer = answers.refuse_entry if batch.is_county else None
    touched: dict[CaseId, None] = {}
    for id_, wire, _, by, from_ in known:
        message = stored_message(wire, id_)
        brought = Brought(message, by, by != batch.parent, is_own_past=False)
        body, code = word_on(batch, brought, try_body(batch, message))
        state = MessageState.ADMITTED if code is None else MessageState.REFUSED
        take_up(batch, Record(message, body, state, code, by, from_), answer)
        if code is not None and batch.is_county:
            answers.refuse(batch, message, body if isinstance(body, Entry) else None, code)
        if message.header.case is not None:
            touched[message.header.case] = None
    for case in touched:
        refold(batch, case, answer)
    if known:
        _log.info("kinds read that an earlier release did not know", messages=len(known))
