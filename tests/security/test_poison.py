"""One node that lies in every member it may fill in: nobody else's messages wait because of it.

The bytes are signed by a key of the directory, so every check before the sixth is passed.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.entry import PartRef
from casework.names import Lane, NodeId, PartHash
from sync.bodies import Resubmit
from sync.carriers.port import RangeWant
from sync.envelope import WireType, decode_envelope, seal
from sync.payloads import Message, wire_type
from tests.builders import COUNTY, INTAKE, NOON, OTHER_TOWN, TOWN, VILLAGE
from tests.cluster import Cluster, a_county, applicant, collected, received, rows
from tests.wires import a_message, an_entry, bring, hand_frame, state_of

BAD_NODES = ["nowhere", "", "440229-", "-", "４４０２２９-01", "440229901-01\n", "x" * 2000]


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = await a_county(tmp_path)
    for child, parent in cluster.links():
        await cluster.greet(child, parent)
    yield cluster
    await cluster.close()


async def stands_after(county: Cluster, first: Message, lane: Lane = Lane.CASE) -> bool:
    """Whether the message after a bad one is taken in, by the county."""
    town = county.nodes[TOWN]
    good = a_message(town, an_entry(received()), seq=first.header.seq + 1, prev=first)
    await bring(county, first.wire, good.wire, lane=lane)
    return (await state_of(county, good))[0] == "admitted"


@pytest.mark.parametrize("name", BAD_NODES)
async def test_a_counter_that_is_no_node_stops_nobody(county: Cluster, name: str) -> None:
    taken = acts.Receive(replace(INTAKE, pickup=NodeId(name)), received().materials)
    assert await stands_after(county, a_message(county.nodes[TOWN], an_entry(taken)))


@pytest.mark.parametrize("name", BAD_NODES)
async def test_a_pen_for_no_node_does_not_stop_the_list_of_a_village(
    county: Cluster, name: str
) -> None:
    village, town = county.nodes[VILLAGE], county.nodes[TOWN]
    first = a_message(village, an_entry(collected()))
    case = first.header.case
    handed = an_entry(acts.HandOverPen(NodeId(name)), previous=first)
    second = a_message(village, handed, seq=2, prev=first, case=case)
    third = a_message(village, an_entry(collected()), seq=3, prev=second)
    frame = await hand_frame(village, town, first.wire, second.wire, third.wire)
    await town.exchange.receive(VILLAGE, frame)
    assert await rows(town, "SELECT 1 FROM message WHERE id = ?", third.id)
    await county.carry(TOWN, COUNTY)
    assert await rows(county.nodes[COUNTY], "SELECT 1 FROM message WHERE id = ?", third.id)


@pytest.mark.parametrize("wire", [b"", b"junk", b"\x93\xa1a\xc4\x00\x90"])
async def test_a_resubmit_of_no_message_stops_nobody(county: Cluster, wire: bytes) -> None:
    town, above = county.nodes[TOWN], county.nodes[COUNTY]
    bad = a_message(town, Resubmit(wire))
    good = a_message(town, Resubmit(a_message(town, an_entry(received())).wire), seq=2, prev=bad)
    await bring(county, bad.wire, good.wire, lane=Lane.CONTROL)
    assert await rows(above, "SELECT 1 FROM message WHERE id = ?", good.id)
    assert (await state_of(county, bad))[0] == "refused"


async def test_a_resubmit_of_what_was_never_signed_does_not_count(county: Cluster) -> None:
    """The signature inside is its author's word; the one outside only says who carries it."""
    town = county.nodes[TOWN]
    original = a_message(town, an_entry(received()))
    envelope = decode_envelope(original.wire)
    forged = seal(
        envelope.type,
        envelope.payload.replace(b'"channel":"window"', b'"channel":"forged"'),
        county.nodes[OTHER_TOWN].signer,
    )
    carried = a_message(town, Resubmit(forged), case=original.header.case)
    await bring(county, carried.wire, lane=Lane.CONTROL)
    assert (await state_of(county, carried))[0] == "refused"


@pytest.mark.parametrize(
    "name", ["../../../escape", "/tmp/redteam/escape", "a/../../escape", "x" * 300, "\x00", ""]
)
async def test_a_part_named_by_a_path_is_never_a_file(county: Cluster, name: str) -> None:
    town, above = county.nodes[TOWN], county.nodes[COUNTY]
    ref = PartRef(PartHash(name), 20_000, "image/webp", "m1")
    bad = a_message(town, an_entry(received(), parts=(ref,)))
    assert await stands_after(county, bad)
    assert await state_of(county, bad) == ("refused", "E_BODY")
    wants = await above.exchange.wanted_ranges(TOWN, 1 << 20)
    assert [each.hash for each in wants] == []


@pytest.mark.parametrize("size", [-1, 0, 15])
async def test_a_part_smaller_than_its_salt_is_no_part(county: Cluster, size: int) -> None:
    ref = PartRef(PartHash("0" * 64), size, "image/webp", "m1")
    bad = a_message(county.nodes[TOWN], an_entry(received(), parts=(ref,)))
    assert await stands_after(county, bad)
    assert await state_of(county, bad) == ("refused", "E_BODY")


