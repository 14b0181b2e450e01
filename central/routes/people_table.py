"""Officers as a table that people keep in a spreadsheet: one row an officer, powers in one cell.

A row with a number is that officer as they are to be; one without is somebody new, known by the
identity number, which is not kept. What no row names stays. One bad row and nothing is used.
"""

import re
from asyncio import to_thread
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.identity import check_resident_id
from casework.names import DepartmentId, NodeId, OfficerId, PersonId
from casework.organisation import (
    Officer,
    OfficerStatus,
    PersonalPower,
    Power,
    PowerScope,
    Role,
    Training,
    person_id,
)
from casework.people_editing import as_drafted, next_officer, with_officer, with_training
from casework.proposal import PeopleChanges, ProposalError
from central.routes.access import officer_of, services
from central.routes.people import EDITING_ROLES, title_of
from central.routes.people_form import COURSE_CHARS_MAX, NAME_CHARS_MAX
from central.routes.table_rows import FAULTS_SHOWN_MAX, RowFault, TableRow
from central.services.people_desk import OpenPeople
from central.services.reach import ADMIN_ROLES
from central.words import sections, word
from webui import filters, labels
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import csv_file, page, redirect
from webui.table_files import (
    FILE_BYTES_MAX,
    TableError,
    TableFault,
    plain_cell,
    read_table,
    xlsx_file,
)

COLUMNS: Final = (
    *("id", "name", "id_number", "node", "node_name", "department", "positions", "roles"),
    *("personal_powers", "trained_on", "course", "by", "status"),
)
_SECTION: Final = "people_table"
_NOT_ASKED: Final = frozenset({"node_name", "id_number", "course", "by"})
_BODY_BYTES_MAX: Final = FILE_BYTES_MAX + 64 * 1024
_UNPROCESSABLE: Final = 422
_AND: Final = re.compile(r"[、,，\s]+")
_BETWEEN: Final = re.compile(r"[;；]")
_PARTS: Final = "/"
_POWER_PARTS: Final = 5


class PeopleReader:
    """Reads rows into the changes of a draft; `faults` names all that is wrong."""

    def __init__(self, opened: OpenPeople, secret: bytes) -> None:
        self._opened: Final = opened
        self._secret: Final = secret
        self._nodes: Final = {one.id for one in opened.data.regions.nodes}
        self._departments: Final = {one.id for one in opened.held.departments}
        self._departments_named: Final = {
            name: one.id for one in opened.held.departments for name in (one.name, one.short_name)
        }
        self._posts: Final = {one.id for one in opened.drafted.positions}
        self._seen: Final[set[str]] = set()
        self.changes = opened.changes
        self.faults: Final[list[RowFault]] = []

    def read(self, table: Sequence[Sequence[str]]) -> None:
        named = {heading: name for name, heading in sections()["people_table_column"].items()}
        given = [named.get(plain_cell(one)) for one in table[0]]
        for name in COLUMNS:
            if name not in given and name not in _NOT_ASKED:
                heading = word("people_table_column", name)
                self.faults.append(RowFault(1, heading, "", word(_SECTION, "no_column")))
        if self.faults:
            return
        for number, cells in enumerate(table[1:], start=2):
            if any(cells):
                row = {name: cell for name, cell in zip(given, cells, strict=False) if name}
                self._read_row(TableRow(_SECTION, number, row, self.faults))

    def _read_row(self, row: TableRow) -> None:
        before = len(self.faults)
        held = self._held(row)
        person = held.person if held is not None else self._person(row)
        name = row.take("name", lambda cell: cell[:NAME_CHARS_MAX], required=True)
        node = row.take("node", lambda cell: cell if cell in self._nodes else None, required=True)
        department = row.take("department", self._department)
        positions = row.take("positions", self._positions, required=True)
        roles = row.take("roles", _roles, required=True)
        powers = row.take("personal_powers", _powers)
        status = row.take("status", _states().get, required=True)
        training = self._training(row, held)
        if len(self.faults) > before or not (name and node and positions and roles and status):
            return
        officer = Officer(
            id=held.id if held is not None else self._next(),
            person=person or PersonId(""),
            name=name,
            department=department,
            node=NodeId(node),
            positions=positions,
            roles=roles,
            personal_powers=powers or (),
            trained_on=held.trained_on if held is not None else None,
            status=status,
        )
        self.changes = with_officer(self._opened.held, self.changes, officer)
        if training is not None:
            on, course, by = training
            record = Training(officer.id, on, course, by)
            self.changes = with_training(self._opened.held, self.changes, record)

    def _held(self, row: TableRow) -> Officer | None:
        id_ = row.get("id")
        if not id_:
            return None
        found = self._opened.drafted.officer(OfficerId(id_))
        if found is None:
            row.fault("id", "unknown")
        elif id_ in self._seen:
            row.fault("id", "twice")
        self._seen.add(id_)
        return found

    def _person(self, row: TableRow) -> PersonId | None:
        def read(cell: str) -> PersonId | None:
            checked = check_resident_id(cell, self._opened.today)
            return person_id(checked.value, self._secret) if checked.ok else None

        return row.take("id_number", read, required=True)

    def _training(self, row: TableRow, held: Officer | None) -> tuple[date, str, str] | None:
        """A training that is not on record yet; its course and its giver belong to it."""
        on = row.take("trained_on", _day)
        if on is None or (held is not None and held.trained_on == on):
            return None
        if on > self._opened.today:
            row.fault("trained_on", "ahead")
        course, by = (
            row.take(name, lambda cell: cell[:COURSE_CHARS_MAX], required=True)
            for name in ("course", "by")
        )
        return (on, course, by) if course and by else None

    def _department(self, cell: str) -> DepartmentId | None:
        named = self._departments_named.get(cell)
        return named or (DepartmentId(cell) if cell in self._departments else None)

    def _positions(self, cell: str) -> tuple[str, ...] | None:
        found = tuple(one for one in _AND.split(cell) if one)
        return found if self._posts.issuperset(found) else None

    def _next(self) -> OfficerId:
        drafted = as_drafted(self._opened.held, self.changes)
        known = (*(one.id for one in drafted.officers), *self._opened.taken)
        return next_officer(OfficerId(one) for one in known)


