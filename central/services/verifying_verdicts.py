"""Judging an export's decisions again, from the logs alone, and comparing with what was said.

Each verdict is computed by the sets that its own header pins; the newest one on a decision must
also be what the newest sets give. Nothing here asks a database or believes a row but for when a
message came, which no log can say.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from casework.case import Case
from casework.delegation import Delegation
from casework.entry import Written
from casework.fold import case_before
from casework.names import (
    CaseId,
    DelegationId,
    Incarnation,
    Lane,
    LogName,
    MessageId,
    NodeId,
    is_county,
    is_of_county,
    split_log,
)
from casework.sampling import Eligible
from casework.standing import LeaseHeld, Waiting
from casework.verdict import (
    FINAL_DECISIONS,
    OUTSIDE_POWER,
    Evidence,
    Ground,
    Judgement,
    Proof,
    Verdict,
    is_judged,
    verdict,
)
from central.services.evidence import Ruling, gather, rule_on
from central.services.verified_sets import TrustedSets
from central.services.verifying_samples import Judged
from central.store.verdicts import Anchored
from sync import bodies
from sync.claims import waiting_again
from sync.holdings import Holdings
from sync.payloads import Message
from sync.ports import DirectoryTrust
from sync.power import month_of
from sync.stored import instant_of, original_of, stored_body

# Within a node's logs: the rank of the incarnation, and the number.
_Place = tuple[int, int]
_Leased = tuple[_Place, LeaseHeld]
_T = TypeVar("_T")
_TABLE: Final = OUTSIDE_POWER | set(Ground)


class Difference(Struct, frozen=True):
    """A verdict that the logs do not bear out, or that is missing."""

    place: str
    reason: str


class Decided(Struct, frozen=True):
    """A decision of a node below, with the message that its author signed."""

    written: Written
    message: Message


class Said(Struct, frozen=True):
    """A verdict in the county's log."""

    message: Message
    body: bodies.Verdict


class _Answered(Struct, frozen=True):
    """What a decision comes to: computed anew, and whether it was refused on arrival."""

    ruling: Ruling
    is_refused: bool


class LogSources:
    """What a verdict rests on, looked up in messages."""

    def __init__(
        self,
        messages: Iterable[Message],
        received: Mapping[MessageId, datetime],
        trust: DirectoryTrust,
        sets: TrustedSets,
    ) -> None:
        self._trust: Final = trust
        self._sets: Final = sets
        self._anchors: Final[dict[MessageId, Anchored]] = {}
        self._leases: Final[dict[tuple[NodeId, Incarnation], list[_Leased]]] = defaultdict(list)
        self._announced: Final[list[tuple[_Place, int]]] = []
        self._acknowledged: Final[dict[LogName, list[tuple[int, Proof]]]] = defaultdict(list)
        self._manifests: Final[dict[MessageId, list[Proof]]] = defaultdict(list)
        self._taken: Final[dict[DelegationId, list[Written]]] = defaultdict(list)
        for message in messages:
            if message.lane is Lane.CONTROL:
                self._file(message, received[message.id])
        for leases in self._leases.values():
            leases.sort(key=_place_of)
        self._announced.sort(key=_place_of)

    def anchor(self, id: MessageId) -> Anchored | None:  # noqa: A002
        return self._anchors.get(id)

    def lease(self, node: NodeId, incarnation: Incarnation, anchor: Anchored) -> LeaseHeld | None:
        return _newest(self._leases[node, incarnation], self._place(anchor.log, anchor.seq))

    def announced_revocations(self, anchor: Anchored) -> int:
        return _newest(self._announced, self._place(anchor.log, anchor.seq)) or 0

    def revocations_in(self, version: int) -> Collection[str]:
        held = self._sets.at(replace(self._sets.versions, revocations=version))
        return {each.id for each in held.revocations} if held is not None else set()

    def proofs(self, written: Written, since: datetime, upto: datetime) -> tuple[Proof, ...]:
        covering = (proof for seq, proof in self._acknowledged[written.log] if seq >= written.seq)
        naming = (each for each in self._manifests[written.id] if each.held_at >= since)
        return tuple(each for each in (*covering, *naming) if each.held_at <= upto)

    def quota_used(self, record: Delegation, written: Written) -> int:
        begins, ends = month_of(written.at, self._sets.newest.calendar.tz)
        before = self.place(written)
        return sum(
            begins <= each.at < ends and self.place(each) < before
            for each in self._taken[record.id]
        )

    def took_place(self, record: Delegation, written: Written) -> None:
        """A decision was not refused: it takes a place of its record's quota."""
        self._taken[record.id].append(written)

    def place(self, written: Written) -> tuple[NodeId, _Place]:
        """Where a decision stands in its node's log order."""
        return written.node, self._place(written.log, written.seq)

    def _file(self, message: Message, received_at: datetime) -> None:
        header, body = message.header, stored_body(message)
        at, place = instant_of(header.at), self._place(header.log, header.seq)
        if isinstance(body, bodies.ReceiptManifest):
            for each in body.cases:
                proof = Proof(message.id, received_at, is_acknowledgement=False)
                self._manifests[each.entry].append(proof)
        if not is_county(message.node):
            return
        match body:
            case bodies.Lease(node, incarnation, until):
                lease = LeaseHeld(at, instant_of(until))
                self._leases[node, incarnation].append((place, lease))
            case bodies.SetAnnouncement(bodies.SetName.REVOCATIONS, version):
                self._announced.append((place, version))
            case bodies.Acknowledgement(log, seq):
                proof = Proof(message.id, at, is_acknowledgement=True)
                self._acknowledged[log].append((seq, proof))
        if isinstance(body, bodies.Lease | bodies.SetAnnouncement):
            self._anchors[message.id] = Anchored(message.id, at, header.log, header.seq)

    def _place(self, log: LogName, seq: int) -> _Place:
        node, incarnation, _ = split_log(log)
        order = list(self._trust.incarnations_of(node))
        return (order.index(incarnation) if incarnation in order else len(order)), seq


