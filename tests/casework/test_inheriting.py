"""What a county takes over from the catalogue above it, and what it may not change of that."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.inheriting import (
    BASIS_INHERITED,
    INHERITED,
    UpperCatalogue,
    UpperFault,
    UpperLimits,
    UpperMatter,
    altered,
    claims_of,
    departures,
    inheriting,
    locked_elements,
    newest_on,
    promises_too_long,
    upper_unsoundness,
    without_upper,
)
from casework.limits import Limit, LimitUnit, is_longer, workdays
from casework.matter import LegalBasis, MatterType, MatterVersion
from casework.matter_editing import (
    MatterEditError,
    MatterEditFault,
    check_changes,
    drafts_of,
    new_matter,
    next_version,
    taken_over,
    with_version,
)
from casework.names import DepartmentId, MatterId, OfficerId
from casework.proposal import MatterChange, MatterChanges
from tests.county import catalogue, matter

HU = OfficerId("o0085")
TODAY, BEGINS = date(2026, 11, 28), date(2027, 1, 1)
HELD = catalogue().matters
FELLING = MatterId("timber-felling-permit")
CODED = [one for one in HELD if one.code_scheme == "GB/T 39554.1-2020"]

titles = st.sampled_from(["森林法", "行政许可法", "某省林业条例", *"甲乙丙"])
laws = st.builds(
    LegalBasis,
    id=st.just("L1"),
    title=titles,
    number=st.sampled_from(["主席令第39号", "省人大公告第1号"]),
    article=st.sampled_from(["第一条", "第二条"]),
    gist=st.text("依法申请", max_size=4),
    certainty=st.just("general"),
)
limits = st.builds(Limit, st.integers(0, 60), st.sampled_from(LimitUnit))
uppers = st.builds(
    UpperMatter,
    code_scheme=st.just("GB/T 39554.1-2020"),
    catalog_code=st.just("000164901000"),
    name=st.text("林木采伐许可", min_size=1, max_size=8),
    matter_type=st.sampled_from(MatterType),
    exercise_level=st.sampled_from("45"),
    limits=st.builds(UpperLimits, st.none() | limits, st.just("法律没有规定")),
    legal_basis=st.lists(laws, min_size=1, max_size=4).map(tuple),
)


def above(one: MatterVersion) -> UpperMatter:
    """An upper catalogue's matter that says what a local one says."""
    return UpperMatter(
        **{name: getattr(one, name) for name in INHERITED},
        limits=UpperLimits(one.limits.statutory, one.limits.statutory_note),
        legal_basis=one.legal_basis,
    )


def upper_of(*matters: UpperMatter) -> UpperCatalogue:
    return UpperCatalogue(
        format=1, publisher="某省", published_on=date(2026, 11, 1), matters=matters
    )


UPPER = upper_of(*(above(one) for one in CODED))
FELLING_ABOVE = above(matter(FELLING))


@given(st.sampled_from(HELD), uppers)
def test_what_inherits_departs_nowhere_and_inherits_the_same_again(
    local: MatterVersion, upper: UpperMatter
) -> None:
    after = inheriting(local, upper)

    assert departures(after, upper) == {}
    assert inheriting(after, upper) == after
    assert altered(after, local, upper) is None
    assert promises_too_long(after) is None


@given(st.sampled_from(HELD), uppers)
def test_what_is_the_countys_own_stays_with_every_law_it_refers_to(
    local: MatterVersion, upper: UpperMatter
) -> None:
    after = inheriting(local, upper)

    ids = [one.id for one in after.legal_basis]
    assert ids[: len(local.legal_basis)] == [one.id for one in local.legal_basis]
    assert len(ids) == len(set(ids))
    statutory = upper.limits.statutory
    if statutory is None or not is_longer(local.limits.promised, statutory):
        assert after.limits.promised == local.limits.promised
    untouched = replace(
        after,
        **{name: getattr(local, name) for name in INHERITED},
        limits=local.limits,
        scenarios=local.scenarios,
        legal_basis=local.legal_basis,
    )
    assert untouched == local


@given(st.sampled_from(CODED), st.data())
def test_no_inherited_element_is_altered_unseen(local: MatterVersion, data: st.DataObject) -> None:
    upper = above(local)
    name = data.draw(st.sampled_from([*INHERITED, "limits", *BASIS_INHERITED, "dropped"]))
    changed = _changed(local, name)

    expected = {"limits": "limits.statutory"}.get(
        name, name if name in INHERITED else "legal_basis"
    )
    assert altered(changed, local, upper) == expected
    assert altered(changed, None, upper) == expected


def _changed(local: MatterVersion, name: str) -> MatterVersion:
    first, *others = local.legal_basis
    if name == "limits":
        longer = replace(local.limits, statutory=workdays(3000))
        return replace(local, limits=longer)
    if name == "dropped":
        return replace(local, legal_basis=tuple(others))
    if name in BASIS_INHERITED:
        other: dict[str, Any] = {name: "另一种说法"}
        return replace(local, legal_basis=(replace(first, **other), *others))
    return replace(local, **{name: "改"})


def test_the_county_may_cite_laws_of_its_own_and_promise_less() -> None:
    local = matter(FELLING)
    own = LegalBasis("L9", "某县林木采伐办法", "县政府令", "第三条", "可以更快", "general")
    shorter = replace(local.limits, promised=workdays(0))

    draft = replace(local, legal_basis=(*local.legal_basis, own), limits=shorter)

    assert altered(draft, local, FELLING_ABOVE) is None
    assert promises_too_long(draft) is None


