"""The trust sets of exports, believed from a root's fingerprint onwards and from nothing else."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from casework.names import PartHash
from sync.bodies import SetName, TrustVersions
from sync.directory import Directory, read_directory
from sync.envelope import SIGNATURES_MAX, decode_envelope
from sync.errors import EnvelopeError, SetForkError, SetFormError
from sync.exporting import ExportedSet, ExportHead, read_lines
from sync.holdings import NOTHING_HELD, Holdings, nothing_held, read_set, with_set
from sync.roles import root_fingerprint as fingerprint_of
from sync.trust_root import TrustedRoot, open_first_root, open_next_root
from sync.trust_sets import (
    Manifest,
    SignedManifest,
    assemble,
    hash_of,
    open_manifest,
    read_manifest,
)


class TrustedSets(Struct, frozen=True, dict=True):
    """What the logs are judged by: the newest directory over all exports, and every set of old."""

    root_fingerprint: str
    directory: Directory
    versions: TrustVersions
    manifests: Mapping[tuple[SetName, int], Manifest]
    parts: Mapping[PartHash, bytes]

    @cached_property
    def newest(self) -> Holdings:
        found = self.at(self.versions)
        return found if found is not None else nothing_held(self.directory.nodes[0].node.id)

    def at(self, versions: TrustVersions) -> Holdings | None:
        """The holdings that a header pins, the root apart; None if no export holds all of them."""
        if versions not in self._held:
            self._held[versions] = self._read(versions)
        return self._held[versions]

    @cached_property
    def _held(self) -> dict[TrustVersions, Holdings | None]:
        return {}

    @cached_property
    def _values(self) -> dict[tuple[SetName, int], Any]:
        return {}

    def _read(self, versions: TrustVersions) -> Holdings | None:
        holdings = nothing_held(self.directory.nodes[0].node.id)
        for name in SetName:
            number = versions.version_of(name)
            if name is SetName.ROOT or not number:
                continue
            value = self._value(name, number)
            if value is None:
                return None
            holdings = with_set(holdings, name, number, value)
        return holdings

    def _value(self, name: SetName, number: int) -> Any:
        """What a version of a set says; None if no export holds it whole."""
        manifest = self.manifests.get((name, number))
        if manifest is None:
            return None
        if (name, number) not in self._values:
            items = assemble(manifest, self.parts.get)
            self._values[name, number] = read_set(name, number, items)
        return self._values[name, number]


class _Roots(Struct, frozen=True):
    """The first root, by the fingerprint that was compared, and the one in force."""

    first: str
    newest: TrustedRoot
    all: tuple[TrustedRoot, ...]


def open_sets(
    folders: Sequence[Path], heads: Sequence[ExportHead], root_fingerprint: str | None
) -> TrustedSets:
    """Believe what enough keys signed; EnvelopeError if that gives no directory."""
    parts: dict[PartHash, bytes] = {}
    wires: set[bytes] = set()
    for folder in folders:
        for line in read_lines(folder / "sets.jsonl", ExportedSet):
            if line.manifest:
                wires.add(line.data)
            else:
                parts[hash_of(line.data)] = line.data
    listed = sorted(((_manifest(wire), wire) for wire in wires), key=lambda one: one[0].version)
    roots = _open_roots(listed, parts, root_fingerprint or heads[0].root_fingerprint)
    versions = NOTHING_HELD
    newest: dict[SetName, SignedManifest] = {}
    manifests: dict[tuple[SetName, int], Manifest] = {}
    for manifest, wire in listed:
        if manifest.set is SetName.ROOT:
            continue
        signed = _open(wire, roots)
        before = newest.get(manifest.set)
        if before is not None and before.manifest.version == manifest.version:
            raise SetForkError(f"two sets {manifest.set} {manifest.version}")
        newest[manifest.set] = signed
        manifests[manifest.set, manifest.version] = signed.manifest
        versions = replace(versions, **{manifest.set.value: manifest.version})
    found = newest.get(SetName.DIRECTORY)
    if found is None:
        raise SetFormError("no export holds a directory")
    directory = read_directory(found.manifest.version, assemble(found.manifest, parts.get))
    versions = replace(versions, root=roots.newest.version)
    return TrustedSets(roots.first, directory, versions, manifests, parts)


def _open_roots(
    listed: Sequence[tuple[Manifest, bytes]], parts: dict[PartHash, bytes], fingerprint: str
) -> _Roots:
    wires = [wire for manifest, wire in listed if manifest.set is SetName.ROOT]
    trusted: TrustedRoot | None = None
    all_of_them: list[TrustedRoot] = []
    for wire in wires:
        if trusted is None:
            # A node that enrolled late was shown a later root than the county's first.
            trusted = _first_root(wire, parts, fingerprint)
        else:
            trusted = open_next_root(wire, parts.get, trusted)
        if trusted is not None:
            all_of_them.append(trusted)
    if trusted is None:
        raise SetFormError(f"no root with the fingerprint {fingerprint}")
    return _Roots(fingerprint_of(all_of_them[0].root), trusted, tuple(all_of_them))


def _first_root(wire: bytes, parts: dict[PartHash, bytes], fingerprint: str) -> TrustedRoot | None:
    try:
        return open_first_root(wire, parts.get, fingerprint)
    except SetFormError:
        return None


def _open(wire: bytes, roots: _Roots) -> SignedManifest:
    """A manifest by the keys of any root that was once in force."""
    failure: EnvelopeError | None = None
    for root in reversed(roots.all):
        try:
            return open_manifest(wire, root.root)
        except EnvelopeError as error:
            failure = failure or error
    raise failure or SetFormError("no root")


def _manifest(wire: bytes) -> Manifest:
    return read_manifest(decode_envelope(wire, signatures_max=SIGNATURES_MAX).payload)
