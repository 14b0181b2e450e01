"""The coverage report (requirement B5) counts what the lists say, and names every gap."""

from collections.abc import Iterable
from datetime import timedelta

from msgspec.structs import replace

from casework.coverage import Coverage, Gap, coverage_of
from casework.delegation import Level
from casework.matter import HallMode, MatterVersion
from casework.names import NodeId
from casework.offers import Grants
from casework.organisation import Organisation
from casework.regions import NodeKind
from tests import county
from tests.builders import NOON, TOWN
from tests.guides import IN_FORCE, TODAY, grants, regions

FELLING = county.matter("timber-felling-permit")


def covered(
    matters: Iterable[MatterVersion] = IN_FORCE,
    held: Grants | None = None,
    organisation: Organisation | None = None,
) -> Coverage:
    return coverage_of(
        matters,
        held if held is not None else grants(),
        regions=regions(),
        organisation=organisation or county.organisation(),
        now=NOON,
        on=TODAY,
    )


def gaps(matter: MatterVersion, organisation: Organisation | None = None) -> tuple[Gap, ...]:
    return covered([matter], Grants({}, {}), organisation).matters[0].gaps


def test_what_a_matter_has_in_places_is_what_the_places_have_of_it() -> None:
    coverage = covered()
    for cover in coverage.matters:
        towns = [each for each in coverage.places if each.node.kind is NodeKind.TOWNSHIP]
        villages = [each for each in coverage.places if each.node.kind is NodeKind.VILLAGE]
        matter = cover.matter.id
        assert cover.towns_taking_in == sum(matter in each.takes_in for each in towns)
        assert cover.towns_deciding == sum(matter in each.decides for each in towns)
        assert cover.villages_taking_in == sum(matter in each.takes_in for each in villages)
        assert cover.villages_assisting == sum(matter in each.assists for each in villages)
    assert (coverage.towns, coverage.villages) == (8, 64)


def test_what_a_place_lacks_may_be_given_to_its_tier_and_is_not() -> None:
    coverage = covered()
    by_id = {each.matter.id: each.matter for each in coverage.matters}
    for place in coverage.places:
        having = {*place.takes_in, *place.decides, *place.assists}
        assert having.isdisjoint(place.lacks)
        is_town = place.node.kind is NodeKind.TOWNSHIP
        for matter in place.lacks:
            may = by_id[matter].delegable
            assert may.township if is_town else may.village


def test_a_record_that_ends_is_missed_the_next_day() -> None:
    listed = county.delegations().records
    ended = [
        replace(each, not_after=TODAY - timedelta(days=1)) if each.grantee == TOWN else each
        for each in listed
    ]

    def town(held: Grants) -> set[str]:
        places = covered(held=held).places
        return set(next(each.takes_in for each in places if each.node.id == TOWN))

    assert FELLING.id in town(grants())
    assert town(Grants.of(ended, [])) == set()


def test_every_gap_is_named_and_a_sound_matter_has_none() -> None:
    assert gaps(FELLING) == ()
    hall = FELLING.hall
    assert gaps(replace(FELLING, hall=replace(hall, mode=HallMode.OFF_HALL))) == (
        Gap.NO_WINDOW,
        Gap.NOT_WATCHED,
    )
    assert gaps(replace(FELLING, hall=replace(hall, mode=HallMode.INTERIM))) == (Gap.NOT_WHOLLY_IN,)
    assert gaps(county.matter("ordinary-passport")) == (Gap.NOT_WHOLLY_IN, Gap.NOT_WATCHED)
    endless = tuple(replace(step, limit=None) for step in FELLING.steps)
    assert gaps(replace(FELLING, steps=endless)) == (Gap.STEP_WITHOUT_LIMIT,)


def test_a_matter_that_no_window_names_has_no_window() -> None:
    organisation = county.organisation()
    windows = tuple(
        replace(each, matters=tuple(one for one in each.matters if one != FELLING.id))
        for each in organisation.windows
    )
    assert gaps(FELLING, replace(organisation, windows=windows)) == (Gap.NO_WINDOW,)


def test_whoever_may_decide_must_be_trained_and_their_power_in_force() -> None:
    organisation = county.organisation()
    idle = tuple(
        replace(each, trained_on=None) if each.department == FELLING.department else each
        for each in organisation.officers
    )
    powerless = tuple(
        replace(each, personal_powers=()) if each.department == FELLING.department else each
        for each in organisation.officers
    )
    for officers in (idle, powerless):
        assert gaps(FELLING, replace(organisation, officers=officers)) == (Gap.NO_DECIDER,)
    # A township that decides is enough.
    final = next(
        each
        for each in county.delegations().records
        if each.matter == FELLING.id and each.level is Level.FINAL
    )
    below = covered(
        [FELLING], Grants.of([final], []), replace(organisation, officers=powerless)
    ).matters[0]
    assert below.gaps == ()
    assert below.towns_deciding == 1


def test_a_node_that_is_neither_town_nor_village_is_no_place_of_the_report() -> None:
    assert NodeId("440229-02") not in {each.node.id for each in covered().places}
