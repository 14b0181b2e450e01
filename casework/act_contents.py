"""What an act says, held against the case, its matter and the day: is it true and complete?

`casework.judging` asks this last, once status, pen and power are settled.
"""

from datetime import date
from typing import Final

from casework import act as acts
from casework.act import AnyAct
from casework.act_words import check_words
from casework.approval import check_approval
from casework.assessment import Outcome, assess, failed_conditions
from casework.authority import check_reclaim
from casework.case import Case, Deferral, Status
from casework.entry import PartRef
from casework.errors import (
    ActNotOpenError,
    ApprovalMissingError,
    ConditionsNotMetError,
    DateOrderError,
    DeferralNotAllowedError,
    ExtensionError,
    FeeError,
    GroundsMissingError,
    LeaseEndedError,
    MaterialsIncompleteError,
    NotDuplicateError,
    NothingDeficientError,
    PausesNotAllowedError,
    PenDestinationError,
    ProcedureUnknownError,
    SecondNoticeError,
    StepUnknownError,
    WrongCounterError,
)
from casework.facts import check_facts
from casework.limits import LIMIT_DAYS_MAX, Limit
from casework.material import MaterialState, MaterialVerdict
from casework.matter import ExtensionRule, MatterVersion, SpecialProcedure
from casework.names import CaseId, NodeId, OfficerId, parent_of
from casework.organisation import PositionKind
from casework.standing import Standing

BEFORE_ACCEPT: Final = "before_accept"
BEFORE_ISSUE: Final = "before_issue"
FEN_PER_YUAN: Final = 100
GROUNDS: Final = "grounds"
LEADER: Final = frozenset({PositionKind.LEADER})
SUPERVISORS: Final = frozenset({PositionKind.LEADER, PositionKind.CHIEF_REPRESENTATIVE})
COORDINATORS: Final = SUPERVISORS | {PositionKind.COORDINATOR}


def check_content(
    case: Case | None, act: AnyAct, parts: tuple[PartRef, ...], standing: Standing
) -> None:
    """Raise the CaseworkError that says what is wrong with the act as it is meant."""
    check_words(act)
    check_facts(case, act)
    for part in (_check_answer, _check_review, _check_outcome, _check_end, _check_way):
        part(case, act, standing)
    if isinstance(act, acts.NotifyDeficiency | acts.NotifyDeficiencyReview):
        _check_notice_again(case, act.agreed_by, parts, standing)


def _check_answer(case: Case | None, act: AnyAct, standing: Standing) -> None:
    match act:
        case acts.Accept(materials):
            _check_complete(materials, standing)
            check_fees(case, BEFORE_ACCEPT, standing.matter)
        case acts.AcceptDeferred(materials, supply_by):
            _check_deferrable(materials, standing)
            _check_last_day(supply_by, standing)
            check_fees(case, BEFORE_ACCEPT, standing.matter)
        case acts.NotifyDeficiency(materials, supply_by):
            _check_deficient(materials, standing)
            _check_last_day(supply_by, standing)
        case acts.RefuseAcceptance(grounds):
            _check_grounds(grounds, standing.matter)
        case acts.Instant(_, materials):
            _check_complete(materials, standing)
            check_fees(case, BEFORE_ACCEPT, standing.matter)
        case _:
            return


def _check_review(case: Case | None, act: AnyAct, standing: Standing) -> None:  # noqa: C901
    match act:
        case acts.NotifyDeficiencyReview(materials, supply_by):
            if standing.matter.is_instant:
                raise PausesNotAllowedError(standing.matter.id)
            _check_asks(materials)
            _check_last_day(supply_by, standing)
        case acts.StartSpecial(procedure, expected_by, approved_by):
            _check_special(procedure, standing)
            if case is not None and procedure in case.awaiting:
                raise ActNotOpenError(f"{procedure} is under way, with an end told already")
            _check_last_day(expected_by, standing)
            check_approval(approved_by, _approvers(procedure, standing), standing)
        case acts.Opine(step):
            if standing.matter.step(step) is None:
                raise StepUnknownError(f"step {step} of {standing.matter.ref}")
        case acts.EndSpecial(procedure):
            if case is None or procedure not in case.awaiting:
                raise ActNotOpenError(f"{procedure} is not under way")
        case acts.RequestExtension(extra):
            _check_extra(extra, standing.matter.supports.extension)
        case acts.GrantExtension(extra):
            _check_extra(extra, standing.matter.supports.extension)
            _check_extension_asked(case, extra)
        case _:
            return


