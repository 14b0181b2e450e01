"""Changes that one person proposes and another puts in force: the county's two-person desk.

Approving applies the change to what is loaded and publishes it, in one go: a change that cannot be
published (a conflict, a fault, a finding of the lint) stays with its reviewer, and nothing of it
is loaded. Where the keys that sign sets are kept offline, it is loaded and waits for them.
"""

from asyncio import to_thread
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.inheriting import UpperCatalogue
from casework.matter_editing import MatterEditError, check_changes, drafts_of, in_force_with
from casework.names import OfficerId, RegionCode, region_of
from casework.organisation import Officer, Role
from casework.people_editing import people_faults
from casework.proposal import (
    CHANGES_OF,
    NOTE_CHARS_MAX,
    TITLE_CHARS_MAX,
    Changes,
    DelegationChanges,
    MatterChanges,
    Move,
    PeopleChanges,
    ProposalError,
    ProposalFault,
    ProposalState,
    change_catalogue,
    change_delegations,
    change_organisation,
    may_draft,
    may_review,
    moved,
    moves_open_to,
)
from central.services.county import County, NothingLoadedError
from central.services.loading import LoadFault, check
from central.services.publishing import Published
from central.store.loaded import CountyData
from central.store.proposals import Listed, Proposal, Proposals, Step
from central.store.uppers import Uppers
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
        self.uppers: Final = Uppers(county.opened.database)
        self._checked: tuple[object, frozenset[LoadFault]] | None = None

    async def draft(
        self, title: str, changes: Changes, by: Officer, *, is_urgent: bool = False
    ) -> Proposal:
        """Begin a proposal; nothing of it is in force."""
        proposal = replace(self.blank(title, changes, by, is_urgent=is_urgent), edition=1)
        async with self._database.transaction():
            await self.store.put(proposal, edition_before=None)
            await self._note(proposal, Move.SAVE, by, "")
        return proposal

    def blank(
        self, title: str, changes: Changes, by: Officer, *, is_urgent: bool = False
    ) -> Proposal:
        """A proposal that is written down nowhere; its edition is 0."""
        if not may_draft(by, type(changes)):
            raise ProposalError(ProposalFault.ROLE)
        return Proposal(
            id=self._randomness(_ID_BYTES).hex(),
            title=title.strip()[:TITLE_CHARS_MAX],
            state=ProposalState.DRAFT,
            author=by.id,
            changes=changes,
            edition=0,
            changed_at=self._clock.now(),
            is_urgent=is_urgent,
        )

    async def draft_and_submit(self, title: str, changes: Changes, by: Officer) -> Proposal:
        """The short way for what does not wait: both or neither, and marked as urgent."""
        async with self._database.transaction():
            proposal = await self.draft(title, changes, by, is_urgent=True)
            return await self.move(proposal.id, Move.SUBMIT, by)

    async def save(
        self, proposal: str, edition: int, by: Officer, changes: Changes, title: str | None = None
    ) -> Proposal:
        """Put other changes in its place; STATE if it was saved elsewhere meanwhile."""
        held = await self._get_as_seen(proposal, edition)
        given = held.title if title is None else title.strip()[:TITLE_CHARS_MAX]
        return await self._move(replace(held, changes=changes, title=given), Move.SAVE, by)

    async def move(
        self, proposal: str, move: Move, by: Officer, note: str = "", *, edition: int | None = None
    ) -> Proposal:
        """Submit, withdraw or give back; `approve` and `save` have their own.

        With the edition that the officer looked at: STATE if it is another by now.
        """
        assert move in {Move.SUBMIT, Move.WITHDRAW, Move.GIVE_BACK}
        held = await self._get_as_seen(proposal, edition)
        if move is Move.SUBMIT:
            await self._changed(await self._as_published(held.changes))
        return await self._move(held, move, by, note)

    async def approve(
        self, proposal: str, by: Officer, note: str = "", *, edition: int | None = None
    ) -> Approval:
        """Apply it to what is loaded and publish that; ProposalError, or the lint's, if not."""
        held = await self._get_as_seen(proposal, edition)
        self._state_after(held, Move.APPROVE, by, note)  # before any work is done
        changes = await self._as_published(held.changes, by.id)
        loaded_at, data = await self._changed(changes)
        may_sign = self._county.publisher.may_sign
        try:
            async with self._database.transaction():
                await self._expect_loaded(loaded_at)
                approved = await self._move(replace(held, changes=changes), Move.APPROVE, by, note)
                await self._county.loaded.put(data, self._clock.now())
                published = await self._county.publish() if may_sign else []
        except BaseException:  # Cut off in the middle, too: what was read was rolled back.
            self._county.loaded.forget()
            await self._county.publisher.refresh()
            raise
        return Approval(approved, tuple(published), waits_for_keys=not may_sign)

    async def get(self, proposal: str) -> Proposal:
        found = await self.store.find(proposal)
        if found is None:
            raise ProposalError(ProposalFault.UNKNOWN)
        return found

    async def _get_as_seen(self, proposal: str, edition: int | None) -> Proposal:
        held = await self.get(proposal)
        if edition is not None and held.edition != edition:
            raise ProposalError(ProposalFault.STATE)
        return held

    async def waiting_for(self, officer: Officer) -> tuple[Listed, ...]:
        """Those that this officer may put in force, and their own that came back."""

        def waits(listed: Listed) -> bool:
            if listed.state is ProposalState.RETURNED:
                return listed.author == officer.id
            return self._reviews(listed.author, CHANGES_OF[listed.kind], officer)

        return tuple(one for one in await self.store.waiting() if waits(one))

    async def problems(self, changes: Changes) -> ProposalError | None:
        """What would stand in the way of approving it now."""
        try:
            await self._changed(await self._as_published(changes))
        except ProposalError as error:
            return error
        return None

    def author_of(self, proposal: Proposal) -> Officer | None:
        """The author as the directory in force knows them; None if it no longer does."""
        return self._county.opened.store.holdings.officer(proposal.author)

    def may_review(self, proposal: Proposal, officer: Officer) -> bool:
        return self._reviews(proposal.author, type(proposal.changes), officer)

    def moves_open_to(self, officer: Officer, proposal: Proposal) -> tuple[Move, ...]:
        author = officer if officer.id == proposal.author else self.author_of(proposal)
        if author is None:
            return ()
        return moves_open_to(officer, state=proposal.state, changes=proposal.changes, author=author)

    def _reviews(self, author: OfficerId, kind: type[Changes], officer: Officer) -> bool:
        found = self._county.opened.store.holdings.officer(author)
        return found is not None and may_review(officer, kind, found)

    async def loaded(self) -> CountyData:
        """What is loaded now, which may be ahead of what is published."""
        data = await self._county.loaded.find()
        if data is None:
            raise NothingLoadedError("nothing has been loaded yet")
        return data

    async def upper(self) -> UpperCatalogue | None:
        """The catalogue from above whose elements matters inherit, if one was read in."""
        held = await self.uppers.newest()
        return held.catalogue if held else None

    async def _changed(self, changes: Changes) -> tuple[object, CountyData]:
        """What is loaded, with these changes; UNSOUND names what they would break."""
        loaded_at, data = await self._county.loaded.loaded_at(), await self.loaded()
        changed = _apply(data, changes, self._today(data), await self.upper())
        county = RegionCode(region_of(self._county.opened.identity.node))
        before = await self._faults_before(loaded_at, data, county)
        faults = await to_thread(check, changed, county)
        if broken := [f"{one.path}: {one.reason}" for one in faults if one not in before]:
            raise ProposalError(ProposalFault.UNSOUND, broken)
        return loaded_at, changed

    async def _as_published(self, changes: Changes, by: OfficerId | None = None) -> Changes:
        """The changes as they are once `by` has reviewed them: before that, whoever may."""
        if not isinstance(changes, MatterChanges):
            return changes
        data = await self.loaded()
        drafters = {one.drafted_by for one in drafts_of(changes)}
        others = (
            one.id
            for one in data.organisation.officers
            if Role.CATALOGUE_REVIEWER in one.roles and one.id not in drafters
        )
        reviewer = by or next(others, None)
        return in_force_with(changes, reviewer, self._today(data)) if reviewer else changes

    def _today(self, data: CountyData) -> date:
        return data.calendar.day_of(self._clock.now())

    async def _faults_before(
        self, loaded_at: object, data: CountyData, county: RegionCode
    ) -> frozenset[LoadFault]:
        """What was wrong before any change, which no proposal has to answer for."""
        if self._checked is None or self._checked[0] != loaded_at:
            self._checked = (loaded_at, frozenset(await to_thread(check, data, county)))
        return self._checked[1]

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


def _apply(
    data: CountyData, changes: Changes, today: date, upper: UpperCatalogue | None
) -> CountyData:
    match changes:
        case DelegationChanges():
            return replace(data, delegations=change_delegations(data.delegations, changes))
        case MatterChanges():
            try:
                check_changes(changes, data.catalogue.matters, today=today, upper=upper)
            except MatterEditError as error:
                place = f"$.matters[{error.matter}].{error.field}"
                raise ProposalError(ProposalFault.UNSOUND, [f"{place}: {error.fault}"]) from error
            return replace(data, catalogue=change_catalogue(data.catalogue, changes))
        case PeopleChanges():
            if broken := [f"{place}: {why}" for place, why in people_faults(changes, today)]:
                raise ProposalError(ProposalFault.UNSOUND, broken)
            return replace(data, organisation=change_organisation(data.organisation, changes))
