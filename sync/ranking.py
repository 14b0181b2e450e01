"""Ranking: the due date and urgency of every case, kept in its row so that a list can sort by them.

They follow from a case, its matter and the calendar, and are cleared when the case moves (by the
journal) or another set comes into force (here). What a list shows waits for a few dozen at most;
after a new calendar the rest is computed behind, and until then stands at the end of its list.
"""

import asyncio
from collections.abc import Sequence
from contextvars import Context
from datetime import datetime
from typing import Final, Protocol

import structlog
from msgspec import Struct

from casework.case import Case, Status
from casework.case_clocks import urgency_of
from casework.clock import ClockState
from casework.names import CaseId, MessageId
from casework.papers import papers_to_carry
from sync.desk import Desk
from sync.engine import Work
from sync.holdings import Holdings
from sync.stored import case_from_bytes
from sync.tables import UNRANKED

# `urgency` of a row: the green channel, then what runs, then what waits for the applicant. Stored.
GREEN: Final = -1
RUNNING: Final = 0
PAUSED: Final = 1
NO_CLOCK: Final = 2

RANKED_AT_ONCE_MAX: Final = 40
# Of those that are computed behind, so many are written in one transaction.
_WRITTEN_AT_ONCE: Final = 400
_RANKED_BY: Final = "cases-ranked-by"
_CLOSED: Final = Status.CLOSED.value
# The index over such rows is asked for by the number itself, not by a parameter.
_IS_UNRANKED: Final = f"urgency = {UNRANKED}"
_ANY_UNRANKED: Final = f"SELECT 1 FROM case_row WHERE {_IS_UNRANKED} LIMIT 1"  # noqa: S608
_log = structlog.stdlib.get_logger("sync.ranking")


class Ranked(Struct, frozen=True):
    """Where a case belongs; a paused clock's date moves daily, so it has none here."""

    case: CaseId
    head: MessageId
    urgency: int
    due_on: str | None
    papers: int  # how many its bag takes up


class DateKeeper(Protocol):
    """Whoever keeps on record which dates a new calendar moved. Both run within the change."""

    def calendar_changes(self, work: Work, before: int, after: int) -> None:
        """The dates in the rows are those of the calendar before; they are cleared next."""

    def computed(self, work: Work, ranked: Sequence[Ranked]) -> None:
        """These dates have been computed."""


class Progress(Struct, frozen=True):
    """How many open cases there are, and how many of them have no date yet."""

    cases: int
    waiting: int


