"""The lists of a laptop: what has not been sent, what is under way, what papers are owed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from casework.case import Case, Status
from casework.names import CaseId
from casework.organisation import Officer
from sync.case_lists import CaseFilter, CaseLine
from village_agent.services.bags import waiting_bags
from village_agent.services.mending import is_sent_back, owes_papers
from village_agent.services.reading import case_url, given_for, read_file
from village_agent.services.station import Station
from village_agent.services.telling import is_for_here, mark_with_reason, sent_back_of
from village_agent.store import cases as store
from village_agent.words import word
from webui import labels
from webui.filters import clock_time, day_short, local, mask_name
from webui.held_file import sync_mark
from webui.list_view import SyncMark

VIEWS: Final = ("open", "results", "done", "all")
PAGE_SIZE: Final = 20
DONE: Final = (Status.DELIVERED, Status.CLOSED)
UNDER_WAY: Final = tuple(
    status for status in Status if status not in {*DONE, Status.READY, Status.DRAFT}
)
# The parts of an entry that are not scans.
_MATERIAL: Final = "m"


class Row(Struct, frozen=True, kw_only=True):
    """A line of any list of this laptop; the name is masked, as in every list."""

    url: str
    applicant: str
    matter: str
    note: str
    status: str
    mark: SyncMark | None
    action: str = "open"
    urgent: bool = False


class Owing(Struct, frozen=True, kw_only=True):
    """A case whose applicant has something to bring."""

    row: Row
    by: date | None
    brought: bool  # something was brought already, and waits to be taken up


class Home(Struct, frozen=True, kw_only=True):
    rows: tuple[Row, ...]
    drafts: int
    under_way: int
    results: int
    here: int  # results that wait in this village
    owing: int
    earliest: date | None
    bags: int


class Listed(Struct, frozen=True, kw_only=True):
    """A page of 我的代办件."""

    rows: tuple[Row, ...]
    total: int
    view: str
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


async def home(station: Station, officer: Officer) -> Home:
    owing = [one for one in await owing_papers(station, officer) if not one.brought]
    days = [one.by for one in owing if one.by is not None]
    survey = await station.lists.survey(
        CaseFilter(),
        {
            "under_way": CaseFilter(statuses=UNDER_WAY),
            "results": CaseFilter(statuses=(Status.READY,)),
            "here": CaseFilter(statuses=(Status.READY,), pickup=station.me, pen=station.me),
        },
    )
    counts = survey.counts
    drafts = await drafts_of(station)
    return Home(
        rows=(*await not_sent(station, officer), *drafts),
        drafts=len(drafts),
        under_way=counts["under_way"],
        results=counts["results"],
        here=counts["here"],
        owing=len(owing),
        earliest=min(days, default=None),
        bags=len(await waiting_bags(station)),
    )


async def not_sent(station: Station, officer: Officer) -> tuple[Row, ...]:
    """What has not reached the township: first what came back, then what never left."""
    held = await store.with_pen(station.desk.node.database, station.me)
    back = [case.id for case in held if is_sent_back(case, station.me)]
    waiting = await store.unsent(station.desk.node.database, station.me, station.parent)
    lines = await station.lists.lines(tuple(dict.fromkeys((*back, *waiting))))
    return tuple([await _row(station, officer, line) for line in lines])


async def drafts_of(station: Station) -> tuple[Row, ...]:
    """Applications that were begun and not handed in; those that mend a case stand with it."""
    lines = await station.drafts.list_all()
    known = {line.case.id for line in await station.lists.lines([CaseId(one.id) for one in lines])}
    rows = []
    for line in lines:
        if line.id in known or not (line.applicant or line.files or line.matter):
            continue
        matter = station.holdings.matter(line.matter) if line.matter is not None else None
        when = _when(station, line.updated_at)
        rows.append(
            Row(
                url=f"/intake/{line.id}",
                applicant=mask_name(line.applicant),
                matter=matter.short_name if matter is not None else "",
                note=word("row", "draft", when=when, count=line.files),
                status="draft",
                mark=None,
                action="continue",
            )
        )
    return tuple(rows)


async def mine(station: Station, officer: Officer, view: str, number: int) -> Listed:
    """Everything that passed through this laptop, by how far it is."""
    wanted = {
        "open": CaseFilter(statuses=UNDER_WAY),
        "results": CaseFilter(statuses=(Status.READY,)),
        "done": CaseFilter(statuses=DONE, open_only=False),
        "all": CaseFilter(open_only=False),
    }[view]
    lines, total = await station.lists.page(
        wanted, order="newest", offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    rows = [await _row(station, officer, line) for line in lines]
    return Listed(rows=tuple(rows), total=total, view=view, number=number)


async def search(station: Station, officer: Officer, text: str) -> tuple[Row, ...]:
    """By number, by name, by the last four of an identity number."""
    return tuple([await _row(station, officer, line) for line in await station.lists.search(text)])


async def owing_papers(station: Station, officer: Officer) -> tuple[Owing, ...]:
    """Cases whose applicants have papers to bring, the most pressing first."""
    statuses = (
        *(Status.AWAITING_SUPPLEMENT, Status.ACCEPTED, Status.IN_REVIEW),
        *(Status.DECIDED, Status.RESULT_HELD),
    )
    cases = await store.in_status(station.desk.node.database, statuses)
    owing = {case.id: case for case in cases if owes_papers(case)}
    deposited = await store.deposits_from(station.desk.node.database, station.me)
    found = []
    for line in await station.lists.lines(tuple(owing)):
        case = line.case
        open_ones = set(deposited.get(case.id, ())) - set(case.taken_up)
        found.append(
            Owing(
                row=await _row(station, officer, line),
                by=date.fromisoformat(case.supply_by) if case.supply_by else None,
                brought=bool(open_ones),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.brought, one.by or date.max)))


async def for_handing_over(station: Station, officer: Officer) -> tuple[Row, ...]:
    """Results that came here to be handed over."""
    cases = await store.with_pen(station.desk.node.database, station.me)
    ready = [case.id for case in cases if is_for_here(case, station.me)]
    return tuple(
        [await _row(station, officer, line) for line in await station.lists.lines(tuple(ready))]
    )


async def _row(station: Station, officer: Officer, line: CaseLine) -> Row:
    case = line.case
    matter = station.holdings.matter(case.matter)
    mark = sync_mark(line.row)
    if is_sent_back(case, station.me):
        given = given_for(station, await read_file(station, officer, case.id))
        mark = mark_with_reason(mark, sent_back_of(given)) or mark
    began = case.timeline[0].at if case.timeline else station.now()
    return Row(
        url=case_url(case.id),
        applicant=mask_name(line.applicant),
        matter=matter.short_name if matter is not None else case.matter.matter,
        note=word("row", "taken", when=_when(station, began), count=_scans(case)),
        status=labels.STATUS_PUBLIC[case.status.value] if case.status else "",
        mark=mark,
        urgent=mark.state in {"returned", "quarantined"},
    )


def _scans(case: Case) -> int:
    return sum(
        part.ref.name.startswith(_MATERIAL) and part.ref.name[1:].isdigit() for part in case.parts
    )


def _when(station: Station, at: datetime) -> str:
    """How an agent speaks of a moment: today, yesterday, or the day."""
    days = (station.today() - local(at).date()).days
    time = clock_time(at)[:5]
    if days == 0:
        return word("row", "today", time=time)
    if days == 1:
        return word("row", "yesterday", time=time)
    return f"{day_short(at)} {time}"


def owing_words(count: int, earliest: date | None) -> str:
    if not count:
        return word("home", "owing_none")
    if earliest is None:
        return word("home", "owing_open", count=count)
    return word("home", "owing", count=count, day=day_short(earliest))


def view_choices() -> Sequence[tuple[str, str]]:
    return tuple((view, word("view", view)) for view in VIEWS)
