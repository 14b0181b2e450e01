"""Delegation: who may do what where, and which record governs (protocol.md section 6).

Levels are explicit and not nested: a township that accepts and decides holds two records. Of the
records that apply at one level the most specific governs; an applying `none` beats them all.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct

from casework.condition import Condition, Facts, holds, may_hold
from casework.fact import Fact
from casework.names import DelegationId, DepartmentId, MatterId, NodeId

# What a record without positions counts as having: more than there are kinds of position.
POSITIONS_WHEN_ANY: Final = 1_000


class Level(StrEnum):
    FINAL = "final"
    ACCEPT = "accept"
    ASSIST = "assist"
    NONE = "none"


class GrantSource(StrEnum):
    """Where a township's power comes from: the law, a department, a resident branch."""

    STATUTORY = "statutory"
    ENTRUSTED = "entrusted"
    RESIDENT_BRANCH = "resident-branch"


class QuotaPeriod(StrEnum):
    MONTH = "month"


class Quota(Fact, frozen=True):
    """So many decisions in one calendar month of local time."""

    per: QuotaPeriod
    count: int


class Delegation(Fact, frozen=True):
    """One signed record. The order of the members is that of the wire; never change it."""

    id: DelegationId
    principal: DepartmentId
    grantee: NodeId
    matter: MatterId
    matter_versions: tuple[int, ...] | None
    level: Level
    conditions: tuple[Condition, ...]
    positions: tuple[str, ...]
    not_before: date
    not_after: date | None
    offline_hours: int
    two_person: bool
    separate_acceptor: bool
    quota: Quota | None
    instrument: str
    source: GrantSource
    redelegate: bool

    def covers(self, matter: MatterId, version: int, on: date) -> bool:
        """Whether the record speaks of this matter, in this version, on this day."""
        if self.matter != matter or on < self.not_before:
            return False
        if self.not_after is not None and on > self.not_after:
            return False
        return self.matter_versions is None or version in self.matter_versions


class RevocationMode(StrEnum):
    PROSPECTIVE = "prospective"
    SUSPEND = "suspend"


class Revocation(Fact, frozen=True):
    """A record taken back as of an instant; `suspend` leaves what was decided to be ratified."""

    id: str
    delegation: DelegationId
    mode: RevocationMode
    since: Annotated[datetime, Meta(tz=True)]
    reason: str
    instrument: str

    def touches(self, delegation: DelegationId, at: datetime) -> bool:
        return self.delegation == delegation and at >= self.since


class Question(Struct, frozen=True, kw_only=True):
    """What is asked of the records: a node's power over one case on one local day."""

    node: NodeId
    matter: MatterId
    version: int
    on: date
    facts: Facts


def governing(  # noqa: PLR0913 - the seven things that decide, each by its name
    records: Iterable[Delegation],
    *,
    node: NodeId,
    matter: MatterId,
    version: int,
    level: Level,
    on: date,
    facts: Facts,
    positions: Collection[str],
) -> Delegation | None:
    """The record that governs at one level, or None where the node has no such power.

    It is the one an act must cite. `positions` are the kinds of position its author holds.
    """
    asked = Question(node=node, matter=matter, version=version, on=on, facts=facts)
    held = [record for record in records if record.grantee == node]
    if withheld(held, asked) is not None:
        return None
    fitting = [
        record
        for record in held
        if record.level is level
        and record.covers(matter, version, on)
        and holds(record.conditions, facts)
        and (not record.positions or not set(record.positions).isdisjoint(positions))
    ]
    return max(fitting, key=specificity, default=None)


def withheld(records: Iterable[Delegation], asked: Question) -> Delegation | None:
    """The `none` that applies, if one does; an unknown fact does not fail its conditions."""
    return next(
        (
            record
            for record in records
            if record.level is Level.NONE
            and record.grantee == asked.node
            and record.covers(asked.matter, asked.version, asked.on)
            and may_hold(record.conditions, asked.facts)
        ),
        None,
    )


def levels_at(  # noqa: PLR0913 - as `governing`
    records: Iterable[Delegation],
    *,
    node: NodeId,
    matter: MatterId,
    version: int,
    on: date,
    facts: Facts,
) -> frozenset[Level]:
    """The levels a node holds over a case, whoever there may use them; empty under a `none`."""
    asked = Question(node=node, matter=matter, version=version, on=on, facts=facts)
    held = [record for record in records if record.grantee == node]
    if withheld(held, asked) is not None:
        return frozenset()
    return frozenset(
        record.level
        for record in held
        if record.level is not Level.NONE
        and record.covers(matter, version, on)
        and holds(record.conditions, facts)
    )


def specificity(record: Delegation) -> tuple[bool, int, int, date]:
    """How closely a record fits; the greatest governs.

    A version list before none, then more conditions, then fewer positions, then the later start.
    A record without positions is open to any, so it counts as having the most.
    """
    positions = len(record.positions) or POSITIONS_WHEN_ANY
    listed = record.matter_versions is not None
    return listed, len(record.conditions), -positions, record.not_before
