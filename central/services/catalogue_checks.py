"""What a catalogue must satisfy before it is published.

A node works by what is signed, and a case keeps its version for life: a matter that refers to a
material, step or field it does not have could never be mended for the cases it has begun.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

from casework.catalogue import Catalogue
from casework.condition import (
    AGENT_FACT,
    APPLICANT_AGE_FACT,
    APPLICANT_KIND_FACT,
    CHANNEL_FACT,
    Condition,
)
from casework.facts import EXPIRES_ON
from casework.form_field import FieldType
from casework.matter import DeemedWhen, MatterStatus, MatterVersion, StepAct
from casework.organisation import Organisation
from casework.regions import Regions

Found = Iterator[tuple[str, str]]

# Whatever else is to be done, a publicity too, is part of the review.
_AFTER_DECISION: Final = frozenset({StepAct.DECIDE, StepAct.ISSUE, StepAct.MIRROR})
_CASE_FACTS: Final = frozenset({AGENT_FACT, CHANNEL_FACT, APPLICANT_KIND_FACT, APPLICANT_AGE_FACT})


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
        yield from _matter_faults(where, matter)
    yield from _edition_faults(catalogue.matters)


def condition_field_faults(
    where: str, matter: MatterVersion, conditions: Iterable[Condition]
) -> Found:
    """Conditions on facts that the matter never asks for: they would fail for ever."""
    known = _CASE_FACTS | {field.key for field in matter.form_fields}
    for condition in conditions:
        if condition.field not in known:
            yield where, f"{matter.id} v{matter.version} asks nothing named {condition.field}"


def _matter_faults(where: str, matter: MatterVersion) -> Found:
    for name, ids in (
        ("materials", [one.id for one in matter.materials]),
        ("scenarios", [one.id for one in matter.scenarios]),
        ("form_fields", [one.key for one in matter.form_fields]),
        ("results", [one.id for one in matter.results]),
        ("steps", [one.seq for one in matter.steps]),
    ):
        if len(ids) != len(set(ids)):
            yield f"{where}.{name}", "one of them stands twice"
    if matter.status is MatterStatus.PUBLISHED:
        yield from _publishing_faults(where, matter)
    yield from _reference_faults(where, matter)
    for place, conditions in _conditions_of(matter):
        yield from condition_field_faults(f"{where}.{place}", matter, conditions)


def _reference_faults(where: str, matter: MatterVersion) -> Found:
    materials = {one.id for one in matter.materials}
    for scenario in matter.scenarios:
        for material in sorted(set(scenario.materials or ()) - materials):
            yield f"{where}.scenarios[{scenario.id}]", f"no material is named {material}"
    specials = {one.id for one in matter.special_procedures}
    decided = min((one.seq for one in matter.steps if one.act is StepAct.DECIDE), default=None)
    for step in matter.steps:
        if step.special is not None and step.special not in specials:
            yield f"{where}.steps[{step.seq}]", f"no special procedure is named {step.special}"
        if decided is not None and step.seq > decided and step.act not in _AFTER_DECISION:
            yield f"{where}.steps[{step.seq}]", "stands after the decision that ends the review"
    deemed = matter.supports.deemed
    dates = {field.key for field in matter.form_fields if field.type is FieldType.DATE}
    if deemed and deemed.when is DeemedWhen.LICENCE_EXPIRY and EXPIRES_ON not in dates:
        yield f"{where}.supports.deemed", f"no date is asked for by the name of {EXPIRES_ON}"


def _conditions_of(matter: MatterVersion) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    for scenario in matter.scenarios:
        yield f"scenarios[{scenario.id}].when", scenario.when
    if matter.supports.deemed is not None:
        yield "supports.deemed.only_if", matter.supports.deemed.only_if
    for material in matter.materials:
        yield f"materials[{material.id}].when", (material.when,) if material.when else ()
    for field in matter.form_fields:
        yield f"form_fields[{field.key}].when", (field.when,) if field.when else ()
    for each in matter.acceptance.conditions:
        yield f"acceptance.conditions[{each.id}]", (each.rule,) if each.rule else ()


def _publishing_faults(where: str, matter: MatterVersion) -> Found:
    """The elements without which nothing is published, and the second pair of eyes."""
    if matter.reviewed_by is None:
        yield where, "is published and was reviewed by nobody"
    elif matter.reviewed_by == matter.drafted_by:
        yield where, "was reviewed by the officer who drafted it"
    if matter.published_on is None:
        yield where, "is published without a day of publication"
    for name, items in (
        ("legal_basis", matter.legal_basis),
        ("acceptance.conditions", matter.acceptance.conditions),
        ("steps", matter.steps),
    ):
        if not items:
            yield f"{where}.{name}", "is published without any"


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
