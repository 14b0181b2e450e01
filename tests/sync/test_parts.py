"""Parts: small ones in the database, large ones piece by piece, and what erasing leaves."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.entry import PartRef
from casework.names import CaseId, PartHash
from sync import part_rows
from sync.clock import SystemClock
from sync.engine import Database
from sync.errors import PartError
from sync.part_rows import PartState, Range, Reference
from sync.parts import (
    PART_BYTES_MAX,
    RANGE_BYTES,
    PartNotHeldError,
    Parts,
    Shelf,
    check_part,
    content_of,
    gaps,
    is_small,
    make_part,
    with_range,
)
from sync.tables import create_tables
from tests.builders import TOWN

SALT = bytes(range(16))
CASE, OTHER_CASE = CaseId("a" * 32), CaseId("b" * 32)
SCAN = bytes(os.urandom(1000)) * 200


def a_part(content: bytes) -> tuple[PartRef, bytes]:
    part, data = make_part(content, SALT)
    return PartRef(part, len(data), "image/jpeg", "440229-M-01"), data


class Node:
    """A machine with a database and a disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.shelf = path / "parts"
        self.database = Database(path / "node.sqlite")
        self.parts = Parts(self.database, Shelf(self.shelf), path / "arrivals")

    async def make_tables(self) -> None:
        await create_tables(self.database)

    async def hold(self, ref: PartRef, data: bytes, case: CaseId = CASE) -> None:
        if not is_small(ref.size):
            await self.parts.shelve(ref.hash, data)
        async with self.database.transaction():
            kept = data if is_small(ref.size) else None
            await self.database.work(lambda work: part_rows.hold(work, [(ref, kept)]))
            await self.refer(ref, case)

    async def refer(self, ref: PartRef, case: CaseId, owner: str = "m") -> None:
        reference = Reference(ref.hash, owner + case, case)
        await self.database.work(lambda work: part_rows.refer(work, [reference]))

    async def wait_for(self, ref: PartRef, urgency: int = 0, case: CaseId = CASE) -> None:
        await self.database.work(lambda work: part_rows.wait_for(work, [ref], urgency=urgency))
        await self.refer(ref, case)

    async def state(self, ref: PartRef) -> PartState | None:
        return (await self.parts.states([ref.hash])).get(ref.hash)

    async def release(self, case: CaseId) -> list[PartHash]:
        erased = await self.database.work(lambda work: part_rows.release_case(work, case))
        await self.parts.drop(erased)
        return erased


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = Node(tmp_path)
    async with made.database:
        await made.make_tables()
        yield made


async def bring(node: Node, part: PartHash, data: bytes) -> None:
    """A neighbour that holds the whole part answers every question."""
    while missing := await node.parts.missing_ranges(part):
        for offset, length in missing:
            await node.parts.accept_range(part, offset, data[offset : offset + length])


def test_a_part_is_its_salt_and_its_content() -> None:
    part, data = make_part("身份证".encode(), SALT)
    assert data == SALT + "身份证".encode()
    assert content_of(data).decode() == "身份证"
    assert part == "cc1804b0b655dd97598fdae3f3c9496146b7c4aa5d04c9d2d6f4b8262dd73caf"
    assert make_part("身份证".encode(), bytes(16))[0] != part


def test_bytes_that_do_not_match_are_refused() -> None:
    ref, data = a_part(b"x")
    check_part(data, part=ref.hash, size=ref.size)
    for wrong in (data[:-1], data + b"x", data[:-1] + b"y"):
        with pytest.raises(PartError, match=ref.hash):
            check_part(wrong, part=ref.hash, size=ref.size)


def test_sixteen_kibibytes_with_the_salt_are_small() -> None:
    assert is_small(16 * 1024)
    assert not is_small(16 * 1024 + 1)


@given(st.integers(1, 60), st.lists(st.tuples(st.integers(0, 59), st.integers(1, 20))))
def test_ranges_are_kept_as_a_set_of_bytes_would_be(
    size: int, pieces: list[tuple[int, int]]
) -> None:
    ranges: tuple[Range, ...] = ()
    held: set[int] = set()
    for offset, length in pieces:
        if offset + length <= size:
            ranges = with_range(ranges, (offset, offset + length))
            held |= set(range(offset, offset + length))

    missing = [byte for first, end in gaps(ranges, size) for byte in range(first, end)]
    assert missing == sorted(set(range(size)) - held)
    assert all(one[1] < two[0] for one, two in pairwise(ranges))


async def test_a_small_part_is_written_with_its_message_or_not_at_all(node: Node) -> None:
    ref, data = a_part(b"name and number")

    async def fail() -> None:
        async with node.database.transaction():
            await node.database.work(lambda work: part_rows.hold(work, [(ref, data)]))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await node.state(ref) is None

    await node.hold(ref, data)
    assert await node.parts.get(ref.hash) == data
    assert await node.database.read(lambda work: part_rows.small_parts(work, [ref.hash])) == {
        ref.hash: data
    }
    assert await node.parts.read_range(ref.hash, 16, 4, TOWN) == b"name"
    assert await node.parts.media_type(ref.hash) == "image/jpeg"


