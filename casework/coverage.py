"""How far the halls reach: what has a window, who decides it, what is watched, and where not.

A county is asked for three things of every matter: that it has come into the hall, that whoever
sits there may decide, and that its course is watched (进驻到位、授权到位、电子监察到位). Of every
township and village it is told what it takes in, decides or collects, what share of all matters
that is, and which of those that may be given to its tier it does not have.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.matter import CaseKind, HallMode, MatterVersion, ReceiptRule
from casework.names import DepartmentId, MatterId, NodeId, is_of_county
from casework.offers import Grants, Offer, offers_of
from casework.organisation import Organisation, Power
from casework.regions import NodeKind, NodeRecord, Regions

_BELOW: Final = (NodeKind.TOWNSHIP, NodeKind.VILLAGE)


class Gap(StrEnum):
    """What a matter lacks; worded by these values."""

    NO_WINDOW = "no_window"  # no window of the county's halls names it
    NOT_WHOLLY_IN = "not_wholly_in"  # taken in for somebody else, or only registered
    NO_DECIDER = "no_decider"  # nobody at the county and no node below may decide it
    NOT_WATCHED = "not_watched"  # decided outside, and only told of here
    STEP_WITHOUT_LIMIT = "step_without_limit"  # a step on the clock that can never be late


class MatterCover(Struct, frozen=True, kw_only=True):
    """Where one matter is handled: how many townships and villages, of how many."""

    matter: MatterVersion
    deciders: int  # at the county
    towns_taking_in: int
    towns_deciding: int
    villages_taking_in: int
    villages_deciding: int
    villages_assisting: int
    gaps: tuple[Gap, ...]


class PlaceCover(Struct, frozen=True, kw_only=True):
    """What one township or village does, by matter."""

    node: NodeRecord
    takes_in: tuple[MatterId, ...]
    decides: tuple[MatterId, ...]
    assists: tuple[MatterId, ...]
    lacks: tuple[MatterId, ...]  # may be given to its tier, and is not


class Coverage(Struct, frozen=True, kw_only=True):
    matters: tuple[MatterCover, ...]
    places: tuple[PlaceCover, ...]
    towns: int
    villages: int

    def with_gap(self, gap: Gap) -> int:
        return sum(gap in each.gaps for each in self.matters)


def coverage_of(  # noqa: PLR0913 - what it is made of
    matters: Iterable[MatterVersion],
    grants: Grants,
    *,
    regions: Regions,
    organisation: Organisation,
    now: datetime,
    on: date,
) -> Coverage:
    """As of one instant, of the versions in force that are given."""
    nodes = [node for node in regions.nodes if node.kind in _BELOW]
    held: dict[NodeId, list[tuple[MatterVersion, Offer]]] = {node.id: [] for node in nodes}
    deciders = _deciders(organisation, on)
    windows = _with_window(organisation)
    covers, every = [], tuple(matters)
    for matter in every:
        offers = offers_of(matter, grants, regions, now, on)
        for offer in offers:
            if offer.node in held:
                held[offer.node].append((matter, offer))
        covers.append(_cover(matter, offers, deciders, windows))
    return Coverage(
        matters=tuple(covers),
        places=tuple(_place(node, held[node.id], every) for node in nodes),
        towns=sum(node.kind is NodeKind.TOWNSHIP for node in nodes),
        villages=sum(node.kind is NodeKind.VILLAGE for node in nodes),
    )


def _cover(
    matter: MatterVersion,
    offers: tuple[Offer, ...],
    deciders: dict[tuple[DepartmentId, Power], int],
    windows: frozenset[MatterId],
) -> MatterCover:
    towns = [each for each in offers if each.kind is NodeKind.TOWNSHIP]
    villages = [each for each in offers if each.kind is NodeKind.VILLAGE]
    power = Power.DECIDE
    if matter.case_kind is CaseKind.FORWARDED:
        power = Power.REVIEW_REPORT  # decided above: here it is only examined and passed on
    at_county = deciders.get((matter.department, power), 0)
    decided = at_county > 0 or any(each.decides for each in offers)
    return MatterCover(
        matter=matter,
        deciders=at_county,
        towns_taking_in=sum(each.takes_in for each in towns),
        towns_deciding=sum(each.decides for each in towns),
        villages_taking_in=sum(each.takes_in for each in villages),
        villages_deciding=sum(each.decides for each in villages),
        villages_assisting=sum(each.assists for each in villages),
        gaps=tuple(_gaps(matter, has_window=matter.id in windows, is_decided=decided)),
    )


def _gaps(matter: MatterVersion, *, has_window: bool, is_decided: bool) -> Iterator[Gap]:
    mode = matter.hall.mode
    if mode is HallMode.OFF_HALL or not has_window:
        yield Gap.NO_WINDOW
    elif mode is not HallMode.RESIDENT:
        yield Gap.NOT_WHOLLY_IN
    if not is_decided:
        yield Gap.NO_DECIDER
    if mode is HallMode.OFF_HALL or matter.legal_receipt.rule is ReceiptRule.MIRRORED:
        yield Gap.NOT_WATCHED
    if any(step.on_clock and step.limit is None for step in matter.steps):
        yield Gap.STEP_WITHOUT_LIMIT


def _place(
    node: NodeRecord, held: list[tuple[MatterVersion, Offer]], every: tuple[MatterVersion, ...]
) -> PlaceCover:
    having = {matter.id for matter, _ in held}
    return PlaceCover(
        node=node,
        takes_in=tuple(matter.id for matter, offer in held if offer.takes_in),
        decides=tuple(matter.id for matter, offer in held if offer.decides),
        assists=tuple(matter.id for matter, offer in held if offer.assists),
        lacks=tuple(
            matter.id
            for matter in every
            if matter.id not in having and _may_be_given(matter, node.kind)
        ),
    )


def _may_be_given(matter: MatterVersion, kind: NodeKind) -> bool:
    may = matter.delegable
    return bool(may.township if kind is NodeKind.TOWNSHIP else may.village)


def _deciders(organisation: Organisation, on: date) -> dict[tuple[DepartmentId, Power], int]:
    """How many officers of a department, trained and in service, hold a power on a day."""
    found: dict[tuple[DepartmentId, Power], int] = {}
    for officer in organisation.officers:
        if officer.department is None or not officer.may_work(on):
            continue
        powers = {each for each in Power if officer.has_power(each, on)}
        if Power.DECIDE in powers:
            powers.add(Power.REVIEW_REPORT)
        for power in powers:
            key = officer.department, power
            found[key] = found.get(key, 0) + 1
    return found


def _with_window(organisation: Organisation) -> frozenset[MatterId]:
    """The matters that a window of the county's own halls names."""
    return frozenset(
        matter
        for window in organisation.windows
        if is_of_county(window.node)
        for matter in window.matters
    )
