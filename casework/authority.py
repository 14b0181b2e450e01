"""Power: whether this officer, at this node, on this day, may do such a thing to such a case.

A county machine acts by the county's own right; every other node needs a delegation record, and
the act must cite the one that governs (protocol.md section 6).
"""

from datetime import datetime, timedelta

from casework.case import Case
from casework.delegation import Delegation, Level, governing, levels_at
from casework.errors import (
    ClockSuspectError,
    DelegationRevokedError,
    DepartmentMismatchError,
    LeaseEndedError,
    NotDelegatedError,
    OfficerNotHereError,
    OfficerNotTrainedError,
    PersonalPowerMissingError,
    QuotaExhaustedError,
    RoleMissingError,
    SeparateAcceptorError,
    SetsNotHeldError,
    TwoPersonError,
    WrongNodeError,
)
from casework.names import Tier, is_county, is_of_county
from casework.organisation import Power as PersonalPower
from casework.procedure import Power, Row
from casework.standing import LeaseHeld, Standing


def check_officer(row: Row, standing: Standing) -> None:
    """The officer works here, is trained, and holds a role that the row names."""
    officer = standing.officer
    here = officer.node == standing.node or (standing.is_county and is_of_county(officer.node))
    if not here:
        raise OfficerNotHereError(f"{officer.id} works at {officer.node}, not {standing.node}")
    if not officer.may_work(standing.today):
        raise OfficerNotTrainedError(officer.id)
    if row.roles and row.roles.isdisjoint(role.value for role in officer.roles):
        raise RoleMissingError(f"{officer.id} holds {officer.roles}, {row.name} asks {row.roles}")


def grant_for(case: Case | None, row: Row, standing: Standing) -> Delegation | None:
    """The record that an act of this row must cite, None for the county's own right.

    Raises the CaseworkError that says why there is no such power.
    """
    match row.power:
        case Power.COUNTY:
            if not is_county(standing.node):
                raise WrongNodeError(f"{row.name} is the county's")
            return None
        case Power.PEN | Power.COUNTER:
            return None
        case Power.ASSIST if standing.tier is not Tier.VILLAGE:
            raise WrongNodeError(f"{row.name} is a village's")
        case _ if standing.is_county:
            _check_county_power(row, standing)
            return None
    record = _governing(row, standing)
    if row.power is Power.DECIDE:
        check_decision(case, record, standing)
    return record


def check_decision(case: Case | None, record: Delegation, standing: Standing) -> None:
    """What a final decision away from the county needs besides the record itself."""
    if standing.time_suspect:
        raise ClockSuspectError(standing.node)
    if standing.sets_behind:
        raise SetsNotHeldError(standing.node)
    if any(each.touches(record.id, standing.now) for each in standing.revocations):
        raise DelegationRevokedError(record.id)
    if standing.lease is None or standing.now > reach(standing.lease, record):
        raise LeaseEndedError(record.id)
    if record.quota and standing.quota_used.get(record.id, 0) >= record.quota.count:
        raise QuotaExhaustedError(record.id)
    if case is None:
        if record.separate_acceptor or record.two_person:
            raise TwoPersonError(record.id)
        return
    _check_separation(case, record, standing)
    _check_two_persons(case, record, standing)


def reach(lease: LeaseHeld, record: Delegation) -> datetime:
    """Until when a node may decide under a record without having heard from the county."""
    return min(lease.until, lease.at + timedelta(hours=record.offline_hours))


def _check_county_power(row: Row, standing: Standing) -> None:
    if row.power not in {Power.REVIEW, Power.DECIDE}:
        return
    officer = standing.officer
    if officer.department != standing.matter.department:
        raise DepartmentMismatchError(f"{officer.department} on {standing.matter.department}")
    if row.power is Power.DECIDE and not officer.has_power(PersonalPower.DECIDE, standing.today):
        raise PersonalPowerMissingError(officer.id)


def _governing(row: Row, standing: Standing) -> Delegation:
    levels = _levels(row, standing)
    for level in levels:
        record = governing(
            standing.delegations,
            node=standing.node,
            matter=standing.matter.id,
            version=standing.matter.version,
            level=level,
            on=standing.today,
            facts=standing.facts,
            positions=standing.officer.position_kinds,
        )
        if record is not None:
            return record
    raise NotDelegatedError(f"{standing.node} has no {levels} for {standing.matter.id}")


def _levels(row: Row, standing: Standing) -> tuple[Level, ...]:
    """The levels that give a power; `final` includes acceptance for an instant matter only."""
    match row.power:
        case Power.ASSIST:
            return (Level.ASSIST,)
        case Power.ACCEPT:
            return (Level.ACCEPT, Level.FINAL) if standing.matter.is_instant else (Level.ACCEPT,)
        case Power.INTAKE:
            return (Level.ACCEPT, Level.FINAL, Level.ASSIST)
        case _:
            return (Level.FINAL,)


def _check_separation(case: Case, record: Delegation, standing: Standing) -> None:
    if not record.separate_acceptor:
        return
    taken_in = case.moments("receive", "accept", "accept_deferred")
    acceptors = {standing.person(moment.officer) for moment in taken_in}
    acceptors |= {standing.person(moment.acting_for) for moment in taken_in if moment.acting_for}
    if standing.officer.person in acceptors:
        raise SeparateAcceptorError(record.id)


def _check_two_persons(case: Case, record: Delegation, standing: Standing) -> None:
    if not record.two_person:
        return
    others = [
        moment
        for moment in case.moments("opine")
        if moment.node == standing.node
        and moment.outcome == "pass"
        and standing.person(moment.officer) != standing.officer.person
    ]
    if not others:
        raise TwoPersonError(record.id)


def may_take_in(standing: Standing) -> bool:
    """Whether the node can take this matter in at all, in any officer's hands."""
    if standing.is_county:
        return True
    return bool(
        levels_at(
            standing.delegations,
            node=standing.node,
            matter=standing.matter.id,
            version=standing.matter.version,
            on=standing.today,
            facts=standing.facts,
        )
    )
