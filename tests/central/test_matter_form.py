"""A matter as forms: every element is there, and what a form shows is what it gives back."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from casework.condition import Condition, Operator
from casework.fact import Fact
from casework.limits import workdays
from casework.matter import MatterVersion
from casework.matter_editing import KEPT
from central.routes.matter_elements import PARTS, ElementKind, elements_of
from central.routes.matter_form import Choices, element_label, rearranged, written
from central.routes.matter_reader import read_part
from tests.county import catalogue, matter, organisation
from webui.forms import Form

HELD = catalogue().matters
FELLING = matter("timber-felling-permit")


def choices_for(version: MatterVersion) -> Choices:
    departments = tuple((one.id, one.name) for one in organisation().departments)
    types = {one.licence_type for each in HELD for one in each.materials} - {None}
    nodes = {each.hall.subcentre for each in HELD} - {None}
    return Choices(
        {
            "department": departments,
            "node": tuple((str(one), str(one)) for one in nodes),
            "licence_type": tuple((str(one), str(one)) for one in types),
        },
        version,
    )


def typed(version: MatterVersion, part: str, **changes: str | None) -> Form:
    """The part's form with some of its fields typed anew; None takes one away."""
    form = written(version, part)
    sent: dict[str, Any] = {name: form.typed_all(name) for name in form.names()}
    return Form.of({**sent, **{name.replace("__", "."): to for name, to in changes.items()}})


def kinds_in(kind: type[Fact], seen: set[type[Fact]]) -> set[type[Fact]]:
    seen.add(kind)
    for element in elements_of(kind):
        inside = element.of if element.kind in {ElementKind.RECORD, ElementKind.ROWS} else None
        if inside is not None and inside not in {Condition, *seen}:
            kinds_in(inside, seen)
    return seen


def test_every_element_has_a_word_and_its_page() -> None:
    on_pages = [name for names in PARTS.values() for name in names]

    assert sorted([*on_pages, *KEPT, "effective_until"]) == sorted(MatterVersion.__struct_fields__)
    for kind in kinds_in(MatterVersion, set()):
        for element in elements_of(kind):
            assert element_label(element)


@pytest.mark.parametrize("version", HELD, ids=lambda one: f"{one.id}-{one.version}")
def test_what_a_form_shows_is_what_it_gives_back(version: MatterVersion) -> None:
    for part in PARTS:
        form = written(version, part)
        read = read_part(form, part, choices_for(version))
        assert list(form.errors.items()) == []
        assert read == version, part


