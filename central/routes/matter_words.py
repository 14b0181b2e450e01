"""A matter version in words: its elements, and what two versions say differently."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final

from msgspec import UNSET, Struct

from casework.condition import Condition
from casework.fact import Fact
from casework.limits import Limit
from casework.matter import MatterVersion, Validity
from casework.matter_editing import Difference, differences, row_name
from central.routes.matter_elements import Element, ElementKind, elements_of
from central.routes.matter_form import Choices, condition_value, element_label
from central.words import word
from webui import filters, labels
from webui.case_words import limit_words
from webui.condition_words import condition_words

_TITLES: Final = ("name", "label", "text", "title", "check")
_TITLE_CHARS_MAX: Final = 30

# The choices of an element in one version: a department by its name, a material by its own.
ChoicesOf = Callable[[MatterVersion], Choices]


class DifferenceView(Struct, frozen=True):
    """One element, and what it says before and after; empty where it is not there."""

    place: str
    before: str
    after: str


def differences_in_words(
    before: MatterVersion | None, after: MatterVersion, choices_of: ChoicesOf
) -> tuple[DifferenceView, ...]:
    sides = tuple(each for each in (before, after) if each is not None)
    return tuple(_view(one, before, after, sides, choices_of) for one in differences(before, after))


def _view(
    one: Difference,
    before: MatterVersion | None,
    after: MatterVersion,
    sides: Sequence[MatterVersion],
    choices_of: ChoicesOf,
) -> DifferenceView:
    place, element, titles = _place(one.path, sides)
    if titles is not None:
        named = [_in_order(each, titles) for each in (one.before, one.after)]
        return DifferenceView(place, *named)
    said = [
        _words(element, value, version, choices_of)
        for value, version in ((one.before, before or after), (one.after, after))
    ]
    return DifferenceView(place, *said)


def _place(
    path: Sequence[str], sides: Iterable[object]
) -> tuple[str, Element, dict[str, str] | None]:
    """The words for a path, the element it ends at, and the rows' titles if it is their order."""
    kind: Any = MatterVersion
    said: list[str] = []
    element: Element | None = None
    at: list[Any] = list(sides)
    names = iter(path)
    for name in names:
        element = next(one for one in elements_of(kind) if one.name == name)
        said.append(element_label(element))
        at = [getattr(each, name, None) for each in at]
        if element.kind is ElementKind.ROWS and element.of is not Condition:
            row = next(names, None)
            rows = [
                (row_name(each, index), each)
                for side in at
                for index, each in enumerate(side or ())
            ]
            if row == "":
                return (
                    _joined([*said, word("editing", "order")]),
                    element,
                    {key: _title(each) for key, each in rows},
                )
            at = [each for key, each in rows if key == row]
            said += [_title(each) for each in at[:1]]
        kind = element.of
    assert element is not None
    return _joined(said), element, None


def _words(element: Element, value: Any, version: MatterVersion, choices_of: ChoicesOf) -> str:
    if value is UNSET:
        return ""
    if value is None or value == ():
        return word("editing", "none")
    if isinstance(value, tuple):
        each_of = [_words(element, each, version, choices_of) for each in value]
        return "；".join(each_of)
    if element.source:
        offered = dict(choices_of(version).of(element.source))
        return offered.get(str(value), str(value))
    return _plain(value, version)


def _plain(value: object, version: MatterVersion) -> str:
    match value:
        case bool():
            return condition_value(value)
        case date():
            return filters.day(value)
        case Limit():
            return limit_words(value)
        case Condition():
            return condition_words(value, version)
        case Validity():
            kind = labels.label("validity_kind", value.kind)
            said = [str(each) for each in (kind, value.years, value.text) if each is not None]
            return " ".join(said)
        case _:
            return str(value)


def _in_order(names: object, titles: dict[str, str]) -> str:
    assert isinstance(names, tuple)
    return "、".join(titles.get(str(each), str(each)) for each in names)


def _title(row: Fact) -> str:
    named = (getattr(row, name, "") for name in _TITLES)
    return next((str(one)[:_TITLE_CHARS_MAX] for one in named if one), row_name(row, 0))


def _joined(said: Iterable[str]) -> str:
    return " · ".join(said)
