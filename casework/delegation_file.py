"""The delegations file: the county's records with the instruments and waves they came by.

What the signed record has no member for (wave, note) is kept beside it. A revocation of kind
`compromise` means two things: the grantee's key is lost since then, and the record is suspended.
"""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

from casework.catalogue import FILE_FORMAT, decode_exact, encode_exact
from casework.condition import Condition
from casework.delegation import (
    Delegation,
    GrantSource,
    Level,
    Quota,
    Revocation,
    RevocationMode,
)
from casework.fact import Fact
from casework.names import DelegationId, DepartmentId, MatterId, NodeId, RegionCode


class Wave(Fact, frozen=True, rename={"first": "from"}):
    """A batch in which powers are activated."""

    id: int
    name: str
    first: date
    instrument: str


class Instrument(Fact, frozen=True):
    """The document on which powers rest."""

    id: str
    number: str
    title: str
    kind: str
    issuer: str
    signed_on: date


class Remark(Fact, frozen=True):
    """What the county notes about a record, outside what is signed."""

    wave: int
    note: str | None


class KeyCompromise(Fact, frozen=True):
    """A node whose key is out of control since an instant: its key is to be revoked."""

    node: NodeId
    since: Annotated[datetime, Meta(tz=True)]
    reason: str
    instrument: str


class DelegationList(Fact, frozen=True):
    """All that the file says, in the terms of the protocol."""

    county: RegionCode
    version: int
    as_of: date
    waves: tuple[Wave, ...]
    instruments: tuple[Instrument, ...]
    records: tuple[Delegation, ...]
    remarks: dict[DelegationId, Remark]
    revocations: tuple[Revocation, ...]
    compromises: tuple[KeyCompromise, ...]


class _Record(Fact, frozen=True):
    id: DelegationId
    principal: DepartmentId
    grantee: NodeId
    matter: MatterId
    matter_versions: tuple[int, ...] | None
    level: Level
    conditions: tuple[Condition, ...]
    positions: tuple[str, ...]
    not_before: date
    not_after: date | None
    offline_hours: int
    two_person: bool
    separate_acceptor: bool
    quota: Quota | None
    instrument: str
    redelegate: bool
    source: str
    wave: int
    note: str | None


class _Revocation(Fact, frozen=True):
    id: str
    delegation: DelegationId
    kind: str
    since: Annotated[datetime, Meta(tz=True)]
    reason: str
    instrument: str


class _File(Fact, frozen=True):
    format: int
    county: RegionCode
    version: int
    as_of: date
    waves: tuple[Wave, ...]
    instruments: tuple[Instrument, ...]
    records: tuple[_Record, ...]
    revocations: tuple[_Revocation, ...]


_COMPROMISE = "compromise"


def decode_delegations(data: bytes) -> DelegationList:
    """Read delegations.json; an unknown key or code is an error (`ValueError`)."""
    file = decode_exact(data, _File)
    records = tuple(_delegation(row) for row in file.records)
    grantees = {record.id: record.grantee for record in records}
    return DelegationList(
        county=file.county,
        version=file.version,
        as_of=file.as_of,
        waves=file.waves,
        instruments=file.instruments,
        records=records,
        remarks={row.id: Remark(row.wave, row.note) for row in file.records},
        revocations=tuple(_revocation(row) for row in file.revocations),
        compromises=tuple(
            KeyCompromise(grantees[row.delegation], row.since, row.reason, row.instrument)
            for row in file.revocations
            if row.kind == _COMPROMISE
        ),
    )


def encode_delegations(listed: DelegationList) -> bytes:
    """Write delegations.json, to be read again as the same list."""
    file = _File(
        format=FILE_FORMAT,
        county=listed.county,
        version=listed.version,
        as_of=listed.as_of,
        waves=listed.waves,
        instruments=listed.instruments,
        records=tuple(_record(one, listed.remarks[one.id]) for one in listed.records),
        revocations=tuple(_revocation_row(one, listed) for one in listed.revocations),
    )
    return encode_exact(file)


def _record(one: Delegation, remark: Remark) -> _Record:
    return _Record(
        id=one.id,
        principal=one.principal,
        grantee=one.grantee,
        matter=one.matter,
        matter_versions=one.matter_versions,
        level=one.level,
        conditions=one.conditions,
        positions=one.positions,
        not_before=one.not_before,
        not_after=one.not_after,
        offline_hours=one.offline_hours,
        two_person=one.two_person,
        separate_acceptor=one.separate_acceptor,
        quota=one.quota,
        instrument=one.instrument,
        redelegate=one.redelegate,
        source=one.source.replace("-", "_"),
        wave=remark.wave,
        note=remark.note,
    )


def _revocation_row(one: Revocation, listed: DelegationList) -> _Revocation:
    grantee = next(each.grantee for each in listed.records if each.id == one.delegation)
    lost = KeyCompromise(grantee, one.since, one.reason, one.instrument)
    kind = _COMPROMISE if lost in listed.compromises else one.mode.value
    return _Revocation(one.id, one.delegation, kind, one.since, one.reason, one.instrument)


def _delegation(row: _Record) -> Delegation:
    return Delegation(
        id=row.id,
        principal=row.principal,
        grantee=row.grantee,
        matter=row.matter,
        matter_versions=row.matter_versions,
        level=row.level,
        conditions=row.conditions,
        positions=row.positions,
        not_before=row.not_before,
        not_after=row.not_after,
        offline_hours=row.offline_hours,
        two_person=row.two_person,
        separate_acceptor=row.separate_acceptor,
        quota=row.quota,
        instrument=row.instrument,
        # The file writes the code with an underscore, the protocol with a hyphen.
        source=GrantSource(row.source.replace("_", "-")),
        redelegate=row.redelegate,
    )


def _revocation(row: _Revocation) -> Revocation:
    mode = RevocationMode.SUSPEND if row.kind == _COMPROMISE else RevocationMode(row.kind)
    return Revocation(row.id, row.delegation, mode, row.since, row.reason, row.instrument)
