"""What was typed in one part of a matter, as the draft that it makes; faults at their field."""

import re
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from msgspec.structs import replace

from casework.condition import APPLICANT_AGE_FACT, Condition, ConditionValue, Operator, as_number
from casework.fact import Fact
from casework.form_field import FieldType, FormField
from casework.limits import LIMIT_DAYS_MAX, Limit, LimitUnit
from casework.matter import MatterVersion
from casework.matter_editing import numbered
from central.routes.matter_elements import Element, ElementKind, elements_in, elements_of
from central.routes.matter_form import Choices, element_label, rows_in
from central.words import word
from webui import labels
from webui.forms import Form, one_line

LINES_MAX: Final = 100
WHOLE_MAX: Final = 1_000_000
_SEPARATOR: Final = re.compile(r"\s*[、，,]\s*")
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NUMERIC: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY})


def read_part(form: Form, part: str, choices: Choices) -> MatterVersion | None:
    """The draft with what was typed in one part; None where `form.errors` says what is wrong."""
    reader = _Reader(form, choices)
    values = {element.name: reader.read(element, element.name) for element in elements_in(part)}
    return None if form.errors else numbered(replace(choices.draft, **values))


class _Reader:
    """Reads on after a fault, so that all of them are told; what it gave then is not used."""

    def __init__(self, form: Form, choices: Choices) -> None:
        self._form: Final = form
        self._choices: Final = choices
        self._locked: Final = choices.locked

    def read(self, element: Element, path: str) -> Any:
        if path in self._locked:
            return attrgetter(path)(self._choices.draft)
        return self._typed(element, path)

    def _typed(self, element: Element, path: str) -> Any:
        match element.kind:
            case ElementKind.CHOICE:
                return self._choice(element, path)
            case ElementKind.CHOICES:
                return self._several(element, path)
            case ElementKind.LIMIT:
                return self._limit(element, path)
            case ElementKind.CONDITION | ElementKind.RECORD | ElementKind.ROWS:
                return self._with_parts(element, path)
            case ElementKind.INTEGER | ElementKind.NUMBER:
                return self._number(element, path)
            case _:
                return self._plain(element, path)

    def _with_parts(self, element: Element, path: str) -> Any:
        if element.kind is ElementKind.CONDITION:
            return self._condition(path, required=not element.is_optional)
        if element.kind is ElementKind.RECORD:
            is_there = not element.is_optional or self._form.flag(f"{path}.?")
            return self._record(element.of, path) if is_there else None
        rows = [f"{path}.{index}" for index in range(rows_in(self._form, path))]
        return tuple(self._row(element.of, row) for row in rows)

    def _number(self, element: Element, path: str) -> int | Decimal | None:
        form, label, must = self._form, element_label(element), not element.is_optional
        if element.is_automatic:
            return form.integer(path, label=label) or 0
        if element.kind is ElementKind.INTEGER:
            return form.integer(path, label=label, required=must, low=0, high=WHOLE_MAX)
        value = form.decimal(path, label=label, required=must)
        is_whole = value is not None and value == value.to_integral_value()
        return int(value) if value is not None and is_whole else value

    def _plain(self, element: Element, path: str) -> Any:
        form, label, must = self._form, element_label(element), not element.is_optional
        match element.kind:
            case ElementKind.LONG:
                return form.long_text(path, label=label, required=must) or _nothing(element)
            case ElementKind.DAY:
                return form.day(path, label=label, required=must)
            case ElementKind.FLAG:
                return form.flag(path)
            case ElementKind.LINES:
                lines = (" ".join(line.split()) for line in form.typed(path).splitlines())
                return tuple(line for line in lines if line)[:LINES_MAX]
            case _:
                return self._text(element, path)

    def _text(self, element: Element, path: str) -> str | None:
        must = not (element.is_optional or element.is_automatic)
        label = element_label(element)
        text = self._form.name(path, label=label, required=must)
        if (element.owner, element.name) == (FormField, "key") and not _KEY.fullmatch(text):
            self._form.errors.add(path, word("editing", "key", label=label))
        return text or _nothing(element)

    def _choice(self, element: Element, path: str) -> Any:
        allowed = [code for code, _ in self._choices.of(element.source)]
        label = element_label(element)
        chosen = self._form.choice(path, allowed, label=label, required=not element.is_optional)
        if chosen is None:
            return None
        return int(chosen) if element.is_whole else element.of(chosen)

    def _several(self, element: Element, path: str) -> Any:
        allowed = [code for code, _ in self._choices.of(element.source)]
        chosen = self._form.chosen(path, allowed, label=element_label(element))
        return chosen or (None if element.is_optional else ())

    def _limit(self, element: Element, path: str) -> Limit | None:
        label, must = element_label(element), not element.is_optional
        days = self._form.integer(
            f"{path}.value", label=label, required=must, low=0, high=LIMIT_DAYS_MAX
        )
        if days is None:
            return None
        unit = self._form.choice(f"{path}.unit", [*LimitUnit], label=label, required=True)
        return Limit(days, LimitUnit(unit)) if unit else None

    def _record(self, kind: type[Fact], path: str) -> Fact:
        return kind(**{one.name: self.read(one, f"{path}.{one.name}") for one in elements_of(kind)})

    def _row(self, kind: type[Fact], path: str) -> Fact | None:
        if kind is Condition:
            return self._condition(path, required=True)
        return self._record(kind, path)

    def _condition(self, path: str, *, required: bool) -> Condition | None:
        form = self._form
        if not required and not form.typed(f"{path}.field"):
            return None
        facts = dict(self._choices.facts)
        label = word("Condition", "field")
        field = form.choice(f"{path}.field", facts, label=label, required=True)
        op = form.choice(f"{path}.op", [*Operator], label=word("Condition", "op"), required=True)
        label = word("Condition", "value")
        typed = form.name(f"{path}.value", label=label, required=True)
        text = form.name(f"{path}.text", label=word("Condition", "text"))
        if not (field and op and typed):
            return None
        value = self._value(f"{path}.value", field, Operator(op), typed)
        return Condition(field, Operator(op), value, text or None)

    def _value(self, path: str, field: str, op: Operator, typed: str) -> ConditionValue:
        asked = next((one for one in self._choices.draft.form_fields if one.key == field), None)
        is_numeric = field == APPLICANT_AGE_FACT or (asked is not None and asked.type in _NUMERIC)
        words = {option.label: option.value for option in asked.options} if asked else {}
        yes_no = {word("editing", "yes"): True, word("editing", "no"): False}
        if op is Operator.IN:
            parts = [words.get(each, each) for each in _SEPARATOR.split(typed) if each]
            return tuple(self._one(path, each, is_numeric=is_numeric) for each in parts)
        if typed in yes_no and typed not in words:
            return yes_no[typed]
        is_numeric = is_numeric or op not in {Operator.EQ, Operator.NE}
        return self._one(path, words.get(typed, typed), is_numeric=is_numeric)

    def _one(self, path: str, text: str, *, is_numeric: bool) -> int | str:
        if not is_numeric:
            return text
        plain = one_line(text)
        number = as_number(plain)
        if number is None:
            label = word("Condition", "value")
            self._form.errors.add(path, labels.FIELD_NUMBER.format(label=label))
            return text
        return int(number) if number == number.to_integral_value() else plain


def _nothing(element: Element) -> str | None:
    return None if element.is_optional else ""
