"""Erasing what a node no longer needs: parts, once its role has ended and the county has them.

Entries and chains stay whole; only salted bytes go. A laptop erases at once, a township some days
later, always later than the county's last backup (protocol.md sections 4 and 5b).
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from casework.instants import instant_text
from casework.interest import entitled
from casework.names import CaseId, PartHash, Tier, is_below, tier_of
from sync import part_rows
from sync.batch import Batch, Record
from sync.parts import is_small
from sync.stored import parts_of, stored_body

TOWNSHIP_KEEPS: Final = timedelta(days=7)


def erase_touched(batch: Batch) -> list[PartHash]:
    """At a village: erase what this batch made needless."""
    if tier_of(batch.node.id) is not Tier.VILLAGE:
        return []
    cases = dict.fromkeys(batch.touched)
    for log, (before, upto) in batch.acknowledged.items():
        rows = batch.work.execute(
            "SELECT DISTINCT case_id FROM message WHERE log = ? AND seq > ? AND seq <= ?"
            " AND case_id IS NOT NULL",
            (log, before, upto),
        ).fetchall()
        cases.update(dict.fromkeys(CaseId(row[0]) for row in rows))
    for part in batch.parts_acknowledged:
        rows = batch.work.execute(
            "SELECT DISTINCT case_id FROM part_reference WHERE hash = ? AND case_id IS NOT NULL",
            (part,),
        ).fetchall()
        cases.update(dict.fromkeys(CaseId(row[0]) for row in rows))
    return erase_needless(batch, cases)


def erase_old(batch: Batch) -> list[PartHash]:
    """At a township: erase what has been needless for some days."""
    if tier_of(batch.node.id) is Tier.COUNTY:
        return []
    rows = batch.work.execute(
        "SELECT DISTINCT c.id FROM case_row AS c JOIN part_reference AS r ON r.case_id = c.id"
        " JOIN part AS p ON p.hash = r.hash WHERE c.updated_at < ? AND p.state = 'held'",
        (instant_text(batch.now - TOWNSHIP_KEEPS),),
    ).fetchall()
    return erase_needless(batch, [CaseId(row[0]) for row in rows])


def erase_needless(batch: Batch, cases: Iterable[CaseId]) -> list[PartHash]:
    """Erase the parts that this node's role in these cases does not call for, once safe."""
    erased: list[PartHash] = []
    for case_id in cases:
        state = batch.case(case_id)
        if state.case is None:
            continue
        records = batch.messages_of(case_id)
        if not all(_is_safe(batch, record) for record in records):
            continue
        needless = [
            ref.hash
            for each in records
            for ref in parts_of(stored_body(each.message))
            if not entitled(state.case, batch.node.id, ref, each.message.node, state.guests)
        ]
        erased += [part for part in needless if not _is_kept_elsewhere(batch, part, case_id)]
    known = part_rows.states(batch.work, erased)
    erased = [part for part in erased if known.get(part) is part_rows.PartState.HELD]
    part_rows.erase(batch.work, erased)
    return erased


def _is_safe(batch: Batch, record: Record) -> bool:
    """Whether the county holds a message with its parts, if it went up from or through here."""
    message, me = record.message, batch.node.id
    if message.node != me and not is_below(message.node, me):
        return True
    if message.header.seq > batch.position(message.header.log).acknowledged:
        return False
    large = [ref.hash for ref in parts_of(stored_body(message)) if not is_small(ref.size)]
    return all(_is_acknowledged(batch, part) for part in large)


def _is_acknowledged(batch: Batch, part: PartHash) -> bool:
    row = batch.work.execute(
        "SELECT acknowledged FROM large_part WHERE hash = ?", (part,)
    ).fetchone()
    return row is not None and bool(row[0])


def _is_kept_elsewhere(batch: Batch, part: PartHash, case: CaseId) -> bool:
    row = batch.work.execute(
        "SELECT 1 FROM part_reference WHERE hash = ? AND released = FALSE"
        " AND (case_id IS NULL OR case_id <> ?) LIMIT 1",
        (part, case),
    ).fetchone()
    return row is not None
