"""A case as its resident may see it: masked, and claiming nothing beyond what is known here."""

from datetime import date, datetime

from msgspec import Struct

from casework.asking import Guest
from casework.calendar import Calendar
from casework.case import SUPPLEMENT, Case, Closure, Deferral, Status
from casework.case_clocks import clocks_of
from casework.clock import ClockName, ClockState
from casework.freshness import Heard
from casework.matter import MatterVersion
from casework.names import NodeId
from casework.numbering import spoken_number
from webui import labels_progress as words
from webui.case_freshness import has_left, time_words
from webui.case_words import word
from webui.filters import day_long, mask_name
from webui.names_known import Names
from webui.result_check import Attested, ResultShown, result_view

_BY_HAND = "counter"


class ProgressGiven(Struct, frozen=True, kw_only=True):
    """What a node gives of a case that somebody holds the paper of."""

    case: Case
    matter: MatterVersion
    applicant: str
    names: Names
    calendar: Calendar
    heard: Heard
    guests: tuple[Guest, ...] = ()
    node: NodeId
    now: datetime
    attested: Attested | None = None


class StepShown(Struct, frozen=True):
    at: datetime
    title: str
    where: str


class ProgressShown(Struct, frozen=True, kw_only=True):
    number: str
    matter: str
    applicant: str
    status: str
    known: str  # as of when and from whom, where that is not now
    moved_at: datetime
    moved_by: str
    todo: str
    asks_something: bool
    collect_at: str
    promised: str
    steps: tuple[StepShown, ...]
    result: ResultShown | None


def progress_view(given: ProgressGiven) -> ProgressShown:
    case, names = given.case, given.names
    last = case.timeline[-1]
    todo = _asked_for(given)
    return ProgressShown(
        number=spoken_number(case.number),
        matter=given.matter.name,
        applicant=mask_name(given.applicant),
        status=_status(case),
        known=_known(given),
        moved_at=last.at,
        moved_by=names.node(last.node),
        todo=todo or _meanwhile(given),
        asks_something=bool(todo),
        collect_at=names.node(case.pickup) if case.is_open else "",
        promised=_promised(given),
        steps=tuple(
            StepShown(moment.at, words.STEP[moment.act], names.node(moment.node))
            for moment in case.timeline
            if moment.act in words.STEP
        ),
        result=result_view(case, given.attested, names) if given.attested is not None else None,
    )


def _status(case: Case) -> str:
    if case.closure is not None and case.closure is not Closure.NORMAL:
        return words.CLOSURE[case.closure.value]
    if case.status is not None and SUPPLEMENT in case.awaiting:
        return words.STATUS[Status.AWAITING_SUPPLEMENT.value]
    return words.STATUS[(case.status or Status.DRAFT).value]


def _asked_for(given: ProgressGiven) -> str:
    """What the resident has to do now, or nothing."""
    case, names = given.case, given.names
    if not case.is_open:
        return ""
    day = day_long(date.fromisoformat(case.supply_by)) if case.supply_by else ""
    if case.status is Status.AWAITING_SUPPLEMENT or SUPPLEMENT in case.awaiting:
        return words.SUPPLY.format(day=day, node=names.node(case.received_by or case.pen))
    if case.deferral is Deferral.OPEN and not _is_refused(case):
        return words.SUPPLY_OWED.format(day=day)
    if case.status is Status.READY and not _is_on_its_way(case) and _by_hand(case):
        return words.COLLECT.format(node=names.node(case.pickup))
    return ""


def _meanwhile(given: ProgressGiven) -> str:
    case, names = given.case, given.names
    if case.status is Status.COLLECTED:
        return words.WAIT_FOR_TOWN
    if case.status is Status.READY:
        on_its_way = words.ON_ITS_WAY.format(node=names.node(case.pickup))
        return on_its_way if _by_hand(case) else words.DELIVERED_BY
    if case.is_open:
        return words.NOTHING
    return words.ASK_AT_HALL.format(node=names.node(case.first_responsible))


def _is_refused(case: Case) -> bool:
    return case.decision is not None and not case.decision.granted


def _is_on_its_way(case: Case) -> bool:
    """The pen goes along with the result: where it is not, nobody can hand that over."""
    return case.pen != case.pickup


def _by_hand(case: Case) -> bool:
    return case.intake is None or case.intake.delivery == _BY_HAND


def _promised(given: ProgressGiven) -> str:
    clocks = clocks_of(given.case, given.matter, given.calendar, given.now, with_lines=False)
    running = (each for each in clocks if each.name is ClockName.PROMISED)
    clock = next((each for each in running if each.state is ClockState.RUNNING), None)
    if clock is None or clock.due_on is None:
        return ""
    return words.PROMISED.format(day=day_long(clock.due_on))


def _known(given: ProgressGiven) -> str:
    case, names, now = given.case, given.names, given.now
    if not case.is_open:
        return ""
    if has_left(case, given.node, given.guests):
        return word("known", "left", at=time_words(case.timeline[-1].written_at, now))
    silence = given.heard.silence(case.pen, now)
    if silence is None:
        return ""
    at = time_words(silence.since, now)
    return word("known", "as_of", at=at, node=names.node(silence.node))
