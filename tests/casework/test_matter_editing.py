"""A new version of a matter, its end, and what two versions differ in."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from casework.inheriting import INHERITED
from casework.limits import workdays
from casework.matter import MatterStatus, MatterVersion
from casework.matter_editing import (
    KEPT,
    MatterEditError,
    MatterEditFault,
    check_changes,
    differences,
    drafts_of,
    in_force_with,
    new_matter,
    next_version,
    retired,
    with_version,
)
from casework.matter_soundness import Unsound, unsoundness
from casework.names import DepartmentId, MatterId, OfficerId
from casework.proposal import MatterChange, MatterChanges, change_catalogue
from tests.county import catalogue, matter

HU, ZHOU = OfficerId("o0085"), OfficerId("o0095")
TODAY, BEGINS = date(2026, 11, 28), date(2027, 1, 1)
DAY = timedelta(days=1)
FELLING = MatterId("timber-felling-permit")
HELD = catalogue().matters


def drafted(begins: date = BEGINS) -> MatterChanges:
    return next_version(HELD, FELLING, by=HU, begins=begins, today=TODAY)


def draft() -> MatterVersion:
    (found,) = drafts_of(drafted())
    return found


def fault_of(error: pytest.ExceptionInfo[MatterEditError]) -> tuple[MatterEditFault, str]:
    return error.value.fault, error.value.field


def test_a_new_version_begins_when_the_one_before_it_has_ended() -> None:
    newest = matter(FELLING)
    ended, begun = drafted().matters

    assert ended == MatterChange(newest, replace(newest, effective_until=BEGINS - DAY))
    assert begun.before is None
    assert (begun.after.version, begun.after.effective_from) == (newest.version + 1, BEGINS)
    assert (begun.after.status, begun.after.drafted_by) == (MatterStatus.DRAFT, HU)
    assert (begun.after.reviewed_by, begun.after.published_on) == (None, None)
    assert begun.after.materials == newest.materials


def test_a_later_day_moves_the_end_of_the_one_before_it() -> None:
    later = replace(draft(), effective_from=BEGINS + 31 * DAY)

    ended, _ = with_version(drafted(), HELD, later, today=TODAY).matters

    assert ended.after.effective_until == BEGINS + 30 * DAY


def test_as_published_it_is_sound_beside_the_version_before_it() -> None:
    changed = change_catalogue(catalogue(), in_force_with(drafted(), ZHOU, TODAY))

    versions = [one for one in changed.matters if one.id == FELLING]
    assert [one.status for one in versions] == [MatterStatus.PUBLISHED] * 2
    assert (versions[-1].reviewed_by, versions[-1].published_on) == (ZHOU, TODAY)
    assert list(unsoundness(versions[-1])) == []
    own = in_force_with(drafted(), HU, TODAY).matters[-1].after
    assert [each.code for each in unsoundness(own)] == [Unsound.OWN_REVIEW]


@pytest.mark.parametrize(
    ("begins", "fault"),
    [
        (TODAY, MatterEditFault.BEGINS_EARLY),
        (TODAY - DAY, MatterEditFault.BEGINS_EARLY),
    ],
)
def test_no_version_begins_today_or_earlier(begins: date, fault: MatterEditFault) -> None:
    with pytest.raises(MatterEditError) as error:
        drafted(begins)
    assert fault_of(error) == (fault, "effective_from")


def test_no_version_begins_before_the_one_it_follows() -> None:
    coming = in_force_with(drafted(), ZHOU, TODAY)
    held = change_catalogue(catalogue(), coming).matters

    with pytest.raises(MatterEditError) as error:
        next_version(held, FELLING, by=HU, begins=BEGINS, today=TODAY)

    assert fault_of(error) == (MatterEditFault.BEGINS_BEFORE_LAST, "effective_from")


@pytest.mark.parametrize("field", INHERITED)
def test_what_the_catalogue_above_says_is_not_changed(field: str) -> None:
    other = replace(draft(), **{field: "改"})

    for attempt in (
        lambda: with_version(drafted(), HELD, other, today=TODAY),
        lambda: check_changes(MatterChanges((MatterChange(None, other),)), HELD, today=TODAY),
    ):
        with pytest.raises(MatterEditError) as error:
            attempt()
        assert fault_of(error) == (MatterEditFault.INHERITED, field)


def test_a_matter_of_the_countys_own_names_itself() -> None:
    own = next(one for one in HELD if one.code_scheme == "GB/T 39046-2020")
    changes = next_version(HELD, own.id, by=HU, begins=BEGINS, today=TODAY)
    (begun,) = drafts_of(changes)

    renamed = with_version(changes, HELD, replace(begun, name="另一个名称"), today=TODAY)

    assert drafts_of(renamed)[0].name == "另一个名称"


def test_of_what_was_published_only_the_end_may_move() -> None:
    newest = matter(FELLING)
    rewritten = MatterChanges((MatterChange(newest, replace(newest, max_visits=0)),))
    past = MatterChanges((MatterChange(newest, replace(newest, effective_until=TODAY - DAY)),))

    with pytest.raises(MatterEditError) as error:
        check_changes(rewritten, HELD, today=TODAY)
    assert error.value.fault is MatterEditFault.PUBLISHED
    with pytest.raises(MatterEditError) as error:
        check_changes(past, HELD, today=TODAY)
    assert fault_of(error) == (MatterEditFault.ENDS_EARLY, "effective_until")
    check_changes(drafted(), HELD, today=TODAY)


def test_a_matter_is_retired_from_today_at_the_earliest_and_once() -> None:
    changes = retired(HELD, FELLING, until=TODAY, today=TODAY)
    held = change_catalogue(catalogue(), changes).matters

    assert changes.matters[0].after.effective_until == TODAY
    with pytest.raises(MatterEditError) as error:
        retired(HELD, FELLING, until=TODAY - DAY, today=TODAY)
    assert fault_of(error) == (MatterEditFault.ENDS_EARLY, "effective_until")
    with pytest.raises(MatterEditError) as error:
        retired(held, FELLING, until=TODAY + DAY, today=TODAY + DAY)
    assert error.value.fault is MatterEditFault.ENDED


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (FELLING, MatterEditFault.MATTER_TAKEN),
        ("林木", MatterEditFault.MATTER_ID),
        ("a" * 61, MatterEditFault.MATTER_ID),
    ],
)
def test_a_new_matter_has_a_name_that_nobody_has(name: str, fault: MatterEditFault) -> None:
    with pytest.raises(MatterEditError) as error:
        begun(name)
    assert fault_of(error) == (fault, "id")


def begun(name: str) -> MatterChanges:
    return new_matter(
        HELD,
        MatterId(name),
        name="古树移植",
        department=DepartmentId("forestry"),
        by=HU,
        begins=BEGINS,
        today=TODAY,
    )


def test_a_new_matter_says_what_it_still_lacks() -> None:
    (one,) = in_force_with(begun("tree-moving"), ZHOU, TODAY).matters

    assert [(each.field, each.code) for each in unsoundness(one.after)] == [
        ("legal_basis", Unsound.NONE_GIVEN),
        ("acceptance.conditions", Unsound.NONE_GIVEN),
        ("steps", Unsound.NONE_GIVEN),
    ]


def test_a_result_states_only_what_the_form_asks() -> None:
    version = matter(FELLING)
    (licence,) = version.results
    wrong = replace(version, results=(replace(licence, states=("volume_m3", "colour")),))

    assert [(each.field, each.code, each.name) for each in unsoundness(wrong)] == [
        ("results[R1]", Unsound.NO_FIELD, "colour")
    ]


def test_differences_name_elements_and_rows_and_not_places() -> None:
    before = draft()
    first, second, *others = before.materials
    mended = replace(first, name="林木采伐申请书", copies=1)
    after = replace(
        before,
        max_visits=0,
        limits=replace(before.limits, promised=workdays(7)),
        materials=(second, mended, *others[1:]),
        drafted_by=ZHOU,
    )

    found: dict[tuple[str, ...], Any] = {
        one.path: (one.before, one.after) for one in differences(before, after)
    }

    assert found.pop(("max_visits",)) == (1, 0)
    assert found.pop(("limits", "promised")) == (workdays(10), workdays(7))
    assert found.pop(("materials", first.id, "name")) == (first.name, mended.name)
    assert found.pop(("materials", first.id, "copies")) == (0, 1)
    assert found.pop(("materials", ""))[1][:2] == (second.id, first.id)
    dropped = others[0]
    assert found.pop(("materials", dropped.id, "name")) == (dropped.name, UNSET)
    assert {path[:2] for path in found} == {("materials", dropped.id)}


@pytest.mark.parametrize("version", HELD, ids=lambda one: f"{one.id}-{one.version}")
def test_a_version_differs_from_itself_in_nothing_and_from_nothing_in_all(
    version: MatterVersion,
) -> None:
    told = {one.path[0] for one in differences(None, version)}

    assert differences(version, version) == ()
    empty = {name for name in version.__struct_fields__ if getattr(version, name) in (None, ())}
    assert told == set(version.__struct_fields__) - empty - set(KEPT)
