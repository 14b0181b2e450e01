"""Names of things, and what can be read off them (protocol.md section 1).

A name never changes its form: nodes, keys and logs of other releases must be able to read it.
"""

import hashlib
import re
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Final, NewType

from msgspec import Meta

RegionCode = NewType("RegionCode", str)  # 6, 9 or 12 digits
NodeId = NewType("NodeId", str)  # 440229901-01
Incarnation = NewType("Incarnation", str)  # 8 lower-case hex digits
LogName = NewType("LogName", str)  # 440229901-01/5f0c2a91/case
CaseId = NewType("CaseId", str)  # 32 lower-case hex digits
MessageId = NewType("MessageId", str)  # 64 lower-case hex digits
KeyId = NewType("KeyId", str)  # ed25519: and 32 hex digits
PartHash = NewType("PartHash", str)  # SHA-256, 64 lower-case hex digits
OfficerId = NewType("OfficerId", str)
PersonId = NewType("PersonId", str)
MatterId = NewType("MatterId", str)
DelegationId = NewType("DelegationId", str)
DepartmentId = NewType("DepartmentId", str)
CaseNumber = NewType("CaseNumber", str)  # the printed number

# As they stand in signed bodies: what has another form is refused before anything is made of it.
# A part's name becomes a file's, and whoever a case concerns is looked for by their parents.
NodeOnWire = Annotated[
    NodeId, Meta(pattern=r"\A(?:[0-9]{6}|[0-9]{9}|[0-9]{12})-[0-9]{2}\Z", max_length=15)
]
PartOnWire = Annotated[PartHash, Meta(pattern=r"\A[0-9a-f]{64}\Z")]

ZERO_ID: Final = MessageId("0" * 64)

_NODE = re.compile(r"(\d{6}|\d{9}|\d{12})-(\d{2})")
_LOG = re.compile(r"((?:\d{6}|\d{9}|\d{12})-\d{2})/([0-9a-f]{8})/(control|case)")


class Tier(StrEnum):
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class Lane(StrEnum):
    CONTROL = "control"
    CASE = "case"


LOGS_CACHED_MAX: Final = 4096
NODES_CACHED_MAX: Final = 4096
COUNTY_DIGITS: Final = 6
TOWNSHIP_DIGITS: Final = 9
VILLAGE_DIGITS: Final = 12

_TIER_OF_LENGTH: Final = {
    COUNTY_DIGITS: Tier.COUNTY,
    TOWNSHIP_DIGITS: Tier.TOWNSHIP,
    VILLAGE_DIGITS: Tier.VILLAGE,
}


def is_node(text: str) -> bool:
    return _NODE.fullmatch(text) is not None


def region_of(node: NodeId) -> RegionCode:
    return RegionCode(node.split("-")[0])


@lru_cache(NODES_CACHED_MAX)
def tier_of(node: NodeId) -> Tier:
    """The tier a node stands at; the county hall's counter works as a township does."""
    if is_county(node):
        return Tier.COUNTY
    tier = _TIER_OF_LENGTH[len(region_of(node))]
    return Tier.TOWNSHIP if tier is Tier.COUNTY else tier


@lru_cache(NODES_CACHED_MAX)
def is_county(node: NodeId) -> bool:
    """Whether this is the county itself: machine 01 of a six-digit region."""
    return len(region_of(node)) == COUNTY_DIGITS and node.endswith("-01")


@lru_cache(NODES_CACHED_MAX)
def is_of_county(node: NodeId) -> bool:
    """Whether this is any machine of the county: itself, its hall's counter, a sub-centre."""
    return len(region_of(node)) == COUNTY_DIGITS


def county_of(node: NodeId) -> NodeId:
    return NodeId(f"{node[:COUNTY_DIGITS]}-01")


def parent_of(node: NodeId) -> NodeId | None:
    """The neighbour above, None for the county."""
    if is_county(node):
        return None
    region, machine = node.split("-")
    if machine != "01":
        return NodeId(f"{region}-01")
    if len(region) == VILLAGE_DIGITS:
        return NodeId(f"{region[:TOWNSHIP_DIGITS]}-01")
    return county_of(node)


@lru_cache(NODES_CACHED_MAX)
def ancestors_of(node: NodeId) -> tuple[NodeId, ...]:
    """The chain of parents, nearest first, the county last."""
    chain: list[NodeId] = []
    above = parent_of(node)
    while above is not None:
        chain.append(above)
        above = parent_of(above)
    return tuple(chain)


def is_below(node: NodeId, ancestor: NodeId) -> bool:
    return ancestor in ancestors_of(node)


def log_name(node: NodeId, incarnation: Incarnation, lane: Lane) -> LogName:
    return LogName(f"{node}/{incarnation}/{lane.value}")


@lru_cache(LOGS_CACHED_MAX)
def split_log(log: LogName) -> tuple[NodeId, Incarnation, Lane]:
    """The parts of a log's name; ValueError if it has another form."""
    match = _LOG.fullmatch(log)
    if match is None:
        raise ValueError(f"not a log name: {log!r}")
    return NodeId(match[1]), Incarnation(match[2]), Lane(match[3])


@lru_cache(LOGS_CACHED_MAX)
def author_of(log: LogName) -> NodeId:
    return NodeId(log.split("/", 1)[0])


def case_id(log: LogName, seq: int) -> CaseId:
    """The case that the entry at this place of a log begins."""
    return CaseId(hashlib.sha256(f"tongban-case-v1{log}/{seq}".encode()).hexdigest()[:32])
