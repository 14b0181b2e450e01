"""A grantee's records in items: none lost, none large, and a change moves only its own."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.delegation import Delegation
from casework.names import DelegationId, MatterId
from sync.errors import SetFormError
from sync.grants import GRANT_RECORDS_AIM, Grants, grant_items, place_of
from sync.strict_json import decode_strict, encode_strict
from sync.trust_items import delegation_items, read_delegations
from tests.builders import OTHER_TOWN, TOWN
from tests.county import delegations

PATTERN = delegations().records[0]


def record(number: int, matter: int = 0, grantee: str = TOWN) -> Delegation:
    return replace(
        PATTERN,
        id=DelegationId(f"d{number:05d}"),
        grantee=grantee,
        matter=MatterId(f"matter-{matter}"),
    )


RECORDS = [record(number, number) for number in range(1_000)]
lists = st.lists(st.integers(0, 400), max_size=300, unique=True).map(
    lambda numbers: [
        record(number, number // 2, (TOWN, OTHER_TOWN)[number % 2]) for number in numbers
    ]
)


@given(lists)
def test_all_records_come_back_whatever_their_order(records: list[Delegation]) -> None:
    items = delegation_items(records, ())
    assert items == delegation_items(reversed(records), ())
    read = read_delegations(items).records
    assert read == tuple(sorted(records, key=lambda one: (one.grantee, one.id)))


@given(lists)
def test_no_item_holds_many(records: list[Delegation]) -> None:
    for data in grant_items(records).values():
        assert 1 <= len(decode_strict(data, Grants).records) <= GRANT_RECORDS_AIM


@given(st.integers(0, len(RECORDS) - 1))
def test_a_changed_record_alters_one_item(number: int) -> None:
    changed = list(RECORDS)
    changed[number] = replace(changed[number], not_after=date(2027, 12, 31))
    before, after = grant_items(RECORDS), grant_items(changed)
    assert before.keys() == after.keys()
    (altered,) = (name for name in after if after[name] != before[name])
    assert len(after[altered]) < 64 * 1024


@given(st.integers(0, len(RECORDS) - 1))
def test_one_record_fewer_moves_none_but_its_neighbours(number: int) -> None:
    before = grant_items(RECORDS)
    after = grant_items([*RECORDS[:number], *RECORDS[number + 1 :]])
    gone = {name for name in before if before[name] != after.get(name)}
    come = {name for name in after if after[name] != before.get(name)}
    assert len(gone) <= 2, "its own item, and the one that it is joined with"
    assert len(come) <= 1


def test_many_records_of_one_matter_stay_together() -> None:
    items = grant_items(record(number) for number in range(2 * GRANT_RECORDS_AIM))
    (name,) = items
    assert name == f"grantee/{TOWN}/{place_of(MatterId('matter-0'))}"


@pytest.mark.parametrize(
    ("name", "held"),
    [
        (f"grantee/{TOWN}", Grants(OTHER_TOWN, (record(1, grantee=OTHER_TOWN),))),
        (f"grantee/{TOWN}", Grants(TOWN, (record(1, grantee=OTHER_TOWN),))),
        (
            f"grantee/{TOWN}/" + "01"[place_of(MatterId("matter-0"))[0] == "0"],
            Grants(TOWN, (record(1),)),
        ),
    ],
)
def test_a_record_stands_in_no_item_but_its_own(name: str, held: Grants) -> None:
    with pytest.raises(SetFormError):
        read_delegations({name: encode_strict(held)})


def test_a_record_stands_once() -> None:
    twice = {
        name: encode_strict(Grants(TOWN, (record(1),)))
        for name in (f"grantee/{TOWN}", f"grantee/{TOWN}/{place_of(MatterId('matter-0'))}")
    }
    with pytest.raises(SetFormError, match="twice"):
        read_delegations(twice)
