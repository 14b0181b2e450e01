"""The clocks of a case: from its timeline, its matter version and the calendar, nothing else."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from casework.calendar import Calendar
from casework.case import SUPPLEMENT, Case, Moment, Status
from casework.clock import (
    Clock,
    ClockEvent,
    ClockName,
    ClockState,
    EventKind,
    run_clock,
    run_clocks,
)
from casework.clock_rules import (
    BOTH,
    DEFAULTS,
    ClockDefaults,
    limits_of,
    notice_expired,
    paused_by_special,
    paused_by_supplement,
)
from casework.course import Course, due_day
from casework.facts import facts_of
from casework.lamp import Lamp, lamp
from casework.limits import LIMIT_DAYS_MAX, Limit, calendar_days
from casework.matter import CaseKind, MatterVersion
from casework.names import MessageId
from casework.procedure import BY_NAME
from casework.receipt import receipt_day, review_counts_from

# Of several running clocks the screen shows the first of these that runs.
SHOWN_FIRST = (
    ClockName.NOTICE,
    ClockName.PROMISED,
    ClockName.STATUTORY,
    ClockName.DELIVERY,
    ClockName.SUPPLY,
    ClockName.PRE_REVIEW,
    ClockName.HAND_IN,
    ClockName.SUPPLEMENT,
)
NOTICES = ("notify_deficiency", "notify_deficiency_review")
# A grant's result is withheld while papers are owed: its delivery counts from when they came.
WHILE_OWED = frozenset({ClockName.DELIVERY})
NONE: frozenset[ClockName] = frozenset()
# Acts after which a review waits for nothing, besides those that each wait is for.
ENDS_WAITS = frozenset(
    {
        *("decide_grant", "decide_refuse", "deferred_lapse", "withdraw", "terminate"),
        *("merge_into", "close"),
    }
)
# These start on the day of the act, whatever day the receipt counts for.
_OF_ITS_OWN_DAY = frozenset({ClockName.DELIVERY, ClockName.SUPPLY, ClockName.TRANSIT})


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
    limits, events = _limits_and_events(in_order(case), matter, calendar, now, defaults)
    clocks = run_clocks(limits, events, now=now, calendar=calendar, with_lines=with_lines)
    return tuple(clock for clock in clocks if clock.state is not ClockState.NOT_STARTED)


def in_order(case: Case) -> Case:
    """The case with no act dated before one that it followed on.

    The clocks of two nodes may differ; an answer dated before its receipt is an answer all the
    same. What was taken up from a deposit keeps the deposit's own time.
    """
    moments: list[Moment] = []
    latest: datetime | None = None
    for moment in case.timeline:
        at = moment.at if latest is None or moment.adopted else max(moment.at, latest)
        moments.append(moment if at == moment.at else replace(moment, at=at))
        latest = at if latest is None else max(latest, at)
    timeline = tuple(moments)
    return case if timeline == case.timeline else replace(case, timeline=timeline)


def status_at(
    case: Case,
    matter: MatterVersion,
    calendar: Calendar,
    now: datetime,
    *,
    defaults: ClockDefaults = DEFAULTS,
) -> Status | None:
    """The status in law: five working days without an answer make a receipt an acceptance.

    Derived, at every node alike; the pen-holder's `deem_accepted` only puts it on record.
    """
    deemed = deemed_on(case, matter, calendar, now, defaults=defaults)
    return case.status if deemed is None else Status.ACCEPTED


def deemed_on(
    case: Case,
    matter: MatterVersion,
    calendar: Calendar,
    now: datetime,
    *,
    defaults: ClockDefaults = DEFAULTS,
) -> date | None:
    """The day of the receipt that silence has accepted, None if it has not."""
    if case.status is not Status.RECEIVED:
        return None
    case = in_order(case)
    limits = limits_of(matter, facts_of(case), defaults)
    notice = _notice(limits, tuple(_events(case, matter, calendar)), now, calendar)
    return notice_expired(notice) if notice else None


def _notice(
    limits: Mapping[ClockName, Limit],
    events: Iterable[ClockEvent],
    now: datetime,
    calendar: Calendar,
) -> Clock | None:
    return run_clock(
        ClockName.NOTICE,
        limits[ClockName.NOTICE],
        events,
        now=now,
        calendar=calendar,
        with_lines=False,
    )


def urgency_of(
    case: Case, matter: MatterVersion, calendar: Calendar, now: datetime
) -> Urgency | None:
    """The clock that matters most, None where none runs; the others are not computed."""
    case = in_order(case)
    limits, events = _limits_and_events(case, matter, calendar, now, DEFAULTS)
    for name in SHOWN_FIRST:
        if name not in limits:
            continue
        clock = run_clock(name, limits[name], events, now=now, calendar=calendar, with_lines=False)
        if clock.state in {ClockState.RUNNING, ClockState.PAUSED}:
            return Urgency(clock, lamp(clock, calendar.day_of(now)))
    return None


def _limits_and_events(
    case: Case,
    matter: MatterVersion,
    calendar: Calendar,
    now: datetime,
    defaults: ClockDefaults,
) -> tuple[dict[ClockName, Limit], tuple[ClockEvent, ...]]:
    """All that the clocks of a case in order follow from, what silence has started included."""
    limits = limits_of(matter, facts_of(case), defaults)
    limits.update(_limits_set_by_acts(case, limits, calendar))
    events = tuple(_events(case, matter, calendar))
    if case.status is Status.RECEIVED:
        deemed = _deemed_start(case, matter, calendar, _notice(limits, events, now, calendar))
        events = (*events, deemed) if deemed else events
    return limits, events


def _events(case: Case, matter: MatterVersion, calendar: Calendar) -> Iterator[ClockEvent]:
    days = counting_days(case, matter, calendar)
    owed = False
    granted: Moment | None = None  # a grant whose result is withheld
    for place, moment in enumerate(case.timeline):
        if moment.act == "accept_deferred":
            owed = True
        withheld = WHILE_OWED if owed and moment.act == "decide_grant" else NONE
        for event in _events_of(moment, matter, days.get(moment.entry), withheld):
            yield replace(event, place=place)
        if withheld:
            granted = moment
        if moment.act == "deferred_satisfied":
            owed = False
            if granted is not None:
                at = max(granted.at, moment.at)
                yield ClockEvent(at=at, kind=EventKind.START, clocks=WHILE_OWED, place=place)
                granted = None
    yield from pauses_of(case, matter)


def pauses_of(case: Case, matter: MatterVersion) -> Iterator[ClockEvent]:
    """What the review waits for, as pauses of the clocks that such a wait stops.

    A decision or an end leaves nothing to wait for: a case that is opened again is not paused.
    """
    open_ones: set[str] = set()
    asked = False  # a review that asks for papers again waits on its own days
    for place, moment in enumerate(case.timeline):
        kinds = {kind for _, kind in BY_NAME[moment.act].clocks}
        label = moment.procedure or SUPPLEMENT
        if EventKind.PAUSE in kinds:
            clocks = NONE if asked and label == SUPPLEMENT else _paused_by(moment, matter)
            asked = asked or label == SUPPLEMENT
            yield ClockEvent(
                at=moment.at, kind=EventKind.PAUSE, clocks=clocks, label=label, place=place
            )
            open_ones.add(label)
        ended = {label} if EventKind.RESUME in kinds else set[str]()
        if moment.act in ENDS_WAITS:
            ended = open_ones
        for each in sorted(ended):
            yield ClockEvent(
                at=moment.at, kind=EventKind.RESUME, clocks=BOTH, label=each, place=place
            )
        open_ones = open_ones - ended
        asked = asked and moment.act != "reopen"


def counting_days(
    case: Case, matter: MatterVersion, calendar: Calendar
) -> Mapping[MessageId, date]:
    """By entry the day from which what it starts counts, where that is not the entry's own."""
    receipt = _Receipt(None, None)
    days: dict[MessageId, date] = {}
    for moment in case.timeline:
        if moment.act in {"receive", "supplement"}:
            receipt = _receipt(receipt, moment, matter, calendar)
        day = _counts_on(moment, receipt, matter, calendar)
        if day is not None:
            days[moment.entry] = day
    return days


