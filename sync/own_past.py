"""What this node's earlier machines wrote beyond the end of their logs, carried on by this one.

A key may be ended while its machine still holds words that the county never heard. Enrolled again
in the same place, the machine has them; as `resubmit`s they go up unchanged, each once. Under a
key that was out of control nothing goes up: the county alone decides about that.
"""

from sync.batch import Batch
from sync.bodies import Resubmit
from sync.payloads import RESUBMIT
from sync.stored import stored_body, stored_message
from sync.writing import is_rolled_back, write


def resubmit_own_past(batch: Batch) -> None:
    rows = batch.work.execute(
        "SELECT id, wire FROM message WHERE log LIKE ? AND log NOT LIKE ? ORDER BY rowid",
        (f"{batch.node.id}/%", f"{batch.node.id}/{batch.node.incarnation}/%"),
    ).fetchall()
    beyond = []
    for id_, wire in rows:
        message = stored_message(wire, id_)
        end = batch.trust.find_end(message.header.log)
        if end is None or end.compromised or message.header.seq <= end.seq:
            continue
        if message.type != RESUBMIT.type:
            beyond.append(message)
    if not beyond or is_rolled_back(batch):
        return
    carried = _carried(batch)
    for message in beyond:
        if message.wire not in carried:
            write(batch, Resubmit(message.wire), case=message.header.case)


def _carried(batch: Batch) -> set[bytes]:
    """The originals that this machine has carried on already."""
    rows = batch.work.execute(
        "SELECT id, wire FROM message WHERE kind = 'resubmit' AND log LIKE ?",
        (f"{batch.node.id}/{batch.node.incarnation}/%",),
    ).fetchall()
    bodies = (stored_body(stored_message(wire, id_)) for id_, wire in rows)
    return {body.wire for body in bodies if isinstance(body, Resubmit)}
