"""A case in plain words: how far it is, and what the agent tells the resident.

Only what the law and the case say: a village that collected has not accepted, and never says so.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from casework.case import Case, Closure, Deferral, Moment, Status
from casework.case_clocks import clocks_of
from casework.clock import ClockName
from casework.material import MaterialState
from casework.names import NodeId
from village_agent.services.mending import is_sent_back
from village_agent.words import word
from webui import labels
from webui.case_given import CaseGiven
from webui.filters import day_short
from webui.grounds import ground_words
from webui.notices import Notice, read_notice

StepState = Literal["done", "now", "todo"]

_ORDER: Final = ("taken", "received", "accepted", "decided", "delivered")


class StepShown(Struct, frozen=True, kw_only=True):
    """One step of the way: what, when it was done, and whether it is the one being waited for."""

    title: str
    at: str
    state: StepState


class Told(Struct, frozen=True, kw_only=True):
    """What to say to the resident; `kind` colours it."""

    title: str
    lines: tuple[str, ...]
    kind: Literal["ok", "warn", "error"] = "ok"


class SentBack(Struct, frozen=True, kw_only=True):
    """Why a case came back, and from whom."""

    who: str
    reasons: tuple[str, ...]


def steps_of(given: CaseGiven) -> tuple[StepShown, ...]:
    case = given.case
    done = {
        "taken": _moment(case, "collect") or _moment(case, "receive", "instant"),
        "received": _moment(case, "receive", "instant"),
        "accepted": _moment(case, "accept", "accept_deferred", "instant"),
        "decided": _moment(case, "decide_grant", "decide_refuse", "instant"),
        "delivered": _moment(case, "deliver", "instant"),
    }
    names = [name for name in _ORDER if name != "received" or _is_apart(case)]
    waiting = next((name for name in names if done[name] is None), None)
    if is_sent_back(case, given.node):
        done, waiting = {**dict.fromkeys(names), "taken": None}, "taken"
    if not case.is_open and case.status is not None:
        names = [name for name in names if done[name] is not None]
        waiting = None
    steps = [_step(name, done[name], is_now=name == waiting) for name in names]
    first = done["taken"]
    if first is not None and first.act == "receive" and first.node != given.node:
        steps[0] = replace(steps[0], title=word("step", "received"))
    if is_sent_back(case, given.node):
        steps[0] = replace(steps[0], title=word("step", "mending"))
    return tuple(steps)


def told_of(given: CaseGiven) -> Told:  # noqa: C901, PLR0911, PLR0912 - a sentence a status
    """What the resident is told today."""
    case, names = given.case, given.names
    if is_sent_back(case, given.node):
        return Told(title=word("tell", "sent_back"), lines=_lines("sent_back"), kind="error")
    match case.status:
        case Status.COLLECTED:
            told = _told("collected", node=names.node(case.pen))
            return replace(told, lines=(*told.lines, *_lacking(given)))
        case Status.RECEIVED:
            return _told("received", node=names.node(case.pen), day=_due(given, ClockName.NOTICE))
        case Status.AWAITING_SUPPLEMENT:
            return _asked(given)
        case Status.ACCEPTED | Status.IN_REVIEW if case.paused:
            return _asked(given)
        case Status.ACCEPTED | Status.IN_REVIEW if case.deferral is Deferral.OPEN:
            return _owed(given, "deferred")
        case Status.ACCEPTED | Status.IN_REVIEW:
            return _told("accepted", day=_due(given, ClockName.PROMISED))
        case Status.RESULT_HELD:
            return _owed(given, "result_held")
        case Status.DECIDED:
            return _decided(given, "decided")
        case Status.READY:
            return _decided(given, "ready_here" if case.pickup == given.node else "ready")
        case Status.DELIVERED:
            return _told("delivered")
        case Status.CLOSED:
            return _closed(given)
        case _:
            return _told("unknown", kind="warn")


def return_of(case: Case, me: NodeId) -> Moment | None:
    """When the case was given back; None where it does not wait here to be put right."""
    if not is_sent_back(case, me):
        return None
    moments = case.moments("return_pen", "reclaim_pen")
    return moments[-1] if moments else None


def sent_back_of(given: CaseGiven) -> SentBack | None:
    """The reasons of the one who gave the case back; None where it was not."""
    last = return_of(given.case, given.node)
    if last is None:
        return None
    reasons = return_reasons(last, given.text_of(last.entry, "notice"))
    return SentBack(who=given.names.node(last.node), reasons=reasons)


def return_reasons(returned: Moment, notice_text: str) -> tuple[str, ...]:
    """Why it came back: what the notice says, then what the county's code means."""
    notice = read_notice(notice_text)
    reasons = (*_deficiencies(notice), *notice.remarks)
    return (*reasons, labels.error_text(returned.code)) if returned.code else reasons


