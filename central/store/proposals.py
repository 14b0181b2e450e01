"""Proposed changes as they stand, and every step that was taken with them."""

from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from casework.names import OfficerId
from casework.proposal import Changes, Move, ProposalKind, ProposalState, kind_of
from central.tables import ProposalStep, ProposedChange
from sync.engine import Database, bind
from sync.strict_json import decode_strict, encode_strict

LISTED_MAX: Final = 200


class Proposal(Struct, frozen=True, kw_only=True):
    id: str
    title: str
    state: ProposalState
    author: OfficerId
    changes: Changes
    edition: int
    changed_at: datetime
    is_urgent: bool = False


class Listed(Struct, frozen=True, kw_only=True):
    """A proposal as a list shows it, without what it changes."""

    id: str
    title: str
    kind: ProposalKind
    state: ProposalState
    author: OfficerId
    changed_at: datetime
    is_urgent: bool


class Step(Struct, frozen=True, kw_only=True):
    move: Move
    officer: OfficerId
    note: str
    at: datetime


class Proposals:
    def __init__(self, database: Database) -> None:
        self._proposals: Final = bind(ProposedChange, database)
        self._steps: Final = bind(ProposalStep, database)

    async def put(self, proposal: Proposal, *, edition_before: int | None) -> bool:
        """Write it down; False if it is another edition by now that stands there."""
        table = self._proposals
        values: dict[str, Any] = {
            "title": proposal.title,
            "kind": kind_of(proposal.changes).value,
            "state": proposal.state.value,
            "author": proposal.author,
            "is_urgent": proposal.is_urgent,
            "content": encode_strict(proposal.changes),
            "edition": proposal.edition,
            "changed_at": proposal.changed_at,
        }
        if edition_before is None:
            await table.insert(table(id=proposal.id, **values))
            return True
        changed = (
            await table.update({getattr(table, name): value for name, value in values.items()})
            .where((table.id == proposal.id) & (table.edition == edition_before))
            .returning(table.id)
        )
        return bool(changed)

    async def add_step(self, proposal: str, step: Step) -> None:
        await self._steps.insert(
            self._steps(
                proposal=proposal,
                move=step.move.value,
                officer=step.officer,
                note=step.note,
                at=step.at,
            )
        )

    async def find(self, proposal: str) -> Proposal | None:
        row = await self._proposals.select().where(self._proposals.id == proposal).first()
        return None if row is None else _proposal(row)

    async def newest(self) -> tuple[Listed, ...]:
        """The urgent ones that wait, then the others, the last changed first."""
        rows = await self._heads().order_by(self._proposals.changed_at, ascending=False)
        listed = [_listed(row) for row in rows]
        waiting = ProposalState.SUBMITTED
        return tuple(sorted(listed, key=lambda one: not (one.is_urgent and one.state is waiting)))

    async def waiting(self) -> tuple[Listed, ...]:
        """Those that wait for somebody: for a reviewer, or for their author."""
        states = [ProposalState.SUBMITTED.value, ProposalState.RETURNED.value]
        rows = await self._heads().where(self._proposals.state.is_in(states))
        return tuple(_listed(row) for row in rows)

    async def unfinished(self, kind: ProposalKind) -> tuple[Proposal, ...]:
        """Those of a kind that may yet be put in force, with what they change."""
        table = self._proposals
        over = [ProposalState.WITHDRAWN.value, ProposalState.APPROVED.value]
        rows = await table.select().where((table.kind == kind.value) & table.state.not_in(over))
        return tuple(_proposal(row) for row in rows)

    def _heads(self) -> Any:
        table = self._proposals
        columns = [getattr(table, name) for name in Listed.__struct_fields__]
        return table.select(*columns).limit(LISTED_MAX)

    async def steps(self, proposal: str) -> tuple[Step, ...]:
        table = self._steps
        rows = await table.select().where(table.proposal == proposal).order_by(table.seq)
        return tuple(
            Step(
                move=Move(row["move"]),
                officer=OfficerId(row["officer"]),
                note=row["note"],
                at=row["at"],
            )
            for row in rows
        )


def _proposal(row: dict[str, object]) -> Proposal:
    content = row.pop("content")
    del row["kind"]
    assert isinstance(content, bytes)
    state = ProposalState(str(row.pop("state")))
    return Proposal(changes=decode_strict(content, Changes), state=state, **row)  # type: ignore[arg-type]


def _listed(row: dict[str, Any]) -> Listed:
    row["kind"], row["state"] = ProposalKind(row["kind"]), ProposalState(row["state"])
    return Listed(**row)
