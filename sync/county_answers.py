"""How the county answers what it does not let stand: by a reclaim of the pen, or by a notice.

A refused entry is genuine and has taken its number; the reclaim on the entry before it lets it fall
out of the chain, and the pen goes back to its author, who keeps the data and repairs.
"""

from typing import Final

from casework import act as acts
from casework.act import AnyAct, ReclaimGround
from casework.case import is_ratified
from casework.entry import Entry, Written
from casework.names import ZERO_ID, MessageId, OfficerId, case_id
from casework.verdict import OUTSIDE_POWER, is_judged
from sync.batch import Batch
from sync.bodies import Notice
from sync.payloads import Message
from sync.stored import written_of
from sync.writing import write

# Signs for what the county's machine does by rule, without a person.
SYSTEM_OFFICER: Final = OfficerId("system")


def refuse(batch: Batch, message: Message, entry: Entry | None, code: str) -> None:
    """Answer a message that was refused at steps 7 to 9."""
    if entry is not None and message.header.case is not None:
        written = written_of(message, entry)
        if _would_stand(batch, written):
            refuse_entry(batch, written, code)
            return
    notify(batch, message, code)


def refuse_entry(batch: Batch, written: Written, code: str) -> None:
    """Reclaim on the last good entry, and hand the pen back to who held it there.

    A decision outside what was delegated is not its author's to repair: its case stays here.
    """
    batch.audit("refused", log=written.log, seq=written.seq, case=written.case, code=code)
    decided = is_judged(written.node, written.entry.act)
    ground = ReclaimGround.VERDICT if decided else ReclaimGround.REFUSAL
    reclaim = acts.ReclaimPen(ground, of=written.id, hold=False, code=code)
    previous = _append(batch, written, written.entry.previous, reclaim)
    if not (decided and code in OUTSIDE_POWER):
        _append(batch, written, previous, acts.HandOverPen(written.node))


def hold_case(batch: Batch, written: Written, code: str) -> None:
    """Reclaim a case on its last entry: its decision stands, and waits for a person here."""
    case = batch.case(written.case).case
    if case is None or case.is_frozen or case.held or not case.is_open:
        return
    if is_ratified(case, written.id):
        return
    if any(moment.entry == written.id for moment in case.timeline):
        reclaim = acts.ReclaimPen(ReclaimGround.VERDICT, of=written.id, hold=True, code=code)
        _append(batch, written, case.head, reclaim)


def notify(batch: Batch, message: Message, code: str) -> None:
    header = message.header
    batch.audit("refused", log=header.log, seq=header.seq, case=header.case, code=code)
    write(batch, Notice(message.id, code, code, {}), case=header.case)


def _would_stand(batch: Batch, written: Written) -> bool:
    """Whether other nodes, which judge nothing, let this entry stand."""
    case = batch.case(written.case).case
    if case is None:
        # Nobody but its own author begins a case: a stranger's word must not win its pen.
        begins = case_id(written.log, written.seq) == written.case
        return begins and written.entry.previous == ZERO_ID
    return case.head == written.entry.previous and case.pen == written.node


def _append(batch: Batch, refused: Written, previous: MessageId, act: AnyAct) -> MessageId:
    case = batch.case(refused.case).case
    entry = Entry(
        number=refused.entry.number,
        previous=previous,
        act=act,
        matter_version=case.matter if case is not None else refused.entry.matter_version,
        delegation=None,
        officer=SYSTEM_OFFICER,
        acting_for=None,
        bundle=refused.entry.bundle,
        project=refused.entry.project,
        parts=(),
    )
    return write(batch, entry, case=refused.case).message.id
