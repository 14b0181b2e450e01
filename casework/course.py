"""The course of a clock: every day from its start to its last day, and what each day was.

The explanation walks over the days; the due date alone is counted, since lists ask for that of a
hundred thousand cases. Tests hold the two together.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final

from msgspec import Struct

from casework.calendar import ONE_DAY, Calendar, DayKind
from casework.limits import Limit, LimitUnit


class LineCode(StrEnum):
    """What a line of an explanation says. The wording is the screen's; never change a code."""

    EVENT = "event"
    COUNTS_FROM = "counts_from"
    COUNTED = "counted"
    MAKEUP = "makeup"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSED = "paused"
    PAUSE_OPEN = "pause_open"
    EXTENDED = "extended"
    EXTENSION_LATE = "extension_late"
    MOVED = "moved"
    DUE = "due"
    PROVISIONAL = "provisional"
    STOPPED = "stopped"


COUNTING: Final = frozenset({LineCode.COUNTED, LineCode.MAKEUP})


class ClockLine(Struct, frozen=True):
    """One line of 「为什么是这一天」: some days, what they are, how many of them count."""

    first: date
    last: date
    code: LineCode
    count: int
    args: tuple[str, ...] = ()


class Pause(Struct, frozen=True):
    """A pause: it covers the days after `first` up to `last`, both days of acts.

    `begun_at` is when the waiting began of which it is a part: a wait may go on from another.
    """

    begun_at: datetime
    first: date
    last: date
    label: str
    open: bool

    def covers(self, day: date) -> bool:
        return self.first < day <= self.last


class DayNote(Struct, frozen=True):
    """What one day is to a clock."""

    day: date
    code: LineCode
    args: tuple[str, ...] = ()


class Course(Struct, frozen=True, kw_only=True):
    """What a due date depends on; `segments` are the limit and then its extensions."""

    calendar: Calendar
    start: date
    segments: tuple[Limit, ...]
    pauses: tuple[Pause, ...] = ()

    def is_paused(self, day: date) -> bool:
        return any(pause.covers(day) for pause in self.pauses)

    def counts(self, day: date, unit: LimitUnit) -> bool:
        """Whether a day uses up time: one of the clock's own unit that no pause covers."""
        worked = unit is LimitUnit.CALENDAR_DAY or self.calendar.is_workday(day)
        return worked and not self.is_paused(day)

    def count(self, first: date, last: date, unit: LimitUnit) -> int:
        """The days after `first` up to `last` that use up time."""
        taken = self._span(first, last, unit)
        for begun, ended in _united(self.pauses):
            taken -= self._span(max(first, begun), min(last, ended), unit)
        return taken

    def _span(self, first: date, last: date, unit: LimitUnit) -> int:
        """The days of a unit after `first` up to `last`, whatever was paused."""
        if unit is LimitUnit.CALENDAR_DAY:
            return max(0, (last - first).days)
        return self.calendar.count_workdays(first, last)


def walk(course: Course) -> Iterator[DayNote]:
    """Every day after the start up to the last day; nothing where the limit is 0."""
    day = course.start
    for segment in course.segments:
        left = segment.value
        while left > 0:
            day += ONE_DAY
            note = _note(course, day, segment.unit)
            left -= note.code in COUNTING
            yield note
    if not any(segment.value for segment in course.segments):
        return
    while not course.counts(day, LimitUnit.WORKDAY):
        day += ONE_DAY
        yield _moved(course, day)
    last = _end_of_pause(course, day)
    while day < last:
        day += ONE_DAY
        yield DayNote(day, LineCode.PAUSED, _labels(course, day))


def due_day(course: Course) -> date:
    """The last day of a course; on it the limit ends at close of business.

    A day uses up at most one of what is left, so to go on by what is left never goes too far.
    """
    day = course.start
    for segment in course.segments:
        began, left = day, segment.value
        while left > 0:
            day += timedelta(left)
            left = segment.value - course.count(began, day, segment.unit)
    if not any(segment.value for segment in course.segments):
        return day
    while not course.counts(day, LimitUnit.WORKDAY):
        day += ONE_DAY
    return _end_of_pause(course, day)


def lines_of(course: Course) -> tuple[ClockLine, ...]:
    """The days of a course, like days next to each other put together."""
    lines = [ClockLine(course.start, course.start, LineCode.EVENT, 0)]
    for (code, args), notes in groupby(walk(course), key=lambda note: (note.code, note.args)):
        days = [note.day for note in notes]
        lines.append(ClockLine(days[0], days[-1], code, len(days), args))
    due = lines[-1].last
    if course.calendar.is_provisional(due):
        first = max(course.start, course.calendar.provisional_from)
        version = str(course.calendar.version)
        lines.append(ClockLine(first, due, LineCode.PROVISIONAL, 0, (version,)))
    closes = course.calendar.close_of_business
    lines.append(ClockLine(due, due, LineCode.DUE, 0, (closes,)))
    return tuple(lines)


def _note(course: Course, day: date, unit: LimitUnit) -> DayNote:
    if course.is_paused(day):
        return DayNote(day, LineCode.PAUSED, _labels(course, day))
    if unit is LimitUnit.CALENDAR_DAY:
        return DayNote(day, LineCode.COUNTED)
    occasion = course.calendar.occasion(day)
    match course.calendar.kind_of(day):
        case DayKind.WORKDAY:
            return DayNote(day, LineCode.COUNTED)
        case DayKind.WEEKEND:
            return DayNote(day, LineCode.WEEKEND)
        case DayKind.MAKEUP:
            return DayNote(day, LineCode.MAKEUP, (occasion or "",))
        case DayKind.HOLIDAY:
            return DayNote(day, LineCode.HOLIDAY, (occasion or "",))


def _moved(course: Course, day: date) -> DayNote:
    if course.is_paused(day):
        return DayNote(day, LineCode.PAUSED, _labels(course, day))
    return DayNote(day, LineCode.MOVED)


def _labels(course: Course, day: date) -> tuple[str, ...]:
    return tuple(sorted({pause.label for pause in course.pauses if pause.covers(day)}))


def _end_of_pause(course: Course, day: date) -> date:
    """Where a limit ends whose last day saw a pause begin in time: with that pause.

    A pause begun after the last day changes nothing; one begun on it stops the clock before the
    day was over, so the day of the resume is still within the limit.
    """
    closes = course.calendar.close_of(day)
    begun = (p for p in course.pauses if p.first == day and p.begun_at <= closes)
    return _follow(course.pauses, max((p.last for p in begun), default=day), day)


def _united(pauses: tuple[Pause, ...]) -> list[tuple[date, date]]:
    """The spans that pauses cover, each after its first day up to its last; none overlaps."""
    spans: list[tuple[date, date]] = []
    for pause in sorted(pauses, key=lambda p: p.first):
        if spans and pause.first <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], pause.last)
        else:
            spans.append((pause.first, pause.last))
    return spans


def _follow(pauses: Iterable[Pause], last: date, day: date) -> date:
    """The end of a run of pauses of which each begins before the last is over."""
    for pause in sorted(pauses, key=lambda p: p.first):
        if day < last and pause.first <= last:
            last = max(last, pause.last)
    return last
