"""The directory: who is who, whose officers are whose, and where logs have ended."""

from datetime import date

import pytest
from msgspec.structs import replace

from casework.names import (
    DepartmentId,
    Incarnation,
    KeyId,
    Lane,
    NodeId,
    OfficerId,
    PersonId,
    RegionCode,
    log_name,
)
from casework.organisation import (
    AbPair,
    Department,
    Officer,
    OfficerStatus,
    Organisation,
    Role,
    Window,
    WindowKind,
)
from casework.regions import County, NodeKind, NodeRecord, Regions
from sync.directory import (
    Directory,
    LogEnd,
    NodeEntry,
    check_succession,
    compose_directory,
    directory_items,
    is_concerned,
    read_directory,
)
from sync.errors import (
    OfficerError,
    RevokedKeyError,
    SetForkError,
    SetFormError,
    SetRollbackError,
    WeakKeyError,
)
from sync.keys import Algorithm, KeyRecord, key_id_of
from tests.builders import CHEN, COUNTY, HALL, LIN, OTHER_TOWN, TOWN, VILLAGE, WU, ZHOU
from tests.keyring import INCARNATION, a_log, a_record

DAY = date(2026, 11, 20)
LI = OfficerId("o0200")
REGION = RegionCode("440229")
KINDS = {
    COUNTY: NodeKind.COUNTY,
    HALL: NodeKind.COUNTY_HALL,
    TOWN: NodeKind.TOWNSHIP,
    OTHER_TOWN: NodeKind.TOWNSHIP,
    VILLAGE: NodeKind.VILLAGE,
}
OLDER = Incarnation("00000001")


def an_officer(officer: OfficerId, node: NodeId) -> Officer:
    return Officer(
        id=officer,
        person=PersonId(f"person-{officer}"),
        name="某人",
        department=None,
        node=node,
        positions=(),
        roles=(Role.CLERK,),
        personal_powers=(),
        trained_on=DAY,
        status=OfficerStatus.ACTIVE,
    )


def a_directory(version: int = 12) -> Directory:
    nodes = tuple(
        NodeRecord(node, kind, RegionCode(node.split("-")[0]), f"节点{node}", None)
        for node, kind in KINDS.items()
    )
    people = ((CHEN, HALL), (WU, TOWN), (LI, TOWN), (LIN, VILLAGE), (ZHOU, OTHER_TOWN))
    organisation = Organisation(
        format=1,
        county=REGION,
        version=7,
        notice="虚构",
        departments=(Department(DepartmentId("health"), "卫健局", "卫健", "x", "1", "股", "s"),),
        positions=(),
        officers=tuple(an_officer(officer, node) for officer, node in people),
        ab_pairs=(AbPair("ab1", WU, LI, "town", "文", DAY, None),),
        windows=(Window("w1", TOWN, 1, WindowKind.COMPREHENSIVE, None, "综合", (), (), (WU,)),),
        cast=None,
    )
    entries = [
        NodeEntry(node, (OLDER, INCARNATION), (a_record(node.id, OLDER), a_record(node.id)), ())
        for node in nodes
    ]
    entries[2] = replace(entries[2], ends=(LogEnd(log_name(TOWN, OLDER, Lane.CASE), 9, False),))
    county = County(REGION, "440229000000", "翁源县", "县", "韶关市", "real", "real")
    regions = Regions(format=1, county=county, townships=(), nodes=nodes)
    return compose_directory(version, regions, organisation, entries)


DIRECTORY = a_directory()


def test_a_directory_comes_back_from_its_items() -> None:
    items = directory_items(DIRECTORY)
    assert read_directory(12, items) == DIRECTORY
    assert f"node/{TOWN}" in items
    assert f"staff/{TOWN}" in items


def test_a_node_holds_the_staff_that_concerns_it() -> None:
    items = directory_items(DIRECTORY)
    at_town = {
        name: data for name, data in items.items() if is_concerned(name, frozenset({TOWN, VILLAGE}))
    }
    held = read_directory(12, at_town)
    assert held.nodes == DIRECTORY.nodes
    assert held.find_officer(LIN) is not None
    assert held.find_officer(ZHOU) is None
    check_succession(DIRECTORY, held)