def is_brought(given: CaseGiven) -> bool:
    """Whether what was asked for has been taken in here and waits to be taken up."""
    return any(each.kind == "supplement" and each.node == given.node for each in given.deposits)


def asked_for(given: CaseGiven) -> tuple[str, ...]:
    """What the last notice asks the applicant to bring or mend."""
    return _wanted(given)


def _told(key: str, *, kind: Literal["ok", "warn", "error"] = "ok", **facts: object) -> Told:
    return Told(title=word("tell", key), lines=_lines(key, **facts), kind=kind)


def _lines(key: str, **facts: object) -> tuple[str, ...]:
    """The sentences of a case; one whose day is not known is left out."""
    text = word("tell_lines", key)
    lines = [line for line in text.split("\n") if line]
    return tuple(line.format(**facts) for line in lines if "{day}" not in line or facts.get("day"))


def _asked(given: CaseGiven) -> Told:
    if is_brought(given):
        return _told("brought", node=given.names.node(given.case.pen))
    told = _told("asked", kind="warn", day=_supply_by(given.case))
    return Told(title=told.title, lines=(*_wanted(given), *told.lines), kind="warn")


def _owed(given: CaseGiven, key: str) -> Told:
    if is_brought(given):
        return _told("brought", node=given.names.node(given.case.pen))
    return _told(key, kind="warn", day=_supply_by(given.case))


def _decided(given: CaseGiven, key: str) -> Told:
    made = given.case.decision
    granted = made is None or made.granted
    where = given.names.node(given.case.pickup)
    told = _told(key, node=where)
    outcome = word("tell", "granted" if granted else "refused")
    reasons: tuple[str, ...] = ()
    if made is not None and not granted:
        text = given.text_of(made.entry, "grounds")
        reasons = (*ground_words(given.matter, made.grounds), *filter(None, text.splitlines()))
    remedies = () if granted else _lines("remedies")
    return Told(
        title=f"{outcome}　{told.title}",
        lines=(*reasons, *told.lines, *remedies),
        kind="ok" if granted else "warn",
    )


def _closed(given: CaseGiven) -> Told:
    case = given.case
    if case.closure is Closure.REFUSED_ACCEPTANCE:
        refused = _moment(case, "refuse_acceptance")
        text = given.text_of(refused.entry, "grounds") if refused else ""
        reasons = tuple(line for line in text.splitlines() if line.strip())
        told = _told("refused_acceptance", kind="warn")
        return Told(title=told.title, lines=(*reasons, *told.lines), kind="warn")
    return _told("withdrawn" if case.closure is Closure.WITHDRAWN else "closed")


def _lacking(given: CaseGiven) -> Iterator[str]:
    """What the village collected without: the township will ask for it."""
    lacking = [v.material for v in given.case.materials if v.state is MaterialState.MISSING]
    needs = [need for each in lacking if (need := given.matter.material(each)) is not None]
    if needs:
        yield word("tell", "lacking", names="、".join(need.name for need in needs))


def _wanted(given: CaseGiven) -> tuple[str, ...]:
    notices = given.case.moments("notify_deficiency", "notify_deficiency_review")
    if not notices:
        return ()
    notice = read_notice(given.text_of(notices[-1].entry, "notice"))
    return (*_deficiencies(notice), *notice.remarks)


def _deficiencies(notice: Notice) -> Iterator[str]:
    for each in notice.deficiencies:
        yield word("tell", "deficiency", material=each.material, fault=each.fault)


def _step(name: str, moment: Moment | None, *, is_now: bool) -> StepShown:
    state: StepState = "done" if moment is not None else ("now" if is_now else "todo")
    key = "collected" if name == "taken" and moment and moment.act == "collect" else name
    return StepShown(
        title=word("step", key), at=day_short(moment.at) if moment else "", state=state
    )


def _moment(case: Case, *acts: str) -> Moment | None:
    found = case.moments(*acts)
    return found[-1] if found else None


def _is_apart(case: Case) -> bool:
    """Whether a township receives what the village has only collected."""
    return case.collected_by is not None


def _due(given: CaseGiven, name: ClockName) -> str:
    clocks = clocks_of(given.case, given.matter, given.calendar, given.now, with_lines=False)
    clock = next((each for each in clocks if each.name is name), None)
    return day_short(clock.due_on) if clock is not None and clock.due_on else ""


def _supply_by(case: Case) -> str:
    return day_short(date.fromisoformat(case.supply_by)) if case.supply_by else ""


def is_for_here(case: Case, me: NodeId) -> bool:
    """Whether the result waits here to be handed over."""
    return case.status is Status.READY and case.pickup == me and case.pen == me
