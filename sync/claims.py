"""What waits at a case: deposits for its pen-holder, a wish for the pen, reasons to reclaim it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from casework.act import ReclaimGround, ReclaimPen
from casework.calls import waits_again
from casework.case import Case, is_ratified
from casework.entry import Entry, Written
from casework.instants import instant_text
from casework.names import CaseId, MessageId
from casework.procedure import name_of
from casework.standing import Waiting
from casework.verdict import Judgement
from sync import bodies
from sync.batch import Batch, Record
from sync.payloads import Message
from sync.spoken import newest_verdicts
from sync.stored import instant_of, stored_body, written_in
from sync.tables import MessageState


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


def fallen_waiting(batch: Batch, case_id: CaseId) -> tuple[Written, ...]:
    """What fell out of the chain of a case and waits to be taken up, in the order it came."""
    case = batch.case(case_id).case
    if case is None or not set(case.fallen) - set(case.taken_up):
        return ()
    written = (written_in(record.message) for record in batch.messages_of(case_id))
    found = {each.id: each for each in written if each is not None and each.id in case.fallen}
    return tuple(each for each in found.values() if waits_again(case, each))


def waiting_again(fallen: Written) -> Waiting:
    """An entry that fell out of the chain, as it may be taken up."""
    return Waiting(
        instant_text(fallen.at),
        fallen.entry.act,
        may_be_mended=True,
        node=fallen.node,
        officer=fallen.entry.officer,
    )


def reclaimable(batch: Batch, case: Case) -> Mapping[MessageId, frozenset[ReclaimGround]]:
    """What the county may take the pen of a case for, and on which ground.

    Rivals of a frozen case count as refused: neither stands until it has the pen. What a reclaim
    that stands names has been answered: whoever got the pen back after it is asked for it.
    """
    records = batch.messages_of(case.id)
    found: dict[MessageId, frozenset[ReclaimGround]] = {}
    for each in (*_refused(records, case), *case.rivals):
        found[each] = frozenset({ReclaimGround.REFUSAL})
    for each in _condemned(records, case):
        found[each] = found.get(each, frozenset()) | {ReclaimGround.VERDICT}
    answered = _answered(records, case)
    return {id_: grounds for id_, grounds in found.items() if id_ not in answered}


def _refused(records: Iterable[Record], case: Case) -> Iterable[MessageId]:
    """What the holder itself wrote: a stranger's word is no reason to take the pen from it."""
    for record in records:
        original = written_in(record.message)
        if record.state is MessageState.REFUSED and original and original.node == case.pen:
            yield original.id


def _condemned(records: Iterable[Record], case: Case) -> Iterable[MessageId]:
    """Decisions whose newest verdict makes the case wait at the county, or undoes them."""
    for decision, said in newest_verdicts(record.message for record in records).items():
        judgement = said.judgement
        calls = judgement.holds or judgement is Judgement.REJECTED
        if calls and not is_ratified(case, decision):
            yield decision


def _answered(records: Iterable[Record], case: Case) -> set[MessageId]:
    standing = {moment.entry for moment in case.timeline}
    told = (stored_body(record.message) for record in records if record.message.id in standing)
    reclaims = (body.act for body in told if isinstance(body, Entry))
    return {act.of for act in reclaims if isinstance(act, ReclaimPen) and act.of is not None}


class ReleaseAsked(Struct, frozen=True):
    """The county's wish for the pen of a case: since when, and a code that says why."""

    at: datetime
    reason: str


def release_asked(messages: Iterable[Message], case: Case) -> ReleaseAsked | None:
    """Whether the county has asked the holder to return the pen since the holder got it."""
    held = _since_the_pen_came(case)
    for message in messages:
        body = stored_body(message)
        if not isinstance(body, bodies.ReleaseRequest) or body.holder != case.pen:
            continue
        if body.entry in held:
            return ReleaseAsked(instant_of(message.header.at), body.reason)
    return None


def is_release_requested(batch: Batch, case: Case) -> bool:
    return release_asked((each.message for each in batch.messages_of(case.id)), case) is not None


def _since_the_pen_came(case: Case) -> set[MessageId]:
    """The entry that gave the pen to its holder, and all that stand on it."""
    found: set[MessageId] = set()
    for moment in reversed(case.timeline):
        found.add(moment.entry)
        if moment.pen_to is not None or moment.act == name_of(ReclaimPen):
            break
    return found
