"""Every page of the walk-through, with ten thousand cases in the database.

Each tier's application runs in this process and is asked as a browser asks it, one request after
another: what is measured is what the server does, from the request to the last byte of the answer.
The note beside each says how much of that was this process at work, on whatever else was going on.
`PAGES` is the list to complete when a page is added.
"""

import asyncio
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
from litestar import Litestar
from msgspec import Struct

from casework.names import OfficerId
from central.app import create_app as create_central
from central.settings import Settings as CentralSettings
from deploy.onebox.plan import HOST
from deploy.onebox.visitor import Form, Page, Visitor
from sync.clock import SystemClock
from sync.tables import UNRANKED
from tests.benchmarks.crowd import ALLOWANCE
from tests.benchmarks.figures import Figure, distribution, figure, show, spread
from tests.builders import CHEN, LIN, TOWN, VILLAGE, WU
from tests.halls import COUNTY_DIR, PASSWORD, free_port, give_account, running
from township_node.app import create_app as create_township
from township_node.settings import Settings as TownshipSettings
from village_agent.app import create_app as create_village
from village_agent.settings import Settings as VillageSettings

TIMES: Final = 30
WARM_UP: Final = 3
RANKING_SECONDS_MAX: Final = 60.0
LUO: Final = OfficerId("o0089")
_UNRANKED: Final = f"SELECT 1 FROM case_row WHERE urgency = {UNRANKED} LIMIT 1"
_UNWARNED: Final = "SELECT 1 FROM case_row WHERE warns_on IS NULL LIMIT 1"
# A laptop closes what came before anybody signed in, once somebody has.
_UNCLOSED: Final = "SELECT 1 FROM case_row WHERE applicant NOT LIKE '~%' LIMIT 1"
_REVISION: Final = re.compile(r'name="revision"[^>]* value="(\d+)"')


class Visit(Struct, frozen=True):
    """A page, or what one is asked to do. Braces name a case, a draft and what to look for."""

    name: str
    address: str
    fields: Mapping[str, str] | None = None  # sent to it, where it is not only opened


class Took(Struct, frozen=True):
    """Milliseconds that passed, and those that this process worked meanwhile."""

    passed: float
    worked: float


class Tour(Struct, frozen=True):
    """What one person looks at, in one place."""

    place: str
    officer: OfficerId
    visits: tuple[Visit, ...]


PAGES: Final = (
    Tour(
        "county",
        CHEN,
        (
            Visit("queue", "/"),
            Visit("queue, overdue", "/?view=overdue"),
            Visit("queue, warned of", "/?view=warned"),
            Visit("all cases", "/cases"),
            Visit("case", "/cases/{case}"),
            Visit("clocks of a case", "/cases/{case}/clocks"),
            Visit("search by name", "/search", {"q": "{name}"}),
            Visit("search by end of number", "/search", {"q": "0038"}),
            Visit("acceptance notice, a PDF", "/cases/{case}/papers/acceptance-notice.pdf"),
        ),
    ),
    Tour(
        "county administration",
        LUO,
        (
            Visit("matters", "/matters"),
            Visit("matter", f"/matters/{ALLOWANCE}"),
            Visit("delegations", "/delegations"),
            Visit("nodes", "/nodes"),
            Visit("enrolment", "/nodes/enrolment"),
            Visit("publishing", "/publishing"),
            Visit("incidents", "/incidents"),
        ),
    ),
    Tour(
        "township",
        WU,
        (
            Visit("home", "/"),
            Visit("home, warned of", "/?view=warned"),
            Visit("arrivals", "/arrivals"),
            Visit("results", "/results"),
            Visit("cases", "/cases"),
            Visit("cases elsewhere", "/cases?view=elsewhere"),
            Visit("case", "/cases/{case}"),
            Visit("clocks of a case", "/cases/{case}/clocks"),
            Visit("search by name", "/cases/search", {"q": "{name}"}),
            Visit("search by end of number", "/cases/search", {"q": "0038"}),
            Visit("matters", "/matters"),
            Visit("outbox", "/outbox"),
            Visit("matters found", "/intake/matters?q=低保"),
            Visit("intake form", "{draft}"),
            Visit("decision panel", "{draft}/decide", {}),
            Visit("sync bar", "/sync/bar"),
        ),
    ),
    Tour(
        "village",
        LIN,
        (
            Visit("home", "/"),
            Visit("choose a matter", "/collect"),
            Visit("cases", "/cases"),
            Visit("owing", "/owing"),
            Visit("case", "/cases/{case}"),
            Visit("search by name", "/cases/search", {"q": "{name}"}),
            Visit("bags", "/bags"),
            Visit("collection receipt, a PDF", "/cases/{case}/papers/collection-receipt.pdf"),
            Visit("intake form", "{draft}"),
            Visit("decision panel", "{draft}/decide", {}),
        ),
    ),
)


