"""Where a matter is taken in, decided or collected, as the delegation list stands on a day.

What is told of a matter before anybody applies: no case is known, so a record that holds for some
cases only is told as such. Whether an act is open in a case is for `casework.authority`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from casework.delegation import Delegation, Level, Revocation
from casework.matter import HallMode, MatterVersion
from casework.names import DelegationId, MatterId, NodeId
from casework.regions import NodeKind, Regions

# In the order in which people look for them.
_PLACE: Final = {
    kind: place
    for place, kind in enumerate(
        (NodeKind.COUNTY_HALL, NodeKind.SUBCENTRE, NodeKind.TOWNSHIP, NodeKind.VILLAGE)
    )
}
_TAKING_IN: Final = frozenset({Level.FINAL, Level.ACCEPT})


class Offer(Struct, frozen=True, kw_only=True):
    """What one node does about a matter."""

    node: NodeId
    kind: NodeKind
    levels: frozenset[Level]
    is_conditional: bool = False  # each of its records holds for some cases only

    @property
    def takes_in(self) -> bool:
        return not self.levels.isdisjoint(_TAKING_IN)

    @property
    def decides(self) -> bool:
        return Level.FINAL in self.levels

    @property
    def assists(self) -> bool:
        """Whether it only collects papers for a hall."""
        return Level.ASSIST in self.levels and not self.takes_in


class Grants(Struct, frozen=True, dict=True):
    """The records that a list holds, by matter; made once for the sets in force."""

    by_matter: Mapping[MatterId, tuple[Delegation, ...]]
    revoked: Mapping[DelegationId, tuple[Revocation, ...]]

    @classmethod
    def of(cls, records: Iterable[Delegation], revocations: Iterable[Revocation]) -> "Grants":
        by_matter: dict[MatterId, list[Delegation]] = defaultdict(list)
        for record in records:
            by_matter[record.matter].append(record)
        revoked: dict[DelegationId, list[Revocation]] = defaultdict(list)
        for each in revocations:
            revoked[each.delegation].append(each)
        return cls(
            {matter: tuple(held) for matter, held in by_matter.items()},
            {record: tuple(taken) for record, taken in revoked.items()},
        )

    def standing(self, matter: MatterVersion, now: datetime, on: date) -> Iterator[Delegation]:
        """The records over a matter that stand; none of a node from which it is withheld."""
        records = [
            record
            for record in self.by_matter.get(matter.id, ())
            if record.covers(matter.id, matter.version, on)
            and not any(each.touches(record.id, now) for each in self.revoked.get(record.id, ()))
        ]
        withheld = {
            record.grantee
            for record in records
            if record.level is Level.NONE and not record.conditions
        }
        yield from (
            record
            for record in records
            if record.level is not Level.NONE and record.grantee not in withheld
        )


def offers_of(
    matter: MatterVersion, grants: Grants, regions: Regions, now: datetime, on: date
) -> tuple[Offer, ...]:
    """The county's own halls, then townships, then villages, each in the order of their ids."""
    held: dict[NodeId, list[Delegation]] = defaultdict(list)
    for record in grants.standing(matter, now, on):
        held[record.grantee].append(record)
    offers = {
        node.id: Offer(node=node.id, kind=node.kind, levels=frozenset({Level.ACCEPT}))
        for node in regions.county_halls
        if _is_of_right(matter, node.kind, node.id)
    }
    for grantee, records in held.items():
        known = regions.node(grantee)
        if known is not None and grantee not in offers and known.kind in _PLACE:
            offers[grantee] = Offer(
                node=grantee,
                kind=known.kind,
                levels=frozenset(each.level for each in records),
                is_conditional=all(each.conditions for each in records),
            )
    return tuple(sorted(offers.values(), key=lambda each: (_PLACE[each.kind], each.node)))


def _is_of_right(matter: MatterVersion, kind: NodeKind, node: NodeId) -> bool:
    """The county's halls need no record; a sub-centre is for the matters that name it."""
    if matter.hall.mode is HallMode.OFF_HALL:
        return False
    if kind is NodeKind.SUBCENTRE:
        return matter.hall.subcentre == node
    return kind is NodeKind.COUNTY_HALL
