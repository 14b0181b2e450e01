"""The time of a case: every clock with why its last day is that day, the steps, and whose days.

The page and the dialog of a list show the same, at every tier.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.calendar import Calendar
from casework.case import Case
from casework.clock import Clock
from casework.course import LineCode
from casework.lamp import Lamp, lamp
from casework.ledger import Holder, Ledger, Share, ledger_of
from casework.matter import MatterVersion, Step
from casework.step_clocks import SpecialClock
from casework.steps import StepProgress, StepState
from casework.warnings import CaseWarning, WarningCode, warnings_of
from webui import labels
from webui.case_given import CaseGiven
from webui.case_words import days_words, limit_words, line_words, word
from webui.filters import day_short
from webui.names_known import Names

# What has come to pass already; the rest only comes near.
_GRAVE: Final = frozenset({WarningCode.DEEMED_ACCEPTED, WarningCode.DEEMED_DECIDED})
_NEAR: Final = frozenset({WarningCode.DEEMED_ACCEPTANCE_NEAR, WarningCode.DEEMED_DECISION_NEAR})


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
    note: str = ""


class StepView(Struct, frozen=True, kw_only=True):
    """A step with its owner; `done` says who did it, where and when."""

    name: str
    owner: str
    state: str
    state_words: str
    done: str
    limit: str
    lamp: Lamp | None


class ShareView(Struct, frozen=True):
    """Whose days they were, and how many of them were too many."""

    whose: str
    where: str
    days: str
    used: int
    beyond: int
    is_late: bool


class WarningView(Struct, frozen=True):
    text: str
    kind: str  # error or warn
    provisional: bool


class LedgerView(Struct, frozen=True, kw_only=True):
    """What `kit/case/_clock_list.html` shows; `notes` is what silence brought about."""

    clocks: tuple[ClockView, ...]
    notes: tuple[str, ...]
    steps: tuple[StepView, ...]
    awaits: str
    current: str
    shares: tuple[ShareView, ...]
    warnings: tuple[WarningView, ...]
    calendar_version: int


def ledger_view(given: CaseGiven) -> LedgerView:
    """Everything about a case's time, what runs first."""
    case, matter, calendar = given.case, given.matter, given.calendar
    book = ledger_of(case, matter, calendar, given.now)
    today = calendar.day_of(given.now)
    told = warnings_of(book, case, matter, calendar, today)
    clocks = sorted(_clocks(book, matter, today), key=lambda c: c.stopped_at is not None)
    awaits = book.progress.awaits
    return LedgerView(
        clocks=tuple(clocks),
        notes=tuple(_notes(book, given.names)),
        steps=tuple(_step(one, book, given.names, today) for one in book.progress.steps),
        awaits=word("awaited", awaits.value) if awaits else "",
        current="、".join(step.name for step in book.progress.current),
        shares=tuple(_share(share, given.names) for share in book.shares),
        warnings=tuple(warning_view(each, matter) for each in told),
        calendar_version=book.calendar_version,
    )


def gravest_warning(case: Case, matter: MatterVersion, calendar: Calendar, now: datetime) -> str:
    """What a line of a list says of a case that is warned of, in one sentence."""
    book = ledger_of(case, matter, calendar, now, with_lines=False)
    told = warnings_of(book, case, matter, calendar, calendar.day_of(now))
    return warning_view(told[0], matter).text if told else ""


def warning_view(warned: CaseWarning, matter: MatterVersion) -> WarningView:
    """A warning as a sentence; what an expiry brings about is said in the matter's own words."""
    deemed = matter.supports.deemed
    today = warned.days == 0 and warned.code in _NEAR
    text = word(
        "case_warning",
        f"{warned.code}_today" if today else warned.code.value,
        name=warned.name,
        days=warned.days,
        on=days_words(warned.on, warned.on),
        effect=word("deemed_effect", deemed.effect.value) if deemed else "",
        text=deemed.text if deemed else "",
    )
    return WarningView(text, "error" if warned.code in _GRAVE else "warn", warned.provisional)


