"""Reading a county's own data from a folder of files, and finding what is wrong with it.

Either the whole folder is sound or nothing of it is used: every fault is named with its file and
place, so that whoever prepares the files mends all of them in one go. What the files mean belongs
to `casework`; what they say of each other is checked here.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from casework.calendar import Calendar, decode_calendar
from casework.catalogue import FILE_FORMAT, Catalogue, decode_catalogue
from casework.delegation_file import DelegationList, decode_delegations
from casework.delegation_publishing import publishing_faults
from casework.matter import MatterStatus, MatterVersion
from casework.names import RegionCode, is_node, parent_of, region_of
from casework.organisation import decode_organisation
from casework.regions import NodeKind, Regions, decode_regions
from central.services.catalogue_checks import catalogue_faults, condition_field_faults
from central.services.organisation_checks import organisation_faults, twice, unknown
from central.store.loaded import CountyData

FILES: Final = (
    "regions.json",
    "organisation.json",
    "catalogue.json",
    "delegations.json",
    "calendar.json",
)
FILE_BYTES_MAX: Final = 32 * 1024 * 1024
FAULTS_MAX: Final = 200
DIFFERENCES_NAMED_MAX: Final = 5

_WAY_OUT: Final = (
    "write out what is loaded (`export DIR`) and go on from that, or load this knowingly"
    " (`load DIR --replace`)"
)

_Read = TypeVar("_Read")
_AT: Final = re.compile(r" - at `(?P<path>[^`]+)`$")


class LoadFault(Struct, frozen=True, order=True):
    """One thing that is wrong: in which file, where in it, and why."""

    file: str
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.reason}"


class LoadError(Exception):
    """The folder is not sound; nothing of it was used."""

    def __init__(self, faults: Iterable[LoadFault]) -> None:
        self.faults: Final = tuple(sorted(faults))[:FAULTS_MAX]
        super().__init__("\n".join(map(str, self.faults)))


def load_folder(folder: Path, *, county: RegionCode, person_secret: bytes) -> CountyData:
    """Read and check a folder; LoadError names all that is wrong.

    `person_secret` hides the identity numbers behind the officers' opaque person ids.
    """
    faults: list[LoadFault] = []
    read = partial(_read, folder, faults)
    regions = read("regions.json", decode_regions)
    organisation = read("organisation.json", lambda data: decode_organisation(data, person_secret))
    catalogue = read("catalogue.json", decode_catalogue)
    delegations = read("delegations.json", decode_delegations)
    calendar = read("calendar.json", decode_calendar)
    if not (regions and organisation and catalogue and delegations and calendar):
        raise LoadError(faults)
    data = CountyData(regions, organisation, catalogue, delegations, calendar)
    faults += check(data, county)
    if faults:
        raise LoadError(faults)
    return data


class OlderFolderError(Exception):
    """The folder would undo what was changed here since it was written."""

    code = "load-older"


def check_not_older(data: CountyData, held: CountyData) -> None:
    """OlderFolderError for a folder that what is loaded has gone on from.

    A version is one content: under the number of what is loaded, a folder says the same.
    """
    if data.organisation.version < held.organisation.version:
        raise _older("organisation.json", data.organisation.version, held.organisation.version)
    catalogues = (data.catalogue, held.catalogue)
    lists = (data.delegations, held.delegations)
    for file, (new, old) in (("catalogue.json", catalogues), ("delegations.json", lists)):
        if new.version < old.version:
            raise _older(file, new.version, old.version)
        if new.version == old.version and new != old:
            raise OlderFolderError(
                f"{file} is version {new.version}, as what is loaded, and says something else of"
                f" {_differing(new, old)}: what was approved under that number would be undone;"
                f" make it version {new.version + 1} after a look at both; {_WAY_OUT}"
            )


def _older(file: str, new: int, old: int) -> OlderFolderError:
    return OlderFolderError(
        f"{file} is version {new}, and version {old} is loaded: what was"
        f" approved since would be undone; {_WAY_OUT}"
    )


def _differing(new: Catalogue | DelegationList, old: Catalogue | DelegationList) -> str:
    """The first of the matters or records in which two contents differ."""
    before, after = _listed(old), _listed(new)
    names = [
        name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)
    ]
    if not names:
        return "what stands around them"
    more = len(names) - DIFFERENCES_NAMED_MAX
    return ", ".join(names[:DIFFERENCES_NAMED_MAX]) + (f" and {more} more" if more > 0 else "")


def _listed(content: Catalogue | DelegationList) -> dict[str, object]:
    if isinstance(content, Catalogue):
        return {f"{one.id} v{one.version}": one for one in content.matters}
    listed: dict[str, object] = {one.id: one for one in content.revocations}
    for record in content.records:
        listed[record.id] = (record, content.remarks.get(record.id))
    return listed


def check(data: CountyData, county: RegionCode) -> list[LoadFault]:
    """What is wrong between files that can each be read."""
    return [
        *_county_faults(data, county),
        *(_fault("regions.json", *each) for each in _region_faults(data.regions)),
        *(_fault("organisation.json", *each) for each in organisation_faults(data)),
        *(
            _fault("catalogue.json", *each)
            for each in catalogue_faults(data.catalogue, data.organisation, data.regions)
        ),
        *(_fault("delegations.json", *each) for each in _delegation_faults(data)),
        *(_fault("calendar.json", *each) for each in _calendar_faults(data.calendar)),
    ]


def _read(
    folder: Path, faults: list[LoadFault], name: str, decode: Callable[[bytes], _Read]
) -> _Read | None:
    path = folder / name
    try:
        return decode(_bytes_of(path))
    except FileNotFoundError:
        faults.append(LoadFault(name, "$", "there is no such file in the folder"))
    except (OSError, ValueError, RecursionError) as error:
        message = str(error)
        found = _AT.search(message)
        where = found["path"] if found else "$"
        faults.append(LoadFault(name, where, _AT.sub("", message)))
    return None


def _bytes_of(path: Path) -> bytes:
    if path.stat().st_size > FILE_BYTES_MAX:
        raise ValueError(f"larger than {FILE_BYTES_MAX} bytes")
    return path.read_bytes()


def _fault(file: str, path: str, reason: str) -> LoadFault:
    return LoadFault(file, path, reason)


def _county_faults(data: CountyData, county: RegionCode) -> Iterator[LoadFault]:
    named = {
        "regions.json": data.regions.county.code,
        "organisation.json": data.organisation.county,
        "catalogue.json": data.catalogue.county,
        "delegations.json": data.delegations.county,
        "calendar.json": data.calendar.county,
    }
    for file, code in named.items():
        if code != county:
            yield LoadFault(file, "$.county", f"names {code}; this node is of {county}")
    for file, given in (
        ("regions.json", data.regions.format),
        ("organisation.json", data.organisation.format),
        ("catalogue.json", data.catalogue.format),
    ):
        if given != FILE_FORMAT:
            yield LoadFault(file, "$.format", f"is {given}; this release reads {FILE_FORMAT}")


def _region_faults(regions: Regions) -> Iterator[tuple[str, str]]:
    known = {regions.county.code}
    for town in regions.townships:
        where = f"$.townships[{town.code}]"
        if not re.fullmatch(regions.county.code + r"\d{3}", town.code):
            yield where, "its code is not the county's and three digits"
        for village in town.villages:
            if not re.fullmatch(town.code + r"\d{3}", village.code):
                yield f"{where}.villages[{village.code}]", "its code does not lie in the township"
        for code in (town.code, *(village.code for village in town.villages)):
            if code in known:
                yield where, f"{code} stands twice"
            known.add(code)
    yield from _node_faults(regions, known)


def _node_faults(regions: Regions, known: set[RegionCode]) -> Iterator[tuple[str, str]]:
    for index, node in enumerate(regions.nodes):
        where = f"$.nodes[{index}]"
        if not is_node(node.id):
            yield where, f"{node.id} is not the name of a node"
            continue
        if node.region not in known or region_of(node.id) != node.region:
            yield where, f"{node.id} stands in no region of the file"
        if node.parent != parent_of(node.id):
            yield where, f"the parent of {node.id} is {parent_of(node.id)}, not {node.parent}"
        if (node.kind is NodeKind.COUNTY) != (parent_of(node.id) is None):
            yield where, f"{node.id} cannot be of kind {node.kind}"
    yield from twice("$.nodes", (node.id for node in regions.nodes))


def _delegation_faults(data: CountyData) -> Iterator[tuple[str, str]]:
    listed = data.delegations
    nodes = {node.id for node in data.regions.nodes}
    departments = {one.id for one in data.organisation.departments}
    instruments = {one.id for one in listed.instruments}
    waves = {one.id for one in listed.waves}
    matters = {one.ref: one for one in data.catalogue.matters}
    owner = {one.id: one.department for one in data.catalogue.matters}
    by_matter: dict[str, list[MatterVersion]] = {}
    for one in data.catalogue.matters:
        by_matter.setdefault(one.id, []).append(one)
    for record in listed.records:
        where = f"$.records[{record.id}]"
        yield from unknown(where, "node", {record.grantee}, nodes)
        yield from unknown(where, "department", {record.principal}, departments)
        yield from unknown(where, "instrument", {record.instrument}, instruments)
        yield from unknown(where, "wave", {listed.remarks[record.id].wave}, waves)
        if record.principal != owner.get(record.matter, record.principal):
            yield where, f"{record.matter} belongs to {owner[record.matter]}"
        for matter in by_matter.get(record.matter, []):
            yield from condition_field_faults(f"{where}.conditions", matter, record.conditions)
    for finding in publishing_faults(listed.records, matters):
        beside = f" (beside {finding.other})" if finding.other else ""
        yield f"$.records[{finding.record}]", f"{finding.fault}{beside}"
    ids = {record.id for record in listed.records}
    yield from twice("$.revocations", (one.id for one in listed.revocations))
    for revocation in listed.revocations:
        yield from unknown(
            f"$.revocations[{revocation.id}]", "record", {revocation.delegation}, ids
        )


def _calendar_faults(calendar: Calendar) -> Iterator[tuple[str, str]]:
    try:
        ZoneInfo(calendar.zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield "$.zone", f"{calendar.zone} is not a time zone"
    off = {one.date for one in calendar.holidays}
    for one in calendar.makeup_workdays:
        if one.date in off:
            yield "$.makeup_workdays", f"{one.date} is a holiday as well"
        if one.date.isoweekday() not in calendar.weekend:
            yield "$.makeup_workdays", f"{one.date} is no weekend day"
    known = off | {one.date for one in calendar.makeup_workdays}
    for day in sorted(known):
        if day >= calendar.provisional_from:
            yield "$.provisional_from", f"{day} is announced, and yet provisional"


def published(data: CountyData) -> tuple[MatterVersion, ...]:
    """The versions that leave the county: a draft stays with its editors."""
    return tuple(one for one in data.catalogue.matters if one.status is not MatterStatus.DRAFT)