class _Receipt(Struct, frozen=True):
    """The receipt whose notice clock runs: its own day, and the day it counts for."""

    first_on: date | None  # of the first receipt of the case
    counts_on: date | None  # None: its own day
    on: date | None = None


def _receipt(
    before: _Receipt, moment: Moment, matter: MatterVersion, calendar: Calendar
) -> _Receipt:
    on = calendar.day_of(moment.at)
    if moment.act == "supplement":
        return _Receipt(before.first_on or on, None, on)
    day = receipt_day(matter.legal_receipt, on)
    return _Receipt(on, day.counts_on if day else None, on)


def _counts_on(
    moment: Moment, receipt: _Receipt, matter: MatterVersion, calendar: Calendar
) -> date | None:
    """The day from which what a moment starts counts, where it is not the moment's own."""
    match moment.act:
        case "receive":
            return receipt.counts_on
        case "accept" | "accept_deferred":
            on = calendar.day_of(moment.at)
            return review_counts_from(matter.legal_receipt, receipt.first_on or on, on)
        case "deem_accepted" if receipt.on is not None:
            return _deemed_from(receipt, matter)
        case _:
            return None


def _deemed_from(receipt: _Receipt, matter: MatterVersion) -> date:
    """Silence accepts as of the receipt, and not as of the day on which it was noticed."""
    on = receipt.counts_on or receipt.on
    assert on is not None, "only a receipt is answered by silence"
    return review_counts_from(matter.legal_receipt, receipt.first_on or on, on)


