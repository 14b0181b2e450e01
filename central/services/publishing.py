"""Publishing: from what the county loaded to signed sets, announced in its own log.

A set is published only if it says something else than the one in force, and all that changed is
published in one transaction with its announcements. Root keys sign sets; the county's own key
signs the announcement and nothing else of them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from casework.names import Incarnation, NodeId
from central.services.composing import Composer, machines_of
from central.store.loaded import CountyData
from sync.bodies import SetAnnouncement, SetName
from sync.clock import Clock
from sync.directory import Directory, directory_items
from sync.engine import Database
from sync.envelope import seal
from sync.holdings import Holdings
from sync.keys import Signer
from sync.roles import ROLE_OF, Root, SetRole
from sync.set_file import SetFile
from sync.trust_root import root_items
from sync.trust_sets import (
    SET_MANIFEST,
    BuiltSet,
    DraftSet,
    Publication,
    build_set,
    built_of,
)
from sync.trust_store import TrustStore

Announce = Callable[[SetAnnouncement], Awaitable[object]]
# What a node that has just become known needs at once: an account, a lease, a number block.
Welcome = Callable[[NodeId, Incarnation], Awaitable[object]]


class MissingKeyError(Exception):
    """The keys of a role that must sign are not here."""


class StaleFileError(Exception):
    """Sets that were composed before something else was published."""


class Published(Struct, frozen=True):
    """A set that came into force, and how many of its parts are new."""

    set: SetName
    version: int
    parts_new: int


class Publisher:
    """`announce` writes into the county's control log, within the transaction it is called in;
    `adopt` makes the node work by what has come into force; `welcome` runs in the transaction
    that makes a machine known.
    """

    def __init__(  # noqa: PLR0913 - what publishing needs, each by its name
        self,
        *,
        database: Database,
        store: TrustStore,
        signers: Sequence[Signer],
        announce: Announce,
        composer: Composer,
        adopt: Callable[[Holdings], Awaitable[object]],
        welcome: Welcome,
    ) -> None:
        self._database: Final = database
        self._store: Final = store
        self._signers: Final = tuple(signers)
        self._announce: Final = announce
        self._composer: Final = composer
        self._adopt: Final = adopt
        self._welcome: Final = welcome

    @property
    def may_sign(self) -> bool:
        """Whether the keys that sign what is published are here, as many as it takes."""
        here = {signer.key_id for signer in self._signers}
        asked = (self._root.role(role) for role in (SetRole.SECURITY, SetRole.CATALOGUE))
        return all(len(here & set(role.keys)) >= role.threshold for role in asked)

    async def publish(self, data: CountyData) -> list[Published]:
        """Publish whatever of this is new; EnvelopeError if a set would go back on its word."""
        return await self._bring_in(lambda: self._composed(self._composer.from_loaded(data)))

    async def publish_changes(self) -> list[Published] | None:
        """Publish what administrators have agreed on; None if it waits for keys elsewhere."""
        try:
            return await self._bring_in(lambda: self._composed(self._composer.changed()))
        except MissingKeyError:
            return None

    async def adopt(self, file: SetFile) -> list[Published]:
        """Bring sets into force that were signed elsewhere, by the checks that all nodes make."""
        return await self._bring_in(lambda: self._sealed(file))

    async def refresh(self) -> None:
        """Work by what is held: after a publication, or after one that did not come to be."""
        await self._store.open()
        await self._adopt(self._store.holdings)

    async def _composed(
        self, composing: Awaitable[Mapping[SetName, Mapping[str, bytes]]]
    ) -> list[BuiltSet]:
        drafts = await self._composer.drafts(await composing, self._root)
        return [self._signed(draft) for draft in drafts]

    def _signed(self, draft: DraftSet) -> BuiltSet:
        signers = signers_of(self._root, draft.manifest.set, self._signers)
        return built_of(seal(SET_MANIFEST, draft.payload, *signers), draft)

    async def _sealed(self, file: SetFile) -> list[BuiltSet]:
        for each in file.sets:
            held = await self._store.manifest(each.set)
            if each.draft.manifest.previous != (None if held is None else held.id):
                raise StaleFileError(
                    f"{each.set} {each.draft.manifest.version} does not follow on what is in "
                    "force; compose it again"
                )
        return list(file.sealed())

    async def _bring_in(self, build: Callable[[], Awaitable[list[BuiltSet]]]) -> list[Published]:
        """All of it or nothing, with its announcements; then those it made known are welcomed.

        Composed inside the transaction: whoever publishes at the same time is done by then, and
        what they made known is not left out.
        """
        before = machines_of(self._store.holdings.directory)
        published: list[Published] = []
        try:
            async with self._database.transaction():
                for one in await build():
                    held = await self._store.held_parts(one.parts)
                    await self._store.publish(one)
                    await self._announce(announcement_of(one))
                    new = len(one.parts) - held
                    published.append(Published(one.manifest.set, one.manifest.version, new))
                if published:
                    await self.refresh()
                for key in machines_of(self._store.holdings.directory) - before:
                    await self._welcome(*key)
        except BaseException:  # Cut off in the middle, too: what was read was rolled back.
            if published:
                await self.refresh()
            raise
        return published

    @property
    def _root(self) -> Root:
        return self._store.holdings.root


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
