"""Trust sets: what the county signs for everybody, in parts that change one by one.

A set is a manifest signed by its role, at most 64 index parts, and item parts (protocol.md
section 6). Item names choose their index part, so that one changed item alters one index part and
one item. A set is public to its holders, so the salt of a part follows from its content and an
unchanged item keeps its hash. Which keys sign what, and how many of them, is data: the root.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta, Struct

from casework.fact import Fact
from casework.instants import instant_text, parse_instant
from casework.names import MessageId, PartHash
from sync.bodies import HexHash, HexId, Seq, SetName
from sync.envelope import SIGNATURES_MAX, KeyLookup, Opened, open_envelope, seal
from sync.errors import (
    MalformedEnvelopeError,
    PartError,
    SetForkError,
    SetFormError,
    SetRollbackError,
    SetThresholdError,
    UnknownKeyError,
)
from sync.keys import Signer
from sync.payloads import wire_type
from sync.roles import ROLE_OF, Root, check_threshold
from sync.strict_json import UNREADABLE, decode_strict, encode_strict

SET_MANIFEST: Final = wire_type("set-manifest")
INDEX_PARTS_MAX: Final = 64
SET_PART_BYTES_MAX: Final = 1024 * 1024
SET_ITEMS_MAX: Final = 20_000
SALT_BYTES: Final = 16

_NAME: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_.@:-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9_.@:-]{0,99})*"
)

PartBytes = Annotated[int, Meta(ge=SALT_BYTES, le=SET_PART_BYTES_MAX)]
PartSource = Callable[[PartHash], bytes | None]


# An item of these is never taken back or altered.
GROWING: Final = frozenset({SetName.REVOCATIONS})


class ListedPart(Fact, frozen=True, array_like=True):
    hash: HexHash
    size: PartBytes


class ListedItem(Fact, frozen=True, array_like=True):
    name: str
    hash: HexHash
    size: PartBytes


class Manifest(Fact, frozen=True):
    """`previous` is the message id of the manifest before, None for the first."""

    set: SetName
    version: Seq
    previous: HexId | None
    index: Annotated[tuple[ListedPart, ...], Meta(max_length=INDEX_PARTS_MAX)]
    issued_at: str

    def __post_init__(self) -> None:
        parse_instant(self.issued_at)


class SignedManifest(Struct, frozen=True):
    """A manifest signed by enough keys of its role; `hash` is what announcements name it by."""

    id: MessageId
    hash: PartHash
    manifest: Manifest
    wire: bytes


class Publication(Struct, frozen=True):
    """What a set is published as."""

    set: SetName
    version: int
    previous: MessageId | None
    issued_at: datetime


class BuiltSet(Struct, frozen=True):
    """A set as its publisher makes it: the signed manifest, and all parts by hash."""

    wire: bytes
    hash: PartHash
    manifest: Manifest
    parts: dict[PartHash, bytes]


class DraftSet(Struct, frozen=True):
    """A set that nobody has signed yet: what would be signed, and all parts by hash."""

    payload: bytes
    manifest: Manifest
    parts: dict[PartHash, bytes]


def build_set(published: Publication, items: Mapping[str, bytes], *signers: Signer) -> BuiltSet:
    """Divide items into parts, list them, and sign the list."""
    draft = draft_set(published, items)
    return built_of(seal(SET_MANIFEST, draft.payload, *signers), draft)


def built_of(wire: bytes, draft: DraftSet) -> BuiltSet:
    return BuiltSet(wire, hash_of(wire), draft.manifest, draft.parts)


def draft_set(published: Publication, items: Mapping[str, bytes]) -> DraftSet:
    """Divide items into parts, and list them."""
    if len(items) > SET_ITEMS_MAX:
        raise SetFormError(f"{len(items)} items")
    parts: dict[PartHash, bytes] = {}
    buckets: dict[int, list[ListedItem]] = {}
    for name in sorted(items):
        _check_name(name)
        hash_, size = _add_part(parts, items[name])
        buckets.setdefault(_bucket(name), []).append(ListedItem(name, hash_, size))
    index = tuple(
        ListedPart(*_add_part(parts, encode_strict(buckets[bucket]))) for bucket in sorted(buckets)
    )
    manifest = Manifest(
        set=published.set,
        version=published.version,
        previous=published.previous,
        index=index,
        issued_at=instant_text(published.issued_at),
    )
    return DraftSet(encode_strict(manifest), manifest, parts)


def open_manifest(wire: bytes, root: Root) -> SignedManifest:
    """A manifest that enough keys of its set's role signed."""
    opened, manifest = open_signed(wire, root.find_key)
    check_threshold(opened, root, ROLE_OF[manifest.set])
    return SignedManifest(opened.id, hash_of(wire), manifest, wire)


