"""What each act changes in a case, beyond the status that its row of the procedure names.

Called by `casework.fold` alone. It reads the entry and the case as it stood, and refuses nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from casework import act as acts
from casework.case import (
    SUPPLEMENT,
    Case,
    Closure,
    Decision,
    Deferral,
    Extension,
    FeeSettled,
    Moment,
    Status,
)
from casework.contacts import answered, asked
from casework.entry import Written
from casework.names import MessageId
from casework.procedure import PROCEDURE


def effect(case: Case, act: acts.AnyAct, written: Written, at: datetime) -> Case:
    """What an act changes beyond the status that its row names."""
    for part in (_taken_in, _reviewed, _decided, _ended, _moved):
        changed = part(case, act, written, at)
        if changed is not None:
            return changed
    return case


def _taken_in(case: Case, act: acts.AnyAct, written: Written, _: datetime) -> Case | None:  # noqa: PLR0911
    match act:
        case acts.Draft(intake):
            return replace(case, intake=intake, pickup=intake.pickup)
        case acts.SubmitOnline(intake, materials):
            return replace(
                case, intake=intake, pickup=intake.pickup, materials=materials, pre_passed=False
            )
        case acts.PrePass():
            return replace(case, pre_passed=True)
        case acts.Collect(intake, materials):
            return replace(
                case,
                intake=intake,
                pickup=intake.pickup,
                materials=materials,
                collected_by=case.collected_by or written.node,
            )
        case acts.Receive(intake, materials):
            received = case.received_by or written.node
            return replace(
                case, intake=intake, pickup=intake.pickup, materials=materials, received_by=received
            )
        case acts.NotifyDeficiency(materials, supply_by):
            return replace(case, materials=materials, supply_by=supply_by, notices=case.notices + 1)
        case acts.Supplement(materials) | acts.Accept(materials):
            return replace(case, materials=materials, supply_by=None)
        case acts.AcceptDeferred(materials, supply_by):
            return replace(case, materials=materials, supply_by=supply_by, deferral=Deferral.OPEN)
        case _:
            return None


def _reviewed(case: Case, act: acts.AnyAct, written: Written, _: datetime) -> Case | None:  # noqa: C901, PLR0911
    match act:
        case acts.Dispatch(department):
            return replace(case, department=department)
        case acts.Take():
            return replace(case, assigned_to=written.entry.officer)
        case acts.JudgeMaterials(materials):
            return replace(case, materials=materials, materials_judged=True)
        case acts.NotifyDeficiencyReview(materials, supply_by):
            return replace(
                _awaiting(case, SUPPLEMENT),
                materials=materials,
                supply_by=supply_by,
                notices=case.notices + 1,
            )
        case acts.SupplementInReview(materials):
            came = _came(case, SUPPLEMENT)
            return replace(came, materials=materials, supply_by=None, materials_judged=False)
        case acts.StartSpecial(procedure):
            return _awaiting(case, procedure)
        case acts.EndSpecial(procedure):
            return _came(case, procedure)
        case acts.RequestExtension():
            asked_by = written.entry.officer
            return replace(case, extension=Extension.REQUESTED, extension_asked_by=asked_by)
        case acts.GrantExtension():
            return replace(case, extension=Extension.GRANTED)
        case acts.RefuseExtension():
            return replace(case, extension=Extension.REFUSED)
        case _:
            return None


def _decided(case: Case, act: acts.AnyAct, written: Written, at: datetime) -> Case | None:
    match act:
        case acts.DecideGrant(_, document):
            held = case.deferral is Deferral.OPEN
            status = Status.RESULT_HELD if held else Status.DECIDED
            made = _decision(case, written, at, document, granted=True)
            return replace(case, status=status, decision=made, awaiting=())
        case acts.DecideRefuse(_, grounds, document):
            made = _decision(case, written, at, document, granted=False, grounds=grounds)
            return replace(case, decision=made, awaiting=())
        case acts.DeferredSatisfied(materials):
            ready = Status.READY if case.status is Status.RESULT_HELD else case.status
            return replace(
                case,
                materials=materials,
                supply_by=None,
                deferral=Deferral.SATISFIED,
                status=ready,
            )
        case acts.Instant(intake, materials, _, document):
            return replace(
                case,
                intake=intake,
                pickup=intake.pickup,
                materials=materials,
                received_by=case.received_by or written.node,
                decision=_decision(case, written, at, document, granted=True),
            )
        case acts.Correct(document):
            return _decided_anew(case, document)
        case _:
            return None


def _ended(case: Case, act: acts.AnyAct, _: Written, __: datetime) -> Case | None:
    closure = _CLOSURES.get(type(act))
    if closure is not None:
        case = replace(case, closure=closure, awaiting=(), supply_by=None)
    match act:
        case acts.DeferredLapse():
            return _without_effect(replace(case, deferral=Deferral.OVERDUE))
        case acts.MergeInto(other):
            return replace(case, merged_into=other)
        case acts.KeepApart(other):
            return replace(case, apart_from=(*case.apart_from, other))
        case acts.Revoke():
            return _without_effect(case)
        case acts.Reopen():
            former = (*case.former_decisions, *((case.decision,) if case.decision else ()))
            return replace(case, closure=None, decision=None, former_decisions=former)
        case _:
            return case if closure is not None else None


def _moved(case: Case, act: acts.AnyAct, written: Written, at: datetime) -> Case | None:  # noqa: PLR0911
    match act:
        case acts.Ask():
            return asked(case, act, written, at)
        case acts.Answer():
            return answered(case, act, written, at)
        case acts.ChangePickup(pickup):
            return replace(case, pickup=pickup)
        case acts.OpenGreenChannel():
            return replace(case, green=True)
        case acts.SettleFee(fee, paid_fen, exemption):
            others = tuple(each for each in case.fees if each.fee != fee)
            return replace(case, fees=(*others, FeeSettled(fee, paid_fen, exemption)))
        case acts.HandOverPen(to) | acts.ReturnPen(to):
            return replace(case, pen=to, pen_from=written.node)
        case acts.ReclaimPen(_, _, hold):
            return replace(case, pen=written.node, pen_from=case.pen, held=hold)
        case _:
            return None


_CLOSURES: Final[Mapping[type[acts.Act], Closure]] = {
    acts.RefuseAcceptance: Closure.REFUSED_ACCEPTANCE,
    acts.Withdraw: Closure.WITHDRAWN,
    acts.Lapse: Closure.LAPSED,
    acts.DeferredLapse: Closure.DEFERRAL_LAPSED,
    acts.Terminate: Closure.TERMINATED,
    acts.MergeInto: Closure.MERGED,
    acts.Close: Closure.NORMAL,
}


def _awaiting(case: Case, label: str) -> Case:
    if label in case.awaiting:
        return case
    return replace(case, awaiting=(*case.awaiting, label))


def _came(case: Case, label: str) -> Case:
    return replace(case, awaiting=tuple(each for each in case.awaiting if each != label))


def _without_effect(case: Case) -> Case:
    """The decision is kept, and no longer counts."""
    if case.decision is None:
        return case
    return replace(case, decision=replace(case.decision, revoked=True))


def _decided_anew(case: Case, document: str | None) -> Case:
    """A corrected decision is the next version of the same; the former is kept."""
    made = case.decision
    if made is None:
        return case
    corrected = replace(made, document=document or made.document, version=made.version + 1)
    return replace(case, decision=corrected, former_decisions=(*case.former_decisions, made))


def _decision(  # noqa: PLR0913 - what a decision consists of
    case: Case,
    written: Written,
    at: datetime,
    document: str | None,
    *,
    granted: bool,
    grounds: tuple[str, ...] = (),
) -> Decision:
    return Decision(
        granted=granted,
        at=at,
        node=written.node,
        officer=written.entry.officer,
        acting_for=written.entry.acting_for,
        delegation=written.entry.delegation,
        entry=written.id,
        document=document,
        grounds=grounds,
        version=1 + max((made.version for made in case.former_decisions), default=0),
    )


def moment_of(
    written: Written, meaning: acts.AnyAct, at: datetime, adopted: MessageId | None
) -> Moment:
    entry = written.entry
    return Moment(
        entry=written.id,
        act=PROCEDURE[type(meaning)].name,
        at=at,
        written_at=written.at,
        node=written.node,
        officer=entry.officer,
        acting_for=entry.acting_for,
        delegation=entry.delegation,
        adopted=adopted,
        outcome=_outcome(meaning),
        due_on=_due_on(meaning),
        pen_to=getattr(meaning, "to", None),
        code=meaning.code if isinstance(meaning, acts.ReclaimPen) else None,
        procedure=getattr(meaning, "procedure", None),
        step=getattr(meaning, "step", None),
        approved_by=getattr(meaning, "approved_by", None) or getattr(meaning, "agreed_by", None),
        extra=getattr(meaning, "extra", None),
    )


def _due_on(meaning: acts.AnyAct) -> str | None:
    days = ("supply_by", "expected_by", "answer_by")
    return next((found for day in days if (found := getattr(meaning, day, None))), None)


def _outcome(meaning: acts.AnyAct) -> str | None:
    if isinstance(meaning, acts.Opine) or isinstance(meaning, acts.AnswerFromAbove):  # noqa: SIM101 - mypy narrows no union of many here
        return meaning.outcome.value
    return None
