"""Gathering what a verdict rests on, out of the journal or out of an export alike.

`Sources` is what has to be looked up; whoever answers alike comes to the same evidence. The county
answers from its database, `verify` from the files of an export.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from casework.authority import reach
from casework.case import Case
from casework.delegation import Delegation
from casework.entry import Entry, Written
from casework.errors import CaseworkError, WrongDelegationError
from casework.instants import instant_text
from casework.judging import permit
from casework.names import Incarnation, MessageId, NodeId, is_of_county, split_log
from casework.standing import LeaseHeld, Standing, Waiting
from casework.verdict import CLOCKS_APART_MAX, OUTSIDE_POWER, Evidence, Proof, last_arrival
from central.store.verdicts import Anchored
from sync.holdings import Holdings
from sync.payloads import Message
from sync.power import facts_for, matter_of, officer_of


class Sources(Protocol):
    """What was said around a decision, as far as it is held."""

    def anchor(self, id: MessageId) -> Anchored | None:  # noqa: A002
        """A lease or an announcement of the county."""

    def lease(self, node: NodeId, incarnation: Incarnation, anchor: Anchored) -> LeaseHeld | None:
        """The newest one not later, in the county's log order, than an anchor."""

    def announced_revocations(self, anchor: Anchored) -> int:
        """The newest version of the revocations announced by then; 0 for none."""

    def revocations_in(self, version: int) -> Collection[str]:
        """The ids of the delegation revocations that a version holds."""

    def proofs(self, written: Written, since: datetime, upto: datetime) -> tuple[Proof, ...]:
        """What names a decision and was held at the county between two instants."""

    def quota_used(self, record: Delegation, written: Written) -> int:
        """Decisions under a record in that month, earlier in log order and not refused."""


class Ruling(Struct, frozen=True):
    """The record that governs a decision, or the code of the rule that it breaks."""

    record: Delegation | None
    broken: str | None = None

    @property
    def outside_power(self) -> str | None:
        return self.broken if self.broken in OUTSIDE_POWER else None

    @property
    def inadmissible(self) -> str | None:
        """A rule that is none of the verdict's: refused on admission, whoever made it and when."""
        return self.broken if self.broken not in OUTSIDE_POWER else None


def rule_on(
    sources: Sources,
    pinned: Holdings,
    case: Case | None,
    written: Written,
    deposits: Mapping[MessageId, Waiting],
) -> Ruling:
    """What the rules say of a decision by the versions it pins, time and revocations apart."""
    entry = written.entry
    try:
        standing = _standing(sources, pinned, case, written, deposits)
        grant = permit(case, entry.act, entry.parts, standing)
        if grant is None or entry.delegation != grant.id:
            raise WrongDelegationError(f"{entry.delegation} cited, {grant and grant.id} governs")
    except CaseworkError as refused:
        return Ruling(None, refused.code)
    return Ruling(grant)


def gather(  # noqa: PLR0913 - what a verdict rests on, each by its name
    sources: Sources,
    message: Message,
    written: Written,
    ruling: Ruling,
    *,
    newest: Holdings,
    received_at: datetime,
    county_decided: bool,
) -> Evidence:
    """The evidence on a decision. `message` is the one that its author signed.

    `newest` are the sets by which it is judged, which may be younger than those that it pins.
    """
    header = message.header
    anchor = sources.anchor(header.anchor) if header.anchor is not None else None
    node, incarnation, _ = split_log(written.log)
    lease = sources.lease(node, incarnation, anchor) if anchor is not None else None
    record = ruling.record
    until = reach(lease, record) if lease is not None and record is not None else None
    found = Evidence(
        decided_at=written.at,
        clock_suspect=written.suspect,
        not_before=anchor.at if anchor is not None else None,
        anchor=anchor.id if anchor is not None else None,
        received_at=received_at,
        outside_power=ruling.outside_power,
        delegation=record.id if record is not None else None,
        reach=until,
        proofs=(),
        revocations=newest.revocations_of(record.id) if record is not None else (),
        compromised_since=_compromised(newest, message),
        county_decided=county_decided,
    )
    return _proven(sources, _knowing(sources, found, message, anchor), written)


def county_has_decided(case: Case | None, written: Written) -> bool:
    """Whether a decision of the county's stands where this one fell out."""
    made = case.decision if case is not None else None
    return made is not None and made.entry != written.id and is_of_county(made.node)


def _standing(
    sources: Sources,
    pinned: Holdings,
    case: Case | None,
    written: Written,
    deposits: Mapping[MessageId, Waiting],
) -> Standing:
    entry: Entry = written.entry
    matter = matter_of(pinned, entry.matter_version)
    records = pinned.delegations_over(written.node, matter.id)
    return Standing(
        node=written.node,
        officer=officer_of(pinned, entry.officer),
        acting_for=officer_of(pinned, entry.acting_for) if entry.acting_for else None,
        matter=matter,
        delegations=records,
        calendar=pinned.calendar,
        facts=facts_for(case, getattr(entry.act, "restated", entry.act)),
        now=written.at,
        # Its lease is a row of the table, and no rule's.
        lease=LeaseHeld(written.at, written.at),
        quota_used={
            record.id: sources.quota_used(record, written)
            for record in records
            if record.quota is not None
        },
        officers=pinned.officers,
        ab_pairs=pinned.organisation.ab_pairs,
        open_deposits=deposits,
    )


def _compromised(newest: Holdings, message: Message) -> tuple[datetime, ...]:
    """Since when the key counts as lost. One that was made after the loss is another key."""
    key = newest.directory.find_key(message.key_id)
    return tuple(
        lost.since
        for lost in newest.compromises
        if lost.node == message.node and (key is None or key.not_before <= instant_text(lost.since))
    )


def _knowing(
    sources: Sources, found: Evidence, message: Message, anchor: Anchored | None
) -> Evidence:
    governs = found.delegation
    if governs is None or not any(r.touches(governs, found.decided_at) for r in found.revocations):
        return found
    known = frozenset(sources.revocations_in(message.header.trust.revocations))
    if anchor is not None:
        known |= frozenset(sources.revocations_in(sources.announced_revocations(anchor)))
    return replace(found, known=known & {each.id for each in found.revocations})


def _proven(sources: Sources, found: Evidence, written: Written) -> Evidence:
    """Proofs are looked for where a row asks for them: late, or under a lost key."""
    uptos: list[datetime] = list(found.compromised_since)
    if found.reach is not None and found.received_at > last_arrival(found.reach):
        uptos.append(last_arrival(found.reach))
    if not uptos:
        return found
    since = found.decided_at - CLOCKS_APART_MAX
    return replace(found, proofs=sources.proofs(written, since, max(uptos)))
