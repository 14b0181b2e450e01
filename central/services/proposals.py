"""Changes that one person proposes and another puts in force: the county's two-person desk.

Approving applies the change to what is loaded and publishes it, in one go: a change that cannot be
published (a conflict, a fault, a finding of the lint) stays with its reviewer, and nothing of it
is loaded. Where the keys that sign sets are kept offline, it is loaded and waits for them.
"""

from asyncio import to_thread
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.names import OfficerId, RegionCode, region_of
from casework.organisation import Officer
from casework.proposal import (
    NOTE_CHARS_MAX,
    TITLE_CHARS_MAX,
    Changes,
    DelegationChanges,
    MatterChanges,
    Move,
    ProposalError,
    ProposalFault,
    ProposalState,
    change_catalogue,
    change_delegations,
    may_draft,
    may_review,
    moved,
)
from central.services.county import County, NothingLoadedError
from central.services.loading import check
from central.services.publishing import Published
from central.store.loaded import CountyData
from central.store.proposals import Proposal, Proposals, Step
from sync.clock import Clock
from sync.keys import Randomness

_ID_BYTES: Final = 16


class Approval(Struct, frozen=True):
    """What an approval did; `waits_for_keys` if the keys that sign are not on this machine."""

    proposal: Proposal
    published: tuple[Published, ...]
    waits_for_keys: bool


class ProposalDesk:
    def __init__(self, county: County, clock: Clock, randomness: Randomness) -> None:
        self._county: Final = county
        self._database: Final = county.opened.database
        self._clock: Final = clock
        self._randomness: Final = randomness
        self.store: Final = Proposals(county.opened.database)

    async def draft(self, title: str, changes: Changes, by: Officer) -> Proposal:
        """Begin a proposal; nothing of it is in force."""
        if not may_draft(by, type(changes)):
            raise ProposalError(ProposalFault.ROLE)
        proposal = Proposal(
            id=self._randomness(_ID_BYTES).hex(),
            title=title.strip()[:TITLE_CHARS_MAX],
            state=ProposalState.DRAFT,
            author=by.id,
            changes=changes,
            edition=1,
            changed_at=self._clock.now(),
        )
        async with self._database.transaction():
            await self.store.put(proposal, edition_before=None)
            await self._note(proposal, Move.SAVE, by, "")
        return proposal

    async def save(
        self, proposal: str, edition: int, by: Officer, changes: Changes, title: str | None = None
    ) -> Proposal:
        """Put other changes in its place; STATE if it was saved elsewhere meanwhile."""
        held = await self.get(proposal)
        if held.edition != edition:
            raise ProposalError(ProposalFault.STATE)
        given = held.title if title is None else title.strip()[:TITLE_CHARS_MAX]
        return await self._move(replace(held, changes=changes, title=given), Move.SAVE, by)

    async def move(self, proposal: str, move: Move, by: Officer, note: str = "") -> Proposal:
        """Submit, withdraw or give back; `approve` and `save` have their own."""
        assert move in {Move.SUBMIT, Move.WITHDRAW, Move.GIVE_BACK}
        held = await self.get(proposal)
        if move is Move.SUBMIT:
            await self._changed(held.changes)
        return await self._move(held, move, by, note)

    async def approve(self, proposal: str, by: Officer, note: str = "") -> Approval:
        """Apply it to what is loaded and publish that; ProposalError, or the lint's, if not."""
        held = await self.get(proposal)
        self._state_after(held, Move.APPROVE, by, note)  # before any work is done
        changes = _reviewed(held.changes, by.id)
        loaded_at, data = await self._changed(changes)
        may_sign = self._county.publisher.may_sign
        try:
            async with self._database.transaction():
                await self._expect_loaded(loaded_at)
                approved = await self._move(replace(held, changes=changes), Move.APPROVE, by, note)
                await self._county.loaded.put(data, self._clock.now())
                published = await self._county.publish() if may_sign else []
        except BaseException:
            await self._county.publisher.refresh()
            raise
        return Approval(approved, tuple(published), waits_for_keys=not may_sign)

    async def get(self, proposal: str) -> Proposal:
        found = await self.store.find(proposal)
        if found is None:
            raise ProposalError(ProposalFault.UNKNOWN)
        return found

    async def problems(self, changes: Changes) -> ProposalError | None:
        """What would stand in the way of approving it now."""
        try:
            await self._changed(changes)
        except ProposalError as error:
            return error
        return None

    def author_of(self, proposal: Proposal) -> Officer | None:
        """The author as the directory in force knows them; None if it no longer does."""
        return self._county.opened.store.holdings.officer(proposal.author)

    def may_review(self, proposal: Proposal, officer: Officer) -> bool:
        author = self.author_of(proposal)
        return author is not None and may_review(officer, type(proposal.changes), author)

    async def loaded(self) -> CountyData:
        """What is loaded now, which may be ahead of what is published."""
        data = await self._county.loaded.find()
        if data is None:
            raise NothingLoadedError("nothing has been loaded yet")
        return data

    async def _changed(self, changes: Changes) -> tuple[object, CountyData]:
        """What is loaded, with these changes; UNSOUND names what they would break."""
        loaded_at, data = await self._county.loaded.loaded_at(), await self.loaded()
        changed = _apply(data, changes)
        county = RegionCode(region_of(self._county.opened.identity.node))
        before = await to_thread(check, data, county)
        faults = await to_thread(check, changed, county)
        if broken := [f"{one.path}: {one.reason}" for one in faults if one not in before]:
            raise ProposalError(ProposalFault.UNSOUND, broken)
        return loaded_at, changed

    async def _expect_loaded(self, loaded_at: object) -> None:
        """STATE if something else was loaded while the changes were checked."""
        if await self._county.loaded.loaded_at() != loaded_at:
            raise ProposalError(ProposalFault.STATE)

    async def _move(self, held: Proposal, move: Move, by: Officer, note: str = "") -> Proposal:
        after = replace(
            held,
            state=self._state_after(held, move, by, note),
            edition=held.edition + 1,
            changed_at=self._clock.now(),
        )
        async with self._database.transaction():
            if not await self.store.put(after, edition_before=held.edition):
                raise ProposalError(ProposalFault.STATE)
            await self._note(after, move, by, note)
        return after

    def _state_after(self, held: Proposal, move: Move, by: Officer, note: str) -> ProposalState:
        author = by if by.id == held.author else self.author_of(held)
        if author is None:
            raise ProposalError(ProposalFault.AUTHOR)
        return moved(
            move,
            state=held.state,
            changes=held.changes,
            author=author,
            officer=by,
            note=note,
        )

    async def _note(self, proposal: Proposal, move: Move, by: Officer, note: str) -> None:
        said = note.strip()[:NOTE_CHARS_MAX]
        step = Step(move=move, officer=by.id, note=said, at=proposal.changed_at)
        await self.store.add_step(proposal.id, step)


def _apply(data: CountyData, changes: Changes) -> CountyData:
    match changes:
        case DelegationChanges():
            return replace(data, delegations=change_delegations(data.delegations, changes))
        case MatterChanges():
            return replace(data, catalogue=change_catalogue(data.catalogue, changes))


def _reviewed(changes: Changes, by: OfficerId) -> Changes:
    """The changes with the reviewer's name in each version that they put in force."""
    if not isinstance(changes, MatterChanges):
        return changes
    return MatterChanges(
        tuple(
            one
            if one.before is not None
            else replace(one, after=replace(one.after, reviewed_by=by))
            for one in changes.matters
        )
    )
