"""Numbers that two offline nodes cannot both issue.

The county leases blocks of one running serial per kind; a node numbers from its own blocks only.
A number is sixteen digits, read out four by four: county 6, kind 1, serial 8, and a check digit
(ISO 7064 MOD 11,10) that catches every wrong digit. It never changes its form.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final

from msgspec import Struct
from stdnum.iso7064 import mod_11_10

from casework.errors import NumbersExhaustedError
from casework.fact import Fact
from casework.names import CaseNumber, Incarnation, NodeId


class NumberKind(StrEnum):
    """What is numbered. The values are signed, their digits printed; never change one."""

    CASE = "case"
    DOCUMENT = "document"
    PARCEL = "parcel"
    ORIGINAL = "original"
    TRANSFER_SLIP = "transfer_slip"


_DIGITS: Final = {
    NumberKind.CASE: "1",
    NumberKind.DOCUMENT: "2",
    NumberKind.PARCEL: "3",
    NumberKind.ORIGINAL: "4",
    NumberKind.TRANSFER_SLIP: "5",
}
_KINDS: Final = {digit: kind for kind, digit in _DIGITS.items()}

COUNTY_CHARS: Final = 6
SERIAL_CHARS: Final = 8
NUMBER_CHARS: Final = COUNTY_CHARS + 1 + SERIAL_CHARS + 1
SERIAL_MAX: Final = 10**SERIAL_CHARS - 1
GROUP_CHARS: Final = 4
BLOCK_SIZE: Final = 500
# A node asks for its next block while this many numbers, or this part of a block, are left.
LOW_NUMBERS: Final = 50
LOW_SHARE: Final = 5


class NumberBlock(Fact, frozen=True):
    """Serials from `first` to `last`, both included, leased to one incarnation of a node."""

    block: int
    node: NodeId
    incarnation: Incarnation
    kind: NumberKind
    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last <= SERIAL_MAX:
            raise ValueError(f"a block from {self.first} to {self.last}")

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def holds(self, serial: int) -> bool:
        return self.first <= serial <= self.last


class NumberParts(Struct, frozen=True):
    """What a number says of itself."""

    county: str
    kind: NumberKind
    serial: int


class Gap(Struct, frozen=True):
    """Serials of a block that no printed paper bears."""

    block: int
    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


class GapReason(StrEnum):
    """Why nothing is known of a number."""

    FREE = "free"  # not given out yet
    AWAITED = "awaited"  # given out, or skipped, before a later one; its case has not come
    GIVEN_BACK = "given_back"  # its machine was replaced before it came to that


class BlockAccount(Struct, frozen=True, kw_only=True):
    """What became of a block: every serial is used, or in a gap that has its reason."""

    block: NumberBlock
    used: int
    gaps: tuple[tuple[Gap, GapReason], ...]

    def count(self, reason: GapReason) -> int:
        return sum(gap.size for gap, why in self.gaps if why is reason)


def number_at(block: NumberBlock, serial: int) -> CaseNumber:
    """The number with this serial; it must lie in the block."""
    if not block.holds(serial):
        raise NumbersExhaustedError(f"{serial} is outside block {block.block}")
    body = f"{block.node[:COUNTY_CHARS]}{_DIGITS[block.kind]}{serial:0{SERIAL_CHARS}d}"
    return CaseNumber(body + mod_11_10.calc_check_digit(body))


def is_valid_number(text: str) -> bool:
    """Whether a text is a number with the right check digit, however it is spaced."""
    return read_number(text) is not None


def read_number(text: str) -> NumberParts | None:
    """What a number says, or None if it is not one; a misread digit is never taken for another."""
    return read_plain_number(plain_number(text))


def read_plain_number(number: str) -> NumberParts | None:
    """The same for a number as it is stored: no space or hyphen of print is passed over."""
    if len(number) != NUMBER_CHARS or not (number.isascii() and number.isdigit()):
        return None
    kind = _KINDS.get(number[COUNTY_CHARS])
    serial = int(number[COUNTY_CHARS + 1 : -1])
    if kind is None or serial == 0 or not mod_11_10.is_valid(number):
        return None
    return NumberParts(number[:COUNTY_CHARS], kind, serial)


def plain_number(text: str) -> str:
    """A number as it is stored: without the spaces and hyphens of print."""
    return "".join(text.split()).replace("-", "")


def spoken_number(number: str) -> str:
    """A number as it is printed and read out: four by four."""
    plain = plain_number(number)
    return " ".join(plain[at : at + GROUP_CHARS] for at in range(0, len(plain), GROUP_CHARS))


def is_from_block(number: str, block: NumberBlock) -> bool:
    """Whether a number is one of this block's: how the county checks its author's right to it."""
    parts = read_number(number)
    return (
        parts is not None
        and parts.county == block.node[:COUNTY_CHARS]
        and parts.kind is block.kind
        and block.holds(parts.serial)
    )


def next_block(
    held: Iterable[NumberBlock],
    node: NodeId,
    incarnation: Incarnation,
    kind: NumberKind,
    size: int = BLOCK_SIZE,
) -> NumberBlock:
    """The block that follows every block ever leased; the county alone may ask for it."""
    given = tuple(held)
    first = max((one.last for one in given if one.kind is kind), default=0) + 1
    if first + size - 1 > SERIAL_MAX:
        raise NumbersExhaustedError(f"no {size} serials left for {kind}")
    block = max((one.block for one in given), default=0) + 1
    return NumberBlock(block, node, incarnation, kind, first, first + size - 1)


def overlaps(blocks: Iterable[NumberBlock]) -> tuple[tuple[NumberBlock, NumberBlock], ...]:
    """Pairs of blocks that share a serial: never two in a county."""
    ordered = sorted(blocks, key=lambda one: (one.node[:COUNTY_CHARS], one.kind, one.first))
    return tuple(
        (one, other)
        for one, other in pairwise(ordered)
        if (one.node[:COUNTY_CHARS], one.kind) == (other.node[:COUNTY_CHARS], other.kind)
        and other.first <= one.last
    )


def next_serial(blocks: Iterable[NumberBlock], last_used: int) -> tuple[NumberBlock, int]:
    """The block and serial to use next at a node: blocks of one kind, in the order of serials."""
    for block in sorted(blocks, key=lambda one: one.first):
        if last_used < block.last:
            return block, max(block.first, last_used + 1)
    raise NumbersExhaustedError(f"no number after {last_used}")


def remaining(blocks: Iterable[NumberBlock], last_used: int) -> int:
    """How many numbers of one kind a node has left."""
    return sum(
        block.last - max(block.first, last_used + 1) + 1
        for block in blocks
        if block.last > last_used
    )


def is_running_low(blocks: Sequence[NumberBlock], last_used: int) -> bool:
    """Whether the node must ask for its next block."""
    largest = max((block.size for block in blocks), default=0)
    left = remaining(blocks, last_used)
    return left <= LOW_NUMBERS or left * LOW_SHARE <= largest


def gaps(blocks: Iterable[NumberBlock], used: Iterable[int]) -> tuple[Gap, ...]:
    """The serials of blocks that were never used: what a gap report lists."""
    taken = sorted(set(used))
    found: list[Gap] = []
    for block in sorted(blocks, key=lambda one: one.first):
        free = block.first
        for serial in (one for one in taken if block.holds(one)):
            if serial > free:
                found.append(Gap(block.block, free, serial - 1))
            free = serial + 1
        if free <= block.last:
            found.append(Gap(block.block, free, block.last))
    return tuple(found)


def accounts_for(
    blocks: Iterable[NumberBlock], used: Iterable[int], *, is_ended: bool = False
) -> tuple[BlockAccount, ...]:
    """Where the numbers of one machine are, whose blocks of one kind it uses in their order.

    `is_ended` if it gives out none any more. What is given back stays so for good: a machine that
    was lost may have printed numbers of which nobody else has heard, and no two papers may bear
    one number.
    """
    ordered, known = sorted(blocks, key=lambda one: one.first), frozenset(used)
    taken = {one: {serial for serial in known if one.holds(serial)} for one in ordered}
    newest = max((serial for each in taken.values() for serial in each), default=0)
    unreached = GapReason.GIVEN_BACK if is_ended else GapReason.FREE
    return tuple(
        BlockAccount(
            block=one,
            used=len(taken[one]),
            gaps=tuple(
                (gap, unreached if gap.first > newest else GapReason.AWAITED)
                for gap in gaps((one,), taken[one])
            ),
        )
        for one in ordered
    )
