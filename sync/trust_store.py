"""Keeping the trust sets: fetching what the county announced, verifying it, bringing it into force.

A set is worked with only when it is whole: manifest, index and items verified, thresholds met,
nothing shrunk, nothing forked. Until then the old version stays in force. Set parts are fetched
in ranges like large parts, and any node below may fetch from here what is held here.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

import structlog
from msgspec import Struct
from msgspec.structs import replace

from casework.names import NodeId, PartHash, is_county
from sync.bodies import SetAnnouncement, SetName, TrustVersions
from sync.carriers.port import PartRange
from sync.engine import Database
from sync.envelope import WIRE_BYTES_MAX
from sync.errors import EnvelopeError, SetFormError
from sync.holdings import Holdings, nothing_held, with_set
from sync.lanes import Work, damaged
from sync.payloads import SET_ANNOUNCEMENT
from sync.ports import Applied
from sync.stored import stored_body
from sync.trust_admission import (
    Concern,
    InForce,
    Missing,
    SetAdmission,
    part_names,
    row_for,
    row_of,
    trusted_manifest,
)
from sync.trust_root import open_first_root
from sync.trust_rows import (
    SetRow,
    find_part,
    find_row,
    find_version,
    forks,
    newest_held,
    note_announcement,
    put_parts,
    put_row,
    rows_in,
)
from sync.trust_sets import BuiltSet, SignedManifest, hash_of
from sync.trust_tables import SetState

RANGE_BYTES: Final = 64 * 1024
READ_BYTES_MAX: Final = 512 * 1024
PAST_CACHED_MAX: Final = 64
# In the order in which one vouches for the other.
SHOWN: Final = (SetName.ROOT, SetName.DIRECTORY)

_log = structlog.stdlib.get_logger("sync.trust_store")


class PartWant(Struct, frozen=True):
    """Bytes of a manifest or a set part that are missing here."""

    hash: PartHash
    offset: int
    length: int


def everything(_: SetName, __: str) -> bool:
    """Which items a node holds: in this release, all of them."""
    return True


class TrustStore:
    """A node's trust sets. `holdings` is what it works by; `open` reads it from the database."""

    def __init__(
        self,
        database: Database,
        *,
        me: NodeId,
        keep_all: bool = False,
        concern: Concern = everything,
    ) -> None:
        self._database: Final = database
        self._me: Final = me
        self._admission: Final = SetAdmission(concern, keep_all)
        self._holdings = nothing_held(me)
        self._announced: dict[SetName, int] = {}
        self._forked: tuple[tuple[SetName, int], ...] = ()
        self._noted = False
        # What is to be fetched, or None where that is to be looked up: a large set has thousands.
        self._lacking: dict[PartHash, Missing] | None = None
        self._looks = 0
        self._arriving: dict[PartHash, bytearray] = {}
        self._past: OrderedDict[TrustVersions, Holdings] = OrderedDict()
        self._listeners: list[Callable[[], None]] = []
        # Awaited whenever a fetched set has come into force, with all that is held.
        self.adopt: Callable[[Holdings], Awaitable[object]] | None = None

    @property
    def holdings(self) -> Holdings:
        return self._holdings

    @property
    def is_behind(self) -> bool:
        """Whether a newer set was announced than is held, or two histories of one were shown.

        No final decision is signed while this is so.
        """
        held = self._holdings.versions
        newer = any(number > held.version_of(name) for name, number in self._announced.items())
        return newer or bool(self._forked)

    @property
    def forked(self) -> tuple[tuple[SetName, int], ...]:
        """Sets of which one version was announced twice, differently: for the alarm."""
        return self._forked

    def versions_held(self) -> TrustVersions:
        return self._holdings.versions

    def when_changed(self, listener: Callable[[], None]) -> None:
        """Call back whenever another version has come into force, or there is more to fetch."""
        self._listeners.append(listener)

    async def open(self) -> "TrustStore":
        """Read what is held. Each of these was verified before it was written down as held."""
        try:
            self._holdings = await self._database.read(self._read_newest)
        except EnvelopeError as error:
            raise damaged(self._database.file, str(error)) from error
        self._past.clear()
        self._note(await self._database.read(_announcements))
        return self

    async def refresh(self) -> None:
        """Look at the announcements again, once a message with one is committed.

        In the writer's turn: a message that was noted in a transaction under way is committed by
        then, where a reader would not see it yet and nobody would look again.
        """
        self._note(await self._database.work(_announcements))

    def _note(self, found: tuple[dict[SetName, int], tuple[tuple[SetName, int], ...]]) -> None:
        self._announced, self._forked = found
        self._look_again()
        self._tell()

    async def announced(self, *announcements: SetAnnouncement) -> None:
        """Note what a grant named; what comes in messages is noted by `applied`."""
        await self._database.work(
            lambda work: [note_announcement(work, each) for each in announcements]
        )
        await self.refresh()

    def applied(self, work: Work, applied: Applied) -> None:
        """The journal's observer: note what the county's log announces, with the message itself."""
        for message in applied.messages:
            if message.type != SET_ANNOUNCEMENT.type or not is_county(message.node):
                continue
            body = stored_body(message)
            if isinstance(body, SetAnnouncement) and note_announcement(work, body):
                # If the transaction fails, the next `wanted` looks again.
                newest = max(body.version, self._announced.get(body.set, 0))
                self._announced = self._announced | {body.set: newest}
                self._noted = True

    async def begin(
        self, *, root: bytes, directory: bytes, parts: Iterable[bytes], root_fingerprint: str
    ) -> None:
        """Hold a first root, which a person compared, and the directory signed under it.

        A machine that enrols again keeps the root it has; then only the directory is taken.
        """
        given = {hash_of(part): part for part in parts}

        def write(work: Work) -> None:
            put_parts(work, given)
            if SetName.ROOT not in newest_held(work):
                trusted = open_first_root(root, given.get, root_fingerprint)
                put_row(work, row_for(root, SetName.ROOT, trusted.version, SetState.HELD))
            listed = trusted_manifest(directory)
            if listed.manifest.set is not SetName.DIRECTORY:
                raise SetFormError(f"{listed.manifest.set} where the directory belongs")
            held = newest_held(work).get(SetName.DIRECTORY)
            if held is None or held.hash != listed.hash:
                self._admission.enforce(work, row_of(listed, SetState.LISTED))

        await self._database.work(write)
        await self.open()

    async def publish(self, built: BuiltSet) -> None:
        """Bring a set that was made here into force, by the very checks that others make.

        Inside a transaction it comes into force with that; the caller then calls `open`.
        """

        def write(work: Work) -> None:
            put_parts(work, built.parts)
            self._admission.enforce(work, row_of(trusted_manifest(built.wire), SetState.LISTED))

        await self._database.work(write)

    async def wanted(self, limit: int) -> list[PartWant]:
        """What to fetch next from the parent: manifests, then index parts, then items."""
        if self._noted:
            self._noted = False
            await self.refresh()
        wants = []
        for one in islice((await self._missing()).values(), limit):
            have = len(self._arriving.get(one.hash, b""))
            left = RANGE_BYTES if one.size is None else one.size - have
            wants.append(PartWant(one.hash, have, min(left, RANGE_BYTES)))
        return wants

    async def read_range(self, part: PartHash, offset: int, length: int) -> bytes | None:
        """Bytes of a set part or manifest, for a neighbour; None if it is not held here."""
        data = await self._database.read(lambda work: _find_bytes(work, part))
        if data is None or offset < 0 or length < 0:
            return None
        return data[offset : offset + min(length, READ_BYTES_MAX)]

    async def accept_ranges(self, ranges: Iterable[PartRange]) -> list[PartRange]:
        """Keep bytes that came; what belongs to no set that is being fetched is given back.

        Bytes that do not add up to their name are dropped, and fetched again.
        """
        whole: dict[PartHash, bytes] = {}
        others: list[PartRange] = []
        for each in ranges:
            wanted = (await self._missing()).get(each.hash)
            if wanted is None:
                others.append(each)
            elif (data := self._gather(wanted, each)) is not None:
                whole[each.hash] = data
        if whole:
            await self._take_in(whole)
        return others

    async def carried(self) -> list[PartHash]:
        """The manifests in force and their parts, by their names: a stick takes them all along."""
        manifests, parts = await self.newest(*SetName)
        return [hash_of(one) for one in (*manifests, *parts)]

    async def to_show(self) -> list[bytes]:
        """The manifests by which a neighbour can learn who this machine is."""
        held = await self._database.read(newest_held)
        return [held[name].wire for name in SHOWN if name in held]

    async def take_shown(self, manifests: Iterable[bytes]) -> None:
        """Begin to fetch newer sets that nobody announced: a new parent's key is in one of them.

        EnvelopeError if the signatures do not hold; nothing is written down then.
        """

        def write(work: Work) -> list[InForce]:
            for wire in manifests:
                listed = trusted_manifest(wire)
                name, version = listed.manifest.set, listed.manifest.version
                held = newest_held(work).get(name)
                if name not in SHOWN or (held is not None and held.version >= version):
                    continue
                row = self._admission.listed(work, row_of(listed, SetState.ANNOUNCED))
                if row.state is not SetState.LISTED:
                    raise SetFormError(f"{name} {version} is not to be believed: {row.code}")
                put_row(work, row)
            return self._admission.enforce_whole(work)

        came = await self._database.work(write)
        self._look_again()
        await self._come_into_force(came)

    async def at(self, versions: TrustVersions) -> Holdings | None:
        """The holdings that a header pins; None if one of the versions is not held here."""
        if versions == self._holdings.versions:
            return self._holdings
        found = self._past.get(versions)
        if found is None:
            found = await self._database.read(lambda work: self.at_in(work, versions))
            if found is None:
                return None
            self._past[versions] = found
            while len(self._past) > PAST_CACHED_MAX:
                self._past.popitem(last=False)
        self._past.move_to_end(versions)
        return found

    async def manifest(self, name: SetName) -> SignedManifest | None:
        """The manifest in force, for whoever announces it or follows on it."""
        held = (await self._database.read(newest_held)).get(name)
        return trusted_manifest(held.wire) if held is not None else None

    async def items(self, name: SetName) -> dict[str, bytes]:
        """The items of the version in force, as they were signed."""
        return await self._database.read(
            lambda work: self._admission.items(work, newest_held(work)[name])
        )

    async def held_parts(self, parts: Iterable[PartHash]) -> int:
        """How many of these parts are held already, by whatever version."""
        names = list(parts)
        return await self._database.read(
            lambda work: sum(find_part(work, name) is not None for name in names)
        )

    async def refused(self) -> list[tuple[SetName, int, str]]:
        """Versions that were announced and are not to be believed, with the code that says why."""
        rows = await self._database.read(lambda work: rows_in(work, SetState.REFUSED))
        return [(row.set, row.version, row.code or "") for row in rows]

    async def export(self, *names: SetName) -> tuple[list[bytes], list[bytes]]:
        """All manifests held of these sets, oldest first, and all their parts."""
        return await self._database.read(lambda work: _export(work, names or tuple(SetName)))

    async def newest(self, *names: SetName) -> tuple[list[bytes], list[bytes]]:
        """The manifests in force of these sets, and their parts."""

        def read(work: Work) -> tuple[list[bytes], list[bytes]]:
            held = newest_held(work)
            rows = [held[name] for name in names if name in held]
            return [row.wire for row in rows], _parts_of(work, rows)

        return await self._database.read(read)

    async def _missing(self) -> Mapping[PartHash, Missing]:
        """What is to be fetched, in the order in which to ask for it."""
        if self._lacking is not None:
            return self._lacking
        looks = self._looks
        found = {one.hash: one for one in await self._database.read(self._admission.missing)}
        if looks == self._looks:
            self._lacking = found
        return found

    def _look_again(self) -> None:
        """What is to be fetched is another by now; who looked it up before is not to say so."""
        self._lacking = None
        self._looks += 1

    def _gather(self, wanted: Missing, piece: PartRange) -> bytes | None:
        """The part, once this piece makes it whole."""
        arrived = self._arriving.setdefault(piece.hash, bytearray())
        if piece.offset != len(arrived):
            return None
        arrived += piece.data
        if piece.data and wanted.size is not None and len(arrived) < wanted.size:
            return None
        data = bytes(arrived)
        if hash_of(data) == piece.hash:
            del self._arriving[piece.hash]
            return data
        if not piece.data or len(data) >= (wanted.size or WIRE_BYTES_MAX):
            del self._arriving[piece.hash]
        return None

    async def _take_in(self, parts: Mapping[PartHash, bytes]) -> None:
        """Write parts down together; look whether a set is whole when one waits for no more."""
        lacking = await self._missing()
        left = {part: one for part, one in lacking.items() if part not in parts}
        awaited = {(one.set, one.is_item) for one in left.values()}
        came_of = {(lacking[part].set, lacking[part].is_item) for part in parts}
        is_last = not came_of <= awaited

        def write(work: Work) -> list[InForce]:
            rows = {part: row for part in parts if (row := find_row(work, part)) is not None}
            put_parts(work, {part: data for part, data in parts.items() if part not in rows})
            for part, row in rows.items():
                put_row(work, self._admission.listed(work, replace(row, wire=parts[part])))
            return self._admission.enforce_whole(work) if is_last else []

        looks = self._looks
        came = await self._database.work(write)
        if is_last or looks != self._looks:
            self._look_again()
        else:
            self._lacking = left
        await self._come_into_force(came)

    async def _come_into_force(self, came: Sequence[InForce]) -> None:
        for one in came:
            self._holdings = with_set(self._holdings, one.set, one.version, one.value)
            _log.info("set in force", set=one.set.value, version=one.version)
        if came and self.adopt is not None:
            await self.adopt(self._holdings)
        self._tell()

    def _read_newest(self, work: Work) -> Holdings:
        holdings = nothing_held(self._me)
        for name, row in newest_held(work).items():
            holdings = with_set(holdings, name, row.version, self._admission.read(work, row))
        return holdings

    def at_in(self, work: Work, versions: TrustVersions) -> Holdings | None:
        """As `at`, inside a transaction: the newest holdings with those sets exchanged that were
        then in another version.
        """
        holdings = self._holdings
        for name in SetName:
            number = versions.version_of(name)
            if number == holdings.versions.version_of(name):
                continue
            row = find_version(work, name, number)
            if row is None:
                return None
            holdings = with_set(holdings, name, number, self._admission.read(work, row))
        return holdings

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def _announcements(work: Work) -> tuple[dict[SetName, int], tuple[tuple[SetName, int], ...]]:
    rows = rows_in(work, *SetState)
    return {row.set: row.version for row in rows}, tuple(forks(work))


def _find_bytes(work: Work, part: PartHash) -> bytes | None:
    row = find_row(work, part)
    if row is not None:
        return row.wire if row.state in (SetState.LISTED, SetState.HELD) else None
    return find_part(work, part)


def _parts_of(work: Work, rows: Iterable[SetRow]) -> list[bytes]:
    names: set[PartHash] = set()
    for row in rows:
        names |= part_names(work, trusted_manifest(row.wire).manifest)
    found = [find_part(work, name) for name in sorted(names)]
    return [part for part in found if part is not None]


def _export(work: Work, names: tuple[SetName, ...]) -> tuple[list[bytes], list[bytes]]:
    rows = [row for row in rows_in(work, SetState.HELD) if row.set in names]
    return [row.wire for row in rows], _parts_of(work, rows)
