"""Verifying exported logs with no database: who signed what, that nothing is missing, one state.

Nothing an export says of itself is believed. Keys come out of its directory, the directory is
believed because of the root, and the root because of a fingerprint that the reader knows or sees
printed. From there every signature, chain and case is computed again.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from msgspec import Struct

from casework.case import Case
from casework.entry import Written
from casework.fold import fold
from casework.instants import parse_instant
from casework.interest import interest_of
from casework.names import (
    CaseId,
    Lane,
    LogName,
    MessageId,
    NodeId,
    author_of,
    county_of,
    is_below,
    is_county,
    log_name,
)
from casework.sampling import SampleParty
from central.services.verified_sets import TrustedSets, open_sets
from central.services.verifying_samples import SampledWeek, check_samples, read_samples
from central.services.verifying_verdicts import LogSources, VerdictCheck
from sync import bodies
from sync.errors import EnvelopeError
from sync.exporting import (
    ExportedCase,
    ExportedMessage,
    ExportError,
    ExportHead,
    read_head,
    read_lines,
    read_messages,
    state_digest,
)
from sync.payloads import Message, open_message, open_original, read_body
from sync.ports import DirectoryTrust
from sync.projection import counts
from sync.stored import written_in

FAULTS_MAX: Final = 1000


class Fault(Struct, frozen=True, order=True):
    """Something that does not hold, and at which node's export."""

    node: NodeId
    place: str
    code: str
    reason: str


class HeldState(Struct, frozen=True):
    """What one node's entries of a case add up to."""

    digest: str
    head: MessageId
    entries: int


class CaseReport(Struct, frozen=True):
    """A case over all its holders. Who has left it may know less of it than the others."""

    case: CaseId
    number: str
    status: str
    states: dict[NodeId, HeldState]
    left: tuple[NodeId, ...]

    @property
    def digests(self) -> tuple[str, ...]:
        """The different states among those whom the case still concerns."""
        return tuple(
            sorted({held.digest for node, held in self.states.items() if node not in self.left})
        )

    @property
    def is_equal(self) -> bool:
        return len(self.digests) == 1


class Report(Struct, frozen=True):
    root_fingerprint: str
    directory_version: int
    heads: tuple[ExportHead, ...]
    messages: int
    cases: tuple[CaseReport, ...]
    weeks: tuple[SampledWeek, ...]
    faults: tuple[Fault, ...]

    @property
    def is_sound(self) -> bool:
        return not self.faults


class _Holder(Struct):
    """One export as it was read: its verified messages, and what its projection claims."""

    node: NodeId
    messages: dict[LogName, dict[int, Message]]
    received: dict[MessageId, datetime]
    claimed: dict[CaseId, ExportedCase]
    samples: dict[str, dict[SampleParty, tuple[MessageId, ...]]]


def verify_exports(folders: Sequence[Path], root_fingerprint: str | None = None) -> Report:
    """Read exports of any number of nodes and compute everything again.

    ExportError if a folder cannot be read at all, EnvelopeError if no directory can be believed.
    """
    heads = [read_head(folder) for folder in folders]
    sets = open_sets(folders, heads, root_fingerprint)
    checker = _Checker(sets)
    holders = [checker.read(folder, head) for folder, head in zip(folders, heads, strict=True)]
    weeks: list[SampledWeek] = []
    for holder, head in zip(holders, heads, strict=True):
        checker.check_logs(holder)
        checker.check_own(holder, head, holders)
        weeks += checker.check_verdicts(holder)
    cases = checker.check_cases(holders)
    return Report(
        root_fingerprint=sets.root_fingerprint,
        directory_version=sets.directory.version,
        heads=tuple(heads),
        messages=len(checker.verified),
        cases=tuple(cases),
        weeks=tuple(weeks),
        faults=tuple(sorted(set(checker.faults)))[:FAULTS_MAX],
    )


