"""Checking a form: what an applicant stated against what the matter's fields allow.

Values are what signed JSON can hold: a decimal, too, arrives as a string. An error is keyed by
its field, or for a cell of a table by `field[row].column`, rows counted from 0.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from casework.condition import Facts, FactValue, as_number, holds
from casework.form_field import Column, FieldType, FormField
from casework.identity import (
    check_bank_account,
    check_phone,
    check_resident_id,
    check_uscc,
)
from casework.matter import MatterVersion

# What a form holds before it is checked can be anything.
FormValues = Mapping[str, object]


class FieldError(StrEnum):
    """What is wrong with a field. The values are worded and stored; never change one.

    Identity fields also give the codes of `casework.identity`.
    """

    REQUIRED = "E_FIELD_REQUIRED"
    UNKNOWN = "E_FIELD_UNKNOWN"
    NOT_ASKED = "E_FIELD_NOT_ASKED"
    TYPE = "E_FIELD_TYPE"
    MIN = "E_FIELD_MIN"
    MAX = "E_FIELD_MAX"
    DECIMALS = "E_FIELD_DECIMALS"
    TOO_SHORT = "E_FIELD_TOO_SHORT"
    TOO_LONG = "E_FIELD_TOO_LONG"
    PATTERN = "E_FIELD_PATTERN"
    CHARACTERS = "E_FIELD_CHARACTERS"
    TOO_EARLY = "E_FIELD_TOO_EARLY"
    TOO_LATE = "E_FIELD_TOO_LATE"
    OPTION = "E_FIELD_OPTION"
    REPEATED = "E_FIELD_REPEATED"
    REGION = "E_FIELD_REGION"
    ROWS_MIN = "E_FIELD_ROWS_MIN"
    ROWS_MAX = "E_FIELD_ROWS_MAX"


# What a field may hold whose matter names no bound of its own.
TEXT_CHARS_MAX: Final = 500
TEXTAREA_CHARS_MAX: Final = 4000
ROWS_MAX: Final = 100
NUMBER_MAX: Final = Decimal(10**13)
REGION_CHARS: Final = 12

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_LINE_BREAK = re.compile(r"[\r\n\t\u2028\u2029]")

_Checker = Callable[[FormField, object, date], str | None]


def check_form(
    matter: MatterVersion, values: FormValues, on: date, facts: Facts | None = None
) -> dict[str, str]:
    """The errors of a form filled in on a day, by field; empty if it may be stored.

    `facts` are those of the case (`case.has_agent` …), which a field's `when` may ask for too.
    """
    asked = {field.key for field in asked_fields(matter, values, facts)}
    known = {field.key: field for field in matter.form_fields}
    errors: dict[str, str] = {}
    for key, field in known.items():
        value = values.get(key)
        if key not in asked:
            if not _is_blank(value):
                errors[key] = FieldError.NOT_ASKED
        elif _is_blank(value):
            if field.required:
                errors[key] = FieldError.REQUIRED
        else:
            errors.update(_faults(field, value, on))
    errors.update((key, FieldError.UNKNOWN) for key in values if key not in known)
    return errors


def asked_fields(
    matter: MatterVersion, values: FormValues, facts: Facts | None = None
) -> tuple[FormField, ...]:
    """The fields this applicant is asked; a `when` reads the earlier fields that are asked."""
    known: dict[str, FactValue] = dict(facts or {})
    asked: list[FormField] = []
    for field in matter.form_fields:
        if field.when is not None and not holds((field.when,), known):
            continue
        asked.append(field)
        known[field.key] = as_fact(values.get(field.key))
    return tuple(asked)


def form_facts(
    matter: MatterVersion, values: FormValues, facts: Facts | None = None
) -> dict[str, FactValue]:
    """What conditions may read of a form: the fields asked and answered, and the facts given."""
    stated = {
        field.key: as_fact(values.get(field.key))
        for field in asked_fields(matter, values, facts)
        if not _is_blank(values.get(field.key))
    }
    return {**(facts or {}), **stated}


def as_fact(value: object) -> FactValue:
    """A form's value as a fact; a table is none."""
    match value:
        case list() | tuple():
            words = tuple(one for one in value if isinstance(one, str))
            return words if len(words) == len(value) else None
        case date():
            return value.isoformat()
        case bool() | int() | Decimal() | str():
            return value
        case _:
            return None


def _faults(field: FormField, value: object, on: date) -> Iterator[tuple[str, str]]:
    if field.type is FieldType.TABLE:
        yield from _table_faults(field, value, on)
    elif error := _CHECKERS[field.type](field, value, on):
        yield field.key, error


def _table_faults(field: FormField, value: object, on: date) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list | tuple):
        yield field.key, FieldError.TYPE
        return
    bounds = field.validation
    if len(value) < (bounds.min_rows or 0):
        yield field.key, FieldError.ROWS_MIN
    elif len(value) > (bounds.max_rows or ROWS_MAX):
        yield field.key, FieldError.ROWS_MAX
    else:
        for number, row in enumerate(value):
            yield from _row_faults(field, f"{field.key}[{number}]", row, on)


def _row_faults(field: FormField, where: str, row: object, on: date) -> Iterator[tuple[str, str]]:
    if not isinstance(row, Mapping):
        yield where, FieldError.TYPE
        return
    for column in field.columns:
        cell = row.get(column.key)
        if _is_blank(cell):
            yield f"{where}.{column.key}", FieldError.REQUIRED
        elif error := _CHECKERS[column.type](_as_field(field, column), cell, on):
            yield f"{where}.{column.key}", error
    for key in row.keys() - {column.key for column in field.columns}:
        yield f"{where}.{key}", FieldError.UNKNOWN


