"""What time is about to bring about in a case, or has: said before it bites.

A list that names everything names nothing. What is late in the course of every day, the window's
own day or two for an acceptance, is seen in the ledger; what is warned of is listed in
docs/rules/clocks.md.

Warnings are derived and never stored; each has a code, and how many days are left or over. No
consequence is drawn from a day whose holidays are not announced, but what comes near is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.calendar import Calendar
from casework.case import Case, Status
from casework.clock import Clock, ClockName, ClockState
from casework.clock_rules import may_lapse
from casework.deemed import is_undecided, silence_of
from casework.ledger import Ledger, ledger_of
from casework.matter import Deemed, DeemedWhen, MatterVersion, StepAct
from casework.step_clocks import StepClock

# Working days before an end on which it is first warned of.
NOTICE_AHEAD: Final = 1
DECISION_AHEAD: Final = 3
_ONE_DAY: Final = timedelta(days=1)


class WarningCode(StrEnum):
    """What a warning says; the wording is the screen's. In the order in which they are shown."""

    DEEMED_ACCEPTED = "deemed_accepted"
    DEEMED_ACCEPTANCE_NEAR = "deemed_acceptance_near"
    DEEMED_DECIDED = "deemed_decided"
    DEEMED_DECISION_NEAR = "deemed_decision_near"
    DEFERRED_OVERDUE = "deferred_overdue"
    SUPPLEMENT_OVERDUE = "supplement_overdue"
    REVIEW_SUPPLEMENT_OVERDUE = "review_supplement_overdue"
    SPECIAL_OVERDUE = "special_overdue"
    STEP_OVERDUE = "step_overdue"


class CaseWarning(Struct, frozen=True, kw_only=True):
    """`days`: working days left until `on`, or days over; `name` of the step or procedure."""

    code: WarningCode
    days: int
    on: date
    name: str = ""
    provisional: bool = False


def warnings_of(
    ledger: Ledger, case: Case, matter: MatterVersion, calendar: Calendar, today: date
) -> tuple[CaseWarning, ...]:
    """What is to be told of a case on a day, the gravest first."""
    if not case.is_open:
        return ()
    clocks = {clock.name: clock for clock in ledger.clocks if _runs(clock)}
    found = [*_acceptance(ledger, clocks.get(ClockName.NOTICE), today), *_papers(case, clocks)]
    if is_undecided(case) and ledger.licence_expires_on is not None:
        found += _renewal(ledger, ledger.licence_expires_on, calendar, today)
    elif is_undecided(case):
        found += _decision(ledger, silence_of(case, matter), clocks.get(ClockName.STATUTORY))
    found += _work(ledger)
    order = list(WarningCode)
    return tuple(sorted(found, key=lambda each: (order.index(each.code), each.on, each.name)))


def warned_from(
    case: Case, matter: MatterVersion, calendar: Calendar, now: datetime
) -> date | None:
    """The day from which anything is to be told of a case that does not move; None if nothing is.

    For lists of what is warned of: kept with the case, so that no list has to compute all clocks.
    """
    if not case.is_open:
        return None
    ledger, today = ledger_of(case, matter, calendar, now, with_lines=False), calendar.day_of(now)
    if warnings_of(ledger, case, matter, calendar, today):
        return today
    return min(_to_come(ledger, case, matter, calendar), default=None)


def _to_come(
    ledger: Ledger, case: Case, matter: MatterVersion, calendar: Calendar
) -> Iterator[date]:
    """The days on which each of what is not told yet would be, if the case did not move."""
    clocks = {clock.name: clock for clock in ledger.clocks}
    notice, statutory = clocks.get(ClockName.NOTICE), clocks.get(ClockName.STATUTORY)
    yield from _ahead(notice, NOTICE_AHEAD, calendar)
    if is_undecided(case) and ledger.licence_expires_on is not None:
        yield _days_ahead(ledger.licence_expires_on, DECISION_AHEAD, calendar)
    elif is_undecided(case) and _is_of_statutory_expiry(silence_of(case, matter)):
        yield from _ahead(statutory, DECISION_AHEAD, calendar)
    papers = (clocks.get(ClockName.SUPPLY), clocks.get(ClockName.SUPPLEMENT))
    specials = (each.clock for each in ledger.specials if each.ended is None)
    steps = (each.clock for each in _open_steps(ledger))
    yield from _after((*papers, *specials, *steps))


def _ahead(clock: Clock | None, workdays: int, calendar: Calendar) -> Iterator[date]:
    if clock is not None and clock.state is ClockState.RUNNING and clock.due_on is not None:
        yield _days_ahead(clock.due_on, workdays, calendar)


