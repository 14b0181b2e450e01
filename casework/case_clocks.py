"""The clocks of a case: from its timeline, its matter version and the calendar, nothing else."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from casework.calendar import Calendar
from casework.case import Case, Moment
from casework.clock import Clock, ClockEvent, ClockName, ClockState, EventKind, run_clocks
from casework.clock_rules import DEFAULTS, ClockDefaults, limits_of, paused_by_supplement
from casework.facts import facts_of
from casework.lamp import Lamp, lamp
from casework.limits import LIMIT_DAYS_MAX, Limit, calendar_days
from casework.matter import MatterVersion
from casework.procedure import BY_NAME
from casework.receipt import receipt_day, review_counts_from

SUPPLEMENT_LABEL = "supplement"

# Of several running clocks the screen shows the first of these that runs.
SHOWN_FIRST = (
    ClockName.NOTICE,
    ClockName.PROMISED,
    ClockName.STATUTORY,
    ClockName.DELIVERY,
    ClockName.SUPPLY,
    ClockName.HAND_IN,
    ClockName.SUPPLEMENT,
)
# The result is not handed out while papers are owed, so its delivery is not yet due.
WHILE_OWED = frozenset({ClockName.DELIVERY})


class Urgency(Struct, frozen=True):
    """The one clock that a list shows of a case."""

    clock: Clock
    lamp: Lamp


def clocks_of(  # noqa: PLR0913 - what a date depends on
    case: Case,
    matter: MatterVersion,
    calendar: Calendar,
    now: datetime,
    *,
    defaults: ClockDefaults = DEFAULTS,
    with_lines: bool = True,
) -> tuple[Clock, ...]:
    """Every clock that the case has started, explained line by line if wanted."""
    limits = limits_of(matter, facts_of(case), defaults)
    limits.update(_limits_set_by_acts(case, calendar))
    events = tuple(_events(case, matter, calendar))
    clocks = run_clocks(limits, events, now=now, calendar=calendar, with_lines=with_lines)
    return tuple(clock for clock in clocks if clock.state is not ClockState.NOT_STARTED)


def urgency_of(
    case: Case, matter: MatterVersion, calendar: Calendar, now: datetime
) -> Urgency | None:
    """The clock that matters most, None where none runs."""
    clocks = clocks_of(case, matter, calendar, now, with_lines=False)
    running = {
        clock.name: clock
        for clock in clocks
        if clock.state in {ClockState.RUNNING, ClockState.PAUSED}
    }
    shown = next((running[name] for name in SHOWN_FIRST if name in running), None)
    return Urgency(shown, lamp(shown, calendar.day_of(now))) if shown else None


def _events(case: Case, matter: MatterVersion, calendar: Calendar) -> Iterator[ClockEvent]:
    received: date | None = None
    owed = False
    for moment in case.timeline:
        on = calendar.day_of(moment.at)
        counts_on: date | None = None
        if moment.act in {"receive", "supplement"}:
            day = receipt_day(matter.legal_receipt, on)
            received = on if moment.act == "receive" else received
            counts_on = day.counts_on if day and moment.act == "receive" else None
        elif moment.act in {"accept", "accept_deferred"}:
            counts_on = review_counts_from(matter.legal_receipt, received or on, on)
        owed = moment.act == "accept_deferred" or (owed and moment.act != "deferred_satisfied")
        withheld = WHILE_OWED if owed else frozenset[ClockName]()
        yield from _events_of(moment, matter, counts_on, withheld)
    yield from _delivery_after_deferral(case)


def _events_of(
    moment: Moment,
    matter: MatterVersion,
    counts_on: date | None,
    withheld: frozenset[ClockName],
) -> Iterator[ClockEvent]:
    by_kind: dict[EventKind, set[ClockName]] = defaultdict(set)
    for name, kind in BY_NAME[moment.act].clocks:
        by_kind[kind].add(name)
    for kind, names in by_kind.items():
        clocks = frozenset(names)
        if kind is EventKind.PAUSE:
            clocks &= paused_by_supplement(matter)
        label = SUPPLEMENT_LABEL if kind in {EventKind.PAUSE, EventKind.RESUME} else ""
        starts = kind is EventKind.START
        clocks = clocks - withheld if starts else clocks
        yield ClockEvent(
            at=moment.at,
            kind=kind,
            clocks=clocks,
            label=label,
            counts_on=counts_on if starts else None,
        )


def _delivery_after_deferral(case: Case) -> Iterator[ClockEvent]:
    """While papers are owed the result is withheld: delivery counts from when they came."""
    if case.decision is None:
        return
    supplied = [m for m in case.moments("deferred_satisfied") if m.at > case.decision.at]
    if supplied:
        clocks = frozenset({ClockName.DELIVERY})
        yield ClockEvent(at=supplied[-1].at, kind=EventKind.START, clocks=clocks)


def _limits_set_by_acts(case: Case, calendar: Calendar) -> dict[ClockName, Limit]:
    """The last day that a notice gave the applicant, as a limit from its own day."""
    notices = [moment for moment in case.moments("notify_deficiency") if moment.due_on]
    if not notices:
        return {}
    last = notices[-1]
    assert last.due_on is not None
    days = (date.fromisoformat(last.due_on) - calendar.day_of(last.at)).days
    return {ClockName.SUPPLEMENT: calendar_days(min(max(days, 0), LIMIT_DAYS_MAX))}
