"""A matter version as a form: one mechanism for every element, whatever its type.

Fields are named by their path (`materials.0.acceptance_standard.1.check`); `.#` counts the rows of
a list, and `.?` says that something optional is there. A form keeps what was typed: rows are added,
removed and moved in what was typed, so that nothing has to be right before that.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from casework.condition import Condition, ConditionValue
from casework.fact import Fact
from casework.form_field import FieldType
from casework.inheriting import UpperCatalogue, locked_elements
from casework.matter import MatterVersion
from casework.matter_soundness import CASE_FACTS
from central.routes.matter_elements import Element, ElementKind, elements_in, elements_of
from central.words import sections, word
from webui import labels
from webui.forms import Form

ROWS_MAX: Final = 100
_DO: Final = re.compile(r"(add|remove|up|down):([a-z_.0-9]+)")

Pairs = tuple[tuple[str, str], ...]


class Choices(Struct, frozen=True):
    """Where an element's choices come from: the county's, the draft's, or a table of codes."""

    county: Mapping[str, Pairs]
    draft: MatterVersion
    upper: UpperCatalogue | None = None

    def of(self, source: str) -> Pairs:
        where, _, name = source.partition(".")
        if where == "county":
            return self.county[name]
        if where == "draft":
            return _DRAFT_CHOICES[name](self.draft)
        if where in _WORDED:
            return tuple(sections()[where].items())
        return labels.choices(where)

    @property
    def locked(self) -> frozenset[str]:
        """What the catalogue above the county says, which nobody types here."""
        above = self.upper.above(self.draft) if self.upper else None
        return locked_elements(self.draft, above)

    @property
    def facts(self) -> Pairs:
        """What a condition may ask: the fields of the draft's form, and facts of every case."""
        asked = tuple((field.key, field.label) for field in self.draft.form_fields)
        return (*asked, *((fact, labels.label("case_fact", fact)) for fact in CASE_FACTS))


_WORDED: Final = ("certainty", "if_overdue")
_DRAFT_CHOICES: Final[dict[str, Callable[[MatterVersion], Pairs]]] = {
    "legal_basis": lambda one: tuple(
        (each.id, f"《{each.title}》{each.article}") for each in one.legal_basis
    ),
    "field": lambda one: tuple(
        (each.key, each.label) for each in one.form_fields if each.type is not FieldType.TABLE
    ),
    "material": lambda one: tuple((each.id, each.name) for each in one.materials),
    "special": lambda one: tuple((each.id, each.name) for each in one.special_procedures),
    "scenario": lambda one: tuple((each.id, each.name) for each in one.scenarios),
}


def element_label(element: Element) -> str:
    return word(element.owner.__name__, element.name)


def written(matter: MatterVersion, part: str) -> Form:
    """The form of one part, filled with what the version says."""
    sent: dict[str, object] = {}
    for element in elements_in(part):
        _write(sent, element, element.name, getattr(matter, element.name))
    return Form.of(sent)


def rearranged(form: Form, wanted: str) -> Form | None:
    """The form with a row added, removed or moved; None if `wanted` asks for no such thing."""
    found = _DO.fullmatch(wanted)
    if found is None:
        return None
    what, path = found.groups()
    if what == "add":
        return _with_rows(form, path, [*range(rows_in(form, path)), None])
    path, _, last = path.rpartition(".")
    order: list[int | None] = list(range(rows_in(form, path)))
    if not last.isdigit() or int(last) >= len(order):
        return None
    at = int(last)
    if what == "remove":
        del order[at]
    else:
        other = min(max(at + (1 if what == "down" else -1), 0), len(order) - 1)
        order[at], order[other] = order[other], order[at]
    return _with_rows(form, path, order)


def rows_in(form: Form, path: str) -> int:
    typed = form.typed(f"{path}.#")
    return min(int(typed), ROWS_MAX) if typed.isascii() and typed.isdigit() else 0


def _with_rows(form: Form, path: str, order: Iterable[int | None]) -> Form:
    """The rows of a list in this order; None is a new one."""
    kept = list(order)[:ROWS_MAX]
    sent: dict[str, object] = {}
    for name in form.names():
        if not name.startswith(f"{path}."):
            sent[name] = form.typed_all(name)
    for place, row in enumerate(kept):
        start = f"{path}.{row}."
        for name in form.names():
            if row is not None and name.startswith(start):
                sent[f"{path}.{place}.{name.removeprefix(start)}"] = form.typed_all(name)
    return Form.of({**sent, f"{path}.#": len(kept)})


def _write(sent: dict[str, object], element: Element, path: str, value: Any) -> None:
    if value is None:
        return
    match element.kind:
        case ElementKind.FLAG:
            sent[path] = "1" if value else None
        case ElementKind.LINES:
            sent[path] = "\n".join(value)
        case ElementKind.LIMIT:
            sent[f"{path}.value"], sent[f"{path}.unit"] = value.value, value.unit.value
        case ElementKind.CONDITION:
            _write_condition(sent, path, value)
        case ElementKind.RECORD:
            sent[f"{path}.?"] = "1"
            _write_record(sent, element.of, path, value)
        case ElementKind.ROWS:
            sent[f"{path}.#"] = len(value)
            for index, row in enumerate(value):
                if element.of is Condition:
                    _write_condition(sent, f"{path}.{index}", row)
                else:
                    _write_record(sent, element.of, f"{path}.{index}", row)
        case _:
            sent[path] = value


def _write_record(sent: dict[str, object], kind: type[Fact], path: str, value: Fact) -> None:
    for element in elements_of(kind):
        _write(sent, element, f"{path}.{element.name}", getattr(value, element.name))


def _write_condition(sent: dict[str, object], path: str, value: Condition) -> None:
    sent[f"{path}.field"], sent[f"{path}.op"] = value.field, value.op.value
    sent[f"{path}.value"] = condition_value(value.value)
    sent[f"{path}.text"] = value.text


def condition_value(value: ConditionValue) -> str:
    """What a condition compares with, as it is typed."""
    if isinstance(value, bool):
        return word("editing", "yes" if value else "no")
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return str(value)
