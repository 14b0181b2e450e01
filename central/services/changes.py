"""What publishing would do now: the sets in force beside what was loaded, item by item."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from central.services.composing import contents
from central.services.county import County
from sync.bodies import SetName
from sync.directory import directory_items
from sync.holdings import Holdings
from sync.trust_items import calendar_items, catalogue_items, delegation_items, revocation_items


class SetChange(Struct, frozen=True, kw_only=True):
    """One set: the version in force, and what the loaded data adds, alters and drops."""

    set: SetName
    version: int
    items: int
    added: tuple[str, ...]
    altered: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        return bool(self.added or self.altered or self.dropped)


class Loaded(Struct, frozen=True):
    """`at` is None if nothing was ever loaded; then there is nothing to compare."""

    at: datetime | None
    changes: tuple[SetChange, ...]
    may_sign: bool  # whether keys that sign sets are here


class Comparison:
    """Kept until something is loaded or published: reading a whole county takes its time."""

    def __init__(self, county: County) -> None:
        self._county: Final = county
        self._of: object = None
        self._changes: tuple[SetChange, ...] = ()

    async def now(self) -> Loaded:
        holdings = self._county.opened.store.holdings
        loaded_at = await self._county.loaded.loaded_at()
        if self._of != (holdings.versions, loaded_at):
            self._changes = await self._compare(holdings)
            self._of = (holdings.versions, loaded_at)
        return Loaded(loaded_at, self._changes, may_sign=self._county.publisher.may_sign)

    async def _compare(self, holdings: Holdings) -> tuple[SetChange, ...]:
        data = await self._county.loaded.find()
        if data is None:
            return ()
        held = _in_force(holdings)
        offered = contents(data, holdings.directory.nodes, holdings.compromises)
        return tuple(
            _compare(name, holdings.versions.version_of(name), held[name], items)
            for name, items in offered.items()
        )


def _in_force(holdings: Holdings) -> dict[SetName, dict[str, bytes]]:
    delegations, revocations = holdings.held_delegations, holdings.held_revocations
    return {
        SetName.DIRECTORY: directory_items(holdings.directory),
        SetName.CATALOGUE: catalogue_items(holdings.catalogue.matters),
        SetName.DELEGATIONS: delegation_items(delegations.records, delegations.instruments),
        SetName.REVOCATIONS: revocation_items(revocations.records, revocations.keys),
        SetName.CALENDAR: calendar_items(holdings.calendar),
    }


def _compare(
    name: SetName, version: int, held: dict[str, bytes], offered: dict[str, bytes]
) -> SetChange:
    if version == 0:
        held = {}
    return SetChange(
        set=name,
        version=version,
        items=len(offered),
        added=tuple(sorted(offered.keys() - held.keys())),
        altered=tuple(sorted(k for k in offered.keys() & held.keys() if offered[k] != held[k])),
        dropped=tuple(sorted(held.keys() - offered.keys())),
    )
