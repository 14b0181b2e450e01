"""Publishing: what is in force, what was loaded, and the button that makes the one the other."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.instants import instant_text
from central.routes.access import officer_of, services
from central.services.county import NothingLoadedError
from central.services.lint_gate import LintStandsError
from central.services.publishing import MissingKeyError
from central.services.reach import ADMIN_ROLES, PUBLISHING_ROLES, READING_ROLES, reach_of
from central.words import word
from sync.bodies import SetName
from sync.errors import EnvelopeError
from webui import labels
from webui.forms import read_form
from webui.gate import require_role
from webui.responses import page, redirect

_UNPROCESSABLE: Final = 422


@get("/publishing", guards=[require_role(*ADMIN_ROLES)])
async def publishing(request: Request[Any, Any, Any]) -> Template:
    asked = request.query_params.get("published")
    return await _page(request, done="" if asked is None else _told(asked))


@post("/publishing", guards=[require_role(*PUBLISHING_ROLES)], status_code=303)
async def publish(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    use, form = services(request), await read_form(request)
    if form.typed("seen") != _seen(await use.county.loaded.loaded_at()):
        problem = word("publishing", "loaded_anew")
        return await _page(request, problem=problem, status_code=_UNPROCESSABLE)
    try:
        published = await use.county.publish()
    except NothingLoadedError:
        problem = word("publishing", "not_loaded")
    except MissingKeyError:
        problem = word("publishing", "no_key")
    except LintStandsError:
        problem = ""  # the page says how many there are
    except EnvelopeError as error:
        problem = labels.error_text(error.code)
    else:
        told = ".".join(f"{each.set}-{each.version}" for each in published)
        return redirect(request, "/publishing", published=told)
    return await _page(request, problem=problem, status_code=_UNPROCESSABLE)


@get("/publishing/dates", guards=[require_role(*READING_ROLES)])
async def moved_dates(request: Request[Any, Any, Any]) -> Template:
    """What the newest calendar did to open cases, and how far that has been computed."""
    use, reach = services(request), reach_of(officer_of(request))
    ranking = use.queues.lists.ranking
    await ranking.rank()
    narrow = reach.sees_cases and reach.department is not None
    moves = await use.queues.changes.moves(use.queues.matters_within(reach) if narrow else None)
    names = {matter.id: matter.short_name for matter in use.trust.holdings.catalogue.matters}
    return await page(
        request,
        "publishing/dates.html",
        "publishing/_dates.html",
        progress=await ranking.progress(),
        moves=moves,
        matter_name=lambda matter: names.get(matter, matter),
        sees_cases=reach.sees_cases,
        calendar_version=use.trust.holdings.versions.calendar,
    )


async def _page(
    request: Request[Any, Any, Any], *, done: str = "", problem: str = "", status_code: int = 200
) -> Template:
    use = services(request)
    loaded = await use.comparison.now()
    roles = officer_of(request).roles
    versions = use.trust.holdings.versions
    held = [each for each in await use.county.lint.held() if each.stands]
    return await page(
        request,
        "publishing/page.html",
        loaded=loaded,
        seen=_seen(loaded.at),
        versions=[(word("set", name), versions.version_of(name)) for name in SetName],
        set_name=lambda name: word("set", name),
        is_changed=any(each.is_changed for each in loaded.changes),
        may_publish=not PUBLISHING_ROLES.isdisjoint(roles),
        held=word("publishing", "lint_stands", count=len(held)) if held else "",
        no_key=word("publishing", "no_key"),
        done=done,
        problem=problem,
        status_code=status_code,
    )


def _seen(loaded_at: datetime | None) -> str:
    """What a page shows of when its data was loaded, to publish nothing that nobody looked at."""
    return instant_text(loaded_at) if loaded_at is not None else ""


def _told(text: str) -> str:
    """What was published, from the address; anything else there says nothing."""
    sets = []
    for each in text.split(".")[: len(SetName)]:
        name, _, version = each.partition("-")
        if name in frozenset(SetName) and version.isascii() and version.isdigit():
            named = word("set", name)
            sets.append(word("publishing", "set", name=named, version=int(version[:9])))
    return (
        word("publishing", "published", sets="、".join(sets))
        if sets
        else word("publishing", "nothing")
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (publishing, publish, moved_dates)
