"""Cases of this laptop that the shared lists do not ask for: unsent, owing papers, to carry up.

Each list is a page and how many there are in all, found by columns of the row: a case is decoded
only where it is shown. The conditions say in SQL what `is_sent_back` and `is_for_here` say of a
case.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from msgspec import Struct

from casework.case import Case, Status
from casework.names import CaseId, NodeId
from sync.case_lists import OWN
from sync.engine import Database, Work
from sync.stored import case_from_bytes

_SENT_BACK: Final = "pen = ? AND (status IN (?, ?) OR status IS NULL)"
_UNRECEIVED: Final = (Status.COLLECTED.value, Status.DRAFT.value)
_LISTED: Final = (
    "SELECT message.case_id FROM listed JOIN message ON message.id = listed.message_id"
    " WHERE listed.neighbour = ? AND message.case_id IS NOT NULL"
)
_BEGUN: Final = "SELECT id FROM case_row WHERE opened_by = ?"
# Papers were brought to this laptop that the holder of the pen has not taken up; what else may be
# deposited is told apart by its kind, which stands in the message in one form only.
_BROUGHT: Final = (
    "EXISTS (SELECT 1 FROM message WHERE message.case_id = case_row.id"
    " AND message.kind = 'deposit' AND message.log LIKE ?"
    ' AND INSTR(message.wire, CAST(\'"kind":"supplement"\' AS BLOB)) > 0'
    " AND case_row.taken_up NOT LIKE '% ' || message.id || ' %')"
)
_TO_CARRY: Final = (
    "opened_by = ? AND papers > 0"
    " AND NOT EXISTS (SELECT 1 FROM bag WHERE bag.case_id = case_row.id)"
)
# Names lie closed; the vault's own function opens them while somebody is signed in.
_APPLICANT: Final = "unveiled(id, 'applicant', applicant)"
_OWES: Final = f"owes = TRUE AND {OWN}"
_FOR_HERE: Final = "status = ? AND pickup = ? AND pen = ?"


class Window(Struct, frozen=True, kw_only=True):
    """Which part of a list is shown."""

    offset: int
    limit: int


class NamedCase(Struct, frozen=True):
    """A case, and its applicant as far as this laptop knows who that is."""

    case: Case
    applicant: str | None


class OwingCase(Struct, frozen=True):
    """A case whose applicant has papers to bring."""

    id: CaseId
    by: date | None
    brought: bool


class Figures(Struct, frozen=True, kw_only=True):
    """What the first page counts; `by_status` leaves out what is closed."""

    by_status: Mapping[Status, int]
    here: int  # results to hand over at this laptop
    owing: int  # applicants from whom something is awaited and who brought nothing yet
    earliest: date | None  # the first day on which one of these ends
    bags: int


async def figures(database: Database, me: NodeId) -> Figures:
    def look(work: Work) -> Figures:
        statuses = work.execute(
            f"SELECT status, COUNT(*) FROM case_row WHERE status <> ? AND {OWN} GROUP BY status",  # noqa: S608
            (Status.CLOSED.value, me, me, me),
        ).fetchall()
        owing, earliest = work.execute(
            "SELECT COUNT(*), MIN(supply_by) FROM case_row"  # noqa: S608
            f" WHERE {_OWES} AND NOT {_BROUGHT}",
            (me, me, me, f"{me}/%"),
        ).fetchone()
        return Figures(
            by_status={Status(status): count for status, count in statuses},
            here=_count(work, _FOR_HERE, (Status.READY.value, me, me)),
            owing=owing,
            earliest=_day(earliest),
            bags=_count(work, _TO_CARRY, (me,)),
        )

    return await database.read(look)


async def unsent(
    database: Database, me: NodeId, parent: NodeId, window: Window
) -> tuple[tuple[CaseId, ...], int]:
    """What came back, then what is still owed to the township, each the newest first.

    Before a township has ever been met nothing is listed for it: then whatever was begun here.
    """
    back = (me, *_UNRECEIVED)

    def look(work: Work) -> tuple[tuple[CaseId, ...], int]:
        met = work.execute("SELECT 1 FROM neighbour WHERE node = ?", (parent,)).fetchone()
        owed, to = (_LISTED, parent) if met else (_BEGUN, me)
        where = f"id IN (SELECT id FROM case_row WHERE {_SENT_BACK} UNION {owed})"  # noqa: S608
        rows = work.execute(
            f"SELECT id FROM case_row WHERE {where} ORDER BY"  # noqa: S608
            f" CASE WHEN {_SENT_BACK} THEN 0 ELSE 1 END, moved_at DESC, id LIMIT ? OFFSET ?",
            (*back, to, *back, window.limit, window.offset),
        ).fetchall()
        return _ids(rows), _count(work, where, (*back, to))

    return await database.read(look)


async def owing(
    database: Database, me: NodeId, window: Window
) -> tuple[tuple[OwingCase, ...], int]:
    """Cases whose applicants have papers to bring, the most pressing first."""

    def look(work: Work) -> tuple[tuple[OwingCase, ...], int]:
        rows = work.execute(
            f"SELECT id, supply_by, {_BROUGHT} AS brought FROM case_row WHERE {_OWES}"  # noqa: S608
            " ORDER BY brought, supply_by IS NULL, supply_by, id LIMIT ? OFFSET ?",
            (f"{me}/%", me, me, me, window.limit, window.offset),
        ).fetchall()
        found = (OwingCase(CaseId(id_), _day(by), bool(brought)) for id_, by, brought in rows)
        return tuple(found), _count(work, _OWES, (me, me, me))

    return await database.read(look)


async def for_here(
    database: Database, me: NodeId, window: Window
) -> tuple[tuple[CaseId, ...], int]:
    """Results to hand over at this laptop, what came last first."""
    values = (Status.READY.value, me, me)

    def look(work: Work) -> tuple[tuple[CaseId, ...], int]:
        rows = work.execute(
            f"SELECT id FROM case_row WHERE {_FOR_HERE}"  # noqa: S608
            " ORDER BY moved_at DESC, id LIMIT ? OFFSET ?",
            (*values, window.limit, window.offset),
        ).fetchall()
        return _ids(rows), _count(work, _FOR_HERE, values)

    return await database.read(look)


async def to_carry(
    database: Database, me: NodeId, window: Window
) -> tuple[tuple[NamedCase, ...], int]:
    """Cases whose papers lie at the village, what was taken in first."""

    def look(work: Work) -> tuple[tuple[NamedCase, ...], int]:
        rows = work.execute(
            f"SELECT folded, {_APPLICANT} FROM case_row WHERE {_TO_CARRY}"  # noqa: S608
            " ORDER BY began_at, id LIMIT ? OFFSET ?",
            (me, window.limit, window.offset),
        ).fetchall()
        return _named(rows), _count(work, _TO_CARRY, (me,))

    return await database.read(look)


async def still_to_carry(
    database: Database, me: NodeId, cases: Collection[CaseId]
) -> tuple[CaseId, ...]:
    """Those of these cases whose papers lie at the village."""
    if not cases:
        return ()
    marks = ", ".join("?" * len(cases))
    rows = await database.fetch(
        f"SELECT id FROM case_row WHERE {_TO_CARRY} AND id IN ({marks})",  # noqa: S608
        (me, *cases),
    )
    return _ids(rows)


async def named(database: Database, cases: Collection[CaseId]) -> tuple[NamedCase, ...]:
    """These cases, in this order, those of them that are held."""
    if not cases:
        return ()
    marks = ", ".join("?" * len(cases))
    rows = await database.fetch(
        f"SELECT folded, {_APPLICANT} FROM case_row WHERE id IN ({marks})",  # noqa: S608
        tuple(cases),
    )
    held = {each.case.id: each for each in _named(rows)}
    return tuple(held[case] for case in cases if case in held)


async def known(database: Database, ids: Collection[str]) -> frozenset[str]:
    """Those of these names that are names of cases."""
    if not ids:
        return frozenset()
    marks = ", ".join("?" * len(ids))
    rows = await database.fetch(
        f"SELECT id FROM case_row WHERE id IN ({marks})",  # noqa: S608
        tuple(ids),
    )
    return frozenset(row[0] for row in rows)


def _count(work: Work, where: str, values: tuple[Any, ...] = ()) -> int:
    row = work.execute(f"SELECT COUNT(*) FROM case_row WHERE {where}", values).fetchone()  # noqa: S608
    return int(row[0])


def _ids(rows: Collection[tuple[Any, ...]]) -> tuple[CaseId, ...]:
    return tuple(CaseId(row[0]) for row in rows)


def _named(rows: Collection[tuple[Any, ...]]) -> tuple[NamedCase, ...]:
    return tuple(NamedCase(case_from_bytes(folded), applicant) for folded, applicant in rows)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
