"""Which window takes a matter: the one that names it, and any other of its category (row B8)."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.matter import HallMode
from casework.names import MatterId, NodeId, OfficerId
from casework.offers import Grants, offers_of
from casework.organisation import Window, WindowKind
from casework.windows import Route, route_of, sits_at, windows_for
from tests.builders import NOON
from tests.casework.situations import MATTER
from tests.county import catalogue, organisation
from tests.guides import regions

HALL = NodeId("440229-02")
OTHER = MatterId("another-matter")

WINDOWS = st.lists(
    st.builds(
        Window,
        id=st.sampled_from([f"440229-02/w{number:02d}" for number in range(1, 9)]),
        node=st.just(HALL),
        number=st.integers(1, 9),
        kind=st.sampled_from(WindowKind),
        category=st.sampled_from([None, 1, 2, 6]),
        name=st.just("综合窗口"),
        departments=st.just(()),
        matters=st.sampled_from([(), (MATTER.id,), (OTHER,), (MATTER.id, OTHER)]),
        officers=st.just((OfficerId("o0072"),)),
    ),
    max_size=8,
)


@given(WINDOWS)
def test_a_named_matter_is_taken_at_every_window_of_its_category(windows: list[Window]) -> None:
    found = windows_for(MATTER, windows)

    taking = {WindowKind.COMPREHENSIVE, WindowKind.SPECIALIST, WindowKind.CONVENIENCE}
    named = [one for one in windows if MATTER.id in one.matters and one.kind in taking]
    assert all(one in found for one in named)
    assert bool(found) == bool(named)
    assert {one.category for one in found} == {one.category for one in named}
    assert all(one.kind in taking for one in found)
    assert [one.number for one in found] == sorted(one.number for one in found)


@given(WINDOWS)
def test_what_is_off_the_hall_has_no_window(windows: list[Window]) -> None:
    outside = replace(MATTER, hall=replace(MATTER.hall, mode=HallMode.OFF_HALL))

    assert windows_for(outside, windows) == ()


@given(WINDOWS)
def test_somebody_sits_where_a_window_lists_them(windows: list[Window]) -> None:
    assert sits_at(OfficerId("o0072"), windows) == bool(windows)
    assert not sits_at(OfficerId("o0073"), windows)


@given(WINDOWS, st.sampled_from(["o0072", "o0073"]))
def test_a_clerk_is_told_of_another_window_only_from_one_that_does_not_take_it(
    windows: list[Window], clerk: str
) -> None:
    route = route_of(MATTER, HALL, OfficerId(clerk), windows)
    taking = windows_for(MATTER, windows)

    if not taking:
        assert route is Route.NO_WINDOW
    else:
        assert route is Route.HERE  # 0072 sits at all of them, 0073 at none
    empty = [replace(one, officers=()) for one in windows if one in taking]
    away = [one for one in windows if one not in taking]
    told = route_of(MATTER, HALL, OfficerId("o0072"), [*empty, *away])
    assert (told is Route.OTHER_WINDOW) == bool(taking and away)


def test_a_matter_of_a_subcentre_is_sent_there_from_the_hall_and_taken_in_there() -> None:
    """The shipped county: its sub-centre's matters are named at the sub-centre's windows."""
    held = organisation()
    kept = next(one for one in catalogue().matters if one.hall.subcentre is not None)
    clerk, own = OfficerId("o0072"), OfficerId("o0096")
    subcentre = kept.hall.subcentre
    assert subcentre is not None

    assert route_of(kept, HALL, clerk, held.windows_at(HALL)) is Route.OTHER_HALL
    assert route_of(kept, subcentre, own, held.windows_at(subcentre)) is Route.HERE
    offered = offers_of(kept, Grants({}, {}), regions(), NOON, NOON.date())
    assert subcentre in {one.node for one in offered}
