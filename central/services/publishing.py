"""Publishing: from what the county loaded to signed sets, announced in its own log.

A set is published only if it says something else than the one in force, and all that changed is
published in one transaction with its announcements. Root keys sign sets; the county's own key
signs the announcement and nothing else of them.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.delegation_file import KeyCompromise
from casework.instants import instant_text
from casework.matter import MatterStatus
from casework.names import Lane, LogName, log_name
from central.store.loaded import CountyData
from sync.bodies import SetAnnouncement, SetName
from sync.clock import Clock
from sync.directory import (
    Directory,
    LogEnd,
    NodeEntry,
    compose_directory,
    directory_items,
)
from sync.engine import Database
from sync.holdings import Holdings
from sync.keys import KeyRecord, Signer
from sync.roles import ROLE_OF, Root
from sync.trust_items import (
    calendar_items,
    catalogue_items,
    delegation_items,
    revocation_items,
)
from sync.trust_root import root_items
from sync.trust_sets import BuiltSet, Publication, build_set
from sync.trust_store import TrustStore

Announce = Callable[[SetAnnouncement], Awaitable[object]]
# How far the county holds a log: where a lost key's log is to end.
Position = Callable[[LogName], Awaitable[int]]


class MissingKeyError(Exception):
    """The keys of a role that must sign are not here."""


class Published(Struct, frozen=True):
    """A set that came into force, and how many of its parts are new."""

    set: SetName
    version: int
    parts_new: int


class Publisher:
    """`announce` writes into the county's control log, within the transaction it is called in;
    `adopt` makes the node work by what has come into force.
    """

    def __init__(  # noqa: PLR0913 - what publishing needs, each by its name
        self,
        *,
        database: Database,
        store: TrustStore,
        signers: Sequence[Signer],
        announce: Announce,
        position: Position,
        adopt: Callable[[Holdings], Awaitable[object]],
        clock: Clock,
    ) -> None:
        self._database: Final = database
        self._store: Final = store
        self._signers: Final = tuple(signers)
        self._announce: Final = announce
        self._position: Final = position
        self._adopt: Final = adopt
        self._clock: Final = clock

    @property
    def may_sign(self) -> bool:
        """Whether keys that sign sets are here at all."""
        return bool(self._signers)

    async def publish(self, data: CountyData) -> list[Published]:
        """Publish whatever of this is new; EnvelopeError if a set would go back on its word."""
        entries = self._store.holdings.directory.nodes
        ended = [
            await self._end_lost_keys(entry, data.delegations.compromises) for entry in entries
        ]
        return await self.publish_items(contents(data, ended))

    async def publish_directory(self, directory: Directory) -> list[Published]:
        return await self.publish_items({SetName.DIRECTORY: directory_items(directory)})

    async def publish_items(self, items: Mapping[SetName, Mapping[str, bytes]]) -> list[Published]:
        published: list[Published] = []
        async with self._database.transaction():
            for name in SetName:
                if name not in items:
                    continue
                built = await self._build(name, items[name])
                if built is not None:
                    before = await self._store.held_parts(built.parts)
                    await self._store.publish(built)
                    await self._announce(announcement_of(built))
                    new = len(built.parts) - before
                    published.append(Published(name, built.manifest.version, new))
        if published:
            await self.refresh()
        return published

    async def refresh(self) -> None:
        """Work by what is held: after a publication, or after one that did not come to be."""
        await self._store.open()
        await self._adopt(self._store.holdings)

    async def _build(self, name: SetName, items: Mapping[str, bytes]) -> BuiltSet | None:
        """The next version of a set, None if it says what the version in force says."""
        held = await self._store.manifest(name)
        published = Publication(
            set=name,
            version=1 if held is None else held.manifest.version + 1,
            previous=None if held is None else held.id,
            issued_at=self._clock.now(),
        )
        built = build_set(published, items, *signers_of(self._root, name, self._signers))
        if held is not None and built.manifest.index == held.manifest.index:
            return None
        return built

    @property
    def _root(self) -> Root:
        return self._store.holdings.root

    async def _end_lost_keys(
        self, entry: NodeEntry, compromises: Iterable[KeyCompromise]
    ) -> NodeEntry:
        """End the logs of keys that were in use when their node lost control of them.

        A key that was made after the loss is another key, and is not touched.
        """
        ended = {end.log for end in entry.ends if end.compromised}
        ends = [end for end in entry.ends if end.compromised]
        for compromise in compromises:
            if compromise.node != entry.node.id:
                continue
            for key in entry.keys:
                if key.not_before > instant_text(compromise.since):
                    continue
                for lane in Lane:
                    log = log_name(key.node, key.incarnation, lane)
                    if log not in ended:
                        ended.add(log)
                        ends.append(LogEnd(log, await self._position(log), compromised=True))
        kept = [end for end in entry.ends if end.log not in ended]
        return replace(entry, ends=(*kept, *ends))


def contents(data: CountyData, entries: Iterable[NodeEntry]) -> dict[SetName, dict[str, bytes]]:
    """What each set is to say. A draft stays with its editors."""
    published = [one for one in data.catalogue.matters if one.status is not MatterStatus.DRAFT]
    directory = compose_directory(1, data.regions, data.organisation, entries)
    listed = data.delegations
    return {
        SetName.DIRECTORY: directory_items(directory),
        SetName.CATALOGUE: catalogue_items(published),
        SetName.DELEGATIONS: delegation_items(listed.records, listed.instruments),
        SetName.REVOCATIONS: revocation_items(listed.revocations, listed.compromises),
        SetName.CALENDAR: calendar_items(data.calendar),
    }


def first_sets(
    root: Root, directory: Directory, clock: Clock, *signers: Signer
) -> tuple[BuiltSet, BuiltSet]:
    """The sets with which a county begins: who signs what, and that the county exists."""
    now = clock.now()
    return (
        build_set(Publication(SetName.ROOT, 1, None, now), root_items(root), *signers),
        build_set(
            Publication(SetName.DIRECTORY, 1, None, now),
            directory_items(directory),
            *signers_of(root, SetName.DIRECTORY, signers),
        ),
    )


def signers_of(root: Root, name: SetName, signers: Sequence[Signer]) -> list[Signer]:
    """Of the keys that are here, as many of the set's role as it takes."""
    asked = root.role(ROLE_OF[name])
    fitting = [signer for signer in signers if signer.key_id in asked.keys]
    if len(fitting) < asked.threshold:
        raise MissingKeyError(
            f"{name} takes {asked.threshold} keys of {asked.role}; {len(fitting)} are here"
        )
    return fitting[: asked.threshold]


def announcement_of(built: BuiltSet) -> SetAnnouncement:
    return SetAnnouncement(built.manifest.set, built.manifest.version, built.hash)


def with_incarnation(directory: Directory, record: KeyRecord) -> Directory:
    """The directory with one more key, which is one more incarnation of its node."""
    nodes = tuple(
        replace(
            entry,
            incarnations=(*entry.incarnations, record.incarnation),
            keys=(*entry.keys, record),
        )
        if entry.node.id == record.node
        else entry
        for entry in directory.nodes
    )
    return replace(directory, nodes=nodes)