def test_a_key_is_found_with_the_node_and_life_it_speaks_for() -> None:
    record = DIRECTORY.find_key(a_record(TOWN).key_id)
    assert record == a_record(TOWN)
    assert DIRECTORY.find_key(KeyId("ed25519:" + "0" * 32)) is None
    assert DIRECTORY.newest_incarnation(TOWN) == INCARNATION
    assert DIRECTORY.rank_of(TOWN, OLDER) < DIRECTORY.rank_of(TOWN, INCARNATION)
    with pytest.raises(ValueError, match="not in"):
        DIRECTORY.rank_of(TOWN, Incarnation("ffffffff"))
    with pytest.raises(ValueError, match="directory"):
        DIRECTORY.rank_of(NodeId("440229999-01"), OLDER)


def test_a_log_ends_where_the_directory_says() -> None:
    ended = log_name(TOWN, OLDER, Lane.CASE)
    DIRECTORY.check_position(ended, 9)
    DIRECTORY.check_position(a_log(TOWN), 1_000)
    with pytest.raises(RevokedKeyError):
        DIRECTORY.check_position(ended, 10)


def test_a_node_speaks_for_those_who_work_there() -> None:
    assert DIRECTORY.may_speak_for(TOWN, WU)
    assert not DIRECTORY.may_speak_for(OTHER_TOWN, WU)
    assert not DIRECTORY.may_speak_for(TOWN, LIN)
    assert not DIRECTORY.may_speak_for(TOWN, OfficerId("nobody"))


def test_the_county_machine_speaks_for_the_county_hall() -> None:
    assert DIRECTORY.may_speak_for(HALL, CHEN)
    assert DIRECTORY.may_speak_for(COUNTY, CHEN)
    assert not DIRECTORY.may_speak_for(COUNTY, WU)


def test_an_officer_acts_for_whom_a_pair_says() -> None:
    DIRECTORY.check_officers(TOWN, WU, None, DAY)
    DIRECTORY.check_officers(TOWN, LI, WU, DAY)
    for officer, acting_for, on in ((WU, LI, DAY), (LI, WU, date(2026, 11, 19)), (LI, ZHOU, DAY)):
        with pytest.raises(OfficerError):
            DIRECTORY.check_officers(TOWN, officer, acting_for, on)
    with pytest.raises(OfficerError):
        DIRECTORY.check_officers(OTHER_TOWN, LI, WU, DAY)


def test_a_directory_does_not_go_back_and_has_one_content() -> None:
    check_succession(DIRECTORY, a_directory())
    check_succession(DIRECTORY, a_directory(1012))
    with pytest.raises(SetRollbackError):
        check_succession(DIRECTORY, a_directory(11))
    with pytest.raises(SetForkError):
        check_succession(DIRECTORY, replace(DIRECTORY, nodes=DIRECTORY.nodes[:-1]))


def test_regions_and_people_are_read_in_the_form_of_the_rules() -> None:
    assert DIRECTORY.regions.node(TOWN) == NodeRecord(
        TOWN, NodeKind.TOWNSHIP, RegionCode("440229901"), f"节点{TOWN}", None
    )
    assert DIRECTORY.organisation.officers_at(TOWN) == (an_officer(WU, TOWN), an_officer(LI, TOWN))
    assert len(DIRECTORY.organisation.windows) == 1


def test_an_unfit_record_spoils_the_directory() -> None:
    entry = DIRECTORY.find_node(TOWN)
    assert entry is not None
    zero = bytes(32)
    weak = KeyRecord(
        key_id_of(zero),
        Algorithm.ED25519,
        zero.hex(),
        TOWN,
        OLDER,
        "2026-01-01T00:00:00.000000Z",
        None,
    )
    for bad, error in (
        (replace(entry, keys=(weak,)), WeakKeyError),
        (replace(entry, keys=(a_record(OTHER_TOWN),)), SetFormError),
        (replace(entry, incarnations=(OLDER,)), SetFormError),
        (replace(entry, ends=(LogEnd(a_log(OTHER_TOWN), 1, False),)), SetFormError),
    ):
        items = directory_items(replace(DIRECTORY, nodes=(bad,)))
        with pytest.raises(error):
            read_directory(12, items)


def test_a_directory_without_its_places_or_with_noise_is_none() -> None:
    items = directory_items(DIRECTORY)
    for bad in ({}, items | {"places": b"{}"}, items | {f"node/{TOWN}": b"\xff"}):
        with pytest.raises(SetFormError):
            read_directory(12, bad)