def _check_outcome(case: Case | None, act: AnyAct, standing: Standing) -> None:
    match act:
        case acts.DecideRefuse(_, grounds):
            _check_grounds(grounds, standing.matter)
        case acts.DeferredSatisfied(materials):
            _check_supplied(case, materials)
        case acts.DeferredLapse(effect):
            deferral = standing.matter.supports.deferral
            if deferral is None or deferral.if_overdue != effect.value:
                raise DeferralNotAllowedError(f"{effect} is not what the matter provides for")
        case acts.ProduceResult():
            check_fees(case, BEFORE_ISSUE, standing.matter)
        case acts.Deliver(_, method):
            _check_delivery(case, method, standing)
        case _:
            return


def _check_end(case: Case | None, act: AnyAct, standing: Standing) -> None:
    match act:
        case acts.Terminate(_, approved_by) | acts.Correct(_, approved_by):
            check_approval(approved_by, LEADER, standing)
        case acts.Revoke(_, approved_by) | acts.Reopen(approved_by) | acts.Ratify(approved_by):
            check_approval(approved_by, LEADER, standing)
        case acts.MergeInto(other):
            _check_merger(case, other, standing)
        case acts.KeepApart(other):
            if other not in standing.duplicates:
                raise NotDuplicateError(other)
        case _:
            return


def _check_way(case: Case | None, act: AnyAct, standing: Standing) -> None:
    match act:
        case acts.HandOverPen(to):
            _check_destination(case, to, standing)
        case acts.ReturnPen(to):
            _check_return(case, to, standing)
        case acts.OpenGreenChannel(approved_by):
            check_approval(approved_by, COORDINATORS, standing)
        case acts.ReclaimPen():
            _check_second_person(act, standing)
            check_reclaim(case, act, standing)
        case acts.SettleFee():
            _check_fee(act, standing.matter)
        case _:
            return


def _check_complete(materials: tuple[MaterialVerdict, ...], standing: Standing) -> None:
    assessment = assess(standing.matter, standing.facts, materials)
    if assessment.outcome is not Outcome.ACCEPTABLE:
        raise MaterialsIncompleteError(f"missing {assessment.missing} {assessment.deferred}")
    if failed := failed_conditions(standing.matter, standing.facts):
        raise ConditionsNotMetError(f"{failed}")


def _check_deferrable(materials: tuple[MaterialVerdict, ...], standing: Standing) -> None:
    assessment = assess(standing.matter, standing.facts, materials)
    if assessment.outcome is not Outcome.DEFERRABLE:
        raise DeferralNotAllowedError(f"the materials are {assessment.outcome}")
    if failed := failed_conditions(standing.matter, standing.facts):
        raise ConditionsNotMetError(f"{failed}")


def _check_deficient(materials: tuple[MaterialVerdict, ...], standing: Standing) -> None:
    if assess(standing.matter, standing.facts, materials).outcome is Outcome.ACCEPTABLE:
        raise NothingDeficientError(standing.matter.id)


def _check_asks(materials: tuple[MaterialVerdict, ...]) -> None:
    """A review may ask for more than the matter does, but never for nothing."""
    wanted = {MaterialState.MISSING, MaterialState.DEFERRED}
    if not any(each.state in wanted or each.failed_checks for each in materials):
        raise NothingDeficientError(f"{len(materials)} materials, none of them asked for")


def _check_grounds(grounds: tuple[str, ...], matter: MatterVersion) -> None:
    """A refusal cites a failed check, a condition, a ground of refusal or a basis in law."""
    known = {check.id for need in matter.materials for check in need.acceptance_standard}
    known |= {condition.id for condition in matter.acceptance.conditions}
    known |= {refused.id for refused in matter.acceptance.refusals}
    known |= {basis.id for basis in matter.legal_basis} | {need.id for need in matter.materials}
    if not grounds or not known.issuperset(grounds):
        raise GroundsMissingError(f"{grounds} of {matter.ref}")


def _check_supplied(case: Case | None, materials: tuple[MaterialVerdict, ...]) -> None:
    if case is None or case.deferral is not Deferral.OPEN:
        raise ActNotOpenError("no material was deferred")
    lacking = [v.material for v in materials if v.state is MaterialState.DEFERRED]
    lacking += [v.material for v in materials if v.state is MaterialState.MISSING]
    if lacking or not materials:
        raise MaterialsIncompleteError(f"still deferred: {lacking}")


def _check_last_day(supply_by: str, standing: Standing) -> None:
    days = (date.fromisoformat(supply_by) - standing.today).days
    if not 0 <= days <= LIMIT_DAYS_MAX:
        raise DateOrderError(f"{supply_by}, on {standing.today}")


def _check_delivery(case: Case | None, method: str, standing: Standing) -> None:
    assert case is not None, "deliver begins no case"
    if method == "counter" and case.pickup != standing.node:
        raise WrongCounterError(f"the applicant chose {case.pickup}")
    if not standing.is_county and (standing.lease is None or standing.now > standing.lease.until):
        raise LeaseEndedError(standing.node)


