"""Messages: read in two levels, by those who know the kind and by those who only relay it."""

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.names import ZERO_ID, Lane, NodeId
from sync.bodies import Lease, Notice, Resubmit, TrustVersions
from sync.envelope import PAYLOAD_BYTES_MAX, WIRE_BYTES_MAX, WireType, decode_envelope, seal
from sync.errors import (
    BodyError,
    EnvelopeError,
    KeyWindowError,
    MalformedEnvelopeError,
    OversizeError,
    Then,
    TrustRollbackError,
    UnknownKeyError,
    WrongSenderError,
    WrongTypeError,
)
from sync.payloads import (
    ENTRY,
    KINDS,
    LEASE,
    RESUBMIT,
    Body,
    Message,
    check_key_window,
    check_trust,
    check_type,
    open_message,
    open_original,
    read_body,
    read_claim,
    seal_message,
)
from tests.builders import COUNTY, OTHER_TOWN, TOWN
from tests.keyring import (
    AT,
    TRUST,
    a_body_of_each,
    a_log,
    a_message,
    a_place,
    a_record,
    a_signer,
    an_entry,
    find_key,
    some_messages,
)

MESSAGE = a_message(TOWN, an_entry())
PAYLOAD = decode_envelope(MESSAGE.wire).payload


def altered(old: bytes, new: bytes, type_: WireType = ENTRY.type) -> bytes:
    """The message with something in its payload replaced, signed anew by its own author."""
    assert old in PAYLOAD
    return seal(type_, PAYLOAD.replace(old, new, 1), a_signer(TOWN))


@pytest.mark.parametrize(("name", "authored"), a_body_of_each().items())
def test_every_kind_travels(name: str, authored: tuple[NodeId, Body]) -> None:
    node, body = authored
    message = open_message(a_message(node, body).wire, find_key)

    assert message.kind is not None
    assert (message.kind.name, message.node) == (name, node)
    assert read_body(message) == body
    check_type(message)


def test_every_kind_has_an_example() -> None:
    assert [kind.name for kind in KINDS.values()] == list(a_body_of_each())


def test_what_the_author_holds_is_what_a_reader_opens() -> None:
    assert open_message(MESSAGE.wire, find_key) == MESSAGE
    assert (MESSAGE.node, MESSAGE.lane) == (TOWN, Lane.CASE)
    assert MESSAGE.header.at == AT


def test_a_kind_from_a_newer_release_is_kept_as_it_is() -> None:
    body = b'{"new": 1.5, "new": [9007199254740993 ]}'
    start = PAYLOAD.index(b'"body":') + len(b'"body":')
    wire = seal(
        WireType("application/vnd.tongban.entry.v2+json"),
        PAYLOAD[:start] + body + b"}",
        a_signer(TOWN),
    )
    message = open_message(wire, find_key)

    assert message.kind is None
    assert bytes(message.header.body) == body
    check_type(message)
    with pytest.raises(KeyError):
        read_body(message)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seq":1', b'"seq":0'),
        (b'"seq":1', b'"seq":2'),
        (b'"seq":1', b'"seq":1,"seq":1'),
        (b'"seq":1', b'"seq": 1'),
        (b'"seq":1', b'"seq":9007199254740993'),
        (b"/case", b"/other"),
        (b"/5f0c2a91/", b"/5F0C2A91/"),
        (b'"trusted"', b'"sure"'),
        (b"T04:00:00.000000Z", b"T04:00:00Z"),
        (b"T04:00:00.000000Z", b"T25:00:00.000000Z"),
        (b"2026-11-20", b"2026-02-30"),
        (b'"anchor":null,', b""),
        (b'"root":1,', b'"root":-1,'),
        (b'"body":{', b'"body": {'),
        (b'"case":"', b'"case":"..'),
    ],
)
def test_a_header_has_one_form(old: bytes, new: bytes) -> None:
    with pytest.raises(MalformedEnvelopeError):
        open_message(altered(old, new), find_key)


@pytest.mark.parametrize("type_", ["text/plain", "application/vnd.tongban.Entry.v1+json", ""])
def test_a_type_has_one_form(type_: str) -> None:
    with pytest.raises(MalformedEnvelopeError):
        open_message(altered(b"", b"", WireType(type_)), find_key)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"bundle":null,', b""),
        (b'"bundle":null', b'"bundle":null,"note":1'),
        (b'"officer"', b'"clerk"'),
        (b'"name":"receive"', b'"name":"abolish"'),
        (b'"originals":1', b'"originals":1.0'),
        (b'"originals":1', b'"originals":9007199254740992'),
    ],
)
def test_a_body_of_another_form_is_genuine_but_unread(old: bytes, new: bytes) -> None:
    message = open_message(altered(old, new), find_key)
    with pytest.raises(BodyError) as error:
        read_body(message)
    assert error.value.then is Then.COUNTED


