"""How the content of the trust sets is divided into items, and read back.

One item per matter version, per revocation, per grantee or part of its records (`sync.grants`):
what changes alone travels alone. Item
names are part of what is signed and never change. The directory's own items are in
`sync.directory`, the root's in `sync.trust_sets`.
"""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Final, TypeVar

from casework.calendar import Calendar
from casework.delegation import Delegation, Revocation
from casework.delegation_file import Instrument, KeyCompromise
from casework.fact import Fact
from casework.matter import MatterVersion
from sync.errors import SetFormError
from sync.grants import GRANTEE, Grants, check_grants, grant_items
from sync.held_catalogue import HeldCatalogue, hold_catalogue
from sync.roles import Root, check_root
from sync.strict_json import UNREADABLE, decode_strict, encode_strict
from sync.trust_root import ROOT_ITEM

CALENDAR_ITEM: Final = "calendar"
INSTRUMENTS_ITEM: Final = "instruments"
_MATTER: Final = "matter/"
_REVOKED_RECORD: Final = "delegation/"
_REVOKED_KEY: Final = "key/"

_Read = TypeVar("_Read")


class Instruments(Fact, frozen=True):
    """The documents on which the powers of the records rest."""

    instruments: tuple[Instrument, ...]


class HeldDelegations(Fact, frozen=True):
    instruments: tuple[Instrument, ...] = ()
    records: tuple[Delegation, ...] = ()


class HeldRevocations(Fact, frozen=True):
    records: tuple[Revocation, ...] = ()
    keys: tuple[KeyCompromise, ...] = ()


def read_root(items: Mapping[str, bytes]) -> Root:
    if ROOT_ITEM not in items:
        raise SetFormError("a root set without a root")
    root = _read(items[ROOT_ITEM], Root)
    check_root(root)
    return root


def catalogue_items(matters: Iterable[MatterVersion]) -> dict[str, bytes]:
    return {f"{_MATTER}{one.id}/v{one.version}": encode_strict(one) for one in matters}


def read_catalogue(version: int, items: Mapping[str, bytes]) -> HeldCatalogue:
    return hold_catalogue(version, (_read(data, MatterVersion) for data in items.values()))


def delegation_items(
    records: Iterable[Delegation], instruments: Iterable[Instrument]
) -> dict[str, bytes]:
    listed = tuple(sorted(instruments, key=lambda one: one.id))
    return grant_items(records) | {INSTRUMENTS_ITEM: encode_strict(Instruments(listed))}


def read_delegations(items: Mapping[str, bytes]) -> HeldDelegations:
    records: list[Delegation] = []
    for name in sorted(items):
        if name.startswith(GRANTEE):
            held = _read(items[name], Grants)
            check_grants(name, held)
            records += held.records
    if len({one.id for one in records}) < len(records):
        raise SetFormError("a record that stands twice")
    listed = items.get(INSTRUMENTS_ITEM)
    return HeldDelegations(
        instruments=_read(listed, Instruments).instruments if listed is not None else (),
        records=tuple(sorted(records, key=attrgetter("grantee", "id"))),
    )


def revocation_items(
    records: Iterable[Revocation], keys: Iterable[KeyCompromise]
) -> dict[str, bytes]:
    items = {_REVOKED_RECORD + one.id: encode_strict(one) for one in records}
    # Named by its day as well: one node may lose a key twice.
    return items | {
        f"{_REVOKED_KEY}{one.node}/{one.since:%Y%m%dT%H%M%S%f}": encode_strict(one) for one in keys
    }


def read_revocations(items: Mapping[str, bytes]) -> HeldRevocations:
    names = sorted(items)
    return HeldRevocations(
        records=tuple(
            _read(items[name], Revocation) for name in names if name.startswith(_REVOKED_RECORD)
        ),
        keys=tuple(
            _read(items[name], KeyCompromise) for name in names if name.startswith(_REVOKED_KEY)
        ),
    )


def calendar_items(calendar: Calendar) -> dict[str, bytes]:
    return {CALENDAR_ITEM: encode_strict(calendar)}


def read_calendar(items: Mapping[str, bytes]) -> Calendar:
    if CALENDAR_ITEM not in items:
        raise SetFormError("a calendar set without a calendar")
    return _read(items[CALENDAR_ITEM], Calendar)


def _read(data: bytes, kind: type[_Read]) -> _Read:
    try:
        return decode_strict(data, kind)
    except UNREADABLE as error:
        raise SetFormError(f"not a {kind.__name__}") from error
