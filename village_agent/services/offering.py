"""What may be taken in at this village, and where a resident goes with everything else."""

from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct

from casework.delegation import Delegation, Level
from casework.matter import MatterVersion
from casework.names import NodeId
from village_agent.services.station import Station
from webui.paper_sheets import scenario_choices

How = Literal["final", "accept", "assist"]

ELSEWHERE_MAX: Final = 8
_LEVELS: Final[tuple[How, ...]] = ("final", "accept", "assist")


class Offered(Struct, frozen=True, kw_only=True):
    """A matter that is taken in here: decided on the spot, accepted, or collected for the town."""

    matter: MatterVersion
    how: How
    conditions: tuple[str, ...]

    @property
    def scenarios(self) -> tuple[tuple[str, str], ...]:
        return scenario_choices(self.matter)


class Elsewhere(Struct, frozen=True, kw_only=True):
    """A matter that is not taken in here, and who takes it in."""

    matter: MatterVersion
    where: str
    at_town: bool

    @property
    def scenarios(self) -> tuple[tuple[str, str], ...]:
        return scenario_choices(self.matter)


def offered(station: Station, text: str = "") -> tuple[Offered, ...]:
    """What fits the text and may be done here, best first; without a text all there is."""
    found = station.holdings.catalogue.search(text, station.today())
    return tuple(one for matter in found if (one := offer_of(station, matter)) is not None)


def elsewhere(station: Station, text: str) -> tuple[Elsewhere, ...]:
    """What fits the text and is not for this village, with the place to go."""
    if not text.strip():
        return ()
    found = station.holdings.catalogue.search(text, station.today())
    return tuple(_elsewhere(station, found))[:ELSEWHERE_MAX]


def offer_of(station: Station, matter: MatterVersion) -> Offered | None:
    """How a matter is taken in here, whatever the applicant will say; None if not at all."""
    records = _records(station, station.me, matter)
    for level in _LEVELS:
        held = [record for record in records if record.level.value == level]
        if held:
            # A record without conditions covers every case.
            free = any(not record.conditions for record in held)
            words = () if free else tuple(one.text for one in held[0].conditions if one.text)
            return Offered(matter=matter, how=level, conditions=words)
    return None


def _elsewhere(station: Station, found: tuple[MatterVersion, ...]) -> Iterator[Elsewhere]:
    for matter in found:
        if offer_of(station, matter) is not None:
            continue
        taken = {record.level for record in _records(station, station.parent, matter)}
        at_town = not taken.isdisjoint({Level.FINAL, Level.ACCEPT})
        yield Elsewhere(
            matter=matter,
            where=station.names.node(station.parent) if at_town else "",
            at_town=at_town,
        )


def _records(station: Station, node: NodeId, matter: MatterVersion) -> list[Delegation]:
    """The records of a node over a matter that stand today; none where one withholds it."""
    now = station.now()
    standing = [
        record
        for record in station.holdings.delegations_of(node)
        if record.covers(matter.id, matter.version, station.today())
        and not any(each.touches(record.id, now) for each in station.holdings.revocations)
    ]
    if any(record.level is Level.NONE and not record.conditions for record in standing):
        return []
    return standing
