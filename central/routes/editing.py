"""The editor of matters: a draft begun, written part by part, previewed and handed on."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.inheriting import departures
from casework.matter import MatterVersion
from casework.matter_editing import MatterEditError, drafts_of, versions_of
from casework.names import DepartmentId, MatterId
from casework.organisation import Role
from casework.proposal import MatterChanges, ProposalError, ProposalFault
from central.routes.access import Services, officer_of, services
from central.routes.matter_choices import choices_of, departments_of
from central.routes.matter_elements import PARTS
from central.routes.matter_form import rearranged, written
from central.routes.matter_preview import preview_of
from central.routes.matter_reader import read_part
from central.routes.matter_view import fields_of, notes_of, part_links
from central.services.matter_desk import OpenMatter
from central.services.reach import ADMIN_ROLES
from central.store.proposals import Proposal
from central.words import word
from webui import labels
from webui.condition_words import condition_words
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.guide_shelf import PrintKind
from webui.responses import page, pdf, redirect

EDITING_ROLES: Final = frozenset({Role.CATALOGUE_EDITOR})
FIRST_PART: Final = next(iter(PARTS))
_CONFLICT: Final = 409
_UNPROCESSABLE: Final = 422


@get("/editing", guards=[require_role(*ADMIN_ROLES)])
async def drafts(request: Request[Any, Any, Any]) -> Template:
    return await _list(request, Form())


@post("/editing", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def add_matter(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    use, form = services(request), await read_form(request)
    data = await use.proposals.loaded()
    departments = [one.id for one in data.organisation.departments]
    name = form.name("name", label=word("MatterVersion", "name"), required=True)
    matter = form.text("id", label=word("MatterVersion", "id"), required=True)
    label = word("MatterVersion", "department")
    department = form.choice("department", departments, label=label, required=True)
    label = word("MatterVersion", "effective_from")
    begins = form.day("effective_from", label=label, required=True)
    if not form.errors and department and begins:
        try:
            proposal = await use.matter_desk.begin_matter(
                MatterId(matter),
                name=name,
                department=DepartmentId(department),
                begins=begins,
                title=word("editing", "new_title", name=name),
                by=officer_of(request),
            )
        except MatterEditError as error:
            form.errors.add(error.field, labels.error_text(error.fault))
        else:
            return redirect(request, f"/editing/{proposal.id}/{matter}/{FIRST_PART}")
    return await _list(request, form, status_code=_UNPROCESSABLE)


@post("/matters/{matter_id:str}/versions", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def begin_version(request: Request[Any, Any, Any], matter_id: str) -> Response[Any]:
    use, form = services(request), await read_form(request)
    newest = await _newest(use, matter_id)
    label = word("MatterVersion", "effective_from")
    begins = form.day("effective_from", label=label, required=True)
    if begins is None:
        return _refused(request, newest, "E_VALIDATION")
    title = word("editing", "version_title", name=newest.short_name, version=newest.version + 1)
    try:
        proposal = await use.matter_desk.begin_version(
            newest.id, begins, title, officer_of(request)
        )
    except MatterEditError as error:
        return _refused(request, newest, error.fault)
    return redirect(request, f"/editing/{proposal.id}/{newest.id}/{FIRST_PART}")


@post("/matters/{matter_id:str}/end", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def begin_end(request: Request[Any, Any, Any], matter_id: str) -> Response[Any]:
    use, form = services(request), await read_form(request)
    newest = await _newest(use, matter_id)
    label = word("MatterVersion", "effective_until")
    until = form.day("effective_until", label=label, required=True)
    if until is None:
        return _refused(request, newest, "E_VALIDATION")
    title = word("editing", "retire_title", name=newest.short_name)
    try:
        proposal = await use.matter_desk.begin_end(newest.id, until, title, officer_of(request))
    except MatterEditError as error:
        return _refused(request, newest, error.fault)
    return redirect(request, f"/proposals/{proposal.id}")


@get("/editing/{proposal_id:str}/{matter_id:str}/preview", guards=[require_role(*ADMIN_ROLES)])
async def preview(request: Request[Any, Any, Any], proposal_id: str, matter_id: str) -> Template:
    use, opened = services(request), await open_matter(request, proposal_id, matter_id)
    return await page(
        request,
        "editing/preview.html",
        draft=opened.draft,
        base=f"/editing/{proposal_id}/{matter_id}",
        intake=preview_of(opened.draft, opened.data, use.node.id, opened.today),
        condition_words=lambda one: condition_words(one, opened.draft),
    )


@get(
    "/editing/{proposal_id:str}/{matter_id:str}/preview/{kind:str}",
    guards=[require_role(*ADMIN_ROLES)],
)
async def print_preview(
    request: Request[Any, Any, Any], proposal_id: str, matter_id: str, kind: str
) -> Response[bytes]:
    """The guide, the handbook or a form as the draft would have them printed."""
    opened = await open_matter(request, proposal_id, matter_id)
    if kind not in set(PrintKind):
        raise NotFoundException(kind)
    content = await services(request).shelf.preview(opened.draft, PrintKind(kind))
    return pdf(content, f"draft-{kind}-{matter_id}.pdf")


@get("/editing/{proposal_id:str}/{matter_id:str}/{part:str}", guards=[require_role(*ADMIN_ROLES)])
async def edit(
    request: Request[Any, Any, Any], proposal_id: str, matter_id: str, part: str
) -> Template:
    opened = await open_matter(request, proposal_id, matter_id)
    if part not in PARTS:
        raise NotFoundException(part)
    form = written(opened.draft, part)
    done = word("editing", "saved") if request.query_params.get("saved") == "1" else ""
    return await _part(request, opened, part, form, done=done)


@post(
    "/editing/{proposal_id:str}/{matter_id:str}/{part:str}",
    guards=[require_role(*EDITING_ROLES)],
    status_code=303,
)
async def save(
    request: Request[Any, Any, Any], proposal_id: str, matter_id: str, part: str
) -> Response[Any] | Template:
    """Save a part, or give its form back: with a row more, less or elsewhere, or with faults."""
    opened = await open_matter(request, proposal_id, matter_id)
    if part not in PARTS:
        raise NotFoundException(part)
    form = await read_form(request)
    edition = form.integer("edition", label="") or 0
    changed = rearranged(form, form.typed("do"))
    if changed is not None:
        return await _part(request, opened, part, changed, edition=edition)
    use = services(request)
    draft = read_part(form, part, choices_of(opened.data, opened.draft, opened.upper))
    problem, status = "", _UNPROCESSABLE
    if draft is not None:
        try:
            await use.matter_desk.save(opened, edition, draft, officer_of(request))
        except MatterEditError as error:
            at = error.field or "name"
            # A limit is typed as a number and a unit: the number is what to mend.
            form.errors.add(
                f"{at}.value" if at.startswith("limits.") else at, labels.error_text(error.fault)
            )
        except ProposalError as error:
            stale = error.code is ProposalFault.STATE and opened.may_edit(officer_of(request))
            problem = word("editing", "elsewhere") if stale else word("proposal_fault", error.code)
            # Whoever has read that may save over it knowingly.
            edition, status = opened.proposal.edition, _CONFLICT
        else:
            url = f"/editing/{proposal_id}/{matter_id}/{part}"
            return redirect(request, url, saved="1")
    return await _part(
        request, opened, part, form, edition=edition, problem=problem, status_code=status
    )


async def _part(  # noqa: PLR0913 - what the page says, each by its name
    request: Request[Any, Any, Any],
    opened: OpenMatter,
    part: str,
    form: Form,
    *,
    edition: int | None = None,
    done: str = "",
    problem: str = "",
    status_code: int = 200,
) -> Template:
    desk = services(request).matter_desk
    findings = await desk.findings(opened)
    notes = notes_of(opened.draft, findings, desk.unsoundness(opened))
    return await page(
        request,
        "editing/part.html",
        draft=opened.draft,
        proposal=opened.proposal,
        base=f"/editing/{opened.proposal.id}/{opened.draft.id}",
        part=part,
        part_word=word("editor_part", part),
        parts=part_links(part, notes),
        fields=fields_of(form, part, choices_of(opened.data, opened.draft, opened.upper), notes),
        form=form,
        edition=opened.proposal.edition if edition is None else edition,
        done=done,
        problem=problem or labels.ERRORS.get(request.query_params.get("refused", ""), ""),
        behind=_behind(opened),
        status_code=status_code,
    )


def _behind(opened: OpenMatter) -> int:
    """In how much the catalogue above says otherwise than the draft by now."""
    above = opened.upper.above(opened.draft) if opened.upper else None
    return len(departures(opened.draft, above)) if above else 0


async def _list(request: Request[Any, Any, Any], form: Form, *, status_code: int = 200) -> Template:
    use, officer = services(request), officer_of(request)
    data = await use.proposals.loaded()

    def links(one: Proposal) -> list[tuple[str, str]]:
        mine = one.author == officer.id and isinstance(one.changes, MatterChanges)
        found = drafts_of(one.changes) if mine else ()  # type: ignore[arg-type]
        return [(f"/editing/{one.id}/{each.id}/{FIRST_PART}", each.short_name) for each in found]

    return await page(
        request,
        "editing/list.html",
        unfinished=await use.matter_desk.unfinished(),
        state_word=lambda state: word("proposal_state", state),
        officer_name=use.review.names.officer,
        edit_links=links,
        departments=departments_of(data),
        form=form,
        problem="",
        status_code=status_code,
    )


async def open_matter(request: Request[Any, Any, Any], proposal: str, matter: str) -> OpenMatter:
    try:
        return await services(request).matter_desk.open(proposal, MatterId(matter))
    except ProposalError as error:
        raise NotFoundException(proposal) from error


async def _newest(use: Services, matter: str) -> MatterVersion:
    held = (await use.proposals.loaded()).catalogue.matters
    versions = versions_of(held, MatterId(matter))
    if not versions:
        raise NotFoundException(matter)
    return versions[-1]


def _refused(request: Request[Any, Any, Any], matter: MatterVersion, code: str) -> Response[Any]:
    return redirect(request, f"/matters/{matter.id}", refused=code)


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (
    *(drafts, add_matter, begin_version, begin_end, preview, print_preview, edit, save),
)
