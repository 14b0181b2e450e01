"""The places of a county and the nodes that stand in them."""

from enum import StrEnum
from functools import cached_property

from casework.catalogue import decode_exact
from casework.fact import Fact
from casework.names import NodeId, RegionCode


class NodeKind(StrEnum):
    COUNTY = "county"
    COUNTY_HALL = "county_hall"
    SUBCENTRE = "subcentre"
    TOWNSHIP = "township"
    VILLAGE = "village"


class VillageKind(StrEnum):
    VILLAGE = "village"
    COMMUNITY = "community"


class LinkKind(StrEnum):
    """What line a village has."""

    FIBRE = "fibre"
    MOBILE = "mobile"
    NONE = "none"


class Village(Fact, frozen=True):
    code: RegionCode
    name: str
    kind: VillageKind
    name_status: str
    code_status: str
    link: LinkKind


class Township(Fact, frozen=True):
    code: RegionCode
    code12: str
    name: str
    name_status: str
    code_status: str
    seat: str
    villages: tuple[Village, ...]


class County(Fact, frozen=True):
    code: RegionCode
    code12: str
    name: str
    kind: str
    city: str
    name_status: str
    code_status: str


class NodeRecord(Fact, frozen=True):
    """A node of the county; `parent` is None for the county itself."""

    id: NodeId
    kind: NodeKind
    region: RegionCode
    name: str
    parent: NodeId | None


class Regions(Fact, frozen=True, dict=True):
    """The places and nodes of one county."""

    format: int
    county: County
    townships: tuple[Township, ...]
    nodes: tuple[NodeRecord, ...]

    def name_of(self, region: RegionCode) -> str | None:
        """A place in full below the county: a village's name stands after its township's."""
        return self._names.get(region)

    def node(self, node: NodeId) -> NodeRecord | None:
        return self._nodes.get(node)

    def knows(self, region: RegionCode) -> bool:
        return region in self._names

    @property
    def villages(self) -> tuple[Village, ...]:
        return tuple(village for town in self.townships for village in town.villages)

    @cached_property
    def county_halls(self) -> tuple[NodeRecord, ...]:
        """The county's own halls, sub-centres among them."""
        kinds = {NodeKind.COUNTY_HALL, NodeKind.SUBCENTRE}
        return tuple(node for node in self.nodes if node.kind in kinds)

    @cached_property
    def counters(self) -> tuple[NodeRecord, ...]:
        """The halls, of which an applicant may choose any to collect a result."""
        kinds = {NodeKind.TOWNSHIP, NodeKind.COUNTY_HALL, NodeKind.SUBCENTRE}
        return tuple(node for node in self.nodes if node.kind in kinds)

    @cached_property
    def _nodes(self) -> dict[NodeId, NodeRecord]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _names(self) -> dict[RegionCode, str]:
        names = {self.county.code: self.county.name}
        for town in self.townships:
            names[town.code] = town.name
            names |= {village.code: town.name + village.name for village in town.villages}
        return names


def decode_regions(data: bytes) -> Regions:
    """Read regions.json; an unknown key or code is an error (`msgspec.ValidationError`)."""
    return decode_exact(data, Regions)


def code12(region: RegionCode) -> str:
    """A region in the twelve digits in which places are stored."""
    return region.ljust(12, "0")
