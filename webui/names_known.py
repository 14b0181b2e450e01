"""What officers, nodes, departments and powers are called, from the sets that a node holds.

An id that no set knows is shown as it is: an older set must never keep a case from being read.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from msgspec import Struct

from casework.case import Case
from casework.delegation import Delegation, GrantSource
from casework.delegation_file import Instrument
from casework.names import (
    DelegationId,
    DepartmentId,
    NodeId,
    OfficerId,
    RegionCode,
    Tier,
    region_of,
    tier_of,
)
from casework.organisation import Organisation
from casework.regions import Regions
from webui import labels
from webui.case_words import word


class Names(Struct, frozen=True, kw_only=True, dict=True):
    """Made once for the sets in force, and kept as long as they are."""

    organisation: Organisation
    regions: Regions
    delegations: Mapping[DelegationId, Delegation]
    instruments: Mapping[str, Instrument]

    @classmethod
    def of(
        cls,
        organisation: Organisation,
        regions: Regions,
        delegations: Iterable[Delegation] = (),
        instruments: Iterable[Instrument] = (),
    ) -> "Names":
        return cls(
            organisation=organisation,
            regions=regions,
            delegations={record.id: record for record in delegations},
            instruments={each.id: each for each in instruments},
        )

    def officer(self, officer: OfficerId | None) -> str:
        if officer is None:
            return ""
        found = self.organisation.officer(officer)
        return found.name if found else officer

    def node(self, node: NodeId | None) -> str:
        if node is None:
            return ""
        found = self.regions.node(node)
        return found.name if found else node

    def department(self, department: DepartmentId | None) -> str:
        found = self.organisation.department(department) if department else None
        return found.name if found else (department or "")

    def place(self, region: str) -> str:
        """A place with what it lies in: a village after its township."""
        return self.regions.name_of(RegionCode(region)) or region

    def short_place(self, node: NodeId) -> str:
        """The township or village a node stands in, alone."""
        region = region_of(node)
        return self._villages.get(region) or self.place(region)

    def delegation(self, record: DelegationId | None) -> Delegation | None:
        return self.delegations.get(record) if record else None

    def instrument(self, record: DelegationId | None) -> str:
        """The number of the document that a power rests on."""
        found = self.delegation(record)
        if found is None:
            return record or ""
        listed = self.instruments.get(found.instrument)
        return listed.number if listed else found.instrument

    def in_whose_name(self, record: DelegationId | None, department: DepartmentId) -> str:
        """Who speaks in a paper: of an entrusted power the principal, by law the township itself.

        Without a record it is the county's own right: the department of the matter.
        """
        power = self.delegation(record)
        if power is None:
            return self.department(department)
        if power.source is GrantSource.STATUTORY and tier_of(power.grantee) is Tier.TOWNSHIP:
            return word("issuer", "township", place=self.short_place(power.grantee))
        return self.department(power.principal)

    def source(self, case: Case, node: NodeId) -> str:
        """Where a case came from, as seen at a node."""
        first = case.first_responsible
        if tier_of(first) is Tier.VILLAGE and first != node:
            return word("source", "village", place=self.short_place(first))
        if first != node:
            return word("source", "elsewhere", place=self.short_place(first))
        channel = case.intake.channel if case.intake else "window"
        return labels.label("channel", channel) if channel != "window" else word("source", "window")

    @cached_property
    def _villages(self) -> dict[str, str]:
        return {village.code: village.name for village in self.regions.villages}
