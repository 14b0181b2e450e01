"""The lists of a centre: what waits for whom, how many of it, and in which order."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.calls import CallKind
from casework.case import Status
from casework.freshness import Heard
from casework.names import CaseId, MatterId, NodeId, Tier, tier_of
from casework.organisation import Officer, Role
from sync.case_lists import CaseFilter, CaseLine, Order, Survey
from township_node.services.office import Office
from township_node.services.reading import case_url
from township_node.words import word
from webui.held_file import sync_mark
from webui.list_view import (
    CaseList,
    CaseRowView,
    ListQuery,
    StatCard,
    read_list_query,
    row_of,
    status_choices,
)

SOON_WORKDAYS: Final = 2
DECIDERS: Final = frozenset({Role.APPROVER, Role.CHIEF_REPRESENTATIVE, Role.LEADER})
COUNTERS: Final = frozenset({Role.CLERK, Role.ISSUING})

FOR_REVIEW: Final = (Status.ACCEPTED, Status.IN_REVIEW, Status.DECIDED, Status.RESULT_HELD)
_FOR_ISSUING: Final = frozenset({Status.DECIDED, Status.RESULT_HELD, Status.READY})
_FOR_CLERK: Final = _FOR_ISSUING | {
    Status.COLLECTED,
    Status.RECEIVED,
    Status.AWAITING_SUPPLEMENT,
}
# What an officer of a role has to do with a case where the pen is here.
_TURNS: Final[Mapping[Role, frozenset[Status]]] = {
    Role.CLERK: _FOR_CLERK,
    Role.ISSUING: _FOR_ISSUING,
    Role.APPROVER: frozenset(FOR_REVIEW),
    Role.CHIEF_REPRESENTATIVE: frozenset(FOR_REVIEW),
    Role.LEADER: frozenset(FOR_REVIEW),
}
# Lists that no column of a case tells by itself; they are short.
_LISTED: Final = ("claims", "returns", "answers", "pickups")
QUEUES: Final = ("todo", "review", "overdue", "soon", "warned", "ready", "arrivals", *_LISTED)
PLACES: Final = ("here", "elsewhere", "closed", "all")
_HERE: Final = "here"
_ELSEWHERE: Final = "elsewhere"
_WARNED: Final = "warned"
_CARDS: Final = {
    "todo": "blue",
    "review": "blue",
    "overdue": "red",
    "soon": "amber",
    "warned": "amber",
    "ready": "",
    "arrivals": "",
    "claims": "",
    "returns": "amber",
    "answers": "amber",
    "pickups": "amber",
}


class Viewer(Struct, frozen=True):
    """Who looks at a list of this centre."""

    office: Office
    officer: Officer

    @property
    def decides_only(self) -> bool:
        """Whether review is this officer's work, and the counter is not."""
        roles = set(self.officer.roles)
        return not roles.isdisjoint(DECIDERS) and roles.isdisjoint(COUNTERS)

    @property
    def home(self) -> str:
        return "review" if self.decides_only else "todo"


async def queue(
    viewer: Viewer, asked: Mapping[str, str], *, base_url: str, only: str = ""
) -> CaseList:
    """What waits at this node. `only`: the one queue of a page of its own."""
    office = viewer.office
    query = _read(office, asked, () if only else QUEUES)
    shown = only or query.view or viewer.home
    filters = _filters(office)
    listed = {
        "claims": await office.lists.with_open_deposits(office.me),
        "returns": await office.lists.asked_back(office.me),
        "answers": await office.lists.called(CallKind.ANSWER, office.me),
        "pickups": await office.lists.called(CallKind.PAPERS, office.me),
    }
    wanted = _narrowed(office, filters[shown], query)
    if shown in _LISTED:
        some = listed[shown][query.offset : query.offset + query.limit]
        lines, total = await office.lists.lines(some), len(listed[shown])
    else:
        lines, total = await _page(office, wanted, query)
    counted = {} if only else {name: each for name, each in filters.items() if name not in _LISTED}
    survey = await office.lists.survey(filters[shown], counted)
    found = await _listed(viewer, lines, total, query, survey)
    return replace(
        found,
        base_url=base_url,
        title=word("list", shown),
        statuses=() if filters[shown].statuses else found.statuses,
        stats=() if only else _stats(viewer, {**survey.counts, **_lengths(listed)}, shown),
    )


async def register(viewer: Viewer, asked: Mapping[str, str], *, base_url: str) -> CaseList:
    """Every case that passes through this centre, whoever has it."""
    office = viewer.office
    query = _read(office, asked, PLACES)
    place = query.view or _HERE
    base = {
        "here": CaseFilter(pen=office.me),
        "elsewhere": CaseFilter(pen_elsewhere=office.me),
        "closed": CaseFilter(statuses=(Status.CLOSED,)),
        "all": CaseFilter(open_only=False),
    }[place]
    lines, total = await _page(office, _narrowed(office, base, query), query)
    survey = await office.lists.survey(base, {})
    found = await _listed(viewer, lines, total, query, survey)
    return replace(found, base_url=base_url, title=word("list", place))


async def search(viewer: Viewer, text: str, *, base_url: str) -> CaseList:
    """By number, by name, by the last four of an identity number."""
    lines = await viewer.office.lists.search(text)
    return CaseList(
        rows=await rows_of(viewer, lines),
        total=len(lines),
        query=ListQuery(size=max(len(lines), 1)),
        base_url=base_url,
        title=word("list", "found"),
        empty=word("list", "found_nothing"),
    )


