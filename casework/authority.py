"""Power: whether this officer, at this node, on this day, may do such a thing to such a case.

A county machine acts by the county's own right; every other node needs a delegation record, and
the act must cite the one that governs (protocol.md section 6).
"""

from datetime import datetime, timedelta
from typing import Final

from casework.act import ReclaimGround, ReclaimPen
from casework.case import Case, Moment
from casework.delegation import Delegation, Level, governing, levels_at
from casework.errors import (
    ClockSuspectError,
    DelegationRevokedError,
    DepartmentMismatchError,
    LeaseEndedError,
    NotDelegatedError,
    OfficerEndedError,
    OfficerNotHereError,
    OfficerNotTrainedError,
    PersonalPowerMissingError,
    QuotaExhaustedError,
    ReclaimGroundError,
    RoleMissingError,
    SeparateAcceptorError,
    SetsNotHeldError,
    StillInReachError,
    SubstituteError,
    TwoPersonError,
    WrongNodeError,
)
from casework.matter import reviews_first
from casework.names import Tier, is_county, is_of_county, parent_of
from casework.organisation import Barred, PositionKind, Role, stands_in_for
from casework.procedure import Power, Row
from casework.standing import LeaseHeld, Standing

# The judge's tolerance beyond a lease, added once (protocol.md section 6); authors have none.
GRACE: Final = timedelta(hours=24)

_OF_A_DEPARTMENT: Final = frozenset(
    {Power.REVIEW, Power.FIRST_REVIEW, Power.DECIDE, Power.DEPARTMENT}
)

_OF_ALL_DEPARTMENTS: Final = frozenset(
    {Role.CLERK, Role.ISSUING, Role.COORDINATOR, Role.VILLAGE_AGENT}
)


def check_officer(row: Row, standing: Standing) -> None:
    """The officer works here, is trained, and holds a role that the row names."""
    officer = standing.officer
    here = officer.node == standing.node or (standing.is_county and is_of_county(officer.node))
    if not here:
        raise OfficerNotHereError(f"{officer.id} works at {officer.node}, not {standing.node}")
    match officer.barred(standing.today):
        case Barred.UNTRAINED:
            raise OfficerNotTrainedError(officer.id)
        case Barred.ENDED:
            raise OfficerEndedError(officer.id)
    _check_substitute(standing)
    if row.roles and not standing.has_role(*row.roles):
        raise RoleMissingError(f"{officer.id} holds {officer.roles}, {row.name} asks {row.roles}")
    _check_department(row, standing)


def _check_department(row: Row, standing: Standing) -> None:
    """At the county a department's officers act in its matters only; a counter serves them all."""
    at_a_desk = _OF_ALL_DEPARTMENTS & row.roles
    if not standing.is_county or standing.has_role(*at_a_desk):
        return
    if standing.officer.department != standing.matter.department:
        department = standing.officer.department
        raise DepartmentMismatchError(f"{department} on {standing.matter.department}")


def _check_substitute(standing: Standing) -> None:
    """Who acts for another does so on a dated authority (row B6)."""
    if standing.acting_for is None:
        return
    may = stands_in_for(standing.ab_pairs, standing.officer.id, standing.today)
    if standing.acting_for.id not in may:
        raise SubstituteError(
            f"{standing.officer.id} does not stand in for {standing.acting_for.id}"
        )
    # What somebody may no longer do, nobody does in their stead.
    if not standing.acting_for.may_work(standing.today):
        raise SubstituteError(f"{standing.acting_for.id} is not in service")


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
        case Power.DEPARTMENT if not standing.is_county:
            raise WrongNodeError(f"{row.name} is the county's")
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


def check_reclaim(case: Case | None, act: ReclaimPen, standing: Standing) -> None:
    """What the county says is its reason to take the pen is one.

    A refusal or a verdict counts while the holder can be reached, so it must be there and must not
    have been answered yet: else each would be a way round the lease.
    """
    if act.ground is ReclaimGround.LEASE_ENDED:
        if case is not None:
            check_silence(case, standing)
    elif act.of is None or act.ground not in standing.reclaimable.get(act.of, ()):
        raise ReclaimGroundError(f"no {act.ground} of {act.of} is to be answered")


