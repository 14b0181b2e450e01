"""What a node has heard of its neighbours and from them, as its pages ask about it.

`casework.freshness` says what follows; who is silent is told by `sync.silence`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from casework.freshness import Heard
from casework.instants import parse_instant
from casework.names import NodeId, author_of
from sync.batch import Batch
from sync.bodies import ContactReport
from sync.engine import Work
from sync.payloads import Message

TOLD: Final = "silent:"
# A neighbour that has announced more than it has sent is known as of when it had sent all.
_NEIGHBOURS: Final = (
    "SELECT n.node, CASE WHEN n.announced_n > d.received_n THEN n.whole_at"
    " ELSE n.last_contact_at END FROM neighbour AS n"
    " JOIN delivery AS d ON d.neighbour = n.node AND d.lane = 'case'"
)


def read_heard(work: Work, me: NodeId) -> Heard:
    neighbours = heard_neighbours(work)
    told: dict[NodeId, Mapping[NodeId, datetime]] = {}
    for key, value in work.execute(
        "SELECT key, value FROM setting WHERE key >= ? AND key < ?", (TOLD, TOLD + "~")
    ).fetchall():
        told[NodeId(key.removeprefix(TOLD))] = read_told(bytes(value))
    return Heard(node=me, neighbours=neighbours, told=told)


def take_report(batch: Batch, message: Message, body: ContactReport) -> None:
    """Keep the newest word of its author."""
    author = author_of(message.header.log)
    key = TOLD + author
    if not is_newest(batch, message):
        return
    said = " ".join((message.header.at, *(f"{each.node}@{each.since}" for each in body.silent)))
    batch.set(key, said.encode())


def is_newest(batch: Batch, message: Message) -> bool:
    """Whether nothing newer of the same author is known."""
    known = batch.setting(TOLD + author_of(message.header.log))
    return known is None or _said_at(known) <= message.header.at


def heard_neighbours(work: Work) -> dict[NodeId, datetime]:
    return {
        NodeId(node): parse_instant(at)
        for node, at in work.execute(_NEIGHBOURS).fetchall()
        if at is not None
    }


def _said_at(stored: bytes) -> str:
    return stored.decode().split(" ", 1)[0]


def read_told(stored: bytes) -> dict[NodeId, datetime]:
    _, *silent = stored.decode().split()
    pairs = (each.split("@") for each in silent)
    return {NodeId(node): parse_instant(since) for node, since in pairs}
