"""Who works where: departments, positions, officers, AB pairs and windows.

An officer is known by an opaque `person`, the same for all accounts of one person. Identity and
telephone numbers are read from the county's own file and go no further: no struct here holds one.
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final

from msgspec import Meta

from casework.catalogue import decode_exact, encode_exact
from casework.fact import Fact
from casework.names import DepartmentId, MatterId, NodeId, OfficerId, PersonId, RegionCode

PERSON_TAG: Final = b"tongban-person-v1"
PERSON_PREFIX: Final = "person-"
PERSON_HEX_CHARS: Final = 32
PersonOnFile = Annotated[
    PersonId, Meta(pattern=rf"\A{PERSON_PREFIX}[0-9a-f]{{{PERSON_HEX_CHARS}}}\Z")
]


class Role(StrEnum):
    CLERK = "clerk"
    ISSUING = "issuing"
    APPROVER = "approver"
    CHIEF_REPRESENTATIVE = "chief_representative"
    LEADER = "leader"
    VILLAGE_AGENT = "village_agent"
    COORDINATOR = "coordinator"
    CATALOGUE_EDITOR = "catalogue_editor"
    CATALOGUE_REVIEWER = "catalogue_reviewer"
    DELEGATION_ADMIN = "delegation_admin"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    SUPERVISOR = "supervisor"


# No two roles of one line are held by one person. The county's own list (codes.json) may say more.
EXCLUSIVE_ROLES: Final = (
    frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}),
    frozenset({Role.CATALOGUE_EDITOR, Role.CATALOGUE_REVIEWER}),
    frozenset({Role.SUPERVISOR, Role.APPROVER}),
    frozenset({Role.SUPERVISOR, Role.CLERK}),
)


class PositionKind(StrEnum):
    CHIEF_REPRESENTATIVE = "chief_representative"
    APPROVER = "approver"
    LEADER = "leader"
    SURVEYOR = "surveyor"
    COUNTER_CLERK = "counter_clerk"
    ISSUING_CLERK = "issuing_clerk"
    VILLAGE_AGENT = "village_agent"
    COORDINATOR = "coordinator"
    CATALOGUE_EDITOR = "catalogue_editor"
    CATALOGUE_REVIEWER = "catalogue_reviewer"
    DELEGATION_ADMIN = "delegation_admin"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    SUPERVISOR = "supervisor"


class Power(StrEnum):
    """What may be given to a person, four powers apart."""

    DECIDE = "decide"
    REVIEW_REPORT = "review_report"
    COORDINATE = "coordinate"
    USE_SEAL = "use_seal"


class PowerScope(StrEnum):
    """All matters of the officer's department, or whatever the node holds."""

    DEPARTMENT = "department"
    DELEGATED = "delegated"


class OfficerStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class Barred(StrEnum):
    """Why an officer's account does not work on a day: the codes under which it is refused."""

    UNTRAINED = "E_OFFICER_NOT_TRAINED"
    ENDED = "E_OFFICER_ENDED"


class WindowKind(StrEnum):
    COMPREHENSIVE = "comprehensive"
    SPECIALIST = "specialist"
    COORDINATION = "coordination"
    ISSUING = "issuing"
    SELF_SERVICE = "self_service"
    CONVENIENCE = "convenience"


class Department(Fact, frozen=True):
    id: DepartmentId
    name: str
    short_name: str
    uscc: str
    item_code: str
    approval_unit: str
    code_status: str


class Position(Fact, frozen=True):
    """A post; `id` is its unit, a dot and its kind."""

    id: str
    unit: str
    tier: str
    kind: PositionKind
    title: str


class PersonalPower(Fact, frozen=True, rename={"first": "from", "last": "until"}):
    power: Power
    matters: PowerScope
    instrument: str
    first: date
    last: date | None

    def covers(self, on: date) -> bool:
        return self.first <= on and (self.last is None or on <= self.last)


