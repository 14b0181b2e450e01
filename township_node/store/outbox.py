"""What waits to go up, what came back, and what was not believed: read from the journal's rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from casework.instants import parse_instant
from casework.names import CaseId, CaseNumber, MessageId, NodeId
from sync.bodies import Notice
from sync.engine import Database
from sync.stored import stored_body, stored_message

ROWS_MAX: Final = 200


class WaitingCase(Struct, frozen=True, kw_only=True):
    """A case of which messages are still owed to the neighbour above."""

    id: CaseId
    number: CaseNumber
    matter: str
    applicant: str | None
    messages: int
    bytes: int
    since: datetime


class Returned(Struct, frozen=True, kw_only=True):
    """A case that the county sent back: the pen is here again, and nobody has gone on with it."""

    case: CaseId
    number: CaseNumber
    code: str


class Refused(Struct, frozen=True, kw_only=True):
    """A message of this node that the county did not let stand."""

    message: MessageId
    case: CaseId
    number: CaseNumber
    kind: str
    at: datetime
    code: str | None


class Told(Struct, frozen=True, kw_only=True):
    """A notice of the county where no entry was concerned."""

    at: datetime
    case: CaseId | None
    code: str


class SetAside(Struct, frozen=True, kw_only=True):
    """Bytes that were not believed."""

    neighbour: NodeId
    code: str
    received_at: datetime
    size: int


async def waiting_cases(database: Database, neighbour: NodeId) -> tuple[WaitingCase, ...]:
    """The oldest first."""
    rows = await database.fetch(
        "SELECT case_row.id, case_row.number, case_row.matter, case_row.applicant,"
        " owed.messages, owed.bytes, owed.since FROM case_row JOIN"
        " (SELECT message.case_id AS case_id, COUNT(*) AS messages,"
        " SUM(LENGTH(message.wire)) AS bytes, MIN(message.at) AS since"
        " FROM listed JOIN message ON message.id = listed.message_id"
        " WHERE listed.neighbour = ? GROUP BY message.case_id) AS owed"
        " ON owed.case_id = case_row.id ORDER BY owed.since LIMIT ?",
        (neighbour, ROWS_MAX),
    )
    return tuple(
        WaitingCase(
            id=CaseId(id_),
            number=CaseNumber(number),
            matter=matter,
            applicant=applicant,
            messages=messages,
            bytes=size,
            since=parse_instant(since),
        )
        for id_, number, matter, applicant, messages, size, since in rows
    )


async def returned(database: Database) -> tuple[Returned, ...]:
    """The newest first."""
    rows = await database.fetch(
        "SELECT id, number, returned FROM case_row WHERE returned IS NOT NULL"
        " ORDER BY moved_at DESC LIMIT ?",
        (ROWS_MAX,),
    )
    return tuple(
        Returned(case=CaseId(id_), number=CaseNumber(number), code=code)
        for id_, number, code in rows
    )


async def refused(database: Database, me: NodeId) -> tuple[Refused, ...]:
    """The newest first; those of this node's own logs."""
    rows = await database.fetch(
        "SELECT message.id, case_row.id, case_row.number, message.kind, message.at, message.code"
        " FROM message JOIN case_row ON case_row.id = message.case_id"
        " WHERE message.state = 'refused' AND message.log LIKE ?"
        " ORDER BY message.at DESC LIMIT ?",
        (f"{me}/%", ROWS_MAX),
    )
    return tuple(
        Refused(
            message=MessageId(message),
            case=CaseId(case),
            number=CaseNumber(number),
            kind=kind,
            at=parse_instant(at),
            code=code,
        )
        for message, case, number, kind, at, code in rows
    )


async def told(database: Database, county: NodeId) -> tuple[Told, ...]:
    """What the county has to say about messages that were no entries; the newest first."""
    rows = await database.fetch(
        "SELECT id, wire, at, case_id FROM message WHERE kind = 'notice' AND log LIKE ?"
        " ORDER BY at DESC LIMIT ?",
        (f"{county}/%", ROWS_MAX),
    )
    return tuple(_told(rows))


async def set_aside(database: Database) -> tuple[SetAside, ...]:
    rows = await database.fetch(
        "SELECT neighbour, code, received_at, LENGTH(wire) FROM set_aside"
        " ORDER BY received_at DESC LIMIT ?",
        (ROWS_MAX,),
    )
    return tuple(
        SetAside(
            neighbour=NodeId(neighbour),
            code=code,
            received_at=parse_instant(received_at),
            size=size,
        )
        for neighbour, code, received_at, size in rows
    )


def _told(rows: Sequence[tuple[Any, ...]]) -> list[Told]:
    found = []
    for id_, wire, at, case in rows:
        body = stored_body(stored_message(bytes(wire), MessageId(id_)))
        if isinstance(body, Notice):
            code = body.text_code or body.code
            found.append(Told(at=parse_instant(at), case=CaseId(case) if case else None, code=code))
    return found
