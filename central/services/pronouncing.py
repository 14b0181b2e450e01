"""Signing verdicts: once for every decision of a node below, and again when the facts change.

What was weighed while its frame was admitted is signed at the end of the same transaction, so that
a decision and the county's word on it become known together. A decision that fell out of its chain
gets a verdict too. SUSPENDED and QUARANTINED make the case wait for a person.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from msgspec.structs import replace

from casework.case import Case
from casework.entry import Entry, Written
from casework.fold import case_before
from casework.instants import instant_text
from casework.names import MessageId
from casework.verdict import OUTSIDE_POWER, Ground, Judgement, Verdict, is_judged
from central.store.verdicts import (
    Filed,
    filed_at,
    filed_under,
    find_filed,
    put_judged,
    put_verdict,
)
from sync import bodies
from sync.batch import Batch, Judged
from sync.county_answers import hold_case
from sync.engine import Work
from sync.holdings import Holdings
from sync.projection import entries_of
from sync.stored import written_of
from sync.tables import MessageState
from sync.trust_items import HeldRevocations
from sync.trust_store import TrustStore
from sync.writing import is_rolled_back, write

# The version of the revocations by which all verdicts are up to date.
JUDGED_BY: Final = "judged-by-revocations"
_ENDING: Final = OUTSIDE_POWER | {
    *(Ground.CLOCK_SUSPECT, Ground.BEFORE_ANCHOR, Ground.AFTER_RECEIPT, Ground.LEASE_ENDED)
}


class Scales(Protocol):
    """Whoever weighs a decision: the county's judge."""

    def weigh(self, batch: Batch, seen: Case | None, written: Written) -> Judged | None: ...
    def weigh_again(self, batch: Batch, filed: Filed) -> Judged | None: ...


def file_judged(batch: Batch, judged: Judged) -> None:
    """Put a decision on file at once: the next one of the same frame may ask for its quota."""
    batch.judged[judged.written.id] = judged
    settled = judged.is_refused or not _ENDING.isdisjoint(judged.found.grounds)
    put_judged(batch.work, judged, is_settled=settled)


def pronounce(batch: Batch, scales: Scales) -> None:
    """Sign the verdicts on all decisions that this transaction brought."""
    for written in (*_refused_unweighed(batch), *_fallen_unweighed(batch)):
        _weigh_alone(batch, scales, written)
    if batch.judged and is_rolled_back(batch):
        return
    while batch.judged:
        id_ = next(iter(batch.judged))
        _sign(batch, batch.judged.pop(id_), None)


def reconsider(batch: Batch, scales: Scales, trust: TrustStore) -> None:
    """Judge again whatever the revocations touch that have changed since."""
    newest = trust.holdings
    version = newest.versions.revocations
    before = int(batch.setting(JUDGED_BY) or 0)
    if before == version or is_rolled_back(batch):
        return
    for filed in _touched(batch.work, newest, _revocations_at(batch.work, trust, before)):
        judged = scales.weigh_again(batch, filed)
        if judged is None:
            continue
        was = Verdict(filed.judgement, filed.grounds, filed.existed)
        if judged.found != was:
            put_judged(batch.work, judged, is_settled=False)
            _sign(batch, judged, filed.verdict)
    batch.set(JUDGED_BY, str(version).encode())


def _refused_unweighed(batch: Batch) -> Iterator[Written]:
    """Decisions refused before anybody judged them: their place, key window or sets were wrong."""
    for record in tuple(batch.records.values()):
        if record.state is not MessageState.REFUSED or not isinstance(record.body, Entry):
            continue
        if record.message.id in batch.judged or record.message.header.case is None:
            continue
        if is_judged(record.message.node, record.body.act):
            yield written_of(record.message, record.body)


def _fallen_unweighed(batch: Batch) -> Iterator[Written]:
    """Decisions that fell out of their chain before they could be judged in it."""
    for id_ in tuple(batch.touched):
        case = batch.case(id_).case
        if case is None or not case.fallen:
            continue
        entries = entries_of(batch, id_)
        for fallen in case.fallen:
            written = entries[fallen]
            if not is_judged(written.node, written.entry.act) or fallen in batch.judged:
                continue
            if find_filed(batch.work, fallen) is None:
                yield written


def _weigh_alone(batch: Batch, scales: Scales, written: Written) -> None:
    try:
        seen = case_before(entries_of(batch, written.case), written)
    except LookupError:
        return  # It waits for a predecessor.
    judged = scales.weigh(batch, seen, written)
    if judged is None:
        return
    record = batch.records.get(written.id)
    if record is not None and record.code is not None:
        refused = Verdict(Judgement.REJECTED, (record.code,))
        judged = Judged(written, judged.evidence, refused, is_refused=True)
    file_judged(batch, judged)


def _sign(batch: Batch, judged: Judged, replaces: MessageId | None) -> None:
    written, evidence, found = judged.written, judged.evidence, judged.found
    body = bodies.Verdict(
        decision=written.id,
        judgement=found.judgement,
        grounds=found.grounds,
        decided_at=instant_text(written.at),
        not_before=instant_text(evidence.not_before) if evidence.not_before else None,
        received_at=instant_text(evidence.received_at),
        proof=(evidence.anchor,) if evidence.anchor else (),
        existed=found.existed,
        replaces=replaces,
    )
    made = write(batch, body, case=written.case)
    put_verdict(batch.work, written.id, made.message.id)
    code = found.grounds[0] if found.grounds else None
    if found.is_alarm:
        batch.audit(
            "revocation-ignored",
            is_alarm=True,
            log=written.log,
            seq=written.seq,
            case=written.case,
            code=code,
        )
    if found.judgement.holds and code is not None:
        hold_case(batch, written, code)


def _touched(work: Work, newest: Holdings, before: Holdings | None) -> Iterable[Filed]:
    """Decisions of whose record or key a revocation came, changed or went."""
    old = before.held_revocations if before is not None else HeldRevocations()
    changed = set(newest.revocations) ^ set(old.records)
    lost = set(newest.compromises) ^ set(old.keys)
    found = (
        *filed_under(work, sorted({each.delegation for each in changed})),
        *filed_at(work, sorted({each.node for each in lost})),
    )
    return {filed.id: filed for filed in found}.values()


def _revocations_at(work: Work, trust: TrustStore, version: int) -> Holdings | None:
    if not version:
        return None
    return trust.at_in(work, replace(trust.holdings.versions, revocations=version))
