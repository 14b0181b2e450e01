"""Until when a node knows of another: along the tree, and never beyond the word of who tells it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework.freshness import SILENT_AFTER, Heard, Silence, silent_among, way
from casework.names import NodeId
from tests.builders import (
    COUNTY,
    HALL,
    NODES,
    NOON,
    OTHER_TOWN,
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
)

NOW = NOON + timedelta(hours=3)
LONG_AGO = NOON
BEFORE = NOON + timedelta(hours=1)
ELSEWHERE = NodeId("440230-01")
places = st.sampled_from((*NODES, OTHER_VILLAGE))
instants = st.integers(0, 300).map(lambda minutes: NOW - timedelta(minutes=minutes))
neighbours = st.dictionaries(places, instants)


def heard(
    me: NodeId,
    near: Mapping[NodeId, datetime],
    told: Mapping[NodeId, Mapping[NodeId, datetime]] | None = None,
) -> Heard:
    return Heard(node=me, neighbours=near, told=told or {})


def test_the_way_goes_up_and_down_the_tree() -> None:
    assert way(VILLAGE, OTHER_VILLAGE) == (VILLAGE, TOWN, COUNTY, OTHER_TOWN, OTHER_VILLAGE)
    assert way(COUNTY, VILLAGE) == (COUNTY, TOWN, VILLAGE)
    assert way(HALL, TOWN) == (HALL, COUNTY, TOWN)
    assert way(TOWN, TOWN) == (TOWN,)
    assert way(TOWN, ELSEWHERE) == (TOWN,)


def test_a_neighbour_that_was_heard_lately_is_fresh() -> None:
    edge = NOW - SILENT_AFTER
    assert heard(COUNTY, {TOWN: edge}).silence(TOWN, NOW) is None
    late = edge - timedelta(seconds=1)
    assert heard(COUNTY, {TOWN: late}).silence(TOWN, NOW) == Silence(TOWN, late)


def test_what_is_here_is_always_fresh() -> None:
    assert heard(TOWN, {COUNTY: LONG_AGO}).silence(TOWN, NOW) is None


def test_a_village_is_known_as_far_as_its_township_says() -> None:
    told = {TOWN: {VILLAGE: BEFORE}}
    assert heard(COUNTY, {TOWN: NOW}, told).silence(VILLAGE, NOW) == Silence(VILLAGE, BEFORE)
    assert heard(COUNTY, {TOWN: NOW}, told).silence(TOWN, NOW) is None
    assert heard(COUNTY, {TOWN: NOW}, {TOWN: {}}).silence(VILLAGE, NOW) is None


def test_a_silent_township_hides_its_villages() -> None:
    known = heard(COUNTY, {TOWN: LONG_AGO}, {TOWN: {VILLAGE: BEFORE}})
    assert known.silence(VILLAGE, NOW) == Silence(TOWN, LONG_AGO)


def test_a_laptop_with_a_line_to_its_township_knows_no_more_of_the_county_than_that() -> None:
    known = heard(VILLAGE, {TOWN: NOW}, {TOWN: {COUNTY: BEFORE}, COUNTY: {OTHER_TOWN: LONG_AGO}})
    assert known.silence(COUNTY, NOW) == Silence(COUNTY, BEFORE)
    assert known.silence(OTHER_TOWN, NOW) == Silence(OTHER_TOWN, LONG_AGO)
    assert known.silence(TOWN, NOW) is None


def test_what_a_place_says_of_others_than_its_neighbours_counts_for_nothing() -> None:
    known = heard(COUNTY, {TOWN: NOW}, {OTHER_TOWN: {VILLAGE: LONG_AGO}})
    assert known.silence(VILLAGE, NOW) is None


@given(places, places, neighbours, st.dictionaries(places, neighbours))
def test_nothing_is_claimed_beyond_any_place_on_the_way(
    me: NodeId,
    of: NodeId,
    near: dict[NodeId, datetime],
    told: dict[NodeId, dict[NodeId, datetime]],
) -> None:
    silence = heard(me, near, told).silence(of, NOW)
    hops = list(zip(way(me, of), way(me, of)[1:], strict=False))
    said = [near.get(to) if by == me else told.get(by, {}).get(to) for by, to in hops]
    late = [at for at in said if at is not None and NOW - at > SILENT_AFTER]
    assert (silence.since if silence else None) == min(late, default=None)


@given(places, places, neighbours, st.integers(0, 600))
def test_who_is_silent_stays_silent_until_heard_again(
    me: NodeId, of: NodeId, near: dict[NodeId, datetime], minutes: int
) -> None:
    known = heard(me, near)
    before, after = known.silence(of, NOW), known.silence(of, NOW + timedelta(minutes=minutes))
    assert before is None or after == before


def test_who_is_told_of_is_who_was_not_heard() -> None:
    found = silent_among({VILLAGE: NOW, COUNTY: BEFORE}, NOW)
    assert found == {COUNTY: BEFORE}