def test_what_differed_before_may_stay_and_goes_nowhere_else() -> None:
    local = matter(FELLING)
    upper = replace(FELLING_ABOVE, name="林木采伐许可")

    assert altered(replace(local, max_visits=0), local, upper) is None
    assert altered(replace(local, name="林木采伐许可"), local, upper) is None
    assert altered(replace(local, name="第三个名称"), local, upper) == "name"


def test_a_change_above_is_taken_over_into_a_draft_of_the_next_version() -> None:
    new = LegalBasis("L1", "某省林业条例", "省人大公告第1号", "第九条", "新规定", "general")
    changed = replace(
        FELLING_ABOVE,
        name="林木采伐许可",
        limits=UpperLimits(workdays(5), None),
        legal_basis=(*FELLING_ABOVE.legal_basis, new),
    )
    upper = upper_of(changed)

    changes = taken_over(HELD, FELLING, upper, by=HU, begins=BEGINS, today=TODAY)

    (draft,) = drafts_of(changes)
    assert (draft.name, draft.limits.statutory) == ("林木采伐许可", workdays(5))
    assert not is_longer(draft.limits.promised, workdays(5))
    assert draft.legal_basis[-1].title == "某省林业条例"
    assert draft.legal_basis[-1].id not in {one.id for one in FELLING_ABOVE.legal_basis}
    check_changes(changes, HELD, today=TODAY, upper=upper)


@pytest.mark.parametrize(
    ("change", "fault", "field"),
    [
        ({"name": "别的名称"}, MatterEditFault.INHERITED, "name"),
        ({"catalog_code": "000164901099"}, MatterEditFault.INHERITED, "catalog_code"),
        ({"catalog_code": CODED[0].catalog_code}, MatterEditFault.INHERITED, "catalog_code"),
        ({"legal_basis": ()}, MatterEditFault.INHERITED, "legal_basis"),
    ],
)
def test_neither_a_form_nor_a_file_changes_what_is_inherited(
    change: dict[str, Any], fault: MatterEditFault, field: str
) -> None:
    changes = next_version(HELD, FELLING, by=HU, begins=BEGINS, today=TODAY)
    other = replace(drafts_of(changes)[0], **change)

    for attempt in (
        lambda: with_version(changes, HELD, other, today=TODAY, upper=UPPER),
        lambda: check_changes(
            MatterChanges((MatterChange(None, other),)), HELD, today=TODAY, upper=UPPER
        ),
    ):
        with pytest.raises(MatterEditError) as error:
            attempt()
        assert (error.value.fault, error.value.field) == (fault, field)


def test_a_claimed_matter_begins_with_what_it_inherits_and_never_promises_more() -> None:
    upper = upper_of(replace(FELLING_ABOVE, limits=UpperLimits(workdays(20), None)))
    changes = new_matter(
        HELD,
        MatterId("felling-elsewhere"),
        name="",
        department=DepartmentId("forestry"),
        by=HU,
        begins=BEGINS,
        today=TODAY,
        upper=upper.matters[0],
    )
    (draft,) = drafts_of(changes)

    assert departures(draft, upper.matters[0]) == {}
    assert draft.limits.promised == workdays(20)
    shorter = replace(draft, limits=replace(draft.limits, promised=workdays(19)))
    longer = replace(draft, limits=replace(draft.limits, promised=workdays(21)))
    assert drafts_of(with_version(changes, HELD, shorter, today=TODAY, upper=upper)) == (shorter,)
    with pytest.raises(MatterEditError) as error:
        with_version(changes, HELD, longer, today=TODAY, upper=upper)
    assert error.value.fault is MatterEditFault.PROMISED_LONGER
    assert error.value.field == "limits.promised"


def test_an_editor_shows_what_is_inherited_and_asks_for_the_rest() -> None:
    local = matter(FELLING)
    own = LegalBasis("L9", "某县林木采伐办法", "县政府令", "第三条", "可以更快", "general")
    draft = replace(local, legal_basis=(*local.legal_basis, own))

    locked = locked_elements(draft, FELLING_ABOVE)

    assert {*INHERITED, "limits.statutory", "limits.statutory_note"} <= locked
    assert {one for one in locked if one.startswith("legal_basis")} == {
        f"legal_basis[{one.id}]" for one in local.legal_basis
    }


def test_it_is_told_what_was_claimed_what_differs_and_what_nobody_claimed() -> None:
    other = replace(FELLING_ABOVE, name="林木采伐许可")
    nobody = replace(FELLING_ABOVE, catalog_code="000164901099")
    upper = upper_of(other, nobody)
    newest = newest_on(HELD, TODAY)

    felling, unclaimed = claims_of(upper, newest)

    assert [one.id for one in felling.claimed] == [FELLING]
    assert felling.differing == felling.claimed
    assert (unclaimed.claimed, unclaimed.differing) == ((), ())
    lost = {one.id for one in without_upper(upper, newest)}
    assert lost == {one.id for one in newest_on(CODED, TODAY)} - {FELLING}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"catalog_code": "12"}, UpperFault.CODE),
        ({"code_scheme": "GB/T 1-1"}, UpperFault.CODE),
        ({"name": " "}, UpperFault.NAME),
        ({"legal_basis": ()}, UpperFault.NO_BASIS),
        ({"limits": UpperLimits(None, None)}, UpperFault.UNEXPLAINED),
    ],
)
def test_a_file_with_faults_is_told_all_of_them(change: dict[str, Any], fault: UpperFault) -> None:
    bad = replace(FELLING_ABOVE, **{"catalog_code": "000164901099", **change})
    twice = upper_of(FELLING_ABOVE, bad, FELLING_ABOVE)

    found = [(one.place, one.fault) for one in upper_unsoundness(twice)]

    assert found == [(1, fault), (2, UpperFault.TWICE)]
