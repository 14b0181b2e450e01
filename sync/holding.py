"""What was not admitted, and why it is kept: gaps, bytes set aside, and proof of forks.

None of it blocks anything else, and all of it is bounded. What is missing is asked for in the next
receipt, once at each contact.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from casework.names import LogName, NodeId, split_log
from sync.batch import Batch
from sync.delivery import WANTS_MAX, Want
from sync.engine import Work
from sync.errors import EnvelopeError, Then
from sync.payloads import Header, Message

HELD_PER_LOG_MAX: Final = 2_000
SET_ASIDE_PER_NEIGHBOUR_MAX: Final = 200
EVIDENCE_PER_LOG_MAX: Final = 20
SET_ASIDE_RETRIED_MAX: Final = 200


class SetAside(Struct, frozen=True):
    """Bytes kept because a check before the sixth failed."""

    id: int
    neighbour: NodeId
    wire: bytes


def hold(batch: Batch, message: Message, neighbour: NodeId) -> None:
    """Keep a message until those before it in its log have come."""
    header = message.header
    count = batch.work.execute("SELECT count(*) FROM held WHERE log = ?", (header.log,)).fetchone()[
        0
    ]
    if count >= HELD_PER_LOG_MAX:
        batch.audit("held-full", is_alarm=True, neighbour=neighbour, log=header.log, seq=header.seq)
        return
    batch.work.execute(
        "INSERT INTO held (log, seq, neighbour, incarnation, wire, received_at)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            header.log,
            header.seq,
            neighbour,
            batch.neighbours.get(neighbour, ""),
            message.wire,
            batch.at,
        ),
    )
    batch.held_logs.add(header.log)


def take_held(work: Work, log: LogName, seq: int) -> tuple[bytes, NodeId] | None:
    """The held message at a place, which is then held no longer; those before it are dropped."""
    row = work.execute(
        "SELECT wire, neighbour FROM held WHERE log = ? AND seq = ?", (log, seq)
    ).fetchone()
    work.execute("DELETE FROM held WHERE log = ? AND seq <= ?", (log, seq))
    return (bytes(row[0]), NodeId(row[1])) if row else None


def set_aside(
    batch: Batch, wire: bytes, neighbour: NodeId, error: EnvelopeError, claimed: Header | None
) -> None:
    """Keep bytes that were not believed, for a person, and for another try.

    `claimed` says where they pretend to belong, so that a sound copy can be asked for.
    """
    log, seq = (claimed.log, claimed.seq) if claimed is not None else (None, None)
    full = batch.work.execute(
        "SELECT count(*) FROM set_aside WHERE neighbour = ?", (neighbour,)
    ).fetchone()[0]
    code = error.code
    if full < SET_ASIDE_PER_NEIGHBOUR_MAX:
        batch.work.execute(
            "INSERT INTO set_aside (neighbour, digest, code, fate, log, seq, wire, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (neighbour, digest)"
            " DO UPDATE SET code = excluded.code, fate = excluded.fate",
            (
                neighbour,
                hashlib.sha256(wire).hexdigest(),
                code,
                error.then.value,
                log,
                seq,
                wire,
                batch.at,
            ),
        )
        batch.audit("set-aside", neighbour=neighbour, log=log, seq=seq, code=code)


def kept_aside(work: Work, *thens: Then) -> list[SetAside]:
    marks = ", ".join("?" * len(thens))
    query = f"SELECT id, neighbour, wire FROM set_aside WHERE fate IN ({marks}) ORDER BY id LIMIT ?"  # noqa: S608
    rows = work.execute(query, (*(each.value for each in thens), SET_ASIDE_RETRIED_MAX)).fetchall()
    return [SetAside(row[0], NodeId(row[1]), bytes(row[2])) for row in rows]


def drop_set_aside(work: Work, ids: Iterable[int]) -> None:
    work.executemany("DELETE FROM set_aside WHERE id = ?", [(each,) for each in ids])


def settle_set_aside(batch: Batch, log: LogName, seq: int) -> None:
    """A sound message has come for this place; the unsound bytes have done their duty."""
    batch.work.execute("DELETE FROM set_aside WHERE log = ? AND seq = ?", (log, seq))


def prove_fork(batch: Batch, message: Message, neighbour: NodeId) -> None:
    """Keep the second message of a place, and stop its log there."""
    header = message.header
    batch.work.execute(
        "INSERT INTO evidence (log, seq, message_id, wire, found_at) SELECT ?, ?, ?, ?, ?"
        " WHERE (SELECT count(*) FROM evidence WHERE log = ?) < ? ON CONFLICT DO NOTHING",
        (
            *(header.log, header.seq, message.id, message.wire, batch.at),
            *(header.log, EVIDENCE_PER_LOG_MAX),
        ),
    )
    position = batch.position(header.log)
    if position.stopped_at is None or header.seq < position.stopped_at:
        position.stopped_at = header.seq
        position.changed = True
    batch.audit(
        "fork",
        is_alarm=True,
        neighbour=neighbour,
        log=header.log,
        seq=header.seq,
        case=header.case,
        code="E_FORK",
    )


def missing(work: Work, neighbour: NodeId) -> list[Want]:
    """What to ask this neighbour for: the gaps before held messages, and sound copies."""
    wants: list[Want] = []
    rows = work.execute(
        "SELECT h.log, h.seq, coalesce(p.seq, 0) FROM held AS h"
        " LEFT JOIN log_position AS p ON p.log = h.log"
        " WHERE h.neighbour = ? ORDER BY h.log, h.seq",
        (neighbour,),
    ).fetchall()
    last: dict[str, int] = {}
    for log, seq, contiguous in rows:
        after = max(last.get(log, 0), contiguous)
        if seq > after + 1:
            wants.append(Want(LogName(log), after + 1, seq - 1))
        last[log] = seq
    unsound = work.execute(
        "SELECT DISTINCT log, seq FROM set_aside WHERE neighbour = ? AND fate = ?"
        " AND log IS NOT NULL ORDER BY log, seq",
        (neighbour, Then.WANTED.value),
    ).fetchall()
    wants += [Want(LogName(log), seq, seq) for log, seq in unsound if _is_log(log) and seq > 0]
    return wants[:WANTS_MAX]


def _is_log(log: str) -> bool:
    try:
        split_log(LogName(log))
    except ValueError:
        return False
    return True
