"""The projection: what entries make of a case, kept as a row beside the messages.

`count_in` takes one entry: if it continues the chain it is counted in alone, otherwise the case is
folded afresh from everything held. At the county the judge is asked before an entry is let stand.
A fault in folding one case blocks that case and no other; the row can be rebuilt at any time.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import structlog
from msgspec.structs import replace

from casework.case import Case
from casework.entry import Written
from casework.fold import advance, continues, fold
from casework.interest import APPLICANT, interest_of
from casework.names import (
    CaseId,
    MessageId,
    NodeId,
    PartHash,
    author_of,
    county_of,
    is_county,
    split_log,
)
from casework.party import ApplicantSheet
from sync.batch import Batch, CaseState
from sync.errors import BodyError
from sync.parts import content_of
from sync.payloads import Message
from sync.ports import Trust
from sync.stored import RESUBMIT_KIND, kind_name, written_in
from sync.tables import MessageState

# Why nothing may be done to a case here; stored and worded by screens, so never change one.
BLOCKED_BY_FORK: Final = "E_FORK"
BLOCKED_BY_UNREAD: Final = "E_UNREAD"
BLOCKED_BY_FAULT: Final = "E_FOLD"

# A fault of ours in one case: it is parked, and all others pass. A full disk is nobody's fault.
_FAULTS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_log = structlog.stdlib.get_logger("sync.projection")

APPLICANT_CHARS_MAX: Final = 100
ID_TAIL_CHARS: Final = 4

# Called where an entry may not stand; it answers, which may count in further entries.
Answer = Callable[[Batch, Written, str], None]


def count_in(batch: Batch, written: Written, answer: Answer | None) -> None:
    """Count in an entry whose message is in the batch. `answer` is given at the county only."""
    state = batch.case(written.case)
    try:
        if state.is_plain and continues(state.case, written):
            _continue(batch, state, written, answer)
        else:
            _afresh(batch, state, written, answer)
    except _FAULTS:
        _log.exception("a case could not be folded", case=state.id)
        block(batch, state, BLOCKED_BY_FAULT)


def refold(batch: Batch, case: CaseId, answer: Answer | None = None) -> None:
    """Compute a case again from everything held of it."""
    state = batch.case(case)
    try:
        _afresh(batch, state, None, answer)
    except _FAULTS:
        _log.exception("a case could not be folded", case=state.id)
        block(batch, state, BLOCKED_BY_FAULT)


def block(batch: Batch, state: CaseState, code: str) -> None:
    """Stop acts on a case here; nothing of it is lost, and a refold lifts what no longer holds."""
    state.blocked = code
    state.is_plain = False
    batch.touch(state)
    is_alarm = code != BLOCKED_BY_UNREAD  # A newer release is no cause for alarm.
    batch.audit("case-blocked", is_alarm=is_alarm, case=state.id, code=code)


def entries_of(batch: Batch, case: CaseId) -> dict[MessageId, Written]:
    """The entries of a case that count: none beyond the end of its log, unless resubmitted."""
    counted: dict[MessageId, Written] = {}
    for record in batch.messages_of(case):
        if record.code == BodyError.code:
            continue
        written = written_in(record.message)
        if written is not None and counts(batch.trust, record.message, written):
            counted[written.id] = written
    return counted


def counts(trust: Trust, message: Message, written: Written) -> bool:
    """Whether what this message brings is within the end of its log, or lawfully beyond it."""
    end = trust.find_end(written.log)
    if kind_name(message) != RESUBMIT_KIND:
        return end is None or written.seq <= end.seq
    if is_county(message.node):
        return True
    author, incarnation, _ = split_log(written.log)
    if message.node != author or (end is not None and end.compromised):
        return False
    order = list(trust.incarnations_of(author))
    if incarnation not in order or message.incarnation not in order:
        return False
    return order.index(message.incarnation) > order.index(incarnation)


def _continue(batch: Batch, state: CaseState, written: Written, answer: Answer | None) -> None:
    if answer is not None and (code := _judge(batch, state.case, written)) is not None:
        state.is_plain = False
        batch.restate(written.id, MessageState.REFUSED, code)
        answer(batch, written, code)
        return
    state.case = advance(state.case, written)
    _settle(batch, state, [written])


def _afresh(batch: Batch, state: CaseState, written: Written | None, answer: Answer | None) -> None:
    entries = entries_of(batch, state.id)
    folded = fold(entries.values(), batch.trust.incarnations_of(county_of(batch.node.id)))
    if answer is not None:
        unjudged = _unjudged(batch, state, written)
        before: Case | None = None
        for moment in folded.case.timeline if folded.case else ():
            standing = entries[moment.entry]
            if standing.id in unjudged:
                code = _judge(batch, _as_seen(before, folded.case), standing)
                if code is not None:
                    batch.restate(standing.id, MessageState.REFUSED, code)
                    state.is_plain = False
                    answer(batch, standing, code)
                    return
                batch.restate(standing.id, MessageState.ADMITTED, None)
            before = advance(before, standing)
    state.case = folded.case
    state.parked = len(folded.parked)
    state.blocked = _blocked(batch, state)
    state.is_plain = state.parked == 0 and state.blocked is None
    timeline = state.case.timeline if state.case is not None else ()
    _settle(batch, state, [entries[moment.entry] for moment in timeline])


def _as_seen(before: Case | None, folded: Case | None) -> Case | None:
    """A case on its way to what was folded, with what fell out of its chain: that may be adopted.

    An entry fell before whoever took it up did so: until then it stood.
    """
    if before is None or folded is None:
        return before
    return replace(before, fallen=folded.fallen)


def _unjudged(batch: Batch, state: CaseState, written: Written | None) -> set[MessageId]:
    """Entries that have not stood before: what is new, and what waited for a predecessor."""
    found = {
        record.message.id
        for record in batch.messages_of(state.id)
        if record.state is MessageState.PENDING
    }
    if written is not None and author_of(written.log) != batch.node.id:
        found.add(written.id)
        batch.restate(written.id, MessageState.PENDING, None)
    return found


def _judge(batch: Batch, before: Case | None, written: Written) -> str | None:
    if written.node == batch.node.id or batch.node.judge is None:
        return None
    message = batch.find(written.id)
    header = message.header if message is not None else None
    return batch.node.judge.judge(batch, before, written, header)


def has_say(state: CaseState, node: NodeId) -> bool:
    """Whether a node's word can move a case; a stranger's stops nobody (protocol.md 5a)."""
    case = state.case
    if case is None or is_county(node) or node in interest_of(case):
        return True
    return any(moment.node == node for moment in case.timeline)


def _blocked(batch: Batch, state: CaseState) -> str | None:
    """What still stands in a case's way: a kind that is not read here, or a forked log."""
    for record in batch.messages_of(state.id):
        header = record.message.header
        if not has_say(state, record.message.node):
            continue
        if record.state is MessageState.UNREAD:
            return BLOCKED_BY_UNREAD
        stopped_at = batch.position(header.log).stopped_at
        end = batch.trust.find_end(header.log)
        if stopped_at is not None and header.seq >= stopped_at and end is None:
            return BLOCKED_BY_FORK
    return None


def _settle(batch: Batch, state: CaseState, written: Sequence[Written]) -> None:
    """Bring what the row remembers besides the case up to the entries counted in."""
    batch.touch(state)
    interested(state)
    for each in written:
        for part in each.entry.parts:
            if part.name == APPLICANT:
                sheet = _applicant_sheet(batch, part.hash)
                if sheet is not None:
                    name, number = sheet.applicant.name, sheet.applicant.id_number
                    batch.name_applicant(state, name[:APPLICANT_CHARS_MAX], number[-ID_TAIL_CHARS:])


def interested(state: CaseState) -> None:
    """Work out again whom a case concerns."""
    case = state.case
    state.interest = interest_of(case, state.guests) if case is not None else frozenset()


def _applicant_sheet(batch: Batch, part: PartHash) -> ApplicantSheet | None:
    """Who applies, for lists and searches, where that part is held."""
    data = batch.small_part(part)
    if data is None:
        return None
    try:
        return msgspec.json.decode(content_of(data), type=ApplicantSheet)
    except (ValueError, RecursionError):
        return None