def _notes(book: Ledger, names: Names) -> Iterator[str]:
    """What silence has brought about, and who was silent."""
    deemed = book.deemed
    if deemed is not None:
        receipt = deemed.receipt
        yield word(
            "ledger",
            "deemed" if deemed.recorded else "deemed_unrecorded",
            node=names.node(receipt.node),
            received=day_short(receipt.at),
            closed=_day(deemed.closed_on),
            counts=_day(deemed.counts_from),
        )
    if book.decided_by_silence is not None:
        yield word("ledger", "silent", text=book.decided_by_silence.text)
    if book.licence_expires_on is not None:
        yield word("ledger", "licence", on=book.licence_expires_on.isoformat())


def _clocks(book: Ledger, matter: MatterVersion, today: date) -> Iterator[ClockView]:
    procedures = {special.id: special.name for special in matter.special_procedures}
    for clock in book.clocks:
        yield _view(clock, today, labels.CLOCK[clock.name.value], procedures)
    for each in book.specials:
        yield _special(each, today, procedures)
    for timed in book.steps:
        title = word("ledger", "step", name=timed.step.name)
        yield _view(timed.clock, today, title, procedures)


def _special(each: SpecialClock, today: date, procedures: Mapping[str, str]) -> ClockView:
    unit = limit_words(replace(each.special.limit, value=each.days)) if each.days else ""
    note = word(
        "ledger",
        "special_ended" if each.ended else "special_runs",
        limit=limit_words(each.special.limit),
        expected=_day(each.expected_on),
        days=unit or word("ledger", "same_day"),
    )
    title = word("ledger", "special", name=each.special.name)
    return replace(_view(each.clock, today, title, procedures), note=note)


def _view(clock: Clock, today: date, title: str, procedures: Mapping[str, str]) -> ClockView:
    return ClockView(
        name=clock.name.value,
        title=title,
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
                line_words(line, clock.limit.unit, procedures),
                line.count,
                line.code.value,
            )
            for line in clock.lines
            # That a receipt counts for its own day needs no saying.
            if line.code is not LineCode.COUNTS_FROM or line.args != (str(line.first),)
        ),
    )


def _step(one: StepProgress, book: Ledger, names: Names, today: date) -> StepView:
    clocks = [each.clock for each in book.steps if each.step == one.step]
    current = one.state is StepState.CURRENT
    return StepView(
        name=one.step.name,
        owner=owner_words(one.step, names),
        state=one.state.value,
        state_words=word("step_state", one.state.value),
        done=word(
            "ledger",
            "done",
            day=day_short(one.done.at),
            node=names.node(one.done.node),
            who=names.officer(one.done.officer),
        )
        if one.done
        else "",
        limit=limit_words(one.step.limit) if one.step.limit and one.step.limit.value else "",
        lamp=lamp(clocks[-1], today) if clocks and (current or clocks[-1].overdue) else None,
    )


def owner_words(step: Step, names: Names) -> str:
    """Whose step it is: the unit, or the tier where any of its nodes handles it, and the post."""
    unit = names.department(step.unit) if step.unit else word("tier_unit", step.tier)
    return word("ledger", "owner", unit=unit, position=word("position", step.position))


def _share(share: Share, names: Names) -> ShareView:
    return ShareView(
        whose=share.name or word("holder", share.holder.value),
        where=names.node(share.node) if share.node else "",
        days=_span(share),
        used=share.days,
        beyond=share.beyond,
        is_late=share.beyond > 0 and share.holder is not Holder.APPLICANT,
    )


def _span(share: Share) -> str:
    if share.last is None:
        return word("ledger", "since", day=_day(share.first))
    return days_words(share.first, share.last)


def _day(day: date) -> str:
    return days_words(day, day)
