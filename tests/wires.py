"""Bytes made by hand, as a faulty or hostile neighbour might make them, and what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from casework.act import AnyAct
from casework.entry import Entry, PartRef
from casework.names import (
    ZERO_ID,
    CaseId,
    CaseNumber,
    Incarnation,
    Lane,
    NodeId,
    PartHash,
    case_id,
    log_name,
)
from sync.bodies import TrustVersions
from sync.delivery import Head, Position, seal_head
from sync.frame import Absence, Frame, pack
from sync.keys import Signer
from sync.node import Node
from sync.payloads import Body, Message, Place, seal_message
from sync.stored import kind_of
from tests.builders import COUNTY, LIN, MATTER, NOON, TOWN
from tests.cluster import FIRST, Cluster, accepted, received, rows
from tests.keyring import a_signer

# Where a receiver is in the list of a neighbour.
RECEIVED = "SELECT received_n, received_digest FROM delivery WHERE neighbour = ? AND lane = ?"


async def hand_frame(
    sender: Node,
    receiver: Node,
    *wires: bytes,
    lane: Lane = Lane.CASE,
    parts: Mapping[PartHash, bytes] = {},
    absences: Mapping[PartHash, Absence] = {},
) -> bytes:
    """A frame that continues what the receiver holds of the sender's list."""
    [(n, digest)] = await rows(receiver, RECEIVED, sender.id, lane.value)
    to = (receiver.id, receiver.incarnation)
    return a_frame(
        sender, to, Position(n, digest), wires, lane=lane, parts=parts, absences=absences
    )


def a_frame(  # noqa: PLR0913
    sender: Node,
    to: tuple[NodeId, Incarnation],
    after: Position,
    wires: Sequence[bytes],
    *,
    lane: Lane = Lane.CASE,
    parts: Mapping[PartHash, bytes] = {},
    absences: Mapping[PartHash, Absence] = {},
) -> bytes:
    """A frame that goes on after a place in the sender's list."""
    end = after.after(wires)
    head = Head(
        from_node=sender.id,
        from_incarnation=sender.incarnation,
        to_node=to[0],
        to_incarnation=to[1],
        lane=lane,
        n=end.n,
        digest=end.digest,
    )
    return pack(
        Frame(
            head=seal_head(head, sender.signer),
            first=after.n + 1,
            wires=tuple(wires),
            parts=tuple(sorted(parts.items())),
            absences=tuple(sorted(absences.items())),
        )
    )


def a_message(  # noqa: PLR0913
    author: Node,
    body: Body,
    *,
    seq: int = 1,
    prev: Message | None = None,
    case: CaseId | None = None,
    lane: Lane | None = None,
    at: datetime = NOON,
    trust: TrustVersions | None = None,
    signer: Signer | None = None,
) -> Message:
    """A message with whatever in its header; an entry of no case begins one."""
    log = log_name(author.id, author.incarnation, lane or kind_of(body).lane)
    if case is None and isinstance(body, Entry):
        case = case_id(log, seq)
    place = Place(
        log=log,
        seq=seq,
        prev=prev.id if prev is not None else ZERO_ID,
        at=at,
        is_suspect=False,
        anchor=None,
        case=case,
        trust=trust or author.trust.versions,
    )
    return seal_message(place, body, signer or a_signer(author.id, author.incarnation))


def an_entry(
    act: AnyAct, *, previous: Message | None = None, parts: tuple[PartRef, ...] = ()
) -> Entry:
    return Entry(
        number=CaseNumber("A-0001"),
        previous=previous.id if previous is not None else ZERO_ID,
        act=act,
        matter_version=MATTER,
        delegation=None,
        officer=LIN,
        acting_for=None,
        bundle=None,
        project=None,
        parts=parts,
    )


async def codes(node: Node) -> list[str]:
    """The codes of what a node has set aside, in the order it came."""
    return [row[0] for row in await rows(node, "SELECT code FROM set_aside ORDER BY id")]


async def events(node: Node, event: str) -> list[str | None]:
    found = await rows(node, "SELECT code FROM audit WHERE event = ? ORDER BY id", event)
    return [row[0] for row in found]


async def bring(county: Cluster, *wires: bytes, lane: Lane = Lane.CASE) -> None:
    """The township brings wires to the county."""
    town, above = county.nodes[TOWN], county.nodes[COUNTY]
    await above.exchange.receive(TOWN, await hand_frame(town, above, *wires, lane=lane))


def a_chain(county: Cluster, length: int = 3) -> list[Message]:
    """A case that the township took in and went on with."""
    town = county.nodes[TOWN]
    chain = [a_message(town, an_entry(received()))]
    for seq in range(2, length + 1):
        entry = an_entry(accepted(), previous=chain[-1])
        case = chain[0].header.case
        chain.append(a_message(town, entry, seq=seq, prev=chain[-1], case=case))
    return chain


async def state_of(county: Cluster, message: Message) -> tuple[str, str | None]:
    query = "SELECT state, code FROM message WHERE id = ?"
    [(state, code)] = await rows(county.nodes[COUNTY], query, message.id)
    return state, code


async def is_held(county: Cluster, message: Message) -> bool:
    query = "SELECT 1 FROM message WHERE id = ?"
    return bool(await rows(county.nodes[COUNTY], query, message.id))


async def acknowledged(county: Cluster) -> int:
    query = "SELECT acknowledged FROM log_position WHERE log = ?"
    [(seq,)] = await rows(county.nodes[COUNTY], query, f"{TOWN}/{FIRST}/case")
    return int(seq)
