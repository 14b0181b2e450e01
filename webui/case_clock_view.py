"""The clocks of a case with, for each, why its last day is that day."""

from datetime import date, datetime

from msgspec import Struct

from casework.calendar import Calendar
from casework.case import Case
from casework.case_clocks import clocks_of
from casework.clock import Clock
from casework.course import LineCode
from casework.lamp import Lamp, lamp
from casework.matter import MatterVersion
from webui import labels
from webui.case_words import days_words, limit_words, line_words


class LineView(Struct, frozen=True):
    """Some days, what they are, and how many of them count (None: none could)."""

    days: str
    text: str
    count: int
    code: str


class ClockView(Struct, frozen=True, kw_only=True):
    name: str
    title: str
    limit: str
    state: str
    lamp: Lamp
    started_on: date | None
    due_on: date | None
    stopped_at: datetime | None
    provisional: bool
    consumed: int
    calendar_version: int
    lines: tuple[LineView, ...]


def clock_views(
    case: Case, matter: MatterVersion, calendar: Calendar, now: datetime
) -> tuple[ClockView, ...]:
    """Every clock the case has started, those that run first."""
    clocks = clocks_of(case, matter, calendar, now)
    today = calendar.day_of(now)
    return tuple(
        _view(clock, today) for clock in sorted(clocks, key=lambda c: c.stopped_at is not None)
    )


def _view(clock: Clock, today: date) -> ClockView:
    return ClockView(
        name=clock.name.value,
        title=labels.CLOCK[clock.name.value],
        limit=limit_words(clock.limit),
        state=clock.state.value,
        lamp=lamp(clock, today),
        started_on=clock.started_on,
        due_on=clock.due_on,
        stopped_at=clock.stopped_at,
        provisional=clock.provisional and clock.stopped_at is None,
        consumed=clock.consumed,
        calendar_version=clock.calendar_version,
        lines=tuple(
            LineView(
                days_words(line.first, line.last),
                line_words(line, clock.limit.unit),
                line.count,
                line.code.value,
            )
            for line in clock.lines
            # That a receipt counts for its own day needs no saying.
            if line.code is not LineCode.COUNTS_FROM or line.args != (str(line.first),)
        ),
    )
