"""Admitting a trust set: what must hold before a version comes into force.

Everything here runs on the database's thread, inside one transaction: a set comes into force
together with the last part it waited for, or is written down as refused with the reason.
"""

from collections.abc import Callable
from typing import Any, Final

import structlog
from msgspec import Struct
from msgspec.structs import replace

from casework.names import PartHash
from sync.bodies import SetName
from sync.envelope import SIGNATURES_MAX, decode_envelope, message_id
from sync.errors import EnvelopeError, SetFormError
from sync.holdings import read_set
from sync.lanes import Work
from sync.trust_root import TrustedRoot, open_next_root
from sync.trust_rows import SetRow, drop_version, find_part, newest_held, put_row, rows_in
from sync.trust_sets import (
    ListedItem,
    Manifest,
    SignedManifest,
    assemble,
    check_growth,
    check_succession,
    hash_of,
    list_items,
    missing_parts,
    open_manifest,
    read_manifest,
)
from sync.trust_tables import SetState

# A node keeps this many versions of each set; the county keeps all, to judge by what was pinned.
VERSIONS_KEPT: Final = 2

Concern = Callable[[SetName, str], bool]

_log = structlog.stdlib.get_logger("sync.trust_admission")


class Missing(Struct, frozen=True):
    """`size` is None for a manifest: its announcement says only its hash.

    An item leads to nothing else that is missing, as a manifest and an index part do.
    """

    hash: PartHash
    size: int | None
    set: SetName
    is_item: bool


class InForce(Struct, frozen=True):
    """A version that has come into force, and what it says."""

    set: SetName
    version: int
    value: Any


class SetAdmission(Struct, frozen=True):
    """The rules, with which items a node holds and whether it keeps what is out of force."""

    concern: Concern
    keep_all: bool

    def listed(self, work: Work, row: SetRow) -> SetRow:
        """The row of a manifest that has just come: verified, or refused."""
        try:
            manifest = trusted_manifest(row.wire).manifest
            if (manifest.set, manifest.version) != (row.set, row.version):
                raise SetFormError("another set than was announced")
            if row.set is not SetName.ROOT:
                open_manifest(row.wire, self._root(work).root)
        except EnvelopeError as error:
            return _refused(row, error)
        return replace(row, state=SetState.LISTED)

    def enforce_whole(self, work: Work) -> list[InForce]:
        """Bring into force whatever has become whole; refuse what turns out not to be sound."""
        came = []
        for row in self.pending(work):
            if row.state is not SetState.LISTED:
                continue
            try:
                if not self._parts_missing(work, row):
                    came.append(self.enforce(work, row))
            except EnvelopeError as error:
                put_row(work, _refused(row, error))
        return came

    def enforce(self, work: Work, row: SetRow) -> InForce:
        """Check a whole set against what is in force, and put it in its place."""

        def source(part: PartHash) -> bytes | None:
            return find_part(work, part)

        held = newest_held(work).get(row.set)
        trusted = self._root(work)
        if row.set is SetName.ROOT:
            open_next_root(row.wire, source, trusted)
        signed = trusted_manifest(row.wire)
        if row.set is not SetName.ROOT:
            signed = open_manifest(row.wire, trusted.root)
        if held is not None:
            before = trusted_manifest(held.wire)
            check_succession(before, signed)
            check_growth(row.set, _items(work, before), _items(work, signed))
        items = assemble(signed.manifest, source, lambda name: self.concern(row.set, name))
        value = read_set(row.set, row.version, items)
        put_row(work, replace(row, state=SetState.HELD, code=None))
        if not self.keep_all:
            _drop_old(work, row.set)
        return InForce(row.set, row.version, value)

    def _root(self, work: Work) -> TrustedRoot:
        held = newest_held(work).get(SetName.ROOT)
        if held is None:
            raise SetFormError("no root is held yet")
        return TrustedRoot(held.version, self.read(work, held))

    def pending(self, work: Work) -> list[SetRow]:
        """Versions still to be fetched: each new root in turn, of other sets the newest.

        While a root is coming nothing else is verified: it may name the keys for it.
        """
        held = {name: row.version for name, row in newest_held(work).items()}
        coming = [
            row
            for row in rows_in(work, SetState.ANNOUNCED, SetState.LISTED)
            if row.version > held.get(row.set, 0)
        ]
        roots = [row for row in coming if row.set is SetName.ROOT]
        if roots:
            return roots[:1]
        return list({row.set: row for row in coming}.values())

    def missing(self, work: Work) -> list[Missing]:
        missing: list[Missing] = []
        for row in self.pending(work):
            if row.state is SetState.ANNOUNCED:
                missing.append(Missing(row.hash, None, row.set, is_item=False))
            else:
                missing += self._parts_missing(work, row)
        return missing

    def _parts_missing(self, work: Work, row: SetRow) -> list[Missing]:
        manifest = trusted_manifest(row.wire).manifest
        index = {each.hash for each in manifest.index}
        listed = missing_parts(
            manifest,
            lambda part: find_part(work, part),
            lambda name: self.concern(row.set, name),
        )
        return [
            Missing(one.hash, one.size, row.set, is_item=one.hash not in index) for one in listed
        ]

    def read(self, work: Work, row: SetRow) -> Any:
        return read_set(row.set, row.version, self.items(work, row))

    def items(self, work: Work, row: SetRow) -> dict[str, bytes]:
        return assemble(
            trusted_manifest(row.wire).manifest,
            lambda part: find_part(work, part),
            lambda name: self.concern(row.set, name),
        )