def _days_ahead(day: date, workdays: int, calendar: Calendar) -> date:
    """The first day on which no more than so many working days are left until another."""
    while calendar.is_workday(day) <= workdays:
        day, workdays = day - _ONE_DAY, workdays - calendar.is_workday(day)
    return day


def _after(clocks: Iterable[Clock | None]) -> Iterator[date]:
    """The days after the last ones; nothing follows where the holidays are not announced."""
    for clock in clocks:
        runs = clock is not None and clock.state is ClockState.RUNNING and not clock.undecided
        if runs and clock is not None and clock.due_on is not None:
            yield clock.due_on + _ONE_DAY


def _acceptance(ledger: Ledger, notice: Clock | None, today: date) -> Iterator[CaseWarning]:
    if ledger.deemed is not None and ledger.deemed.recorded is None:
        closed_on = ledger.deemed.closed_on
        days = (today - closed_on).days
        yield CaseWarning(code=WarningCode.DEEMED_ACCEPTED, days=days, on=closed_on)
    elif notice is not None and notice.workdays_left <= NOTICE_AHEAD:
        yield _near(WarningCode.DEEMED_ACCEPTANCE_NEAR, notice)


def _renewal(
    ledger: Ledger, expires_on: date, calendar: Calendar, today: date
) -> Iterator[CaseWarning]:
    left = calendar.count_workdays(today, expires_on)
    if ledger.decided_by_silence is not None:
        days = (today - expires_on).days
        yield CaseWarning(code=WarningCode.DEEMED_DECIDED, days=days, on=expires_on)
    elif left <= DECISION_AHEAD:
        yield CaseWarning(code=WarningCode.DEEMED_DECISION_NEAR, days=left, on=expires_on)


def _decision(
    ledger: Ledger, deemed: Deemed | None, statutory: Clock | None
) -> Iterator[CaseWarning]:
    """The expiry of the statutory limit, where the matter draws a consequence from it."""
    if not _is_of_statutory_expiry(deemed) or statutory is None:
        return
    if ledger.decided_by_silence is not None:
        yield _over(WarningCode.DEEMED_DECIDED, statutory)
    elif statutory.state is ClockState.RUNNING and statutory.workdays_left <= DECISION_AHEAD:
        yield _near(WarningCode.DEEMED_DECISION_NEAR, statutory)


def _is_of_statutory_expiry(deemed: Deemed | None) -> bool:
    return deemed is not None and deemed.when is DeemedWhen.STATUTORY_EXPIRY


def _papers(case: Case, clocks: Mapping[ClockName, Clock]) -> Iterator[CaseWarning]:
    supply, supplement = clocks.get(ClockName.SUPPLY), clocks.get(ClockName.SUPPLEMENT)
    if supply is not None and _is_over(supply):
        yield _over(WarningCode.DEFERRED_OVERDUE, supply)
    if supplement is not None and may_lapse(supplement):
        lapses = case.status is Status.AWAITING_SUPPLEMENT
        code = WarningCode.SUPPLEMENT_OVERDUE if lapses else WarningCode.REVIEW_SUPPLEMENT_OVERDUE
        yield _over(code, supplement)


def _work(ledger: Ledger) -> Iterator[CaseWarning]:
    """Steps and procedures that are still going on, past their own limits."""
    for special in ledger.specials:
        if special.ended is None and _is_over(special.clock):
            yield _over(WarningCode.SPECIAL_OVERDUE, special.clock, special.special.name)
    for each in _open_steps(ledger):
        if _is_over(each.clock):
            yield _over(WarningCode.STEP_OVERDUE, each.clock, each.step.name)


def _open_steps(ledger: Ledger) -> Iterator[StepClock]:
    """The turns that go on and are warned of when late: all but the acceptance.

    The law gives that one its own limit, the notice clock, with a warning before it bites.
    """
    for each in ledger.steps:
        if each.turn.ended is None and each.step.act is not StepAct.ACCEPT:
            yield each


def _runs(clock: Clock) -> bool:
    return clock.state in {ClockState.RUNNING, ClockState.PAUSED}


def _is_over(clock: Clock) -> bool:
    return clock.overdue and not clock.undecided


def _over(code: WarningCode, clock: Clock, name: str = "") -> CaseWarning:
    assert clock.due_on is not None, "what is over had an end"
    return CaseWarning(code=code, days=clock.overdue_days, on=clock.due_on, name=name)


def _near(code: WarningCode, clock: Clock) -> CaseWarning:
    assert clock.due_on is not None, "what comes near has a date"
    return CaseWarning(
        code=code, days=clock.workdays_left, on=clock.due_on, provisional=clock.undecided
    )
