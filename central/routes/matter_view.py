"""One part of a matter as a page lays it out: its fields, and what was found at them."""

import re
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.condition import Condition, Operator
from casework.fact import Fact
from casework.inheriting import BASIS_INHERITED
from casework.limits import Limit, LimitUnit
from casework.matter import MatterVersion
from casework.matter_editing import row_name
from casework.matter_soundness import Unsoundness
from central.routes.matter_elements import (
    PARTS,
    Element,
    ElementKind,
    elements_in,
    elements_of,
)
from central.routes.matter_form import Choices, Pairs, element_label, rows_in
from central.services.lint_gate import Held
from central.words import sections, word
from webui import labels
from webui.case_words import limit_words
from webui.forms import Form

_STEP: Final = re.compile(r"([a-z_]+)(?:\[([^\]]*)\])?")
# What a row is called by, of what was typed in it.
_TITLES: Final = ("name", "label", "text", "title", "check")
_TITLE_CHARS_MAX: Final = 40
# Rows of so few members stand open, one below the other.
_PLAIN_MAX: Final = 4


class Note(Struct, frozen=True):
    """What was found at a field: why it does not do, and what to write instead."""

    text: str
    suggestion: str = ""


class RowView(Struct, frozen=True, kw_only=True):
    path: str
    title: str
    children: tuple["FieldView", ...]
    is_open: bool
    is_first: bool
    is_last: bool
    is_locked: bool = False


class FieldView(Struct, frozen=True, kw_only=True):
    kind: str
    path: str
    label: str
    value: str = ""
    values: tuple[str, ...] = ()
    options: Pairs = ()
    hint: str = ""
    is_required: bool = False
    is_locked: bool = False
    is_optional: bool = False
    is_on: bool = True
    is_plain: bool = False
    notes: tuple[Note, ...] = ()
    children: tuple["FieldView", ...] = ()
    rows: tuple[RowView, ...] = ()


class PartLink(Struct, frozen=True):
    name: str
    text: str
    notes: int
    is_shown: bool


def fields_of(
    form: Form, part: str, choices: Choices, notes: Mapping[str, list[Note]]
) -> tuple[FieldView, ...]:
    viewer = _Viewer(form, choices, notes)
    return tuple(viewer.field(each, each.name) for each in elements_in(part))


def part_links(shown: str, notes: Mapping[str, list[Note]]) -> tuple[PartLink, ...]:
    """The parts with how much there is to mend in each."""
    top = [path.partition(".")[0] for path, each in notes.items() for _ in each]
    return tuple(
        PartLink(name, word("editor_part", name), sum(one in members for one in top), name == shown)
        for name, members in PARTS.items()
    )


def notes_of(
    matter: MatterVersion, findings: Iterable[Held], unsound: Iterable[Unsoundness]
) -> dict[str, list[Note]]:
    """What the checks found, by the field of the form at which it is mended."""
    found: dict[str, list[Note]] = {}
    for each in unsound:
        text = word("unsound_matter", each.code, name=each.name)
        found.setdefault(form_path(matter, each.field), []).append(Note(text))
    for held in findings:
        if held.stands:
            text = f"{word('lint_verdict', held.verdict)}：{held.reason}"
            note = Note(text, held.suggestion or "")
            found.setdefault(form_path(matter, held.field), []).append(note)
    return found


def form_path(matter: MatterVersion, field: str) -> str:
    """The form's name for a place in a version: `materials[m3].name` is `materials.2.name`."""
    names: list[str] = []
    at: object = matter
    for name, row in (found.groups() for found in _STEP.finditer(field)):
        if not hasattr(at, name):
            break  # a place between elements: what it lies in is shown
        names.append(name)
        at = getattr(at, name)
        if row is not None and isinstance(at, tuple):
            known = [row_name(each, index) for index, each in enumerate(at)]
            index = known.index(row) if row in known else int(row) if row.isdigit() else 0
            names.append(str(index))
            at = at[index] if index < len(at) else None
    return ".".join(names) or "name"