class Ranking:
    def __init__(self, desk: Desk, keeper: DateKeeper | None = None) -> None:
        self._desk: Final = desk
        self._database: Final = desk.node.database
        self._keeper: Final = keeper
        self._ranked_by: bytes | None = None
        self._behind: asyncio.Task[None] | None = None

    async def rank(self) -> None:
        """Compute the due dates of whatever moved since; nothing is written if nothing did."""
        await self._forget_old()
        more = await self._rank_some(RANKED_AT_ONCE_MAX)
        if more and (self._behind is None or self._behind.done()):
            # In a context of its own: it must not end with the transaction of who asked.
            self._behind = asyncio.create_task(self._rank_rest(), context=Context())

    async def finished(self) -> None:
        """Wait for what is computed behind."""
        if self._behind is not None:
            await self._behind

    async def progress(self) -> Progress:
        rows = await self._database.fetch(
            "SELECT (SELECT COUNT(*) FROM case_row WHERE status <> ? OR status IS NULL),"
            " (SELECT COUNT(*) FROM case_row WHERE urgency = ?)",
            (_CLOSED, UNRANKED),
        )
        return Progress(*rows[0])

    async def _rank_rest(self) -> None:
        """Everything that is left: the next cases are computed while the last are written."""
        try:
            while await self._database.fetch(_ANY_UNRANKED):
                await self._rank_through()
        except Exception:  # noqa: BLE001 - the node closes; the next list goes on with it
            _log.info("ranking stopped")

    async def _rank_through(self) -> None:
        """Go once through what has no date, in the order of the cases' names."""
        writing: asyncio.Task[None] | None = None
        after = ""
        while ranked := await self._next(after, _WRITTEN_AT_ONCE):
            after = ranked[-1].case
            if writing is not None:
                await writing
            writing = asyncio.create_task(self._write(ranked))
        if writing is not None:
            await writing

    async def _rank_some(self, limit: int) -> bool:
        """Rank some rows; whether there may be more."""
        ranked = await self._next("", limit)
        if ranked:
            await self._write(ranked)
        return len(ranked) == limit

    async def _next(self, after: str, limit: int) -> list[Ranked]:
        """Compute the dates of the next cases that have none."""
        rows = await self._database.fetch(
            f"SELECT folded FROM case_row WHERE {_IS_UNRANKED} AND id > ?"  # noqa: S608
            " ORDER BY id LIMIT ?",
            (after, limit),
        )
        ranked: list[Ranked] = []
        for start in range(0, len(rows), RANKED_AT_ONCE_MAX):
            some = rows[start : start + RANKED_AT_ONCE_MAX]
            ranked += self._computed([case_from_bytes(folded) for (folded,) in some])
            await asyncio.sleep(0)  # Pages are served in between.
        return ranked

    async def _write(self, ranked: Sequence[Ranked]) -> None:
        def write(work: Work) -> None:
            # A case that moved meanwhile has another head, and is ranked in the next round.
            work.executemany(
                "UPDATE case_row SET urgency = ?, due_on = ?, papers = ? WHERE id = ? AND head = ?",
                [(each.urgency, each.due_on, each.papers, each.case, each.head) for each in ranked],
            )
            if self._keeper is not None:
                self._keeper.computed(work, ranked)

        await self._database.work(write)

    def _computed(self, cases: Sequence[Case]) -> list[Ranked]:
        holdings, now = self._desk.holdings, self._desk.now()
        return [
            Ranked(
                case.id,
                case.head,
                *_urgency_and_date(holdings, case, now),
                papers_to_carry(case, holdings.matter(case.matter)),
            )
            for case in cases
        ]

    async def _forget_old(self) -> None:
        """Clear what was computed by other sets than those in force."""
        versions = self._desk.holdings.versions
        by = f"{versions.catalogue} {versions.calendar}".encode()
        if self._ranked_by == by:
            return

        def forget(work: Work) -> None:
            row = work.execute("SELECT value FROM setting WHERE key = ?", (_RANKED_BY,)).fetchone()
            before = bytes(row[0]) if row is not None else None
            if before == by:
                return
            old = _calendar_of(before)
            if self._keeper is not None and old is not None and old != versions.calendar:
                self._keeper.calendar_changes(work, old, versions.calendar)
            work.execute(
                "UPDATE case_row SET urgency = ?, due_on = NULL, warns_on = NULL WHERE status <> ?"
                " OR status IS NULL",
                (UNRANKED, _CLOSED),
            )
            work.execute(
                "INSERT INTO setting (key, value) VALUES (?, ?)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (_RANKED_BY, by),
            )

        await self._database.work(forget)
        self._ranked_by = by


def _calendar_of(ranked_by: bytes | None) -> int | None:
    """The version of the calendar by which rows were ranked."""
    if ranked_by is None:
        return None
    _, _, calendar = ranked_by.decode().partition(" ")
    return int(calendar)


def _urgency_and_date(holdings: Holdings, case: Case, now: datetime) -> tuple[int, str | None]:
    matter = holdings.matter(case.matter)
    if matter is None or not case.is_open:
        return NO_CLOCK, None
    try:
        urgency = urgency_of(case, matter, holdings.calendar, now)
    except (ArithmeticError, LookupError, ValueError):
        _log.exception("a case could not be ranked", case=case.id)  # All others are.
        return NO_CLOCK, None
    if urgency is None:
        return NO_CLOCK, None
    if urgency.clock.state is ClockState.PAUSED or urgency.clock.due_on is None:
        return PAUSED, None
    return GREEN if case.green else RUNNING, urgency.clock.due_on.isoformat()
