"""What a matter asks in its own form: each type of field from what was typed to a value.

A field whose condition fails is neither asked nor stored. Numbers with a fraction stay exact
decimals; `wire_values` writes them as strings, as everything that is signed does.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from msgspec import Struct

from casework.condition import Facts, FactValue, holds_one
from casework.form_field import Column, FieldType, FormField, Validation
from casework.regions import Regions, code12
from webui import labels, labels_intake
from webui.filters import ZONE
from webui.forms import LONG_TEXT_LENGTH_MAX, TEXT_LENGTH_MAX
from webui.intake_reader import Reader

ROWS_MAX: Final = 100
PREFIX: Final = "v-"

Row = dict[str, FactValue]
FieldValue = FactValue | list[Row]


class Asking(Struct, frozen=True):
    """What the checks of values depend on beside the value."""

    reader: Reader
    regions: frozenset[str]
    on: date


class Values(Struct, frozen=True):
    """The values of a form by field key, and the fields that were asked for."""

    of: Mapping[str, FieldValue]
    asked: frozenset[str]

    def facts(self) -> dict[str, FactValue]:
        """What conditions may read: everything but tables."""
        return {key: value for key, value in self.of.items() if not isinstance(value, list)}


def input_name(key: str) -> str:
    return PREFIX + key


def rows_name(key: str) -> str:
    """The hidden inputs that say which rows a table has, in order."""
    return f"{PREFIX}{key}-row"


def cell_name(key: str, row: str, column: str) -> str:
    return f"{PREFIX}{key}-{row}-{column}"


def region_codes(regions: Regions) -> frozenset[str]:
    """Every place of the county in the twelve digits in which places are stored."""
    towns = (town.code for town in regions.townships)
    villages = (village.code for village in regions.villages)
    return frozenset(code12(code) for code in (regions.county.code, *towns, *villages))


def read_values(fields: tuple[FormField, ...], known: Facts, asking: Asking) -> Values:
    """Read every field that is asked; a condition refers to an earlier field or a case fact."""
    facts: dict[str, FactValue] = dict(known)
    found: dict[str, FieldValue] = {}
    asked: set[str] = set()
    for field in fields:
        if field.when is not None and not holds_one(field.when, facts):
            continue
        asked.add(field.key)
        value = _read_field(field, asking)
        if value is None or value == "":
            continue
        found[field.key] = value
        if not isinstance(value, list):
            facts[field.key] = value
    return Values(found, frozenset(asked))


def wire_values(values: Mapping[str, FieldValue]) -> dict[str, object]:
    """The values as the part `form` carries them."""
    return {key: _on_wire(value) for key, value in values.items()}


def _on_wire(value: FieldValue) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list):
        return [wire_values(row) for row in value]
    return list(value) if isinstance(value, tuple) else value


def _read_field(field: FormField, asking: Asking) -> FieldValue:
    name = input_name(field.key)
    if field.type is FieldType.TABLE:
        return _table(field, asking)
    if field.type is FieldType.MULTI_ENUM:
        return _multiple(name, field, asking)
    one = Question(name, field.label, field.type, field.required, field)
    return _READ[field.type](one, asking)


class Question(Struct, frozen=True):
    """One input: a field of the form or a cell of a table."""

    name: str
    label: str
    type: FieldType
    required: bool
    field: FormField | None = None

    @property
    def rules(self) -> Validation:
        return self.field.validation if self.field is not None else _NO_RULES

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(one.value for one in self.field.options) if self.field is not None else ()


_NO_RULES: Final = Validation()


def _text(one: Question, asking: Asking) -> str:
    reader, rules = asking.reader, one.rules
    if reader.skip_blank(one.name, one.label, required=one.required):
        return ""
    if one.type is FieldType.TEXTAREA:
        longest = rules.max_length or LONG_TEXT_LENGTH_MAX
        value = reader.form.long_text(one.name, label=one.label, length_max=longest)
    else:
        longest = rules.max_length or TEXT_LENGTH_MAX
        value = reader.form.text(one.name, label=one.label, length_max=longest)
    reader.note_glyphs(one.name, value)
    if len(value) < (rules.min_length or 0):
        text = labels.FIELD_TOO_SHORT.format(label=one.label, limit=rules.min_length)
        reader.errors.add(one.name, text)
    if rules.pattern is not None and re.search(rules.pattern, value) is None:
        reader.errors.add(one.name, _pattern_message(one))
    return value


def _pattern_message(one: Question) -> str:
    examples = one.field.examples if one.field is not None else ()
    if not examples:
        return labels_intake.FIELD_PATTERN.format(label=one.label)
    return labels_intake.FIELD_PATTERN_EXAMPLE.format(label=one.label, example=examples[0])


def _decimal(one: Question, asking: Asking) -> Decimal | None:
    reader, rules = asking.reader, one.rules
    if reader.skip_blank(one.name, one.label, required=one.required):
        return None
    low, high = (_as_decimal(bound) for bound in (rules.min, rules.max))
    value = reader.form.decimal(one.name, label=one.label, low=low, high=high)
    if value is None:
        return None
    # Zeros at the end say nothing: 12.50 has one decimal place.
    exponent = value.normalize().as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    if rules.decimals is not None and places > rules.decimals:
        text = labels_intake.FIELD_DECIMALS.format(label=one.label, limit=rules.decimals)
        reader.errors.add(one.name, text)
    return value


def _whole(one: Question, asking: Asking) -> int | None:
    value = _decimal(one, asking)
    if value is None:
        return None
    if value != value.to_integral_value():
        text = labels_intake.FIELD_WHOLE.format(label=one.label)
        asking.reader.errors.add(one.name, text)
        return None
    return int(value)


def _as_decimal(bound: Decimal | int | None) -> Decimal | None:
    return None if bound is None else Decimal(bound)


def _day(one: Question, asking: Asking) -> str | None:
    reader = asking.reader
    if reader.skip_blank(one.name, one.label, required=one.required):
        return None
    value = reader.form.day(one.name, label=one.label)
    if value is None:
        return None
    _check_day(one, value, asking)
    return value.isoformat()


def _moment(one: Question, asking: Asking) -> str | None:
    reader = asking.reader
    if reader.skip_blank(one.name, one.label, required=one.required):
        return None
    try:
        value = datetime.fromisoformat(reader.form.typed(one.name).strip().replace("/", "-"))
    except ValueError:
        text = labels_intake.FIELD_MOMENT.format(label=one.label)
        reader.errors.add(one.name, text)
        return None
    # The clock on the wall of the hall is meant, unless the text says otherwise.
    value = value if value.tzinfo is not None else value.replace(tzinfo=ZONE)
    _check_day(one, value.astimezone(ZONE).date(), asking)
    return value.isoformat()


def _check_day(one: Question, value: date, asking: Asking) -> None:
    past, future = one.rules.past_days, one.rules.future_days
    if past is not None and value < (first := asking.on - timedelta(days=past)):
        text = labels_intake.FIELD_EARLIEST.format(label=one.label, day=first)
        asking.reader.errors.add(one.name, text)
    if future is not None and value > (last := asking.on + timedelta(days=future)):
        text = labels_intake.FIELD_LATEST.format(label=one.label, day=last)
        asking.reader.errors.add(one.name, text)


def _boolean(one: Question, asking: Asking) -> bool | None:
    allowed = labels_intake.YES_NO
    chosen = asking.reader.choice(one.name, allowed, one.label, required=one.required)
    return None if chosen is None else chosen == "1"


def _enum(one: Question, asking: Asking) -> str | None:
    return asking.reader.choice(one.name, one.options, one.label, required=one.required)


def _multiple(name: str, field: FormField, asking: Asking) -> tuple[str, ...] | None:
    if asking.reader.skip_blank(name, field.label, required=field.required, choose=True):
        return None
    allowed = [one.value for one in field.options]
    return asking.reader.form.chosen(name, allowed, label=field.label)


def _id_number(one: Question, asking: Asking) -> str:
    reader = asking.reader
    return reader.resident_id(one.name, one.label, asking.on, required=one.required)[0]


def _uscc(one: Question, asking: Asking) -> str:
    return asking.reader.uscc(one.name, one.label, required=one.required)


def _phone(one: Question, asking: Asking) -> str:
    return asking.reader.phone(one.name, one.label, required=one.required)


def _bank_account(one: Question, asking: Asking) -> str:
    return asking.reader.bank_account(one.name, one.label, required=one.required)


def _region(one: Question, asking: Asking) -> str | None:
    return asking.reader.choice(one.name, asking.regions, one.label, required=one.required)


_READ: Final[Mapping[FieldType, Callable[[Question, Asking], FactValue]]] = {
    FieldType.TEXT: _text,
    FieldType.TEXTAREA: _text,
    FieldType.INTEGER: _whole,
    FieldType.MONEY: _whole,
    FieldType.DECIMAL: _decimal,
    FieldType.DATE: _day,
    FieldType.DATETIME: _moment,
    FieldType.BOOLEAN: _boolean,
    FieldType.ENUM: _enum,
    FieldType.ID_NUMBER: _id_number,
    FieldType.USCC: _uscc,
    FieldType.PHONE: _phone,
    FieldType.BANK_ACCOUNT: _bank_account,
    FieldType.REGION: _region,
}


def row_ids(typed: list[str], least: int = 1) -> list[str]:
    """The rows a table was posted with; a new one begins with as many as it needs."""
    ids = list(dict.fromkeys(one for one in typed if one.isascii() and one.isdigit()))
    return ids[:ROWS_MAX] or [str(number) for number in range(max(1, least))]


def _table(field: FormField, asking: Asking) -> list[Row]:
    """The rows in which something was typed; every cell of such a row is asked for."""
    reader, rules = asking.reader, field.validation
    rows: list[Row] = []
    for row in row_ids(reader.form.typed_all(rows_name(field.key))):
        names = {column.key: cell_name(field.key, row, column.key) for column in field.columns}
        if all(reader.is_blank(name) for name in names.values()):
            continue
        rows.append(
            {
                column.key: _cell(field, column, names[column.key], len(rows) + 1, asking)
                for column in field.columns
            }
        )
    name = input_name(field.key)
    least = max(rules.min_rows or 0, 1 if field.required else 0)
    if len(rows) < least:
        reader.lack(name, labels_intake.ROWS_TOO_FEW.format(label=field.label, limit=least))
    if rules.max_rows is not None and len(rows) > rules.max_rows:
        text = labels_intake.ROWS_TOO_MANY.format(label=field.label, limit=rules.max_rows)
        reader.errors.add(name, text)
    return rows


def _cell(field: FormField, column: Column, name: str, row: int, asking: Asking) -> FactValue:
    label = labels_intake.CELL.format(label=field.label, row=row, column=column.label)
    # A column has no options to choose from, so what would need them is typed.
    read = _READ.get(column.type, _text)
    return read(Question(name, label, column.type, required=True), asking)
