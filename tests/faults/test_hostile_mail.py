"""Mail as a neighbour should never send it: repeated, shuffled, damaged, meant for another."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from msgspec.structs import replace

from casework.names import Lane, NodeId
from sync.clock import SystemClock
from sync.delivery import open_head, seal_head
from sync.engine import Work
from sync.frame import FRAME_BYTES_MIN, FramePace, pack, unpack
from sync.opening import OpenNode
from sync.sending import Waiting, find_link, make_frame, receipted_positions, waiting
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.faults.caller import calling
from tests.faults.county import County, Entered
from tests.faults.program import Counter
from tests.founded import at_work

pytestmark = pytest.mark.processes

CASES: Final = 4
MESSAGES: Final = 2 * CASES
REPEATS: Final = 100
AT_ONCE: Final = 40
FLIPS: Final = 120
NO_MAIL: Final = (
    b"",
    b"\x28\xb5\x2f\xfd" + b"\x00" * 100,
    b"\xff" * 70_000,
    b"[" * 100_000,
)


@asynccontextmanager
async def a_village_with_cases(county: County) -> AsyncIterator[OpenNode]:
    """The village's machine in this process, with cases that were never sent."""
    async with at_work(county.folder, VILLAGE, SystemClock()) as village:
        agent = Counter(village.node, village.store)
        for number in range(CASES):
            said = await agent.collect({"name": f"乙{number}"})
            county.entered.append(Entered(said["case"], said["number"], f"乙{number}"))
        yield village


async def frames_of(village: OpenNode) -> list[bytes]:
    """Every message that is owed, in a frame of its own."""
    node, pace = village.node, FramePace(FRAME_BYTES_MIN)

    def make(work: Work) -> list[bytes]:
        link = find_link(work, TOWN)
        assert link is not None, "the township has said hello before"
        wait = waiting(work, node, TOWN, Lane.CASE, receipted_positions(work, TOWN)[Lane.CASE])
        singly = (
            Waiting(wait.first + at, (digest,), (queued,))
            for at, (digest, queued) in enumerate(zip(wait.digests, wait.queue, strict=True))
        )
        return [make_frame(node, link, Lane.CASE, one, pace).data for one in singly]

    return await village.database.read(make)


def admitted(county: County, name: NodeId = TOWN) -> int:
    sql = "SELECT count(*) FROM message WHERE log LIKE ? AND log LIKE '%/case'"
    return int(county.one(name, sql, f"{VILLAGE}/%"))


async def goes_on(county: County) -> None:
    """The village's own process takes over, and everything ends as if nothing had been."""
    await county.start(VILLAGE)
    case = await county.enter(VILLAGE)
    await county.comes(case, COUNTY)
    await county.nothing_lost_nothing_twice()
    assert len(county.heads(COUNTY)) == CASES + 1


async def test_the_same_frames_come_a_hundred_times_and_in_any_order(county: County) -> None:
    await county.start(TOWN, COUNTY)
    async with a_village_with_cases(county) as village, calling(county, village) as caller:
        frames = await frames_of(village)
        assert len(frames) == MESSAGES
        mail = frames * REPEATS
        random.Random(7).shuffle(mail)
        await caller.say_hello()
        receipts: list[bytes] = []
        for first in range(0, len(mail), AT_ONCE):
            receipts += (await caller.send(*mail[first : first + AT_ONCE])).receipts
        assert admitted(county) == MESSAGES
        assert len(county.heads(TOWN)) == CASES
        for receipt in receipts:
            await village.node.exchange.receive(TOWN, receipt)
    assert county.one(VILLAGE, "SELECT count(*) FROM listed") == 0
    await goes_on(county)


async def test_a_bit_is_flipped_on_the_way(county: County) -> None:
    """Whatever bit it is, nothing of the frame counts, and the true one is taken in after it."""
    chance = random.Random(11)
    await county.start(TOWN, COUNTY)
    async with a_village_with_cases(county) as village, calling(county, village) as caller:
        frames = await frames_of(village)
        await caller.say_hello()
        await caller.send(*(flipped(frames[0], chance) for _ in range(FLIPS)))
        assert admitted(county) <= 1
        for digit in range(1, MESSAGES):
            await caller.send(*(flipped(frames[digit], chance) for _ in range(10)))
        assert county.one(TOWN, "SELECT count(*) FROM evidence") == 0
        await caller.send(*frames)
        assert admitted(county) == MESSAGES
    await goes_on(county)


def flipped(frame: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(frame)
    damaged[chance.randrange(len(frame))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


async def test_a_frame_for_another_node_counts_nowhere(county: County) -> None:
    await county.start(TOWN, COUNTY, OTHER_TOWN)
    async with a_village_with_cases(county) as village:
        frames = await frames_of(village)
        async with calling(county, village, OTHER_TOWN) as caller:
            assert (await caller.say_hello()).code is not None
            await caller.send(*frames)
        assert admitted(county, OTHER_TOWN) == 0
        async with calling(county, village) as caller:
            await caller.say_hello()
            await caller.send(*(readdressed(village, frame) for frame in frames))
            assert admitted(county) == 0
            assert county.rows(
                TOWN, "SELECT DISTINCT code FROM audit WHERE event = 'frame-refused'"
            ) == [("E_SENDER",)]
            await caller.send(*frames)
        assert admitted(county) == MESSAGES
    await goes_on(county)


def readdressed(village: OpenNode, data: bytes) -> bytes:
    """The same frame, signed by the same village, to another township."""
    frame = unpack(data)
    head = open_head(frame.head, village.node.trust.find_key)
    other = seal_head(replace(head, to_node=OTHER_TOWN), village.signer)
    return pack(replace(frame, head=other))


async def test_what_is_no_mail_at_all_harms_nobody(county: County) -> None:
    await county.start(TOWN, COUNTY)
    async with a_village_with_cases(county) as village, calling(county, village) as caller:
        await caller.say_hello()
        answered = await caller.send(*NO_MAIL, *await frames_of(village))
        assert answered.code is None
        assert admitted(county) == MESSAGES
    await goes_on(county)