def _newest(placed: Sequence[tuple[_Place, _T]], upto: _Place) -> _T | None:
    """The last of these that stands at or before a place."""
    found = bisect_right(placed, upto, key=_place_of)
    return placed[found - 1][1] if found else None


def _place_of(placed: tuple[_Place, object]) -> _Place:
    return placed[0]


class VerdictCheck:
    def __init__(
        self,
        sources: LogSources,
        sets: TrustedSets,
        entries: Mapping[CaseId, Mapping[MessageId, Written]],
        messages: Iterable[Message],
        cases: Mapping[CaseId, Case],
    ) -> None:
        self._sources: Final = sources
        self._sets: Final = sets
        self._entries: Final = entries
        self._cases: Final = cases
        # What the samples are drawn from, once the differences have been gone through.
        self.standing: Final[list[Judged]] = []
        self._decided: Final[dict[MessageId, Decided]] = {}
        self._said: Final[dict[MessageId, list[Said]]] = defaultdict(list)
        self._deposits: Final[dict[CaseId, dict[MessageId, Waiting]]] = defaultdict(dict)
        for message in messages:
            self._file(message)

    def differences(self) -> Iterator[Difference]:
        for id_ in sorted(set(self._said) - set(self._decided)):
            if not any(self._is_withdrawn(said) for said in self._said[id_]):
                yield Difference(id_, "a verdict on what is no decision of a node below")
        for each in sorted(self._decided.values(), key=lambda d: self._sources.place(d.written)):
            yield from self._compare(each)

    def _file(self, message: Message) -> None:
        body = stored_body(message)
        case = message.header.case
        if isinstance(body, bodies.Verdict) and is_county(message.node):
            self._said[body.decision].append(Said(message, body))
        elif isinstance(body, bodies.Deposit) and case is not None:
            waiting = Waiting(message.header.at, body.act, node=message.node, officer=body.officer)
            self._deposits[case][message.id] = waiting
        original = original_of(message)
        if original is None or case is None:
            return
        written = self._entries.get(case, {}).get(original.id)
        if written is None:
            return
        folded = self._cases.get(case)
        if folded is not None and written.id in folded.fallen:
            self._deposits[case][written.id] = waiting_again(written)
        if is_judged(written.node, written.entry.act):
            self._decided.setdefault(written.id, Decided(written, original))

    def _is_withdrawn(self, said: Said) -> bool:
        """Whether the decision lies beyond the end of its log by now, and counts no longer."""
        case = said.message.header.case
        return case is not None and said.body.decision not in self._entries.get(case, {})

    def _compare(self, decided: Decided) -> Iterator[Difference]:
        written = decided.written
        try:
            seen = case_before(self._entries[written.case], written)
        except LookupError:
            return  # It waits for a predecessor, and is judged when that comes.
        said = sorted(
            self._said.get(written.id, ()),
            key=lambda each: (each.message.header.at, each.message.header.seq),
        )
        if not said:
            yield Difference(written.id, "a decision without a verdict")
            return
        answered = self._answered(decided, seen, said[0])
        if answered is None:
            yield Difference(written.id, "pins sets that no export holds")
            return
        before: MessageId | None = None
        for each in said:
            if each.body.replaces != before:
                yield Difference(each.message.id, "does not replace the verdict before it")
            before = each.message.id
            yield from self._check(decided, seen, each, answered)
        yield from self._check_newest(decided, seen, said[-1], answered)
        if not answered.is_refused and answered.ruling.record is not None:
            record = answered.ruling.record
            self._sources.took_place(record, written)
            is_flagged = said[-1].body.judgement is Judgement.CONFIRMED_FLAGGED
            received_at = instant_of(said[0].body.received_at)
            self.standing.append(Judged(Eligible(written.id, record.id, is_flagged), received_at))

    def _answered(self, decided: Decided, seen: Case | None, first: Said) -> _Answered | None:
        written = decided.written
        pinned = self._sets.at(decided.message.header.trust)
        newest = self._sets.at(first.message.header.trust)
        if pinned is None or newest is None:
            return None
        deposits = self._deposits.get(written.case, {})
        ruling = rule_on(self._sources, pinned, seen, written, deposits)
        told = first.body.grounds[0] if first.body.grounds else None
        if told is not None and told not in _TABLE and not self._stands(written):
            # Its number, its key's window or the like: a rule that is not asked again here.
            ruling = Ruling(None, told)
        found = verdict(self._evidence(decided, seen, first, ruling, newest))
        refused = ruling.broken is not None or found.judgement is Judgement.REJECTED
        return _Answered(ruling, refused)

    def _check(
        self, decided: Decided, seen: Case | None, said: Said, answered: _Answered
    ) -> Iterator[Difference]:
        newest = self._sets.at(said.message.header.trust)
        if newest is None:
            yield Difference(said.message.id, "was given by sets that no export holds")
            return
        evidence = self._evidence(decided, seen, said, answered.ruling, newest)
        found = self._graded(evidence, answered)
        body = said.body
        told = Verdict(body.judgement, body.grounds, body.existed)
        if told != found:
            yield Difference(said.message.id, f"{_words(told)} said, {_words(found)} computed")
        rests_on = (evidence.decided_at, evidence.not_before, evidence.anchor)
        not_before = instant_of(body.not_before) if body.not_before is not None else None
        proof = body.proof[0] if body.proof else None
        if rests_on != (instant_of(body.decided_at), not_before, proof):
            yield Difference(said.message.id, "states other times than the decision's own")
        if instant_of(body.received_at) > instant_of(said.message.header.at):
            yield Difference(said.message.id, "was given before the decision came")
        if answered.is_refused and self._stands(decided.written):
            yield Difference(said.message.id, "was refused, and stands")

    def _check_newest(
        self, decided: Decided, seen: Case | None, said: Said, answered: _Answered
    ) -> Iterator[Difference]:
        if answered.is_refused:
            return
        evidence = self._evidence(decided, seen, said, answered.ruling, self._sets.newest)
        found = verdict(evidence)
        if (found.judgement, found.grounds) != (said.body.judgement, said.body.grounds):
            yield Difference(said.message.id, f"is out of date: {_words(found)} by the newest sets")

    def _graded(self, evidence: Evidence, answered: _Answered) -> Verdict:
        inadmissible = answered.ruling.inadmissible
        if inadmissible is not None:
            return Verdict(Judgement.REJECTED, (inadmissible,))
        return verdict(evidence)

    def _evidence(
        self,
        decided: Decided,
        seen: Case | None,
        said: Said,
        ruling: Ruling,
        newest: Holdings,
    ) -> Evidence:
        return gather(
            self._sources,
            decided.message,
            decided.written,
            ruling,
            newest=newest,
            received_at=instant_of(said.body.received_at),
            county_decided=self._county_decided(decided.written, seen, said),
        )

    def _county_decided(self, written: Written, seen: Case | None, said: Said) -> bool:
        """Whether the county had decided in the chain that this decision fell out of."""
        case = self._cases.get(written.case)
        if case is None or self._stands(written):
            return False
        before = {moment.entry for moment in seen.timeline} if seen is not None else set()
        told_at = instant_of(said.message.header.at)
        return any(
            is_of_county(moment.node)
            and moment.entry not in before
            and moment.written_at <= told_at
            and type(self._entries[written.case][moment.entry].entry.act) in FINAL_DECISIONS
            for moment in case.timeline
        )

    def _stands(self, written: Written) -> bool:
        case = self._cases.get(written.case)
        return case is not None and any(m.entry == written.id for m in case.timeline)


def _words(found: Verdict) -> str:
    return " ".join((found.judgement.value, *found.grounds))
