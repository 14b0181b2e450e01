"""Drafts of who works where: each editor has one going, and every page adds to it."""

from collections.abc import Callable
from datetime import date
from typing import Final

from msgspec import Struct

from casework.names import OfficerId
from casework.organisation import Officer, Organisation
from casework.people_editing import as_drafted, next_officer, next_pair
from casework.proposal import (
    PeopleChanges,
    ProposalError,
    ProposalFault,
    ProposalKind,
    ProposalState,
    may_draft,
)
from central.services.proposals import ProposalDesk
from central.store.loaded import CountyData
from central.store.proposals import Proposal

_EDITABLE: Final = frozenset({ProposalState.DRAFT, ProposalState.RETURNED})


class OpenPeople(Struct, frozen=True, kw_only=True):
    """What is loaded, an editor's draft over it (None: not begun), and the two together."""

    data: CountyData
    proposal: Proposal | None
    changes: PeopleChanges
    drafted: Organisation
    taken: tuple[str, ...]  # ids that others' unfinished drafts have given
    today: date

    @property
    def held(self) -> Organisation:
        return self.data.organisation

    @property
    def edition(self) -> int:
        return 0 if self.proposal is None else self.proposal.edition

    @property
    def changed(self) -> frozenset[str]:
        """The officers, pairs and windows that the draft touches."""
        changes = self.changes
        people = {one.after.id for one in changes.officers}
        people |= {one.officer for one in changes.trainings}
        windows = {one.id for each in changes.windows for one in (each.before, each.after) if one}
        return frozenset({*people, *windows, *(one.after.id for one in changes.pairs)})

    def next_officer(self) -> OfficerId:
        known = (*(one.id for one in self.drafted.officers), *self.taken)
        return next_officer(OfficerId(one) for one in known)

    def next_pair(self) -> str:
        return next_pair((*(one.id for one in self.drafted.ab_pairs), *self.taken))


class PeopleDesk:
    def __init__(self, proposals: ProposalDesk, today: Callable[[], date]) -> None:
        self._proposals: Final = proposals
        self._today: Final = today

    async def open(self, by: Officer) -> OpenPeople:
        """The officer's own draft that they may go on with, if there is one."""
        data = await self._proposals.loaded()
        unfinished = await self._proposals.store.unfinished(ProposalKind.PEOPLE)
        mine = [one for one in unfinished if one.author == by.id and one.state in _EDITABLE]
        newest = max(mine, key=lambda one: one.changed_at, default=None)
        changes = newest.changes if newest is not None else PeopleChanges()
        assert isinstance(changes, PeopleChanges), "asked for by its kind"
        others = [one.changes for one in unfinished if newest is None or one.id != newest.id]
        return OpenPeople(
            data=data,
            proposal=newest,
            changes=changes,
            drafted=as_drafted(data.organisation, changes),
            taken=tuple(id_ for one in others for id_ in _given_ids(one)),
            today=self._today(),
        )

    async def keep(
        self, opened: OpenPeople, changes: PeopleChanges, title: str, by: Officer, edition: int
    ) -> Proposal:
        """Add to the draft, or begin one; STATE if it was saved elsewhere meanwhile."""
        if not may_draft(by, PeopleChanges):
            raise ProposalError(ProposalFault.ROLE)
        if opened.edition != edition:
            raise ProposalError(ProposalFault.STATE)
        if opened.proposal is None:
            return await self._proposals.draft(title, changes, by)
        return await self._proposals.save(opened.proposal.id, edition, by, changes)


def _given_ids(changes: object) -> list[str]:
    if not isinstance(changes, PeopleChanges):
        return []
    new = [one.after.id for one in changes.officers if one.before is None]
    pairs = [one.after.id for one in changes.pairs if one.before is None]
    windows = [one.after.id for one in changes.windows if one.before is None and one.after]
    return [*new, *pairs, *windows]
