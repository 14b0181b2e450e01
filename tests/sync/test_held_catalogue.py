"""The catalogue at hand: found by name, pinyin, initials or code."""

from datetime import date

import pytest

from casework.names import MatterId
from sync.held_catalogue import HeldCatalogue, hold_catalogue
from tests.county import catalogue

DAY = date(2026, 11, 20)
BIRTH = MatterId("birth-registration")


@pytest.fixture(scope="module")
def held() -> HeldCatalogue:
    return hold_catalogue(3, catalogue().matters)


@pytest.mark.parametrize("text", ["低保", "最低生活保障", "dibao", "db", "DIBAO", " 低 保 "])
def test_a_matter_is_found_however_it_is_typed(held: HeldCatalogue, text: str) -> None:
    found = [matter.id for matter in held.search(text, DAY)]

    assert "minimum-living-allowance" in found


def test_a_code_finds_its_matter_first(held: HeldCatalogue) -> None:
    matter = held.on(DAY)[7]

    assert held.search(matter.implementation_code, DAY)[0].ref == matter.ref


def test_nothing_typed_lists_everything_of_the_day(held: HeldCatalogue) -> None:
    assert held.search("  ", DAY) == held.on(DAY)


def test_what_nobody_offers_is_not_found(held: HeldCatalogue) -> None:
    assert held.search("火星移民", DAY) == ()


def test_a_retired_version_is_held_and_not_offered(held: HeldCatalogue) -> None:
    old, new = sorted(held.versions_of(BIRTH), key=lambda matter: matter.version)

    assert held.current(BIRTH, DAY) == new
    assert held.find(old.ref) == old
    assert old not in held.search("生育登记", DAY)
    assert held.current(BIRTH, date(2026, 3, 1)) == old
