"""What a node may do now by each record that it holds, until when, and why not.

The answers are those of `casework.authority`, asked of a record instead of an act: what stands in
the way of every case is told before anybody opens one.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from casework.authority import reach
from casework.delegation import Delegation, Level, Revocation, RevocationMode
from casework.standing import LeaseHeld


class Obstacle(StrEnum):
    """Why a record gives nothing now; worded by screens, so never change a value."""

    NOT_YET = "not_yet"
    OVER = "over"
    WITHHELD = "withheld"
    SUSPENDED = "suspended"
    TAKEN_BACK = "taken_back"
    CLOCK_SUSPECT = "clock_suspect"
    SETS_BEHIND = "sets_behind"
    NO_LEASE = "no_lease"
    LEASE_OVER = "lease_over"
    QUOTA_USED = "quota_used"


class Present(Struct, frozen=True, kw_only=True):
    """What a node knows of itself at the moment that is asked about."""

    now: datetime
    today: date
    time_suspect: bool
    sets_behind: bool
    lease: LeaseHeld | None
    quota_used: Mapping[str, int]
    county_at: datetime | None = None  # the newest time that the county signed


class PowerHeld(Struct, frozen=True, kw_only=True):
    record: Delegation
    obstacles: tuple[Obstacle, ...]
    until: datetime | None  # a decision: when the node has to hear from the county by
    left: int | None  # of its quota, in this month
    revocations: tuple[Revocation, ...]  # those to come among them

    @property
    def is_open(self) -> bool:
        return not self.obstacles


def powers_of(
    records: Iterable[Delegation], revocations: Iterable[Revocation], present: Present
) -> tuple[PowerHeld, ...]:
    """Each record that gives something, final powers first."""
    listed, revoked = tuple(records), tuple(revocations)
    order = {level: place for place, level in enumerate(Level)}
    held = [
        _held(record, listed, [each for each in revoked if each.delegation == record.id], present)
        for record in listed
        if record.level is not Level.NONE
    ]
    return tuple(sorted(held, key=lambda each: (order[each.record.level], each.record.id)))


def _held(
    record: Delegation,
    records: tuple[Delegation, ...],
    revocations: list[Revocation],
    present: Present,
) -> PowerHeld:
    decides = record.level is Level.FINAL
    found = [*_outside_its_days(record, present.today)]
    if any(_withholds(each, record, present.today) for each in records):
        found.append(Obstacle.WITHHELD)
    left = None
    if record.quota is not None:
        left = max(0, record.quota.count - present.quota_used.get(record.id, 0))
    if decides:
        found.extend(_revoked(revocations, record, present.now))
        found.extend(_of_the_node(record, present))
        if left == 0:
            found.append(Obstacle.QUOTA_USED)
    until = reach(present.lease, record) if decides and present.lease is not None else None
    return PowerHeld(
        record=record,
        obstacles=tuple(found),
        until=until,
        left=left,
        revocations=tuple(revocations),
    )


def _outside_its_days(record: Delegation, today: date) -> Iterable[Obstacle]:
    if today < record.not_before:
        yield Obstacle.NOT_YET
    if record.not_after is not None and today > record.not_after:
        yield Obstacle.OVER


def _withholds(none: Delegation, record: Delegation, today: date) -> bool:
    """Whether a `none` takes the matter from the node whatever the case is."""
    if none.level is not Level.NONE or none.matter != record.matter or none.conditions:
        return False
    return none.matter_versions is None and none.not_before <= today <= (none.not_after or today)


def _revoked(
    revocations: Iterable[Revocation], record: Delegation, now: datetime
) -> Iterable[Obstacle]:
    modes = {each.mode for each in revocations if each.touches(record.id, now)}
    if RevocationMode.SUSPEND in modes:
        yield Obstacle.SUSPENDED
    if RevocationMode.PROSPECTIVE in modes:
        yield Obstacle.TAKEN_BACK


def _of_the_node(record: Delegation, present: Present) -> Iterable[Obstacle]:
    if present.time_suspect:
        yield Obstacle.CLOCK_SUSPECT
    if present.sets_behind:
        yield Obstacle.SETS_BEHIND
    if present.lease is None:
        yield Obstacle.NO_LEASE
    elif present.now > reach(present.lease, record):
        yield Obstacle.LEASE_OVER
