"""The application form of a matter on paper: blank to be filled in by hand, or as an example.

Its fields are those that the counter types in, so paper and screen ask the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from casework.assessment import NATURAL_PERSON
from casework.form_field import FieldType, FormField
from casework.matter import MatterVersion
from casework.names import RegionCode
from casework.regions import Regions
from casework.sample_form import SAMPLE_ID, SAMPLE_PHONE, SAMPLE_USCC, SampleWords, sample_values
from webui.condition_words import condition_words
from webui.documents.leaflet import Block, Table
from webui.guide_text import word

_SECTION: Final = "form"
BLANK_ROWS: Final = 5
BLANK_LINES: Final = 3  # of a text of several lines
_BETWEEN: Final = "　"
_CHOICES: Final = frozenset({FieldType.ENUM, FieldType.MULTI_ENUM, FieldType.BOOLEAN})


def blank_form(matter: MatterVersion) -> tuple[Block, ...]:
    return _form(matter, {}, None)


def sample_form(
    matter: MatterVersion, on: date, home: RegionCode, regions: Regions
) -> tuple[Block, ...]:
    """The same, filled in with what the matter's own checks accept and nobody's data."""
    words = SampleWords(
        word(_SECTION, "sample_text"),
        {
            "name": word(_SECTION, "sample_name"),
            "relation": word(_SECTION, "sample_relation"),
        },
    )
    return _form(matter, sample_values(matter, on, home, words), regions)


def _form(
    matter: MatterVersion, values: Mapping[str, object], regions: Regions | None
) -> tuple[Block, ...]:
    fields = [field for field in matter.form_fields if field.type is not FieldType.TABLE]
    content = Block(
        id="content",
        heading=word(_SECTION, "content"),
        facts=tuple((_label(each, matter), _value(each, values, regions)) for each in fields),
        is_roomy=True,
    )
    tables = (
        Block(id=each.key, heading=_label(each, matter), table=_table(each, values.get(each.key)))
        for each in matter.form_fields
        if each.type is FieldType.TABLE
    )
    materials = Block(
        id="materials",
        heading=word(_SECTION, "materials"),
        points=tuple(f"{word(_SECTION, 'box')} {need.name}" for need in matter.materials),
    )
    return (
        _applicant(matter, is_sample=regions is not None),
        *([content] if fields else []),
        *tables,
        *([_agent()] if matter.supports.agent else []),
        materials,
    )


def _applicant(matter: MatterVersion, *, is_sample: bool) -> Block:
    """A person, or an organisation where no person may apply."""
    is_person = NATURAL_PERSON in matter.service_objects
    known = {
        "name": word(_SECTION, "sample_name" if is_person else "sample_unit"),
        "id_type": word(_SECTION, "sample_id_type" if is_person else "sample_unit_id_type"),
        "id_number": SAMPLE_ID if is_person else SAMPLE_USCC,
        "phone": SAMPLE_PHONE,
        "address": word(_SECTION, "sample_address"),
    }
    return Block(
        id="applicant",
        heading=word(_SECTION, "applicant"),
        facts=tuple(
            (word(_SECTION, key), text if is_sample else "") for key, text in known.items()
        ),
        is_roomy=True,
    )


def _agent() -> Block:
    keys = ("agent_name", "agent_id", "agent_phone")
    return Block(
        id="agent",
        heading=word(_SECTION, "agent"),
        facts=tuple((word(_SECTION, key), "") for key in keys),
        is_roomy=True,
    )


def _label(field: FormField, matter: MatterVersion) -> str:
    said = field.label + (word(_SECTION, "required") if field.required else "")
    if field.when is not None:
        said += word(_SECTION, "when", text=condition_words(field.when, matter))
    return said


def _value(field: FormField, values: Mapping[str, object], regions: Regions | None) -> str:
    value = values.get(field.key)
    if field.type in _CHOICES:
        return _BETWEEN.join(_boxes(field, value))
    if value is None:
        return "\n" * (BLANK_LINES - 1) if field.type is FieldType.TEXTAREA else ""
    if field.type is FieldType.REGION and regions is not None:
        code = RegionCode(str(value).rstrip("0"))
        return regions.name_of(code) or str(value)
    return str(value).replace("T", " ") if field.type is FieldType.DATETIME else str(value)


def _boxes(field: FormField, value: object) -> Iterator[str]:
    """Each choice with a box before it, ticked where it was taken."""
    taken = set(value) if isinstance(value, list) else {value}
    choices: Sequence[tuple[object, str]] = [(one.value, one.label) for one in field.options]
    if field.type is FieldType.BOOLEAN:
        choices = [(True, word(_SECTION, "yes")), (False, word(_SECTION, "no"))]
    for code, text in choices:
        # Joined by a space that does not break, so that a box stays with its words.
        yield f"{word(_SECTION, 'tick' if code in taken else 'box')}\u00a0{text}"


def _table(field: FormField, value: object) -> Table:
    header = tuple(column.label for column in field.columns)
    rows = value if isinstance(value, list) else [{}] * BLANK_ROWS
    return Table(
        header,
        tuple(tuple(str(row.get(column.key, "")) for column in field.columns) for row in rows),
    )
