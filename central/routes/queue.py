"""The queue of the county, and the list of all its cases."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.errors import PartMissingError
from casework.names import CaseId, MatterId
from casework.organisation import Officer
from central.routes.access import Services, acting_for, officer_of, services
from central.routes.lists import (
    matter_choices,
    narrowed,
    rows_of,
    source_choices,
    to_be_filed,
)
from central.services.batches import AT_ONCE_MAX, OPINION_CHARS_MAX, BatchDone
from central.services.queues import (
    ALL_VIEWS,
    LISTED,
    TODO_VIEWS,
    View,
)
from central.services.reach import CASE_ROLES, Reach, reach_of
from central.services.review import Acting
from central.words import sections, word
from webui import labels
from webui.case_words import pairs
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.list_view import (
    CaseList,
    StatCard,
    read_list_query,
    status_choices,
)
from webui.responses import page, redirect

_KINDS: Final[Mapping[View, str]] = {
    View.TODO: "blue",
    View.OVERDUE: "red",
    View.SOON: "amber",
    View.WARNED: "amber",
    View.WRONG: "red",
}
_FIGURES: Final = (
    View.TODO,
    View.OVERDUE,
    View.SOON,
    View.WARNED,
    View.DEPOSITS,
    View.ANSWERS,
    View.CLOSING,
    View.WRONG,
)


@get("/")
async def queue(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    """What waits at the county; whoever has no cases begins with the catalogue."""
    officer = officer_of(request)
    reach = reach_of(officer)
    if not reach.sees_cases:
        return redirect(request, "/matters")
    use = services(request)
    cases = await _todo(use, officer, reach, dict(request.query_params))
    return await page(
        request,
        "queue/page.html",
        "kit/case/_list.html",
        cases=cases,
        closing=cases.query.view == View.CLOSING and reach.writes,
        batch="queue/_batch.html",
        incomplete=sum(1 for row in cases.rows if row.note),
        phrases=tuple(text for _, text in pairs("phrase_decide_grant")),
        done=_counted("closing", request.query_params.get("closed", ""))
        or _counted("granting", request.query_params.get("granted", "")),
        refused=_refusals(request.query_params.get("refused", "")),
    )


@get("/cases", guards=[require_role(*CASE_ROLES)])
async def all_cases(request: Request[Any, Any, Any]) -> Template:
    use, reach = services(request), reach_of(officer_of(request))
    holdings = use.trust.holdings
    matters = use.queues.matters_within(reach)
    sources = source_choices(holdings)
    query = read_list_query(
        dict(request.query_params),
        matters=matters,
        sources=[code for code, _ in sources],
        views=ALL_VIEWS,
    )
    lines, total = await use.queues.all(reach, narrowed(query))
    cases = CaseList(
        rows=await rows_of(use, reach, lines),
        total=total,
        query=query,
        base_url="/cases",
        title=word("list", query.view or "all"),
        matters=matter_choices(holdings, matters),
        sources=sources,
        statuses=status_choices() if query.view != View.CLOSED else (),
    )
    views = tuple((str(view), word("list", str(view) or "all")) for view in ("", *ALL_VIEWS))
    return await page(request, "cases/list.html", "kit/case/_list.html", cases=cases, views=views)


@post("/queue/close", guards=[require_role(*CASE_ROLES)], status_code=303)
async def close_all(request: Request[Any, Any, Any]) -> Response[Any]:
    """Archive those that were ticked, each by itself."""
    form = await read_form(request)
    who = Acting(officer_of(request), acting_for(request))
    told = _told("closed", await services(request).batches.close(_ticked(form), who))
    return redirect(request, "/", view=View.CLOSING.value, **told)


@post("/queue/grant", guards=[require_role(*CASE_ROLES)], status_code=303)
async def grant_all(request: Request[Any, Any, Any]) -> Response[Any]:
    """Grant those that were ticked, each by itself, with one opinion."""
    form = await read_form(request)
    back = {"matter": form.typed("matter")} if form.typed("matter") else {}
    opinion = form.typed("opinion").strip()[:OPINION_CHARS_MAX]
    if not opinion:
        return redirect(request, "/", **back, refused=f"{PartMissingError.code}*1")
    who = Acting(officer_of(request), acting_for(request))
    told = _told("granted", await services(request).batches.grant(_ticked(form), who, opinion))
    return redirect(request, "/", **back, **told)


def _ticked(form: Form) -> list[CaseId]:
    return [CaseId(each) for each in form.typed_all("case")[:AT_ONCE_MAX]]


def _told(what: str, batch: BatchDone) -> dict[str, str]:
    """What the next page says of a batch, as it stands in its address."""
    told = {what: str(batch.done)} if batch.done or not batch.refused else {}
    if batch.refused:
        told["refused"] = ".".join(f"{code}*{count}" for code, count in batch.refused.items())
    return told


async def _todo(
    use: Services, officer: Officer, reach: Reach, asked: Mapping[str, str]
) -> CaseList:
    holdings = use.trust.holdings
    matters = use.queues.matters_within(reach)
    sources = source_choices(holdings)
    query = read_list_query(
        asked, matters=matters, sources=[code for code, _ in sources], views=TODO_VIEWS
    )
    wanted = narrowed(query)
    lines, total = await use.queues.todo(reach, wanted)
    figures = await use.queues.figures(reach)
    name = query.view or "todo"
    rows = await rows_of(use, reach, lines, warns=query.view == View.WARNED)
    if query.view == View.CLOSING:
        rows = await to_be_filed(use, rows, lines)
    short = query.view in LISTED
    return CaseList(
        rows=rows,
        total=total,
        query=query,
        base_url="/",
        title=word("list", name),
        matters=() if short else matter_choices(holdings, matters),
        sources=() if short else sources,
        statuses=() if short or query.view == View.CLOSING else status_choices(use.queues.waiting),
        stats=await _stats(use, officer, reach, figures, wanted.view),
        selectable=reach.writes
        and (query.view == View.CLOSING or _may_batch(use, query.view, query.matter)),
        empty=sections()["empty"].get(name, ""),
    )


async def _stats(
    use: Services, officer: Officer, reach: Reach, figures: Mapping[View, int], current: View
) -> tuple[StatCard, ...]:
    wrong = await use.queues.wrong()
    mine = use.review.names.department(officer.department)
    facts = {"department": mine, "refused": wrong.refused, "blocked": wrong.blocked}
    cards = []
    for view in _FIGURES:
        if view in LISTED and not figures[view] and view is not current:
            continue
        name = view.value or "todo"
        note = "todo_all" if view is View.TODO and reach.department is None else name
        cards.append(
            StatCard(
                text=word("view", name),
                value=figures[view],
                note=word("view_note", note, **facts),
                kind=_KINDS.get(view, "") if figures[view] else "",
                url=f"/?view={view.value}" if view.value else "/",
                current=view is current,
            )
        )
    return tuple(cards)


def _may_batch(use: Services, view: str, matter: str) -> bool:
    """Whether the cases of a list narrowed to one matter may be granted together."""
    holdings = use.trust.holdings
    today = holdings.calendar.day_of(use.clock.now())
    found = holdings.catalogue.current(MatterId(matter), today) if matter else None
    return view == View.TODO and found is not None and found.supports.batch


def _counted(section: str, text: str) -> str:
    """What to say of so many cases; nothing for what is no number."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(AT_ONCE_MAX)):
        return ""
    return word(section, "done" if int(text) else "none", count=int(text))


def _refusals(text: str) -> tuple[str, ...]:
    """The sentences for codes with their counts, as `close_all` put them into the address."""
    told = []
    for each in text.split(".")[:AT_ONCE_MAX]:
        code, _, count = each.partition("*")
        if code in labels.ERRORS and count.isascii() and count.isdigit():
            told.append(
                word("closing", "refused", count=int(count[:2]), reason=labels.error_text(code))
            )
    return tuple(told)


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (queue, all_cases, close_all, grant_all)
