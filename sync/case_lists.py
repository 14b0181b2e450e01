"""Lists of cases: a page of a queue, its figures, and finding a case by what an officer types.

Read from the projection by SQL that PostgreSQL takes as well. A queue is sorted by its due dates,
which `sync.ranking` keeps in the rows. What time alone changes (the lamp) is never stored.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal

from msgspec import Struct

from casework import act as acts
from casework.asking import Guest
from casework.calls import CallKind, still_follows
from casework.case import Case, Status
from casework.freshness import Heard
from casework.names import CaseId, MatterId, MessageId, NodeId
from casework.numbering import is_valid_number, plain_number
from casework.query_code import split_query
from sync.batch import Batch
from sync.batch_rows import calls_in
from sync.bodies import Deposit
from sync.claims import fallen_waiting, release_asked
from sync.desk import Desk
from sync.engine import Work
from sync.hearing import read_heard
from sync.ranking import GREEN, RUNNING, DateKeeper, Ranking
from sync.row_state import RowState, row_states
from sync.stored import case_from_bytes, stored_body, stored_message
from sync.tables import MessageState
from sync.vault import Vault
from sync.warned import WarnedDays

Order = Literal["urgent", "newest", "oldest"]
Due = Literal["overdue", "soon"]

FOUND_MAX: Final = 50
TEXT_CHARS_MAX: Final = 60
ID_TAIL_CHARS: Final = 4
_ORDERS: Final[Mapping[Order, str]] = {
    "urgent": "urgency, due_on, moved_at, id",
    "newest": "moved_at DESC, id",
    "oldest": "moved_at, id",
}
_CLOSED: Final = Status.CLOSED.value
# By the few other nodes that occur, so that an index answers it: with `<>` alone none would.
_PEN_ELSEWHERE: Final = "pen IN (SELECT DISTINCT pen FROM case_row WHERE pen <> ?)"
# By status too where an index has them in that order. What is warned of is not in that index.
_KINDS: Final = "SELECT DISTINCT status, matter, opened_by FROM case_row"
_WARNED_KINDS: Final = "SELECT DISTINCT NULL, matter, opened_by FROM case_row"
# A node's own cases are those that began there, are collected there or are worked on there; others
# it is told of, because it is asked about them. Named by what they are not: those are few.
OWN: Final = (
    "id NOT IN (SELECT id FROM case_row"
    " WHERE opened_by IN (SELECT DISTINCT opened_by FROM case_row WHERE opened_by <> ?)"
    " AND (pickup IS NULL OR pickup <> ?) AND pen <> ?)"
)


class CaseFilter(Struct, frozen=True, kw_only=True):
    """Which cases a list shows; what is None or empty does not narrow it."""

    pen: NodeId | None = None
    pen_elsewhere: NodeId | None = None  # anybody's but this node's
    own: NodeId | None = None  # what is this node's: see `OWN`
    pickup: NodeId | None = None
    department: str | None = None
    statuses: tuple[Status, ...] = ()
    matter: MatterId | None = None
    matters: tuple[MatterId, ...] | None = None
    opened_by: tuple[NodeId, ...] = ()
    not_opened_by: tuple[NodeId, ...] = ()
    warned_by: date | None = None  # the day by which something is to be told of a case
    due: Due | None = None
    due_from: date | None = None  # with `due`: the day from which a case is not overdue
    due_until: date | None = None  # with `soon`: the last day that is soon
    open_only: bool = True


class CaseLine(Struct, frozen=True, kw_only=True):
    """A case as a list needs it."""

    case: Case
    applicant: str | None
    id_tail: str | None
    blocked: str | None
    row: RowState
    guests: tuple[Guest, ...] = ()


class Survey(Struct, frozen=True):
    """What occurs in a list, and how many cases some lists hold."""

    matters: tuple[MatterId, ...]
    openers: tuple[NodeId, ...]
    counts: Mapping[str, int]


class CaseLists:
    def __init__(self, desk: Desk, keeper: DateKeeper | None = None) -> None:
        self._node: Final = desk.node
        self.ranking: Final = Ranking(desk, keeper)
        self.warned: Final = WarnedDays(desk)

    async def page(
        self, wanted: CaseFilter, *, order: Order = "urgent", offset: int = 0, limit: int = 20
    ) -> tuple[tuple[CaseLine, ...], int]:
        """Some lines of a list, and how many there are in all."""
        await self._settle(wanted)
        where, values = _where(wanted)
        ids = f"SELECT id FROM case_row{where} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?"  # noqa: S608

        def look(work: Work) -> tuple[tuple[CaseLine, ...], int]:
            count = work.execute(f"SELECT COUNT(*) FROM case_row{where}", values)  # noqa: S608
            total = count.fetchone()[0]
            found = work.execute(ids, (*values, limit, offset)).fetchall()
            return self._lines(work, [row[0] for row in found]), total

        return await self._node.database.read(look)

    async def survey(self, base: CaseFilter, lists: Mapping[str, CaseFilter]) -> Survey:
        """What a list could be narrowed to, and how many cases each of some lists holds."""
        await self._settle(base, *lists.values())
        where, values = _where(base)
        group = (_KINDS if base.warned_by is None else _WARNED_KINDS) + where

        def look(work: Work) -> Survey:
            counts = {}
            for name, each in lists.items():
                test, given = _where(each)
                row = work.execute(f"SELECT COUNT(*) FROM case_row{test}", given)  # noqa: S608
                counts[name] = int(row.fetchone()[0])
            found = work.execute(group, values).fetchall()
            return Survey(
                tuple(sorted({MatterId(matter) for _, matter, _ in found})),
                tuple(sorted({NodeId(opener) for _, _, opener in found})),
                counts,
            )

        return await self._node.database.read(look)

    async def search(self, text: str, *, limit: int = FOUND_MAX) -> tuple[CaseLine, ...]:
        """Cases by number (typed or scanned), by a name or part of one, or by an ID's last four."""
        typed = text.strip()[:TEXT_CHARS_MAX]
        if not typed:
            return ()
        query, values = _search(typed, self._node.vault)

        def look(work: Work) -> tuple[CaseLine, ...]:
            found = work.execute(f"{query} LIMIT ?", (*values, limit)).fetchall()
            return self._lines(work, [row[0] for row in found])

        return await self._node.database.read(look)

    async def lines(self, cases: Sequence[CaseId]) -> tuple[CaseLine, ...]:
        """These cases, in this order, those of them that are held."""
        return await self._node.database.read(lambda work: self._lines(work, cases))

    async def heard(self) -> Heard:
        """Whom this node has heard until when, for what its lists say of other places."""
        return await self._node.database.read(lambda work: read_heard(work, self._node.id))

    async def with_open_deposits(self, node: NodeId) -> tuple[CaseId, ...]:
        """Open cases whose pen a node holds and which have something to be taken up.

        That is what was brought elsewhere, and what fell out of the chain. What can never be taken
        up any more, as a second answer to one question, waits for nobody.
        """
        rows = await self._node.database.fetch(
            # A cross join: the few deposits lead to their cases, not all cases to deposits.
            "SELECT message.id, message.wire, case_row.id, case_row.folded"
            " FROM message CROSS JOIN case_row"
            " WHERE message.kind = 'deposit' AND case_row.id = message.case_id"
            " AND case_row.pen = ? AND case_row.status <> ? ORDER BY message.at",
            (node, _CLOSED),
        )
        waiting = (
            CaseId(case)
            for deposit, wire, case, folded in rows
            if _is_open(deposit, wire, case_from_bytes(folded))
        )
        fallen = await self._node.database.read(lambda work: self._with_fallen(work, node))
        return tuple(dict.fromkeys((*waiting, *fallen)))

    def _with_fallen(self, work: Work, node: NodeId) -> tuple[CaseId, ...]:
        rows = work.execute(
            "SELECT id FROM case_row WHERE fallen IS NOT NULL AND pen = ? AND status <> ?"
            " ORDER BY moved_at, id",
            (node, _CLOSED),
        ).fetchall()
        batch = Batch(self._node, work)
        return tuple(CaseId(id_) for (id_,) in rows if fallen_waiting(batch, CaseId(id_)))

    async def asked_back(self, node: NodeId) -> tuple[CaseId, ...]:
        """Cases whose pen a node holds and that the county asks it to return, the longest first."""
        rows = await self._node.database.fetch(
            "SELECT message.id, message.wire, case_row.id, case_row.folded"
            " FROM message CROSS JOIN case_row"
            " WHERE message.kind = 'release-request' AND case_row.id = message.case_id"
            " AND case_row.pen = ? ORDER BY message.at",
            (node,),
        )
        asked = (
            CaseId(case)
            for id_, wire, case, folded in rows
            if release_asked((stored_message(wire, id_),), case_from_bytes(folded))
        )
        return tuple(dict.fromkeys(asked))

    async def called(self, kind: CallKind, node: NodeId) -> tuple[CaseId, ...]:
        """Cases at which something waits for a node that it has not done yet, the nearest first."""
        like = f"% {kind}@{node}@%"

        def look(work: Work) -> tuple[CaseId, ...]:
            rows = work.execute(
                "SELECT id, calls FROM case_row WHERE calls IS NOT NULL AND calls LIKE ?", (like,)
            ).fetchall()
            waiting = {
                call.id: (call.by, CaseId(id_))
                for id_, calls in rows
                for call in calls_in(calls)
                if (call.kind, call.node) == (kind, node)
            }
            for done in _followed(work, node, {case for _, case in waiting.values()}):
                waiting.pop(done, None)
            return tuple(dict.fromkeys(case for _, case in sorted(waiting.values())))

        return await self._node.database.read(look)

    async def questions(self, limit: int) -> tuple[CaseId, ...]:
        """Cases at which some node, whichever, owes an answer, the nearest first."""

        def look(work: Work) -> tuple[CaseId, ...]:
            rows = work.execute(
                "SELECT id, calls FROM case_row WHERE calls IS NOT NULL AND calls LIKE ?",
                (f"% {CallKind.ANSWER}@%",),
            ).fetchall()
            found = sorted(
                (call.by, CaseId(id_))
                for id_, calls in rows
                for call in calls_in(calls)
                if call.kind is CallKind.ANSWER
            )
            return tuple(dict.fromkeys(case for _, case in found))[:limit]

        return await self._node.database.read(look)

    async def green(self, limit: int) -> tuple[CaseId, ...]:
        """Cases of the green channel whose clock runs, wherever they are, the nearest first."""
        await self.ranking.rank()
        rows = await self._node.database.fetch(
            "SELECT id FROM case_row WHERE urgency = ? ORDER BY due_on, id LIMIT ?", (GREEN, limit)
        )
        return tuple(CaseId(id_) for (id_,) in rows)

    async def _settle(self, *wanted: CaseFilter) -> None:
        """See to it that what these lists ask about stands in the rows."""
        await self.ranking.rank()
        if any(each.warned_by is not None for each in wanted):
            await self.warned.settle()

    def _lines(self, work: Work, ids: Sequence[str]) -> tuple[CaseLine, ...]:
        batch, wanted = Batch(self._node, work), [CaseId(each) for each in ids]
        rows = row_states(batch, wanted)
        states = (batch.case(each) for each in wanted)
        return tuple(
            CaseLine(
                case=state.case,
                applicant=batch.applicant_of(state),
                id_tail=batch.id_tail_of(state),
                blocked=state.blocked,
                row=rows[state.id],
                guests=state.guests,
            )
            for state in states
            if state.case is not None
        )


