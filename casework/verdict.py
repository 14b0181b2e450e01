"""The county's verdict on a township's or village's final decision (protocol.md section 7).

`verdict` grades evidence and asks nobody anything, so whoever has the same logs comes to the same
grade: the county when a decision arrives and whenever the facts change, `verify` from an export.
The worked examples are those of `docs/rules/verdicts.md`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.act import AnyAct, TakeUpDeposit
from casework.authority import GRACE
from casework.delegation import Revocation, RevocationMode
from casework.errors import (
    ClockSuspectError,
    DelegationRevokedError,
    LeaseEndedError,
    MatterVersionError,
    NotDelegatedError,
    QuotaExhaustedError,
    SeparateAcceptorError,
    TwoPersonError,
    WrongDelegationError,
)
from casework.names import DelegationId, MessageId, NodeId, is_of_county
from casework.procedure import PROCEDURE, Power

CLOCKS_APART_MAX: Final = timedelta(minutes=5)
# How long after that a decision may take to arrive before its date has to be proven.
ARRIVES_WITHIN: Final = timedelta(days=3)


class Judgement(StrEnum):
    """How a decision fared, from the mildest to the most severe; on the wire, never change one."""

    CONFIRMED = "CONFIRMED"
    CONFIRMED_FLAGGED = "CONFIRMED_FLAGGED"
    SUSPENDED = "SUSPENDED"
    QUARANTINED = "QUARANTINED"
    REJECTED = "REJECTED"

    @property
    def severity(self) -> int:
        return _SEVERITY[self]

    @property
    def holds(self) -> bool:
        """Whether the case stands still until a person at the county has looked at it."""
        return self in {Judgement.SUSPENDED, Judgement.QUARANTINED}


_SEVERITY: Final = {judgement: place for place, judgement in enumerate(Judgement)}


class Ground(StrEnum):
    """Why, in the order of the table; stored and worded by screens, so never change one."""

    CLOCK_SUSPECT = ClockSuspectError.code
    BEFORE_ANCHOR = "E_BEFORE_ANCHOR"
    AFTER_RECEIPT = "E_AFTER_RECEIPT"
    LEASE_ENDED = LeaseEndedError.code
    LATE_UNPROVEN = "E_LATE_UNPROVEN"
    REVOCATION_KNOWN = DelegationRevokedError.code
    REVOKED_PROSPECTIVE = "E_REVOKED_PROSPECTIVE"
    REVOKED_SUSPEND = "E_REVOKED_SUSPEND"
    KEY_COMPROMISED = "E_KEY_COMPROMISED"
    COUNTY_DECIDED = "E_COUNTY_DECIDED"


# Row 2: the decision lies outside what was delegated. Any other rule that it breaks is a refusal
# on admission, which comes before every verdict.
OUTSIDE_POWER: Final = frozenset(
    {
        NotDelegatedError.code,
        WrongDelegationError.code,
        MatterVersionError.code,
        SeparateAcceptorError.code,
        TwoPersonError.code,
        QuotaExhaustedError.code,
    }
)

FINAL_DECISIONS: Final = frozenset(
    kind for kind, row in PROCEDURE.items() if row.power is Power.DECIDE
)


class Proof(Struct, frozen=True):
    """A message that names the decision, and since when the county held it.

    An acknowledgement is the county's own word; a receipt manifest came ahead of the decision.
    """

    id: MessageId
    held_at: datetime
    is_acknowledgement: bool


class Evidence(Struct, frozen=True, kw_only=True):
    """All that a verdict depends on. The order and number of proofs and revocations are nothing."""

    decided_at: datetime  # t, as its author claims
    clock_suspect: bool
    not_before: datetime | None  # lb: when the county signed the anchor; None: no anchor is proven
    anchor: MessageId | None = None  # the message that proves it
    received_at: datetime  # ub
    outside_power: str | None  # the rule of the pinned versions that it breaks, one of row 2
    delegation: DelegationId | None  # the record that governs
    reach: datetime | None  # None: its author never had a lease
    proofs: tuple[Proof, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    known: frozenset[str] = frozenset()  # the revocations that its author knew of, by id
    compromised_since: tuple[datetime, ...] = ()  # of the key that signed it
    county_decided: bool = False  # it fell out of a chain in which the county decided itself


class Verdict(Struct, frozen=True):
    judgement: Judgement
    grounds: tuple[str, ...] = ()
    existed: tuple[MessageId, ...] = ()  # the proofs that it rests on

    @property
    def is_alarm(self) -> bool:
        """Whether its author went on although it knew that it must not."""
        return Ground.REVOCATION_KNOWN in self.grounds


def is_judged(node: NodeId, act: AnyAct) -> bool:
    """Whether an act is a final decision of a node that decides by delegation."""
    meant = act.restated if isinstance(act, TakeUpDeposit) else act
    return type(meant) in FINAL_DECISIONS and not is_of_county(node)


def verdict(evidence: Evidence) -> Verdict:
    """Rows 1 to 3 end it; of all later rows the most severe counts."""
    ended = _ended(evidence)
    if ended is not None:
        return ended
    found = tuple(_later_rows(evidence))
    worst = max((each for each, _ in found), key=_SEVERITY.__getitem__, default=Judgement.CONFIRMED)
    existed = {
        proof.id
        for proof in (_late_proof(evidence), _early_acknowledgement(evidence))
        if proof is not None
    }
    return Verdict(worst, tuple(ground.value for _, ground in found), tuple(sorted(existed)))


def last_arrival(reach: datetime) -> datetime:
    """Until when a decision may arrive without a proof that it existed."""
    return reach + GRACE + ARRIVES_WITHIN


def _ended(evidence: Evidence) -> Verdict | None:
    at = evidence.decided_at
    impossible = tuple(_impossible_times(evidence))
    if impossible:
        return Verdict(Judgement.QUARANTINED, impossible)
    if evidence.outside_power is not None:
        return Verdict(Judgement.REJECTED, (evidence.outside_power,))
    if evidence.reach is None or at > evidence.reach + GRACE:
        return Verdict(Judgement.REJECTED, (Ground.LEASE_ENDED.value,))
    return None


def _impossible_times(evidence: Evidence) -> Iterator[str]:
    at = evidence.decided_at
    if evidence.clock_suspect:
        yield Ground.CLOCK_SUSPECT.value
    if evidence.not_before is not None and at < evidence.not_before - CLOCKS_APART_MAX:
        yield Ground.BEFORE_ANCHOR.value
    if at > evidence.received_at + CLOCKS_APART_MAX:
        yield Ground.AFTER_RECEIPT.value


def _later_rows(evidence: Evidence) -> Iterator[tuple[Judgement, Ground]]:
    if _is_late(evidence) and _late_proof(evidence) is None:
        yield Judgement.SUSPENDED, Ground.LATE_UNPROVEN
    touching = _touching(evidence)
    unknown = {each.mode for each in touching if each.id not in evidence.known}
    if any(each.id in evidence.known for each in touching):
        yield Judgement.REJECTED, Ground.REVOCATION_KNOWN
    if RevocationMode.PROSPECTIVE in unknown:
        yield Judgement.CONFIRMED_FLAGGED, Ground.REVOKED_PROSPECTIVE
    if RevocationMode.SUSPEND in unknown:
        yield Judgement.SUSPENDED, Ground.REVOKED_SUSPEND
    if evidence.compromised_since and _early_acknowledgement(evidence) is None:
        yield Judgement.QUARANTINED, Ground.KEY_COMPROMISED
    if evidence.county_decided:
        yield Judgement.SUSPENDED, Ground.COUNTY_DECIDED


def _touching(evidence: Evidence) -> tuple[Revocation, ...]:
    if evidence.delegation is None:
        return ()
    governs, at = evidence.delegation, evidence.decided_at
    return tuple(each for each in evidence.revocations if each.touches(governs, at))


def _is_late(evidence: Evidence) -> bool:
    return evidence.reach is not None and evidence.received_at > last_arrival(evidence.reach)


def _late_proof(evidence: Evidence) -> Proof | None:
    """Where it came late: the earliest message that shows it was there in time."""
    if evidence.reach is None or not _is_late(evidence):
        return None
    upto = last_arrival(evidence.reach)
    return _earliest(each for each in evidence.proofs if each.held_at <= upto)


def _early_acknowledgement(evidence: Evidence) -> Proof | None:
    """Where its key was lost: the county's own word that it held the decision before that."""
    if not evidence.compromised_since:
        return None
    since = min(evidence.compromised_since)
    return _earliest(
        each for each in evidence.proofs if each.is_acknowledgement and each.held_at < since
    )


def _earliest(proofs: Iterator[Proof]) -> Proof | None:
    return min(proofs, key=lambda each: (each.held_at, each.id), default=None)
