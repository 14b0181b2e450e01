"""What a node is told of its powers is what the rules would tell each act."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from casework.condition import Condition, Operator
from casework.delegation import Delegation, Level, Quota, QuotaPeriod, Revocation, RevocationMode
from casework.names import DelegationId
from casework.powers import Obstacle, PowerHeld, Present, powers_of
from casework.standing import LeaseHeld
from tests.casework.test_delegation import PLAIN

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRESENT = Present(
    now=NOW,
    today=date(2026, 11, 20),
    time_suspect=False,
    sets_behind=False,
    lease=LeaseHeld(NOW - HOUR, NOW + 71 * HOUR),
    quota_used={},
)
FEW = replace(PLAIN, quota=Quota(QuotaPeriod.MONTH, 2))
NONE = replace(PLAIN, id=DelegationId("d2"), level=Level.NONE, positions=())


def revoked(mode: RevocationMode, since: datetime) -> Revocation:
    return Revocation("r1", PLAIN.id, mode, since, "", "")


def one(
    record: Delegation = PLAIN,
    present: Present = PRESENT,
    *revocations: Revocation,
    beside: tuple[Delegation, ...] = (),
) -> PowerHeld:
    [held] = powers_of((record, *beside), revocations, present)
    return held


def test_a_power_reaches_as_far_as_lease_and_record_do() -> None:
    assert one().obstacles == ()
    assert one().until == NOW + 23 * HOUR  # the record's own hours end first
    long = replace(PLAIN, offline_hours=1000)
    assert one(long).until == NOW + 71 * HOUR


@pytest.mark.parametrize(
    ("record", "present", "revocations", "expected"),
    [
        (replace(PLAIN, not_before=date(2026, 11, 21)), PRESENT, (), Obstacle.NOT_YET),
        (replace(PLAIN, not_before=date(2026, 11, 20)), PRESENT, (), None),
        (replace(PLAIN, not_after=date(2026, 11, 20)), PRESENT, (), None),
        (replace(PLAIN, not_after=date(2026, 11, 19)), PRESENT, (), Obstacle.OVER),
        (PLAIN, replace(PRESENT, time_suspect=True), (), Obstacle.CLOCK_SUSPECT),
        (PLAIN, replace(PRESENT, sets_behind=True), (), Obstacle.SETS_BEHIND),
        (PLAIN, replace(PRESENT, lease=None), (), Obstacle.NO_LEASE),
        (PLAIN, replace(PRESENT, now=NOW + 23 * HOUR), (), None),
        (PLAIN, replace(PRESENT, now=NOW + 24 * HOUR), (), Obstacle.LEASE_OVER),
        (FEW, replace(PRESENT, quota_used={PLAIN.id: 1}), (), None),
        (FEW, replace(PRESENT, quota_used={PLAIN.id: 2}), (), Obstacle.QUOTA_USED),
        (PLAIN, PRESENT, (revoked(RevocationMode.SUSPEND, NOW),), Obstacle.SUSPENDED),
        (PLAIN, PRESENT, (revoked(RevocationMode.SUSPEND, NOW + HOUR),), None),
        (PLAIN, PRESENT, (revoked(RevocationMode.PROSPECTIVE, NOW),), Obstacle.TAKEN_BACK),
    ],
)
def test_what_stands_in_the_way_is_named(
    record: Delegation,
    present: Present,
    revocations: tuple[Revocation, ...],
    expected: Obstacle | None,
) -> None:
    assert one(record, present, *revocations).obstacles == ((expected,) if expected else ())


def test_what_keeps_a_node_from_deciding_does_not_keep_it_from_taking_in() -> None:
    accepts = replace(PLAIN, level=Level.ACCEPT)
    cut_off = replace(PRESENT, time_suspect=True, sets_behind=True, lease=None)
    assert one(accepts, cut_off).is_open
    assert one(accepts, cut_off).until is None


def test_a_none_for_every_case_withholds_and_one_for_some_does_not() -> None:
    assert one(beside=(NONE,)).obstacles == (Obstacle.WITHHELD,)
    some = replace(NONE, conditions=(Condition("volume_m3", Operator.GT, 15),))
    assert one(beside=(some,)).is_open


def test_what_is_left_of_a_quota_is_never_less_than_nothing() -> None:
    assert one(FEW, replace(PRESENT, quota_used={PLAIN.id: 5})).left == 0
    assert one(FEW).left == 2
    assert one().left is None