class Officer(Fact, frozen=True, dict=True):
    """An account of a person at a node; positions are their ids, `<unit>.<kind>`."""

    id: OfficerId
    person: PersonId
    name: str
    department: DepartmentId | None
    node: NodeId
    positions: tuple[str, ...]
    roles: tuple[Role, ...]
    personal_powers: tuple[PersonalPower, ...]
    trained_on: date | None
    status: OfficerStatus

    @cached_property
    def position_kinds(self) -> frozenset[PositionKind]:
        return frozenset(PositionKind(one.rpartition(".")[2]) for one in self.positions)

    def barred(self, on: date) -> Barred | None:
        """Why the officer may not work on a day: training comes first (row B6)."""
        if self.trained_on is None or self.trained_on > on:
            return Barred.UNTRAINED
        return Barred.ENDED if self.status is not OfficerStatus.ACTIVE else None

    def may_work(self, on: date) -> bool:
        """Whether the officer is trained and in service on a day."""
        return self.barred(on) is None

    def has_power(self, power: Power, on: date, scope: PowerScope | None = None) -> bool:
        return any(
            one.power is power and one.covers(on) and scope in (None, one.matters)
            for one in self.personal_powers
        )


class Training(Fact, frozen=True):
    """What an officer was taught before they began, and by whom; kept by the county alone.

    The signed directory says only on which day the first of them was.
    """

    officer: OfficerId
    on: date
    course: str
    by: str


class AbPair(Fact, frozen=True, rename={"first": "from", "last": "until"}):
    """`b` stands in for `a` within a unit, on an instrument and for a term."""

    id: str
    a: OfficerId
    b: OfficerId
    scope: str
    instrument: str
    first: date
    last: date | None

    def covers(self, on: date) -> bool:
        return self.first <= on and (self.last is None or on <= self.last)


class Window(Fact, frozen=True):
    """A window of a node; only county halls have categories."""

    id: str
    node: NodeId
    number: int
    kind: WindowKind
    category: int | None
    name: str
    departments: tuple[DepartmentId, ...]
    matters: tuple[MatterId, ...]
    officers: tuple[OfficerId, ...]


class Cast(Fact, frozen=True):
    """The people of the tests: one per tier, and one who has no say."""

    chen: OfficerId
    wu: OfficerId
    lin: OfficerId
    zhou: OfficerId


class Organisation(Fact, frozen=True, dict=True, omit_defaults=True):
    """Everybody and every desk of one county, without personal numbers."""

    format: int
    county: RegionCode
    version: int
    notice: str
    departments: tuple[Department, ...]
    positions: tuple[Position, ...]
    officers: tuple[Officer, ...]
    ab_pairs: tuple[AbPair, ...]
    windows: tuple[Window, ...]
    cast: Cast | None
    trainings: tuple[Training, ...] = ()

    def officer(self, officer: OfficerId) -> Officer | None:
        return self._officers.get(officer)

    def department(self, department: DepartmentId) -> Department | None:
        return self._departments.get(department)

    def window(self, window: str) -> Window | None:
        return next((one for one in self.windows if one.id == window), None)

    def trainings_of(self, officer: OfficerId) -> tuple[Training, ...]:
        return tuple(one for one in self.trainings if one.officer == officer)

    def officers_at(self, node: NodeId) -> tuple[Officer, ...]:
        return tuple(one for one in self.officers if one.node == node)

    def windows_at(self, node: NodeId) -> tuple[Window, ...]:
        return tuple(one for one in self.windows if one.node == node)

    @cached_property
    def _officers(self) -> dict[OfficerId, Officer]:
        return {one.id: one for one in self.officers}

    @cached_property
    def _departments(self) -> dict[DepartmentId, Department]:
        return {one.id: one for one in self.departments}


