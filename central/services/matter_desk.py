"""Drafts of matters: begun from what is loaded, edited part by part, and put back."""

from collections.abc import Callable
from datetime import date
from typing import Final

from msgspec import Struct

from casework.inheriting import UpperCatalogue
from casework.matter import MatterVersion
from casework.matter_editing import (
    drafts_of,
    new_matter,
    next_version,
    retired,
    versions_of,
    with_version,
)
from casework.matter_soundness import Unsoundness, missing_elements, unsoundness
from casework.names import DepartmentId, MatterId
from casework.organisation import Officer
from casework.proposal import (
    MatterChanges,
    ProposalError,
    ProposalFault,
    ProposalKind,
    ProposalState,
)
from central.services.lint_gate import Held, LintGate
from central.services.proposals import ProposalDesk
from central.store.loaded import CountyData
from central.store.proposals import Proposal

_EDITABLE: Final = frozenset({ProposalState.DRAFT, ProposalState.RETURNED})


class OpenMatter(Struct, frozen=True, kw_only=True):
    """A draft of a matter in a proposal, and the version it follows."""

    proposal: Proposal
    changes: MatterChanges
    draft: MatterVersion
    before: MatterVersion | None
    data: CountyData
    upper: UpperCatalogue | None
    today: date

    def may_edit(self, officer: Officer) -> bool:
        return officer.id == self.proposal.author and self.proposal.state in _EDITABLE


class MatterDesk:
    def __init__(self, proposals: ProposalDesk, gate: LintGate, today: Callable[[], date]) -> None:
        self._proposals: Final = proposals
        self._gate: Final = gate
        self.today: Final = today

    async def unfinished(self) -> tuple[Proposal, ...]:
        return await self._proposals.store.unfinished(ProposalKind.MATTERS)

    async def drafts_of(self, matter: MatterId) -> tuple[Proposal, ...]:
        """The proposals that change a matter and are not in force yet."""
        return tuple(
            one
            for one in await self.unfinished()
            if isinstance(one.changes, MatterChanges)
            and any(each.after.id == matter for each in one.changes.matters)
        )

    async def begin_version(
        self, matter: MatterId, begins: date, title: str, by: Officer
    ) -> Proposal:
        held = (await self._proposals.loaded()).catalogue.matters
        changes = next_version(held, matter, by=by.id, begins=begins, today=self.today())
        return await self._proposals.draft(title, changes, by)

    async def begin_matter(  # noqa: PLR0913 - what a matter begins with, each by its name
        self,
        matter: MatterId,
        *,
        name: str,
        department: DepartmentId,
        begins: date,
        title: str,
        by: Officer,
    ) -> Proposal:
        changes = new_matter(
            (await self._proposals.loaded()).catalogue.matters,
            matter,
            name=name,
            department=department,
            by=by.id,
            begins=begins,
            today=self.today(),
        )
        return await self._proposals.draft(title, changes, by)

    async def begin_end(self, matter: MatterId, until: date, title: str, by: Officer) -> Proposal:
        held = (await self._proposals.loaded()).catalogue.matters
        changes = retired(held, matter, until=until, today=self.today())
        return await self._proposals.draft(title, changes, by)

    async def open(self, proposal: str, matter: MatterId) -> OpenMatter:
        found = await self._proposals.get(proposal)
        drafts = drafts_of(found.changes) if isinstance(found.changes, MatterChanges) else ()
        draft = next((one for one in drafts if one.id == matter), None)
        if draft is None or not isinstance(found.changes, MatterChanges):
            raise ProposalError(ProposalFault.UNKNOWN)
        data = await self._proposals.loaded()
        earlier = [
            one
            for one in versions_of(data.catalogue.matters, matter)
            if one.version < draft.version
        ]
        return OpenMatter(
            proposal=found,
            changes=found.changes,
            draft=draft,
            before=earlier[-1] if earlier else None,
            data=data,
            upper=await self._proposals.upper(),
            today=self.today(),
        )

    async def save(
        self, opened: OpenMatter, edition: int, draft: MatterVersion, by: Officer
    ) -> Proposal:
        """Put the draft back; MatterEditError, or STATE if it was saved elsewhere meanwhile."""
        held = opened.data.catalogue.matters
        changes = with_version(opened.changes, held, draft, today=opened.today, upper=opened.upper)
        return await self._proposals.save(opened.proposal.id, edition, by, changes)

    async def findings(self, opened: OpenMatter) -> tuple[Held, ...]:
        return await self._gate.held_of((opened.draft,))

    def unsoundness(self, opened: OpenMatter) -> tuple[Unsoundness, ...]:
        """What the draft still has wrong in itself; the whole is checked when it is submitted."""
        draft = opened.draft
        return (*missing_elements(draft), *unsoundness(draft))
