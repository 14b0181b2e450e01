"""Numbers: nobody can issue another's, and no wrong digit passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.errors import NumbersExhaustedError
from casework.names import Incarnation, NodeId
from casework.numbering import (
    Gap,
    GapReason,
    NumberBlock,
    NumberKind,
    accounts_for,
    gaps,
    is_from_block,
    is_running_low,
    is_valid_number,
    next_block,
    next_serial,
    number_at,
    overlaps,
    read_number,
    remaining,
    spoken_number,
)

LONGXIAN = NodeId("440229901-01")
BAZI = NodeId("440229902-01")
INCARNATION = Incarnation("5f0c2a91")
BLOCK = NumberBlock(1, LONGXIAN, INCARNATION, NumberKind.CASE, 1, 500)

SERIALS = st.integers(1, 500)


def test_a_number_never_changes_its_form() -> None:
    assert number_at(BLOCK, 17) == "4402291000000174"
    assert spoken_number("4402291000000174") == "4402 2910 0000 0174"


@given(SERIALS, st.sampled_from(NumberKind))
def test_a_number_says_what_it_was_made_of(serial: int, kind: NumberKind) -> None:
    block = NumberBlock(3, LONGXIAN, INCARNATION, kind, 1, 500)
    parts = read_number(spoken_number(number_at(block, serial)))
    assert parts is not None
    assert (parts.county, parts.kind, parts.serial) == ("440229", kind, serial)
    assert is_from_block(number_at(block, serial), block)


@given(SERIALS, st.integers(0, 15), st.integers(1, 9))
def test_no_wrong_digit_passes(serial: int, place: int, change: int) -> None:
    digits = [int(one) for one in number_at(BLOCK, serial)]
    digits[place] = (digits[place] + change) % 10
    assert not is_valid_number("".join(map(str, digits)))


WRONG = (
    "",
    "0",
    "440229100000017",
    "44022910000001744",
    "44022910000O0174",
    "４402291000000174",
    "4402299000000174",
    "4402291000000002",
)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert not is_valid_number(text)


@pytest.mark.parametrize("serial", [0, 501, -1])
def test_a_node_numbers_only_from_its_block(serial: int) -> None:
    with pytest.raises(NumbersExhaustedError):
        number_at(BLOCK, serial)


def test_a_number_of_another_block_is_not_its_own() -> None:
    other = NumberBlock(2, BAZI, INCARNATION, NumberKind.CASE, 501, 1000)
    documents = NumberBlock(3, LONGXIAN, INCARNATION, NumberKind.DOCUMENT, 1, 500)
    assert not is_from_block(number_at(other, 501), BLOCK)
    assert not is_from_block(number_at(documents, 17), BLOCK)


@given(st.lists(st.tuples(st.sampled_from([LONGXIAN, BAZI]), st.sampled_from(NumberKind))))
def test_no_two_nodes_can_issue_the_same_number(
    leases: list[tuple[NodeId, NumberKind]],
) -> None:
    held: list[NumberBlock] = []
    for node, kind in leases:
        held.append(next_block(held, node, INCARNATION, kind, size=7))
    assert overlaps(held) == ()
    issued = [number_at(one, n) for one in held for n in range(one.first, one.last + 1)]
    assert len(set(issued)) == len(issued)


def test_blocks_that_share_a_serial_are_found() -> None:
    clash = NumberBlock(2, BAZI, INCARNATION, NumberKind.CASE, 500, 600)
    assert overlaps([clash, BLOCK]) == ((BLOCK, clash),)
    assert overlaps([NumberBlock(2, BAZI, INCARNATION, NumberKind.PARCEL, 1, 9), BLOCK]) == ()


def test_a_node_goes_on_to_its_next_block_and_then_stops() -> None:
    second = NumberBlock(4, LONGXIAN, INCARNATION, NumberKind.CASE, 1501, 1510)
    blocks = (second, BLOCK)
    assert next_serial(blocks, 0) == (BLOCK, 1)
    assert next_serial(blocks, 37) == (BLOCK, 38)
    assert next_serial(blocks, 500) == (second, 1501)
    assert remaining(blocks, 499) == 11
    with pytest.raises(NumbersExhaustedError):
        next_serial(blocks, 1510)


def test_a_node_asks_for_more_in_time() -> None:
    assert not is_running_low((BLOCK,), 399)
    assert is_running_low((BLOCK,), 400)
    assert is_running_low((), 0)
    small = NumberBlock(9, LONGXIAN, INCARNATION, NumberKind.CASE, 1, 40)
    assert is_running_low((small,), 0)


def test_a_gap_report_lists_what_no_paper_bears() -> None:
    block = NumberBlock(1, LONGXIAN, INCARNATION, NumberKind.CASE, 1, 10)
    assert gaps([block], [1, 2, 5, 5, 99]) == (Gap(1, 3, 4), Gap(1, 6, 10))
    assert gaps([block], range(1, 11)) == ()
    assert gaps([block], []) == (Gap(1, 1, 10),)


@pytest.mark.parametrize(("first", "last"), [(0, 5), (5, 4), (1, 10**8)])
def test_a_block_lies_within_the_serials(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="block"):
        NumberBlock(1, LONGXIAN, INCARNATION, NumberKind.CASE, first, last)


def test_the_serials_end_one_day() -> None:
    last = NumberBlock(1, LONGXIAN, INCARNATION, NumberKind.CASE, 1, 10**8 - 3)
    with pytest.raises(NumbersExhaustedError):
        next_block([last], BAZI, INCARNATION, NumberKind.CASE)


def test_a_machines_blocks_are_accounted_for_to_the_last_number() -> None:
    used = [BLOCK.first, BLOCK.first + 3]
    [account] = accounts_for((BLOCK,), used)
    assert account.used == 2
    assert [(gap.first - BLOCK.first, gap.size, why) for gap, why in account.gaps] == [
        (1, 2, GapReason.AWAITED),
        (4, BLOCK.size - 4, GapReason.FREE),
    ]
    [ended] = accounts_for((BLOCK,), used, is_ended=True)
    assert ended.count(GapReason.AWAITED) == 2
    assert ended.count(GapReason.GIVEN_BACK) == BLOCK.size - 4
    assert ended.count(GapReason.FREE) == 0
    # Blocks are used in their order: what is left of an earlier one was given out.
    following = replace(BLOCK, block=BLOCK.block + 1, first=BLOCK.last + 1, last=BLOCK.last + 9)
    earlier, later = accounts_for((BLOCK, following), [*used, following.first])
    assert earlier.count(GapReason.AWAITED) == BLOCK.size - 2
    assert later.count(GapReason.FREE) == 8
