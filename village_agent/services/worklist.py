"""The lists of a laptop: what has not been sent, what is under way, what papers are owed."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.calls import CallKind
from casework.case import Case, Moment, Status
from casework.freshness import Heard
from casework.names import CaseId, OfficerId
from sync.case_lists import CaseFilter, CaseLine
from village_agent.services.listed import PAGE_SIZE, Listed, listed
from village_agent.services.reading import case_url
from village_agent.services.station import Station
from village_agent.services.telling import return_of, return_reasons
from village_agent.store import cases as store
from village_agent.store.cases import Window
from village_agent.words import word
from webui import labels
from webui.case_freshness import row_words
from webui.filters import clock_time, day_short, local, mask_name
from webui.held_file import sync_mark
from webui.sync_mark import SyncMark

ANSWERS: Final = "answers"
VIEWS: Final = ("open", "results", "done", "all", ANSWERS)
DONE: Final = (Status.DELIVERED, Status.CLOSED)
UNDER_WAY: Final = tuple(
    status for status in Status if status not in {*DONE, Status.READY, Status.DRAFT}
)
# The parts of an entry: scans bear the names of their materials, a notice has one of its own.
_MATERIAL: Final = "m"
_NOTICE: Final = "notice"


class Row(Struct, frozen=True, kw_only=True):
    """A line of any list of this laptop; the name is masked, as in every list."""

    url: str
    applicant: str
    matter: str
    note: str
    status: str
    mark: SyncMark | None
    known: str = ""  # as of when, where that is not now
    action: str = "open"
    urgent: bool = False


class Owing(Struct, frozen=True, kw_only=True):
    """A case whose applicant has something to bring."""

    row: Row
    by: date | None
    brought: bool  # something was brought already, and waits to be taken up


class Home(Struct, frozen=True, kw_only=True):
    unsent: Listed[Row]
    drafts: int
    under_way: int
    results: int
    here: int  # results that wait in this village
    owing: int
    earliest: date | None
    bags: int
    answers: int  # cases about which this village is asked, or which the county asks for


async def home(station: Station, officer: OfficerId) -> Home:
    """What has not been sent, and figures that are counted without reading any case."""
    await station.lists.ranking.rank()
    figures = await store.figures(station.desk.node.database, station.me)
    drafts = await drafts_of(station, officer)
    return Home(
        unsent=await _not_sent(station, drafts, 1),
        drafts=len(drafts),
        under_way=sum(figures.by_status.get(status, 0) for status in UNDER_WAY),
        results=figures.by_status.get(Status.READY, 0),
        here=figures.here,
        owing=figures.owing,
        earliest=figures.earliest,
        bags=figures.bags,
        answers=len(await _asked(station)),
    )


async def not_sent(station: Station, officer: OfficerId, number: int) -> Listed[Row]:
    """What has not reached the township: what came back, what never left, what is half typed."""
    return await _not_sent(station, await drafts_of(station, officer), number)


async def _not_sent(station: Station, drafts: tuple[Row, ...], number: int) -> Listed[Row]:
    async def read(window: Window) -> tuple[tuple[Row, ...], int]:
        cases, count = await store.unsent(
            station.desk.node.database, station.me, station.parent, window
        )
        rows = await _rows(station, await station.lists.lines(cases))
        passed = max(0, window.offset - count)
        return (*rows, *drafts[passed : passed + window.limit - len(rows)]), count + len(drafts)

    return await listed(read, number)


async def drafts_of(station: Station, officer: OfficerId) -> tuple[Row, ...]:
    """Applications that were begun and not handed in; those that mend a case stand with it."""
    lines = await station.drafts.list_open_to(officer)
    known = await store.known(station.desk.node.database, [line.id for line in lines])
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


async def mine(station: Station, view: str, number: int) -> Listed[Row]:
    """This village's own cases, by how far they are; or those about which it is asked."""
    if view == ANSWERS:
        return await _to_answer(station, number)
    own = CaseFilter(own=station.me, open_only=False)
    wanted = {
        "open": replace(own, statuses=UNDER_WAY),
        "results": replace(own, statuses=(Status.READY,)),
        "done": replace(own, statuses=DONE),
        "all": own,
    }[view]

    async def read(window: Window) -> tuple[tuple[CaseLine, ...], int]:
        return await station.lists.page(
            wanted, order="newest", offset=window.offset, limit=window.limit
        )

    found = await listed(read, number)
    return found.of(await _rows(station, found.rows))


