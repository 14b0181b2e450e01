"""What the staffing lacks (requirement B5): each gap is named, and a filled one is not."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.organisation import Organisation, Power
from casework.staffing import StaffGap, staff_lacks
from tests.county import organisation

HELD = organisation()
TODAY = date(2026, 11, 20)


def names(gap: StaffGap, held: Organisation = HELD) -> set[str]:
    return {one.id for one in staff_lacks(held, TODAY) if one.gap is gap}


def test_the_shipped_county_lacks_what_it_says() -> None:
    assert names(StaffGap.UNTRAINED) == {"o0202"}
    assert names(StaffGap.NO_STAFF) == {"440229908006-01/w01"}
    assert names(StaffGap.NO_DESK) == set()


@given(st.sets(st.sampled_from([one.id for one in HELD.windows]), max_size=6))
def test_a_window_without_people_leaves_them_without_a_desk(emptied: set[str]) -> None:
    windows = tuple(replace(one, officers=()) if one.id in emptied else one for one in HELD.windows)
    held = replace(HELD, windows=windows)
    seated = {each for one in windows for each in one.officers}

    assert names(StaffGap.NO_DESK, held).isdisjoint(seated)
    needing = {one.id for one in HELD.windows if one.id in emptied and one.officers}
    assert needing <= names(StaffGap.NO_STAFF, held)


@given(st.sets(st.sampled_from([one.id for one in HELD.ab_pairs])))
def test_whoever_decides_without_a_stand_in_is_named(ended: set[str]) -> None:
    pairs = tuple(one for one in HELD.ab_pairs if one.id not in ended)
    lacking = names(StaffGap.NO_SUBSTITUTE, replace(HELD, ab_pairs=pairs))

    for one in HELD.officers:
        decides = one.may_work(TODAY) and one.has_power(Power.DECIDE, TODAY)
        covered = any(pair.a == one.id and pair.covers(TODAY) for pair in pairs)
        assert (one.id in lacking) == (decides and not covered)
