"""What an act is judged by: who asks, where, when, and what that node knew."""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from casework.act import AnyAct
from casework.calendar import Calendar
from casework.condition import Facts
from casework.delegation import Delegation, Revocation
from casework.matter import MatterVersion
from casework.names import MessageId, NodeId, OfficerId, PersonId, Tier, is_of_county, tier_of
from casework.organisation import Officer


class LeaseHeld(Struct, frozen=True):
    """The county's word that a node is in contact: signed at `at`, good until `until`."""

    at: datetime
    until: datetime


class Waiting(Struct, frozen=True):
    """A deposit, or an entry that fell out of the chain: when it counts from, and what it says.

    Somebody else's deposit is adopted as it is. What fell out may be put right, but stays the
    same kind of act: else a lawful early date could be had for any act whatever.
    """

    at: str
    act: AnyAct | None
    may_be_mended: bool = False

    def allows(self, restated: AnyAct) -> bool:
        if self.may_be_mended:
            return type(self.act) is type(restated)
        return self.act == restated


class Standing(Struct, frozen=True, kw_only=True):
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
    persons: Mapping[OfficerId, PersonId] = {}
    open_deposits: Mapping[MessageId, Waiting] = {}
    release_requested: bool = False
    judges_intake_version: bool = True  # whether `matter` must be in effect for a new receipt

    @property
    def today(self) -> date:
        return self.calendar.day_of(self.now)

    @property
    def is_county(self) -> bool:
        """A machine of the county acts by the county's own right, its hall's counter too."""
        return is_of_county(self.node)

    @property
    def tier(self) -> Tier:
        return tier_of(self.node)

    def person(self, officer: OfficerId) -> str:
        return self.persons.get(officer, PersonId(officer))
