"""The directory: every node, every key, whose officers are whose, and where logs have ended.

It is one of the trust sets: nobody believes one that did not come out of `sync.trust_sets`. Every
node holds all node records; of the staff it may hold only what concerns it, so a missing officer
is "not known here", never "does not exist". No identity or telephone number stands in it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Final

from msgspec import Struct

from casework.fact import Fact
from casework.names import (
    Incarnation,
    KeyId,
    LogName,
    NodeId,
    OfficerId,
    RegionCode,
    is_county,
    region_of,
    split_log,
)
from casework.organisation import (
    AbPair,
    Department,
    Officer,
    Organisation,
    Position,
    Window,
    stands_in_for,
)
from casework.regions import County, NodeRecord, Regions, Township
from sync.bodies import Count
from sync.errors import (
    OfficerError,
    RevokedKeyError,
    SetForkError,
    SetFormError,
    SetRollbackError,
)
from sync.keys import KeyRecord, check_public_key
from sync.strict_json import UNREADABLE, decode_strict, encode_strict

FILE_FORMAT: Final = 1
_NODE: Final = "node/"
_STAFF: Final = "staff/"
_PLACES: Final = "places"
_POSTS: Final = "posts"


class LogEnd(Fact, frozen=True):
    """The last position of a log that is accepted; `compromised`: only the county resubmits."""

    log: LogName
    seq: Count
    compromised: bool

    def __post_init__(self) -> None:
        split_log(self.log)


class NodeEntry(Fact, frozen=True):
    """A node, its keys, and its incarnations in the order in which they lived."""

    node: NodeRecord
    incarnations: tuple[Incarnation, ...]
    keys: tuple[KeyRecord, ...]
    ends: tuple[LogEnd, ...]


class Staff(Fact, frozen=True):
    """Who works at a node, who stands in for whom, and at which windows."""

    node: NodeId
    officers: tuple[Officer, ...]
    ab_pairs: tuple[AbPair, ...]
    windows: tuple[Window, ...]


class Places(Fact, frozen=True):
    county: County
    townships: tuple[Township, ...]


class Posts(Fact, frozen=True):
    county: RegionCode
    notice: str
    departments: tuple[Department, ...]
    positions: tuple[Position, ...]


class Directory(Struct, frozen=True, dict=True):
    """One version of the directory, as far as it is held here."""

    version: int
    places: Places
    posts: Posts
    nodes: tuple[NodeEntry, ...]
    staff: tuple[Staff, ...]

    def find_key(self, key_id: KeyId) -> KeyRecord | None:
        return self._keys.get(key_id)

    def find_node(self, node: NodeId) -> NodeEntry | None:
        return self._nodes.get(node)

    def newest_incarnation(self, node: NodeId) -> Incarnation | None:
        entry = self.find_node(node)
        return entry.incarnations[-1] if entry is not None and entry.incarnations else None

    def rank_of(self, node: NodeId, incarnation: Incarnation) -> int:
        """The place of an incarnation among those of its node; ValueError if it has none."""
        entry = self.find_node(node)
        if entry is None:
            raise ValueError(f"{node} is not in the directory")
        return entry.incarnations.index(incarnation)

    def find_end(self, log: LogName) -> LogEnd | None:
        return self._ends.get(log)

    def check_position(self, log: LogName, seq: int) -> None:
        """Step 3, second half: the log had not ended before this position."""
        end = self.find_end(log)
        if end is not None and seq > end.seq:
            raise RevokedKeyError(f"{log} ended at {end.seq}")

    def find_officer(self, officer: OfficerId) -> Officer | None:
        return self.organisation.officer(officer)

    def may_speak_for(self, node: NodeId, officer: OfficerId) -> bool:
        """Whether a node's key may sign what this officer does: it is where the officer works.

        Those who work in the county's own offices sign at the county's machine too.
        """
        record = self.find_officer(officer)
        if record is None:
            return False
        return record.node == node or (
            is_county(node) and region_of(record.node) == region_of(node)
        )

    def check_officers(
        self, node: NodeId, officer: OfficerId, acting_for: OfficerId | None, on: date
    ) -> None:
        """Step 9: the author speaks for the officer, and the officer for whom they act."""
        if not self.may_speak_for(node, officer):
            raise OfficerError(f"{node} does not speak for {officer}")
        if acting_for is not None and acting_for not in stands_in_for(
            self.organisation.ab_pairs, officer, on
        ):
            raise OfficerError(f"{officer} does not stand in for {acting_for}")

    @cached_property
    def organisation(self) -> Organisation:
        """The people and desks known here, in the form that the rules read."""
        return Organisation(
            format=FILE_FORMAT,
            county=self.posts.county,
            version=self.version,
            notice=self.posts.notice,
            departments=self.posts.departments,
            positions=self.posts.positions,
            officers=tuple(officer for staff in self.staff for officer in staff.officers),
            ab_pairs=tuple(pair for staff in self.staff for pair in staff.ab_pairs),
            windows=tuple(window for staff in self.staff for window in staff.windows),
            cast=None,
        )

    @cached_property
    def regions(self) -> Regions:
        return Regions(
            format=FILE_FORMAT,
            county=self.places.county,
            townships=self.places.townships,
            nodes=tuple(entry.node for entry in self.nodes),
        )

    @cached_property
    def _keys(self) -> dict[KeyId, KeyRecord]:
        return {key.key_id: key for entry in self.nodes for key in entry.keys}

    @cached_property
    def _nodes(self) -> dict[NodeId, NodeEntry]:
        return {entry.node.id: entry for entry in self.nodes}

    @cached_property
    def _ends(self) -> dict[LogName, LogEnd]:
        return {end.log: end for entry in self.nodes for end in entry.ends}


def compose_directory(
    version: int, regions: Regions, organisation: Organisation, entries: Iterable[NodeEntry] = ()
) -> Directory:
    """A directory of a county's files; `entries` bring what is known of keys and incarnations."""
    known = {entry.node.id: entry for entry in entries}
    nodes = tuple(
        _entry_for(node, known.get(node.id))
        for node in sorted(regions.nodes, key=lambda one: one.id)
    )
    staff = tuple(_staff_at(entry.node.id, organisation) for entry in nodes)
    return Directory(
        version=version,
        places=Places(regions.county, regions.townships),
        posts=Posts(
            organisation.county,
            organisation.notice,
            organisation.departments,
            organisation.positions,
        ),
        nodes=nodes,
        staff=staff,
    )