def check_succession(held: SignedManifest, offered: SignedManifest) -> None:
    """Refuse a lower version, and two histories of one set."""
    assert held.manifest.set is offered.manifest.set
    name, version = held.manifest.set, held.manifest.version
    if offered.manifest.version < version:
        raise SetRollbackError(f"{name} {offered.manifest.version} after {version}")
    if offered.manifest.version == version and offered.id != held.id:
        raise SetForkError(f"two sets {name} {version}")
    if offered.manifest.version == version + 1 and offered.manifest.previous != held.id:
        raise SetForkError(f"{name} {version + 1} follows another {version}")


def check_growth(
    name: SetName, held: Mapping[str, ListedItem], offered: Mapping[str, ListedItem]
) -> None:
    """Refuse a set of revocations that takes one back or alters it."""
    if name in GROWING and any(offered.get(item) != listed for item, listed in held.items()):
        raise SetRollbackError(f"{name} shrank")


def missing_parts(
    manifest: Manifest, held: PartSource, is_wanted: Callable[[str], bool] = lambda _: True
) -> tuple[ListedPart, ...]:
    """What is still to be fetched: index parts first; of the items those that are wanted."""
    missing: list[ListedPart] = []
    for listed in manifest.index:
        part = held(listed.hash)
        if part is None:
            missing.append(listed)
            continue
        missing.extend(
            ListedPart(item.hash, item.size)
            for item in _read_index(part, listed)
            if is_wanted(item.name) and held(item.hash) is None
        )
    return tuple(dict.fromkeys(missing))


def list_items(manifest: Manifest, held: PartSource) -> dict[str, ListedItem]:
    """Every item the set lists, by name; PartError while an index part is missing."""
    items: dict[str, ListedItem] = {}
    for listed in manifest.index:
        for item in _read_index(_get_part(listed.hash, held), listed):
            if item.name in items or len(items) == SET_ITEMS_MAX:
                raise SetFormError(f"{item.name} is one too many")
            items[item.name] = item
    return items


def assemble(
    manifest: Manifest, held: PartSource, is_wanted: Callable[[str], bool] = lambda _: True
) -> dict[str, bytes]:
    """The wanted items of a set by name; PartError while one is missing."""
    return {
        item.name: _content(_get_part(item.hash, held), item.hash, item.size)
        for item in list_items(manifest, held).values()
        if is_wanted(item.name)
    }


def hash_of(data: bytes) -> PartHash:
    return PartHash(hashlib.sha256(data).hexdigest())


def open_signed(wire: bytes, find_key: KeyLookup) -> tuple[Opened, Manifest]:
    try:
        opened = open_envelope(wire, find_key, signatures_max=SIGNATURES_MAX)
    except UnknownKeyError as error:
        raise SetThresholdError(f"{error} signs no sets") from error
    if opened.type != SET_MANIFEST:
        raise MalformedEnvelopeError("not the manifest of a set")
    return opened, read_manifest(opened.payload)


def read_manifest(payload: bytes) -> Manifest:
    try:
        return decode_strict(payload, Manifest)
    except UNREADABLE as error:
        raise SetFormError("not the manifest of a set") from error


def _read_index(part: bytes, listed: ListedPart) -> tuple[ListedItem, ...]:
    content = _content(part, listed.hash, listed.size)
    try:
        items = decode_strict(content, tuple[ListedItem, ...])
    except UNREADABLE as error:
        raise SetFormError("not the index of a set") from error
    for item in items:
        _check_name(item.name)
    return items


def _check_name(name: str) -> None:
    """Names become nothing but dictionary keys; still, none may look like a path that climbs."""
    if not _NAME.fullmatch(name) or ".." in name:
        raise SetFormError(f"an item named {name!r}")


def _bucket(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % INDEX_PARTS_MAX


def _add_part(parts: dict[PartHash, bytes], content: bytes) -> tuple[PartHash, int]:
    salt = hashlib.sha256(b"tongban-set-salt-v1" + content).digest()[:SALT_BYTES]
    part = salt + content
    if len(part) > SET_PART_BYTES_MAX:
        raise SetFormError(f"a part of {len(part)} bytes")
    parts[hash_of(part)] = part
    return hash_of(part), len(part)


def _get_part(name: PartHash, held: PartSource) -> bytes:
    part = held(name)
    if part is None:
        raise PartError(f"{name} is not held")
    return part


def _content(part: bytes, name: PartHash, size: int) -> bytes:
    if len(part) != size or hash_of(part) != name:
        raise PartError(f"{name} has other bytes")
    return part[SALT_BYTES:]
