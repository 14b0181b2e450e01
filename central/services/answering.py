"""Answering what counters ask about cases that never passed by them: by itself, and on record.

Each question is answered once, in the transaction that notes who asked what for and was given what.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from casework.asking import (
    ASKED_WITHIN,
    ID_TAIL_CHARS,
    RIGHTS,
    SHOWN,
    STATE,
    Answer,
    Asking,
    StateSheet,
    answer_to,
    may_be_brought,
)
from casework.case import Case
from casework.case_clocks import clocks_of
from casework.clock import ClockName, ClockState
from casework.entry import PartRef
from casework.instants import instant_text
from casework.interest import APPLICANT
from casework.names import CaseId, MessageId, PartHash
from casework.numbering import NumberKind, read_plain_number
from casework.party import ApplicantSheet
from sync.batch import Batch, CaseState
from sync.bodies import Query, Reply
from sync.desk import SALT_BYTES
from sync.holdings import Holdings
from sync.parts import content_of, make_part
from sync.payloads import Message
from sync.stored import stored_body
from sync.writing import write
from webui.filters import mask_name

ANSWERED_AT_ONCE_MAX: Final = 100
_BRINGABLE: Final = tuple(name for right in RIGHTS.values() for name in right.brings)


def answer_waiting(batch: Batch, holdings: Holdings) -> None:
    """Answer what has been asked and not answered yet, in the order in which it was asked."""
    rows = batch.work.execute(
        "SELECT id FROM inquiry WHERE answer IS NULL AND node IS NOT NULL"
        " ORDER BY asked_at, id LIMIT ?",
        (ANSWERED_AT_ONCE_MAX,),
    ).fetchall()
    for (id_,) in rows:
        message = batch.find(MessageId(id_))
        body = stored_body(message) if message is not None else None
        if message is not None and isinstance(body, Query):
            _answer(batch, holdings, message, body)


def _answer(batch: Batch, holdings: Holdings, message: Message, body: Query) -> None:
    officer = holdings.officer(body.officer)
    asked, missed = _counted(batch, body.officer)
    asking = Asking(
        node=message.node,
        roles=frozenset(officer.roles) if officer is not None else frozenset(),
        question=body.question,
        purpose=body.purpose,
        shown=_shown(batch, body),
        asked=asked,
        missed=missed,
    )
    state = _find(batch, body)
    case = state.case if state is not None else None
    answer = answer_to(asking, case, tuple(_tails(batch, case)) if case is not None else ())
    found = state if answer is Answer.FOUND else None
    parts, small = _told(batch, holdings, found) if found is not None else ((), {})
    reply = Reply(message.id, answer, found.id if found is not None else None, parts)
    batch.audit(
        f"asked-{answer.value}",
        neighbour=message.node,
        log=message.header.log,
        seq=message.header.seq,
        case=found.id if found is not None else None,
        code=body.officer,
    )
    write(batch, reply, small=small)


def _counted(batch: Batch, officer: str) -> tuple[int, int]:
    """How much of this officer's asking was answered lately, and how much of it missed."""
    since = instant_text(batch.now - ASKED_WITHIN)
    asked, missed = batch.work.execute(
        "SELECT COUNT(*), COALESCE(SUM(answer = ?), 0) FROM inquiry"
        " WHERE officer = ? AND answered_at > ?",
        (Answer.NOT_FOUND.value, officer, since),
    ).fetchone()
    return asked, missed


def _shown(batch: Batch, body: Query) -> str:
    """What the applicant showed; empty where it did not come."""
    for ref in body.parts:
        data = batch.small_part(ref.hash) if ref.name == SHOWN else None
        if data is not None:
            return content_of(data).decode(errors="replace")
    return ""


def _find(batch: Batch, body: Query) -> CaseState | None:
    number = read_plain_number(body.number) if body.number is not None else None
    if number is None or number.kind is not NumberKind.CASE:
        return None
    row = batch.work.execute(
        "SELECT id FROM case_row WHERE number = ? ORDER BY began_at LIMIT 1", (body.number,)
    ).fetchone()
    return batch.case(CaseId(row[0])) if row is not None else None


def _tails(batch: Batch, case: Case) -> Iterator[str]:
    """The ends of the numbers of who applies and of who acts for them, by the newest sheet."""
    sheet = _sheet(batch, case)
    if sheet is not None:
        yield sheet.applicant.id_number[-ID_TAIL_CHARS:]
        if sheet.agent is not None:
            yield sheet.agent.id_number[-ID_TAIL_CHARS:]


def _sheet(batch: Batch, case: Case) -> ApplicantSheet | None:
    for part in reversed(case.parts):
        data = batch.small_part(part.ref.hash) if part.ref.name == APPLICANT else None
        if data is None:
            continue
        try:
            return msgspec.json.decode(content_of(data), type=ApplicantSheet)
        except (ValueError, RecursionError):
            continue
    return None


def _told(
    batch: Batch, holdings: Holdings, state: CaseState
) -> tuple[tuple[PartRef, ...], dict[PartHash, bytes]]:
    """The sheet of a case as it stands, made a part."""
    case = state.case
    assert case is not None, "what was found is there"
    content = msgspec.json.encode(_state_of(batch, holdings, case, state.applicant or ""))
    hash_, data = make_part(content, batch.node.randomness(SALT_BYTES))
    return (PartRef(hash_, len(data), "application/json", STATE),), {hash_: data}


def _state_of(batch: Batch, holdings: Holdings, case: Case, applicant: str) -> StateSheet:
    matter = holdings.matter(case.matter)
    assert case.status is not None, "a case without a status is not found"
    return StateSheet(
        number=case.number,
        matter=matter.name if matter is not None else case.matter.matter,
        applicant=mask_name(applicant),
        status=case.status.value,
        closure=case.closure.value if case.closure is not None else None,
        took_in=case.first_responsible,
        pen=case.pen,
        pickup=case.pickup,
        moved_at=instant_text(case.timeline[-1].at),
        promised=_promised(batch, holdings, case),
        supply_by=case.supply_by,
        may_bring=tuple(name for name in _BRINGABLE if may_be_brought(name, case)),
    )


def _promised(batch: Batch, holdings: Holdings, case: Case) -> str | None:
    matter = holdings.matter(case.matter)
    if matter is None:
        return None
    clocks = clocks_of(case, matter, holdings.calendar, batch.now, with_lines=False)
    running = (
        each.due_on
        for each in clocks
        if each.name is ClockName.PROMISED and each.state is ClockState.RUNNING
    )
    due = next(running, None)
    return due.isoformat() if due is not None else None
