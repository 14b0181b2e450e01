"""Deliveries: the numbered list of messages that one node owes its neighbour (protocol.md 4).

A head says how far a list goes, a receipt how far it was committed, a hello who is there and where
both lists stand. All three are signed wires outside any log. The digest chain makes a list whole:
whoever knows `digest(n)` knows every wire up to n and their order.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Annotated, Final, TypeVar

from msgspec import Meta, Struct

from casework.fact import Fact
from casework.instants import parse_instant
from casework.names import Incarnation, Lane, LogName, NodeId, is_below, parent_of, split_log
from sync.bodies import Count, Seq
from sync.envelope import WireType, open_envelope, seal
from sync.errors import DigestError, ForkError, MalformedEnvelopeError, WrongSenderError
from sync.keys import KeyRecord, Signer
from sync.payloads import RecordLookup, wire_type
from sync.strict_json import UNREADABLE, decode_strict, encode_strict

HEAD: Final = wire_type("head")
RECEIPT: Final = wire_type("receipt")
HELLO: Final = wire_type("hello")

WANTS_MAX: Final = 100
ZERO_DIGEST: Final = "0" * 64
# The nonce of a carry file's hello: it proves no freshness.
ZERO_NONCE: Final = "0" * 64

HexDigest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
HexIncarnation = Annotated[Incarnation, Meta(pattern="^[0-9a-f]{8}$")]

_FROM_TO: Final = {"from_node": "from", "to_node": "to"}


class DeliveryList(Fact, frozen=True, rename=_FROM_TO):
    """Which list: from one incarnation of a node to one of its neighbour, in one lane."""

    from_node: NodeId
    from_incarnation: HexIncarnation
    to_node: NodeId
    to_incarnation: HexIncarnation
    lane: Lane


class Position(Struct, frozen=True):
    """How far a list goes: its n-th message, and the digest of all up to there."""

    n: int
    digest: str

    def after(self, wires: Iterable[bytes]) -> "Position":
        n, digest = self.n, bytes.fromhex(self.digest)
        for wire in wires:
            digest = hashlib.sha256(digest + hashlib.sha256(wire).digest()).digest()
            n += 1
        return Position(n, digest.hex())


START: Final = Position(0, ZERO_DIGEST)


class Head(DeliveryList, frozen=True, rename=_FROM_TO):
    """Signed by the list's sender: its message n is the last of this frame."""

    n: Count
    digest: HexDigest

    @property
    def delivery_list(self) -> DeliveryList:
        return _list_of(self)

    @property
    def position(self) -> Position:
        return Position(self.n, self.digest)


class Want(Fact, frozen=True, array_like=True):
    """Messages of a log that are missing, both ends included."""

    log: LogName
    first: Seq
    last: Seq

    def __post_init__(self) -> None:
        split_log(self.log)
        if self.first > self.last:
            raise ValueError("a range that ends before it begins")


class Receipt(DeliveryList, frozen=True, rename=_FROM_TO):
    """Signed by the list's receiver: it has committed everything up to message n."""

    n: Count
    digest: HexDigest
    want: Annotated[tuple[Want, ...], Meta(max_length=WANTS_MAX)]
    at: str  # an instant

    def __post_init__(self) -> None:
        parse_instant(self.at)

    @property
    def delivery_list(self) -> DeliveryList:
        return _list_of(self)

    @property
    def position(self) -> Position:
        return Position(self.n, self.digest)


class Sends(Fact, frozen=True):
    """Where the writer's own list to its neighbour stands."""

    lane: Lane
    n: Count
    digest: HexDigest


class Holds(Fact, frozen=True):
    """Where the neighbour's list stands at the writer, with the newest head seen for it.

    `head` is that head's wire as the neighbour signed it. A neighbour that reads there of a
    position beyond its own was rolled back.
    """

    lane: Lane
    n: Count
    digest: HexDigest
    head: bytes | None


class Hello(Fact, frozen=True, rename=_FROM_TO):
    """Proves who is there, by the reader's own nonce, and where both directions stand.

    `to_incarnation` is None if the writer has not yet heard of one. Lanes come in the order
    control, case, each at most once.
    """

    from_node: NodeId
    from_incarnation: HexIncarnation
    to_node: NodeId
    to_incarnation: HexIncarnation | None
    nonce: HexDigest
    at: str  # an instant
    sends: Annotated[tuple[Sends, ...], Meta(max_length=2)]
    holds: Annotated[tuple[Holds, ...], Meta(max_length=2)]

    def __post_init__(self) -> None:
        parse_instant(self.at)
        for stated in (self.sends, self.holds):
            lanes = [one.lane for one in stated]
            if lanes != [lane for lane in Lane if lane in lanes]:
                raise ValueError("each lane once, in order")


