"""Composing: what each set is to say, from what was loaded and what administrators agreed on.

Nothing here signs or writes, so a set can be composed beside the running county and carried to
keys that are on no machine with a network. An approval counts once it stands in a signed set;
until then it waits here, and whatever is composed next contains it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from casework.delegation_file import KeyCompromise
from casework.instants import instant_text
from casework.matter import MatterStatus
from casework.names import Incarnation, Lane, LogName, NodeId, log_name
from central.store.enrolments import Enrolments
from central.store.key_endings import EndingKind, KeyEnding, KeyEndings
from central.store.loaded import CountyData
from sync.bodies import SetName
from sync.clock import Clock
from sync.directory import (
    Directory,
    LogEnd,
    NodeEntry,
    compose_directory,
    directory_items,
)
from sync.engine import Database
from sync.enrolment import EnrolRequest, open_request
from sync.errors import EnvelopeError
from sync.keys import KeyRecord
from sync.roles import Root
from sync.trust_items import (
    calendar_items,
    catalogue_items,
    delegation_items,
    revocation_items,
)
from sync.trust_root import root_items
from sync.trust_sets import DraftSet, Publication, draft_set, open_manifest
from sync.trust_store import TrustStore


class Composer:
    """Reads only; any process that can open the county's database may compose."""

    def __init__(self, database: Database, store: TrustStore, clock: Clock) -> None:
        self._database: Final = database
        self._store: Final = store
        self._clock: Final = clock
        self._enrolments: Final = Enrolments(database)
        self._endings: Final = KeyEndings(database)

    async def from_loaded(self, data: CountyData) -> dict[SetName, dict[str, bytes]]:
        """What all sets are to say by what was loaded."""
        lost = (*await self._lost(), *data.delegations.compromises)
        directory = await self._with_changes(self._store.holdings.directory, lost)
        return contents(data, directory.nodes, lost)

    async def changed(self) -> dict[SetName, dict[str, bytes]]:
        """What is in force, with the machines and the lost keys that were agreed on since."""
        held = self._store.holdings
        lost = await self._lost()
        directory = await self._with_changes(held.directory, lost)
        items = {SetName.DIRECTORY: directory_items(directory)}
        if lost:
            items[SetName.REVOCATIONS] = revocation_items(held.revocations, lost)
        return items

    async def next_root(self, root: Root) -> list[DraftSet]:
        """The next root, and every set in force that it would leave without its signers.

        Were these not signed again, nobody who begins under the new root could believe them.
        """
        items: dict[SetName, Mapping[str, bytes]] = {SetName.ROOT: root_items(root)}
        for name in SetName:
            if name is not SetName.ROOT and await self._store.manifest(name) is not None:
                items[name] = await self._store.items(name)
        return await self.drafts(items, root)

    async def drafts(
        self, items: Mapping[SetName, Mapping[str, bytes]], root: Root
    ) -> list[DraftSet]:
        """The next version of each set that says something new, or that `root` did not sign."""
        found = [await self._draft(name, items[name], root) for name in SetName if name in items]
        return [each for each in found if each is not None]

    async def _draft(
        self, name: SetName, items: Mapping[str, bytes], root: Root
    ) -> DraftSet | None:
        held = await self._store.manifest(name)
        draft = draft_set(
            Publication(
                set=name,
                version=1 if held is None else held.manifest.version + 1,
                previous=None if held is None else held.id,
                issued_at=self._clock.now(),
            ),
            items,
        )
        if held is None or draft.manifest.index != held.manifest.index:
            return draft
        return None if name is SetName.ROOT or _counts(held.wire, root) else draft

    async def _lost(self) -> tuple[KeyCompromise, ...]:
        """Keys that are out of control: in force already, or agreed on."""
        agreed = await self._endings.approved()
        fresh = (
            KeyCompromise(each.node, each.since, each.reason, each.instrument)
            for each in agreed
            if each.kind is EndingKind.COMPROMISED and each.since is not None
        )
        return tuple(dict.fromkeys((*self._store.holdings.compromises, *fresh)))

    async def _with_changes(self, directory: Directory, lost: Sequence[KeyCompromise]) -> Directory:
        for record in await self._enrolments.approved():
            if directory.find_key(record.key_id) is None and record.approved_at is not None:
                request = open_request(record.wire, directory.find_key)
                directory = with_incarnation(
                    directory, key_record(request, instant_text(record.approved_at))
                )
        agreed = await self._endings.approved()
        entries = [await self._with_ends(entry, agreed, lost) for entry in directory.nodes]
        return replace(directory, nodes=tuple(entries))

    async def _with_ends(
        self, entry: NodeEntry, agreed: Iterable[KeyEnding], lost: Iterable[KeyCompromise]
    ) -> NodeEntry:
        """End the logs of keys that were reported lost, and mark those that are out of control.

        A key that was made after the loss is another key, and is not touched.
        """
        ends = {end.log: end for end in entry.ends}
        gone = {each.incarnation for each in agreed if each.node == entry.node.id}
        for key in entry.keys:
            stolen = any(
                each.node == key.node and key.not_before <= instant_text(each.since)
                for each in lost
            )
            if not (stolen or key.incarnation in gone):
                continue
            for lane in Lane:
                log = log_name(key.node, key.incarnation, lane)
                held = ends.get(log)
                if held is None or (stolen and not held.compromised):
                    # A log that had ended ends where it did.
                    seq = held.seq if held is not None else await self.position(log)
                    ends[log] = LogEnd(log, seq, compromised=stolen)
        return replace(entry, ends=tuple(ends.values()))

    async def position(self, log: LogName) -> int:
        """How far the county holds a log: where it is to end, if it ends now."""
        rows = await self._database.fetch("SELECT seq FROM log_position WHERE log = ?", (log,))
        return int(rows[0][0]) if rows else 0


