"""Seeds that are not told yet, the decisions that may be sampled, and what was found of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from casework.instants import instant_text
from casework.names import (
    CaseId,
    CaseNumber,
    DelegationId,
    MatterId,
    MessageId,
    NodeId,
    OfficerId,
)
from casework.sampling import Eligible, Finding, SampleParty
from casework.verdict import Judgement
from central.tables import SampleFinding
from sync.engine import Database, Work, bind
from sync.stored import instant_of

_DECISIONS: Final = (
    "SELECT j.id, j.node, j.delegation, j.decided_at, j.judgement, c.id, c.number, c.matter"
    " FROM judged_decision AS j JOIN case_row AS c ON c.id = j.case_id"
    " WHERE j.is_refused = FALSE AND j.delegation IS NOT NULL"
    " AND j.received_at >= ? AND j.received_at < ? ORDER BY j.id"
)


class Decided(Struct, frozen=True, kw_only=True):
    """A decision of a node below that stands, as it may be sampled."""

    id: MessageId
    node: NodeId
    delegation: DelegationId
    decided_at: datetime
    judgement: Judgement
    case: CaseId
    number: CaseNumber
    matter: MatterId

    @property
    def eligible(self) -> Eligible:
        is_flagged = self.judgement is Judgement.CONFIRMED_FLAGGED
        return Eligible(self.id, self.delegation, is_flagged)


class Found(Struct, frozen=True, kw_only=True):
    """A reviewer's word on a decision."""

    decision: MessageId
    party: SampleParty
    finding: Finding
    reason: str
    officer: OfficerId
    at: datetime


def secrets_in(work: Work) -> dict[str, bytes]:
    rows = work.execute("SELECT week, seed FROM sample_secret").fetchall()
    return {week: bytes(seed) for week, seed in rows}


def put_secret(work: Work, week: str, seed: bytes) -> None:
    work.execute("INSERT INTO sample_secret (week, seed) VALUES (?, ?)", (week, seed))


def drop_secret(work: Work, week: str) -> None:
    work.execute("DELETE FROM sample_secret WHERE week = ?", (week,))


def decided_between(work: Work, first: datetime, after: datetime) -> tuple[Decided, ...]:
    rows = work.execute(_DECISIONS, (instant_text(first), instant_text(after))).fetchall()
    return tuple(
        Decided(
            id=id_,
            node=node,
            delegation=delegation,
            decided_at=instant_of(at),
            judgement=Judgement(judgement),
            case=case,
            number=number,
            matter=matter,
        )
        for id_, node, delegation, at, judgement, case, number, matter in rows
    )


def records_of(work: Work, decisions: Iterable[MessageId]) -> Mapping[MessageId, DelegationId]:
    wanted = sorted(set(decisions))
    query = "SELECT id, delegation FROM judged_decision WHERE id = ?"
    found = (work.execute(query, (each,)).fetchone() for each in wanted)
    return {row[0]: row[1] for row in found if row is not None and row[1] is not None}


class Findings:
    def __init__(self, database: Database) -> None:
        self._table: Final = bind(SampleFinding, database)

    async def add(self, found: Found) -> None:
        await self._table.insert(
            self._table(
                decision=found.decision,
                party=found.party.value,
                finding=found.finding.value,
                reason=found.reason,
                officer=found.officer,
                at=found.at,
            )
        )

    async def newest(self) -> dict[tuple[MessageId, SampleParty], Found]:
        """What counts: a party's newest word on each decision."""
        rows = await self._table.select().order_by(self._table.id)
        return {
            (MessageId(row["decision"]), SampleParty(row["party"])): Found(
                decision=MessageId(row["decision"]),
                party=SampleParty(row["party"]),
                finding=Finding(row["finding"]),
                reason=row["reason"],
                officer=OfficerId(row["officer"]),
                at=row["at"],
            )
            for row in rows
        }
