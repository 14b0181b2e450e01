"""People and places: nobody's number leaves the file, and duties stay apart."""

from datetime import date
from pathlib import Path

import msgspec
from msgspec.structs import replace

from casework.names import NodeId, OfficerId, PersonId, RegionCode, parent_of
from casework.organisation import (
    Organisation,
    PositionKind,
    Power,
    PowerScope,
    Role,
    decode_organisation,
    person_id,
    role_conflicts,
    stands_in_for,
)
from casework.regions import NodeKind, Regions, code12

FILE = Path(__file__).parents[2] / "deploy/onebox/county/organisation.json"
NOVEMBER = date(2026, 11, 20)


def test_no_identity_or_telephone_number_is_kept(organisation: Organisation) -> None:
    kept = msgspec.json.encode(organisation)
    for row in msgspec.json.decode(FILE.read_bytes())["officers"]:
        assert row["id_number"].encode() not in kept
        assert row["phone"].encode() not in kept


def test_accounts_of_one_person_share_it() -> None:
    one = person_id("44022919350101000x", b"secret")
    assert one == person_id(" 44022919350101000X ", b"secret")
    assert one != person_id("440229193501010004", b"secret")
    assert one != person_id("44022919350101000X")
    assert one.startswith("person-")
    assert len(one) == len("person-") + 32


def test_the_secret_of_the_county_changes_every_person() -> None:
    one = decode_organisation(FILE.read_bytes(), b"a")
    other = decode_organisation(FILE.read_bytes(), b"b")
    assert not {o.person for o in one.officers} & {o.person for o in other.officers}


def test_the_cast_is_who_the_tests_say(organisation: Organisation, regions: Regions) -> None:
    cast = organisation.cast
    assert cast is not None
    lin, wu = organisation.officer(cast.lin), organisation.officer(cast.wu)
    assert lin is not None
    assert wu is not None
    assert lin.node == "440229901002-01"
    assert lin.position_kinds == {PositionKind.VILLAGE_AGENT}
    assert parent_of(lin.node) == wu.node
    assert regions.name_of(RegionCode("440229901002")) == "龙仙镇青云村"


def test_who_is_not_trained_may_not_work(organisation: Organisation) -> None:
    idle = [one for one in organisation.officers if not one.may_work(NOVEMBER)]
    assert len(idle) == 1
    assert organisation.officers[0].may_work(NOVEMBER)
    assert not organisation.officers[0].may_work(date(2020, 1, 1))


def test_personal_powers_have_a_term_and_a_scope(organisation: Organisation) -> None:
    chen = organisation.officer(OfficerId("o0010"))
    assert chen is not None
    assert chen.has_power(Power.DECIDE, NOVEMBER)
    assert chen.has_power(Power.DECIDE, NOVEMBER, PowerScope.DEPARTMENT)
    assert not chen.has_power(Power.DECIDE, NOVEMBER, PowerScope.DELEGATED)
    assert not chen.has_power(Power.DECIDE, date(2028, 1, 1))


def test_b_stands_in_for_a_within_the_term(organisation: Organisation) -> None:
    pair = organisation.ab_pairs[0]
    assert stands_in_for(organisation.ab_pairs, pair.b, NOVEMBER) == (pair.a,)
    assert stands_in_for(organisation.ab_pairs, pair.a, NOVEMBER) == ()
    assert stands_in_for(organisation.ab_pairs, pair.b, date(2028, 1, 1)) == ()


def test_duties_that_exclude_each_other_are_found_over_all_accounts(
    organisation: Organisation,
) -> None:
    assert role_conflicts(organisation.officers) == ()
    one, other = organisation.officers[:2]
    same = PersonId("person-x")
    accounts = (
        replace(one, person=same, roles=(Role.SUPERVISOR,)),
        replace(other, person=same, roles=(Role.APPROVER, Role.LEADER)),
    )
    assert role_conflicts(accounts) == ((same, frozenset({Role.SUPERVISOR, Role.APPROVER})),)


def test_windows_and_officers_are_found_by_node(organisation: Organisation) -> None:
    hall = NodeId("440229-02")
    assert organisation.windows_at(hall)
    assert {one.node for one in organisation.officers_at(hall)} == {hall}
    assert organisation.officer(OfficerId("nobody")) is None


def test_every_node_hangs_where_its_name_says(regions: Regions) -> None:
    assert len(regions.nodes) == 75
    for node in regions.nodes:
        assert node.parent == parent_of(node.id)
        assert regions.knows(node.region)
        assert regions.node(node.id) is node
    assert sum(node.kind is NodeKind.VILLAGE for node in regions.nodes) == len(regions.villages)
    assert code12(RegionCode("440229901")) == "440229901000"
    assert regions.name_of(RegionCode("999999")) is None
