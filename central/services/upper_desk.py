"""The catalogue from above: read in, kept as the reference, and what the county made of it."""

import hashlib
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.inheriting import (
    UpperCatalogue,
    UpperLine,
    UpperMatter,
    claims_of,
    newest_on,
    without_upper,
)
from casework.matter import MatterVersion
from casework.matter_editing import new_matter, taken_over
from casework.names import DepartmentId, MatterId
from casework.organisation import Officer
from casework.proposal import MatterChanges
from central.services.proposals import ProposalDesk
from central.store.proposals import Proposal
from central.store.uppers import LoadedHead, LoadedUpper
from sync.clock import Clock
from sync.strict_json import encode_strict


class UpperRefusal(StrEnum):
    """Why a file does not become the reference, though it is a sound one; worded by these."""

    SAME = "same"
    OLDER = "older"


class UpperRefusedError(Exception):
    def __init__(self, reason: UpperRefusal) -> None:
        self.reason: Final = reason
        super().__init__(reason)


class UpperView(Struct, frozen=True, kw_only=True):
    """The reference, and where the county stands to it."""

    loaded: LoadedUpper
    heads: tuple[LoadedHead, ...]
    lines: tuple[UpperLine, ...]
    without: tuple[MatterVersion, ...]


class Moved(Struct, frozen=True, kw_only=True):
    """How many matters a catalogue has more, says otherwise and no longer has."""

    added: int
    changed: int
    dropped: int


class UpperDesk:
    def __init__(self, proposals: ProposalDesk, clock: Clock, today: Callable[[], date]) -> None:
        self._proposals: Final = proposals
        self._store: Final = proposals.uppers
        self._clock: Final = clock
        self._today: Final = today

    async def view(self) -> UpperView | None:
        """None if none was read in yet."""
        loaded = await self._store.newest()
        if loaded is None:
            return None
        newest = newest_on((await self._proposals.loaded()).catalogue.matters, self._today())
        return UpperView(
            loaded=loaded,
            heads=await self._store.heads(),
            lines=claims_of(loaded.catalogue, newest),
            without=without_upper(loaded.catalogue, newest),
        )

    async def keep(self, catalogue: UpperCatalogue, by: Officer) -> Moved:
        """Make it the reference; UpperRefusedError if it is no newer one."""
        digest = hashlib.sha256(encode_strict(catalogue)).hexdigest()
        held = await self._store.newest()
        if held is not None and held.digest == digest:
            raise UpperRefusedError(UpperRefusal.SAME)
        if held is not None and catalogue.published_on < held.catalogue.published_on:
            raise UpperRefusedError(UpperRefusal.OLDER)
        await self._store.add(catalogue, digest, by.id, self._clock.now())
        return _moved(held.catalogue if held else None, catalogue)

    async def claim(  # noqa: PLR0913 - what a matter begins with, each by its name
        self,
        upper: UpperMatter,
        matter: MatterId,
        *,
        department: DepartmentId,
        begins: date,
        title: str,
        by: Officer,
    ) -> Proposal:
        """A draft of a local matter with all that it inherits."""
        changes = new_matter(
            (await self._proposals.loaded()).catalogue.matters,
            matter,
            name=upper.name,
            department=department,
            by=by.id,
            begins=begins,
            today=self._today(),
            upper=upper,
        )
        return await self._proposals.draft(title, changes, by)

    async def take_over(
        self, upper: UpperCatalogue, matter: MatterId, *, begins: date, title: str, by: Officer
    ) -> Proposal:
        """A draft of a local matter's next version, as the upper catalogue says by now."""
        held = (await self._proposals.loaded()).catalogue.matters
        changes: MatterChanges = taken_over(
            held, matter, upper, by=by.id, begins=begins, today=self._today()
        )
        return await self._proposals.draft(title, changes, by)


def _moved(before: UpperCatalogue | None, after: UpperCatalogue) -> Moved:
    old = {one.catalog_code: one for one in before.matters} if before else {}
    new = {one.catalog_code: one for one in after.matters}
    both = old.keys() & new.keys()
    return Moved(
        added=len(new.keys() - old.keys()),
        changed=sum(old[code] != new[code] for code in both),
        dropped=len(old.keys() - new.keys()),
    )
