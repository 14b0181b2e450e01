"""Sending: frames made of what a list owes, with the parts that their receiver may have.

Reads only; what is sent is noted nowhere. A receipt alone moves a list on, so whatever a carrier
lost is sent again by starting over from the last one.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from casework.case import Case
from casework.entry import PartRef
from casework.interest import entitled
from casework.names import CaseId, Incarnation, Lane, NodeId, PartHash, parent_of
from sync.delivery import Head, Hello, Holds, Receipt, Sends, Want, seal_head
from sync.engine import Work
from sync.frame import (
    MESSAGES_MAX,
    UNPACKED_BYTES_MAX,
    Absence,
    FramePace,
    Packed,
    Queued,
    fill_frame,
)
from sync.inquiries import guests_of
from sync.part_rows import PartState, homes, small_parts, states
from sync.parts import is_small
from sync.payloads import Message
from sync.stored import case_from_bytes, parts_of, stored_body, stored_message

if TYPE_CHECKING:
    from sync.node import Node

_LISTED: Final = (
    "SELECT l.n, l.digest, m.id, m.wire FROM listed AS l JOIN message AS m ON m.id = l.message_id"
    " WHERE l.neighbour = ? AND l.lane = ? AND l.n > ? ORDER BY l.n LIMIT ?"
)


class Link(Struct, frozen=True):
    """The two ends of the lists to and from one neighbour, as they are adopted."""

    neighbour: NodeId
    incarnation: Incarnation


class Listed(Struct, frozen=True):
    n: int
    digest: str
    message: Message


class Waiting(Struct, frozen=True):
    """What a list has for the next frames, and where it goes on from."""

    first: int
    digests: tuple[str, ...]
    queue: tuple[Queued, ...]


def find_link(work: Work, neighbour: NodeId) -> Link | None:
    row = work.execute("SELECT incarnation FROM neighbour WHERE node = ?", (neighbour,)).fetchone()
    return Link(neighbour, row[0]) if row else None


def waiting(  # noqa: PLR0913 - one read
    work: Work,
    node: "Node",
    neighbour: NodeId,
    lane: Lane,
    after: int,
    *,
    room: int = UNPACKED_BYTES_MAX,
) -> Waiting:
    """The next messages of a list, enough to fill the room, with the parts that may go along."""
    me = node.id
    listed: list[Listed] = []
    rows = work.execute(_LISTED, (neighbour, lane.value, after, MESSAGES_MAX))
    while room > 0 and (row := rows.fetchone()) is not None:
        n, digest, id_, wire = row
        listed.append(Listed(n, digest, stored_message(wire, id_)))
        room -= len(wire)
    refs = {each.message.id: _refs_for(work, me, neighbour, each.message) for each in listed}
    hashes = [ref.hash for some in refs.values() for ref in some]
    stored = small_parts(work, hashes)
    data = {part: node.vault.to_send(held, neighbour) for part, held in stored.items()}
    upwards = parent_of(me) == neighbour
    known = states(work, [each for each in hashes if each not in data]) if upwards else {}
    queue = tuple(
        Queued(
            each.message.wire,
            {ref.hash: data[ref.hash] for ref in refs[each.message.id] if ref.hash in data},
            _absences(refs[each.message.id], data, known) if upwards else {},
        )
        for each in listed
    )
    return Waiting(after + 1, tuple(each.digest for each in listed), queue)


def make_frame(node: "Node", link: Link, lane: Lane, wait: Waiting, pace: FramePace) -> Packed:
    """Sign a head and pack as many of the waiting messages as fit."""

    def head_of(n: int) -> bytes:
        head = Head(
            from_node=node.id,
            from_incarnation=node.incarnation,
            to_node=link.neighbour,
            to_incarnation=link.incarnation,
            lane=lane,
            n=n,
            digest=wait.digests[n - wait.first],
        )
        return seal_head(head, node.signer)

    return fill_frame(wait.queue, wait.first, pace, head_of)


def receipted_positions(work: Work, neighbour: NodeId) -> dict[Lane, int]:
    rows = work.execute(
        "SELECT lane, receipted_n FROM delivery WHERE neighbour = ?", (neighbour,)
    ).fetchall()
    return {Lane(row[0]): row[1] for row in rows}


def receipt_for(  # noqa: PLR0913 - one receipt
    work: Work, node: "Node", link: Link, *, lane: Lane, wants: Sequence[Want], at: str
) -> Receipt:
    n, digest = work.execute(
        "SELECT received_n, received_digest FROM delivery WHERE neighbour = ? AND lane = ?",
        (link.neighbour, lane.value),
    ).fetchone()
    return Receipt(
        from_node=link.neighbour,
        from_incarnation=link.incarnation,
        to_node=node.id,
        to_incarnation=node.incarnation,
        lane=lane,
        n=n,
        digest=digest,
        want=tuple(wants),
        at=at,
    )


def hello_for(work: Work, node: "Node", neighbour: NodeId, nonce: str, at: str) -> Hello:
    """Who is here and where both directions stand, as far as a neighbour is known."""
    link = find_link(work, neighbour)
    rows = {
        Lane(row[0]): row[1:]
        for row in work.execute(
            "SELECT lane, listed_n, listed_digest, received_n, received_digest, received_head"
            " FROM delivery WHERE neighbour = ?",
            (neighbour,),
        ).fetchall()
    }
    lanes = [lane for lane in Lane if lane in rows]
    return Hello(
        from_node=node.id,
        from_incarnation=node.incarnation,
        to_node=neighbour,
        to_incarnation=link.incarnation if link is not None else None,
        nonce=nonce,
        at=at,
        sends=tuple(Sends(lane, rows[lane][0], rows[lane][1]) for lane in lanes),
        holds=tuple(Holds(lane, *rows[lane][2:]) for lane in lanes),
    )


def parts_for(
    work: Work, case: CaseId | None, neighbour: NodeId, refs: Sequence[PartRef], author: NodeId
) -> list[PartRef]:
    """Those of a message's parts that a child's role in its case lets it have."""
    found = find_case(work, case)
    if found is None:
        return list(refs)
    guests = guests_of(work, found.id)
    return [ref for ref in refs if entitled(found, neighbour, ref, author, guests)]


def find_case(work: Work, case: CaseId | None) -> Case | None:
    if case is None:
        return None
    row = work.execute("SELECT folded FROM case_row WHERE id = ?", (case,)).fetchone()
    return case_from_bytes(row[0]) if row else None


def _refs_for(work: Work, me: NodeId, neighbour: NodeId, message: Message) -> list[PartRef]:
    refs = [ref for ref in parts_of(stored_body(message)) if is_small(ref.size)]
    if not refs or parent_of(me) == neighbour:
        return refs
    case = message.header.case
    home = homes(work, [ref.hash for ref in refs])
    refs = [ref for ref in refs if home.get(ref.hash, case) == case]
    return parts_for(work, case, neighbour, refs, message.node)


def _absences(
    refs: Sequence[PartRef], data: Mapping[PartHash, bytes], known: Mapping[PartHash, PartState]
) -> dict[PartHash, Absence]:
    """Upwards, every small part that cannot be given is named with its reason."""
    return {
        ref.hash: Absence.ERASED
        if known.get(ref.hash) is PartState.ERASED
        else Absence.NOT_ENTITLED
        for ref in refs
        if ref.hash not in data
    }
