"""The trust sets of exports, believed from a root's fingerprint onwards and from nothing else."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from casework.names import PartHash
from sync.bodies import SetName, TrustVersions
from sync.directory import Directory, read_directory
from sync.envelope import SIGNATURES_MAX, decode_envelope
from sync.errors import EnvelopeError, SetForkError, SetFormError
from sync.exporting import ExportedSet, ExportHead, read_lines
from sync.holdings import NOTHING_HELD
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


class TrustedSets(Struct, frozen=True):
    """What the logs are judged by: the newest directory over all exports."""

    root_fingerprint: str
    directory: Directory
    versions: TrustVersions


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
    for manifest, wire in listed:
        if manifest.set is SetName.ROOT:
            continue
        signed = _open(wire, roots)
        before = newest.get(manifest.set)
        if before is not None and before.manifest.version == manifest.version:
            raise SetForkError(f"two sets {manifest.set} {manifest.version}")
        newest[manifest.set] = signed
        versions = replace(versions, **{manifest.set.value: manifest.version})
    found = newest.get(SetName.DIRECTORY)
    if found is None:
        raise SetFormError("no export holds a directory")
    directory = read_directory(found.manifest.version, assemble(found.manifest, parts.get))
    return TrustedSets(roots.first, directory, replace(versions, root=roots.newest.version))


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