def _deemed_start(
    case: Case, matter: MatterVersion, calendar: Calendar, notice: Clock | None
) -> ClockEvent | None:
    """What silence has started, though nobody has put it on record yet."""
    if case.status is not Status.RECEIVED or notice is None or notice_expired(notice) is None:
        return None
    receipt = _Receipt(None, None)
    for moment in case.moments("receive", "supplement"):
        receipt = _receipt(receipt, moment, matter, calendar)
    assert notice.due_at is not None, "an expired clock has an end"
    return ClockEvent(
        at=notice.due_at,
        kind=EventKind.START,
        clocks=frozenset({ClockName.STATUTORY, ClockName.PROMISED}),
        counts_on=_deemed_from(receipt, matter),
    )


def _events_of(
    moment: Moment,
    matter: MatterVersion,
    counts_on: date | None,
    withheld: frozenset[ClockName],
) -> Iterator[ClockEvent]:
    """What a moment starts, stops and extends."""
    above = moment.act == "forward_up" and matter.case_kind is CaseKind.FORWARDED
    for kind, clocks in _effects_of(moment.act, decided_above=above):
        starts = kind is EventKind.START
        own = clocks & _OF_ITS_OWN_DAY if starts else NONE
        for some, day in ((clocks - own, counts_on if starts else None), (own - withheld, None)):
            if some:
                extra = moment.extra if kind is EventKind.EXTEND else None
                yield ClockEvent(at=moment.at, kind=kind, clocks=some, counts_on=day, extra=extra)


@cache
def _effects_of(
    act: str, *, decided_above: bool
) -> tuple[tuple[EventKind, frozenset[ClockName]], ...]:
    """What a row starts, stops and extends.

    A matter that is decided above stops its clocks when it goes up; a refusal owes no papers.
    """
    effects = list(BY_NAME[act].clocks)
    if decided_above:
        effects = [(name, EventKind.STOP) for name in (ClockName.STATUTORY, ClockName.PROMISED)]
    elif act == "decide_refuse":
        effects.append((ClockName.SUPPLY, EventKind.STOP))
    kinds = (EventKind.START, EventKind.STOP, EventKind.EXTEND)
    found = ((kind, frozenset(name for name, its in effects if its is kind)) for kind in kinds)
    return tuple((kind, clocks) for kind, clocks in found if clocks)


def _paused_by(moment: Moment, matter: MatterVersion) -> frozenset[ClockName]:
    if moment.procedure is not None:
        return paused_by_special(matter, moment.procedure)
    return paused_by_supplement(matter)


def days_until(last: date, on: date) -> Limit:
    """The last day that an act of a day has told the applicant, as a limit from that day."""
    return calendar_days(min(max((last - on).days, 0), LIMIT_DAYS_MAX))


def _limits_set_by_acts(
    case: Case, limits: Mapping[ClockName, Limit], calendar: Calendar
) -> dict[ClockName, Limit]:
    """The last days that acts have told the applicant.

    That of a notice is the applicant's limit. That of an acceptance with papers owed may be later
    than the matter asks for, and never counts as earlier.
    """
    told: dict[ClockName, Limit] = {}
    for moment in case.moments(*NOTICES, "accept_deferred"):
        if moment.due_on is None:
            continue
        on, last = calendar.day_of(moment.at), date.fromisoformat(moment.due_on)
        if moment.act in NOTICES:
            told[ClockName.SUPPLEMENT] = days_until(last, on)
            continue
        own = limits.get(ClockName.SUPPLY)
        if own is None or last > due_day(Course(calendar=calendar, start=on, segments=(own,))):
            told[ClockName.SUPPLY] = days_until(last, on)
    return told
