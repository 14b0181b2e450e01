"""Who works where: officers, their posts, powers and training, and who stands in for whom."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.names import OfficerId
from casework.organisation import AbPair, Barred, Officer, OfficerStatus, Role
from casework.people_editing import with_officer, with_pair, with_position, with_training, without
from casework.proposal import PeopleChanges, ProposalError, may_draft
from central.routes.access import officer_of, services
from central.routes.people_form import (
    Asked,
    form_of,
    power_rows,
    read_officer,
    read_pair,
    read_training,
)
from central.routes.people_words import PeopleWords
from central.services.people_desk import OpenPeople
from central.services.reach import ADMIN_ROLES
from central.words import sections, word
from webui import filters, labels
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

EDITING_ROLES: Final = frozenset({Role.DELEGATION_ADMIN, Role.SYSTEM_ADMIN})
LISTED_MAX: Final = 300
EXPIRING_WITHIN: Final = timedelta(days=60)
_UNPROCESSABLE: Final = 422
_NEW: Final = "new"
_AT_WINDOWS: Final = frozenset({Role.CLERK, Role.ISSUING})


class State(StrEnum):
    """How the list is narrowed; worded by these values."""

    UNTRAINED = "untrained"
    ENDED = "ended"
    NO_WINDOW = "no_window"
    POWERS = "powers"
    EXPIRING = "expiring"


@get("/people", guards=[require_role(*ADMIN_ROLES)])
async def people(
    request: Request[Any, Any, Any],
    q: str = "",
    unit: str = "",
    department: str = "",
    which: str = "",
) -> Template:
    use = services(request)
    opened = await use.people.open(officer_of(request))
    found = [
        one
        for one in opened.drafted.officers
        if _matches(one, q.strip(), unit, department) and _is_in(one, which, opened)
    ]
    organisation = opened.drafted
    return await page(
        request,
        "people/list.html",
        opened=opened,
        found=found[:LISTED_MAX],
        in_all=len(found),
        words=words_of(opened),
        windows=_windows_by_officer(opened),
        barred={one.id: one.barred(opened.today) for one in found[:LISTED_MAX]},
        may_edit=may_draft(officer_of(request), PeopleChanges),
        asked={"q": q, "unit": unit, "department": department, "which": which},
        units=[(one.id, one.name) for one in opened.data.regions.nodes],
        departments=[(one.id, one.short_name) for one in organisation.departments],
        bureau=next((one for one in organisation.departments if one.id == department), None),
        states=tuple(sections()["people_state"].items()),
        done=_done(request),
    )


@get("/people/{officer_id:str}", guards=[require_role(*ADMIN_ROLES)])
async def show(request: Request[Any, Any, Any], officer_id: str) -> Template:
    asked = await _asked(request, officer_id)
    form = form_of(asked.officer) if asked.officer else Form.of({"status": OfficerStatus.ACTIVE})
    return await _page(request, asked, form, done=_done(request))


@post("/people/{officer_id:str}", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def save(request: Request[Any, Any, Any], officer_id: str) -> Response[Any] | Template:
    asked, form = await _asked(request, officer_id), await read_form(request)
    if form.typed("do") == "units":  # the posts of the place that was chosen
        return await _page(request, asked, form, status_code=200)
    read = read_officer(form, asked)
    if read is None:
        return await _page(request, asked, form)
    opened = asked.opened
    changes = with_officer(opened.held, opened.changes, read.officer)
    for position in read.positions:
        changes = with_position(changes, position)
    return await _kept(request, asked, form, changes, f"/people/{read.officer.id}")


@post("/people/{officer_id:str}/training", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def train(request: Request[Any, Any, Any], officer_id: str) -> Response[Any] | Template:
    asked, form = await _asked(request, officer_id), await read_form(request)
    if asked.officer is None:
        raise NotFoundException(officer_id)
    opened = asked.opened
    training = read_training(form, asked.officer.id, opened)
    if training is None:
        shown = Form.of({**_values(form_of(asked.officer)), **_values(form)})
        shown.errors = form.errors
        return await _page(request, asked, shown)
    changes = with_training(opened.held, opened.changes, training)
    return await _kept(request, asked, form, changes, f"/people/{officer_id}")


@post("/people/{officer_id:str}/undo", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def undo(request: Request[Any, Any, Any], officer_id: str) -> Response[Any] | Template:
    """Take back what the draft does to an officer, a pair or (by its number) a window."""
    use, form = services(request), await read_form(request)
    opened = await use.people.open(officer_of(request))
    name = form.typed("id") or officer_id
    edition = form.integer("edition", label="") or 0
    changes = without(opened.changes, name)
    try:
        await use.people.keep(opened, changes, title_of(opened), officer_of(request), edition)
    except ProposalError as error:
        return redirect(request, "/people", fault=error.code)
    return redirect(request, "/people", done="undone")


@get("/people/pairs", guards=[require_role(*ADMIN_ROLES)])
async def pairs(request: Request[Any, Any, Any]) -> Template:
    opened = await services(request).people.open(officer_of(request))
    return await _pairs(request, opened, Form(), done=_done(request), status_code=200)


@post("/people/pairs", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def save_pair(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    use, form = services(request), await read_form(request)
    opened = await use.people.open(officer_of(request))
    named = form.typed("pair")
    held = next((one for one in opened.drafted.ab_pairs if one.id == named), None)
    if named and held is None:
        raise NotFoundException(named)
    pair = read_pair(form, opened, held)
    if pair is None:
        return await _pairs(request, opened, form)
    changes = with_pair(opened.held, opened.changes, pair)
    edition = form.integer("edition", label="") or 0
    try:
        await use.people.keep(opened, changes, title_of(opened), officer_of(request), edition)
    except ProposalError as error:
        return await _pairs(request, opened, form, problem=word("proposal_fault", error.code))
    return redirect(request, "/people/pairs", done="saved")


async def _kept(
    request: Request[Any, Any, Any], asked: Asked, form: Form, changes: PeopleChanges, url: str
) -> Response[Any] | Template:
    """Put into the draft what was asked for, or say why not, with what was typed."""
    use, opened, officer = services(request), asked.opened, officer_of(request)
    edition = form.integer("edition", label="") or 0
    if changes == opened.changes:
        return await _page(request, asked, form, problem=word("people", "nothing"))
    try:
        await use.people.keep(opened, changes, title_of(opened), officer, edition)
    except ProposalError as error:
        return await _page(request, asked, form, problem=word("proposal_fault", error.code))
    return redirect(request, url, done="saved")


async def _asked(request: Request[Any, Any, Any], officer: str) -> Asked:
    use = services(request)
    opened = await use.people.open(officer_of(request))
    found = opened.drafted.officer(OfficerId(officer))
    if found is None and officer != _NEW:
        raise NotFoundException(officer)
    secret = use.county.opened.files.person_secret.read_bytes()
    return Asked(opened=opened, regions=opened.data.regions, officer=found, secret=secret)


async def _page(  # noqa: PLR0913 - what the page says, each by its name
    request: Request[Any, Any, Any],
    asked: Asked,
    form: Form,
    *,
    problem: str = "",
    done: str = "",
    status_code: int | None = None,
) -> Template:
    opened, officer = asked.opened, asked.officer
    organisation = opened.drafted
    if status_code is None:
        status_code = _UNPROCESSABLE if problem or form.errors else 200
    named = officer.id if officer is not None else OfficerId(_NEW)
    return await page(
        request,
        "people/officer.html",
        opened=opened,
        officer=officer,
        barred=officer.barred(opened.today) if officer else None,
        untrained=Barred.UNTRAINED,
        url=f"/people/{named}",
        words=words_of(opened),
        trainings=organisation.trainings_of(named),
        windows=_windows_by_officer(opened).get(named, ()),
        pairs=[one for one in organisation.ab_pairs if named in {one.a, one.b}],
        is_changed=named in opened.changed,
        may_edit=may_draft(officer_of(request), PeopleChanges),
        nodes=[(one.id, one.name) for one in opened.data.regions.nodes],
        departments=[(one.id, one.name) for one in organisation.departments],
        positions=[
            (post.id, text)
            for post, text in asked.choices(form.typed("node"), form.typed("department"))
        ],
        powers=labels.choices("personal_power"),
        scopes=tuple(sections()["people_scope"].items()),
        rows=power_rows(form),
        today=opened.today.isoformat(),
        form=form,
        problem=problem,
        done=done,
        status_code=status_code,
    )


async def _pairs(  # noqa: PLR0913 - what the page says, each by its name
    request: Request[Any, Any, Any],
    opened: OpenPeople,
    form: Form,
    *,
    problem: str = "",
    done: str = "",
    status_code: int = _UNPROCESSABLE,
) -> Template:
    return await page(
        request,
        "people/pairs.html",
        opened=opened,
        words=words_of(opened),
        pairs=sorted(opened.drafted.ab_pairs, key=lambda one: (_is_over(one, opened), one.id)),
        is_over=lambda one: _is_over(one, opened),
        officers=[
            (one.id, one.name) for one in opened.drafted.officers if one.may_work(opened.today)
        ],
        may_edit=may_draft(officer_of(request), PeopleChanges),
        form=form,
        problem=problem,
        done=done,
        status_code=status_code,
    )


def words_of(opened: OpenPeople) -> PeopleWords:
    matters = {one.id: one.short_name for one in opened.data.catalogue.matters}
    return PeopleWords(opened.drafted, opened.data.regions, matters)


def title_of(opened: OpenPeople) -> str:
    """What a draft is called that begins with a change of this day."""
    return word("people", "title", day=filters.day(opened.today))


def _done(request: Request[Any, Any, Any]) -> str:
    named = request.query_params.get("done", "")
    return word("people", named) if named in {"saved", "undone"} else ""


def _matches(officer: Officer, q: str, unit: str, department: str) -> bool:
    return (
        (not q or q in officer.name or q == officer.id)
        and unit in {"", officer.node}
        and department in {"", officer.department}
    )


def _is_in(officer: Officer, which: str, opened: OpenPeople) -> bool:
    today = opened.today
    match which:
        case State.UNTRAINED:
            return officer.barred(today) is Barred.UNTRAINED
        case State.ENDED:
            return officer.status is not OfficerStatus.ACTIVE
        case State.NO_WINDOW:
            at_window = not _AT_WINDOWS.isdisjoint(officer.roles)
            return at_window and officer.id not in _windows_by_officer(opened)
        case State.POWERS:
            return any(one.covers(today) for one in officer.personal_powers)
        case State.EXPIRING:
            until = today + EXPIRING_WITHIN
            powers = officer.personal_powers
            return any(one.last and today <= one.last <= until for one in powers)
        case _:
            return True


def _windows_by_officer(opened: OpenPeople) -> Mapping[OfficerId, Iterable[str]]:
    found: dict[OfficerId, list[str]] = {}
    for window in opened.drafted.windows:
        for officer in window.officers:
            found.setdefault(officer, []).append(f"{window.number} 号 {window.name}")
    return found


def _is_over(pair: AbPair, opened: OpenPeople) -> bool:
    return pair.last is not None and pair.last < opened.today


def _values(form: Form) -> dict[str, object]:
    return {name: form.typed_all(name) for name in form.names()}


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (
    *(people, show, save, train, undo),
    *(pairs, save_pair),
)