class _Viewer:
    def __init__(self, form: Form, choices: Choices, notes: Mapping[str, list[Note]]) -> None:
        self._form: Final = form
        self._choices: Final = choices
        self._notes: Final = notes
        self._locked: Final = choices.locked
        publisher = choices.upper.publisher if choices.upper else word("editing", "upper")
        self._source: Final = word("editing", "inherited", publisher=publisher)

    def field(self, element: Element, path: str) -> FieldView:
        form = self._form
        view = FieldView(
            kind="hidden" if element.is_automatic else element.kind.value,
            path=path,
            label=element_label(element),
            value=form.typed(path),
            hint=sections()["element_hint"].get(element.name, ""),
            is_required=not element.is_optional,
            is_optional=element.is_optional,
            is_locked=path in self._locked,
            notes=tuple(self._notes.get(path, ())),
        )
        if view.is_locked:
            return self._locked_view(view, element)
        match element.kind:
            case ElementKind.CHOICE | ElementKind.CHOICES:
                offered = self._choices.of(element.source)
                return replace(view, values=tuple(form.typed_all(path)), options=offered)
            case ElementKind.ROWS:
                return self._list(view, element)
            case _:
                return self._with_parts(view, element)

    def _with_parts(self, view: FieldView, element: Element) -> FieldView:
        path = view.path
        match element.kind:
            case ElementKind.LIMIT:
                return self._limit(view)
            case ElementKind.CONDITION:
                return replace(view, children=self._condition(path))
            case ElementKind.RECORD:
                is_on = not element.is_optional or self._form.flag(f"{path}.?")
                return replace(view, is_on=is_on, children=self._record(element.of, path))
            case _:
                return view

    def _locked_view(self, view: FieldView, element: Element) -> FieldView:
        value = attrgetter(view.path)(self._choices.draft)
        if isinstance(value, Limit):
            said = limit_words(value)
        else:
            words = dict(self._choices.of(element.source)) if element.source else {}
            said = word("editing", "none") if value is None else words.get(str(value), str(value))
        return replace(view, value=said, hint=self._source)

    def _limit(self, view: FieldView) -> FieldView:
        units = tuple((unit.value, labels.label("limit_unit", unit)) for unit in LimitUnit)
        number = FieldView(
            kind=ElementKind.INTEGER.value,
            path=f"{view.path}.value",
            label=view.label,
            value=self._form.typed(f"{view.path}.value"),
            is_required=view.is_required,
            notes=view.notes,
        )
        unit = FieldView(
            kind=ElementKind.CHOICE.value,
            path=f"{view.path}.unit",
            label=word("editing", "unit", label=view.label),
            values=tuple(self._form.typed_all(f"{view.path}.unit")),
            options=units,
            is_required=view.is_required,
        )
        return replace(view, children=(number, unit))

    def _condition(self, path: str) -> tuple[FieldView, ...]:
        facts = self._choices.facts
        operators = tuple((op.value, labels.label("operator", op)) for op in Operator)
        return tuple(
            FieldView(
                kind=kind,
                path=f"{path}.{name}",
                label=word("Condition", name),
                value=self._form.typed(f"{path}.{name}"),
                values=tuple(self._form.typed_all(f"{path}.{name}")),
                options=options,
                hint=sections()["element_hint"].get(name, "") if name == "value" else "",
                is_optional=True,
            )
            for name, kind, options in (
                ("field", ElementKind.CHOICE.value, facts),
                ("op", ElementKind.CHOICE.value, operators),
                ("value", ElementKind.TEXT.value, ()),
                ("text", ElementKind.TEXT.value, ()),
            )
        )

    def _record(self, kind: type[Fact], path: str) -> tuple[FieldView, ...]:
        return tuple(self.field(each, f"{path}.{each.name}") for each in elements_of(kind))

    def _list(self, view: FieldView, element: Element) -> FieldView:
        count = rows_in(self._form, view.path)
        rows = tuple(self._row(element, view.path, index, count) for index in range(count))
        is_plain = element.of is Condition or len(elements_of(element.of)) <= _PLAIN_MAX
        return replace(view, value=str(count), rows=rows, is_plain=is_plain)

    def _row(self, element: Element, path: str, index: int, count: int) -> RowView:
        at = f"{path}.{index}"
        inside = self._condition(at) if element.of is Condition else self._record(element.of, at)
        is_locked = f"{path}[{self._form.typed(f'{at}.id')}]" in self._locked
        if is_locked:
            inside = tuple(self._law(each) for each in inside)
        titles = (self._form.typed(f"{at}.{name}") for name in _TITLES)
        title = next((one for one in titles if one), "")
        wrong = [*self._form.errors, *self._notes]
        return RowView(
            path=at,
            title=title[:_TITLE_CHARS_MAX] or word("editing", "row", number=index + 1),
            children=inside,
            is_open=not title or any(one.startswith(f"{at}.") for one in wrong),
            is_first=index == 0,
            is_last=index == count - 1,
            is_locked=is_locked,
        )

    def _law(self, view: FieldView) -> FieldView:
        """What is inherited of a law, shown; it is sent as it stands, for the row to keep it."""
        if view.path.rpartition(".")[2] not in BASIS_INHERITED:
            return view
        return replace(view, is_locked=True, values=(view.value,), hint=self._source)
