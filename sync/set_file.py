"""Sets on their way to their signers: a file that is composed, carried about, signed, brought back.

The keys of a role need not be on any machine with a network (protocol.md section 6). The file
holds whole sets, so that a machine that knows nothing else can read what it is asked to sign. It
also says what root they are composed under; that is believed of no file. Whoever signs compares
the fingerprints with another person, and whoever adopts checks against the root it holds.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from casework.names import KeyId, PartHash
from sync.bodies import SetName
from sync.envelope import (
    SIGNATURES_MAX,
    Envelope,
    encode_envelope,
    message_id,
    signed_bytes,
)
from sync.errors import SetFormError, SetThresholdError
from sync.keys import PublicKey, Signer, fingerprint, verify
from sync.roles import ROLE_OF, RoleKeys, Root, SetRole, check_root
from sync.strict_json import UNREADABLE, decode_strict, encode_strict
from sync.trust_root import ROOT_ITEM, TrustedRoot
from sync.trust_sets import (
    SET_MANIFEST,
    BuiltSet,
    DraftSet,
    assemble,
    built_of,
    hash_of,
    read_manifest,
)

SET_FILE_FORMAT: Final = "tongban-set-file-v1"
SET_FILE_BYTES_MAX: Final = 256 * 1024 * 1024


class Asked(Struct, frozen=True):
    """Signatures that a set still needs: of which role of which root, how many it has."""

    role: RoleKeys
    root: Root
    of_next: bool  # of a root that is itself in this file
    signed: int

    @property
    def is_enough(self) -> bool:
        return self.signed >= self.role.threshold


class SetToSign(Struct, frozen=True):
    """A set, and who signed it so far."""

    draft: DraftSet
    signatures: Mapping[KeyId, bytes]

    @property
    def set(self) -> SetName:
        return self.draft.manifest.set

    @property
    def fingerprint(self) -> str:
        """What people compare before they sign: it covers every item."""
        return fingerprint(bytes.fromhex(message_id(SET_MANIFEST, self.draft.payload)))

    @property
    def items(self) -> dict[str, bytes]:
        return assemble(self.draft.manifest, self.draft.parts.get)


class SetFile(Struct, frozen=True, dict=True):
    """Sets that are signed together. `trusted` is the root under which they were composed."""

    trusted: TrustedRoot
    sets: tuple[SetToSign, ...]

    @cached_property
    def next_root(self) -> Root | None:
        """The root that this file brings, if it brings one."""
        for each in self.sets:
            if each.set is SetName.ROOT:
                return _root_in(each.draft)
        return None

    @property
    def root(self) -> Root:
        """Under which the other sets of this file count."""
        return self.next_root or self.trusted.root

    def asked(self, each: SetToSign) -> tuple[Asked, ...]:
        """Whose signatures a set needs: a root those of the old one and its own."""
        roots = [(self.root, self.next_root is not None)]
        if each.set is SetName.ROOT:
            roots.insert(0, (self.trusted.root, False))
        found = []
        for root, is_next in roots:
            role = root.role(ROLE_OF[each.set])
            signed = len(set(role.keys) & set(each.signatures))
            found.append(Asked(role, root, is_next, signed))
        return tuple(found)

    @property
    def is_signed(self) -> bool:
        return all(one.is_enough for each in self.sets for one in self.asked(each))

    def sign(self, signer: Signer) -> "SetFile":
        """Sign whatever the key may sign; SetThresholdError if that is nothing."""
        signed = [self._signed(each, signer) for each in self.sets]
        if all(each is None for each in signed):
            raise SetThresholdError(f"nothing in this file is signed by {signer.key_id}")
        return replace(
            self,
            sets=tuple(new or old for new, old in zip(signed, self.sets, strict=True)),
        )

    def united(self, other: "SetFile") -> "SetFile":
        """The signatures of two copies of one file, signed in two places."""
        if [each.draft.payload for each in self.sets] != [
            each.draft.payload for each in other.sets
        ]:
            raise SetFormError("these files do not hold the same sets")
        pairs = zip(self.sets, other.sets, strict=True)
        return replace(
            self,
            sets=tuple(
                replace(one, signatures={**one.signatures, **more.signatures})
                for one, more in pairs
            ),
        )

    def sealed(self) -> tuple[BuiltSet, ...]:
        """The sets as they are published; SetThresholdError names what is still missing."""
        return tuple(self._sealed(each) for each in self.sets)

    def _signed(self, each: SetToSign, signer: Signer) -> SetToSign | None:
        if all(signer.key_id not in one.role.keys for one in self.asked(each)):
            return None
        signature = signer.sign(signed_bytes(SET_MANIFEST, each.draft.payload))
        return replace(each, signatures={**each.signatures, signer.key_id: signature})

    def _sealed(self, each: SetToSign) -> BuiltSet:
        asked = self.asked(each)
        for one in asked:
            if not one.is_enough:
                raise SetThresholdError(
                    f"{each.set}: {one.signed} of {one.role.threshold} keys of "
                    f"{one.role.role} signed"
                )
        chosen = fewest_keys(each.signatures, [one.role for one in asked])
        signatures = tuple(sorted((key, each.signatures[key]) for key in chosen))
        wire = encode_envelope(Envelope(SET_MANIFEST, each.draft.payload, signatures))
        return built_of(wire, each.draft)


class _Draft(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    payload: bytes
    signatures: tuple[tuple[KeyId, bytes], ...]


class _File(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    format: str
    root_version: int
    root: bytes
    sets: tuple[_Draft, ...]
    parts: tuple[bytes, ...]


def compose(trusted: TrustedRoot, drafts: Iterable[DraftSet]) -> SetFile:
    """A file of sets that nobody has signed yet."""
    file = SetFile(trusted, tuple(SetToSign(each, {}) for each in drafts))
    if file.next_root is not None:
        check_root(file.next_root)
        _check_signable(trusted.root, file.next_root)
    return file


def encode_set_file(file: SetFile) -> bytes:
    parts: dict[PartHash, bytes] = {}
    for each in file.sets:
        parts |= each.draft.parts
    return msgspec.msgpack.encode(
        _File(
            SET_FILE_FORMAT,
            file.trusted.version,
            encode_strict(file.trusted.root),
            tuple(
                _Draft(each.draft.payload, tuple(sorted(each.signatures.items())))
                for each in file.sets
            ),
            tuple(parts[name] for name in sorted(parts)),
        )
    )


def decode_set_file(data: bytes) -> SetFile:
    """A file as it came, whole and consistent in itself; EnvelopeError says what is wrong."""
    if len(data) > SET_FILE_BYTES_MAX:
        raise SetFormError(f"a file of {len(data)} bytes")
    try:
        raw = msgspec.msgpack.decode(data, type=_File)
        root = decode_strict(raw.root, Root)
    except UNREADABLE as error:
        raise SetFormError("not a file of sets to sign") from error
    if raw.format != SET_FILE_FORMAT:
        raise SetFormError("a file of another release")
    check_root(root)
    parts = {hash_of(part): part for part in raw.parts}
    sets = tuple(_to_sign(each, parts) for each in raw.sets)
    names = [each.set for each in sets]
    if not names or names != [name for name in SetName if name in names]:
        raise SetFormError("a file holds each set once, in their order")
    file = SetFile(TrustedRoot(raw.root_version, root), sets)
    for each in sets:
        _check_signatures(file, each)
    return file


def fewest_keys(signed: Iterable[KeyId], roles: Iterable[RoleKeys]) -> tuple[KeyId, ...]:
    """As many of those that signed as the thresholds take: those first that count for more."""
    wanted = list(roles)
    ranked = sorted(signed, key=lambda key: (-sum(key in role.keys for role in wanted), key))
    chosen: list[KeyId] = []
    for role in wanted:
        already = sum(key in role.keys for key in chosen)
        fresh = [key for key in ranked if key in role.keys and key not in chosen]
        chosen += fresh[: max(0, role.threshold - already)]
    return tuple(chosen)


def role_changes(file: SetFile) -> Iterator[tuple[RoleKeys, RoleKeys | None]]:
    """Each role as it would be, with what it is now where that differs."""
    for role in SetRole:
        after, before = file.root.role(role), file.trusted.root.role(role)
        yield after, before if before != after else None


def keys_of(file: SetFile) -> dict[KeyId, PublicKey]:
    return {key.key_id: key for root in (file.trusted.root, file.root) for key in root.keys}


def _check_signable(old: Root, new: Root) -> None:
    """A set carries at most four signatures: two roots have to find room in them."""
    mine, theirs = old.role(SetRole.ROOT), new.role(SetRole.ROOT)
    common = len(set(mine.keys) & set(theirs.keys))
    fewest = max(mine.threshold, theirs.threshold, mine.threshold + theirs.threshold - common)
    if fewest > SIGNATURES_MAX:
        raise SetFormError(f"a root that takes {fewest} signatures; {SIGNATURES_MAX} fit")


def _to_sign(raw: _Draft, parts: Mapping[PartHash, bytes]) -> SetToSign:
    manifest = read_manifest(raw.payload)
    needed: dict[PartHash, bytes] = {}

    def source(name: PartHash) -> bytes | None:
        part = parts.get(name)
        if part is not None:
            needed[name] = part
        return part

    assemble(manifest, source)
    return SetToSign(DraftSet(raw.payload, manifest, needed), dict(raw.signatures))


def _check_signatures(file: SetFile, each: SetToSign) -> None:
    known = keys_of(file)
    for key_id, signature in each.signatures.items():
        key = known.get(key_id)
        if key is None:
            raise SetThresholdError(f"{key_id} signs no sets")
        verify(key, signature, signed_bytes(SET_MANIFEST, each.draft.payload))


def _root_in(draft: DraftSet) -> Root:
    items = assemble(draft.manifest, draft.parts.get)
    try:
        root = decode_strict(items[ROOT_ITEM], Root)
    except (KeyError, *UNREADABLE) as error:
        raise SetFormError("not a root") from error
    check_root(root)
    return root
