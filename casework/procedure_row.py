"""What a line of the procedure says: when an act is open, who may do it, what it brings about."""

from enum import StrEnum
from functools import cache

from msgspec import Struct

from casework.act import Act
from casework.case import Status
from casework.clock import ClockName, EventKind
from casework.organisation import Power as PersonalPower
from casework.organisation import Role

ClockEffect = tuple[ClockName, EventKind]


class Power(StrEnum):
    """What a node or officer must hold for an act."""

    INTAKE = "intake"  # any level at all, or the county's own right
    ASSIST = "assist"
    ACCEPT = "accept"  # `accept` or `final`, or the county's own right
    REVIEW = "review"  # the matter's department at the county, or a node that holds `final`
    FIRST_REVIEW = "first_review"  # as REVIEW, or a node that accepts a matter it reviews first
    DECIDE = "decide"  # as REVIEW, by a final decision's rules away from the county
    COUNTER = "counter"  # any hall or station that holds the pen
    DEPARTMENT = "department"  # the matter's department at the county, and nobody else
    COUNTY = "county"
    PEN = "pen"  # whoever holds the pen


class Row(Struct, frozen=True, kw_only=True):
    """One line of the procedure."""

    number: str
    act: type[Act]
    opens: frozenset[Status | None]  # None: an act that begins a case
    leads_to: Status | None = None  # None: unchanged, or computed by the fold
    power: Power
    roles: frozenset[Role] = frozenset()  # any of them; empty: any officer of the node
    personal: frozenset[PersonalPower] = frozenset()  # at the county, any of these is held
    clocks: tuple[ClockEffect, ...] = ()
    document: str | None = None
    offline: bool = True
    parts: frozenset[str] = frozenset()  # names of parts that must come with the act

    @property
    def name(self) -> str:
        return name_of(self.act)


@cache
def name_of(act: type[Act]) -> str:
    """The act's name on the wire."""
    tag = act.__struct_config__.tag
    assert isinstance(tag, str)
    return tag
