"""Clocks: when something is due, and why on that day.

A clock is a pure function of a limit, the events of a case, the calendar and the instant asked
about; all tiers reach the same answer. The day of an event is left out. A pause from day a to
day b covers the days after a up to b; pauses are united, never added up.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.calendar import Calendar
from casework.course import ClockLine, Course, LineCode, Pause, due_day, lines_of
from casework.limits import Limit, LimitUnit


class ClockName(StrEnum):
    """The clocks of a case. The values are stored and keyed on; never change one."""

    NOTICE = "notice"
    STATUTORY = "statutory"
    PROMISED = "promised"
    HAND_IN = "hand_in"
    DELIVERY = "delivery"
    SUPPLY = "supply"
    SUPPLEMENT = "supplement"
    PRE_REVIEW = "pre_review"
    STEP = "step"
    TRANSIT = "transit"
    SPECIAL = "special"
    COMPLAINT = "complaint"
    SUPERVISION_REPLY = "supervision_reply"


# A pause that names any other clock does not touch it.
PAUSABLE: Final = frozenset({ClockName.STATUTORY, ClockName.PROMISED, ClockName.STEP})
EXTENDABLE: Final = frozenset({ClockName.STATUTORY, ClockName.PROMISED})


class EventKind(StrEnum):
    """In the order in which events of one instant and one entry count."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"


_ORDER: Final = {kind: place for place, kind in enumerate(EventKind)}


class ClockEvent(Struct, frozen=True, kw_only=True):
    """Something that moves clocks.

    `label` names what a pause is for: a resume ends the pause of its own label. `counts_on` is the
    day a start counts for where the matter says another than its own (`casework.receipt`).
    `extra` is what an extension adds. Of two events of one instant the one that was written first
    counts first: `place` says where it was written.
    """

    at: datetime
    kind: EventKind
    clocks: frozenset[ClockName]
    label: str = ""
    counts_on: date | None = None
    extra: Limit | None = None
    place: int = 0


class ClockState(StrEnum):
    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Clock(Struct, frozen=True, kw_only=True):
    """A clock as it stands at one instant; counts are in the unit of its limit.

    `provisional`: the date may still move, by an open pause or an unpublished year.
    `undecided`: it depends on an unpublished year, so nothing may follow from it yet.
    """

    name: ClockName
    limit: Limit
    state: ClockState
    calendar_version: int
    started_on: date | None = None
    started_at: datetime | None = None
    due_on: date | None = None
    due_at: datetime | None = None
    provisional: bool = False
    undecided: bool = False
    consumed: int = 0
    remaining: int = 0
    workdays_left: int = 0
    overdue: bool = False
    overdue_days: int = 0
    stopped_at: datetime | None = None
    lines: tuple[ClockLine, ...] = ()


class _Run(Struct, frozen=True, kw_only=True):
    """One run of a clock: from its latest start to its stop, or to the instant asked about."""

    started: ClockEvent
    stopped: ClockEvent | None
    until: datetime
    course: Course
    notes: tuple[ClockLine, ...]


def run_clock(  # noqa: PLR0913 - what a date depends on, each by its name
    name: ClockName,
    limit: Limit,
    events: Iterable[ClockEvent],
    *,
    now: datetime,
    calendar: Calendar,
    with_lines: bool = True,
) -> Clock:
    """One clock as it stands at `now`; an event after `now` is not yet known.

    The latest start counts: a notice clock begins anew when the supplement comes. Of clocks that
    a case has several of (steps, procedures, parcels) the caller gives the events of one.
    """
    mine = sorted({e for e in events if name in e.clocks and e.at <= now}, key=_place)
    run = _latest_run(name, limit, mine, now, calendar)
    if run is None:
        state = ClockState.NOT_STARTED
        return Clock(name=name, limit=limit, state=state, calendar_version=calendar.version)
    clock = _standing(name, limit, run)
    return replace(clock, lines=_explained(run)) if with_lines else clock


def run_clocks(
    limits: Mapping[ClockName, Limit],
    events: Iterable[ClockEvent],
    *,
    now: datetime,
    calendar: Calendar,
    with_lines: bool = True,
) -> tuple[Clock, ...]:
    """Several clocks over the same events, in the order in which their names are declared."""
    known = tuple(events)
    return tuple(
        run_clock(name, limits[name], known, now=now, calendar=calendar, with_lines=with_lines)
        for name in ClockName
        if name in limits
    )


def _latest_run(
    name: ClockName,
    limit: Limit,
    mine: Sequence[ClockEvent],
    now: datetime,
    calendar: Calendar,
) -> _Run | None:
    places = [place for place, event in enumerate(mine) if event.kind is EventKind.START]
    if not places:
        return None
    started, after = mine[places[-1]], mine[places[-1] + 1 :]
    stopped = next((e for e in after if e.kind is EventKind.STOP), None)
    until = stopped.at if stopped else now
    known = [e for e in mine if e.at <= until] if name in PAUSABLE else []
    course = Course(
        calendar=calendar,
        start=started.counts_on or calendar.day_of(started.at),
        segments=(limit,),
        pauses=_pauses(known, until, calendar),
    )
    notes: list[ClockLine] = []
    for event in after:
        if event.kind is EventKind.EXTEND and event.at <= until and name in EXTENDABLE:
            course, note = _extended(course, event)
            notes.append(note)
    return _Run(started=started, stopped=stopped, until=until, course=course, notes=tuple(notes))


