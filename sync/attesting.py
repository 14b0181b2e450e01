"""Who stands behind a result: checked again at the counter that hands it over.

Everything was verified when it came in. Here it is verified once more, from the bytes in the
journal and the directory in force, so that an officer can say whose word the paper is and that
nobody touched it on the way, with no line to the county.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.case import Case, Moment, is_ratified
from casework.delegation import Delegation, Level
from casework.delegation_file import Instrument
from casework.errors import CaseworkError
from casework.names import (
    CaseId,
    DelegationId,
    KeyId,
    MessageId,
    NodeId,
    OfficerId,
    PartHash,
    is_of_county,
)
from casework.verdict import Judgement
from sync.bodies import Verdict
from sync.desk import Desk
from sync.engine import Work
from sync.errors import EnvelopeError
from sync.holdings import Holdings
from sync.parts import PartNotHeldError, part_hash
from sync.payloads import VERDICT, open_message, read_body
from sync.stored import stored_body, stored_message, written_in

RESULT: Final = "result"
_DECIDING: Final = frozenset({"decide_grant", "decide_refuse", "instant", "correct"})
_HANDED_OUT: Final = frozenset({Judgement.CONFIRMED, Judgement.CONFIRMED_FLAGGED})


class ResultUnprovenError(CaseworkError):
    """A result whose origin cannot be shown here is not handed over."""

    code = "E_RESULT_UNPROVEN"


class Proof(StrEnum):
    """How a check ended; screens key on it, so never change a value."""

    SOUND = "sound"
    WAITING = "waiting"  # the bytes are not here yet, or the county has not spoken
    BROKEN = "broken"


class Signature(Struct, frozen=True, kw_only=True):
    """One signed entry behind the result."""

    act: str
    entry: MessageId
    at: datetime
    node: NodeId
    officer: OfficerId
    acting_for: OfficerId | None
    key: KeyId | None
    proof: Proof
    code: str | None = None

    @property
    def is_genuine(self) -> bool:
        return self.proof is Proof.SOUND


class Attestation(Struct, frozen=True, kw_only=True):
    """What the counter can say of a result."""

    signatures: tuple[Signature, ...]
    county_right: bool  # decided by the county itself, no delegation needed
    delegation: DelegationId | None
    power: Delegation | None
    instrument: Instrument | None
    document: str | None  # the decision's number
    part: PartHash | None
    part_entry: MessageId | None
    part_size: int
    part_proof: Proof
    verdict: Judgement | None
    is_ratified: bool  # a decision that the verdict made wait was upheld since
    is_entitled: bool  # whoever decided had the power when it was done
    power_ended: datetime | None  # since when it is taken back; what was decided before stands

    @property
    def is_sound(self) -> bool:
        """Whether the result may be handed over as far as its origin goes."""
        signed = all(each.is_genuine for each in self.signatures)
        spoken = self.verdict is None or self.verdict in _HANDED_OUT or self.is_ratified
        whole = self.part_proof is Proof.SOUND
        return bool(self.signatures) and signed and self.is_entitled and spoken and whole


async def attest(desk: Desk, case: Case) -> Attestation:
    """Verify the entries behind the result, and the bytes of the result itself."""
    node, holdings = desk.node, desk.holdings
    behind = tuple(
        moment for moment in case.timeline if moment.act in _DECIDING | {"produce_result"}
    )
    result = next((part for part in reversed(case.parts) if part.ref.name == RESULT), None)

    decisive = _deciding(case, case.decision.entry) if case.decision is not None else ()

    def look(work: Work) -> tuple[tuple[Signature, ...], Judgement | None, bool]:
        signed = tuple(_signature(work, holdings, case.id, moment) for moment in behind)
        entitled = all(_is_entitled(work, holdings, case, moment) for moment in decisive)
        return signed, _verdict(work, case), bool(decisive) and entitled

    signatures, verdict, is_entitled = await node.database.read(look)
    proof, size = Proof.WAITING, 0
    if result is not None:
        proof, size = await _part_proof(desk, result.ref.hash, result.ref.size)
    made = case.decision
    power = None
    if made is not None and made.delegation is not None:
        listed = holdings.delegations_of(made.node)
        power = next((record for record in listed if record.id == made.delegation), None)
    return Attestation(
        signatures=signatures,
        county_right=made is not None and is_of_county(made.node),
        delegation=made.delegation if made is not None else None,
        power=power,
        instrument=holdings.instrument(power.instrument) if power is not None else None,
        document=made.document if made is not None else None,
        part=result.ref.hash if result is not None else None,
        part_entry=result.entry if result is not None else None,
        part_size=size,
        part_proof=proof,
        verdict=verdict,
        is_ratified=made is not None and is_ratified(case, made.entry),
        is_entitled=is_entitled,
        power_ended=_ended(holdings, power) if power is not None else None,
    )


def _ended(holdings: Holdings, power: Delegation) -> datetime | None:
    """Since when a power is taken back, as far as that has come here."""
    since = (each.since for each in holdings.revocations if each.delegation == power.id)
    return min(since, default=None)


async def is_proven(desk: Desk, case: Case, entry: MessageId) -> bool:
    """Whether the document of a decision, or of its correction, may be printed as final.

    Every entry that decided verifies, its author had the power on that day or the county confirmed
    what it did, and the county has not objected. A power that ended later leaves standing what was
    decided under it.
    """
    behind = _deciding(case, entry)

    def look(work: Work) -> bool:
        signed = (_signature(work, desk.holdings, case.id, moment).proof for moment in behind)
        return all(proof is Proof.SOUND for proof in signed) and all(
            _is_entitled(work, desk.holdings, case, moment) for moment in behind
        )

    return bool(behind) and await desk.node.database.read(look)


def _is_entitled(work: Work, holdings: Holdings, case: Case, moment: Moment) -> bool:
    """The county's word counts; where it has none yet, what the power was here on that day."""
    said = _verdict_on(work, case.id, moment.entry)
    if said is None:
        return had_the_power(holdings, case, moment)
    return said in _HANDED_OUT or is_ratified(case, moment.entry)


