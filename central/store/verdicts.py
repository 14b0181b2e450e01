"""Decisions and their verdicts in the county's database, and what a verdict rests on there.

`JournalSources` answers for the decisions of one transaction; what the county's own log says up to
an anchor never changes, so those answers are kept from one transaction to the next.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.case import Case, Status
from casework.delegation import Delegation
from casework.entry import Written
from casework.instants import instant_text
from casework.names import (
    CaseId,
    DelegationId,
    Incarnation,
    Lane,
    LogName,
    MatterId,
    MessageId,
    NodeId,
    county_of,
    is_county,
    log_name,
    split_log,
)
from casework.standing import LeaseHeld
from casework.verdict import Judgement, Proof
from sync.batch import Batch, Judged
from sync.bodies import Acknowledgement, ReceiptManifest, SetAnnouncement, SetName
from sync.engine import Database, Work
from sync.payloads import LEASE, SET_ANNOUNCEMENT
from sync.power import month_of
from sync.stored import case_from_bytes, instant_of, stored_body, stored_message
from sync.trust_store import TrustStore

CACHED_MAX: Final = 4096
_ANCHORS: Final = frozenset({LEASE.type, SET_ANNOUNCEMENT.type})
_PUT: Final = (
    "INSERT INTO judged_decision (id, case_id, node, log, seq, delegation, decided_at,"
    " received_at, is_refused, is_settled, judgement, grounds, existed, verdict)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"
    " ON CONFLICT (id) DO UPDATE SET judgement = excluded.judgement, grounds = excluded.grounds,"
    " existed = excluded.existed"
)
_COLUMNS: Final = (
    "id, case_id, node, delegation, received_at, is_settled, judgement, grounds, existed, verdict"
)


class Anchored(Struct, frozen=True):
    """A word of the county, in its log, after which a decision was provably made."""

    id: MessageId
    at: datetime
    log: LogName
    seq: int


class Filed(Struct, frozen=True, kw_only=True):
    """A decision as it is on file, with its newest verdict."""

    id: MessageId
    case: CaseId
    node: NodeId
    delegation: DelegationId | None
    received_at: datetime
    is_settled: bool  # no later fact can change it
    judgement: Judgement
    grounds: tuple[str, ...]
    existed: tuple[MessageId, ...]
    verdict: MessageId | None


def put_judged(work: Work, judged: Judged, *, is_settled: bool) -> None:
    written, evidence, found = judged.written, judged.evidence, judged.found
    work.execute(
        _PUT,
        (
            *(written.id, written.case, written.node, written.log, written.seq),
            *(evidence.delegation, instant_text(written.at), instant_text(evidence.received_at)),
            *(judged.is_refused, is_settled, found.judgement.value, " ".join(found.grounds)),
            " ".join(found.existed),
        ),
    )


def put_verdict(work: Work, decision: MessageId, verdict: MessageId) -> None:
    work.execute("UPDATE judged_decision SET verdict = ? WHERE id = ?", (verdict, decision))


def find_filed(work: Work, decision: MessageId) -> Filed | None:
    return next(_filed(work, "id = ?", (decision,)), None)


def filed_under(work: Work, delegations: Iterable[DelegationId]) -> Iterator[Filed]:
    """Decisions under some records that a later fact can still touch."""
    for each in delegations:
        yield from _filed(work, "delegation = ? AND is_settled = FALSE", (each,))


def filed_at(work: Work, nodes: Iterable[NodeId]) -> Iterator[Filed]:
    """The same of some nodes."""
    for each in nodes:
        yield from _filed(work, "node = ? AND is_settled = FALSE", (each,))


def _filed(work: Work, where: str, values: tuple[str, ...]) -> Iterator[Filed]:
    query = f"SELECT {_COLUMNS} FROM judged_decision WHERE {where}"  # noqa: S608
    for row in work.execute(query, values).fetchall():
        id_, case, node, delegation, at, settled, judgement, grounds, existed, verdict = row
        yield Filed(
            id=id_,
            case=case,
            node=node,
            delegation=delegation,
            received_at=instant_of(at),
            is_settled=bool(settled),
            judgement=Judgement(judgement),
            grounds=tuple(grounds.split()),
            existed=tuple(MessageId(each) for each in existed.split()),
            verdict=verdict,
        )


# A suspended record may hold as many decisions as a township makes in a month.
EXCEPTIONS_MAX: Final = 2_000
_HOLDING: Final = tuple(each.value for each in Judgement if each.holds)


class Exceptional(Struct, frozen=True, kw_only=True):
    """A decision that was not simply confirmed, and its case as it stands."""

    decision: MessageId
    node: NodeId
    decided_at: datetime
    judgement: Judgement
    grounds: tuple[str, ...]
    case: Case


async def exceptional(
    database: Database, matters: Collection[MatterId] | None, limit: int
) -> tuple[Exceptional, ...]:
    """All of open cases that a person may have to look at, and the newest of the others.

    `matters` None: those of all departments.
    """
    wanted = list(matters) if matters is not None else []
    narrowed = f" AND c.matter IN ({', '.join('?' * len(wanted))})" if matters is not None else ""
    query = (
        "SELECT j.id, j.node, j.decided_at, j.judgement, j.grounds, c.folded"  # noqa: S608
        " FROM judged_decision AS j JOIN case_row AS c ON c.id = j.case_id"
        f" WHERE {{}}{narrowed} ORDER BY j.decided_at DESC, j.id LIMIT {{}}"
    )
    held = f"j.judgement IN ({', '.join('?' * len(_HOLDING))})"
    values = (*_HOLDING, Status.CLOSED.value)
    waiting = query.format(f"{held} AND c.status <> ?", EXCEPTIONS_MAX)
    others = query.format(f"j.judgement <> 'CONFIRMED' AND NOT ({held} AND c.status <> ?)", limit)
    rows = [
        *await database.fetch(waiting, (*values, *wanted)),
        *await database.fetch(others, (*values, *wanted)),
    ]
    return tuple(
        Exceptional(
            decision=id_,
            node=node,
            decided_at=instant_of(at),
            judgement=Judgement(judgement),
            grounds=tuple(grounds.split()),
            case=case_from_bytes(folded),
        )
        for id_, node, at, judgement, grounds, folded in rows
    )


async def decided_since(database: Database, record: DelegationId, since: datetime) -> int:
    """How many decisions on file were made under a record from an instant on."""
    query = "SELECT COUNT(*) FROM judged_decision WHERE delegation = ? AND decided_at >= ?"
    rows = await database.fetch(query, (record, instant_text(since)))
    return int(rows[0][0])


class AnchorCache:
    """Answers that hold for good: what the county's logs said up to an anchor."""

    def __init__(self) -> None:
        self.anchors: Final[dict[MessageId, Anchored]] = {}
        self.leases: Final[dict[tuple[NodeId, Incarnation, MessageId], LeaseHeld]] = {}

    def trim(self) -> None:
        for kept in (self.anchors, self.leases):
            if len(kept) > CACHED_MAX:
                kept.clear()