def directory_items(directory: Directory) -> dict[str, bytes]:
    """The directory as items of a trust set: one per node, and one per node's staff."""
    items = {_PLACES: encode_strict(directory.places), _POSTS: encode_strict(directory.posts)}
    items |= {_NODE + entry.node.id: encode_strict(entry) for entry in directory.nodes}
    items |= {_STAFF + staff.node: encode_strict(staff) for staff in directory.staff}
    return items


def is_concerned(name: str, nodes: frozenset[NodeId]) -> bool:
    """Whether somebody at these nodes holds this item: everything but other nodes' staff."""
    return not name.startswith(_STAFF) or name.removeprefix(_STAFF) in nodes


def read_directory(version: int, items: Mapping[str, bytes]) -> Directory:
    """The directory that a set's items spell; staff items may be missing, nothing else."""
    try:
        directory = Directory(
            version=version,
            places=decode_strict(items[_PLACES], Places),
            posts=decode_strict(items[_POSTS], Posts),
            nodes=tuple(
                decode_strict(items[name], NodeEntry)
                for name in sorted(items)
                if name.startswith(_NODE)
            ),
            staff=tuple(
                decode_strict(items[name], Staff)
                for name in sorted(items)
                if name.startswith(_STAFF)
            ),
        )
    except KeyError as error:
        raise SetFormError(f"a directory without {error}") from error
    except UNREADABLE as error:
        raise SetFormError("not a directory") from error
    for entry in directory.nodes:
        _check_entry(entry)
    return directory


def check_succession(held: Directory, offered: Directory) -> None:
    """Refuse a lower version, and the version that is held with other content."""
    if offered.version < held.version:
        raise SetRollbackError(f"directory {offered.version} after {held.version}")
    if offered.version == held.version and (offered.places, offered.posts, offered.nodes) != (
        held.places,
        held.posts,
        held.nodes,
    ):
        raise SetForkError(f"two directories {held.version}")


def _entry_for(node: NodeRecord, known: NodeEntry | None) -> NodeEntry:
    if known is None:
        return NodeEntry(node, (), (), ())
    return NodeEntry(node, known.incarnations, known.keys, known.ends)


def _staff_at(node: NodeId, organisation: Organisation) -> Staff:
    officers = organisation.officers_at(node)
    here = {officer.id for officer in officers}
    return Staff(
        node=node,
        officers=officers,
        ab_pairs=tuple(pair for pair in organisation.ab_pairs if pair.a in here),
        windows=organisation.windows_at(node),
    )


def _check_entry(entry: NodeEntry) -> None:
    """Keys and ends belong to this node, and every key is fit for use."""
    node = entry.node.id
    for key in entry.keys:
        check_public_key(key)
        if key.node != node or key.incarnation not in entry.incarnations:
            raise SetFormError(f"{key.key_id} stands in the record of {node}")
    for end in entry.ends:
        if split_log(end.log)[0] != node:
            raise SetFormError(f"{end.log} ends in the record of {node}")