def _deciding(case: Case, entry: MessageId) -> tuple[Moment, ...]:
    """What decided the case up to an entry, since it was last opened anew."""
    found: list[Moment] = []
    for moment in case.timeline:
        if moment.act == "reopen":
            found = []
        elif moment.act in _DECIDING:
            found.append(moment)
        if moment.entry == entry:
            return tuple(found) if moment in found else ()
    return ()


def had_the_power(holdings: Holdings, case: Case, moment: Moment) -> bool:
    """The county needs no record; anybody else one that covered the matter and still held."""
    if is_of_county(moment.node):
        return True
    on = holdings.calendar.day_of(moment.at)
    matter = case.matter
    return any(
        record.id == moment.delegation
        and record.level is Level.FINAL
        and record.covers(matter.matter, matter.version, on)
        and not any(each.touches(record.id, moment.at) for each in holdings.revocations)
        for record in holdings.delegations_of(moment.node)
    )


def _signature(work: Work, holdings: Holdings, case: CaseId, moment: Moment) -> Signature:
    row = work.execute("SELECT wire FROM message WHERE id = ?", (moment.entry,)).fetchone()
    key: KeyId | None = None
    proof, code = Proof.SOUND, None
    if row is None:
        proof, code = _resubmitted(work, case, moment.entry)
    else:
        try:
            message = open_message(bytes(row[0]), holdings.directory.find_key)
            read_body(message)
            key = message.key_id
            if message.id != moment.entry or message.node != moment.node:
                proof, code = Proof.BROKEN, "E_SENDER"
        except EnvelopeError as error:
            proof, code = Proof.BROKEN, error.code
    return Signature(
        act=moment.act,
        entry=moment.entry,
        at=moment.at,
        node=moment.node,
        officer=moment.officer,
        acting_for=moment.acting_for,
        key=key,
        proof=proof,
        code=code,
    )


def _resubmitted(work: Work, case: CaseId, entry: MessageId) -> tuple[Proof, str | None]:
    """An entry of a lost machine stands inside the message by which its successor brought it."""
    rows = work.execute(
        "SELECT id, wire FROM message WHERE case_id = ? AND kind = 'resubmit'", (case,)
    ).fetchall()
    for id_, wire in rows:
        original = written_in(stored_message(bytes(wire), MessageId(id_)))
        if original is not None and original.id == entry:
            return Proof.SOUND, None
    return Proof.BROKEN, "E_SIGNATURE"


def _verdict(work: Work, case: Case) -> Judgement | None:
    """The county's newest word on the decision that stands, if it has reached this node."""
    return _verdict_on(work, case.id, case.decision.entry) if case.decision is not None else None


def _verdict_on(work: Work, case: CaseId, decision: MessageId) -> Judgement | None:
    rows = work.execute(
        "SELECT id, wire FROM message WHERE case_id = ? AND kind = ? ORDER BY at",
        (case, VERDICT.name),
    ).fetchall()
    found = None
    for id_, wire in rows:
        body = stored_body(stored_message(bytes(wire), MessageId(id_)))
        if isinstance(body, Verdict) and body.decision == decision:
            found = body.judgement
    return found


async def _part_proof(desk: Desk, part: PartHash, size: int) -> tuple[Proof, int]:
    """Whether the bytes that lie here are those that the entry names, salt and all."""
    try:
        data = await desk.node.parts.get(part)
    except PartNotHeldError:
        return Proof.WAITING, 0
    except EnvelopeError:
        return Proof.BROKEN, 0
    sound = len(data) == size and part_hash(data) == part
    return (Proof.SOUND if sound else Proof.BROKEN), len(data)
