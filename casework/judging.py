"""May this act be done? The one answer for the screen, the service and the county.

`why_not` asks about a kind of act, before anybody has filled anything in: it offers a button or
explains why there is none. `refusal` asks about an act with all it says. The author asks before
signing; the county asks again on admission, as of the time and the versions the entry pins.
"""

from datetime import date

from casework import act as acts
from casework.act import Act, AnyAct
from casework.assessment import Outcome, assess, failed_conditions
from casework.authority import check_officer, grant_for
from casework.case import ENTRIES_PER_CASE_MAX, Case, Deferral, Status
from casework.delegation import Delegation
from casework.entry import PartRef
from casework.errors import (
    ActNotOpenError,
    CaseFrozenError,
    CaseHeldError,
    CaseworkError,
    ConditionsNotMetError,
    DateOrderError,
    DeferralNotAllowedError,
    DepositTakenError,
    EntriesExhaustedError,
    GroundsMissingError,
    LeaseEndedError,
    MaterialsIncompleteError,
    MatterVersionError,
    NothingDeficientError,
    NotInstantError,
    NotPenHolderError,
    PartMissingError,
    PausesNotAllowedError,
    PenDestinationError,
    WrongCounterError,
)
from casework.limits import LIMIT_DAYS_MAX
from casework.material import MaterialState, MaterialVerdict
from casework.matter import MatterVersion, in_force
from casework.names import NodeId, parent_of
from casework.procedure import PROCEDURE, Row
from casework.standing import Standing


def why_not(case: Case | None, kind: type[Act], standing: Standing) -> CaseworkError | None:
    """Why this officer may not do this kind of act now, or None if they may."""
    try:
        _permit(case, PROCEDURE[kind], standing)
    except CaseworkError as refused:
        return refused
    return None


def refusal(
    case: Case | None, act: AnyAct, parts: tuple[PartRef, ...], standing: Standing
) -> CaseworkError | None:
    """Why this very act may not be done, or None if it may."""
    try:
        permit(case, act, parts, standing)
    except CaseworkError as refused:
        return refused
    return None


def permit(
    case: Case | None, act: AnyAct, parts: tuple[PartRef, ...], standing: Standing
) -> Delegation | None:
    """The delegation record that the act must cite, or the CaseworkError that forbids it."""
    row = PROCEDURE[type(act)]
    if isinstance(act, acts.TakeUpDeposit):
        _permit(case, row, standing)
        _check_deposit(case, act, standing)
        adopted = PROCEDURE[type(act.restated)]
        _check_status(case, adopted)
        check_officer(adopted, standing)
        grant = grant_for(case, adopted, standing)
        _check_parts(case, adopted, parts)
        _check_content(case, act.restated, standing)
        return grant
    grant = _permit(case, row, standing)
    _check_parts(case, row, parts)
    _check_content(case, act, standing)
    return grant


def _check_parts(case: Case | None, row: Row, parts: tuple[PartRef, ...]) -> None:
    missing = row.parts - {part.name for part in parts} - _held_names(case)
    if missing:
        raise PartMissingError(f"{row.name} without {sorted(missing)}")


def _permit(case: Case | None, row: Row, standing: Standing) -> Delegation | None:
    _check_status(case, row)
    if case is not None:
        _check_pen(case, row, standing)
    _check_version(case, standing)
    check_officer(row, standing)
    return grant_for(case, row, standing)


def _check_status(case: Case | None, row: Row) -> None:
    status = case.status if case else None
    if status not in row.opens:
        raise ActNotOpenError(f"{row.name} on a case that is {status}")
    if case is not None and case.length >= ENTRIES_PER_CASE_MAX:
        raise EntriesExhaustedError(case.id)


def _check_pen(case: Case, row: Row, standing: Standing) -> None:
    if row.act is acts.ReclaimPen:
        return
    if case.is_frozen:
        raise CaseFrozenError(case.id)
    if case.pen != standing.node:
        raise NotPenHolderError(f"{case.pen} holds the pen of {case.id}, not {standing.node}")
    if case.held and row.act not in {acts.HandOverPen, acts.TakeUpDeposit}:
        raise CaseHeldError(case.id)


def _check_version(case: Case | None, standing: Standing) -> None:
    """After receipt a case keeps its matter version; a new receipt needs one in effect."""
    matter = standing.matter
    if case is not None and case.received_by is not None:
        if matter.ref != case.matter:
            raise MatterVersionError(f"{matter.ref} on a case under {case.matter}")
        return
    if standing.judges_intake_version and not in_force(matter, standing.today):
        raise MatterVersionError(f"{matter.ref} is not in effect on {standing.today}")


def _held_names(case: Case | None) -> frozenset[str]:
    """Names of parts that came once and need not come again; documents of an act must."""
    if case is None:
        return frozenset()
    return frozenset(part.ref.name for part in case.parts) & {"applicant"}


def _check_content(case: Case | None, act: AnyAct, standing: Standing) -> None:  # noqa: C901, PLR0912
    match act:
        case acts.Accept(materials):
            _check_complete(materials, standing)
        case acts.AcceptDeferred(materials, supply_by):
            _check_deferrable(materials, standing)
            _check_last_day(supply_by, standing)
        case acts.NotifyDeficiency(materials, supply_by):
            _check_deficient(materials, standing)
            _check_last_day(supply_by, standing)
        case acts.NotifyDeficiencyReview(_, supply_by):
            if standing.matter.is_instant:
                raise PausesNotAllowedError(standing.matter.id)
            _check_last_day(supply_by, standing)
        case acts.RefuseAcceptance(grounds) | acts.DecideRefuse(_, grounds):
            _check_grounds(grounds, standing.matter)
        case acts.Instant(_, materials):
            if not standing.matter.is_instant:
                raise NotInstantError(standing.matter.id)
            _check_complete(materials, standing)
        case acts.DeferredSatisfied(materials):
            _check_supplied(case, materials)
        case acts.SupplementInReview() | acts.EndSpecial():
            if case is None or not case.paused:
                raise ActNotOpenError("nothing is awaited in this review")
        case acts.Deliver(_, method):
            _check_delivery(case, method, standing)
        case acts.HandOverPen(to):
            _check_destination(case, to, standing)
        case acts.ReturnPen(to):
            _check_return(case, to, standing)
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


def _check_deposit(case: Case | None, act: acts.TakeUpDeposit, standing: Standing) -> None:
    taken = case is not None and act.deposit in case.taken_up
    waiting = standing.open_deposits.get(act.deposit)
    if taken or waiting is None or waiting.at != act.at:
        raise DepositTakenError(act.deposit)
    if not waiting.allows(act.restated):
        raise DepositTakenError(f"{act.deposit} says something else")
