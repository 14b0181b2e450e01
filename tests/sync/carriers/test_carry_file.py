"""Carry files: the same messages on a stick, sealed to their reader, and no harm in any of them."""

import asyncio
import io
import os
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.instants import instant_text
from casework.names import CaseId, NodeId, PartHash
from sync.carriers.carry_file import CARRY_BYTES_MAX, Carried, CarryReader, CarryWriter
from sync.carriers.carry_form import LENGTH, MAGIC, SECTION_BYTES_MAX, EndSection
from sync.carriers.port import RangeWant
from sync.carrying import HANDED_OUT_WITHIN, CarryDesk
from sync.data_dir import DataDir
from sync.errors import EnvelopeError, MalformedEnvelopeError, SealError, WrongSenderError
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.cluster import Cluster, a_county, applicant, collected, rows
from tests.keyring import a_signer

SCAN = Random(7).randbytes(300_000)
STICK_BYTES = 512 * 1024


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = await a_county(tmp_path)
    await cluster.settle()
    yield cluster
    await cluster.close()


async def write(
    county: Cluster,
    sender: NodeId,
    receiver: NodeId,
    *,
    wants: tuple[RangeWant, ...] = (),
    limit_bytes: int = CARRY_BYTES_MAX,
) -> tuple[bytes, Carried]:
    out = io.BytesIO()
    writer = CarryWriter(
        out,
        me=sender,
        receiver=(receiver, county.register.keys_of(receiver)[-1]),
        written_at=instant_text(county.clock.now()),
        randomness=county.random.randbytes,
        limit_bytes=limit_bytes,
    )
    carried = await writer.write(county.nodes[sender].exchange, wants)
    return out.getvalue(), carried


async def read(county: Cluster, receiver: NodeId, file: bytes) -> Carried:
    node = county.nodes[receiver]
    signer = a_signer(receiver, node.incarnation)
    reader = CarryReader(io.BytesIO(file), me=receiver, signer=signer)
    return await reader.read(node.exchange, asyncio.Semaphore())


async def collect(county: Cluster, number: str = "A-0001") -> CaseId:
    parts = {"applicant": applicant(), "scan": SCAN}
    return await county.act(VILLAGE, collected(), parts=parts, number=number)


async def scan_at(county: Cluster, node: NodeId, case: CaseId) -> bytes | None:
    found = await rows(
        county.nodes[node],
        "SELECT p.hash FROM part AS p JOIN part_reference AS r ON r.hash = p.hash"
        " WHERE r.case_id = ? AND p.state = 'held' AND p.data IS NULL",
        case,
    )
    if not found:
        return None
    return (await county.nodes[node].parts.get(PartHash(found[0][0])))[16:]


async def everything(county: Cluster, node: NodeId) -> list[tuple[object, ...]]:
    query = "SELECT id, seq, log FROM message ORDER BY id"
    return [tuple(row) for row in await rows(county.nodes[node], query)]


async def test_a_case_and_its_scan_go_up_and_the_answer_comes_back(county: Cluster) -> None:
    case = await collect(county)

    file, written = await write(county, VILLAGE, TOWN)
    brought = await read(county, TOWN, file)

    assert (brought.neighbour, brought.is_whole, brought.refused) == (VILLAGE, True, ())
    assert brought.frames == written.frames > 0
    assert brought.scans_bytes == written.scans_bytes >= len(SCAN)
    assert await scan_at(county, TOWN, case) == SCAN
    assert (await county.nodes[TOWN].journal.get_case(case)) == (
        await county.nodes[VILLAGE].journal.get_case(case)
    )

    answer, _ = await write(county, TOWN, VILLAGE, wants=brought.wants)
    await read(county, VILLAGE, answer)
    waiting = await rows(county.nodes[VILLAGE], "SELECT count(*) FROM listed")
    assert waiting[0][0] == 0  # the township's word that it holds them came back


async def test_read_twice_or_beside_a_line_that_came_back_it_adds_nothing(county: Cluster) -> None:
    await collect(county)
    file, _ = await write(county, VILLAGE, TOWN)
    await read(county, TOWN, file)
    once = await everything(county, TOWN)
    await read(county, TOWN, file)
    assert await everything(county, TOWN) == once

    await collect(county, "A-0002")
    late, _ = await write(county, VILLAGE, TOWN)
    await county.settle()
    settled = await everything(county, TOWN)
    for old in (late, file):
        assert (await read(county, TOWN, old)).refused == ()
    assert await everything(county, TOWN) == settled


async def test_a_line_that_dies_on_the_way_is_made_good_by_the_file(county: Cluster) -> None:
    """Story 7 backwards: the file carries what the line brought only half of."""
    case = await collect(county)
    town, village = county.nodes[TOWN].exchange, county.nodes[VILLAGE].exchange
    await county.carry(VILLAGE, TOWN)
    [first, *_] = await town.wanted_ranges(VILLAGE, 64 * 1024)
    await town.accept_ranges(VILLAGE, await village.read_ranges(TOWN, [first]))

    file, _ = await write(county, VILLAGE, TOWN)
    brought = await read(county, TOWN, file)

    assert await scan_at(county, TOWN, case) == SCAN
    assert brought.scans_bytes < len(SCAN)  # nothing that had come is taken again