async def rows_of(
    viewer: Viewer, lines: Sequence[CaseLine], *, warns: bool = False
) -> tuple[CaseRowView, ...]:
    heard = await viewer.office.lists.heard()
    rows = (_row(viewer, line, heard, warns=warns) for line in lines)
    return tuple(row for row in rows if row is not None)


def is_turn(officer: Officer, status: Status | None) -> bool:
    return any(status in _TURNS.get(role, frozenset()) for role in officer.roles)


def _row(viewer: Viewer, line: CaseLine, heard: Heard, *, warns: bool) -> CaseRowView | None:
    office, case = viewer.office, line.case
    matter = office.holdings.matter(case.matter)
    if matter is None:
        return None
    return row_of(
        case,
        matter=matter,
        calendar=office.calendar,
        now=office.now(),
        names=office.names,
        node=office.me,
        applicant=line.applicant,
        url=case_url(case.id),
        sync=sync_mark(line.row),
        may_act=is_turn(viewer.officer, case.status),
        heard=heard,
        guests=line.guests,
        warns=warns,
    )


async def _listed(
    viewer: Viewer, lines: Sequence[CaseLine], total: int, query: ListQuery, survey: Survey
) -> CaseList:
    office = viewer.office
    here = [(_HERE, word("source", _HERE))] if office.me in survey.openers else []
    below = [
        (node, office.names.short_place(node))
        for node in _villages(office)
        if node in survey.openers
    ]
    known = {office.me, *_villages(office)}
    others = any(node not in known for node in survey.openers)
    return CaseList(
        rows=await rows_of(viewer, lines, warns=query.view == _WARNED),
        total=total,
        query=query,
        base_url="",
        title="",
        matters=tuple((matter, _matter_name(office, matter)) for matter in survey.matters),
        sources=(*here, *below, *([(_ELSEWHERE, word("source", _ELSEWHERE))] if others else [])),
        statuses=status_choices(),
        empty=word("list", "empty"),
    )


async def _page(
    office: Office, wanted: CaseFilter, query: ListQuery
) -> tuple[tuple[CaseLine, ...], int]:
    orders: dict[str, Order] = {"urgent": "urgent", "newest": "newest", "oldest": "oldest"}
    return await office.lists.page(
        wanted, order=orders[query.sort], offset=query.offset, limit=query.limit
    )


def _filters(office: Office) -> dict[str, CaseFilter]:
    """What each queue holds: whoever has the pen has the work."""
    today = office.today()
    soon = office.calendar.add_workdays(today, SOON_WORKDAYS)
    here = CaseFilter(pen=office.me)
    return {
        "todo": here,
        "review": replace(here, statuses=FOR_REVIEW),
        "overdue": replace(here, due="overdue", due_from=today),
        "soon": replace(here, due="soon", due_from=today, due_until=soon),
        "today": replace(here, due="soon", due_from=today, due_until=today),
        "warned": replace(here, warned_by=today),
        "ready": replace(here, statuses=(Status.READY,)),
        "arrivals": replace(here, statuses=(Status.COLLECTED,)),
        "claims": here,
        "returns": here,
        "answers": here,
        "pickups": here,
    }


def _read(office: Office, asked: Mapping[str, str], views: Sequence[str]) -> ListQuery:
    """What the address asks for; every value is one of the sets in force."""
    matters = {matter.id for matter in office.holdings.catalogue.matters}
    sources = {_HERE, _ELSEWHERE, *_villages(office)}
    return read_list_query(asked, matters=matters, sources=sources, views=views)


def _narrowed(office: Office, base: CaseFilter, query: ListQuery) -> CaseFilter:
    wanted = base
    if query.matter:
        wanted = replace(wanted, matter=MatterId(query.matter))
    if query.status and not base.statuses:
        wanted = replace(wanted, statuses=(Status(query.status),))
    if query.source == _HERE:
        wanted = replace(wanted, opened_by=(office.me,))
    elif query.source == _ELSEWHERE:
        wanted = replace(wanted, not_opened_by=(office.me, *_villages(office)))
    elif query.source:
        wanted = replace(wanted, opened_by=(NodeId(query.source),))
    return wanted


def _address(viewer: Viewer, name: str) -> str:
    """A list with a place of its own in the menu is shown there, to those who have it."""
    return (
        "/arrivals" if name == "arrivals" and "clerk" in viewer.officer.roles else f"/?view={name}"
    )


def _stats(viewer: Viewer, counts: Mapping[str, int], shown: str) -> tuple[StatCard, ...]:
    listed = ["review" if viewer.decides_only else "todo", "overdue", "soon", "warned", "ready"]
    listed += [name for name in _LISTED if counts[name]]
    listed += [] if viewer.decides_only else ["arrivals"]
    return tuple(
        StatCard(
            text=word("stat", name),
            value=counts[name],
            note=_note(name, counts),
            kind=_CARDS[name] if counts[name] else "",
            url=_address(viewer, name),
            current=name == shown,
        )
        for name in listed
    )


def _lengths(listed: Mapping[str, Sequence[CaseId]]) -> dict[str, int]:
    return {name: len(cases) for name, cases in listed.items()}


def _note(name: str, counts: Mapping[str, int]) -> str:
    if name in {"todo", "review"}:
        count = counts["today"]
        return word("stat", "today", count=count) if count else word("stat", "none_today")
    return word("stat", f"{name}_note", days=SOON_WORKDAYS)


def _matter_name(office: Office, matter: MatterId) -> str:
    versions = office.holdings.catalogue.versions_of(matter)
    return versions[-1].short_name if versions else matter


def _villages(office: Office) -> tuple[NodeId, ...]:
    return tuple(
        node.id
        for node in office.holdings.regions.nodes
        if node.parent == office.me and tier_of(node.id) is Tier.VILLAGE
    )
