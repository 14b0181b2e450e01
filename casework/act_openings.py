"""Whether time and the course of a case leave an act open, beyond what its status says.

Asked for every act, before anything is filled in, so that a button that is not offered explains
itself: `casework.judging` calls `check_open` after status and pen.
"""

from collections.abc import Callable, Mapping
from typing import Final

from casework import act as acts
from casework.act import Act
from casework.case import SUPPLEMENT, Case, Closure, Deferral, Extension
from casework.case_clocks import clocks_of, deemed_on
from casework.clock import Clock, ClockName, ClockState
from casework.clock_rules import may_lapse
from casework.contacts import open_questions
from casework.errors import (
    ActNotOpenError,
    ApprovalMissingError,
    DeemedAcceptedError,
    DuplicateError,
    ExtensionError,
    MaterialsNotJudgedError,
    NoDecisionError,
    NotForwardedError,
    NoticeStillOpenError,
    StillAwaitedError,
    TimeNotOverError,
    WrongCounterError,
)
from casework.matter import CaseKind, StepAct
from casework.names import is_of_county
from casework.pickups import counters_of, open_pickups, papers_left
from casework.procedure_row import Row
from casework.standing import Standing

# Answers to a receipt: once silence has accepted, they come too late.
ANSWERS: Final = frozenset(
    {acts.Accept, acts.AcceptDeferred, acts.NotifyDeficiency, acts.RefuseAcceptance, acts.Instant}
)
EXTENDED: Final = (ClockName.PROMISED, ClockName.STATUTORY)


def check_open(case: Case, row: Row, standing: Standing) -> None:
    """Raise the CaseworkError that says why the act is not open now."""
    if row.act in ANSWERS and _is_deemed(case, standing):
        raise DeemedAcceptedError(case.id)
    if check := _CHECKS.get(row.act):
        check(case, standing)


def _is_deemed(case: Case, standing: Standing) -> bool:
    return deemed_on(case, standing.matter, standing.calendar, standing.now) is not None


def _clock(case: Case, standing: Standing, name: ClockName) -> Clock | None:
    clocks = clocks_of(case, standing.matter, standing.calendar, standing.now, with_lines=False)
    return next((clock for clock in clocks if clock.name is name), None)


def _deem(case: Case, standing: Standing) -> None:
    if not _is_deemed(case, standing):
        raise NoticeStillOpenError(case.id)


def _pre_pass(case: Case, _: Standing) -> None:
    if case.pre_passed:
        raise ActNotOpenError("it was passed already")


def _lapse(case: Case, standing: Standing) -> None:
    supplement = _clock(case, standing, ClockName.SUPPLEMENT)
    if supplement is None or not may_lapse(supplement):
        raise TimeNotOverError(case.id)


def _take(case: Case, standing: Standing) -> None:
    if case.assigned_to == standing.officer.id and case.moments("take")[-1].node == standing.node:
        raise ActNotOpenError("this officer has the case already")


def _judge_materials(case: Case, _: Standing) -> None:
    if case.materials_judged:
        raise ActNotOpenError("the window was told, and nothing came since")


def _supplement_in_review(case: Case, _: Standing) -> None:
    if SUPPLEMENT not in case.awaiting:
        raise ActNotOpenError("nothing is awaited in this review")


def _notify_in_review(case: Case, _: Standing) -> None:
    if SUPPLEMENT in case.awaiting:
        raise ActNotOpenError("papers are awaited already")


def _end_special(case: Case, _: Standing) -> None:
    if not set(case.awaiting) - {SUPPLEMENT}:
        raise ActNotOpenError("no special procedure is under way")


def _start_special(_: Case, standing: Standing) -> None:
    if not standing.matter.special_procedures:
        raise ActNotOpenError("the matter has no special procedures")


def _request_extension(case: Case, standing: Standing) -> None:
    if standing.matter.supports.extension is None or case.extension is not Extension.NONE:
        raise ExtensionError(f"{case.extension} of {standing.matter.ref}")
    _check_extendable(case, standing)


def _answer_extension(case: Case, standing: Standing) -> None:
    if case.extension is not Extension.REQUESTED:
        raise ActNotOpenError("no extension is asked for")
    asker = case.extension_asked_by
    if asker is not None and standing.person(asker) in standing.persons_acting:
        raise ApprovalMissingError(f"{asker} asked for it")


def _grant_extension(case: Case, standing: Standing) -> None:
    _answer_extension(case, standing)
    _check_extendable(case, standing)


def _check_extendable(case: Case, standing: Standing) -> None:
    """At least one of the limits has not expired."""
    clocks = [_clock(case, standing, name) for name in EXTENDED]
    open_ones = (ClockState.RUNNING, ClockState.PAUSED)
    if not any(clock and clock.state in open_ones and not clock.overdue for clock in clocks):
        raise ExtensionError(f"{case.id}: the limits have expired")


def _forward_up(_: Case, standing: Standing) -> None:
    matter = standing.matter
    steps = {step.act for step in matter.steps}
    if matter.case_kind is not CaseKind.FORWARDED and StepAct.FORWARD not in steps:
        raise NotForwardedError(matter.id)