@given(st.data())
def test_no_single_byte_can_be_changed(data: st.DataObject) -> None:
    raw = bytearray(MESSAGE.wire)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(EnvelopeError):
        open_message(bytes(raw), find_key)


@given(st.binary(max_size=300))
def test_signed_noise_is_an_envelope_error_and_nothing_worse(noise: bytes) -> None:
    for payload in (noise, PAYLOAD[:-1] + noise, PAYLOAD.replace(b'{"channel"', noise)):
        assume(payload != PAYLOAD)
        wire = seal(ENTRY.type, payload, a_signer(TOWN))
        with pytest.raises(EnvelopeError):
            read_body(open_message(wire, find_key))


def test_a_key_writes_only_into_its_own_log() -> None:
    for place in (a_place(OTHER_TOWN), replace(a_place(), log=a_log().replace("5f", "6f"))):
        wire = seal_message(place, an_entry(), a_signer(TOWN)).wire
        with pytest.raises(WrongSenderError):
            open_message(wire, find_key)


def test_a_stranger_is_not_believed() -> None:
    with pytest.raises(UnknownKeyError):
        open_message(MESSAGE.wire, lambda _: None)
    assert read_claim(MESSAGE.wire).key_id == a_signer(TOWN).key_id


def test_a_kind_belongs_to_its_lane_and_its_authors() -> None:
    lease = Lease(TOWN, a_record(TOWN).incarnation, AT)
    by_the_county = seal_message(a_place(COUNTY, Lane.CONTROL), lease, a_signer(COUNTY))
    check_type(by_the_county)
    for node, lane in ((TOWN, Lane.CONTROL), (COUNTY, Lane.CASE)):
        message = seal_message(a_place(node, lane), lease, a_signer(node))
        with pytest.raises(WrongTypeError):
            check_type(message)
    assert LEASE.lane is Lane.CONTROL


def test_a_message_is_written_while_its_key_is_valid() -> None:
    record = a_record(TOWN)
    check_key_window(MESSAGE, record)
    check_key_window(MESSAGE, replace(record, not_after=AT))
    early = replace(record, not_before="2026-11-20T04:00:00.000001Z")
    for bad in (early, replace(record, not_after="2026-11-20T03:59:59.999999Z")):
        with pytest.raises(KeyWindowError):
            check_key_window(MESSAGE, bad)
    doubtful = seal_message(replace(a_place(), is_suspect=True), an_entry(), a_signer(TOWN))
    check_key_window(doubtful, early)


def test_a_log_does_not_go_back_behind_the_sets_it_showed() -> None:
    check_trust(MESSAGE, TRUST)
    check_trust(MESSAGE, TrustVersions(1, 1, 1, 1, 1, 1))
    with pytest.raises(TrustRollbackError):
        check_trust(MESSAGE, replace(TRUST, calendar=3))


def test_an_original_comes_back_under_its_own_name() -> None:
    carried = a_message(COUNTY, Resubmit(MESSAGE.wire))
    body = read_body(open_message(carried.wire, find_key))
    assert isinstance(body, Resubmit)
    assert open_original(body, find_key) == MESSAGE
    with pytest.raises(BodyError):
        open_original(Resubmit(carried.wire), find_key)


def test_the_largest_message_fits_into_the_resubmit_that_carries_it() -> None:
    def with_words(count: int) -> Message:
        return a_message(COUNTY, Notice(None, "c", "t", {"words": "x" * count}))

    room = PAYLOAD_BYTES_MAX - len(decode_envelope(with_words(0).wire).payload)
    with pytest.raises(OversizeError):
        with_words(room + 1)
    carried = a_message(COUNTY, Resubmit(with_words(room).wire))
    assert carried.type == RESUBMIT.type
    assert WIRE_BYTES_MAX - 8 * 1024 < len(carried.wire) <= WIRE_BYTES_MAX


def test_a_log_is_a_chain_of_names() -> None:
    first, second = some_messages(2)
    assert first.header.prev == ZERO_ID
    assert second.header.prev == first.id


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_member_is_always_present(kind: object) -> None:
    """A default would let two spellings of a body differ; none has one."""
    info = msgspec.inspect.type_info(kind.body)  # type: ignore[attr-defined]
    assert isinstance(info, msgspec.inspect.StructType)
    assert info.forbid_unknown_fields
    assert all(field.required for field in info.fields)
