"""What an act is judged by: who asks, where, when, and what that node knew."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property

from msgspec import Struct

from casework.act import AnyAct, ReclaimGround
from casework.calendar import Calendar
from casework.condition import Facts
from casework.delegation import Delegation, Revocation
from casework.matter import MatterVersion
from casework.names import (
    CaseId,
    MessageId,
    NodeId,
    OfficerId,
    PersonId,
    Tier,
    is_of_county,
    tier_of,
)
from casework.organisation import AbPair, Officer, PositionKind, Power, Role


class LeaseHeld(Struct, frozen=True):
    """The county's word that a node is in contact: signed at `at`, good until `until`."""

    at: datetime
    until: datetime


class Waiting(Struct, frozen=True):
    """A deposit, or an entry that fell out of the chain: who says what, and since when it counts.

    Somebody else's deposit is adopted as it is. What fell out may be put right, but stays the
    same kind of act: else a lawful early date could be had for any act whatever.
    """

    at: str
    act: AnyAct | None
    may_be_mended: bool = False
    node: NodeId | None = None  # who brought it
    officer: OfficerId | None = None

    def allows(self, restated: AnyAct) -> bool:
        if self.may_be_mended:
            return type(self.act) is type(restated)
        return self.act == restated


class Standing(Struct, frozen=True, kw_only=True, dict=True):
    """Everything but the case and the act that a judgement depends on."""

    node: NodeId
    officer: Officer
    matter: MatterVersion
    delegations: tuple[Delegation, ...]
    revocations: tuple[Revocation, ...] = ()
    calendar: Calendar
    facts: Facts
    now: datetime
    time_suspect: bool = False
    lease: LeaseHeld | None = None  # never asked of the county itself
    sets_behind: bool = False  # a set was announced that the node does not hold yet
    quota_used: Mapping[str, int] = {}  # decisions of this month by delegation id
    acting_for: Officer | None = None
    officers: Mapping[OfficerId, Officer] = {}  # those this node knows of
    ab_pairs: tuple[AbPair, ...] = ()
    duplicates: Mapping[CaseId, datetime] = {}  # open cases of the same application, by receipt
    open_deposits: Mapping[MessageId, Waiting] = {}
    release_requested: bool = False
    leases: Mapping[
        NodeId, LeaseHeld
    ] = {}  # of the pen-holder and its parent, when it is reclaimed
    voucher_fault: str | None = None  # why the receipt that an act rests on is not believed
    # What a reclaim would answer: refused entries and judged decisions, by their ids.
    reclaimable: Mapping[MessageId, frozenset[ReclaimGround]] = {}
    judges_intake_version: bool = True  # whether `matter` must be in effect for a new receipt

    @cached_property
    def today(self) -> date:
        return self.calendar.day_of(self.now)

    @property
    def is_county(self) -> bool:
        """A machine of the county acts by the county's own right, its hall's counter too."""
        return is_of_county(self.node)

    @property
    def tier(self) -> Tier:
        return tier_of(self.node)

    @property
    def position_kinds(self) -> frozenset[PositionKind]:
        """What the officer may speak as, the one stood in for included."""
        own = self.officer.position_kinds
        return own | self.acting_for.position_kinds if self.acting_for else own

    @property
    def persons_acting(self) -> frozenset[str]:
        """Who signs, and in whose stead."""
        acting = {str(self.officer.person)}
        return frozenset(acting | ({str(self.acting_for.person)} if self.acting_for else set()))

    def person(self, officer: OfficerId) -> str:
        known = self.officers.get(officer)
        return known.person if known else PersonId(officer)

    def has_role(self, *roles: Role) -> bool:
        held = {*self.officer.roles, *(self.acting_for.roles if self.acting_for else ())}
        return not held.isdisjoint(roles)

    def has_power(self, *powers: Power) -> bool:
        """A personal power of the officer's own, or of the one stood in for."""
        acting = (self.officer, self.acting_for) if self.acting_for else (self.officer,)
        return any(one.has_power(power, self.today) for one in acting for power in powers)