def check_silence(case: Case, standing: Standing) -> None:
    """A pen is taken from whoever cannot be asked for it, and from nobody else.

    While the lease and grace of its holder or of the holder's parent live by the county's clock,
    either may yet be heard (protocol.md section 5a); the county itself always is.
    """
    parent = parent_of(case.pen)
    if parent is None:
        raise StillInReachError(f"{case.pen} is the county itself")
    for node in (case.pen, parent):
        lease = standing.leases.get(node)
        if lease is not None and standing.now <= lease.until + GRACE:
            raise StillInReachError(f"{node} until {lease.until} and {GRACE}")


def _check_county_power(row: Row, standing: Standing) -> None:
    if row.power not in _OF_A_DEPARTMENT:
        return
    officer = standing.officer
    if officer.department != standing.matter.department:
        raise DepartmentMismatchError(f"{officer.department} on {standing.matter.department}")
    if row.personal and not standing.has_power(*row.personal):
        raise PersonalPowerMissingError(officer.id)


def _governing(row: Row, standing: Standing) -> Delegation:
    levels = _levels(row, standing)
    for level in levels:
        owns = row.power is Power.FIRST_REVIEW and level is Level.ACCEPT and _owns_a_step(standing)
        record = governing(
            standing.delegations,
            node=standing.node,
            matter=standing.matter.id,
            version=standing.matter.version,
            level=level,
            on=standing.today,
            facts=standing.facts,
            positions=frozenset(PositionKind) if owns else standing.position_kinds,
        )
        if record is not None:
            return record
    raise NotDelegatedError(f"{standing.node} has no {levels} for {standing.matter.id}")


def _owns_a_step(standing: Standing) -> bool:
    """Whether the officer holds the position that a step of the matter here names.

    The positions of a record that lets a node accept say who accepts; whose the first review is,
    the matter says.
    """
    tier = standing.tier.value
    named = {step.position for step in standing.matter.steps if step.tier == tier}
    return not named.isdisjoint(standing.position_kinds)


def _levels(row: Row, standing: Standing) -> tuple[Level, ...]:
    """The levels that give a power; `final` includes acceptance for an instant matter only."""
    match row.power:
        case Power.ASSIST:
            return (Level.ASSIST,)
        case Power.ACCEPT:
            return (Level.ACCEPT, Level.FINAL) if standing.matter.is_instant else (Level.ACCEPT,)
        case Power.INTAKE:
            return (Level.ACCEPT, Level.FINAL, Level.ASSIST)
        case Power.FIRST_REVIEW if reviews_first(standing.matter, standing.tier):
            return (Level.FINAL, Level.ACCEPT)
        case _:
            return (Level.FINAL,)


def _check_separation(case: Case, record: Delegation, standing: Standing) -> None:
    if not record.separate_acceptor:
        return
    taken_in = case.moments("receive", "accept", "accept_deferred")
    acceptors = {standing.person(moment.officer) for moment in taken_in}
    acceptors |= {standing.person(moment.acting_for) for moment in taken_in if moment.acting_for}
    if not acceptors.isdisjoint(standing.persons_acting):
        raise SeparateAcceptorError(record.id)


def _check_two_persons(case: Case, record: Delegation, standing: Standing) -> None:
    """Another person of this node, in a position the record names, found for it before."""
    if not record.two_person:
        return
    if not any(_is_second_person(moment, record, standing) for moment in case.moments("opine")):
        raise TwoPersonError(record.id)


def _is_second_person(moment: Moment, record: Delegation, standing: Standing) -> bool:
    if moment.node != standing.node or moment.outcome != "pass":
        return False
    speaking = {standing.person(each) for each in (moment.officer, moment.acting_for) if each}
    if not speaking.isdisjoint(standing.persons_acting):
        return False
    known = standing.officers.get(moment.officer)
    kinds = known.position_kinds if known else frozenset()
    return not record.positions or not kinds.isdisjoint(record.positions)


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