def _check_destination(case: Case | None, to: NodeId, standing: Standing) -> None:
    assert case is not None, "hand_over_pen begins no case"
    if to == standing.node:
        raise PenDestinationError("the pen is here already")
    parent = parent_of(standing.node)
    lapsed = standing.lease is None or standing.now > standing.lease.until
    if not standing.is_county and lapsed and to != parent:
        raise PenDestinationError(f"past its lease {standing.node} hands over to {parent} only")
    if standing.is_county:
        return
    allowed = {parent, case.county, case.pickup, case.received_by, case.opened_by}
    if case.status is Status.COLLECTED:
        allowed = {parent}
    if to not in allowed:
        raise PenDestinationError(f"{to} is none of {allowed}")


def _check_return(case: Case | None, to: NodeId, standing: Standing) -> None:
    to_county = case is not None and to == case.county and standing.release_requested
    if case is None or (to != case.pen_from and not to_county):
        raise PenDestinationError(f"the pen did not come from {to}")


def _check_second_person(act: acts.ReclaimPen, standing: Standing) -> None:
    if act.ground is not acts.ReclaimGround.LEASE_ENDED:
        return
    if act.approved_by is None:
        raise ApprovalMissingError("a silent machine's case is taken back by two persons")
    check_approval(act.approved_by, COORDINATORS, standing)


def _check_notice_again(
    case: Case | None, agreed_by: OfficerId | None, parts: tuple[PartRef, ...], standing: Standing
) -> None:
    """One notice tells everything; another one gives its reason and names who agreed (row Z13)."""
    if case is None or case.notices == 0:
        return
    if agreed_by is None or GROUNDS not in {part.name for part in parts}:
        raise SecondNoticeError(f"notice {case.notices + 1} of {case.id}")
    check_approval(agreed_by, SUPERVISORS, standing)


def _check_special(procedure: str, standing: Standing) -> SpecialProcedure:
    found = standing.matter.special(procedure)
    if found is None:
        raise ProcedureUnknownError(f"{procedure} of {standing.matter.ref}")
    if standing.matter.is_instant:
        raise PausesNotAllowedError(standing.matter.id)
    return found


def _approvers(procedure: str, standing: Standing) -> frozenset[PositionKind]:
    """Who may find a procedure necessary: whom the matter names, or a leader."""
    found = _check_special(procedure, standing)
    return LEADER | {PositionKind(found.approver)}


def _check_extra(extra: Limit, rule: ExtensionRule | None) -> None:
    if rule is None or extra.unit is not rule.max.unit or not 0 < extra.value <= rule.max.value:
        raise ExtensionError(f"{extra}, at most {rule and rule.max}")


def _check_extension_asked(case: Case | None, extra: Limit) -> None:
    """No more is granted than was asked for."""
    assert case is not None, "no case begins with an extension"
    asked = [moment.extra for moment in case.moments("request_extension")]
    if not asked or asked[-1] is None or extra.value > asked[-1].value:
        raise ExtensionError(f"{extra} granted, {asked} asked for")


def _check_merger(case: Case | None, other: CaseId, standing: Standing) -> None:
    """The earliest legal receipt governs; of two at one instant, the lesser name."""
    assert case is not None, "no case begins merged"
    receipt = standing.duplicates.get(other)
    if receipt is None:
        raise NotDuplicateError(other)
    received = [moment.at for moment in case.moments("receive")]
    if received and (received[0], case.id) < (receipt, other):
        raise NotDuplicateError(f"{case.id} was received before {other}")


def check_fees(case: Case | None, due: str, matter: MatterVersion) -> None:
    """Every fee due by now is paid or waived."""
    settled = {each.fee for each in case.fees} if case else set()
    owed = [at for at, fee in enumerate(matter.fees) if fee.collect == due and at not in settled]
    if owed:
        raise FeeError(f"fees {owed} of {matter.ref} are due {due}")


def _check_fee(act: acts.SettleFee, matter: MatterVersion) -> None:
    if not 0 <= act.fee < len(matter.fees):
        raise FeeError(f"fee {act.fee} of {matter.ref}")
    fee = matter.fees[act.fee]
    if act.exemption is not None:
        if not 0 <= act.exemption < len(fee.exemptions) or act.paid_fen:
            raise FeeError(f"exemption {act.exemption} of {fee.name}")
    elif act.paid_fen < 0 or fee.amount_yuan not in {None, act.paid_fen / FEN_PER_YUAN}:
        raise FeeError(f"{act.paid_fen} fen of {fee.amount_yuan} yuan")