def _as_field(table: FormField, column: Column) -> FormField:
    bounds = type(table.validation)()
    return FormField(column.key, column.label, column.type, required=True, validation=bounds)


def _text(field: FormField, value: object, _on: date) -> str | None:
    if not isinstance(value, str):
        return FieldError.TYPE
    bounds, multiline = field.validation, field.type is FieldType.TEXTAREA
    if _CONTROL.search(value) or (not multiline and _LINE_BREAK.search(value)):
        return FieldError.CHARACTERS
    usual = TEXTAREA_CHARS_MAX if multiline else TEXT_CHARS_MAX
    if len(value) > (usual if bounds.max_length is None else bounds.max_length):
        return FieldError.TOO_LONG
    if bounds.min_length is not None and len(value.strip()) < bounds.min_length:
        return FieldError.TOO_SHORT
    if bounds.pattern is not None and re.search(bounds.pattern, value) is None:
        return FieldError.PATTERN
    return None


def _whole(field: FormField, value: object, _on: date) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return FieldError.TYPE
    return _within(field, Decimal(value))


def _decimal(field: FormField, value: object, _on: date) -> str | None:
    number = as_number(value)
    if number is None:
        return FieldError.TYPE
    places = field.validation.decimals
    fraction = format(number, "f").partition(".")[2].rstrip("0")
    if places is not None and len(fraction) > places:
        return FieldError.DECIMALS
    return _within(field, number)


def _within(field: FormField, number: Decimal) -> str | None:
    bounds = field.validation
    if number < (-NUMBER_MAX if bounds.min is None else bounds.min):
        return FieldError.MIN
    if number > (NUMBER_MAX if bounds.max is None else bounds.max):
        return FieldError.MAX
    return None


def _date(field: FormField, value: object, on: date) -> str | None:
    day = value if isinstance(value, date) else _parsed(date.fromisoformat, value)
    if day is None or isinstance(day, datetime):
        return FieldError.TYPE
    return _near(field, day, on)


def _datetime(field: FormField, value: object, on: date) -> str | None:
    at = value if isinstance(value, datetime) else _parsed(datetime.fromisoformat, value)
    if not isinstance(at, datetime):
        return FieldError.TYPE
    return _near(field, at.date(), on)


def _parsed(parse: Callable[[str], date], value: object) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return parse(value)
    except ValueError:
        return None


def _near(field: FormField, day: date, on: date) -> str | None:
    """Only a bound that is named binds, except that one side named closes the other at the day."""
    past, future = field.validation.past_days, field.validation.future_days
    if past is None and future is None:
        return None
    if day < on - timedelta(days=past or 0):
        return FieldError.TOO_EARLY
    if day > on + timedelta(days=future or 0):
        return FieldError.TOO_LATE
    return None


def _boolean(_field: FormField, value: object, _on: date) -> str | None:
    return None if isinstance(value, bool) else FieldError.TYPE


def _enum(field: FormField, value: object, _on: date) -> str | None:
    if not isinstance(value, str):
        return FieldError.TYPE
    return None if value in {one.value for one in field.options} else FieldError.OPTION


def _multi_enum(field: FormField, value: object, _on: date) -> str | None:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        return FieldError.TYPE
    chosen = [one for one in value if isinstance(one, str)]
    if not {one.value for one in field.options}.issuperset(chosen):
        return FieldError.OPTION
    return FieldError.REPEATED if len(set(chosen)) < len(chosen) else None


def _id_number(_field: FormField, value: object, on: date) -> str | None:
    return check_resident_id(value, on).error if isinstance(value, str) else FieldError.TYPE


def _uscc(_field: FormField, value: object, _on: date) -> str | None:
    return check_uscc(value).error if isinstance(value, str) else FieldError.TYPE


def _phone(_field: FormField, value: object, _on: date) -> str | None:
    return check_phone(value).error if isinstance(value, str) else FieldError.TYPE


def _bank_account(_field: FormField, value: object, _on: date) -> str | None:
    return check_bank_account(value).error if isinstance(value, str) else FieldError.TYPE


def _region(_field: FormField, value: object, _on: date) -> str | None:
    if not isinstance(value, str):
        return FieldError.TYPE
    digits = value.isascii() and value.isdigit() and len(value) == REGION_CHARS
    return None if digits and not value.startswith("0") else FieldError.REGION


_CHECKERS: Final[Mapping[FieldType, _Checker]] = {
    FieldType.TEXT: _text,
    FieldType.TEXTAREA: _text,
    FieldType.INTEGER: _whole,
    FieldType.MONEY: _whole,
    FieldType.DECIMAL: _decimal,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.BOOLEAN: _boolean,
    FieldType.ENUM: _enum,
    FieldType.MULTI_ENUM: _multi_enum,
    FieldType.ID_NUMBER: _id_number,
    FieldType.USCC: _uscc,
    FieldType.PHONE: _phone,
    FieldType.BANK_ACCOUNT: _bank_account,
    FieldType.REGION: _region,
}


def _is_blank(value: object) -> bool:
    """Nothing was stated: no value, only spaces, or nothing chosen. `False` and 0 are answers."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value in ((), [])
