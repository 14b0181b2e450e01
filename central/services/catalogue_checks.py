"""What a catalogue must satisfy before it is published: each version in itself, and all together.

What one version must satisfy is `casework.matter_soundness`'s to say.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from casework.catalogue import Catalogue
from casework.condition import Condition
from casework.matter import MatterStatus, MatterVersion
from casework.matter_soundness import unasked, unsoundness
from casework.organisation import Organisation
from casework.regions import Regions

Found = Iterator[tuple[str, str]]


def catalogue_faults(catalogue: Catalogue, organisation: Organisation, regions: Regions) -> Found:
    """Where the catalogue contradicts itself, or names what the county does not have."""
    departments = {one.id for one in organisation.departments}
    officers = {one.id for one in organisation.officers}
    nodes = {one.id for one in regions.nodes}
    if catalogue.publisher not in departments:
        yield "$.publisher", f"no department is named {catalogue.publisher}"
    for matter in catalogue.matters:
        where = f"$.matters[{matter.id} v{matter.version}]"
        if matter.department not in departments:
            yield where, f"no department is named {matter.department}"
        for step in matter.steps:
            if step.unit is not None and step.unit not in departments:
                yield f"{where}.steps[{step.seq}]", f"no department is named {step.unit}"
        if matter.hall.subcentre is not None and matter.hall.subcentre not in nodes:
            yield f"{where}.hall", f"no node is named {matter.hall.subcentre}"
        for officer in {matter.drafted_by, matter.reviewed_by} - {None}:
            if officer not in officers:
                yield where, f"no officer is named {officer}"
        for fault in unsoundness(matter):
            place = f"{where}.{fault.field}" if fault.field else where
            yield place, fault.text(matter)
    yield from _edition_faults(catalogue.matters)


def condition_field_faults(
    where: str, matter: MatterVersion, conditions: Iterable[Condition]
) -> Found:
    """Conditions on facts that the matter never asks for: they would fail for ever."""
    for fault in unasked(where, matter, conditions):
        yield where, fault.text(matter)


def _edition_faults(matters: Iterable[MatterVersion]) -> Found:
    editions: dict[str, list[MatterVersion]] = defaultdict(list)
    for matter in matters:
        editions[matter.id].append(matter)
    for name, versions in editions.items():
        for one, other in combinations(versions, 2):
            where = f"$.matters[{name}]"
            if one.version == other.version:
                yield where, f"version {one.version} stands twice"
            elif MatterStatus.DRAFT not in (one.status, other.status) and _overlap(one, other):
                yield where, f"versions {one.version} and {other.version} apply on one day"


def _overlap(one: MatterVersion, other: MatterVersion) -> bool:
    first, second = sorted((one, other), key=lambda matter: matter.effective_from)
    return first.effective_until is None or second.effective_from <= first.effective_until