class _Checker:
    """Collects faults over all exports; a message that several hold is verified once."""

    def __init__(self, sets: TrustedSets) -> None:
        self.sets: Final = sets
        self.trust: Final = DirectoryTrust(sets.directory, sets.versions)
        self.verified: Final[dict[bytes, Message]] = {}
        self.faults: Final[list[Fault]] = []
        self._places: Final[dict[tuple[LogName, int], MessageId]] = {}

    def read(self, folder: Path, head: ExportHead) -> _Holder:
        messages: dict[LogName, dict[int, Message]] = defaultdict(dict)
        received: dict[MessageId, datetime] = {}
        for line in read_messages(folder):
            message = self._open(head.node, line)
            if message is not None:
                messages[line.log][line.seq] = message
                received[message.id] = parse_instant(line.received_at)
        claimed = {one.case: one for one in read_lines(folder / "cases.jsonl", ExportedCase)}
        return _Holder(head.node, dict(messages), received, claimed, read_samples(folder))

    def check_logs(self, holder: _Holder) -> None:
        for log, held in sorted(holder.messages.items()):
            numbers = sorted(held)
            for before, number in pairwise(numbers):
                place = f"{log} {number}"
                if before == number - 1 and held[number].header.prev != held[before].id:
                    self._fault(holder.node, place, "E_CHAIN", f"does not follow {before}")
                if before != number - 1 and _wants_every_number(holder.node, log):
                    gap = f"{before + 1} to {number - 1} are missing"
                    self._fault(holder.node, place, "E_GAP", gap)
            for number, message in held.items():
                other = self._places.setdefault((log, number), message.id)
                if other != message.id:
                    reason = f"{message.id[:16]} and {other[:16]} claim one place"
                    self._fault(holder.node, f"{log} {number}", "E_FORK", reason)

    def check_own(self, holder: _Holder, head: ExportHead, holders: Iterable[_Holder]) -> None:
        """A machine has all that it had said: what only others still hold was taken out here.

        Exports of a running county are made one after another, so what a machine said after its
        own export is no gap in it.
        """
        for lane in Lane:
            log = log_name(holder.node, head.incarnation, lane)
            mine = holder.messages.get(log, {})
            said = {
                number
                for each in holders
                for number, message in each.messages.get(log, {}).items()
                if message.header.at <= head.exported_at
            }
            first, last = min(mine, default=0), max(mine, default=0)
            if first > 1:
                self._fault(holder.node, f"{log} {first}", "E_GAP", f"1 to {first - 1} are missing")
            if last < max(said, default=0):
                gap = f"{last + 1} to {max(said)} are missing"
                self._fault(holder.node, f"{log} {last}", "E_GAP", gap)

    def check_verdicts(self, holder: _Holder) -> list[SampledWeek]:
        """The county judges and draws samples, so what it said and what it shows is computed again
        from what it holds.
        """
        if not is_county(holder.node):
            return []
        messages = [each for held in holder.messages.values() for each in held.values()]
        entries = self._entries(holder)
        folded = ((case_id, self._fold(holder, case_id, each)) for case_id, each in entries.items())
        cases = {case_id: case for case_id, case in folded if case is not None}
        sources = LogSources(messages, holder.received, self.trust, self.sets)
        check = VerdictCheck(sources, self.sets, entries, messages, cases)
        for each in check.differences():
            self._fault(holder.node, each.place, "E_VERDICT", each.reason)
        zone = self.sets.newest.calendar.tz
        weeks = check_samples(messages, check.standing, holder.samples, zone)
        for week in weeks:
            for reason in week.faults:
                self._fault(holder.node, week.week, "E_SAMPLE", reason)
        return weeks

    def check_cases(self, holders: Iterable[_Holder]) -> list[CaseReport]:
        states: dict[CaseId, dict[NodeId, HeldState]] = defaultdict(dict)
        fullest: dict[CaseId, Case] = {}
        for holder in holders:
            for case_id, entries in self._entries(holder).items():
                case = self._fold(holder, case_id, entries)
                if case is None:
                    continue
                self._check_claim(holder, case_id, case)
                states[case_id][holder.node] = HeldState(
                    state_digest(case), case.head, len(entries)
                )
                known = fullest.get(case_id)
                if known is None or case.length > known.length:
                    fullest[case_id] = case
            for case_id in sorted(set(holder.claimed) - set(states)):
                self._fault(holder.node, case_id, "E_CASE", "is shown and has no entries")
        return [self._report(case, states[case.id]) for case in _by_number(fullest.values())]

    def _open(self, node: NodeId, line: ExportedMessage) -> Message | None:
        place = f"{line.log} {line.seq}"
        digest = hashlib.sha256(line.wire).digest()
        try:
            message = self.verified.get(digest)
            if message is None:
                message = open_message(line.wire, self.sets.directory.find_key)
                self._open_original(message)
                self.verified[digest] = message
        except EnvelopeError as error:
            self._fault(node, place, error.code, str(error))
            return None
        told = (message.id, message.header.log, message.header.seq, message.header.case)
        if told != (line.id, line.log, line.seq, line.case):
            self._fault(node, place, "E_ROW", "was filed under what it does not say")
        return message

    def _open_original(self, message: Message) -> None:
        if message.kind is None or message.kind.body is not bodies.Resubmit:
            return
        body = read_body(message)
        assert isinstance(body, bodies.Resubmit)
        open_original(body, self.sets.directory.find_key)

    def _entries(self, holder: _Holder) -> dict[CaseId, dict[MessageId, Written]]:
        found: dict[CaseId, dict[MessageId, Written]] = defaultdict(dict)
        for held in holder.messages.values():
            for message in held.values():
                written = written_in(message)
                if written is None or not counts(self.trust, message, written):
                    continue
                if message.header.case == written.case:
                    found[written.case][written.id] = written
        return found

    def _fold(
        self, holder: _Holder, case_id: CaseId, entries: dict[MessageId, Written]
    ) -> Case | None:
        county = county_of(holder.node)
        try:
            folded = fold(entries.values(), self.trust.incarnations_of(county))
        except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
            self._fault(holder.node, case_id, "E_FOLD", f"{type(error).__name__}: {error}")
            return None
        if folded.parked and is_county(holder.node):
            waiting = f"{len(folded.parked)} entries wait for what is not held"
            self._fault(holder.node, case_id, "E_PARKED", waiting)
        return folded.case

    def _check_claim(self, holder: _Holder, case_id: CaseId, case: Case) -> None:
        claimed = holder.claimed.get(case_id)
        if claimed is None:
            self._fault(holder.node, case_id, "E_PROJECTION", "is held and not shown")
        elif claimed.digest != state_digest(case) and claimed.blocked is None:
            self._fault(
                holder.node, case_id, "E_PROJECTION", "shows another state than its entries"
            )

    def _report(self, case: Case, states: dict[NodeId, HeldState]) -> CaseReport:
        concerned = interest_of(case)
        left = tuple(
            node
            for node in sorted(states)
            if not is_county(node)
            and not any(each == node or is_below(each, node) for each in concerned)
        )
        status = case.status.value if case.status is not None else "-"
        report = CaseReport(case.id, case.number, status, dict(sorted(states.items())), left)
        if len(report.digests) > 1:
            held = ", ".join(f"{node} {one.digest[:12]}" for node, one in report.states.items())
            self._fault(county_of(case.opened_by), case.id, "E_UNEQUAL", held)
        return report

    def _fault(self, node: NodeId, place: str, code: str, reason: str) -> None:
        self.faults.append(Fault(node, place, code, reason))


def _wants_every_number(node: NodeId, log: LogName) -> bool:
    """A node has all of its own words, and an ancestor all of those below it."""
    author = author_of(log)
    return author == node or is_below(author, node)


def _by_number(cases: Iterable[Case]) -> list[Case]:
    return sorted(cases, key=lambda case: (case.number, case.id))


__all__ = ["CaseReport", "ExportError", "Fault", "HeldState", "Report", "verify_exports"]