def _standing(name: ClockName, limit: Limit, run: _Run) -> Clock:
    course, calendar = run.course, run.course.calendar
    due = due_day(course)
    due_at = calendar.close_of(due)
    today = calendar.day_of(run.until)
    paused = _is_held(course, due_at)
    overdue = run.until > due_at and not paused
    undecided = calendar.is_provisional(due)
    state = ClockState.PAUSED if paused else ClockState.RUNNING
    # What is left counts from today, or from the start where that is still to come.
    since = max(today, course.start)
    return Clock(
        name=name,
        limit=limit,
        state=ClockState.STOPPED if run.stopped else state,
        calendar_version=calendar.version,
        started_on=course.start,
        started_at=run.started.at,
        due_on=due,
        due_at=due_at,
        provisional=undecided or (paused and run.stopped is None),
        undecided=undecided,
        consumed=course.count(course.start, today, limit.unit),
        remaining=course.count(since, due, limit.unit),
        workdays_left=course.count(since, due, LimitUnit.WORKDAY),
        overdue=overdue,
        overdue_days=course.count(due, today, limit.unit) if overdue else 0,
        stopped_at=run.stopped.at if run.stopped else None,
    )


def _explained(run: _Run) -> tuple[ClockLine, ...]:
    """The days of the run, and before the due date what happened on single ones."""
    calendar = run.course.calendar
    lines = list(lines_of(run.course))
    due = lines.pop()
    if run.started.counts_on is not None:
        day = calendar.day_of(run.started.at)
        lines.insert(0, ClockLine(day, day, LineCode.COUNTS_FROM, 0, (str(run.course.start),)))
    lines += run.notes
    if run.stopped is not None:
        day = calendar.day_of(run.stopped.at)
        return (*lines, due, ClockLine(day, day, LineCode.STOPPED, 0))
    if _is_held(run.course, calendar.close_of(due.last)):
        open_ones = [pause for pause in run.course.pauses if pause.open]
        lines += [
            ClockLine(pause.first, pause.last, LineCode.PAUSE_OPEN, 0, (pause.label,))
            for pause in open_ones
        ]
    return (*lines, due)


def _extended(course: Course, event: ClockEvent) -> tuple[Course, ClockLine]:
    """The course with what an extension adds, unless it was granted too late."""
    day = course.calendar.day_of(event.at)
    extra = event.extra
    if extra is None:
        raise ValueError("an extension that adds nothing")
    note = (extra.unit.value,)
    known = tuple(
        replace(pause, last=min(pause.last, day), open=pause.open or pause.last > day)
        for pause in course.pauses
        if pause.begun_at <= event.at and pause.first <= day
    )
    then = replace(course, pauses=known)
    closes = course.calendar.close_of(due_day(then))
    if event.at > closes and not _is_held(then, closes):
        return course, ClockLine(day, day, LineCode.EXTENSION_LATE, extra.value, note)
    longer = replace(course, segments=(*course.segments, extra))
    return longer, ClockLine(day, day, LineCode.EXTENDED, extra.value, note)


def _is_held(course: Course, due_at: datetime) -> bool:
    """Whether an open pause that began in time holds the clock."""
    return any(pause.open and pause.begun_at <= due_at for pause in course.pauses)


def _pauses(events: Iterable[ClockEvent], until: datetime, calendar: Calendar) -> tuple[Pause, ...]:
    """The pauses of sorted events; one still open lasts until the day asked about.

    Pauses that meet or overlap are one: each is as old as the first of those it goes on from.
    """
    begun: dict[str, datetime] = {}
    waits: list[tuple[datetime, datetime, str, bool]] = []
    for event in events:
        if event.kind is EventKind.PAUSE:
            begun.setdefault(event.label, event.at)
        elif event.kind is EventKind.RESUME and event.label in begun:
            waits.append((begun.pop(event.label), event.at, event.label, False))
    waits += [(since, until, label, True) for label, since in begun.items()]
    found: list[Pause] = []
    begun_at = ended_at = None
    for since, at, label, is_open in sorted(waits):
        if begun_at is None or ended_at is None or since > ended_at:
            begun_at, ended_at = since, at
        ended_at = max(ended_at, at)
        days = calendar.day_of(since), calendar.day_of(at)
        found.append(Pause(begun_at, *days, label, is_open))
    return tuple(found)


def _place(event: ClockEvent) -> tuple[datetime, int, int, str, str, str]:
    kind, added = _ORDER[event.kind], str(event.extra)
    return event.at, event.place, kind, event.label, str(event.counts_on), added