def contents(
    data: CountyData, entries: Iterable[NodeEntry], lost: Iterable[KeyCompromise]
) -> dict[SetName, dict[str, bytes]]:
    """What each set is to say. A draft stays with its editors."""
    published = [one for one in data.catalogue.matters if one.status is not MatterStatus.DRAFT]
    directory = compose_directory(1, data.regions, data.organisation, entries)
    listed = data.delegations
    keys = (*lost, *listed.compromises)
    return {
        SetName.DIRECTORY: directory_items(directory),
        SetName.CATALOGUE: catalogue_items(published),
        SetName.DELEGATIONS: delegation_items(listed.records, listed.instruments),
        SetName.REVOCATIONS: revocation_items(listed.revocations, keys),
        SetName.CALENDAR: calendar_items(data.calendar),
    }


def key_record(request: EnrolRequest, approved_at: str) -> KeyRecord:
    return KeyRecord(
        key_id=request.key.key_id,
        algorithm=request.key.algorithm,
        public=request.public,
        node=request.node,
        incarnation=request.incarnation,
        not_before=approved_at,
        not_after=None,
    )


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


def machines_of(directory: Directory) -> set[tuple[NodeId, Incarnation]]:
    return {
        (entry.node.id, incarnation)
        for entry in directory.nodes
        for incarnation in entry.incarnations
    }


def live_machines(directory: Directory) -> set[tuple[NodeId, Incarnation]]:
    """The newest machine of every node, unless its key has ended."""
    return {
        (entry.node.id, entry.incarnations[-1])
        for entry in directory.nodes
        if entry.incarnations and not _has_ended(entry, entry.incarnations[-1])
    }


def _has_ended(entry: NodeEntry, incarnation: Incarnation) -> bool:
    logs = {log_name(entry.node.id, incarnation, lane) for lane in Lane}
    return any(end.log in logs for end in entry.ends)


def _counts(wire: bytes, root: Root) -> bool:
    """Whether whoever begins under this root would believe the set."""
    try:
        open_manifest(wire, root)
    except EnvelopeError:
        return False
    return True
