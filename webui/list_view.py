"""Lists of cases: what a row shows, how a list is narrowed, and the figures above it.

A row is made of plain values, so that a tier may fill it from its own columns; `row_of` makes one
from the case itself. What comes in the query string is checked against closed sets, and nothing
personal is ever part of it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from casework.asking import Guest
from casework.calendar import Calendar
from casework.case import SUPPLEMENT, Case, Deferral, Extension, Status
from casework.case_clocks import in_order, urgency_of
from casework.freshness import Heard
from casework.lamp import Lamp
from casework.matter import MatterVersion
from casework.names import NodeId, is_of_county
from casework.step_clocks import special_clocks, step_clocks
from casework.steps import passed_over_at_last, progress_of
from webui import labels
from webui.case_clock_view import gravest_warning
from webui.case_freshness import row_words
from webui.case_words import find_word, pairs, word
from webui.filters import mask_name
from webui.names_known import Names
from webui.sync_mark import SyncMark

PAGE_SIZE: Final = 20
PAGE_MAX: Final = 10_000
# Where a step or a special procedure may be late; before and after, the case's own clock tells.
_IN_WORK: Final = frozenset({Status.ACCEPTED, Status.IN_REVIEW, Status.DECIDED})
SORTS: Final = ("urgent", "newest", "oldest")


class Tag(Struct, frozen=True):
    text: str
    kind: str = "orange"


class CaseRowView(Struct, frozen=True, kw_only=True):
    """One line of a list."""

    id: str
    number: str
    applicant: str
    matter: str
    status: str
    source: str
    stage: str
    lamp: Lamp | None
    lamp_url: str | None
    known: str = ""  # as of when, where that is not now
    sync: SyncMark | None
    tags: tuple[Tag, ...]
    action: str
    url: str
    is_turn: bool = True
    note: str = ""  # what must be known before something is done to it in a batch


class StatCard(Struct, frozen=True, kw_only=True):
    """A figure above the list; with an address it also narrows the list."""

    text: str
    value: int
    note: str = ""
    kind: str = ""
    url: str | None = None
    current: bool = False


class ListQuery(Struct, frozen=True, kw_only=True):
    """How a list is narrowed and sorted; every value is one that was allowed."""

    matter: str = ""
    source: str = ""
    status: str = ""
    sort: str = "urgent"
    view: str = ""
    page: int = 1
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def limit(self) -> int:
        return self.size

    def url(self, **changes: str | int) -> str:
        """The query string with some values changed; another filter begins at page one."""
        page = changes.pop("page", 1)
        values = {
            "view": self.view,
            "matter": self.matter,
            "source": self.source,
            "status": self.status,
            "sort": "" if self.sort == SORTS[0] else self.sort,
            **changes,
        }
        kept = {name: value for name, value in values.items() if value}
        return "?" + urlencode({**kept, "page": page} if page != 1 else kept)


class CaseList(Struct, frozen=True, kw_only=True):
    """The one value that `kit/case/_list.html` takes, as `cases`. Choices are codes and words."""

    rows: Sequence[CaseRowView]
    total: int
    query: ListQuery
    base_url: str
    title: str
    matters: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    statuses: tuple[tuple[str, str], ...] = ()
    stats: tuple[StatCard, ...] = ()
    selectable: bool = False
    is_village: bool = False
    empty: str = ""
    note: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.query.size))

    @property
    def sorts(self) -> tuple[tuple[str, str], ...]:
        return pairs("sort", *SORTS)

    @property
    def page_url(self) -> str:
        """The address of a page, up to its number."""
        query = self.query.url()
        return f"{self.base_url}{query}{'' if query == '?' else '&'}page="


def read_list_query(
    query: Mapping[str, str],
    *,
    matters: Collection[str],
    sources: Collection[str] = (),
    views: Collection[str] = (),
    size: int = PAGE_SIZE,
) -> ListQuery:
    """What the address asks for, as far as it is allowed; anything else counts as not asked."""

    def allowed(name: str, values: Collection[str], otherwise: str = "") -> str:
        return query[name] if query.get(name) in values else otherwise

    return ListQuery(
        matter=allowed("matter", matters),
        source=allowed("source", sources),
        status=allowed("status", tuple(Status)),
        sort=allowed("sort", SORTS, SORTS[0]),
        view=allowed("view", views),
        page=_page(query.get("page", "1")),
        size=size,
    )


def status_choices(statuses: Iterable[Status] = Status) -> tuple[tuple[str, str], ...]:
    return tuple((status.value, labels.STATUS[status.value]) for status in statuses)


def row_of(  # noqa: PLR0913 - what a row shows, each by its name
    case: Case,
    *,
    matter: MatterVersion,
    calendar: Calendar,
    now: datetime,
    names: Names,
    node: NodeId,
    applicant: str | None,
    url: str,
    sync: SyncMark | None = None,
    unmasked: bool = False,
    may_act: bool = True,
    heard: Heard | None = None,
    guests: Collection[Guest] = (),
    warns: bool = False,
) -> CaseRowView:
    """A case as a line of a node's list; `may_act`: whether this officer has anything to do.

    `warns`: the list is of what is warned of, so each line says of what.
    """
    urgency = urgency_of(case, matter, calendar, now)
    is_turn = may_act and case.pen == node and case.is_open and not case.is_frozen
    return CaseRowView(
        id=case.id,
        number=case.number,
        applicant=(applicant or "") if unmasked else mask_name(applicant),
        matter=matter.short_name,
        status=case.status.value if case.status else "",
        source=names.source(case, node),
        stage=stage_words(case, names, node),
        known=row_words(case, heard, node, now, sync, guests=guests),
        lamp=urgency.lamp if urgency else None,
        lamp_url=f"{url}/clocks" if urgency else None,
        sync=sync,
        tags=(
            *tags_of(case),
            *late_tags(case, matter, calendar, now),
            *(passed_tags(case, matter) if is_of_county(node) else ()),
        ),
        action=action_words(case, is_turn=is_turn),
        url=url,
        is_turn=is_turn,
        note=gravest_warning(case, matter, calendar, now) if warns else "",
    )


def late_tags(
    case: Case, matter: MatterVersion, calendar: Calendar, now: datetime
) -> tuple[Tag, ...]:
    """What is late within a case whose own clock may be in time, or paused."""
    if case.status not in _IN_WORK:
        return ()
    case = in_order(case)
    steps = step_clocks(
        progress_of(case, matter), case, matter, calendar, now, with_lines=False, open_only=True
    )
    specials = special_clocks(case, matter, calendar, now, with_lines=False)
    going_on = [each.clock for each in specials if each.ended is None]
    late = (
        ("special_late", going_on),
        ("step_late", [each.clock for each in steps]),
    )
    return tuple(
        Tag(word("tag_late", name), "red")
        for name, clocks in late
        if any(clock.overdue and not clock.undecided for clock in clocks)
    )


def passed_tags(case: Case, matter: MatterVersion) -> tuple[Tag, ...]:
    """For whoever supervises: the decision which stands did without steps, which its page names."""
    over = passed_over_at_last(case, matter)
    return (Tag(word("tag", "passed_over", count=len(over)), "grey"),) if over else ()


def stage_words(case: Case, names: Names, node: NodeId) -> str:
    """What the case waits for."""
    if case.status is None:
        return word("stage", "unknown")
    if case.status is Status.IN_REVIEW and case.paused:
        return word("stage", f"in_review_{_waits_for(case)}")
    if case.status is Status.READY and case.pickup not in {None, node}:
        return word("stage", "ready_elsewhere", node=names.node(case.pickup))
    return word("stage", case.status.value)


def _waits_for(case: Case) -> str:
    if SUPPLEMENT not in case.awaiting:
        return "special"
    return "both" if set(case.awaiting) - {SUPPLEMENT} else "asked"


def tags_of(case: Case, *, beside_status: bool = False) -> tuple[Tag, ...]:
    """What must not be overlooked about a case; of it, what its status beside does not say."""
    found: list[Tag] = []
    if case.is_frozen:
        found.append(Tag(word("tag", "frozen"), "red"))
    if case.held:
        found.append(Tag(word("tag", "held"), "red"))
    if case.deferral is Deferral.OPEN:
        found.append(Tag(word("tag", "deferred")))
    asked = case.status is Status.AWAITING_SUPPLEMENT and not beside_status
    if asked or SUPPLEMENT in case.awaiting:
        found.append(Tag(word("tag", "supplement")))
    if set(case.awaiting) - {SUPPLEMENT}:
        found.append(Tag(word("tag", "special")))
    if case.extension is Extension.REQUESTED:
        found.append(Tag(word("tag", "extension")))
    if case.decision is not None and not case.decision.granted:
        found.append(Tag(word("tag", "refused"), "grey"))
    return tuple(found)


def action_words(case: Case, *, is_turn: bool) -> str:
    found = find_word("todo", case.status.value) if case.status and is_turn else None
    return found or word("todo", "view")


def with_sync(row: CaseRowView, sync: SyncMark | None) -> CaseRowView:
    return replace(row, sync=sync)


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(PAGE_MAX)):
        return 1
    return min(max(int(text), 1), PAGE_MAX)
