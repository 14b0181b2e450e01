"""Trust sets as a hostile county machine would have them: every part of them can be altered.

A line of honest sets stands behind each attempt: a root of three keys, two for security, one for
the catalogue, each set published more than once. What is offered is made in memory, by hand where
the honest code refuses to make it.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.names import MessageId, PartHash
from casework.regions import decode_regions
from sync.bodies import SetAnnouncement, SetName
from sync.carriers.port import PartRange
from sync.directory import compose_directory, directory_items
from sync.envelope import Envelope, encode_envelope, seal, signed_bytes
from sync.keys import NodeSigner, Signer
from sync.roles import RoleKeys, Root, SetRole, root_fingerprint
from sync.strict_json import encode_strict
from sync.trust_items import catalogue_items, delegation_items, revocation_items
from sync.trust_root import root_items
from sync.trust_sets import (
    SET_MANIFEST,
    BuiltSet,
    ListedPart,
    Manifest,
    Publication,
    build_set,
    hash_of,
)
from sync.trust_store import TrustStore
from tests.builders import COUNTY, NOON, TOWN
from tests.county import FOLDER, catalogue, delegations, organisation
from tests.sync.test_trust_store import a_store, announcement

KEYS: Final = [NodeSigner.from_seed(bytes([number]) * 32) for number in range(1, 12)]
ROOTS, SECURITY, CATALOGUE, NEW_ROOTS = KEYS[:3], KEYS[3:5], KEYS[5:6], KEYS[6:9]
ONLINE: Final = KEYS[9]  # the county's own, which signs its logs and no set
STRANGER: Final = KEYS[10]
REGIONS: Final = decode_regions((FOLDER / "regions.json").read_bytes())
MATTERS: Final = catalogue().matters
RELEASES: Final = 3
# Of the largest release here; what is asked for more often is asked for without end.
RANGES_ENOUGH: Final = 500
AT: Final = "2026-11-20T04:00:00.000000Z"

Signers = Sequence[Signer]


def a_root(*roots: NodeSigner, security: Signers = SECURITY, also: Signers = ()) -> Root:
    """Two of the roots sign; `also` are keys that stand there for nothing."""
    named = {
        SetRole.ROOT: ([key.key_id for key in roots], 2),
        SetRole.SECURITY: ([key.key_id for key in security], 2),
        SetRole.CATALOGUE: ([key.key_id for key in CATALOGUE], 1),
    }
    listed = {
        key.key_id: key.public_key
        for key in (*roots, *SECURITY, *CATALOGUE, *also)
        if isinstance(key, NodeSigner)
    }
    roles = tuple(RoleKeys(role, tuple(keys), asked) for role, (keys, asked) in named.items())
    return Root(tuple(listed.values()), roles)


ROOT: Final = a_root(*ROOTS)


def items_of(name: SetName, release: int) -> dict[str, bytes]:
    """What a set says in one of its honest releases."""
    listed = delegations()
    match name:
        case SetName.DIRECTORY:
            return directory_items(compose_directory(1, REGIONS, organisation()))
        case SetName.CATALOGUE:
            return catalogue_items(MATTERS[: 10 + release])
        case SetName.DELEGATIONS:
            return delegation_items(listed.records[: 20 + release], listed.instruments)
        case SetName.REVOCATIONS:
            return revocation_items(listed.revocations[:release], ())
        case _:
            raise ValueError(name)


def signers_for(name: SetName) -> Signers:
    catalogue_role = name in (SetName.CATALOGUE, SetName.CALENDAR)
    return CATALOGUE if catalogue_role else ROOTS[:2] if name is SetName.ROOT else SECURITY


class Line(Struct, frozen=True):
    """The county's store after its honest releases, and all that it ever published."""

    store: TrustStore
    published: dict[tuple[SetName, int], BuiltSet]

    async def publish(self, name: SetName, items: Mapping[str, bytes], *keys: Signer) -> BuiltSet:
        built = await self.next(name, items, *keys)
        await self.store.publish(built)
        await self.store.open()
        self.published[name, built.manifest.version] = built
        return built

    async def next(
        self, name: SetName, items: Mapping[str, bytes], *keys: Signer, step: int = 1
    ) -> BuiltSet:
        """What follows on the version in force, `step` versions on; signed by its role if nobody
        else is named.
        """
        held = await self.store.manifest(name)
        version, previous = (0, None) if held is None else (held.manifest.version, held.id)
        published = Publication(name, version + step, previous, NOON)
        return build_set(published, items, *(keys or signers_for(name)))

    async def crafted(
        self,
        name: SetName,
        index: Iterable[bytes],
        parts: Iterable[bytes] = (),
        *keys: Signer,
    ) -> BuiltSet:
        """A manifest made by hand, over whatever stands in its index parts."""
        held = await self.store.manifest(name)
        assert held is not None
        listed = [salted(each) for each in index]
        manifest = Manifest(
            set=name,
            version=held.manifest.version + 1,
            previous=held.id,
            index=tuple(ListedPart(hash_of(part), len(part)) for part in listed),
            issued_at=AT,
        )
        wire = seal(SET_MANIFEST, encode_strict(manifest), *(keys or signers_for(name)))
        held_parts = {hash_of(part): part for part in (*listed, *parts)}
        return BuiltSet(wire, hash_of(wire), manifest, held_parts)

    def of(self, name: SetName, version: int) -> BuiltSet:
        return self.published[name, version]


