"""Where the printed numbers of the county are: every block, and why a number is not in use.

The county knows a number by the case that bears it. What a node has given out and not yet sent
counts as awaited, or as free while nothing later has come.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from msgspec import Struct

from casework.names import CaseNumber, Incarnation, NodeId
from casework.numbering import (
    LOW_NUMBERS,
    BlockAccount,
    Gap,
    GapReason,
    NumberBlock,
    NumberKind,
    accounts_for,
    number_at,
    read_number,
)
from sync.engine import Database

# Gaps of one node that are listed one by one; a node that loses more has another trouble.
GAPS_SHOWN_MAX: Final = 50


class NodeNumbers(Struct, frozen=True, kw_only=True):
    """The blocks of one node, of all its machines."""

    node: NodeId
    accounts: tuple[BlockAccount, ...]

    @property
    def used(self) -> int:
        return sum(each.used for each in self.accounts)

    @property
    def is_low(self) -> bool:
        """Whether the node may soon have no number to give out."""
        return self.count(GapReason.FREE) <= LOW_NUMBERS

    def count(self, reason: GapReason) -> int:
        return sum(each.count(reason) for each in self.accounts)

    def explained(self) -> Iterator[tuple[Gap, GapReason, CaseNumber, CaseNumber]]:
        """Each gap that is more than numbers still free, with its first and its last number."""
        found = (
            (gap, why, number_at(each.block, gap.first), number_at(each.block, gap.last))
            for each in self.accounts
            for gap, why in each.gaps
            if why is not GapReason.FREE
        )
        return islice(found, GAPS_SHOWN_MAX)


async def read_numbers(
    database: Database, machines: Mapping[NodeId, Incarnation]
) -> tuple[NodeNumbers, ...]:
    """By node, the blocks for numbers of cases; `machines` are those at work."""
    rows = await database.fetch(
        "SELECT block, node, incarnation, document_kind, first, last FROM number_block"
        " WHERE document_kind = ? ORDER BY node, first",
        (NumberKind.CASE.value,),
    )
    used = await _used(database)
    leased: dict[tuple[NodeId, Incarnation], list[NumberBlock]] = defaultdict(list)
    for block, node, incarnation, kind, first, last in rows:
        one = NumberBlock(block, node, incarnation, NumberKind(kind), first, last)
        leased[node, incarnation].append(one)
    found: dict[NodeId, tuple[BlockAccount, ...]] = defaultdict(tuple)
    for (node, incarnation), blocks in leased.items():
        is_ended = machines.get(node) != incarnation
        found[node] += accounts_for(blocks, used, is_ended=is_ended)
    return tuple(
        NodeNumbers(node=node, accounts=accounts) for node, accounts in sorted(found.items())
    )


async def _used(database: Database) -> frozenset[int]:
    rows = await database.fetch("SELECT number FROM case_row", ())
    return frozenset(_serials(row[0] for row in rows))


def _serials(numbers: Iterator[str]) -> Iterator[int]:
    for number in numbers:
        parts = read_number(number)
        if parts is not None and parts.kind is NumberKind.CASE:
            yield parts.serial
