"""What a list of delegations must satisfy before it is published.

A node obeys what is signed, so what the law forbids (a licence decided by a village, a power
passed on) and what cannot be answered (two records that fit equally) is stopped here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from itertools import combinations

from msgspec import Struct

from casework.condition import Condition, Operator, as_number
from casework.delegation import POSITIONS_WHEN_ANY, Delegation, Level
from casework.matter import MatterRef, MatterVersion
from casework.names import DelegationId, Tier, tier_of
from casework.organisation import PositionKind
from casework.regions import NodeKind


class Fault(StrEnum):
    """Why a record is not published. The values are permanent."""

    TIE = "E_DELEGATION_TIE"
    LICENCE_TO_VILLAGE = "E_LICENCE_TO_VILLAGE"
    REDELEGATION = "E_REDELEGATION"
    NOT_DELEGABLE = "E_LEVEL_NOT_DELEGABLE"
    UNKNOWN_MATTER = "E_DELEGATION_MATTER"
    DATES = "E_DELEGATION_DATES"
    POSITIONS = "E_DELEGATION_POSITIONS"
    QUOTA = "E_DELEGATION_QUOTA"
    OFFLINE_HOURS = "E_DELEGATION_HOURS"
    DUPLICATE_ID = "E_DELEGATION_ID"


class Finding(Struct, frozen=True, order=True):
    """A fault of one record; `other` is the record it collides with."""

    record: DelegationId
    fault: Fault
    other: DelegationId | None = None


def publishing_faults(
    records: Iterable[Delegation], matters: Mapping[MatterRef, MatterVersion]
) -> tuple[Finding, ...]:
    """Everything that forbids publishing these records beside this catalogue."""
    listed = tuple(records)
    found = [
        Finding(record.id, fault) for record in listed for fault in _faults_of(record, matters)
    ]
    seen: set[DelegationId] = set()
    for record in listed:
        if record.id in seen:
            found.append(Finding(record.id, Fault.DUPLICATE_ID))
        seen.add(record.id)
    found += [Finding(one.id, Fault.TIE, other.id) for one, other in ties(listed)]
    return tuple(sorted(found, key=lambda finding: (finding.record, finding.fault)))


def ties(records: Iterable[Delegation]) -> tuple[tuple[Delegation, Delegation], ...]:
    """Pairs of records of one level that could both apply, neither more specific."""
    groups: dict[tuple[str, str, Level], list[Delegation]] = defaultdict(list)
    for record in records:
        if record.level is not Level.NONE:
            groups[record.grantee, record.matter, record.level].append(record)
    return tuple(
        pair for group in groups.values() for pair in combinations(group, 2) if _tie(*pair)
    )


def _faults_of(record: Delegation, matters: Mapping[MatterRef, MatterVersion]) -> Iterator[Fault]:
    yield from _own_faults(record)
    versions = [
        matter
        for ref, matter in matters.items()
        if ref.matter == record.matter
        and (record.matter_versions is None or ref.version in record.matter_versions)
    ]
    if not versions or set(record.matter_versions or ()) - {one.version for one in versions}:
        yield Fault.UNKNOWN_MATTER
    decides = record.level in (Level.FINAL, Level.ACCEPT)
    village = tier_of(record.grantee) is Tier.VILLAGE
    if decides and village and any(one.is_licence for one in versions):
        yield Fault.LICENCE_TO_VILLAGE
    if record.level is not Level.NONE and any(
        record.level not in _delegable(one, record) for one in versions
    ):
        yield Fault.NOT_DELEGABLE


def _own_faults(record: Delegation) -> Iterator[Fault]:
    if record.redelegate:
        yield Fault.REDELEGATION
    if record.not_after is not None and record.not_after < record.not_before:
        yield Fault.DATES
    if set(record.positions) - set(PositionKind) or (
        record.level is Level.NONE and record.positions
    ):
        yield Fault.POSITIONS
    if record.quota is not None and (record.quota.count < 1 or record.level is not Level.FINAL):
        yield Fault.QUOTA
    if record.offline_hours < 0:
        yield Fault.OFFLINE_HOURS


def _delegable(matter: MatterVersion, record: Delegation) -> tuple[str, ...]:
    match _kind_of(record):
        case NodeKind.COUNTY_HALL:
            return matter.delegable.county_hall + matter.delegable.subcentre
        case NodeKind.TOWNSHIP:
            return matter.delegable.township
        case _:
            return matter.delegable.village


def _kind_of(record: Delegation) -> NodeKind:
    if tier_of(record.grantee) is Tier.VILLAGE:
        return NodeKind.VILLAGE
    region = record.grantee.partition("-")[0]
    return NodeKind.COUNTY_HALL if region == record.grantee[:6] else NodeKind.TOWNSHIP


def _tie(one: Delegation, other: Delegation) -> bool:
    same = (
        (one.matter_versions is None) == (other.matter_versions is None)
        and len(one.conditions) == len(other.conditions)
        # An officer may hold several positions, so equal numbers of them collide.
        and _positions(one) == _positions(other)
        and one.not_before == other.not_before
    )
    return same and _versions_meet(one, other) and not _exclude(one.conditions, other.conditions)


def _positions(record: Delegation) -> int:
    return len(record.positions) or POSITIONS_WHEN_ANY


def _versions_meet(one: Delegation, other: Delegation) -> bool:
    if one.matter_versions is None or other.matter_versions is None:
        return True
    return not set(one.matter_versions).isdisjoint(other.matter_versions)


def _exclude(one: Iterable[Condition], other: tuple[Condition, ...]) -> bool:
    """Whether no facts can satisfy both: only what is plain from the values is found."""
    return any(
        _contradict(mine, theirs) for mine in one for theirs in other if mine.field == theirs.field
    )


def _contradict(one: Condition, other: Condition) -> bool:
    if one.op is Operator.EQ and other.op is Operator.EQ:
        mine, theirs = as_number(one.value), as_number(other.value)
        if mine is not None and theirs is not None:
            return mine != theirs
        return one.value != other.value
    low, high = _bounds(one)
    floor, ceiling = _bounds(other)
    return _gap(high, floor) or _gap(ceiling, low)


# A bound and whether the value itself lies within it.
_Bound = tuple[Decimal, bool] | None


def _bounds(condition: Condition) -> tuple[_Bound, _Bound]:
    number = as_number(condition.value)
    if number is None:
        return None, None
    match condition.op:
        case Operator.EQ:
            return (number, True), (number, True)
        case Operator.GE | Operator.GT:
            return (number, condition.op is Operator.GE), None
        case Operator.LE | Operator.LT:
            return None, (number, condition.op is Operator.LE)
        case _:
            return None, None


def _gap(top: _Bound, bottom: _Bound) -> bool:
    if top is None or bottom is None:
        return False
    return top[0] < bottom[0] or (top[0] == bottom[0] and not (top[1] and bottom[1]))
