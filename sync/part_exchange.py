"""Large parts between neighbours: what to ask for, what to give, and to whom (protocol.md 9).

A scan is given only to a node whose role in a case that names it entitles it; upwards everything
goes. Parts of trust sets have no secrets and are given to any neighbour.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from casework.names import NodeId, PartHash, parent_of
from sync import part_rows
from sync.carriers.port import PartRange, RangeWant
from sync.engine import Work
from sync.errors import PartError, SealError
from sync.parts import RANGE_BYTES, PartNotHeldError
from sync.sending import find_case, parts_for
from sync.stored import parts_of, stored_body, stored_message

if TYPE_CHECKING:
    from sync.node import Node

PARTS_ASKED_MAX: Final = 32
PARTS_LOOKED_AT_MAX: Final = 100_000  # of which those that a stick brings are asked for
SET_PARTS_ASKED_MAX: Final = 64
URGENCY_OPENED: Final = 10  # somebody is looking at the case


class SetWant(Protocol):
    @property
    def hash(self) -> PartHash: ...
    @property
    def offset(self) -> int: ...
    @property
    def length(self) -> int: ...


class SetSource(Protocol):
    """The trust sets as the exchange sees them: ranges of manifests and set parts."""

    async def wanted(self, limit: int) -> Sequence[SetWant]: ...
    async def read_range(self, part: PartHash, offset: int, length: int) -> bytes | None: ...
    async def accept_ranges(self, ranges: Sequence[PartRange]) -> Sequence[PartRange]: ...
    async def to_show(self) -> Sequence[bytes]: ...
    async def carried(self) -> Sequence[PartHash]: ...
    async def take_shown(self, manifests: Sequence[bytes]) -> None: ...


async def wanted(
    node: "Node",
    neighbour: NodeId,
    budget_bytes: int,
    among: Collection[PartHash] | None = None,
) -> list[RangeWant]:
    """What to ask a neighbour for: of trust sets its parent, of scans whoever named them.

    `among`: the scans that it has with it, where nothing else can be asked for.
    """
    wants: list[RangeWant] = []
    if node.sets is not None and parent_of(node.id) == neighbour:
        sets = await node.sets.wanted(SET_PARTS_ASKED_MAX)
        wants += [RangeWant(each.hash, each.offset, each.length) for each in sets]
    room = budget_bytes - sum(each.length for each in wants)
    parts = await node.database.read(lambda work: _parts_from(work, node.id, neighbour, among))
    for part in parts:
        if room <= 0:
            break
        limit = max(1, room // RANGE_BYTES)
        for offset, length in await node.parts.missing_ranges(part, limit=limit):
            wants.append(RangeWant(part, offset, length))
            room -= length
    return wants


async def read(node: "Node", neighbour: NodeId, wants: Sequence[RangeWant]) -> list[PartRange]:
    """The bytes asked for, as far as they are here and the neighbour may have them."""
    ranges: list[PartRange] = []
    allowed: dict[PartHash, bool] = {}
    for want in wants:
        data = None
        if node.sets is not None:
            data = await node.sets.read_range(want.hash, want.offset, want.length)
        if data is None:
            if want.hash not in allowed:
                allowed[want.hash] = await _may_have(node, neighbour, want.hash)
            data = await _read_part(node, neighbour, want) if allowed[want.hash] else None
        if data:
            ranges.append(PartRange(want.hash, want.offset, data))
    return ranges


async def accept(node: "Node", neighbour: NodeId, ranges: Sequence[PartRange]) -> None:
    """Keep what came. Whatever does not match is dropped and named; the rest counts."""
    refused: PartError | SealError | None = None
    scans = await node.sets.accept_ranges(ranges) if node.sets is not None else ranges
    for each in scans:
        try:
            data = node.vault.take(each.hash, each.data, each.offset)
            state = await node.parts.accept_range(each.hash, each.offset, data)
        except (PartError, SealError) as error:
            refused = error
            await node.change(
                lambda batch: batch.audit("part-refused", neighbour=neighbour, code=PartError.code)
            )
            continue
        if state is part_rows.PartState.HELD:
            node.exchange.wake()
    if refused is not None:
        raise refused


async def to_carry(node: "Node", neighbour: NodeId) -> list[PartHash]:
    """What to take along on a stick: nobody can ask for it while it is on the way.

    Upwards the scans that the county has not acknowledged; downwards the sets in force and the
    scans of what is listed, of which `read` gives those that the neighbour may have.
    """
    if parent_of(node.id) == neighbour:
        return await node.database.read(_unacknowledged)
    sets = await node.sets.carried() if node.sets is not None else ()
    return [*sets, *await node.database.read(lambda work: _listed_large(work, neighbour))]


def _unacknowledged(work: Work) -> list[PartHash]:
    rows = work.execute(
        "SELECT l.hash FROM large_part AS l JOIN part AS p ON p.hash = l.hash"
        " WHERE l.acknowledged = FALSE AND p.state = 'held' ORDER BY l.hash"
    ).fetchall()
    return [PartHash(row[0]) for row in rows]


def _listed_large(work: Work, neighbour: NodeId) -> list[PartHash]:
    rows = work.execute(
        "SELECT DISTINCT p.hash FROM listed AS l JOIN part_reference AS r"
        " ON r.owner = l.message_id JOIN part AS p ON p.hash = r.hash"
        " WHERE l.neighbour = ? AND p.state = 'held' AND p.data IS NULL ORDER BY p.hash",
        (neighbour,),
    ).fetchall()
    return [PartHash(row[0]) for row in rows]


def _parts_from(
    work: Work, me: NodeId, neighbour: NodeId, among: Collection[PartHash] | None = None
) -> list[PartHash]:
    """Parts on their way that this neighbour's messages named, most urgent first."""
    written_here = parent_of(me) == neighbour  # What was erased here comes back from above.
    rows = work.execute(
        "SELECT DISTINCT a.hash, a.urgency FROM part_arrival AS a"
        " CROSS JOIN part_reference AS r CROSS JOIN message AS m"
        " WHERE r.hash = a.hash AND m.id = r.owner"
        " AND (m.brought_by = ? OR (? AND m.brought_by IS NULL))"
        " ORDER BY a.urgency DESC, a.hash LIMIT ?",
        (neighbour, written_here, PARTS_ASKED_MAX if among is None else PARTS_LOOKED_AT_MAX),
    ).fetchall()
    found = [PartHash(row[0]) for row in rows]
    if among is None:
        return found
    return [part for part in found if part in among][:PARTS_ASKED_MAX]


async def _may_have(node: "Node", neighbour: NodeId, part: PartHash) -> bool:
    def ask(work: Work) -> bool:
        rows = work.execute(
            "SELECT m.id, m.wire FROM part_reference AS r JOIN message AS m ON m.id = r.owner"
            " WHERE r.hash = ?",
            (part,),
        ).fetchall()
        if parent_of(node.id) == neighbour:
            return bool(rows)
        home = part_rows.homes(work, [part]).get(part)
        for id_, wire in rows:
            message = stored_message(wire, id_)
            if message.header.case != home:
                continue
            refs = [ref for ref in parts_of(stored_body(message)) if ref.hash == part]
            if find_case(work, home) and parts_for(work, home, neighbour, refs, message.node):
                return True
        return False

    return await node.database.read(ask)


async def _read_part(node: "Node", neighbour: NodeId, want: RangeWant) -> bytes | None:
    try:
        return await node.parts.read_range(want.hash, want.offset, want.length, neighbour)
    except PartNotHeldError:
        return None