class JournalSources:
    def __init__(self, batch: Batch, trust: TrustStore, cache: AnchorCache) -> None:
        self._batch: Final = batch
        self._work: Final = batch.work
        self._trust: Final = trust
        self._cache: Final = cache
        self._acknowledged: list[tuple[Acknowledgement, Proof]] | None = None
        cache.trim()

    def anchor(self, id: MessageId) -> Anchored | None:  # noqa: A002
        if (known := self._cache.anchors.get(id)) is not None:
            return known
        message = self._batch.find(id)
        if message is None or message.type not in _ANCHORS or not is_county(message.node):
            return None
        header = message.header
        found = Anchored(id, instant_of(header.at), header.log, header.seq)
        self._cache.anchors[id] = found
        return found

    def lease(self, node: NodeId, incarnation: Incarnation, anchor: Anchored) -> LeaseHeld | None:
        key = (node, incarnation, anchor.id)
        if (known := self._cache.leases.get(key)) is not None:
            return known
        for log, upto in self._county_logs(anchor):
            row = self._work.execute(
                "SELECT at, until FROM lease WHERE node = ? AND incarnation = ? AND log = ?"
                " AND seq <= ? ORDER BY seq DESC LIMIT 1",
                (node, incarnation, log, upto),
            ).fetchone()
            if row is not None:
                found = LeaseHeld(instant_of(row[0]), instant_of(row[1]))
                self._cache.leases[key] = found
                return found
        return None

    def announced_revocations(self, anchor: Anchored) -> int:
        for log, upto in self._county_logs(anchor):
            rows = self._work.execute(
                "SELECT wire FROM message WHERE log = ? AND seq <= ? AND kind = ?"
                " ORDER BY seq DESC",
                (log, upto, SET_ANNOUNCEMENT.name),
            ).fetchall()
            for (wire,) in rows:
                body = stored_body(stored_message(wire))
                if isinstance(body, SetAnnouncement) and body.set is SetName.REVOCATIONS:
                    return body.version
        return 0

    def revocations_in(self, version: int) -> Collection[str]:
        newest = self._trust.holdings
        versions = replace(newest.versions, revocations=version)
        found = self._trust.at_in(self._work, versions)
        return {each.id for each in found.revocations} if found is not None else set()

    def proofs(self, written: Written, since: datetime, upto: datetime) -> tuple[Proof, ...]:
        return (
            *(
                proof
                for body, proof in self._acknowledgements()
                if body.log == written.log and body.seq >= written.seq and proof.held_at <= upto
            ),
            *self._manifests(written, since, upto),
        )

    def quota_used(self, record: Delegation, written: Written) -> int:
        begins, ends = month_of(written.at, self._trust.holdings.calendar.tz)
        node, incarnation, lane = split_log(written.log)
        order = list(self._batch.trust.incarnations_of(node))
        before = order[: order.index(incarnation)] if incarnation in order else []
        used = 0
        for log, upto in (
            (written.log, written.seq),
            *((log_name(node, each, lane), 2**53) for each in before),
        ):
            used += self._work.execute(
                "SELECT COUNT(*) FROM judged_decision WHERE delegation = ? AND decided_at >= ?"
                " AND decided_at < ? AND is_refused = FALSE AND log = ? AND seq < ?",
                (record.id, instant_text(begins), instant_text(ends), log, upto),
            ).fetchone()[0]
        return used

    def _county_logs(self, anchor: Anchored) -> Iterator[tuple[LogName, int]]:
        """The county's log of the anchor up to it, then those of earlier incarnations."""
        yield anchor.log, anchor.seq
        county, incarnation, _ = split_log(anchor.log)
        order = list(self._batch.trust.incarnations_of(county))
        if incarnation in order:
            for each in reversed(order[: order.index(incarnation)]):
                yield log_name(county, each, Lane.CONTROL), 2**53

    def _acknowledgements(self) -> list[tuple[Acknowledgement, Proof]]:
        if self._acknowledged is None:
            county = county_of(self._batch.node.id)
            rows = self._work.execute(
                "SELECT id, at, wire FROM message WHERE kind = 'acknowledgement' AND log LIKE ?",
                (f"{county}/%",),
            ).fetchall()
            self._acknowledged = []
            for id_, at, wire in rows:
                body = stored_body(stored_message(wire, id_))
                if isinstance(body, Acknowledgement):
                    proof = Proof(id_, instant_of(at), is_acknowledgement=True)
                    self._acknowledged.append((body, proof))
        return self._acknowledged

    def _manifests(self, written: Written, since: datetime, upto: datetime) -> Iterator[Proof]:
        rows = self._work.execute(
            "SELECT id, received_at, wire FROM message WHERE kind = 'receipt-manifest'"
            " AND received_at BETWEEN ? AND ? AND log LIKE ?",
            (instant_text(since), instant_text(upto), f"{written.node}/%"),
        ).fetchall()
        for id_, at, wire in rows:
            body = stored_body(stored_message(wire, id_))
            if isinstance(body, ReceiptManifest) and any(c.entry == written.id for c in body.cases):
                yield Proof(id_, instant_of(at), is_acknowledgement=False)