async def test_what_a_small_stick_cannot_hold_goes_with_the_next(county: Cluster) -> None:
    cases = [await collect(county, f"A-000{number}") for number in range(1, 5)]
    trips, wants = 0, tuple[RangeWant, ...]()
    while any([await scan_at(county, TOWN, case) is None for case in cases]):
        file, _ = await write(county, VILLAGE, TOWN, wants=wants, limit_bytes=STICK_BYTES)
        assert len(file) <= STICK_BYTES
        brought = await read(county, TOWN, file)
        answer, _ = await write(county, TOWN, VILLAGE, wants=brought.wants)
        wants = (await read(county, VILLAGE, answer)).wants
        trips += 1
        assert trips < 10
    assert trips > 1
    assert [await scan_at(county, TOWN, case) for case in cases] == [SCAN] * len(cases)


async def test_only_the_one_it_is_for_can_read_it(county: Cluster) -> None:
    await collect(county)
    file, _ = await write(county, VILLAGE, TOWN)

    assert "林秀英".encode() not in file
    with pytest.raises(WrongSenderError):
        await read(county, OTHER_TOWN, file)
    signer = a_signer(OTHER_TOWN, county.nodes[OTHER_TOWN].incarnation)
    with pytest.raises(SealError):
        CarryReader(io.BytesIO(file), me=TOWN, signer=signer)


async def test_nobody_writes_in_anothers_name(county: Cluster) -> None:
    """What a stranger seals to us under a good cover begins with no hello of whom it names."""
    await collect(county)
    zhou = county.nodes[OTHER_TOWN].exchange
    out = io.BytesIO()
    writer = CarryWriter(
        out,
        me=VILLAGE,
        receiver=(COUNTY, county.register.keys_of(COUNTY)[-1]),
        written_at=instant_text(county.clock.now()),
        randomness=county.random.randbytes,
    )
    await writer.write(zhou)
    before = await everything(county, COUNTY)

    with pytest.raises(WrongSenderError):
        await read(county, COUNTY, out.getvalue())

    assert await everything(county, COUNTY) == before


async def test_a_stick_pulled_out_counts_as_far_as_it_goes(county: Cluster) -> None:
    case = await collect(county)
    file, _ = await write(county, VILLAGE, TOWN)

    brought = await read(county, TOWN, file[: len(file) // 2])
    assert not brought.is_whole
    assert await county.nodes[TOWN].journal.get_case(case) is not None
    assert await scan_at(county, TOWN, case) is None

    assert (await read(county, TOWN, file)).is_whole
    assert await scan_at(county, TOWN, case) == SCAN


async def test_a_download_that_nobody_takes_holds_nothing_up(
    county: Cluster, tmp_path: Path
) -> None:
    village, files = county.nodes[VILLAGE], DataDir(tmp_path / "data")
    files.path.mkdir()
    signer = a_signer(VILLAGE, village.incarnation)
    desk = CarryDesk(village, signer, files, asyncio.Semaphore())
    await collect(county)

    left = await desk.write(TOWN)
    again = await desk.write(TOWN)
    assert left.exists()  # it may still be on its way
    assert (await read(county, TOWN, again.read_bytes())).is_whole

    old = (county.clock.now() - HANDED_OUT_WITHIN).timestamp() - 1
    os.utime(left, (old, old))
    await desk.write(TOWN)
    assert (left.exists(), again.exists()) == (False, True)


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (b"", MalformedEnvelopeError),
        (b"PK\x03\x04" + bytes(64), MalformedEnvelopeError),
        (MAGIC, MalformedEnvelopeError),
        (MAGIC + LENGTH.pack(2**32 - 1), EnvelopeError),
        (MAGIC + LENGTH.pack(4) + b"\x94\x01\x02\x03", MalformedEnvelopeError),
        (MAGIC + LENGTH.pack(2) + b"\xdd\xff", MalformedEnvelopeError),
    ],
    ids=["empty", "an archive", "cut at the cover", "vast", "another cover", "a bomb"],
)
async def test_what_is_no_carry_file_is_refused(
    county: Cluster, file: bytes, error: type[EnvelopeError]
) -> None:
    with pytest.raises(error):
        await read(county, TOWN, file)


async def test_a_section_that_claims_to_be_vast_is_not_read(county: Cluster) -> None:
    file, _ = await write(county, VILLAGE, TOWN)
    (length,) = LENGTH.unpack(file[len(MAGIC) : len(MAGIC) + 4])
    cover = len(MAGIC) + 4 + length
    vast = file[:cover] + LENGTH.pack(SECTION_BYTES_MAX * 2) + file[cover + 4 :]
    with pytest.raises(EnvelopeError, match="a section of"):
        await read(county, TOWN, vast)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_one_changed_byte_is_found(carried: tuple[Cluster, bytes], data: st.DataObject) -> None:
    """Whatever is changed, nothing else comes in than what was written."""
    county, file = carried
    at = data.draw(st.integers(0, len(file) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = bytearray(file)
    changed[at] ^= 1 << bit
    signer = a_signer(TOWN, county.nodes[TOWN].incarnation)
    try:
        reader = CarryReader(io.BytesIO(bytes(changed)), me=TOWN, signer=signer)
        sections = [section for _, section in reader._each()]
    except EnvelopeError:
        return
    # A length that grew hides what follows: the file then ends early, and says so.
    assert not any(isinstance(section, EndSection) for section in sections)


@pytest.fixture
async def carried(county: Cluster) -> tuple[Cluster, bytes]:
    await county.act(VILLAGE, collected(), parts={"applicant": applicant()})
    file, _ = await write(county, VILLAGE, TOWN)
    return county, file
