"""Deliveries: a neighbour knows that nothing is missing, and by whose word."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.names import Incarnation, Lane
from sync.delivery import (
    HEAD,
    HELLO,
    START,
    ZERO_NONCE,
    Head,
    Position,
    Want,
    check_sender,
    open_head,
    open_hello,
    open_receipt,
    progress,
    seal_head,
    seal_hello,
    seal_receipt,
)
from sync.envelope import seal
from sync.errors import (
    DigestError,
    EnvelopeError,
    ForkError,
    MalformedEnvelopeError,
    WrongSenderError,
)
from sync.strict_json import encode_strict
from tests.builders import COUNTY, HALL, OTHER_TOWN, TOWN, VILLAGE
from tests.keyring import (
    INCARNATION,
    a_head,
    a_hello,
    a_log,
    a_receipt,
    a_signer,
    find_key,
)

WIRES = [b"wire %d" % number for number in range(1, 11)]
NONCE = "ab" * 32


def at(n: int) -> Position:
    return START.after(WIRES[:n])


def test_the_digest_binds_every_wire_and_their_order() -> None:
    digest = bytes(32)
    for wire in WIRES:
        digest = hashlib.sha256(digest + hashlib.sha256(wire).digest()).digest()
    assert at(10) == Position(10, digest.hex())
    assert START.after(WIRES[:4]).after(WIRES[4:]) == at(10)
    assert START.after([WIRES[1], WIRES[0]]) != at(2)


@given(st.integers(0, 10), st.integers(1, 10), st.integers(0, 10))
def test_a_frame_fits_wherever_it_begins(held: int, first: int, count: int) -> None:
    wires = WIRES[first - 1 : first - 1 + count]
    last = first + len(wires) - 1
    news = progress(at(held), at(last), first=first, wires=wires)

    if first <= held + 1 and last > held:
        assert news.position == at(last)
        assert list(news.wires) == WIRES[held:last]
        assert news.first == held + 1
    else:
        assert (news.wires, news.position) == ((), at(held))


def test_what_was_not_signed_for_is_not_taken() -> None:
    swapped = [WIRES[2], WIRES[4], WIRES[3]]
    with pytest.raises(DigestError):
        progress(at(2), at(5), first=3, wires=swapped)
    with pytest.raises(DigestError):
        progress(at(2), at(6), first=3, wires=WIRES[2:5])


def test_a_list_with_two_histories_is_a_fork() -> None:
    other = START.after([*WIRES[:4], b"another"])
    with pytest.raises(ForkError):
        progress(at(5), other, first=5, wires=[b"another"])
    # The same fork, seen one message later: what is held does not lead to what was signed.
    with pytest.raises(DigestError):
        progress(at(5), other.after(WIRES[5:6]), first=5, wires=[b"another", WIRES[5]])


def test_a_head_is_its_senders_and_a_receipt_its_receivers() -> None:
    head, receipt = a_head(position=at(3)), a_receipt()
    assert open_head(seal_head(head, a_signer(TOWN)), find_key) == head
    assert open_receipt(seal_receipt(receipt, a_signer(COUNTY)), find_key) == receipt
    assert head.delivery_list == receipt.delivery_list
    assert {head.delivery_list: 1}[receipt.delivery_list] == 1

    with pytest.raises(WrongSenderError):
        open_head(seal_head(head, a_signer(COUNTY)), find_key)
    with pytest.raises(WrongSenderError):
        open_receipt(seal_receipt(receipt, a_signer(TOWN)), find_key)
    with pytest.raises(MalformedEnvelopeError):
        open_receipt(seal_head(head, a_signer(TOWN)), find_key)
    earlier = replace(head, from_incarnation=Incarnation("00000001"))
    with pytest.raises(WrongSenderError):
        open_head(seal_head(earlier, a_signer(TOWN)), find_key)


def test_members_are_named_as_the_protocol_names_them() -> None:
    assert encode_strict(a_head()) == (
        b'{"from":"440229901-01","from_incarnation":"5f0c2a91","to":"440229-01",'
        b'"to_incarnation":"5f0c2a91","lane":"case","n":0,"digest":"' + b"0" * 64 + b'"}'
    )
    assert encode_strict(Want(a_log(), 3, 5)) == b'["440229901-01/5f0c2a91/case",3,5]'


def test_a_hello_proves_itself_by_the_nonce_of_its_reader() -> None:
    hello = a_hello(NONCE)
    wire = seal_hello(hello, a_signer(COUNTY))
    assert open_hello(wire, find_key, me=TOWN, nonce=NONCE) == hello

    for me, nonce in ((TOWN, ZERO_NONCE), (OTHER_TOWN, NONCE)):
        with pytest.raises(WrongSenderError):
            open_hello(wire, find_key, me=me, nonce=nonce)
    with pytest.raises(WrongSenderError):
        open_hello(seal_hello(hello, a_signer(HALL)), find_key, me=TOWN, nonce=NONCE)
    to_a_village = seal_hello(a_hello(NONCE, to=VILLAGE), a_signer(COUNTY))
    with pytest.raises(WrongSenderError):
        open_hello(to_a_village, find_key, me=VILLAGE, nonce=NONCE)


def test_a_hello_shows_a_rolled_back_neighbour_its_own_word() -> None:
    shown = a_hello(NONCE).holds[0].head
    assert shown is not None
    head = open_head(shown, find_key)
    assert isinstance(head, Head)
    assert head.from_node == TOWN


def test_a_hello_states_each_lane_once() -> None:
    hello = a_hello(NONCE)
    body = encode_strict(hello).replace(b'"lane":"case"', b'"lane":"control"')
    with pytest.raises(MalformedEnvelopeError):
        open_hello(seal(HELLO, body, a_signer(COUNTY)), find_key, me=TOWN, nonce=NONCE)


@given(st.binary(max_size=100))
def test_signed_noise_is_an_envelope_error_and_nothing_worse(noise: bytes) -> None:
    with pytest.raises(EnvelopeError):
        open_head(seal(HEAD, noise, a_signer(TOWN)), find_key)


def test_a_child_speaks_for_itself_and_those_below_it() -> None:
    mine = Incarnation("0000000b")

    def brought(log: str, by: str, me: str) -> bool:
        try:
            check_sender(log, neighbour=by, me=me, my_incarnation=mine)  # type: ignore[arg-type]
        except WrongSenderError:
            return False
        return True

    assert brought(a_log(TOWN), TOWN, COUNTY)
    assert brought(a_log(VILLAGE), TOWN, COUNTY)
    assert brought(a_log(VILLAGE), VILLAGE, TOWN)
    assert not brought(a_log(OTHER_TOWN), TOWN, COUNTY)
    assert not brought(a_log(TOWN), VILLAGE, TOWN.replace("901-", "902-"))
    # The child gives back what an earlier incarnation of its parent once gave it.
    assert brought(a_log(TOWN), VILLAGE, TOWN)
    assert not brought(f"{TOWN}/{mine}/{Lane.CASE}", VILLAGE, TOWN)
    # From the parent any node's may come.
    assert brought(a_log(OTHER_TOWN), COUNTY, TOWN)
    assert brought(a_log(COUNTY), TOWN, VILLAGE)
    assert not brought(a_log(VILLAGE), VILLAGE, COUNTY)
    assert mine != INCARNATION