async def test_a_large_part_is_read_by_ranges(node: Node) -> None:
    ref, data = a_part(SCAN)
    await node.hold(ref, data)
    assert await node.parts.get(ref.hash) == data
    assert (node.shelf / ref.hash[:2] / ref.hash).read_bytes() == data
    assert await node.parts.read_range(ref.hash, 100, 50, TOWN) == data[100:150]
    assert await node.parts.read_range(ref.hash, len(data) - 5, 50, TOWN) == data[-5:]
    assert await node.parts.read_range(ref.hash, len(data) + 5, 50, TOWN) == b""
    assert await node.parts.read_range(ref.hash, -1, 5, TOWN) == b""
    assert not await node.database.read(lambda work: part_rows.small_parts(work, [ref.hash]))


async def test_a_part_that_is_not_here_cannot_be_read(node: Node) -> None:
    ref, _ = a_part(SCAN)
    await node.wait_for(ref)
    with pytest.raises(PartNotHeldError):
        await node.parts.get(ref.hash)
    with pytest.raises(PartNotHeldError):
        await node.parts.read_range(PartHash("0" * 64), 0, 1, TOWN)


async def test_what_is_asked_for_is_bounded(node: Node) -> None:
    ref, _ = a_part(SCAN)
    await node.wait_for(ref)
    asked = await node.parts.missing_ranges(ref.hash)
    assert asked[0] == (0, RANGE_BYTES)
    assert sum(length for _, length in asked) == ref.size
    assert len(await node.parts.missing_ranges(ref.hash, range_bytes=1000, limit=7)) == 7
    assert await node.parts.missing_ranges(PartHash("0" * 64)) == []


async def test_a_part_too_large_is_never_asked_for(node: Node) -> None:
    ref = PartRef(PartHash("c" * 64), PART_BYTES_MAX + 1, "image/jpeg", "x")
    await node.wait_for(ref)
    assert await node.parts.missing_ranges(ref.hash) == []
    with pytest.raises(PartError):
        await node.parts.accept_range(ref.hash, PART_BYTES_MAX, b"x")


@pytest.mark.parametrize("content", [b"small", SCAN])
async def test_a_part_comes_in_any_order_and_more_than_once(node: Node, content: bytes) -> None:
    ref, data = a_part(content)
    await node.wait_for(ref)
    pieces = list(range(0, len(data), 7000))
    for offset in [*reversed(pieces[1:]), *pieces[1:]]:
        state = await node.parts.accept_range(ref.hash, offset, data[offset : offset + 9000])
        assert state is PartState.AWAITED
    assert await node.parts.accept_range(ref.hash, 0, data[:7000]) is PartState.HELD
    assert await node.parts.get(ref.hash) == data
    assert await node.parts.accept_range(ref.hash, 0, data[:7000]) is PartState.HELD
    assert list((node.path / "arrivals").iterdir()) == []


async def test_a_part_with_a_wrong_byte_is_refused_by_name_and_asked_for_again(node: Node) -> None:
    ref, data = a_part(SCAN)
    await node.wait_for(ref)
    wrong = data[:99] + bytes([data[99] ^ 1]) + data[100:]
    with pytest.raises(PartError, match=ref.hash):
        await node.parts.accept_range(ref.hash, 0, wrong)
    assert await node.state(ref) is PartState.AWAITED
    assert (await node.parts.missing_ranges(ref.hash))[0] == (0, RANGE_BYTES)
    await bring(node, ref.hash, data)
    assert await node.parts.get(ref.hash) == data


async def test_bytes_nobody_asked_for_are_refused(node: Node) -> None:
    ref, data = a_part(SCAN)
    with pytest.raises(PartError):
        await node.parts.accept_range(ref.hash, 0, data)
    await node.wait_for(ref)
    for offset, piece in ((-1, b"x"), (0, b""), (0, data + b"x"), (len(data), b"x")):
        with pytest.raises(PartError):
            await node.parts.accept_range(ref.hash, offset, piece)


async def test_a_file_damaged_on_the_shelf_is_not_passed_off_as_the_part(node: Node) -> None:
    ref, data = a_part(SCAN)
    await node.hold(ref, data)
    (node.shelf / ref.hash[:2] / ref.hash).write_bytes(data[:-1] + b"?")
    with pytest.raises(PartError):
        await node.parts.get(ref.hash)


async def test_the_case_somebody_looks_at_comes_first(node: Node) -> None:
    refs = [a_part(SCAN + bytes([n]))[0] for n in range(3)]
    for ref, case in zip(refs, (CASE, OTHER_CASE, CASE), strict=True):
        await node.wait_for(ref, case=case)
    await node.database.work(lambda work: part_rows.raise_urgency(work, OTHER_CASE, 5))
    await node.database.work(lambda work: part_rows.raise_urgency(work, OTHER_CASE, 2))
    assert (await node.parts.wanted(2))[0] == refs[1].hash
    assert len(await node.parts.wanted(2)) == 2


