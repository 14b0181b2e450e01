"""Contact with a neighbour: what its hellos and receipts tell, and what follows from them.

A hello proves who is there and states how far both directions are held. It is where a node learns
that it was rolled back (somebody shows it its own signed word from its future), that a neighbour
lives on in a new incarnation, and that a list it sends has forked.
"""

from collections.abc import Iterable

from casework.names import Incarnation, Lane, NodeId
from sync.batch import Batch
from sync.delivery import ZERO_NONCE, DeliveryList, Hello, Holds, Position, Receipt, open_head
from sync.errors import EnvelopeError, ForkError, RevokedKeyError, WrongSenderError
from sync.outbox import begin_lists, list_wanted
from sync.own_past import resubmit_own_past
from sync.writing import ROLLED_BACK, is_rolled_back


def check_alive(batch: Batch, node: NodeId, incarnation: Incarnation) -> None:
    """Refuse an incarnation that has ended, or that a later one has replaced."""
    known = batch.neighbours.get(node)
    order = list(batch.trust.incarnations_of(node))
    ended = any(
        batch.trust.find_end(f"{node}/{incarnation}/{lane}") is not None  # type: ignore[arg-type]
        for lane in Lane
    )
    rank = {each: place for place, each in enumerate(order)}
    replaced = known is not None and rank.get(incarnation, -1) < rank.get(known, -1)
    if ended or replaced:
        raise RevokedKeyError(f"{node}/{incarnation} is a thing of the past")


def take_hello(batch: Batch, hello: Hello) -> None:
    """Adopt the neighbour's incarnation, and compare what both sides remember."""
    node, incarnation = hello.from_node, hello.from_incarnation
    check_alive(batch, node, incarnation)
    if batch.neighbours.get(node) != incarnation:
        begin_lists(batch, node, incarnation)
        batch.audit("adopted", neighbour=node)
        if node == batch.parent:
            resubmit_own_past(batch)
    is_of_mine = hello.to_incarnation == batch.node.incarnation
    if is_of_mine:
        _note_announced(batch, hello)
    _note_heard(batch, hello)
    if not is_of_mine:
        return  # It speaks of lists to another incarnation; mine begin at 1.
    for held in hello.holds:
        _take_holds(batch, hello, held)
    for sends in hello.sends:
        received = _received(batch, node, sends.lane)
        if received.n > sends.n or (received.n == sends.n and received.digest != sends.digest):
            batch.audit("neighbour-rolled-back", is_alarm=True, neighbour=node, code="E_FORK")


def _note_heard(batch: Batch, hello: Hello) -> None:
    """When it was there: now, or when it wrote a carry file, which may have lain about."""
    is_carried = hello.nonce == ZERO_NONCE
    at = min(hello.at, batch.at) if is_carried else batch.at
    batch.work.execute(
        "UPDATE neighbour SET last_contact_at = ? WHERE node = ? AND last_contact_at < ?",
        (at, hello.from_node, at),
    )


def _note_announced(batch: Batch, hello: Hello) -> None:
    """How long its list of cases is. While it is not here, its news is that of before."""
    node = hello.from_node
    held = _received(batch, node, Lane.CASE).n
    announced = max((each.n for each in hello.sends if each.lane is Lane.CASE), default=0)
    batch.work.execute(
        "UPDATE neighbour SET announced_n = ?, whole_at = CASE WHEN announced_n > ? THEN whole_at"
        " ELSE last_contact_at END WHERE node = ?",
        (announced, held, node),
    )


def take_receipt(batch: Batch, neighbour: NodeId, receipt: Receipt) -> None:
    """Stop resending what the neighbour has committed, and list again what it misses."""
    mine = (receipt.from_node, receipt.from_incarnation)
    if mine != (batch.node.id, batch.node.incarnation) or receipt.to_node != neighbour:
        raise WrongSenderError(f"a receipt for {receipt.from_node}/{receipt.from_incarnation}")
    if batch.neighbours.get(neighbour) != receipt.to_incarnation:
        raise WrongSenderError(f"{neighbour}/{receipt.to_incarnation} has not said hello")
    _settle(batch, neighbour, receipt.lane, receipt.position)
    list_wanted(batch, neighbour, receipt.want)


def _take_holds(batch: Batch, hello: Hello, held: Holds) -> None:
    """What the neighbour holds of my list; its newest head is my own word, whatever I remember.

    A head of another lane, or to an earlier incarnation of the neighbour, is of another list.
    """
    node = hello.from_node
    if held.head is not None:
        try:
            head = open_head(held.head, batch.trust.find_key)
        except EnvelopeError:
            head = None
        me = batch.node
        mine = DeliveryList(me.id, me.incarnation, node, hello.from_incarnation, held.lane)
        is_mine = head is not None and head.delivery_list == mine
        if head is not None and is_mine and head.n > _listed(batch, node, held.lane).n:
            stop_signing(batch, node)
            return
    try:
        _settle(batch, node, held.lane, Position(held.n, held.digest))
    except ForkError as error:
        batch.audit("list-forked", is_alarm=True, neighbour=node, code=error.code)


def stop_signing(batch: Batch, neighbour: NodeId) -> None:
    """This machine was rolled back: it remembers less than it has signed."""
    if not is_rolled_back(batch):
        batch.set(ROLLED_BACK, batch.node.incarnation.encode())
        batch.audit("rolled-back", is_alarm=True, neighbour=neighbour, code="E_FORK")


def _settle(batch: Batch, neighbour: NodeId, lane: Lane, position: Position) -> None:
    """Move a list's receipt on; ForkError if it is not a position of this list."""
    n, digest = batch.work.execute(
        "SELECT receipted_n, receipted_digest FROM delivery WHERE neighbour = ? AND lane = ?",
        (neighbour, lane.value),
    ).fetchone()
    if position.n < n:
        return  # An older receipt, come late.
    known = digest
    if position.n > n:
        row = batch.work.execute(
            "SELECT digest FROM listed WHERE neighbour = ? AND lane = ? AND n = ?",
            (neighbour, lane.value, position.n),
        ).fetchone()
        if row is None:
            raise ForkError(f"a receipt for message {position.n} of a list that ends before it")
        known = row[0]
    if known != position.digest:
        raise ForkError(f"another digest at message {position.n} of a list")
    if position.n > n:
        batch.work.execute(
            "DELETE FROM listed WHERE neighbour = ? AND lane = ? AND n <= ?",
            (neighbour, lane.value, position.n),
        )
        batch.work.execute(
            "UPDATE delivery SET receipted_n = ?, receipted_digest = ?"
            " WHERE neighbour = ? AND lane = ?",
            (position.n, position.digest, neighbour, lane.value),
        )


def _listed(batch: Batch, neighbour: NodeId, lane: Lane) -> Position:
    return Position(*_delivery(batch, neighbour, lane, ("listed_n", "listed_digest")))


def _received(batch: Batch, neighbour: NodeId, lane: Lane) -> Position:
    return Position(*_delivery(batch, neighbour, lane, ("received_n", "received_digest")))


def _delivery(
    batch: Batch, neighbour: NodeId, lane: Lane, columns: Iterable[str]
) -> tuple[int, str]:
    query = f"SELECT {', '.join(columns)} FROM delivery WHERE neighbour = ? AND lane = ?"  # noqa: S608
    n, digest = batch.work.execute(query, (neighbour, lane.value)).fetchone()
    return n, digest
