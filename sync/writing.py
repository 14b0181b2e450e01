"""Writing a message of this node's own: the next one of its log, sealed and recorded.

The only place where this node signs into its logs, so it is also where it stops: a machine that
has learned that it was rolled back signs nothing until it has a new incarnation.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from casework import act as acts
from casework.entry import Entry
from casework.names import ZERO_ID, CaseId, Lane, LogName, MessageId, PartHash, case_id, log_name
from sync.batch import Batch, Record
from sync.bodies import Resubmit
from sync.clock import TimeTrust, guard_to_bytes, judge, likely_now, observe, read
from sync.errors import PartError
from sync.part_rows import PartState, states
from sync.parts import check_part, is_small
from sync.payloads import Body, Place, seal_message
from sync.recording import ANCHOR, CLOCK_GUARD, record, stored_guard
from sync.stored import kind_of, parts_of

ROLLED_BACK: Final = "rolled-back"


class RolledBackError(Exception):
    """A neighbour holds words of this node that it does not remember: it must enrol again."""


def write(
    batch: Batch,
    body: Body,
    *,
    case: CaseId | None = None,
    small: Mapping[PartHash, bytes] = {},
    at: datetime | None = None,
) -> Record:
    """Seal a body as the next message and record it. An entry of no case begins one."""
    if is_rolled_back(batch):
        raise RolledBackError(batch.node.id)
    place = _next_place(batch, body, case, at)
    message = seal_message(place, body, batch.node.signer)
    made = record(batch, message, body, small=_checked(batch, body, small))
    position = batch.position(place.log)
    position.seq, position.id, position.changed = place.seq, message.id, True
    return made


def is_rolled_back(batch: Batch) -> bool:
    """Whether this incarnation was; one that enrols anew on the same disk begins its own logs."""
    return batch.setting(ROLLED_BACK) == batch.node.incarnation.encode()


def is_suspect(batch: Batch) -> bool:
    """Read the clock, remember what it said, and say whether to doubt it."""
    guard, reading = stored_guard(batch), read(batch.node.clock)
    trusted = judge(guard, reading)
    observed = observe(guard, reading)
    if observed != guard:
        batch.set(CLOCK_GUARD, guard_to_bytes(observed))
    return trusted is TimeTrust.SUSPECT


def seems_suspect(batch: Batch) -> bool:
    """The same without remembering, for a question that changes nothing."""
    return judge(stored_guard(batch), read(batch.node.clock)) is TimeTrust.SUSPECT


def present(batch: Batch, *, is_doubted: bool) -> datetime:
    """When something happens: by the wall clock, or as near as is known where that is doubted."""
    if not is_doubted:
        return batch.now
    return likely_now(stored_guard(batch), read(batch.node.clock))


def own_log(batch: Batch, lane: Lane) -> LogName:
    return log_name(batch.node.id, batch.node.incarnation, lane)


def _next_place(batch: Batch, body: Body, case: CaseId | None, at: datetime | None) -> Place:
    log = own_log(batch, kind_of(body).lane)
    position = batch.position(log)
    seq = position.seq + 1
    if isinstance(body, Entry) and case is None:
        assert body.previous == ZERO_ID, "only a first entry begins a case"
        assert not isinstance(body.act, acts.ReclaimPen), "the county reclaims a case by its id"
        case = case_id(log, seq)
    anchor = batch.setting(ANCHOR)
    is_doubted = is_suspect(batch)
    return Place(
        log=log,
        seq=seq,
        prev=position.id,
        at=at or present(batch, is_doubted=is_doubted),
        is_suspect=is_doubted,
        anchor=MessageId(anchor.decode()) if anchor is not None else None,
        case=case,
        trust=batch.trust.versions,
    )


def _checked(
    batch: Batch, body: Body, small: Mapping[PartHash, bytes]
) -> dict[PartHash, bytes | None]:
    """Every part that an own message names is here: given along, held, or on the shelf.

    What an original named may be gone from here; the frame that brings it up says so.
    """
    found: dict[PartHash, bytes | None] = {}
    lacking = []
    for ref in parts_of(body):
        if ref.hash in small:
            check_part(small[ref.hash], part=ref.hash, size=ref.size)
            found[ref.hash] = small[ref.hash]
        elif is_small(ref.size):
            lacking.append(ref.hash)
        else:
            found[ref.hash] = None
    known = states(batch.work, lacking)
    for part in lacking:
        if known.get(part) is not PartState.HELD and not isinstance(body, Resubmit):
            raise PartError(f"{part} is not here")
    return found