async def test_what_is_held_is_not_unmarked_by_a_message_that_lacks_it(node: Node) -> None:
    ref, data = a_part(b"x")
    await node.hold(ref, data)
    await node.wait_for(ref)
    await node.database.work(lambda work: part_rows.do_without(work, [ref], PartState.ERASED))
    assert await node.parts.get(ref.hash) == data
    assert await node.parts.wanted(9) == []


async def test_a_part_that_was_not_for_this_node_can_still_come(node: Node) -> None:
    ref, data = a_part(b"x")
    await node.database.work(lambda work: part_rows.do_without(work, [ref], PartState.NOT_ENTITLED))
    assert await node.state(ref) is PartState.NOT_ENTITLED
    await node.wait_for(ref)
    assert await node.parts.wanted(9) == [ref.hash]
    await node.hold(ref, data)
    assert await node.state(ref) is PartState.HELD
    assert await node.parts.wanted(9) == []


@pytest.mark.parametrize("content", [b"small", SCAN])
async def test_leaving_a_case_erases_what_no_other_case_needs(node: Node, content: bytes) -> None:
    own, own_data = a_part(content)
    shared, shared_data = a_part(content + b"shared")
    await node.hold(own, own_data)
    await node.hold(shared, shared_data)
    await node.refer(shared, OTHER_CASE)

    assert await node.release(CASE) == [own.hash]
    assert await node.state(own) is PartState.ERASED
    assert not (node.shelf / own.hash[:2] / own.hash).exists()
    assert await node.parts.get(shared.hash) == shared_data
    assert await node.release(OTHER_CASE) == [shared.hash]


async def test_a_case_that_comes_back_brings_its_parts_back(node: Node) -> None:
    ref, data = a_part(SCAN)
    await node.hold(ref, data)
    await node.release(CASE)
    await node.wait_for(ref)
    await bring(node, ref.hash, data)
    assert await node.parts.get(ref.hash) == data
    assert await node.release(CASE) == [ref.hash]


async def test_erased_content_is_not_left_in_the_database_file(node: Node) -> None:
    ref, data = a_part("韶关市翁源县龙仙镇青云村".encode() * 50)
    await node.hold(ref, data)
    await node.release(CASE)
    await node.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in node.path.glob("node.sqlite*"):
        assert "青云村".encode() not in path.read_bytes()


async def test_only_what_nothing_refers_to_is_collected(node: Node) -> None:
    kept, kept_data = a_part(b"kept")
    draft, draft_data = a_part(b"draft")
    await node.hold(kept, kept_data)
    await node.database.work(lambda work: part_rows.hold(work, [(draft, draft_data)]))
    await node.refer(draft, CASE, owner="draft")
    assert await node.database.work(part_rows.collect_unreferenced) == []
    await node.database.work(lambda work: part_rows.forget_owner(work, "draft" + CASE))
    assert await node.database.work(part_rows.collect_unreferenced) == [draft.hash]
    assert await node.parts.get(kept.hash) == kept_data


async def test_files_left_by_a_killed_process_are_swept(node: Node) -> None:
    kept, kept_data = a_part(SCAN)
    await node.hold(kept, kept_data)
    stray, stray_data = a_part(SCAN + b"stray")
    await node.parts.shelve(stray.hash, stray_data)
    (node.path / "arrivals" / f"{stray.hash}.new").write_bytes(b"half")

    assert await node.parts.sweep(SystemClock().now()) == []
    later = SystemClock().now() + timedelta(days=2)
    assert await node.parts.sweep(later) == [stray.hash]
    assert list((node.path / "arrivals").iterdir()) == []
    assert await node.parts.get(kept.hash) == kept_data


KILLED = """
import asyncio, sys
from pathlib import Path
from sync import faults
from sync.engine import Database
from sync.parts import Parts, Shelf

async def main():
    path, part, data = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).read_bytes()
    faults.arm_from(sys.argv[4])
    async with Database(path / "node.sqlite") as database:
        parts = Parts(database, Shelf(path / "parts"), path / "arrivals")
        for offset, length in await parts.missing_ranges(part):
            await parts.accept_range(part, offset, data[offset : offset + length])

asyncio.run(main())
"""


@pytest.mark.parametrize("content", [b"small", SCAN])
@pytest.mark.parametrize("point", ["part.before_complete", "part.after_complete"])
async def test_a_process_killed_while_a_part_comes_goes_on_from_there(
    tmp_path: Path, content: bytes, point: str
) -> None:
    ref, data = a_part(content)
    source = tmp_path / "source"
    source.write_bytes(data)
    first = Node(tmp_path)
    async with first.database:
        await first.make_tables()
        await first.wait_for(ref)

    command = [sys.executable, "-c", KILLED, str(tmp_path), ref.hash, str(source), point]
    ended = await asyncio.to_thread(subprocess.run, command, check=False)
    assert ended.returncode == -signal.SIGKILL

    again = Node(tmp_path)
    async with again.database:
        assert await again.state(ref) is PartState.AWAITED
        assert await again.parts.missing_ranges(ref.hash) == []
        assert await again.parts.get(ref.hash) == data
        assert list((tmp_path / "arrivals").iterdir()) == []
