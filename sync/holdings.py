"""What a node holds of the trust sets: who may speak, what may be applied for, who may decide it.

A value, replaced whole when a set comes into force: whoever took it at the start of a request
works on one state of things to the end. A set that is not held yet is empty and has version 0.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from casework.calendar import Calendar
from casework.delegation import Delegation, Revocation
from casework.delegation_file import Instrument, KeyCompromise
from casework.matter import MatterRef, MatterVersion
from casework.names import (
    DelegationId,
    MatterId,
    NodeId,
    OfficerId,
    PersonId,
    RegionCode,
    region_of,
)
from casework.organisation import Officer, Organisation
from casework.regions import County, NodeRecord, Regions
from sync.bodies import SetName, TrustVersions
from sync.directory import Directory, Places, Posts, read_directory
from sync.held_catalogue import HeldCatalogue
from sync.roles import Root
from sync.trust_items import (
    HeldDelegations,
    HeldRevocations,
    read_calendar,
    read_catalogue,
    read_delegations,
    read_revocations,
    read_root,
)

NOTHING_HELD: Final = TrustVersions(0, 0, 0, 0, 0, 0)
_ZONE: Final = "Asia/Shanghai"


class Holdings(Struct, frozen=True, kw_only=True, dict=True):
    """The sets in force here, by the versions that a header pins."""

    versions: TrustVersions
    root: Root
    directory: Directory
    catalogue: HeldCatalogue
    held_delegations: HeldDelegations
    held_revocations: HeldRevocations
    calendar: Calendar

    @property
    def is_complete(self) -> bool:
        """Whether every set is held; a node that lacks one takes nothing in yet."""
        return all(self.versions.version_of(name) > 0 for name in SetName)

    @property
    def delegations(self) -> tuple[Delegation, ...]:
        return self.held_delegations.records

    @property
    def revocations(self) -> tuple[Revocation, ...]:
        return self.held_revocations.records

    def revocations_of(self, delegation: DelegationId) -> tuple[Revocation, ...]:
        """Those that take one record back."""
        return self._revoked.get(delegation, ())

    @property
    def compromises(self) -> tuple[KeyCompromise, ...]:
        return self.held_revocations.keys

    @property
    def organisation(self) -> Organisation:
        return self.directory.organisation

    @property
    def regions(self) -> Regions:
        return self.directory.regions

    def matter(self, ref: MatterRef) -> MatterVersion | None:
        return self.catalogue.find(ref)

    def delegations_of(self, node: NodeId) -> tuple[Delegation, ...]:
        return self._grants.get(node, ())

    def delegations_over(self, node: NodeId, matter: MatterId) -> tuple[Delegation, ...]:
        """Those of a node's records that speak of a matter."""
        return self._grants_over.get((node, matter), ())

    def instrument(self, instrument: str) -> Instrument | None:
        listed = self.held_delegations.instruments
        return next((one for one in listed if one.id == instrument), None)

    def officer(self, officer: OfficerId) -> Officer | None:
        return self.organisation.officer(officer)

    def officers_at(self, node: NodeId) -> tuple[Officer, ...]:
        return self.organisation.officers_at(node)

    def node(self, node: NodeId) -> NodeRecord | None:
        return self.regions.node(node)

    def machines_but(self, me: NodeId) -> dict[NodeId, str]:
        """The other nodes of the county that have a machine, and what they are called."""
        return {
            node.id: node.name
            for node in self.regions.nodes
            if node.id != me and self.directory.newest_incarnation(node.id)
        }

    @cached_property
    def counters(self) -> Mapping[NodeId, str]:
        """The halls that can hand a result over: without a machine none can be sent there."""
        newest = self.directory.newest_incarnation
        return {node.id: node.name for node in self.regions.counters if newest(node.id)}

    @cached_property
    def persons(self) -> Mapping[OfficerId, PersonId]:
        """Who is behind each account: one person may have two."""
        return {officer.id: officer.person for officer in self.organisation.officers}

    @cached_property
    def officers(self) -> Mapping[OfficerId, Officer]:
        return {officer.id: officer for officer in self.organisation.officers}

    @cached_property
    def _revoked(self) -> dict[DelegationId, tuple[Revocation, ...]]:
        revoked: dict[DelegationId, tuple[Revocation, ...]] = {}
        for each in self.revocations:
            revoked[each.delegation] = (*revoked.get(each.delegation, ()), each)
        return revoked

    @cached_property
    def _grants(self) -> dict[NodeId, tuple[Delegation, ...]]:
        grants: dict[NodeId, list[Delegation]] = {}
        for record in self.delegations:
            grants.setdefault(record.grantee, []).append(record)
        return {node: tuple(records) for node, records in grants.items()}

    @cached_property
    def _grants_over(self) -> dict[tuple[NodeId, MatterId], tuple[Delegation, ...]]:
        grants: dict[tuple[NodeId, MatterId], list[Delegation]] = {}
        for record in self.delegations:
            grants.setdefault((record.grantee, record.matter), []).append(record)
        return {key: tuple(records) for key, records in grants.items()}


_FIELD: Final = {
    SetName.ROOT: "root",
    SetName.DIRECTORY: "directory",
    SetName.CATALOGUE: "catalogue",
    SetName.DELEGATIONS: "held_delegations",
    SetName.REVOCATIONS: "held_revocations",
    SetName.CALENDAR: "calendar",
}


def nothing_held(node: NodeId) -> Holdings:
    """What a node holds before anything has come."""
    code = RegionCode(region_of(node)[:6])
    county = County(code, code, code, "", "", "", "")
    return Holdings(
        versions=NOTHING_HELD,
        root=Root((), ()),
        directory=Directory(0, Places(county, ()), Posts(code, "", (), ()), (), ()),
        catalogue=HeldCatalogue(0, ()),
        held_delegations=HeldDelegations(),
        held_revocations=HeldRevocations(),
        calendar=_no_calendar(code),
    )


def read_set(name: SetName, version: int, items: Mapping[str, bytes]) -> Any:
    """What the items of a set spell: SetFormError if they spell nothing."""
    match name:
        case SetName.ROOT:
            return read_root(items)
        case SetName.DIRECTORY:
            return read_directory(version, items)
        case SetName.CATALOGUE:
            return read_catalogue(version, items)
        case SetName.DELEGATIONS:
            return read_delegations(items)
        case SetName.REVOCATIONS:
            return read_revocations(items)
        case SetName.CALENDAR:
            return replace(read_calendar(items), version=version)


def with_set(holdings: Holdings, name: SetName, version: int, value: Any) -> Holdings:
    """The same holdings with one set in another version."""
    versions = replace(holdings.versions, **{name.value: version})
    return replace(holdings, versions=versions, **{_FIELD[name]: value})


def _no_calendar(county: RegionCode) -> Calendar:
    """Only weekends are known, and every date is provisional."""
    return Calendar(
        county=county,
        version=0,
        zone=_ZONE,
        weekend=(6, 7),
        holidays=(),
        makeup_workdays=(),
        provisional_from=date.min,
        office_hours=(),
        close_of_business="17:30",
    )
