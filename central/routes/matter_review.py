"""What a reviewer of matters sees: what differs, what the lint found, what versions there were."""

from typing import Any, Final

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from casework.matter import MatterVersion
from casework.matter_editing import drafts_of, versions_of
from casework.names import MatterId
from casework.organisation import Officer
from casework.proposal import MatterChange, MatterChanges
from central.routes.access import Services, officer_of, services
from central.routes.matter_choices import choices_of
from central.routes.matter_words import DifferenceView, differences_in_words
from central.services.lint_gate import OVERRIDING_ROLES, Held, OverrideError
from central.services.reach import READING_ROLES
from central.store.loaded import CountyData
from central.store.proposals import Proposal
from central.words import word
from webui.forms import Form
from webui.gate import require_role
from webui.responses import page


class MatterChangeView(Struct, frozen=True, kw_only=True):
    """A matter that a proposal changes: what becomes of it, and every element that differs."""

    kind: str
    matter: MatterVersion
    compared_with: int | None
    differences: tuple[DifferenceView, ...]
    edit_url: str | None


class FindingView(Struct, frozen=True, kw_only=True):
    held: Held
    verdict: str
    place: str
    officer: str
    may_pass: bool


class MattersView(Struct, frozen=True, kw_only=True):
    """All that a proposal changes of the catalogue."""

    matters: tuple[MatterChangeView, ...]
    findings: tuple[FindingView, ...]
    standing: int


async def matters_content(request: Request[Any, Any, Any], held: Proposal) -> MattersView:
    assert isinstance(held.changes, MatterChanges)
    use, data = services(request), await services(request).proposals.loaded()
    officer = officer_of(request)
    drafts = drafts_of(held.changes)
    found = await use.county.lint.held_of(drafts)
    reviews = not OVERRIDING_ROLES.isdisjoint(officer.roles)
    return MattersView(
        matters=tuple(_change(one, data, held.id) for one in held.changes.matters),
        findings=tuple(
            FindingView(
                held=each,
                verdict=word("lint_verdict", each.verdict),
                place=place_words(each.field),
                officer=use.review.names.officer(each.override.officer) if each.override else "",
                may_pass=reviews and each.stands and each.drafted_by != officer.id,
            )
            for each in found
        ),
        standing=sum(each.stands for each in found),
    )


def place_words(field: str) -> str:
    """Which part of a version a field belongs to: `materials[m1].name` is a material's."""
    return word("lint_place", field.partition("[")[0].rpartition(".")[2])


async def pass_finding(use: Services, form: Form, officer: Officer, held: Proposal) -> str:
    """Let a finding of a proposal pass; the sentence that says why not, if not."""
    assert isinstance(held.changes, MatterChanges)
    try:
        await use.county.lint.override(
            form.typed("finding"),
            officer.id,
            form.typed("reason"),
            proposed=drafts_of(held.changes),
        )
    except OverrideError as error:
        return word("lint", error.code)
    return ""


@get("/matters/{matter_id:str}/history", guards=[require_role(*READING_ROLES)])
async def history(
    request: Request[Any, Any, Any],
    matter_id: str,
    one: int | None = None,
    other: int | None = None,
) -> Template:
    """Every version of a matter that was published, and what any two of them say differently."""
    use = services(request)
    versions = versions_of(use.trust.holdings.catalogue.matters, MatterId(matter_id))
    if not versions:
        raise NotFoundException(matter_id)
    after = _version(versions, other) or versions[-1]
    before = _version(versions, one) or (versions[-2] if len(versions) > 1 else after)
    data = await use.proposals.loaded()
    return await page(
        request,
        "matters/history.html",
        versions=versions,
        before=before,
        after=after,
        differences=differences_in_words(before, after, lambda each: choices_of(data, each)),
        officer_name=use.review.names.officer,
    )


def _version(versions: tuple[MatterVersion, ...], number: int | None) -> MatterVersion | None:
    return next((each for each in versions if each.version == number), None)


def _change(change: MatterChange, data: CountyData, proposal: str) -> MatterChangeView:
    after = change.after
    if change.before is not None:
        before: MatterVersion | None = change.before
        kind = "reopened" if after.effective_until is None else "ended"
    else:
        held = versions_of(data.catalogue.matters, after.id)
        earlier = [one for one in held if one.version < after.version]
        before = earlier[-1] if earlier else None
        kind = "added" if before is None else "version"
    return MatterChangeView(
        kind=word("matter_change", kind),
        matter=after,
        compared_with=before.version if before else None,
        differences=differences_in_words(before, after, lambda each: choices_of(data, each)),
        edit_url=f"/editing/{proposal}/{after.id}/basics" if change.before is None else None,
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (history,)
