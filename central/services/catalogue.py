"""The catalogue as the county looks at it: its matters, their versions, who holds what power."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from msgspec import Struct

from casework.delegation import Delegation, Revocation
from casework.matter import MatterVersion, in_force
from casework.names import DepartmentId, MatterId
from sync.holdings import Holdings


class VersionState(StrEnum):
    """Whether a version applies today; worded by these values."""

    CURRENT = "current"
    COMING = "coming"
    RETIRED = "retired"


class MatterLine(Struct, frozen=True):
    """A matter by the version that applies today, or by its next or last one."""

    shown: MatterVersion
    state: VersionState
    versions: int


class Granted(Struct, frozen=True):
    """A delegation record, and what was taken back of it."""

    record: Delegation
    is_in_force: bool
    revocations: tuple[Revocation, ...]


def by_department(
    holdings: Holdings, matters: Iterable[MatterVersion]
) -> tuple[MatterVersion, ...]:
    """In the order in which the directory names the departments."""
    place = {each.id: at for at, each in enumerate(holdings.organisation.departments)}
    last = len(place)
    return tuple(sorted(matters, key=lambda one: (place.get(one.department, last), one.ref)))


def state_of(matter: MatterVersion, on: date) -> VersionState:
    if in_force(matter, on):
        return VersionState.CURRENT
    return VersionState.COMING if on < matter.effective_from else VersionState.RETIRED


def lines_of(
    holdings: Holdings, on: date, *, text: str = "", department: DepartmentId | None = None
) -> tuple[MatterLine, ...]:
    """One line for each matter; `text` is a name, its pinyin or a code."""
    catalogue = holdings.catalogue
    listed = catalogue.search(text, on) if text else by_department(holdings, catalogue.matters)
    found = dict.fromkeys(each.id for each in listed)
    lines = []
    for matter in found:
        versions = catalogue.versions_of(matter)
        shown = next((one for one in versions if in_force(one, on)), versions[-1])
        if department in {None, shown.department}:
            lines.append(MatterLine(shown, state_of(shown, on), len(versions)))
    return tuple(lines)


def grants_of(holdings: Holdings, matter: MatterId, on: date) -> tuple[Granted, ...]:
    """Who holds which power over a matter, in the order of the nodes."""
    records = [each for each in holdings.delegations if each.matter == matter]
    return tuple(
        Granted(
            record,
            record.not_before <= on and (record.not_after is None or on <= record.not_after),
            tuple(each for each in holdings.revocations if each.delegation == record.id),
        )
        for record in sorted(records, key=lambda each: (each.grantee, each.level, each.id))
    )
