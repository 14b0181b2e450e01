"""The root set: how a node comes to trust a root, and how one root gives way to the next.

The first is believed because a person compared its fingerprint; every later one is signed by enough
keys of the one before and of its own, and is numbered one higher.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from sync.bodies import SetName
from sync.envelope import SIGNATURES_MAX, decode_envelope, encode_envelope
from sync.errors import SetFormError, SetRollbackError, SetThresholdError
from sync.roles import Root, SetRole, check_root, check_threshold, root_fingerprint
from sync.strict_json import UNREADABLE, decode_strict, encode_strict
from sync.trust_sets import Manifest, PartSource, assemble, open_signed, read_manifest

ROOT_ITEM: Final = "root"


class TrustedRoot(Struct, frozen=True):
    """The root in force, with the version of its set."""

    version: int
    root: Root


def root_items(root: Root) -> dict[str, bytes]:
    return {ROOT_ITEM: encode_strict(root)}


def open_first_root(wire: bytes, held: PartSource, expected_fingerprint: str) -> TrustedRoot:
    """The root a node begins with: a person compared its fingerprint.

    A root that followed on another is signed by keys of that one too, which say nothing to whoever
    begins here; its own keys have to suffice.
    """
    envelope = decode_envelope(wire, signatures_max=SIGNATURES_MAX)
    manifest = read_manifest(envelope.payload)
    root = _read_root(manifest, held)
    own = tuple(each for each in envelope.signatures if root.find_key(each[0]) is not None)
    if not own:
        raise SetThresholdError("none of its own keys signed this root")
    opened, _ = open_signed(encode_envelope(replace(envelope, signatures=own)), root.find_key)
    check_threshold(opened, root, SetRole.ROOT)
    if root_fingerprint(root) != expected_fingerprint:
        raise SetFormError("another root than the one whose fingerprint was given")
    return TrustedRoot(manifest.version, root)


def open_next_root(wire: bytes, held: PartSource, trusted: TrustedRoot) -> TrustedRoot:
    """A new root: one version on, signed by enough keys of the old one and of the new one."""
    manifest = read_manifest(decode_envelope(wire, signatures_max=SIGNATURES_MAX).payload)
    root = _read_root(manifest, held)
    opened, _ = open_signed(
        wire, lambda key_id: trusted.root.find_key(key_id) or root.find_key(key_id)
    )
    check_threshold(opened, trusted.root, SetRole.ROOT)
    check_threshold(opened, root, SetRole.ROOT)
    if manifest.version != trusted.version + 1:
        raise SetRollbackError(f"root {manifest.version} after {trusted.version}")
    return TrustedRoot(manifest.version, root)


def _read_root(manifest: Manifest, held: PartSource) -> Root:
    if manifest.set is not SetName.ROOT:
        raise SetFormError(f"{manifest.set} is not the root")
    items = assemble(manifest, held)
    try:
        root = decode_strict(items[ROOT_ITEM], Root)
    except (KeyError, *UNREADABLE) as error:
        raise SetFormError("not a root") from error
    check_root(root)
    return root
