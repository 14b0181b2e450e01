"""What the county has to look at: alarms, bytes that were not believed, forks, refused entries."""

from datetime import datetime

from msgspec import Struct

from casework.instants import parse_instant
from casework.names import CaseId, LogName, NodeId
from sync.engine import Database, Work

LINES_MAX = 100

_AUDIT = (
    "SELECT at, event, is_alarm, neighbour, log, seq, case_id, code FROM audit"
    " WHERE is_alarm = ? ORDER BY at DESC LIMIT ?"
)
_ASIDE = (
    "SELECT received_at, neighbour, log, seq, code, LENGTH(wire) FROM set_aside"
    " ORDER BY received_at DESC LIMIT ?"
)
_FORKS = (
    "SELECT evidence.found_at, evidence.log, evidence.seq, evidence.message_id,"
    " log_position.stopped_at FROM evidence"
    " LEFT JOIN log_position ON log_position.log = evidence.log"
    " ORDER BY evidence.found_at DESC LIMIT ?"
)
_REFUSED = (
    "SELECT message.received_at, message.at, message.log, message.seq, message.code,"
    " message.kind, message.case_id, case_row.number FROM message"
    " LEFT JOIN case_row ON case_row.id = message.case_id"
    " WHERE message.state = 'refused' ORDER BY message.received_at DESC LIMIT ?"
)
# What is held waits for the words between it and the position; the lowest of them tells since when.
_GAPS = (
    "SELECT held.log, COALESCE(log_position.seq, 0) + 1, MIN(held.seq) - 1, COUNT(*),"
    " MIN(held.received_at), held.neighbour FROM held"
    " LEFT JOIN log_position ON log_position.log = held.log"
    " GROUP BY held.log ORDER BY MIN(held.received_at), held.log LIMIT ?"
)
_COUNTS = (
    "SELECT (SELECT COUNT(*) FROM audit WHERE is_alarm = TRUE),"
    " (SELECT COUNT(*) FROM set_aside), (SELECT COUNT(*) FROM evidence),"
    " (SELECT COUNT(*) FROM message WHERE state = 'refused'),"
    " (SELECT COUNT(DISTINCT log) FROM held)"
)


class Noted(Struct, frozen=True, kw_only=True):
    """A line of the journal's audit."""

    at: datetime
    event: str
    is_alarm: bool
    neighbour: NodeId | None
    log: LogName | None
    seq: int | None
    case: CaseId | None
    code: str | None


class Aside(Struct, frozen=True, kw_only=True):
    at: datetime
    neighbour: NodeId
    log: LogName | None
    seq: int | None
    code: str
    size: int


class Fork(Struct, frozen=True, kw_only=True):
    at: datetime
    log: LogName
    seq: int
    message: str
    stopped_at: int | None


class Turned(Struct, frozen=True, kw_only=True):
    """A genuine message that was not lawful."""

    at: datetime
    written_at: datetime
    log: LogName
    seq: int
    code: str | None
    kind: str
    case: CaseId | None
    number: str | None


class Missing(Struct, frozen=True, kw_only=True):
    """Words of a log that its bringer did not bring, though it brought later ones."""

    log: LogName
    first: int
    last: int
    held: int  # of later ones, which wait for them
    since: datetime
    neighbour: NodeId


class Counts(Struct, frozen=True):
    alarms: int
    set_aside: int
    forks: int
    refused: int
    gaps: int


class Incidents(Struct, frozen=True, kw_only=True):
    """The newest of each kind, and how many there are in all."""

    counts: Counts
    alarms: tuple[Noted, ...]
    other: tuple[Noted, ...]
    set_aside: tuple[Aside, ...]
    forks: tuple[Fork, ...]
    refused: tuple[Turned, ...]
    gaps: tuple[Missing, ...]


async def read_incidents(database: Database) -> Incidents:
    return await database.read(_read)


async def count_alarms(database: Database) -> int:
    rows = await database.fetch("SELECT COUNT(*) FROM audit WHERE is_alarm = TRUE")
    return int(rows[0][0])


def _read(work: Work) -> Incidents:
    return Incidents(
        counts=Counts(*work.execute(_COUNTS).fetchone()),
        alarms=_noted(work, is_alarm=True),
        other=_noted(work, is_alarm=False),
        set_aside=tuple(
            Aside(
                at=parse_instant(at), neighbour=NodeId(node), log=log, seq=seq, code=code, size=size
            )
            for at, node, log, seq, code, size in work.execute(_ASIDE, (LINES_MAX,)).fetchall()
        ),
        forks=tuple(
            Fork(at=parse_instant(at), log=log, seq=seq, message=message, stopped_at=stopped_at)
            for at, log, seq, message, stopped_at in work.execute(_FORKS, (LINES_MAX,)).fetchall()
        ),
        refused=tuple(
            Turned(
                at=parse_instant(at),
                written_at=parse_instant(written_at),
                log=log,
                seq=seq,
                code=code,
                kind=kind,
                case=case,
                number=number,
            )
            for at, written_at, log, seq, code, kind, case, number in work.execute(
                _REFUSED, (LINES_MAX,)
            ).fetchall()
        ),
        gaps=tuple(
            Missing(
                log=log, first=first, last=last, held=held, since=parse_instant(at), neighbour=node
            )
            for log, first, last, held, at, node in work.execute(_GAPS, (LINES_MAX,)).fetchall()
        ),
    )


def _noted(work: Work, *, is_alarm: bool) -> tuple[Noted, ...]:
    return tuple(
        Noted(
            at=parse_instant(at),
            event=event,
            is_alarm=bool(alarm),
            neighbour=neighbour,
            log=log,
            seq=seq,
            case=case,
            code=code,
        )
        for at, event, alarm, neighbour, log, seq, case, code in work.execute(
            _AUDIT, (is_alarm, LINES_MAX)
        ).fetchall()
    )
