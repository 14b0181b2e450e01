"""Drafts of the delegation list: opened over what is loaded, edited, and put back."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.delegation import Revocation
from casework.delegation_editing import Editing, HeldList, findings
from casework.delegation_file import Instrument
from casework.delegation_publishing import Finding
from casework.names import DelegationId
from casework.organisation import Officer
from casework.proposal import (
    DelegationChanges,
    ProposalError,
    ProposalFault,
    ProposalKind,
    ProposalState,
)
from central.services.proposals import ProposalDesk
from central.store.loaded import CountyData
from central.store.proposals import Proposal

_REVOCATION_ID: Final = re.compile(r"r([0-9]+)")
_EDITABLE: Final = frozenset({ProposalState.DRAFT, ProposalState.RETURNED})


class OpenDraft(Struct, frozen=True, kw_only=True):
    """A draft, what it stands on, and the means to change it."""

    proposal: Proposal
    changes: DelegationChanges
    data: CountyData
    held: HeldList
    editing: Editing
    today: date

    def may_edit(self, officer: Officer) -> bool:
        return officer.id == self.proposal.author and self.proposal.state in _EDITABLE


class DelegationDesk:
    def __init__(self, proposals: ProposalDesk, today: Callable[[], date]) -> None:
        self._proposals: Final = proposals
        self._today: Final = today
        self._held: tuple[CountyData, HeldList] | None = None

    async def mine(self, officer: Officer) -> tuple[Proposal, ...]:
        """The officer's own drafts that they may go on with."""
        unfinished = await self._proposals.store.unfinished(ProposalKind.DELEGATIONS)
        return tuple(
            one for one in unfinished if one.author == officer.id and one.state in _EDITABLE
        )

    async def begin(self, title: str, by: Officer) -> Proposal:
        return await self._proposals.draft(title, DelegationChanges(), by)

    async def open(self, proposal: str) -> OpenDraft:
        return await self._opened(await self._proposals.get(proposal))

    async def blank(self, by: Officer) -> OpenDraft:
        """A draft that is not kept yet: `keep` writes it down."""
        return await self._opened(self._proposals.blank("", DelegationChanges(), by))

    async def keep(self, draft: OpenDraft, title: str, by: Officer) -> Proposal:
        """Save a draft, or begin it if it is not kept yet."""
        held = draft.proposal
        if held.edition == 0:
            return await self._proposals.draft(title, draft.editing.draft, by)
        return await self.save(draft, held.edition, by)

    async def _opened(self, found: Proposal) -> OpenDraft:
        if not isinstance(found.changes, DelegationChanges):
            raise ProposalError(ProposalFault.UNKNOWN)
        data, today = await self._proposals.loaded(), self._today()
        held = self._list_of(data)
        others = await self._proposals.store.unfinished(ProposalKind.DELEGATIONS)
        taken = [id_ for one in others if one.id != found.id for id_ in _given_ids(one)]
        editing = Editing(held, found.changes, today, taken)
        return OpenDraft(
            proposal=found,
            changes=found.changes,
            data=data,
            held=held,
            editing=editing,
            today=today,
        )

    async def save(self, draft: OpenDraft, edition: int, by: Officer) -> Proposal:
        """Put back what was edited; STATE if it was saved elsewhere meanwhile."""
        return await self._proposals.save(draft.proposal.id, edition, by, draft.editing.draft)

    async def revoke(
        self, title: str, revocation: Revocation, added: Instrument | None, by: Officer
    ) -> Proposal:
        """Propose that a record be taken back, and submit that at once: it does not wait."""
        changes = DelegationChanges(
            revocations=(replace(revocation, id=await self._revocation_id()),),
            instruments=() if added is None else (added,),
        )
        return await self._proposals.draft_and_submit(title, changes, by)

    async def _revocation_id(self) -> str:
        """The next that neither the list nor an unfinished proposal has given."""
        data = await self._proposals.loaded()
        unfinished = await self._proposals.store.unfinished(ProposalKind.DELEGATIONS)
        proposed = [
            one.id
            for proposal in unfinished
            if isinstance(proposal.changes, DelegationChanges)
            for one in proposal.changes.revocations
        ]
        known = (*(one.id for one in data.delegations.revocations), *proposed)
        numbers = [int(found[1]) for found in map(_REVOCATION_ID.fullmatch, known) if found]
        return f"r{max(numbers, default=0) + 1:02d}"

    def findings(self, draft: OpenDraft) -> tuple[Finding, ...]:
        """What the cells that it touches have wrong; the whole is checked when it is submitted."""
        matters = {one.ref: one for one in draft.data.catalogue.matters}
        return findings(draft.held.listed, draft.editing.draft, matters)

    def _list_of(self, data: CountyData) -> HeldList:
        if self._held is None or self._held[0] is not data:
            self._held = (data, HeldList(data.delegations))
        return self._held[1]


def _given_ids(proposal: Proposal) -> list[DelegationId]:
    assert isinstance(proposal.changes, DelegationChanges)
    return [
        one.after.id
        for one in proposal.changes.records
        if one.before is None and one.after is not None
    ]
