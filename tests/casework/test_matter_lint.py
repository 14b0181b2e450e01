"""What a version leaves out, found where it stands."""

from typing import Any

import pytest
from msgspec.structs import replace

from casework.catalogue import Catalogue
from casework.clause_lint import ClauseFinding, ClauseLint, ClauseRule, ClauseTable, ClauseVerdict
from casework.limits import calendar_days, workdays
from casework.material import MaterialForm
from casework.matter import Limits, MatterVersion
from casework.matter_lint import MatterFault, element_findings, lint_matter

CODES = MatterFault


def with_material(matter: MatterVersion, **changes: Any) -> MatterVersion:
    first, *rest = matter.materials
    return replace(matter, materials=(replace(first, **changes), *rest))


def with_limits(matter: MatterVersion, **changes: Any) -> MatterVersion:
    return replace(matter, limits=replace(matter.limits, **changes))


@pytest.fixture
def matter(catalogue: Catalogue) -> MatterVersion:
    return catalogue.matters[0]


def test_the_example_catalogue_leaves_nothing_out(catalogue: Catalogue) -> None:
    found = {one.ref: list(element_findings(one)) for one in catalogue.matters}

    assert {ref: each for ref, each in found.items() if each} == {}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"legal_basis": ()}, "legal_basis", CODES.BASIS_MISSING),
        ({"legal_basis": ("L9",)}, "legal_basis", CODES.BASIS_UNKNOWN),
        ({"originals": 0}, "copies", CODES.COPIES_MISSING),
        ({"form": MaterialForm.COPY, "originals": 0}, "copies", CODES.COPIES_MISSING),
        ({"form": MaterialForm.ORIGINAL_AND_COPY}, "copies", CODES.COPIES_MISSING),
        ({"form": MaterialForm.ELECTRONIC, "originals": 0}, "source", CODES.SOURCE_MISSING),
        ({"issuer": " "}, "issuer", CODES.SOURCE_MISSING),
        ({"acceptance_standard": ()}, "acceptance_standard", CODES.STANDARD_MISSING),
    ],
)
def test_what_a_material_leaves_out(
    matter: MatterVersion, changes: dict[str, Any], field: str, code: MatterFault
) -> None:
    (found,) = element_findings(with_material(matter, **changes))

    assert (found.field, found.code) == (f"materials[{matter.materials[0].id}].{field}", code)
    assert found.text == matter.materials[0].name


def test_what_is_fetched_needs_no_copies(matter: MatterVersion) -> None:
    fetched = with_material(
        matter, form=MaterialForm.ELECTRONIC, originals=0, obtainable_by_sharing="人口库"
    )

    assert list(element_findings(fetched)) == []


def test_a_matter_without_any_law(matter: MatterVersion) -> None:
    found = [each.code for each in element_findings(replace(matter, legal_basis=(), materials=()))]

    assert found == [CODES.BASIS_MISSING]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(workdays(10), None, workdays(11)), [CODES.LIMIT_OVER_STATUTORY]),
        (Limits(workdays(10), None, workdays(10)), []),
        (Limits(calendar_days(10), None, workdays(11)), [CODES.LIMIT_OVER_STATUTORY]),
        (Limits(workdays(10), None, calendar_days(11)), []),  # depends on the holidays
        (Limits(None, " ", workdays(3)), [CODES.LIMIT_UNEXPLAINED]),
        (Limits(None, "法律没有规定", workdays(3)), []),
    ],
)
def test_limits(matter: MatterVersion, limits: Limits, expected: list[MatterFault]) -> None:
    found = element_findings(replace(matter, limits=limits, scenarios=()))

    assert [each.code for each in found] == expected


def test_a_situation_may_not_promise_longer_either(catalogue: Catalogue) -> None:
    matter = next(one for one in catalogue.matters if one.scenarios and one.limits.statutory)
    assert matter.limits.statutory is not None
    late = replace(
        matter.scenarios[0],
        promised=replace(matter.limits.statutory, value=matter.limits.statutory.value + 1),
    )

    (found,) = element_findings(replace(matter, scenarios=(late,)))

    assert found.code == CODES.LIMIT_OVER_STATUTORY


def test_clauses_are_looked_at_where_they_stand(matter: MatterVersion) -> None:
    rule = ClauseRule("other", ClauseVerdict.CATCH_ALL, "其他", "open", "name it")
    lint = ClauseLint(ClauseTable({}, [], [rule]))

    (found,) = lint_matter(with_material(matter, name="其他材料"), lint)

    assert found.field == f"materials[{matter.materials[0].id}].name"
    assert found.fault == ClauseFinding("other", ClauseVerdict.CATCH_ALL, "open", "name it")