def salted(content: bytes) -> bytes:
    return b"\x07" * 16 + content


def rewired(built: BuiltSet, wire: bytes) -> BuiltSet:
    """The same set under another wire."""
    return replace(built, wire=wire, hash=hash_of(wire))


def signed_as(
    built: BuiltSet, signatures: Iterable[tuple[str, bytes]], *, sort: bool = True
) -> BuiltSet:
    listed = list(signatures)
    payload = encode_strict(built.manifest)
    pairs = tuple(sorted(listed) if sort else listed)
    return rewired(built, encode_envelope(Envelope(SET_MANIFEST, payload, pairs)))  # type: ignore[arg-type]


def signature_of(built: BuiltSet, key: NodeSigner) -> tuple[str, bytes]:
    payload = encode_strict(built.manifest)
    return key.key_id, key.sign(signed_bytes(SET_MANIFEST, payload))


@asynccontextmanager
async def a_line(path: Path) -> AsyncIterator[Line]:
    """The county after its releases: root, directory, then the others, three times each."""
    async with a_store(path, COUNTY) as store:
        root = build_set(Publication(SetName.ROOT, 1, None, NOON), root_items(ROOT), *ROOTS[:2])
        directory = build_set(
            Publication(SetName.DIRECTORY, 1, None, NOON),
            items_of(SetName.DIRECTORY, 1),
            *SECURITY,
        )
        await store.begin(
            root=root.wire,
            directory=directory.wire,
            parts=[*root.parts.values(), *directory.parts.values()],
            root_fingerprint=root_fingerprint(ROOT),
        )
        line = Line(store, {(SetName.ROOT, 1): root, (SetName.DIRECTORY, 1): directory})
        for release in range(1, RELEASES + 1):
            for name in (SetName.CATALOGUE, SetName.DELEGATIONS, SetName.REVOCATIONS):
                await line.publish(name, items_of(name, release))
        yield line


@asynccontextmanager
async def a_town(path: Path, line: Line) -> AsyncIterator[TrustStore]:
    """A township that holds what the county holds now."""
    async with a_store(path, TOWN) as store:
        wires, parts = await line.store.newest(SetName.ROOT, SetName.DIRECTORY)
        await store.begin(
            root=wires[0],
            directory=wires[1],
            parts=parts,
            root_fingerprint=root_fingerprint(ROOT),
        )
        newest = [await line.store.manifest(name) for name in SetName]
        await store.announced(
            *(
                SetAnnouncement(each.manifest.set, each.manifest.version, each.hash)
                for each in newest
                if each is not None
            )
        )
        await take(store, bytes_of(*line.published.values()))
        assert store.holdings.versions == line.store.holdings.versions
        yield store


def bytes_of(*sets: BuiltSet) -> dict[PartHash, bytes]:
    """All that a machine which has these sets can give out, by name."""
    held: dict[PartHash, bytes] = {}
    for each in sets:
        held |= each.parts
        held[each.hash] = each.wire
    return held


async def take(
    store: TrustStore, held: Mapping[PartHash, bytes], *, ranges: int = RANGES_ENOUGH
) -> int:
    """Fetch whatever is wanted and to be had, for so many ranges; say how many came."""
    came = 0
    while came < ranges:
        wants = [want for want in await store.wanted(50) if want.hash in held]
        if not wants:
            break
        for want in wants[: ranges - came]:
            data = held[want.hash][want.offset : want.offset + want.length]
            await store.accept_ranges([PartRange(want.hash, want.offset, data)])
            came += 1
            if not data:
                return came  # It has no more than it gave, and is asked no end.
    return came


async def offer(store: TrustStore, built: BuiltSet) -> None:
    """The county's log announces a set, and its machine gives out whatever is asked for."""
    await store.announced(announcement(built))
    await take(store, bytes_of(built))


def another(name: str) -> MessageId:
    return MessageId(hash_of(name.encode()))