class _OfficerRow(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """An officer as the file tells of them: by their identity number, or by the person.

    A county does not keep identity numbers, so what it writes out names the person instead.
    """

    id: OfficerId
    name: str
    sex: str = ""
    id_number: str | None = None
    person: PersonOnFile | None = None
    phone: str = ""
    department: DepartmentId | None
    node: NodeId
    positions: tuple[str, ...]
    roles: tuple[Role, ...]
    personal_powers: tuple[PersonalPower, ...]
    trained_on: date | None
    status: OfficerStatus

    def __post_init__(self) -> None:
        if (self.id_number is None) == (self.person is None):
            raise ValueError(f"officer {self.id} has either an id_number or a person")


class _OrganisationFile(Fact, frozen=True):
    format: int
    county: RegionCode
    version: int
    notice: str
    departments: tuple[Department, ...]
    positions: tuple[Position, ...]
    officers: tuple[_OfficerRow, ...]
    ab_pairs: tuple[AbPair, ...]
    windows: tuple[Window, ...]
    cast: Cast | None = None
    trainings: tuple[Training, ...] = ()


def decode_organisation(data: bytes, secret: bytes = b"") -> Organisation:
    """Read organisation.json, leaving identity and telephone numbers behind.

    `secret` is the county's own: with it nobody can try out identity numbers until one fits
    a `person`. It must never change, or one person becomes two.
    """
    file = decode_exact(data, _OrganisationFile)
    return Organisation(
        format=file.format,
        county=file.county,
        version=file.version,
        notice=file.notice,
        departments=file.departments,
        positions=file.positions,
        officers=tuple(_without_numbers(row, secret) for row in file.officers),
        ab_pairs=file.ab_pairs,
        windows=file.windows,
        cast=file.cast,
        trainings=file.trainings,
    )


def encode_organisation(organisation: Organisation) -> bytes:
    """Write organisation.json; officers by their persons, which only this county's secret made."""
    file = _OrganisationFile(
        format=organisation.format,
        county=organisation.county,
        version=organisation.version,
        notice=organisation.notice,
        departments=organisation.departments,
        positions=organisation.positions,
        officers=tuple(_row(officer) for officer in organisation.officers),
        ab_pairs=organisation.ab_pairs,
        windows=organisation.windows,
        cast=organisation.cast,
        trainings=organisation.trainings,
    )
    return encode_exact(file)


def person_id(id_number: str, secret: bytes = b"") -> PersonId:
    """The opaque name of the person behind an identity number."""
    digest = hmac.digest(PERSON_TAG + secret, id_number.strip().upper().encode(), hashlib.sha256)
    return PersonId(PERSON_PREFIX + digest.hex()[:PERSON_HEX_CHARS])


def stands_in_for(
    pairs: Iterable[AbPair], substitute: OfficerId, on: date
) -> tuple[OfficerId, ...]:
    """The officers for whom this one may act on a day."""
    return tuple(pair.a for pair in pairs if pair.b == substitute and pair.covers(on))


def role_conflicts(
    officers: Iterable[Officer], exclusive: Iterable[frozenset[Role]] = EXCLUSIVE_ROLES
) -> tuple[tuple[PersonId, frozenset[Role]], ...]:
    """The persons who hold roles that exclude each other, over all their accounts."""
    held: dict[PersonId, set[Role]] = defaultdict(set)
    for officer in officers:
        held[officer.person].update(officer.roles)
    lines = tuple(exclusive)
    return tuple(
        (person, frozenset(roles & line))
        for person, roles in sorted(held.items())
        for line in lines
        if len(roles & line) > 1
    )


def _without_numbers(row: _OfficerRow, secret: bytes) -> Officer:
    return Officer(
        id=row.id,
        person=row.person or person_id(row.id_number or "", secret),
        name=row.name,
        department=row.department,
        node=row.node,
        positions=row.positions,
        roles=row.roles,
        personal_powers=row.personal_powers,
        trained_on=row.trained_on,
        status=row.status,
    )


def _row(officer: Officer) -> _OfficerRow:
    return _OfficerRow(
        id=officer.id,
        name=officer.name,
        person=officer.person,
        department=officer.department,
        node=officer.node,
        positions=officer.positions,
        roles=officer.roles,
        personal_powers=officer.personal_powers,
        trained_on=officer.trained_on,
        status=officer.status,
    )