@get("/people/table", guards=[require_role(*EDITING_ROLES)])
async def ask(request: Request[Any, Any, Any]) -> Template:
    return await _page(request)


@get("/people/table/export", guards=[require_role(*ADMIN_ROLES)])
async def export(request: Request[Any, Any, Any], form: str = "xlsx") -> Response[bytes]:
    opened = await services(request).people.open(officer_of(request))
    name = word(_SECTION, "file", day=opened.today)
    rows = table_of(opened)
    return csv_file(rows, f"{name}.csv") if form == "csv" else xlsx_file(rows, f"{name}.xlsx")


@post(
    "/people/table",
    guards=[require_role(*EDITING_ROLES)],
    status_code=303,
    request_max_body_size=_BODY_BYTES_MAX,
)
async def read(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    """All of the file into the draft, or nothing of it; what it changes is shown first."""
    use, officer, form = services(request), officer_of(request), await read_form(request)
    opened = await use.people.open(officer)
    secret = use.county.opened.files.person_secret.read_bytes()
    try:
        rows = await to_thread(read_table, await _sent(form))
    except TableError as error:
        return await _page(request, problem=word("table_fault", error.code))
    reader = PeopleReader(opened, secret)
    await to_thread(reader.read, rows)
    if reader.faults:
        return await _page(request, faults=reader.faults)
    if reader.changes == opened.changes:
        return await _page(request, problem=word(_SECTION, "nothing"))
    try:
        changes: PeopleChanges = reader.changes
        kept = await use.people.keep(opened, changes, title_of(opened), officer, opened.edition)
    except ProposalError as error:
        return await _page(request, problem=word("proposal_fault", error.code))
    return redirect(request, f"/proposals/{kept.id}", done="save")


def table_of(opened: OpenPeople) -> Iterator[tuple[object, ...]]:
    """Everybody as rows, the headings first; identity numbers are not known."""
    yield tuple(word("people_table_column", name) for name in COLUMNS)
    names = {one.id: one.name for one in opened.data.regions.nodes}
    for one in opened.drafted.officers:
        first = min(opened.drafted.trainings_of(one.id), key=lambda each: each.on, default=None)
        yield (
            *(one.id, one.name, "", one.node, names.get(one.node, "")),
            *(one.department or "", "、".join(one.positions)),
            "、".join(labels.label("role", each) for each in one.roles),
            "；".join(_typed(each) for each in one.personal_powers),
            filters.day(one.trained_on) if one.trained_on else "",
            *((first.course, first.by) if first is not None else ("", "")),
            labels.label("officer_status", one.status),
        )


async def _sent(form: Form) -> bytes:
    files = form.files.get("file", [])
    datas = [await one.read(FILE_BYTES_MAX + 1) for one in files]
    for one in files:
        await one.close()
    if not datas or not datas[0]:
        raise TableError(TableFault.EMPTY)
    return datas[0]


def _typed(power: PersonalPower) -> str:
    """`审批决定权/本部门事项/文号/起/止`, the last empty for one without an end."""
    return _PARTS.join(
        (
            labels.label("personal_power", power.power),
            word("people_scope", power.matters),
            power.instrument,
            power.first.isoformat(),
            power.last.isoformat() if power.last else "",
        )
    )


def _powers(cell: str) -> tuple[PersonalPower, ...] | None:
    read = [_power(each.strip()) for each in _BETWEEN.split(cell) if each.strip()]
    found = tuple(one for one in read if one is not None)
    return found if len(found) == len(read) else None


def _power(typed: str) -> PersonalPower | None:
    parts = [one.strip() for one in typed.split(_PARTS)]
    if len(parts) != _POWER_PARTS:
        return None
    powers = {labels.label("personal_power", one): one for one in Power}
    scopes = {word("people_scope", one): one for one in PowerScope}
    power, scope, first = powers.get(parts[0]), scopes.get(parts[1]), _day(parts[3])
    last = _day(parts[4]) if parts[4] else None
    fits = power and scope and parts[2] and first and (last or not parts[4])
    if not fits or power is None or scope is None or first is None:
        return None
    return PersonalPower(power, scope, parts[2], first, last)


def _roles(cell: str) -> tuple[Role, ...] | None:
    known = {labels.label("role", one): one for one in Role}
    read = [known.get(one) for one in _AND.split(cell) if one]
    found = tuple(one for one in read if one is not None)
    return found if len(found) == len(read) else None


def _states() -> Mapping[str, OfficerStatus]:
    return {labels.label("officer_status", one): one for one in OfficerStatus}


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell.replace("/", "-").replace(".", "-"))
    except ValueError:
        return None


async def _page(
    request: Request[Any, Any, Any], *, faults: Sequence[RowFault] = (), problem: str = ""
) -> Template:
    opened = await services(request).people.open(officer_of(request))
    found = sorted(faults, key=lambda one: one.row)
    return await page(
        request,
        "people/table.html",
        opened=opened,
        columns=[word("people_table_column", name) for name in COLUMNS],
        faults=found[:FAULTS_SHOWN_MAX],
        in_all=len(found),
        rows=len({one.row for one in found}),
        problem=problem,
        status_code=_UNPROCESSABLE if faults or problem else 200,
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (ask, export, read)
