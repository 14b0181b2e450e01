"""Windows: where each stands, which category it is, what it takes in, and who sits there."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.matter import HallMode
from casework.names import DepartmentId, MatterId, NodeId, OfficerId, is_of_county
from casework.organisation import Window, WindowKind
from casework.people_editing import next_window, with_window, without
from casework.proposal import PeopleChanges, ProposalError, may_draft
from central.routes.access import officer_of, services
from central.routes.people import EDITING_ROLES, title_of, words_of
from central.services.organisation_checks import BY_CATEGORY, CATEGORIES
from central.services.people_desk import OpenPeople
from central.services.reach import ADMIN_ROLES
from central.words import word
from webui import labels
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

NUMBER_MAX: Final = 99
NAME_CHARS_MAX: Final = 40
_UNPROCESSABLE: Final = 422
_NEW: Final = "new"
_SEPARATOR: Final = "/"


@get("/people/windows", guards=[require_role(*ADMIN_ROLES)])
async def windows(request: Request[Any, Any, Any], unit: str = "", kind: str = "") -> Template:
    use = services(request)
    opened = await use.people.open(officer_of(request))
    found = [
        one
        for one in opened.drafted.windows
        if (unit == one.node or (not unit and is_of_county(one.node))) and kind in {"", one.kind}
    ]
    done = request.query_params.get("done", "")
    return await page(
        request,
        "people/windows.html",
        opened=opened,
        found=sorted(found, key=lambda one: (one.node, one.number)),
        words=words_of(opened),
        unit=unit,
        kind=kind,
        nodes=[(one.id, one.name) for one in opened.data.regions.nodes],
        url=_url,
        may_edit=may_draft(officer_of(request), PeopleChanges),
        done=word("people", done) if done in {"saved", "undone"} else "",
    )


@get("/people/windows/{node:str}/{name:str}", guards=[require_role(*ADMIN_ROLES)])
async def show(request: Request[Any, Any, Any], node: str, name: str) -> Template:
    opened, window = await _asked(request, node, name)
    form = _form_of(window) if window else Form.of({"kind": WindowKind.COMPREHENSIVE})
    return await _page(request, opened, node, window, form)


@post(
    "/people/windows/{node:str}/{name:str}", guards=[require_role(*EDITING_ROLES)], status_code=303
)
async def save(request: Request[Any, Any, Any], node: str, name: str) -> Response[Any] | Template:
    opened, window = await _asked(request, node, name)
    form = await read_form(request)
    if form.typed("do") == "close" and window is not None:
        changes = with_window(opened.held, opened.changes, window.id, None)
    elif form.typed("do") == "undo" and window is not None:
        changes = without(opened.changes, window.id)
    else:
        made = _read(form, opened, NodeId(node), window)
        if made is None:
            return await _page(request, opened, node, window, form)
        changes = with_window(opened.held, opened.changes, made.id, made)
    if changes == opened.changes:
        problem = word("people", "nothing")
        return await _page(request, opened, node, window, form, problem=problem)
    edition = form.integer("edition", label="") or 0
    officer = officer_of(request)
    try:
        await services(request).people.keep(opened, changes, title_of(opened), officer, edition)
    except ProposalError as error:
        problem = word("proposal_fault", error.code)
        return await _page(request, opened, node, window, form, problem=problem)
    return redirect(request, "/people/windows", unit=node, done="saved")


def _read(form: Form, opened: OpenPeople, node: NodeId, held: Window | None) -> Window | None:
    drafted, choices = opened.drafted, _choices(opened, node)
    name = form.name("name", label=_label("name"), required=True, length_max=NAME_CHARS_MAX)
    number = form.integer("number", label=_label("number"), required=True, low=1, high=NUMBER_MAX)
    kind = form.choice(
        "kind", [one.value for one in WindowKind], label=_label("kind"), required=True
    )
    category = form.choice("category", [str(one) for one in CATEGORIES], label=_label("category"))
    listed = {
        what: form.chosen(what, [code for code, _ in choices[what]], label=_label(what))
        for what in ("departments", "matters", "officers")
    }
    wants = is_of_county(node) and kind in {one.value for one in BY_CATEGORY}
    if wants and category is None:
        form.errors.add("category", word("people", "window_category"))
    if not wants and category is not None:
        form.errors.add("category", word("people", "window_no_category"))
    there = [one for one in drafted.windows_at(node) if held is None or one.id != held.id]
    if any(one.number == number for one in there):
        form.errors.add("number", word("people", "window_number", number=number))
    if form.errors or kind is None or number is None:
        return None
    known = (*(one.id for one in drafted.windows), *(one.id for one in opened.held.windows))
    return Window(
        id=held.id if held is not None else next_window(node, (*known, *opened.taken)),
        node=node,
        number=number,
        kind=WindowKind(kind),
        category=int(category) if category else None,
        name=name,
        departments=tuple(map(DepartmentId, listed["departments"])),
        matters=tuple(map(MatterId, listed["matters"])),
        officers=tuple(map(OfficerId, listed["officers"])),
    )


def _choices(opened: OpenPeople, node: NodeId) -> Mapping[str, list[tuple[str, str]]]:
    """What a window of a place may list: a matter that has moved in, and those who work there."""
    current = {one.id: one for one in opened.data.catalogue.matters}.values()
    offered = [one for one in current if one.hall.mode is not HallMode.OFF_HALL]
    return {
        "departments": [(one.id, one.short_name) for one in opened.drafted.departments],
        "matters": [(one.id, one.short_name) for one in offered],
        "officers": [(one.id, one.name) for one in opened.drafted.officers_at(node)],
    }


def _form_of(window: Window) -> Form:
    return Form.of(
        {
            "name": window.name,
            "number": window.number,
            "kind": window.kind.value,
            "category": window.category,
            "departments": window.departments,
            "matters": window.matters,
            "officers": window.officers,
        }
    )


async def _asked(
    request: Request[Any, Any, Any], node: str, name: str
) -> tuple[OpenPeople, Window | None]:
    opened = await services(request).people.open(officer_of(request))
    if opened.data.regions.node(NodeId(node)) is None:
        raise NotFoundException(node)
    # One that the draft closes is shown as it was, so that this can be taken back.
    id_ = f"{node}{_SEPARATOR}{name}"
    found = opened.drafted.window(id_) or opened.held.window(id_)
    if found is None and name != _NEW:
        raise NotFoundException(id_)
    return opened, found


async def _page(  # noqa: PLR0913 - what the page says, each by its name
    request: Request[Any, Any, Any],
    opened: OpenPeople,
    node: str,
    window: Window | None,
    form: Form,
    *,
    problem: str = "",
) -> Template:
    return await page(
        request,
        "people/window.html",
        opened=opened,
        window=window,
        place=words_of(opened).node(NodeId(node)),
        url=_url(window) if window else f"/people/windows/{node}/{_NEW}",
        choices_of=_choices(opened, NodeId(node)),
        categories=labels.choices("window_category"),
        has_categories=is_of_county(NodeId(node)),
        is_changed=window is not None and window.id in opened.changed,
        is_closed=window is not None and opened.drafted.window(window.id) is None,
        may_edit=may_draft(officer_of(request), PeopleChanges),
        form=form,
        problem=problem,
        status_code=_UNPROCESSABLE if problem or form.errors else 200,
    )


def _url(window: Window) -> str:
    return f"/people/windows/{window.id}"


def _label(name: str) -> str:
    return word("people_field", name)


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (windows, show, save)