def trusted_manifest(wire: bytes) -> SignedManifest:
    """A manifest as its wire says, for one whose signatures are or will be checked elsewhere."""
    envelope = decode_envelope(wire, signatures_max=SIGNATURES_MAX)
    name = message_id(envelope.type, envelope.payload)
    return SignedManifest(name, hash_of(wire), read_manifest(envelope.payload), wire)


def row_for(wire: bytes, name: SetName, version: int, state: SetState) -> SetRow:
    return SetRow(hash_of(wire), name, version, state, None, wire)


def row_of(signed: SignedManifest, state: SetState) -> SetRow:
    return row_for(signed.wire, signed.manifest.set, signed.manifest.version, state)


def _refused(row: SetRow, error: EnvelopeError) -> SetRow:
    _log.error("set refused", set=row.set.value, version=row.version, code=error.code)
    return replace(row, state=SetState.REFUSED, code=error.code)


def _items(work: Work, signed: SignedManifest) -> dict[str, ListedItem]:
    return list_items(signed.manifest, lambda part: find_part(work, part))


def part_names(work: Work, manifest: Manifest) -> set[PartHash]:
    items = list_items(manifest, lambda part: find_part(work, part))
    return {one.hash for one in manifest.index} | {one.hash for one in items.values()}


def _drop_old(work: Work, name: SetName) -> None:
    rows = [row for row in rows_in(work, SetState.HELD) if row.set is name]
    old, kept = rows[:-VERSIONS_KEPT], rows[-VERSIONS_KEPT:]
    if name is SetName.ROOT or not old:
        return
    used: set[PartHash] = set()
    for row in rows_in(work, SetState.HELD, SetState.LISTED):
        if row.set is not name or row in kept:
            manifest = trusted_manifest(row.wire).manifest
            used |= {one.hash for one in manifest.index}
            used |= _listed_items(work, manifest)
    for row in old:
        drop_version(work, row, part_names(work, trusted_manifest(row.wire).manifest) - used)


def _listed_items(work: Work, manifest: Manifest) -> set[PartHash]:
    """The items of those index parts that have come."""
    here = replace(
        manifest,
        index=tuple(one for one in manifest.index if find_part(work, one.hash) is not None),
    )
    return {one.hash for one in list_items(here, lambda part: find_part(work, part)).values()}
