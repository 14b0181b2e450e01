"""Admission: each row of protocol.md section 5, and that a failure stops nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casework import act as acts
from casework.entry import PartRef
from casework.names import Incarnation, Lane
from sync.errors import OversizeError
from sync.frame import Absence
from sync.parts import make_part
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.cluster import (
    FIRST,
    Cluster,
    a_county,
    accepted,
    applicant,
    collected,
    received,
    rows,
    swallow,
)
from tests.keyring import a_signer
from tests.wires import (
    a_chain,
    a_message,
    acknowledged,
    an_entry,
    bring,
    codes,
    events,
    hand_frame,
    is_held,
    state_of,
)


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = await a_county(tmp_path)
    for child, parent in cluster.links():
        await cluster.greet(child, parent)
    yield cluster
    await cluster.close()


# Steps 1 and 2.


async def test_a_frame_beyond_every_size_is_refused_whole(county: Cluster) -> None:
    with pytest.raises(OversizeError):
        await county.nodes[COUNTY].exchange.receive(TOWN, b"\x28\xb5\x2f\xfd" + bytes(600_000))


async def test_bytes_that_are_no_message_are_set_aside_and_the_next_one_passes(
    county: Cluster,
) -> None:
    [first] = a_chain(county, 1)
    await bring(county, b"\x93 nonsense", first.wire)

    assert await codes(county.nodes[COUNTY]) == ["E_ENVELOPE"]
    assert await state_of(county, first) == ("admitted", None)


async def test_a_frame_with_one_flipped_bit_changes_nothing(county: Cluster) -> None:
    await county.act(TOWN, received())
    [frame] = await county.nodes[TOWN].exchange.frames_to_send(COUNTY, after={}, limit_bytes=65_536)
    for place in range(0, len(frame.data), 7):
        damaged = bytearray(frame.data)
        damaged[place] ^= 4
        assert await swallow(county.nodes[COUNTY], TOWN, bytes(damaged)) is not None
    assert await rows(county.nodes[COUNTY], "SELECT 1 FROM case_row") == []

    await county.carry(TOWN, COUNTY)
    assert len(await rows(county.nodes[COUNTY], "SELECT 1 FROM case_row")) == 1


# Step 3.


async def test_a_message_under_an_unknown_key_waits_for_the_directory(county: Cluster) -> None:
    newcomer = Incarnation("0000000c")
    signer = a_signer(VILLAGE, newcomer)
    village = county.nodes[VILLAGE]
    village.incarnation = newcomer
    message = a_message(village, an_entry(collected()), signer=signer)
    village.incarnation = FIRST
    await bring(county, message.wire)
    assert await codes(county.nodes[COUNTY]) == ["E_KEY_UNKNOWN"]

    county.register.enrol(VILLAGE, newcomer)
    await county.tell_trust()
    assert await codes(county.nodes[COUNTY]) == []
    assert await state_of(county, message) == ("admitted", None)


async def test_nothing_is_believed_beyond_the_end_of_a_log(county: Cluster) -> None:
    first, second, _ = a_chain(county)
    county.register.end(first.header.log, 1)
    await bring(county, first.wire, second.wire)

    assert await state_of(county, first) == ("admitted", None)
    assert await codes(county.nodes[COUNTY]) == ["E_KEY_REVOKED"]


async def test_an_end_published_later_withdraws_what_was_admitted_beyond_it(
    county: Cluster,
) -> None:
    first, second, third = a_chain(county)
    await bring(county, first.wire, second.wire, third.wire)
    case = first.header.case
    assert case is not None
    county.register.end(first.header.log, 1)
    await county.tell_trust()

    standing = await county.case(COUNTY, case)
    assert standing is not None
    assert standing.head == first.id


# Step 4.


async def test_a_wrong_signature_is_set_aside_and_a_sound_copy_is_asked_for(
    county: Cluster,
) -> None:
    case = await county.act(TOWN, received())
    [[wire]] = await rows(county.nodes[TOWN], "SELECT wire FROM message WHERE log LIKE '4402299%'")
    await bring(county, wire[:-1] + bytes([wire[-1] ^ 1]))
    assert await codes(county.nodes[COUNTY]) == ["E_SIGNATURE"]
    [_, receipt] = await county.nodes[COUNTY].exchange.receipts_to_send(TOWN)
    assert b'"want":[["440229901-01/00000001/case",1,1]]' in receipt

    # The township never made such a list: for it the receipt is of another one.
    assert await swallow(county.nodes[TOWN], COUNTY, receipt) == "E_FORK"
    await bring(county, wire)
    assert await codes(county.nodes[COUNTY]) == []
    assert await county.case(COUNTY, case) is not None


async def test_a_township_cannot_bring_anothers_messages(county: Cluster) -> None:
    [first] = a_chain(county, 1)
    zhou, above = county.nodes[OTHER_TOWN], county.nodes[COUNTY]
    await above.exchange.receive(OTHER_TOWN, await hand_frame(zhou, above, first.wire))

    assert await codes(above) == ["E_SENDER"]
    assert not await is_held(county, first)


async def test_a_frame_for_another_node_is_refused(county: Cluster) -> None:
    town, village = county.nodes[TOWN], county.nodes[VILLAGE]
    await county.act(VILLAGE, collected())
    [frame] = await village.exchange.frames_to_send(TOWN, after={}, limit_bytes=65_536)

    assert await swallow(county.nodes[OTHER_TOWN], VILLAGE, frame.data) == "E_SENDER"
    assert await swallow(county.nodes[COUNTY], TOWN, frame.data) == "E_SENDER"
    assert await swallow(town, VILLAGE, frame.data) is None


# Step 5.


async def test_a_missing_small_part_sets_the_message_aside(county: Cluster) -> None:
    part, data = make_part(b"{}", bytes(16))
    ref = PartRef(part, len(data), "application/json", "applicant")
    town, above = county.nodes[TOWN], county.nodes[COUNTY]
    message = a_message(town, an_entry(received(), parts=(ref,)))
    await bring(county, message.wire)
    assert await codes(above) == ["E_PART"]

    wrong = await hand_frame(town, above, message.wire, parts={part: data[:-1] + b"]"})
    await above.exchange.receive(TOWN, wrong)
    assert not await is_held(county, message)

    whole = await hand_frame(town, above, message.wire, parts={part: data})
    await above.exchange.receive(TOWN, whole)
    assert await state_of(county, message) == ("admitted", None)
    assert await above.parts.get(part) == data


@pytest.mark.parametrize("why", list(Absence))
async def test_a_part_that_the_sender_cannot_give_holds_the_acknowledgement_back(
    county: Cluster, why: Absence
) -> None:
    part, data = make_part(b"{}", bytes(16))
    ref = PartRef(part, len(data), "application/json", "applicant")
    town, above = county.nodes[TOWN], county.nodes[COUNTY]
    first = a_message(town, an_entry(received()))
    lacking = a_message(town, an_entry(received(), parts=(ref,)), seq=2, prev=first)
    last = a_message(town, an_entry(received()), seq=3, prev=lacking)
    frame = await hand_frame(town, above, first.wire, lacking.wire, last.wire, absences={part: why})
    await above.exchange.receive(TOWN, frame)
    await above.tick()
    assert await state_of(county, last) == ("admitted", None)
    assert await acknowledged(county) == 1

    # A duplicate that brings the part is as good as the original.
    await above.exchange.receive(
        TOWN, await hand_frame(town, above, lacking.wire, parts={part: data})
    )
    await above.tick()
    assert await acknowledged(county) == 3


# Step 6.


async def test_the_same_frame_a_hundred_times_has_one_effect(county: Cluster) -> None:
    case = await county.act(TOWN, received(), parts={"applicant": applicant()})
    [frame] = await county.nodes[TOWN].exchange.frames_to_send(COUNTY, after={}, limit_bytes=65_536)
    answers = set()
    for _ in range(100):
        await county.nodes[COUNTY].exchange.receive(TOWN, frame.data)
        answers.add((await county.nodes[COUNTY].exchange.receipts_to_send(TOWN))[-1])

    standing = await county.case(COUNTY, case)
    assert standing is not None
    assert standing.length == 1
    assert len(answers) == 1
    assert len(await rows(county.nodes[COUNTY], "SELECT 1 FROM message WHERE kind = 'entry'")) == 1


async def test_frames_out_of_order_end_in_the_same_state(county: Cluster) -> None:
    case = await county.act(TOWN, received())
    frames = []
    sent: dict[Lane, int] = {}
    for number in range(4):
        if number:
            await county.act(TOWN, accepted(), case=case)
        for frame in await county.nodes[TOWN].exchange.frames_to_send(
            COUNTY, after=sent, limit_bytes=65_536
        ):
            sent[frame.lane] = frame.last
            frames.append(frame.data)
    above = county.nodes[COUNTY].exchange
    for data in [frames[3], frames[0], frames[2], frames[1], frames[2], frames[3]]:
        held = await standing_length(county)
        answers = await above.receive(TOWN, data)
        # What begins beyond what is held is not read, and is answered with receipts at once.
        assert bool(answers) == (frames.index(data) > held)
    assert await standing_length(county) == 4


async def standing_length(county: Cluster) -> int:
    found = await rows(county.nodes[COUNTY], "SELECT id FROM case_row")
    if not found:
        return 0
    case = await county.case(COUNTY, found[0][0])
    return case.length if case is not None else 0


async def test_a_gap_is_held_and_wanted_then_applied_in_order(county: Cluster) -> None:
    first, second, third = a_chain(county)
    case = first.header.case
    assert case is not None
    await bring(county, third.wire, second.wire)
    assert await county.case(COUNTY, case) is None
    [_, receipt] = await county.nodes[COUNTY].exchange.receipts_to_send(TOWN)
    assert b'"want":[["440229901-01/00000001/case",1,1]]' in receipt

    await bring(county, first.wire)
    standing = await county.case(COUNTY, case)
    assert standing is not None
    assert [moment.entry for moment in standing.timeline] == [first.id, second.id, third.id]
    assert await rows(county.nodes[COUNTY], "SELECT 1 FROM held") == []


async def test_two_messages_at_one_place_stop_the_log_and_keep_both(county: Cluster) -> None:
    first, second, _ = a_chain(county)
    town = county.nodes[TOWN]
    case = first.header.case
    assert case is not None
    other = a_message(
        town, an_entry(acts.HandOverPen(COUNTY), previous=first), seq=2, prev=first, case=case
    )
    following = a_message(town, an_entry(received()), seq=3, prev=second)
    await bring(county, first.wire, second.wire, other.wire, following.wire)

    above = county.nodes[COUNTY]
    [(evidence,)] = await rows(above, "SELECT message_id FROM evidence")
    assert evidence == other.id
    assert await events(above, "fork") == ["E_FORK"]
    assert not await is_held(county, following)
    opened = await above.journal.find_opened(case)
    assert opened is not None
    assert opened.blocked == "E_FORK"

    # Other logs go on.
    sound = a_message(county.nodes[VILLAGE], an_entry(collected()))
    await bring(county, sound.wire)
    assert await state_of(county, sound) == ("admitted", None)
