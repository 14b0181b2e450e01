"""The matters of the county, and what this centre may do about each."""

from msgspec import Struct

from casework.delegation import Delegation, Level
from casework.delegation_file import Instrument
from casework.limits import Limit
from casework.matter import MatterVersion
from casework.names import is_of_county
from sync.bodies import SetName
from township_node.services.office import Office
from webui.paper_sheets import scenario_choices


class PowerLine(Struct, frozen=True):
    """One level held here, and under which conditions."""

    level: str
    conditions: tuple[str, ...]
    instrument: str
    until: str


class MatterLine(Struct, frozen=True, kw_only=True):
    matter: str
    version: int
    name: str
    code: str
    department: str
    is_instant: bool
    promised: Limit
    effective_from: str
    scenarios: tuple[tuple[str, str], ...]  # its situations, by id and name
    powers: tuple[PowerLine, ...]  # the greatest first; empty: the matter is not taken in here


class SetLine(Struct, frozen=True):
    """A trust set, and the version of it that is in force here."""

    name: str
    version: int


def matters(office: Office, text: str = "") -> tuple[MatterLine, ...]:
    """What is in force today and fits the text; best first."""
    holdings, today = office.holdings, office.today()
    found = holdings.catalogue.search(text, today) if text else holdings.catalogue.on(today)
    return tuple(_line(office, matter) for matter in found)


def sets_held(office: Office) -> tuple[SetLine, ...]:
    versions = office.holdings.versions
    return tuple(SetLine(name.value, versions.version_of(name)) for name in SetName)


def _line(office: Office, matter: MatterVersion) -> MatterLine:
    return MatterLine(
        matter=matter.id,
        version=matter.version,
        name=matter.name,
        code=matter.catalog_code,
        department=office.names.department(matter.department),
        is_instant=matter.is_instant,
        promised=matter.limits.promised,
        effective_from=matter.effective_from.isoformat(),
        scenarios=scenario_choices(matter),
        powers=_powers(office, matter),
    )


def _powers(office: Office, matter: MatterVersion) -> tuple[PowerLine, ...]:
    if is_of_county(office.me):
        return (PowerLine(Level.ACCEPT.value, (), "", ""),)
    records = [
        record
        for record in office.holdings.delegations_of(office.me)
        if record.covers(matter.id, matter.version, office.today())
        and not _is_revoked(office, record)
    ]
    if any(record.level is Level.NONE and not record.conditions for record in records):
        return ()
    return tuple(
        _power(office, record)
        for level in (Level.FINAL, Level.ACCEPT, Level.ASSIST)
        for record in records
        if record.level is level
    )


def _is_revoked(office: Office, record: Delegation) -> bool:
    now = office.now()
    return any(each.touches(record.id, now) for each in office.holdings.revocations)


def _power(office: Office, record: Delegation) -> PowerLine:
    instrument: Instrument | None = office.holdings.instrument(record.instrument)
    return PowerLine(
        level=record.level.value,
        conditions=tuple(
            one.text or f"{one.field} {one.op} {one.value}" for one in record.conditions
        ),
        instrument=instrument.number if instrument is not None else record.instrument,
        until=record.not_after.isoformat() if record.not_after is not None else "",
    )