def _decide(case: Case, standing: Standing) -> None:
    if standing.duplicates:
        raise DuplicateError(f"{sorted(standing.duplicates)}")
    if set(case.awaiting) - {SUPPLEMENT}:
        raise StillAwaitedError(f"{case.awaiting}")
    if standing.is_county and not case.materials_judged and not standing.matter.is_instant:
        raise MaterialsNotJudgedError(case.id)


def _decide_grant(case: Case, standing: Standing) -> None:
    _decide(case, standing)
    if case.awaiting:
        raise StillAwaitedError(f"{case.awaiting}")


def _decide_refuse(case: Case, standing: Standing) -> None:
    """Papers that were asked for may come until their last day."""
    _decide(case, standing)
    if SUPPLEMENT in case.awaiting and (case.supply_by or "") >= standing.today.isoformat():
        raise StillAwaitedError(f"papers may come until {case.supply_by}")


def _deferred_satisfied(case: Case, _: Standing) -> None:
    """A refusal needs no paper any more, and is not undone by one that never came."""
    refused = case.decision is not None and not case.decision.granted
    if case.deferral is not Deferral.OPEN or refused:
        raise ActNotOpenError("no material was deferred")


def _deferred_lapse(case: Case, standing: Standing) -> None:
    _deferred_satisfied(case, standing)
    supply = _clock(case, standing, ClockName.SUPPLY)
    if supply is None or not supply.overdue or supply.undecided:
        raise TimeNotOverError(case.id)


def _confirm_arrival(case: Case, standing: Standing) -> None:
    if case.pickup != standing.node:
        raise WrongCounterError(f"the applicant chose {case.pickup}")
    sent, came = case.moments("forward_result"), case.moments("confirm_arrival")
    if not sent or (came and came[-1].written_at >= sent[-1].written_at):
        raise ActNotOpenError("nothing is on its way here")


def _after_decision(case: Case, _: Standing) -> None:
    made = case.decision
    if made is None or made.revoked or case.closure is not Closure.NORMAL:
        raise NoDecisionError(case.id)


def _reopen(case: Case, standing: Standing) -> None:
    if case.is_open:
        _ratify(case, standing)
    elif case.decision is None or case.closure is not Closure.NORMAL:
        raise NoDecisionError(case.id)


def _ratify(case: Case, _: Standing) -> None:
    """Only what a verdict made wait needs a person's word; the county's own decisions have none."""
    made = case.decision
    if made is None:
        raise NoDecisionError(case.id)
    if not case.held or is_of_county(made.node):
        raise ActNotOpenError("no decision waits for a person here")


def _duplicate(_: Case, standing: Standing) -> None:
    if not standing.duplicates:
        raise ActNotOpenError("no other case of the same application is known")


def _green(case: Case, _: Standing) -> None:
    if case.green:
        raise ActNotOpenError("the case goes before others already")


def _answer(case: Case, standing: Standing) -> None:
    if not open_questions(case, standing.node):
        raise ActNotOpenError("nothing is asked of this node")


def _call_for_papers(case: Case, standing: Standing) -> None:
    if not counters_of(case, standing.node) or not papers_left(case):
        raise ActNotOpenError("no papers lie elsewhere that nobody came for")


def _collect_papers(case: Case, _: Standing) -> None:
    if not open_pickups(case):
        raise ActNotOpenError("no papers wait to be fetched")


def _fee(_: Case, standing: Standing) -> None:
    if not standing.matter.fees:
        raise ActNotOpenError("the matter is free")


_CHECKS: Final[Mapping[type[Act], Callable[[Case, Standing], None]]] = {
    acts.DeemAccepted: _deem,
    acts.PrePass: _pre_pass,
    acts.Lapse: _lapse,
    acts.Take: _take,
    acts.JudgeMaterials: _judge_materials,
    acts.SupplementInReview: _supplement_in_review,
    acts.NotifyDeficiencyReview: _notify_in_review,
    acts.StartSpecial: _start_special,
    acts.EndSpecial: _end_special,
    acts.RequestExtension: _request_extension,
    acts.GrantExtension: _grant_extension,
    acts.RefuseExtension: _answer_extension,
    acts.ForwardUp: _forward_up,
    acts.DecideGrant: _decide_grant,
    acts.DecideRefuse: _decide_refuse,
    acts.DeferredSatisfied: _deferred_satisfied,
    acts.DeferredLapse: _deferred_lapse,
    acts.ConfirmArrival: _confirm_arrival,
    acts.Correct: _after_decision,
    acts.Revoke: _after_decision,
    acts.Reopen: _reopen,
    acts.Ratify: _ratify,
    acts.MergeInto: _duplicate,
    acts.KeepApart: _duplicate,
    acts.OpenGreenChannel: _green,
    acts.SettleFee: _fee,
    acts.Answer: _answer,
    acts.CallForPapers: _call_for_papers,
    acts.CollectPapers: _collect_papers,
}