async def measure(crowded: Path) -> None:
    slowest: list[float] = []
    for tour in PAGES:
        app = _application(crowded, tour)
        async with running(app):
            await give_account(app, tour.officer, tour.officer)
            for shown in await _walk(app, tour):
                assert shown.distribution is not None, "pages are measured many times"
                slowest.append(shown.distribution.p95)
                show(shown)
    show(figure("pages: slowest p95", max(slowest), "milliseconds"))


async def _walk(app: Litestar, tour: Tour) -> list[Figure]:
    """Every page a few times until the server has settled, then each many times."""
    visitor = await _visitor(app, tour.officer)
    words = await _words(app, visitor, tour)
    asked = [(visit, *_filled(visit, words)) for visit in tour.visits]
    for _ in range(WARM_UP):
        for _, address, fields in asked:
            await _once(visitor, address, fields)
    await _settled(app, _UNRANKED)
    if tour.place == "village":
        await _settled(app, _UNCLOSED)
    if any("warned" in visit.address for visit in tour.visits):
        await _settled(app, _UNWARNED)
    shown = []
    for visit, address, fields in asked:
        took = [await _once(visitor, address, fields) for _ in range(TIMES)]
        worked = distribution([each.worked for each in took])
        shown.append(
            spread(
                f"page: {tour.place}, {visit.name}",
                [each.passed for each in took],
                "milliseconds",
                note=f"processor time: p50 {worked.p50}, p95 {worked.p95}",
            )
        )
    await visitor.close()
    return shown


async def _settled(app: Litestar, unsettled: str) -> None:
    """What lists ask of cases that came in a heap is computed once, in the background."""
    database = app.state.services.database
    async with asyncio.timeout(RANKING_SECONDS_MAX):
        while await database.fetch(unsettled):  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.1)


def _filled(visit: Visit, words: Mapping[str, Any]) -> tuple[str, dict[str, str] | None]:
    address = visit.address.format_map(words)
    if visit.fields is None:
        return address, None
    typed = {name: value.format_map(words) for name, value in visit.fields.items()}
    is_of_draft = words["draft"] and address.startswith(words["draft"])
    # What a draft's page holds is sent along, and is the draft's to go on with.
    form: dict[str, str] = words["form"]
    return address, form if is_of_draft else typed


async def _once(visitor: Visitor, address: str, filled: dict[str, str] | None) -> Took:
    """How long the whole page took; a draft's revision goes on with each change."""
    client, began, worked = visitor._client, time.perf_counter(), time.process_time()
    if filled is None:
        answer = await client.get(address, follow_redirects=False)
    else:
        headers = {"x-csrf-token": visitor._token, "hx-request": "true"}
        answer = await client.post(address, data=filled, headers=headers, follow_redirects=False)
    took = Took(1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked))
    assert answer.status_code == httpx.codes.OK, f"{address}: {answer.status_code}"
    if filled is not None and (revision := _REVISION.search(answer.text)):
        filled["revision"] = revision[1]
    return took


async def _visitor(app: Litestar, officer: OfficerId) -> Visitor:
    url = f"http://{HOST}"
    visitor = Visitor(url)
    await visitor.close()
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    visitor._client = httpx.AsyncClient(transport=transport, base_url=url, follow_redirects=True)
    await visitor.sign_in(officer, PASSWORD)
    return visitor


async def _words(app: Litestar, visitor: Visitor, tour: Tour) -> dict[str, Any]:
    """A case to look at, somebody to look for, and a draft with a matter chosen."""
    me = app.state.services.node.id
    rows = await app.state.services.database.fetch(
        "SELECT id, applicant FROM case_row WHERE pen = ? AND matter = ? ORDER BY moved_at LIMIT 1",
        (me, ALLOWANCE),
    )
    case, stored = rows[0]
    name = app.state.services.node.vault.open_text(case, "applicant", stored)
    words = {"case": case, "name": name, "draft": "", "form": {}}
    if any("{draft}" in visit.address for visit in tour.visits):
        page = await _begin(visitor, village=me == VILLAGE)
        form = page.form(page.url.removeprefix(visitor.base_url))
        words |= {"draft": page.url.removeprefix(visitor.base_url), "form": dict(form.fields)}
    return words


async def _begin(visitor: Visitor, *, village: bool) -> Page:
    """A draft for the allowance, as it is opened at this tier."""
    chosen = {"choose": f"{ALLOWANCE}@1"}
    if village:
        return await visitor.send(Form("/collect", "post", [], []), chosen)
    page = await visitor.open("/intake/new")
    form = page.form(page.url.removeprefix(visitor.base_url))
    await visitor.send(Form(f"{page.url}/matter", "post", form.fields, []), chosen)
    return await visitor.open(page.url)


def _application(folder: Path, tour: Tour) -> Litestar:
    clock = SystemClock()
    match tour.place:
        case "township":
            told = TownshipSettings(data_dir=folder / TOWN, sync_enabled=False)
            return create_township(told, clock)
        case "village":
            return create_village(VillageSettings(data_dir=folder / VILLAGE), clock)
        case _:
            listen = f"{HOST}:{free_port()}"
            settings = CentralSettings(data_dir=folder / COUNTY_DIR, nats_listen=listen)
            return create_central(settings, clock)
