"""What a guide tells follows from the version and the delegation list (requirement A4)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from casework.archive import DOCUMENT_STAGES
from casework.delegation import Level, Revocation, RevocationMode
from casework.guide import Ended, ended_on, is_told, papers_of, stages_of, told_version
from casework.matter import HallMode, MatterStatus, MatterVersion
from casework.names import MatterId, NodeId
from casework.offers import Grants, Offer, offers_of
from casework.procedure import BY_NAME
from casework.regions import NodeKind
from tests import county
from tests.builders import NOON, OTHER_TOWN, TOWN
from tests.guides import IN_FORCE, TODAY, grants, guide, regions

FELLING = county.matter("timber-felling-permit")
FOOD = county.matter("food-business-licence", 2)


def offers(matter: MatterVersion, held: Grants | None = None) -> dict[NodeId, Offer]:
    found = offers_of(matter, held or grants(), regions(), NOON, TODAY)
    return {each.node: each for each in found}


def test_a_hall_takes_in_what_it_was_given_and_decides_what_it_was_given() -> None:
    told = offers(FELLING)

    assert told[TOWN].decides
    assert told[OTHER_TOWN].takes_in
    assert not told[OTHER_TOWN].decides
    assert {each.kind for each in told.values() if each.assists} == {NodeKind.VILLAGE}


def test_the_countys_halls_come_first_and_need_no_record() -> None:
    first = guide(FELLING).offers[0]

    assert first.kind is NodeKind.COUNTY_HALL
    assert first.takes_in
    assert offers(FELLING, Grants({}, {})).keys() == {first.node}


def test_a_matter_off_the_hall_is_taken_in_nowhere() -> None:
    born = county.matter("birth-medical-certificate")

    assert born.hall.mode is HallMode.OFF_HALL
    assert offers(born, Grants({}, {})) == {}


def test_a_power_taken_back_is_not_told() -> None:
    listed = county.delegations()
    mine = [each for each in listed.records if each.grantee == TOWN and each.matter == FELLING.id]
    taken = [
        Revocation(f"r-{each.id}", each.id, RevocationMode.SUSPEND, NOON, "test", "test")
        for each in mine
    ]

    assert TOWN not in offers(FELLING, Grants.of(listed.records, taken))
    later = [replace(each, since=NOON + timedelta(seconds=1)) for each in taken]
    assert TOWN in offers(FELLING, Grants.of(listed.records, later))


def test_a_node_from_which_a_matter_is_withheld_is_left_out() -> None:
    listed = county.delegations()
    model = next(each for each in listed.records if each.grantee == TOWN)
    nothing = replace(model, id="w-1", matter=FELLING.id, level=Level.NONE, conditions=())

    assert TOWN not in offers(FELLING, Grants.of([*listed.records, nothing], []))


def test_only_versions_in_force_and_announced_ones_are_told() -> None:
    assert is_told(FELLING, TODAY)
    assert is_told(FOOD, TODAY)
    assert not is_told(replace(FELLING, status=MatterStatus.DRAFT), TODAY)
    assert not is_told(replace(FOOD, status=MatterStatus.DRAFT), TODAY)
    assert not is_told(county.matter("birth-registration", 1), TODAY)
    ended = replace(FELLING, effective_until=TODAY - timedelta(days=1))
    assert not is_told(ended, TODAY)
    assert is_told(ended, TODAY - timedelta(days=1))


def test_a_matter_is_told_as_it_is_today_and_to_come_where_that_is_asked() -> None:
    matters, food = county.catalogue().matters, MatterId("food-business-licence")
    today = told_version(matters, food, TODAY)
    coming = told_version(matters, food, TODAY, 2)

    assert today is not None
    assert coming is not None
    assert (today.version, coming.version) == (1, 2)
    assert guide(coming).is_announced
    assert told_version(matters, food, TODAY, 3) is None
    assert told_version(matters, MatterId("birth-registration"), TODAY, 1) is None


def test_steps_of_one_group_stand_side_by_side() -> None:
    stages = stages_of(county.matter("homestead-and-house"))

    assert [len(stage) for stage in stages] == [1, 1, 3, 1, 1]


def test_a_pause_says_which_limit_it_stops() -> None:
    felling = {each.procedure.id: each for each in guide(FELLING).counting.pauses}
    drainage = guide(county.matter("water-abstraction-permit")).counting.pauses

    assert (felling["P1"].of_promised, felling["P1"].of_statutory) == (True, False)
    assert any(each.of_statutory for each in drainage)


@pytest.mark.parametrize("matter", IN_FORCE, ids=lambda each: each.id)
def test_the_papers_of_a_matter_are_those_its_cases_may_bring(matter: MatterVersion) -> None:
    papers = papers_of(matter)
    documents = [each.document for each in papers]

    assert len(set(documents)) == len(documents)
    assert all(DOCUMENT_STAGES[each.document] is each.stage for each in papers)
    assert all(BY_NAME[each.act].document == each.document for each in papers)
    assert ("grant" in documents) is not matter.is_instant
    assert ("instant-result" in documents) is matter.is_instant
    deferred = matter.supports.deferral is not None and not matter.is_instant
    assert ("deferred-acceptance-notice" in documents) is deferred
    assert ("fee-notice" in documents) is bool(matter.fees)


def test_a_matter_that_ended_is_told_as_one_with_what_is_there_instead() -> None:
    ended = replace(FELLING, effective_until=TODAY - timedelta(days=1))
    other = replace(FELLING, id=MatterId("felling-anew"))
    stranger = replace(other, id=MatterId("another"), catalog_code="440164999000")

    told = ended_on((ended, other, stranger), FELLING.id, TODAY)

    assert told == Ended(ended, (other,))
    assert ended_on((ended, stranger), FELLING.id, TODAY) == Ended(ended, ())


def test_a_matter_ends_only_when_no_version_of_it_is_in_force_or_to_come() -> None:
    last_day = replace(FELLING, effective_until=TODAY)
    ended = replace(FELLING, effective_until=TODAY - timedelta(days=1))
    coming = replace(FELLING, version=2, effective_from=TODAY + timedelta(days=9))
    draft = replace(FELLING, status=MatterStatus.DRAFT)

    assert ended_on((last_day,), FELLING.id, TODAY) is None
    assert ended_on((ended, coming), FELLING.id, TODAY) is None
    assert ended_on((draft,), FELLING.id, TODAY) is None
    assert ended_on((), FELLING.id, TODAY) is None
