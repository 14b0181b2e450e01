"""What one matter version must satisfy in itself before it is published.

A node works by what is signed, and a case keeps its version for life: a matter that refers to a
material, step or field it does not have could never be mended for the cases it has begun.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from msgspec import Struct

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

# Whatever else is to be done, a publicity too, is part of the review.
_AFTER_DECISION: Final = frozenset({StepAct.DECIDE, StepAct.ISSUE, StepAct.MIRROR})
CASE_FACTS: Final = (AGENT_FACT, CHANNEL_FACT, APPLICANT_KIND_FACT, APPLICANT_AGE_FACT)


class Unsound(StrEnum):
    """Why a version cannot be published; worded by these values."""

    TWICE = "twice"
    NOT_REVIEWED = "not_reviewed"
    OWN_REVIEW = "own_review"
    NO_DAY = "no_day"
    NONE_GIVEN = "none_given"
    NO_MATERIAL = "no_material"
    NO_SPECIAL = "no_special"
    AFTER_DECISION = "after_decision"
    NO_DATE = "no_date"
    NO_FIELD = "no_field"
    ASKS_NOTHING = "asks_nothing"


# For the log and the command line; the pages have sentences of their own.
_TEXT: Final = {
    Unsound.TWICE: "one of them stands twice",
    Unsound.NOT_REVIEWED: "is published and was reviewed by nobody",
    Unsound.OWN_REVIEW: "was reviewed by the officer who drafted it",
    Unsound.NO_DAY: "is published without a day of publication",
    Unsound.NONE_GIVEN: "is published without any",
    Unsound.NO_MATERIAL: "no material is named {name}",
    Unsound.NO_SPECIAL: "no special procedure is named {name}",
    Unsound.AFTER_DECISION: "stands after the decision that ends the review",
    Unsound.NO_DATE: "no date is asked for by the name of {name}",
    Unsound.NO_FIELD: "no line of the form is named {name}",
    Unsound.ASKS_NOTHING: "{matter} v{version} asks nothing named {name}",
}


class Unsoundness(Struct, frozen=True):
    """One thing that is wrong: where in the version (`materials[m1].when`), and what it names."""

    field: str
    code: Unsound
    name: str = ""

    def text(self, matter: MatterVersion) -> str:
        return _TEXT[self.code].format(name=self.name, matter=matter.id, version=matter.version)


def unsoundness(matter: MatterVersion) -> Iterator[Unsoundness]:
    for name, ids in (
        ("materials", [one.id for one in matter.materials]),
        ("scenarios", [one.id for one in matter.scenarios]),
        ("form_fields", [one.key for one in matter.form_fields]),
        ("results", [one.id for one in matter.results]),
        ("steps", [one.seq for one in matter.steps]),
    ):
        if len(ids) != len(set(ids)):
            yield Unsoundness(name, Unsound.TWICE)
    if matter.status is MatterStatus.PUBLISHED:
        yield from _unreviewed(matter)
        yield from missing_elements(matter)
    yield from _references(matter)
    for place, conditions in conditions_of(matter):
        yield from unasked(place, matter, conditions)


def unasked(
    place: str, matter: MatterVersion, conditions: Iterable[Condition]
) -> Iterator[Unsoundness]:
    """Conditions on facts that the matter never asks for: they would fail for ever."""
    known = {*CASE_FACTS, *(field.key for field in matter.form_fields)}
    for condition in conditions:
        if condition.field not in known:
            yield Unsoundness(place, Unsound.ASKS_NOTHING, condition.field)


def missing_elements(matter: MatterVersion) -> Iterator[Unsoundness]:
    """The elements without which nothing is published (requirements A5)."""
    for name, items in (
        ("legal_basis", matter.legal_basis),
        ("acceptance.conditions", matter.acceptance.conditions),
        ("steps", matter.steps),
    ):
        if not items:
            yield Unsoundness(name, Unsound.NONE_GIVEN)


def conditions_of(matter: MatterVersion) -> Iterator[tuple[str, tuple[Condition, ...]]]:
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


def _unreviewed(matter: MatterVersion) -> Iterator[Unsoundness]:
    """The second pair of eyes."""
    if matter.reviewed_by is None:
        yield Unsoundness("", Unsound.NOT_REVIEWED)
    elif matter.reviewed_by == matter.drafted_by:
        yield Unsoundness("", Unsound.OWN_REVIEW)
    if matter.published_on is None:
        yield Unsoundness("", Unsound.NO_DAY)


def _references(matter: MatterVersion) -> Iterator[Unsoundness]:
    materials = {one.id for one in matter.materials}
    for scenario in matter.scenarios:
        for material in sorted(set(scenario.materials or ()) - materials):
            yield Unsoundness(f"scenarios[{scenario.id}]", Unsound.NO_MATERIAL, material)
    specials = {one.id for one in matter.special_procedures}
    decided = min((one.seq for one in matter.steps if one.act is StepAct.DECIDE), default=None)
    for step in matter.steps:
        where = f"steps[{step.seq}]"
        if step.special is not None and step.special not in specials:
            yield Unsoundness(where, Unsound.NO_SPECIAL, step.special)
        if decided is not None and step.seq > decided and step.act not in _AFTER_DECISION:
            yield Unsoundness(where, Unsound.AFTER_DECISION)
    lines = {one.key for one in matter.form_fields if one.type is not FieldType.TABLE}
    for result in matter.results:
        for key in sorted(set(result.states) - lines):
            yield Unsoundness(f"results[{result.id}]", Unsound.NO_FIELD, key)
    deemed = matter.supports.deemed
    dates = {field.key for field in matter.form_fields if field.type is FieldType.DATE}
    if deemed and deemed.when is DeemedWhen.LICENCE_EXPIRY and EXPIRES_ON not in dates:
        yield Unsoundness("supports.deemed", Unsound.NO_DATE, EXPIRES_ON)
