"""Who applies and what they filled in, for reading: numbers masked until they are asked for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from casework.form_field import Column, FieldType, FormField
from casework.matter import MatterVersion
from casework.party import ApplicantSheet, Party, Wishes
from webui import labels
from webui.case_given import CaseGiven
from webui.case_words import word
from webui.filters import mask_id, mask_name, mask_phone

_MASKS: Final[Mapping[FieldType, Callable[[str], str]]] = {
    FieldType.ID_NUMBER: mask_id,
    FieldType.BANK_ACCOUNT: mask_id,
    FieldType.PHONE: mask_phone,
}
# Keys of the catalogue under which a person is named.
_NAMES_OF_PEOPLE: Final = frozenset({"name", "child_name"})
_WIDE: Final = frozenset({FieldType.TEXTAREA, FieldType.TABLE})


class FieldView(Struct, frozen=True, kw_only=True):
    """A field with its value in words; a table has a head and rows instead."""

    key: str
    label: str
    text: str
    is_wide: bool = False
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class PartyView(Struct, frozen=True, kw_only=True):
    name: str
    id_type: str
    id_number: str
    phone: str
    address: str
    is_organisation: bool


class ApplicantView(Struct, frozen=True, kw_only=True):
    applicant: PartyView
    agent: PartyView | None
    representative: str
    relation: str
    home: str
    wishes: tuple[tuple[str, str], ...] = ()


def applicant_of(given: CaseGiven) -> ApplicantView | None:
    sheet = given.applicant
    if sheet is None:
        return None
    unmasked = given.unmasked
    return ApplicantView(
        applicant=_party(sheet.applicant, unmasked=unmasked),
        agent=_party(sheet.agent, unmasked=unmasked) if sheet.agent else None,
        representative=sheet.representative or "",
        relation=sheet.relation or "",
        home=given.names.place(sheet.home) if sheet.home else "",
        wishes=_wishes(sheet.wishes) if sheet.wishes else (),
    )


def _wishes(wishes: Wishes) -> tuple[tuple[str, str], ...]:
    """How to tell them, and where the result goes if it is not collected."""
    said = {
        "tell": labels.label("tell", wishes.tell),
        "licence_copies": str(wishes.licence_copies),
        "deliver_to": wishes.deliver_to,
    }
    return tuple((labels.label("intake_field", name), text) for name, text in said.items() if text)


def is_organisation(sheet: ApplicantSheet) -> bool:
    """A credit code names an organisation."""
    return sheet.applicant.id_type == "001"


def id_type_words(code: str) -> str:
    """A code that no table has is shown as it is."""
    tables = labels.tables()
    return tables["id_type"].get(code) or tables["id_type_organisation"].get(code) or code


def fields_of(given: CaseGiven) -> tuple[FieldView, ...]:
    """The fields of the matter's form that hold a value, in the matter's order."""
    if given.form is None:
        return ()
    return form_values(given.matter, given.form, given.names.place, unmasked=given.unmasked)


def form_values(
    matter: MatterVersion,
    values: Mapping[str, object],
    place: Callable[[str], str],
    *,
    unmasked: bool,
) -> tuple[FieldView, ...]:
    """A value of a field that the matter does not have is left out: it is no answer to it."""
    return tuple(
        _field(field, values[field.key], place, unmasked=unmasked)
        for field in matter.form_fields
        if values.get(field.key) not in (None, "", [], ())
    )


def _party(party: Party, *, unmasked: bool) -> PartyView:
    return PartyView(
        name=party.name if unmasked else mask_name(party.name),
        id_type=id_type_words(party.id_type),
        id_number=party.id_number if unmasked else mask_id(party.id_number),
        phone=party.phone if unmasked else mask_phone(party.phone),
        address=party.address,
        is_organisation=party.id_type == "001",
    )


def _field(
    field: FormField, value: object, place: Callable[[str], str], *, unmasked: bool
) -> FieldView:
    if field.type is FieldType.TABLE:
        return FieldView(
            key=field.key,
            label=field.label,
            text="",
            is_wide=True,
            head=tuple(column.label for column in field.columns),
            rows=_rows(field.columns, value, place, unmasked=unmasked),
        )
    words = {option.value: option.label for option in field.options}
    return FieldView(
        key=field.key,
        label=field.label,
        text=_text(field, value, words, place, unmasked=unmasked),
        is_wide=field.type in _WIDE,
    )


def _rows(
    columns: Sequence[Column], value: object, place: Callable[[str], str], *, unmasked: bool
) -> tuple[tuple[str, ...], ...]:
    rows = value if isinstance(value, list | tuple) else ()
    return tuple(
        tuple(
            _text(column, row.get(column.key, ""), {}, place, unmasked=unmasked)
            for column in columns
        )
        for row in rows
        if isinstance(row, Mapping)
    )


def _text(
    asked: FormField | Column,
    value: object,
    words: Mapping[str, str],
    place: Callable[[str], str],
    *,
    unmasked: bool,
) -> str:
    match value:
        case bool():
            text = word("value", "yes" if value else "no")
        case list() | tuple():
            text = "、".join(words.get(str(each), str(each)) for each in value)
        case _:
            text = words.get(str(value), str(value))
    if asked.type is FieldType.REGION:
        return place(text)
    if unmasked:
        return text
    if asked.key in _NAMES_OF_PEOPLE:
        return mask_name(text)
    return _MASKS[asked.type](text) if asked.type in _MASKS else text
