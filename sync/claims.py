"""What waits at a case for its pen-holder: deposits to take up, the county's wish for the pen."""

from collections.abc import Mapping

from casework.case import Case
from casework.entry import Written
from casework.instants import instant_text
from casework.names import MessageId
from casework.standing import Waiting
from sync import bodies
from sync.batch import Batch
from sync.stored import stored_body, written_in


def open_deposits(batch: Batch, case: Case) -> Mapping[MessageId, Waiting]:
    """Deposits that may be taken up, and what fell out of the chain."""
    taken, fallen = set(case.taken_up), set(case.fallen)
    found: dict[MessageId, Waiting] = {}
    for record in batch.messages_of(case.id):
        message = record.message
        original = written_in(message)
        body = stored_body(message)
        if isinstance(body, bodies.Deposit) and message.id not in taken:
            found[message.id] = Waiting(
                message.header.at, body.act, node=message.node, officer=body.officer
            )
        elif original is not None and original.id in fallen - taken:
            found[original.id] = waiting_again(original)
    return found


def waiting_again(fallen: Written) -> Waiting:
    """An entry that fell out of the chain, as it may be taken up."""
    return Waiting(
        instant_text(fallen.at),
        fallen.entry.act,
        may_be_mended=True,
        node=fallen.node,
        officer=fallen.entry.officer,
    )


def is_release_requested(batch: Batch, case: Case) -> bool:
    """Whether the county has asked the holder to return the pen of a case."""
    standing = {moment.entry for moment in case.timeline}
    asked = (stored_body(record.message) for record in batch.messages_of(case.id))
    return any(
        isinstance(body, bodies.ReleaseRequest)
        and body.holder == case.pen
        and body.entry in standing
        for body in asked
    )
