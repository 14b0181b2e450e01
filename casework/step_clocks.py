"""How long each step and each special procedure of a case takes, with the promise of each.

A pause hides delay unless what pauses has a promise of its own: a special procedure is due on the
day its limit gives or on the day told to the applicant, whichever comes first.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from casework.calendar import Calendar
from casework.case import Case, Moment
from casework.case_clocks import ENDS_WAITS, counting_days, days_until, pauses_of
from casework.clock import Clock, ClockEvent, ClockName, EventKind, run_clock
from casework.course import Course, due_day
from casework.limits import Limit
from casework.matter import MatterVersion, SpecialProcedure, Step, StepAct
from casework.names import MessageId
from casework.steps import Progress, Turn

_STEP: Final = frozenset({ClockName.STEP})
_SPECIAL: Final = frozenset({ClockName.SPECIAL})


class StepClock(Struct, frozen=True):
    """One turn of a step; what is beyond its limit is its owner's."""

    step: Step
    turn: Turn
    clock: Clock


class SpecialClock(Struct, frozen=True, kw_only=True):
    """One run of a special procedure; what it took is in the clock, in the unit of `limit`."""

    special: SpecialProcedure
    started: Moment
    ended: Moment | None
    expected_on: date  # the day told to the applicant
    clock: Clock
    days: int  # that it really took, in the unit of its own limit


def step_clocks(  # noqa: PLR0913 - what a date depends on
    progress: Progress,
    case: Case,
    matter: MatterVersion,
    calendar: Calendar,
    now: datetime,
    *,
    with_lines: bool = True,
    open_only: bool = False,
) -> tuple[StepClock, ...]:
    """The clock of every turn of a step that has a limit, or of those that go on now.

    A step that names a special procedure has that one's promise, and one done in a single sitting
    that of the case.
    """
    pauses = tuple(pauses_of(case, matter))
    days = counting_days(case, matter, calendar)
    steps = {one.step.seq: one.step for one in progress.steps}
    found = []
    for turn in progress.turns:
        step = steps[turn.seq]
        if open_only and turn.ended is not None:
            continue
        if step.limit is None or step.special is not None or step.act is StepAct.INSTANT:
            continue
        events = [*_turn(turn, days, calendar), *(pauses if step.on_clock else ())]
        clock = run_clock(
            ClockName.STEP, step.limit, events, now=now, calendar=calendar, with_lines=with_lines
        )
        if clock.started_at is not None:
            found.append(StepClock(step, turn, clock))
    return tuple(found)


def special_clocks(
    case: Case,
    matter: MatterVersion,
    calendar: Calendar,
    now: datetime,
    *,
    with_lines: bool = True,
) -> tuple[SpecialClock, ...]:
    """Every special procedure that was begun, in order."""
    found = []
    for started, ended in _runs(case):
        special = matter.special(started.procedure or "")
        if special is None or started.due_on is None or started.at > now:
            continue
        expected = date.fromisoformat(started.due_on)
        clock = run_clock(
            ClockName.SPECIAL,
            _promise(special.limit, started, expected, calendar),
            _span(_SPECIAL, started, ended),
            now=now,
            calendar=calendar,
            with_lines=with_lines,
        )
        over = min(ended.at, now) if ended else now
        course = Course(calendar=calendar, start=calendar.day_of(started.at), segments=())
        found.append(
            SpecialClock(
                special=special,
                started=started,
                ended=ended if ended and ended.at <= now else None,
                expected_on=expected,
                clock=clock,
                days=course.count(course.start, calendar.day_of(over), special.limit.unit),
            )
        )
    return tuple(found)


def _promise(limit: Limit, started: Moment, expected: date, calendar: Calendar) -> Limit:
    """The limit of the procedure, or the days until the told end where that comes first."""
    on = calendar.day_of(started.at)
    own = due_day(Course(calendar=calendar, start=on, segments=(limit,)))
    return days_until(expected, on) if expected < own else limit


def _runs(case: Case) -> Iterator[tuple[Moment, Moment | None]]:
    """The special procedures with what ended them; begun anew before it ended is the same run."""
    open_ones: dict[str | None, Moment] = {}
    runs: list[tuple[Moment, Moment | None]] = []
    for moment in case.timeline:
        if moment.act == "start_special":
            open_ones.setdefault(moment.procedure, moment)
        elif moment.act == "end_special" and moment.procedure in open_ones:
            runs.append((open_ones.pop(moment.procedure), moment))
        elif moment.act in ENDS_WAITS:
            runs += [(started, moment) for started in open_ones.values()]
            open_ones.clear()
    runs += [(started, None) for started in open_ones.values()]
    yield from sorted(runs, key=lambda run: (run[0].at, run[0].entry))


def _turn(turn: Turn, days: Mapping[MessageId, date], calendar: Calendar) -> Iterator[ClockEvent]:
    """A step never counts from before it was its owner's, as an acceptance by silence does."""
    counts_on = days.get(turn.started.entry)
    later = counts_on is not None and counts_on > calendar.day_of(turn.started.at)
    yield from _span(_STEP, turn.started, turn.ended, counts_on if later else None)


def _span(
    clocks: frozenset[ClockName],
    started: Moment,
    ended: Moment | None,
    counts_on: date | None = None,
) -> Iterator[ClockEvent]:
    """A start and a stop; what counts from before the start had taken no time."""
    yield ClockEvent(at=started.at, kind=EventKind.START, clocks=clocks, counts_on=counts_on)
    if ended is not None:
        yield ClockEvent(at=max(started.at, ended.at), kind=EventKind.STOP, clocks=clocks)