async def _asked(station: Station) -> tuple[CaseId, ...]:
    """What another node waits for: an answer, or a case that the county asks for."""
    wanted_back = await station.lists.asked_back(station.me)
    questions = await station.lists.called(CallKind.ANSWER, station.me)
    return tuple(dict.fromkeys((*wanted_back, *questions)))


async def _to_answer(station: Station, number: int) -> Listed[Row]:
    asked = await _asked(station)

    async def read(window: Window) -> tuple[tuple[CaseLine, ...], int]:
        some = asked[window.offset : window.offset + window.limit]
        return await station.lists.lines(some), len(asked)

    found = await listed(read, number)
    return found.of(await _rows(station, found.rows))


async def search(station: Station, text: str) -> tuple[tuple[Row, ...], bool]:
    """By number, by name, by the last four of an identity number; whether there are more."""
    lines = await station.lists.search(text, limit=PAGE_SIZE + 1)
    rows = await _rows(station, lines[:PAGE_SIZE])
    return rows, len(lines) > PAGE_SIZE


async def owing_papers(station: Station, number: int) -> Listed[Owing]:
    """Cases whose applicants have papers to bring, the most pressing first."""
    database = station.desk.node.database
    found = await listed(partial(store.owing, database, station.me), number)
    lines = await station.lists.lines([each.id for each in found.rows])
    shown = await _rows(station, lines)
    rows = {line.case.id: row for line, row in zip(lines, shown, strict=True)}
    return found.of(
        tuple(
            Owing(row=rows[each.id], by=each.by, brought=each.brought)
            for each in found.rows
            if each.id in rows
        )
    )


async def for_handing_over(station: Station, number: int) -> Listed[Row]:
    """Results that came here to be handed over."""
    database = station.desk.node.database
    found = await listed(partial(store.for_here, database, station.me), number)
    lines = await station.lists.lines(found.rows)
    return found.of(await _rows(station, lines))


async def _rows(station: Station, lines: Sequence[CaseLine]) -> tuple[Row, ...]:
    heard = await station.lists.heard()
    return tuple([await _row(station, line, heard) for line in lines])


async def _row(station: Station, line: CaseLine, heard: Heard) -> Row:
    case = line.case
    matter = station.holdings.matter(case.matter)
    mark = sync_mark(line.row)
    if (returned := return_of(case, station.me)) is not None:
        reasons = return_reasons(returned, await _notice_text(station, case, returned))
        mark = SyncMark("returned", reason="；".join(reasons))
    began = case.timeline[0].at if case.timeline else station.now()
    return Row(
        url=case_url(case.id),
        applicant=mask_name(line.applicant),
        matter=matter.short_name if matter is not None else case.matter.matter,
        note=word("row", "taken", when=_when(station, began), count=_scans(case)),
        status=labels.STATUS_PUBLIC[case.status.value] if case.status else "",
        known=row_words(case, heard, station.me, station.now(), mark),
        mark=mark,
        urgent=mark.state in {"returned", "quarantined"},
    )


async def _notice_text(station: Station, case: Case, returned: Moment) -> str:
    """What was written with the return, as far as it lies here."""
    found = [
        await station.desk.read_part(part.ref.hash)
        for part in case.parts
        if part.entry == returned.entry and part.ref.name == _NOTICE
    ]
    return "\n".join(content.decode(errors="replace") for content in found if content)


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
