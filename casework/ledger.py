"""The ledger of a case's time: every clock with its reasons, and who used the days.

One call for the screens of all tiers; equal inputs give equal ledgers everywhere.
"""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.calendar import Calendar
from casework.case import Case, Moment
from casework.case_clocks import clocks_of, in_order
from casework.clock import Clock
from casework.clock_rules import DEFAULTS, ClockDefaults
from casework.deemed import DeemedAcceptance, deemed_acceptance, deemed_decided, licence_expires_on
from casework.matter import Deemed, MatterVersion, Step
from casework.names import NodeId
from casework.step_clocks import SpecialClock, StepClock, special_clocks, step_clocks
from casework.steps import Progress, Turn, progress_of

_NOTICES: Final = frozenset({"notify_deficiency", "notify_deficiency_review"})
_ANSWERS: Final = frozenset(
    {
        *("supplement", "supplement_in_review", "lapse", "withdraw", "terminate"),
        *("merge_into", "decide_refuse", "deferred_lapse"),
    }
)


class Holder(StrEnum):
    """Whose days they were."""

    STEP = "step"
    SPECIAL = "special"
    APPLICANT = "applicant"


class Share(Struct, frozen=True, kw_only=True):
    """Days that somebody used, in working days unless the limit counts others.

    Shares are told, not added up: a special procedure runs beside the step that waits for it.
    """

    holder: Holder
    name: str  # of the step or the procedure; empty for the applicant
    step: Step | None
    node: NodeId | None  # None: not the offices' time
    first: date
    last: date | None  # None: still going on
    days: int
    beyond: int  # those of them that were more than the limit allows


class Ledger(Struct, frozen=True, kw_only=True):
    calendar_version: int
    clocks: tuple[Clock, ...]
    steps: tuple[StepClock, ...]
    specials: tuple[SpecialClock, ...]
    progress: Progress
    shares: tuple[Share, ...]
    deemed: DeemedAcceptance | None
    decided_by_silence: Deemed | None
    licence_expires_on: date | None


def ledger_of(  # noqa: PLR0913 - what a date depends on
    case: Case,
    matter: MatterVersion,
    calendar: Calendar,
    now: datetime,
    *,
    defaults: ClockDefaults = DEFAULTS,
    with_lines: bool = True,
) -> Ledger:
    """Every clock of a case as it stands at `now`."""
    case = in_order(case)
    clocks = clocks_of(case, matter, calendar, now, defaults=defaults, with_lines=with_lines)
    progress = progress_of(case, matter)
    steps = step_clocks(progress, case, matter, calendar, now, with_lines=with_lines)
    specials = special_clocks(case, matter, calendar, now, with_lines=with_lines)
    shares = [
        *_of_steps(progress, steps, case, calendar, now),
        *_of_specials(specials, calendar),
        *_of_applicant(case, calendar, now),
    ]
    return Ledger(
        calendar_version=calendar.version,
        clocks=clocks,
        steps=steps,
        specials=specials,
        progress=progress,
        shares=tuple(sorted(shares, key=lambda share: (share.first, share.holder, share.name))),
        deemed=deemed_acceptance(case, clocks),
        decided_by_silence=deemed_decided(case, matter, clocks, calendar.day_of(now)),
        licence_expires_on=licence_expires_on(case, matter),
    )


def _of_steps(
    progress: Progress,
    clocks: tuple[StepClock, ...],
    case: Case,
    calendar: Calendar,
    now: datetime,
) -> Iterator[Share]:
    steps = {one.step.seq: one.step for one in progress.steps}
    timed = {each.turn: each.clock for each in clocks}
    for turn in progress.turns:
        step, clock = steps[turn.seq], timed.get(turn)
        if step.special is not None:
            continue
        first, last = _days(turn.started, turn.ended, calendar)
        yield Share(
            holder=Holder.STEP,
            name=step.name,
            step=step,
            node=_node_of(turn, case),
            first=first,
            last=last,
            days=clock.consumed if clock else _workdays(first, last, calendar, now),
            beyond=clock.overdue_days if clock and not clock.undecided else 0,
        )


def _node_of(turn: Turn, case: Case) -> NodeId:
    """Where the step was to be done: where it was, or else where the pen is."""
    return turn.ended.node if turn.ended else case.pen


def _of_specials(specials: tuple[SpecialClock, ...], calendar: Calendar) -> Iterator[Share]:
    for each in specials:
        clock = each.clock
        first, last = _days(each.started, each.ended, calendar)
        yield Share(
            holder=Holder.SPECIAL,
            name=each.special.name,
            step=None,
            node=each.started.node,
            first=first,
            last=last,
            days=each.days,
            beyond=clock.overdue_days if not clock.undecided else 0,
        )


def _of_applicant(case: Case, calendar: Calendar, now: datetime) -> Iterator[Share]:
    """The waits for papers: each from a notice to what answered it, or to the end of the case."""
    asked: Moment | None = None
    for moment in (*case.timeline, None):
        if asked is not None and (moment is None or moment.act in _ANSWERS):
            first, last = _days(asked, moment, calendar)
            yield Share(
                holder=Holder.APPLICANT,
                name="",
                step=None,
                node=None,
                first=first,
                last=last,
                days=_workdays(first, last, calendar, now),
                beyond=0,
            )
            asked = None
        if moment is not None and moment.act in _NOTICES:
            asked = moment


def _days(started: Moment, ended: Moment | None, calendar: Calendar) -> tuple[date, date | None]:
    """The days of both ends. What counts from before its start, as a deposit may, took none."""
    first = calendar.day_of(started.at)
    return first, max(first, calendar.day_of(ended.at)) if ended else None


def _workdays(first: date, last: date | None, calendar: Calendar, now: datetime) -> int:
    return calendar.count_workdays(first, last or calendar.day_of(now))
