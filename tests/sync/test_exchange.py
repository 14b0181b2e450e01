"""Contact between neighbours: hellos, receipts, new machines and those that were rolled back."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.instants import instant_text
from casework.names import Lane, NodeId
from casework.numbering import NumberKind
from sync.carriers.port import RangeWant
from sync.delivery import seal_hello
from sync.errors import EnvelopeError, RevokedKeyError, WrongSenderError
from sync.frame import unpack
from sync.row_state import Way
from sync.sending import hello_for
from sync.writing import RolledBackError
from tests.builders import COUNTY, NOON, OTHER_TOWN, TOWN, VILLAGE
from tests.cluster import (
    FIRST,
    SECOND,
    Cluster,
    a_county,
    accepted,
    applicant,
    carry,
    collected,
    fetch,
    received,
    rows,
    swallow,
)
from tests.keyring import a_signer
from tests.wires import events

SCAN = bytes(range(256)) * 400


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = await a_county(tmp_path)
    yield cluster
    await cluster.close()


async def waiting(county: Cluster, sender: NodeId, receiver: NodeId) -> int:
    query = "SELECT count(*) FROM listed WHERE neighbour = ?"
    return int((await rows(county.nodes[sender], query, receiver))[0][0])


# Hellos.


async def test_a_hello_over_another_nonce_proves_nothing(county: Cluster) -> None:
    town, above = county.nodes[TOWN].exchange, county.nodes[COUNTY].exchange
    hello = await town.make_hello(COUNTY, above.new_nonce())
    with pytest.raises(WrongSenderError):
        await above.accept_hello(hello, above.new_nonce())


async def test_a_hello_of_a_stranger_is_refused(county: Cluster) -> None:
    zhou, village = county.nodes[OTHER_TOWN].exchange, county.nodes[VILLAGE].exchange
    nonce = village.new_nonce()
    hello = await zhou.make_hello(VILLAGE, nonce)
    with pytest.raises(WrongSenderError):
        await village.accept_hello(hello, nonce)


async def test_nothing_is_sent_to_or_taken_from_whom_nobody_greeted(county: Cluster) -> None:
    await county.act(TOWN, received())
    town = county.nodes[TOWN].exchange
    assert await town.frames_to_send(COUNTY, after={}, limit_bytes=65_536) == []
    await county.greet(TOWN, COUNTY)
    [frame] = await town.frames_to_send(COUNTY, after={}, limit_bytes=65_536)

    fresh = await county.replace(COUNTY)
    with pytest.raises(WrongSenderError):
        await fresh.exchange.receive(TOWN, frame.data)


async def test_an_incarnation_of_the_past_is_not_greeted(county: Cluster, tmp_path: Path) -> None:
    await county.greet(TOWN, COUNTY)
    await county.close(TOWN)
    old = tmp_path / f"{TOWN}-{FIRST}"
    await county.replace(TOWN)
    await county.greet(TOWN, COUNTY)
    await county.close(TOWN)
    assert old.exists()
    await county.open(TOWN, FIRST)
    above = county.nodes[COUNTY].exchange
    nonce = above.new_nonce()
    hello = await county.nodes[TOWN].exchange.make_hello(COUNTY, nonce)
    with pytest.raises(RevokedKeyError):
        await above.accept_hello(hello, nonce)


async def test_a_machine_that_was_rolled_back_signs_nothing_more(
    county: Cluster, tmp_path: Path
) -> None:
    await county.settle()
    await county.close(TOWN)
    place, backup = tmp_path / f"{TOWN}-{FIRST}", tmp_path / "backup"
    shutil.copytree(place, backup)
    await county.open(TOWN, FIRST)
    case = await county.act(TOWN, received())
    await county.talk(TOWN, COUNTY)
    assert await county.case(COUNTY, case) is not None
    await county.close(TOWN)
    shutil.rmtree(place)
    shutil.copytree(backup, place)
    await county.open(TOWN, FIRST)

    await county.greet(TOWN, COUNTY)
    node = county.nodes[TOWN]
    assert await node.journal.is_rolled_back()
    assert await events(node, "rolled-back") == ["E_FORK"]
    assert await events(county.nodes[COUNTY], "neighbour-rolled-back") == ["E_FORK"]
    with pytest.raises(RolledBackError):
        await county.act(TOWN, received())
    assert await rows(node, "SELECT 1 FROM message WHERE kind = 'entry'") == []

    # Enrolled again on the same disk it works: what it had forgotten comes back to it.
    await county.close(TOWN)
    (tmp_path / f"{TOWN}-{FIRST}").rename(tmp_path / f"{TOWN}-{SECOND}")
    county.register.enrol(TOWN, SECOND)
    await county.open(TOWN, SECOND)
    await county.act(TOWN, received(), number="A-2")
    await county.settle()
    assert not await county.nodes[TOWN].journal.is_rolled_back()
    assert await county.case(TOWN, case) is not None
    assert await events(county.nodes[COUNTY], "list-forked") == []


async def test_my_own_head_of_another_list_does_not_silence_me(county: Cluster) -> None:
    """A township shows the county a head of the control lane as if it were of the case lane."""
    await county.settle()
    nonce = county.nodes[COUNTY].exchange.new_nonce()
    told = await county.nodes[TOWN].database.read(
        lambda work: hello_for(work, county.nodes[TOWN], COUNTY, nonce.hex(), instant_text(NOON))
    )
    control, case = told.holds
    assert control.n > case.n
    false = replace(told, holds=(control, replace(case, head=control.head)))

    signer = a_signer(TOWN, FIRST)
    await county.nodes[COUNTY].exchange.accept_hello(seal_hello(false, signer), nonce)

    assert not await county.nodes[COUNTY].journal.is_rolled_back()


async def test_a_clone_that_goes_on_writing_is_found_out(county: Cluster, tmp_path: Path) -> None:
    """Two disks of one township write the same place: one of them stands, the other is proof."""
    await county.settle()
    await county.close(TOWN)
    place, clone = tmp_path / f"{TOWN}-{FIRST}", tmp_path / "clone"
    shutil.copytree(place, clone)
    await county.open(TOWN, FIRST)
    await county.act(TOWN, received(), number="A-1")
    await county.talk(TOWN, COUNTY)
    await county.close(TOWN)
    shutil.rmtree(place)
    shutil.copytree(clone, place)
    await county.open(TOWN, FIRST)
    await county.act(TOWN, received(), number="A-2")
    await county.greet(TOWN, COUNTY)

    alarms = await rows(county.nodes[TOWN], "SELECT event FROM audit WHERE is_alarm")
    assert alarms
    [frame] = await county.nodes[TOWN].exchange.frames_to_send(COUNTY, after={}, limit_bytes=9_999)
    assert await swallow(county.nodes[COUNTY], TOWN, frame.data) == "E_FORK"
    assert await events(county.nodes[COUNTY], "frame-refused") == ["E_FORK"]


# Receipts.


async def test_a_receipt_stops_resending_and_nothing_else_does(county: Cluster) -> None:
    await county.greet(TOWN, COUNTY)
    await county.act(TOWN, received())
    town, above = county.nodes[TOWN], county.nodes[COUNTY]
    for _ in range(3):
        [frame] = await town.exchange.frames_to_send(COUNTY, after={}, limit_bytes=65_536)
    await above.exchange.receive(TOWN, frame.data)
    assert await waiting(county, TOWN, COUNTY) == 1

    receipts = await above.exchange.receipts_to_send(TOWN)
    for receipt in receipts:
        await town.exchange.receive(COUNTY, receipt)
    assert await waiting(county, TOWN, COUNTY) == 0
    assert await town.exchange.receipted(COUNTY) == {Lane.CONTROL: 0, Lane.CASE: 1}
    assert await above.exchange.receipts_to_send(TOWN) == []


async def test_a_receipt_for_anothers_list_releases_nothing(county: Cluster) -> None:
    for child in (TOWN, OTHER_TOWN):
        await county.greet(child, COUNTY)
        await county.act(child, received())
        await carry_without_receipts(county, child)
    await county.nodes[COUNTY].exchange.receipts_to_send(OTHER_TOWN)
    receipts = await county.nodes[COUNTY].exchange.receipts_to_send(TOWN)
    for receipt in receipts:
        assert await swallow(county.nodes[OTHER_TOWN], COUNTY, receipt) == "E_SENDER"
        damaged = receipt[:-1] + bytes([receipt[-1] ^ 1])
        assert await swallow(county.nodes[TOWN], COUNTY, damaged) == "E_SIGNATURE"
    assert await waiting(county, TOWN, COUNTY) == 1


async def carry_without_receipts(county: Cluster, child: NodeId) -> None:
    for frame in await county.nodes[child].exchange.frames_to_send(
        COUNTY, after={}, limit_bytes=65_536
    ):
        await county.nodes[COUNTY].exchange.receive(child, frame.data)


async def test_a_lost_receipt_is_made_good_by_the_next_hello(county: Cluster) -> None:
    await county.greet(TOWN, COUNTY)
    await county.act(TOWN, received())
    await carry_without_receipts(county, TOWN)
    await county.restart(COUNTY)
    await county.greet(TOWN, COUNTY)
    assert await waiting(county, TOWN, COUNTY) == 0


async def test_frames_keep_to_their_size_and_control_goes_first(county: Cluster) -> None:
    await county.settle()
    case = await county.act(COUNTY, received())
    for number in range(30):
        parts = {"form": county.random.randbytes(3_000)}
        await county.act(COUNTY, accepted(), case=case, parts=parts, number=f"A-{number}")
    await county.act(COUNTY, acts.HandOverPen(TOWN), case=case)
    county.pass_time(hours=2)
    await county.greet(TOWN, COUNTY)
    frames = await county.nodes[COUNTY].exchange.frames_to_send(TOWN, after={}, limit_bytes=16_384)
    assert frames[0].lane is Lane.CONTROL
    assert all(len(frame.data) < 24_000 for frame in frames)
    assert len(unpack(frames[-1].data).wires) < 30


# New incarnations.


async def test_a_village_lives_on_in_a_new_machine(county: Cluster) -> None:
    case = await county.act(VILLAGE, collected(), parts={"applicant": applicant()})
    await county.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
    await county.settle()
    await county.act(TOWN, received(), case=case)
    await county.settle()
    before = await county.case(COUNTY, case)

    await county.replace(VILLAGE, accepted={Lane.CASE: 2, Lane.CONTROL: 0})
    await county.settle()
    assert await county.case(VILLAGE, case) == before
    again = await county.act(VILLAGE, collected(), number="A-2")
    await county.settle()
    assert await county.case(COUNTY, again) is not None
    assert (await county.nodes[VILLAGE].journal.row_state(again)).way is Way.COUNTY_HELD


async def test_a_rebuilt_township_wants_nothing_the_county_has_acknowledged(
    county: Cluster,
) -> None:
    first = await county.act(VILLAGE, collected())
    await county.settle()
    await county.close(VILLAGE)
    await county.replace(TOWN)
    await county.greet(TOWN, COUNTY)
    await carry(county.nodes[COUNTY], county.nodes[TOWN])
    await county.open(VILLAGE, FIRST)
    second = await county.act(VILLAGE, collected(), number="A-2")
    await county.settle()

    assert await county.case(COUNTY, second) is not None
    assert await county.case(TOWN, first) is not None
    assert await rows(county.nodes[TOWN], "SELECT 1 FROM held") == []


# Large parts.


async def test_a_scan_follows_its_entry_and_is_acknowledged_by_name(county: Cluster) -> None:
    case = await county.act(VILLAGE, collected(), parts={"scan": SCAN})
    await county.greet(VILLAGE, TOWN)
    await county.greet(TOWN, COUNTY)
    await county.carry(VILLAGE, TOWN)
    await county.carry(TOWN, COUNTY)
    await county.nodes[COUNTY].tick()
    await county.carry(COUNTY, TOWN)
    await county.carry(TOWN, VILLAGE)
    village = county.nodes[VILLAGE].journal
    assert (await village.row_state(case)).way is Way.RECEIVED

    await county.settle()
    assert (await village.row_state(case)).way is Way.COUNTY_HELD
    shown = await county.case(COUNTY, case)
    assert shown is not None
    [part] = shown.parts
    assert (await county.nodes[COUNTY].parts.get(part.ref.hash))[16:] == SCAN


async def test_a_scan_is_given_only_to_whom_a_case_entitles(county: Cluster) -> None:
    await county.settle()
    case = await county.act(COUNTY, received(), parts={"scan": SCAN})
    shown = await county.case(COUNTY, case)
    assert shown is not None
    [part] = shown.parts
    zhou, above = county.nodes[OTHER_TOWN], county.nodes[COUNTY]
    want = [RangeWant(part.ref.hash, 0, 65_536)]
    assert await above.exchange.read_ranges(OTHER_TOWN, want) == []
    await county.act(COUNTY, acts.HandOverPen(OTHER_TOWN), case=case)
    await county.settle()
    [given, *_] = await above.exchange.read_ranges(OTHER_TOWN, want)
    assert given.hash == part.ref.hash
    assert (await zhou.parts.get(part.ref.hash))[16:] == SCAN


async def test_bytes_that_do_not_match_are_refused_and_asked_for_again(county: Cluster) -> None:
    await county.act(TOWN, received(), parts={"scan": SCAN})
    await county.greet(TOWN, COUNTY)
    await county.carry(TOWN, COUNTY)
    town, above = county.nodes[TOWN], county.nodes[COUNTY]
    wants = await above.exchange.wanted_ranges(TOWN, 1 << 20)
    ranges = await town.exchange.read_ranges(COUNTY, wants)
    spoiled = [replace(ranges[0], data=bytes(len(ranges[0].data))), *ranges[1:]]
    with pytest.raises(EnvelopeError):
        await above.exchange.accept_ranges(TOWN, spoiled)
    assert await events(above, "part-refused") == ["E_PART"]
    assert await fetch(above, town) > 0
    assert await rows(above, "SELECT 1 FROM part WHERE state = 'awaited'") == []


# What the county owes.


async def test_leases_are_renewed_at_contact_and_not_more_than_once_an_hour(
    county: Cluster,
) -> None:
    await county.settle()
    node = county.nodes[TOWN]
    first = await node.journal.lease()
    assert first is not None
    county.pass_time(minutes=30)
    await county.talk(TOWN, COUNTY)
    assert await node.journal.lease() == first
    county.pass_time(minutes=31)
    await county.talk(TOWN, COUNTY)
    second = await node.journal.lease()
    assert second is not None
    assert second.until > first.until
    assert (await county.nodes[VILLAGE].journal.lease()) is not None


async def test_no_two_nodes_can_give_out_one_number(county: Cluster) -> None:
    await county.settle()
    numbers = [
        await node.journal.take_number(NumberKind.CASE)
        for node in county.nodes.values()
        for _ in range(40)
    ]
    assert len(set(numbers)) == len(numbers)
    assert await county.nodes[TOWN].journal.numbers_left(NumberKind.CASE) >= 400


async def test_the_anchor_is_the_newest_word_of_the_county(county: Cluster) -> None:
    case = await county.act(TOWN, received())
    await county.settle()
    await county.act(TOWN, accepted(), case=case)
    node = county.nodes[TOWN]
    before, after = await node.journal.messages(case)
    assert before.message.header.anchor is None
    query = "SELECT id FROM lease WHERE node = ? ORDER BY seq DESC LIMIT 1"
    [(lease,)] = await rows(node, query, TOWN)
    assert after.message.header.anchor == lease
    assert (await node.journal.lease_at(TOWN, FIRST, lease)) is not None


async def test_a_badge_says_how_far_a_case_has_got(county: Cluster) -> None:
    case = await county.act(VILLAGE, collected())
    village = county.nodes[VILLAGE].journal
    assert (await village.row_state(case)).way is Way.LOCAL_ONLY
    await county.talk(VILLAGE, TOWN)
    assert (await village.row_state(case)).way is Way.RECEIVED
    await county.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
    state = await village.row_state(case)
    assert (state.way, state.percent) == (Way.UPLOADING, 50)
    await county.settle()
    assert (await village.row_state(case)).way is Way.COUNTY_HELD


async def test_a_carrier_is_woken_by_an_act(county: Cluster) -> None:
    await county.greet(TOWN, COUNTY)
    exchange = county.nodes[TOWN].exchange
    await exchange.wait_for_change(COUNTY)
    sleeper = asyncio.create_task(exchange.wait_for_change(COUNTY))
    await asyncio.sleep(0)
    assert not sleeper.done()
    await county.act(TOWN, received())
    async with asyncio.timeout(1):
        await sleeper
