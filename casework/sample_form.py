"""A form filled in as an example: values that the matter's own checks accept, and nobody's data.

An example of the catalogue comes first. A number lies in the middle of what may be stated, on a
scale of ratios, as amounts do; a day well within its bounds.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from msgspec import Struct

from casework.condition import FactValue, holds, wire_value
from casework.form import NUMBER_MAX, as_fact
from casework.form_field import Column, FieldType, FormField
from casework.matter import MatterVersion
from casework.names import RegionCode
from casework.regions import code12

# Sound by their check digits, and given to nobody: the district of the identity number is none.
SAMPLE_ID: Final = "440229193501010004"
SAMPLE_USCC: Final = "91440229MA0000015X"
SAMPLE_PHONE: Final = "13800138000"
SAMPLE_ACCOUNT: Final = "6222020000000000000"
_USUAL_MOST: Final = Decimal(100)
_AN_HOUR: Final = "T09:30"
_ROWS: Final = 1
_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.TEXTAREA})
_DAYS: Final = frozenset({FieldType.DATE, FieldType.DATETIME})
_NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.MONEY, FieldType.DECIMAL})


class SampleWords(Struct, frozen=True):
    """What a sample says where only words will do: of a table's columns by key, else `usual`."""

    usual: str
    by_key: Mapping[str, str]


def sample_values(
    matter: MatterVersion, on: date, home: RegionCode, words: SampleWords
) -> dict[str, object]:
    """The values of the fields that such an applicant is asked, as a form holds them."""
    maker = _Maker(on, home, words)
    values: dict[str, object] = {}
    known: dict[str, FactValue] = {}
    for field in matter.form_fields:
        if field.when is not None and not holds((field.when,), known):
            continue
        values[field.key] = maker.value(field)
        known[field.key] = as_fact(values[field.key])
    return values


class _Maker:
    def __init__(self, on: date, home: RegionCode, words: SampleWords) -> None:
        self._on, self._home, self._words = on, home, words

    def value(self, field: FormField) -> object:
        if field.type is FieldType.TABLE:
            return self._rows(field)
        if field.options:
            first = field.options[0].value
            return [first] if field.type is FieldType.MULTI_ENUM else first
        if field.type in _TEXTS:
            return field.examples[0] if field.examples else self._text(field.key)
        if field.type in _DAYS:
            hour = _AN_HOUR if field.type is FieldType.DATETIME else ""
            return self._day(field).isoformat() + hour
        return wire_value(_number(field)) if field.type in _NUMBERS else self._fixed(field.type)

    def _rows(self, field: FormField) -> list[dict[str, object]]:
        count = max(field.validation.min_rows or 0, _ROWS)
        most = field.validation.max_rows or count
        return [
            {column.key: self._cell(column) for column in field.columns}
            for _ in range(min(count, most))
        ]

    def _cell(self, column: Column) -> object:
        if column.type in _TEXTS:
            return self._text(column.key)
        if column.type in _NUMBERS:
            return int(_USUAL_MOST)
        if column.type in _DAYS:
            return self._on.isoformat()
        return self._fixed(column.type)

    def _fixed(self, kind: FieldType) -> object:
        known: dict[FieldType, object] = {
            FieldType.BOOLEAN: False,
            FieldType.ID_NUMBER: SAMPLE_ID,
            FieldType.USCC: SAMPLE_USCC,
            FieldType.PHONE: SAMPLE_PHONE,
            FieldType.BANK_ACCOUNT: SAMPLE_ACCOUNT,
            FieldType.REGION: code12(self._home),
        }
        return known[kind]

    def _text(self, key: str) -> str:
        return self._words.by_key.get(key, self._words.usual)

    def _day(self, field: FormField) -> date:
        past, future = field.validation.past_days or 0, field.validation.future_days or 0
        return self._on + timedelta(days=future // 2 if future and not past else -(past // 3))


def _number(field: FormField) -> Decimal:
    bounds = field.validation
    least = Decimal(bounds.min) if bounds.min is not None else Decimal(1)
    most = Decimal(bounds.max) if bounds.max is not None else _USUAL_MOST
    middle = (max(least, Decimal(1)) * min(max(most, Decimal(1)), NUMBER_MAX)).sqrt()
    if most < 1:
        middle = (least + most) / 2
    places = (bounds.decimals or 0) if field.type is FieldType.DECIMAL else 0
    rounded = middle.quantize(Decimal(1).scaleb(-min(places, 1)), ROUND_HALF_UP)
    if field.type is FieldType.DECIMAL and not least <= rounded <= most:
        return middle.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return max(least, min(rounded, most))