def seal_head(head: Head, signer: Signer) -> bytes:
    return seal(HEAD, encode_strict(head), signer)


def seal_receipt(receipt: Receipt, signer: Signer) -> bytes:
    return seal(RECEIPT, encode_strict(receipt), signer)


def seal_hello(hello: Hello, signer: Signer) -> bytes:
    return seal(HELLO, encode_strict(hello), signer)


def open_head(wire: bytes, find_key: RecordLookup) -> Head:
    """A head, by the key of the node and incarnation that its list comes from."""
    head, signer = _open(wire, HEAD, Head, find_key)
    if (head.from_node, head.from_incarnation) != (signer.node, signer.incarnation):
        raise WrongSenderError(f"{signer.node} signed a head of {head.from_node}")
    return head


def open_receipt(wire: bytes, find_key: RecordLookup) -> Receipt:
    """A receipt, by the key of the node and incarnation that its list goes to."""
    receipt, signer = _open(wire, RECEIPT, Receipt, find_key)
    if (receipt.to_node, receipt.to_incarnation) != (signer.node, signer.incarnation):
        raise WrongSenderError(f"{signer.node} signed a receipt of {receipt.to_node}")
    return receipt


def open_hello(wire: bytes, find_key: RecordLookup, *, me: NodeId, nonce: str) -> Hello:
    """A hello to this node, over this very nonce, by a neighbour."""
    hello, signer = _open(wire, HELLO, Hello, find_key)
    if (hello.from_node, hello.from_incarnation) != (signer.node, signer.incarnation):
        raise WrongSenderError(f"{signer.node} signed a hello of {hello.from_node}")
    if hello.to_node != me or not are_neighbours(hello.from_node, me):
        raise WrongSenderError(f"a hello of {hello.from_node} to {hello.to_node}")
    if hello.nonce != nonce:
        raise WrongSenderError("a hello over another nonce")
    return hello


def are_neighbours(one: NodeId, other: NodeId) -> bool:
    return parent_of(one) == other or parent_of(other) == one


def check_sender(
    log: LogName, *, neighbour: NodeId, me: NodeId, my_incarnation: Incarnation
) -> None:
    """Step 4, second half: a neighbour may bring this author's messages.

    From my parent come any node's; from a child its own, those from below it, and what earlier
    incarnations of mine once gave it.
    """
    if parent_of(me) == neighbour:
        return
    if parent_of(neighbour) != me:
        raise WrongSenderError(f"{neighbour} is no neighbour of {me}")
    author, incarnation, _ = split_log(log)
    if author == neighbour or is_below(author, neighbour):
        return
    if author == me and incarnation != my_incarnation:
        return
    raise WrongSenderError(f"{neighbour} brought a message of {author}")


class Progress(Struct, frozen=True):
    """What of a frame is news: the wires after what is held, and where they lead."""

    wires: tuple[bytes, ...]
    position: Position

    @property
    def first(self) -> int:
        return self.position.n - len(self.wires) + 1


def progress(held: Position, head: Position, *, first: int, wires: Sequence[bytes]) -> Progress:
    """Fit a frame onto what is held; nothing new is no fault and is answered with a receipt.

    What a frame repeats is not looked at again: if it differed from what was held, the digest
    signed in the head would not follow from the digest held.
    """
    if head.n != first + len(wires) - 1:
        raise DigestError("a head for another number of messages")
    if head.n == held.n and head.digest != held.digest:
        raise ForkError("two digests at one position of a delivery list")
    if first > held.n + 1 or head.n <= held.n:
        return Progress((), held)
    news = tuple(wires[held.n + 1 - first :])
    position = held.after(news)
    if position.digest != head.digest:
        raise DigestError("the messages do not lead to the digest signed for them")
    return Progress(news, position)


T = TypeVar("T", Head, Receipt, Hello)


def _open(
    wire: bytes, type_: WireType, kind: type[T], find_key: RecordLookup
) -> tuple[T, KeyRecord]:
    opened = open_envelope(wire, find_key)
    if opened.type != type_:
        raise MalformedEnvelopeError(f"not a {kind.__name__}")
    signer = find_key(opened.signers[0])
    assert signer is not None, "open_envelope found it"
    try:
        return decode_strict(opened.payload, kind), signer
    except UNREADABLE as error:
        raise MalformedEnvelopeError(f"not a {kind.__name__}") from error


def _list_of(told: Head | Receipt) -> DeliveryList:
    return DeliveryList(
        told.from_node, told.from_incarnation, told.to_node, told.to_incarnation, told.lane
    )