def _is_open(deposit: MessageId, wire: bytes, case: Case) -> bool:
    if deposit in case.taken_up:
        return False
    body = stored_body(stored_message(wire, deposit))
    act = body.act if isinstance(body, Deposit) else None
    return act is None or still_follows(case, act)


def _followed(work: Work, node: NodeId, cases: Collection[CaseId]) -> Iterator[MessageId]:
    """Which calls this node's own deposits to these cases have followed."""
    if not cases:
        return
    marks = ", ".join("?" * len(cases))
    for id_, wire in work.execute(
        "SELECT id, wire FROM message WHERE kind = 'deposit' AND log LIKE ?"  # noqa: S608
        f" AND state <> ? AND case_id IN ({marks})",
        (f"{node}/%", MessageState.REFUSED.value, *cases),
    ).fetchall():
        body = stored_body(stored_message(wire, id_))
        match body.act if isinstance(body, Deposit) else None:
            case acts.Answer(question):
                yield question
            case acts.CollectPapers(call):
                yield call


class _Condition:
    """Tests of a list, joined by AND, with their values apart."""

    def __init__(self) -> None:
        self.tests: list[str] = []
        self.values: list[Any] = []

    def ask(self, test: str, *values: Any) -> None:
        self.tests.append(test)
        self.values.extend(values)

    def is_(self, column: str, value: str | None) -> None:
        if value is not None:
            self.ask(f"{column} = ?", value)

    def among(self, column: str, values: Sequence[str], word: str = "IN") -> None:
        if values:
            self.ask(f"{column} {word} ({', '.join('?' * len(values))})", *values)


