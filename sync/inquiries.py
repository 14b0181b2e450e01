"""Questions to the county and their answers, as rows that follow from the messages.

At the county such a row says who asked what for what and got what; at the node that asked it says
how its question stands; wherever a case goes, it says who is told of it because they asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from casework.asking import Answer, Guest, Question
from casework.names import CaseId, CaseNumber, MessageId, NodeId, OfficerId, PartHash
from sync.bodies import Notice, Query, Reply
from sync.engine import Database, Work
from sync.payloads import Message
from sync.stored import instant_of

if TYPE_CHECKING:
    from sync.batch import Batch

# The answer of a question that the county did not believe: stored, never change it.
REFUSED: Final = "refused"
NUMBER_CHARS_MAX: Final = 50
LISTED_MAX: Final = 100

_COLUMNS: Final = (
    "i.id, i.node, i.officer, i.question, i.purpose, i.number, i.asked_at, i.answer,"
    " i.answered_at, i.case_id, i.sheet,"
    # Owed until it is receipted, and where nobody is there to owe it to yet.
    " EXISTS (SELECT 1 FROM listed AS l WHERE l.message_id = i.id AND l.neighbour = ?)"
    " OR NOT EXISTS (SELECT 1 FROM neighbour AS n WHERE n.node = ?)"
)


class Inquiry(Struct, frozen=True, kw_only=True):
    """One question, and what came of it so far."""

    id: MessageId
    node: NodeId
    officer: OfficerId
    question: str
    purpose: str
    number: CaseNumber
    asked_at: datetime
    answer: str | None  # a value of `Answer`, or REFUSED
    answered_at: datetime | None
    case_id: CaseId | None
    sheet: PartHash | None
    is_owed: bool  # whether the neighbour above has yet to have it


def note_inquiry(batch: "Batch", message: Message, body: Query | Reply | Notice) -> CaseId | None:
    """What a message says of a question: that it was asked, answered, or not believed.

    Gives the case that was found, once question and answer are both here.
    """
    match body:
        case Query():
            _note_query(batch, message, body)
            return _found(batch, message.id)
        case Reply():
            _note_reply(batch, message, body)
            return _found(batch, body.query)
        case Notice(str() as about):
            batch.work.execute(
                "UPDATE inquiry SET answer = ?, answered_at = ? WHERE id = ? AND answer IS NULL",
                (REFUSED, message.header.at, about),
            )
        case _:
            pass
    return None


def _found(batch: "Batch", query: MessageId) -> CaseId | None:
    row = batch.work.execute("SELECT case_id FROM inquiry WHERE id = ?", (query,)).fetchone()
    return CaseId(row[0]) if row is not None and row[0] is not None else None


def _note_query(batch: "Batch", message: Message, body: Query) -> None:
    batch.work.execute(
        "INSERT INTO inquiry (id, node, officer, question, purpose, number, asked_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET node = excluded.node,"
        " officer = excluded.officer, question = excluded.question, purpose = excluded.purpose,"
        " number = excluded.number, asked_at = excluded.asked_at",
        (
            *(message.id, message.node, body.officer, body.question.value, body.purpose),
            *((body.number or "")[:NUMBER_CHARS_MAX], message.header.at),
        ),
    )


def _note_reply(batch: "Batch", message: Message, body: Reply) -> None:
    """The first answer stands: a county that was restored may give another."""
    sheet = body.parts[0].hash if body.parts else None
    batch.work.execute(
        "INSERT INTO inquiry (id, answer, answered_at, case_id, sheet) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET answer = excluded.answer,"
        " answered_at = excluded.answered_at, case_id = excluded.case_id, sheet = excluded.sheet"
        " WHERE inquiry.answer IS NULL",
        (body.query, body.answer.value, message.header.at, body.found, sheet),
    )


def find_guests(work: Work, cases: Sequence[CaseId]) -> Mapping[CaseId, tuple[Guest, ...]]:
    """Who was given each of these cases because they asked for it."""
    marks = ", ".join("?" * len(cases))
    rows = work.execute(
        "SELECT case_id, node, purpose, answered_at FROM inquiry WHERE answer = ?"  # noqa: S608
        f" AND question = ? AND node IS NOT NULL AND case_id IN ({marks}) ORDER BY answered_at, id",
        (Answer.FOUND.value, Question.CASE_FILE.value, *cases),
    ).fetchall()
    found: dict[CaseId, tuple[Guest, ...]] = defaultdict(tuple)
    for case, node, purpose, at in rows:
        found[CaseId(case)] += (Guest(NodeId(node), purpose, instant_of(at)),)
    return found


def guests_of(work: Work, case: CaseId) -> tuple[Guest, ...]:
    return find_guests(work, [case]).get(case, ())


class Inquiries:
    """The rows, for screens. `above`: the neighbour to which this node sends its questions."""

    def __init__(self, database: Database, above: NodeId | None) -> None:
        self._database: Final = database
        self._above: Final = above or ""

    async def by(self, node: NodeId, *, limit: int = LISTED_MAX) -> tuple[Inquiry, ...]:
        """What was asked at a node, the newest first."""
        return await self._read("i.node = ?", (node,), limit)

    async def newest(self, *, limit: int = LISTED_MAX) -> tuple[Inquiry, ...]:
        return await self._read("i.node IS NOT NULL", (), limit)

    async def about(self, case: CaseId, *, limit: int = LISTED_MAX) -> tuple[Inquiry, ...]:
        return await self._read("i.node IS NOT NULL AND i.case_id = ?", (case,), limit)

    async def _read(self, where: str, values: Iterable[Any], limit: int) -> tuple[Inquiry, ...]:
        rows = await self._database.fetch(
            f"SELECT {_COLUMNS} FROM inquiry AS i WHERE {where}"  # noqa: S608 - ours
            " ORDER BY i.asked_at DESC, i.id LIMIT ?",
            (self._above, self._above, *values, limit),
        )
        return tuple(_inquiry(row) for row in rows)


def _inquiry(row: Sequence[Any]) -> Inquiry:
    id_, node, officer, question, purpose, number, asked, answer, answered, case, sheet, owed = row
    return Inquiry(
        id=MessageId(id_),
        node=NodeId(node),
        officer=OfficerId(officer),
        question=question,
        purpose=purpose,
        number=CaseNumber(number),
        asked_at=instant_of(asked),
        answer=answer,
        answered_at=instant_of(answered) if answered is not None else None,
        case_id=CaseId(case) if case is not None else None,
        sheet=PartHash(sheet) if sheet is not None else None,
        is_owed=bool(owed),
    )