async def test_a_stranger_does_not_block_a_case_with_a_kind_nobody_knows(county: Cluster) -> None:
    case = await county.act(TOWN, received(), parts={"applicant": applicant()})
    await county.settle()
    stranger = county.nodes[OTHER_TOWN]
    known = a_message(stranger, an_entry(received()), case=case)
    payload = decode_envelope(known.wire).payload
    unknown = seal(WireType(wire_type("entry", 9)), payload, stranger.signer)
    above = county.nodes[COUNTY]
    await above.exchange.receive(OTHER_TOWN, await hand_frame(stranger, above, unknown))
    await county.carry(COUNTY, TOWN)

    for node in (COUNTY, TOWN):
        [(blocked,)] = await rows(
            county.nodes[node], "SELECT blocked FROM case_row WHERE id = ?", case
        )
        assert blocked is None, node


async def test_what_a_stranger_wrote_does_not_rename_the_applicant(county: Cluster) -> None:
    case = await county.act(TOWN, received(), parts={"applicant": applicant("林秀英")})
    await county.settle()
    stranger, above = county.nodes[OTHER_TOWN], county.nodes[COUNTY]
    refs, small = await county.make_parts(stranger, {"applicant": applicant("别人")})
    forged = a_message(stranger, an_entry(received(), parts=refs), case=case)
    frame = await hand_frame(stranger, above, forged.wire, parts=small)
    await above.exchange.receive(OTHER_TOWN, frame)
    [(name,)] = await rows(above, "SELECT applicant FROM case_row WHERE id = ?", case)
    assert name == "林秀英"


async def test_naming_the_hash_of_a_scan_gives_nobody_the_scan(county: Cluster) -> None:
    """A counter that only hands the result over knows the hashes of scans, and no more."""
    scan = b"scan" * 10_000
    case = await county.act(TOWN, received(), parts={"applicant": applicant(), "m1": scan})
    await county.settle()
    stands = await county.case(COUNTY, case)
    assert stands is not None
    ref = next(part.ref for part in stands.parts if part.ref.name == "m1")

    stranger, above = county.nodes[OTHER_TOWN], county.nodes[COUNTY]
    own = a_message(stranger, an_entry(received(), parts=(ref,)))
    await above.exchange.receive(OTHER_TOWN, await hand_frame(stranger, above, own.wire))
    given = await above.exchange.read_ranges(OTHER_TOWN, [RangeWant(ref.hash, 0, 100)])
    assert given == []


async def test_naming_the_hash_of_a_sheet_gives_nobody_the_sheet(county: Cluster) -> None:
    case = await county.act(TOWN, received(), parts={"applicant": applicant()})
    await county.settle()
    stands = await county.case(COUNTY, case)
    assert stands is not None
    ref = stands.parts[0].ref
    stranger, above = county.nodes[OTHER_TOWN], county.nodes[COUNTY]
    own = a_message(stranger, an_entry(received(), parts=(ref,)))
    await above.exchange.receive(OTHER_TOWN, await hand_frame(stranger, above, own.wire))
    given = await above.exchange.read_ranges(OTHER_TOWN, [RangeWant(ref.hash, 0, 100)])
    assert given == []


async def test_nobody_begins_the_next_case_of_another(county: Cluster) -> None:
    """Where a case will stand can be computed; a refused claim to it must not win its pen."""
    town, stranger, above = (county.nodes[each] for each in (TOWN, OTHER_TOWN, COUNTY))
    honest = a_message(town, an_entry(received()))
    early = NOON - timedelta(days=400)  # refused at step 8, and answered
    claim = a_message(stranger, an_entry(received()), case=honest.header.case, at=early)
    await above.exchange.receive(OTHER_TOWN, await hand_frame(stranger, above, claim.wire))
    await bring(county, honest.wire)
    assert honest.header.case is not None
    case = await county.case(COUNTY, honest.header.case)
    assert case is not None
    assert (case.pen, case.head, case.opened_by) == (TOWN, honest.id, TOWN)


async def test_the_forked_log_of_a_stranger_blocks_no_case(county: Cluster) -> None:
    case = await county.act(TOWN, received(), parts={"applicant": applicant()})
    await county.settle()
    stranger, above = county.nodes[OTHER_TOWN], county.nodes[COUNTY]
    one, other = (
        a_message(stranger, an_entry(act), case=case) for act in (received(), collected())
    )
    await above.exchange.receive(OTHER_TOWN, await hand_frame(stranger, above, one.wire))
    await above.exchange.receive(OTHER_TOWN, await hand_frame(stranger, above, other.wire))
    [(stopped,)] = await rows(
        above, "SELECT stopped_at FROM log_position WHERE log = ?", one.header.log
    )
    [(blocked,)] = await rows(above, "SELECT blocked FROM case_row WHERE id = ?", case)
    assert (stopped, blocked) == (1, None)