def _where(wanted: CaseFilter) -> tuple[str, tuple[Any, ...]]:
    """The condition of a list, and its values."""
    condition = _Condition()
    condition.is_("pen", wanted.pen)
    if wanted.pen_elsewhere is not None:
        condition.ask(_PEN_ELSEWHERE, wanted.pen_elsewhere)
    if wanted.own is not None:
        condition.ask(OWN, *(wanted.own,) * 3)
    condition.is_("pickup", wanted.pickup)
    condition.is_("department", wanted.department)
    if wanted.open_only and not wanted.statuses:
        condition.ask("status <> ?", _CLOSED)
    condition.among("status", wanted.statuses)
    condition.is_("matter", wanted.matter)
    if wanted.matters is not None:
        condition.among("matter", wanted.matters or ("",))
    condition.among("opened_by", wanted.opened_by)
    condition.among("opened_by", wanted.not_opened_by, "NOT IN")
    if wanted.warned_by is not None:
        condition.ask("warns_on <= ?", wanted.warned_by.isoformat())
    _ask_due(wanted, condition)
    where = f" WHERE {' AND '.join(condition.tests)}" if condition.tests else ""
    return where, tuple(condition.values)


def _ask_due(wanted: CaseFilter, condition: _Condition) -> None:
    if wanted.due is None:
        return
    assert wanted.due_from is not None, "what is due is due by a day"
    condition.ask("urgency IN (?, ?)", GREEN, RUNNING)
    if wanted.due == "overdue":
        condition.ask("due_on < ?", wanted.due_from.isoformat())
        return
    assert wanted.due_until is not None, "soon ends on a day"
    first, last = wanted.due_from.isoformat(), wanted.due_until.isoformat()
    condition.ask("due_on BETWEEN ? AND ?", first, last)


def _search(typed: str, vault: Vault) -> tuple[str, tuple[str, ...]]:
    scanned = split_query(typed)
    number = plain_number(scanned[0] if scanned is not None else typed)
    if scanned is not None or is_valid_number(number):
        return "SELECT id FROM case_row WHERE number = ?", (number,)
    if len(typed) == ID_TAIL_CHARS and typed[:3].isdigit():
        tail = vault.column("id_tail")
        tailed = f"SELECT id FROM case_row WHERE {tail} = ? ORDER BY moved_at DESC"  # noqa: S608
        return tailed, (typed.upper(),)
    if number.isascii() and number.isdigit():
        # The beginning of a number: a range, so that an index answers it.
        return (
            "SELECT id FROM case_row WHERE number >= ? AND number < ? ORDER BY number",
            (number, number + ":"),
        )
    pattern = "%" + typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    named = (
        "SELECT id FROM case_row WHERE id IN"  # noqa: S608
        f" (SELECT id FROM case_row WHERE {vault.column('applicant')} LIKE ? ESCAPE '\\')"
        " ORDER BY moved_at DESC"
    )
    return named, (pattern,)