@pytest.mark.parametrize(
    ("part", "field", "wrong"),
    [
        ("limits", "limits.promised.value", "十天"),
        ("limits", "limits.promised.value", "-1"),
        ("limits", "limits.promised.value", "99999"),
        ("basics", "effective_from", "2027年1月"),
        ("basics", "department", "no-such"),
        ("basics", "short_name", ""),
        ("materials", "materials.0.originals", "一"),
        ("materials", "materials.2.acceptance_standard.1.check", ""),
        ("materials", "materials.3.when.value", "很多"),
        ("fields", "form_fields.0.key", "蓄积"),
        ("fields", "form_fields.1.validation.max", "abc"),
        ("steps", "steps.0.act", ""),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(
    part: str, field: str, wrong: str
) -> None:
    form = typed(FELLING, part, **{field: wrong})

    assert read_part(form, part, choices_for(FELLING)) is None
    assert list(form.errors) == [field]
    assert form.typed(field) == wrong
    assert form.typed(next(iter(written(FELLING, part).names())))


def test_what_the_catalogue_above_says_is_not_read_from_a_form() -> None:
    later = replace(FELLING, version=2)

    read = read_part(
        typed(later, "basics", name="别名", max_visits="0"), "basics", choices_for(later)
    )

    assert read == replace(later, max_visits=0)


def test_rows_are_added_removed_and_moved_in_what_was_typed() -> None:
    form = typed(FELLING, "materials", materials__0__name="改过的", materials__1__originals="一")

    added = rearranged(form, "add:materials")
    assert added is not None
    assert added.typed("materials.#") == str(len(FELLING.materials) + 1)
    moved = rearranged(added, "down:materials.0")
    assert moved is not None
    assert moved.typed("materials.1.name") == "改过的"
    assert moved.typed("materials.0.originals") == "一"
    assert moved.typed("materials.1.acceptance_standard.1.id") == "m1.b"
    gone = rearranged(moved, "remove:materials.0")
    assert gone is not None
    assert gone.typed("materials.0.name") == "改过的"
    assert gone.typed("materials.#") == str(len(FELLING.materials))
    inner = rearranged(gone, "remove:materials.0.acceptance_standard.0")
    assert inner is not None
    assert inner.typed("materials.0.acceptance_standard.0.id") == "m1.b"


@pytest.mark.parametrize("wanted", ["", "save", "remove:materials.99", "remove:materials", "add:"])
def test_anything_else_rearranges_nothing(wanted: str) -> None:
    assert rearranged(written(FELLING, "materials"), wanted) is None


def test_a_new_row_gets_an_id_of_its_own() -> None:
    form = rearranged(written(FELLING, "acceptance"), "add:acceptance.conditions")
    assert form is not None
    last = len(FELLING.acceptance.conditions)
    sent = {name: form.typed_all(name) for name in form.names()}
    new = f"acceptance.conditions.{last}"
    filled = Form.of({**sent, f"{new}.text": "林地无争议。", f"{new}.check": "是否无争议？"})

    read = read_part(filled, "acceptance", choices_for(FELLING))

    assert read is not None
    assert [one.id for one in read.acceptance.conditions] == ["c1", "c2", "c3", "c4", "c5"]


def test_steps_are_numbered_in_their_order() -> None:
    form = rearranged(written(FELLING, "steps"), "up:steps.1")
    assert form is not None

    read = read_part(form, "steps", choices_for(FELLING))

    assert read is not None
    assert [one.seq for one in read.steps] == [1, 2, 3, 4, 5]
    assert [one.name for one in read.steps][:2] == ["镇林业站核查", "受理"]


@pytest.mark.parametrize(
    ("field", "op", "value", "read"),
    [
        ("volume_m3", "le", "15.5", "15.5"),
        ("volume_m3", "le", "１５", 15),
        ("case.has_agent", "eq", "是", True),
        ("species", "in", "杉木、马尾松", ("fir", "pine")),
        ("species", "eq", "fir", "fir"),
        ("applicant.age", "ge", "80", 80),
    ],
)
def test_a_condition_is_read_as_its_fact_asks(
    field: str, op: str, value: str, read: object
) -> None:
    where = "materials.0.when"
    form = typed(
        FELLING,
        "materials",
        **{f"{where}.field": field, f"{where}.op": op, f"{where}.value": value},
    )

    found = read_part(form, "materials", choices_for(FELLING))

    assert found is not None
    assert found.materials[0].when == Condition(field, Operator(op), read)  # type: ignore[arg-type]


def test_what_is_optional_comes_and_goes_with_its_tick() -> None:
    assert FELLING.supports.deferral is not None
    without = read_part(
        typed(FELLING, "supports", **{"supports.deferral.?": None}),
        "supports",
        choices_for(FELLING),
    )
    assert without is not None
    assert without.supports.deferral is None
    limits = read_part(
        typed(FELLING, "limits", limits__statutory__value=""), "limits", choices_for(FELLING)
    )
    assert limits is not None
    assert limits.limits.statutory is None
    assert limits.limits.promised == workdays(10)


def test_a_day_is_read_as_it_is_usually_written() -> None:
    later = replace(FELLING, version=2)

    read = read_part(
        typed(later, "basics", effective_from="2027/01/05"), "basics", choices_for(later)
    )

    assert read is not None
    assert read.effective_from == date(2027, 1, 5)
