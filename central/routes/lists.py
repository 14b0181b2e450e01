"""From lines of the projection to rows of a list: what the queue, the list of all and a search
show alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from casework.names import CaseId, MatterId
from central.routes.access import Services
from central.services.queues import Narrowed, View, nodes_in
from central.services.reach import Reach
from central.store.awaited import awaited_parts
from central.words import word
from sync.case_lists import CaseLine, Order
from sync.holdings import Holdings
from webui.case_archive import lacking, lacking_words
from webui.held_file import sync_mark
from webui.list_view import CaseRowView, ListQuery, row_of

_ORDERS: Final[Mapping[str, Order]] = {"urgent": "urgent", "newest": "newest", "oldest": "oldest"}


async def rows_of(
    use: Services, reach: Reach, lines: Iterable[CaseLine], *, warns: bool = False
) -> tuple[CaseRowView, ...]:
    heard = await use.queues.lists.heard()
    holdings, names, now = use.trust.holdings, use.review.names, use.clock.now()
    return tuple(
        row_of(
            line.case,
            matter=matter,
            calendar=holdings.calendar,
            now=now,
            names=names,
            node=use.node.id,
            applicant=line.applicant,
            sync=sync_mark(line.row),
            url=f"/cases/{line.case.id}",
            may_act=reach.writes,
            heard=heard,
            warns=warns,
        )
        for line in lines
        if (matter := holdings.matter(line.case.matter)) is not None
    )


async def to_be_filed(
    use: Services, rows: Iterable[CaseRowView], lines: Sequence[CaseLine]
) -> tuple[CaseRowView, ...]:
    """The rows of a list of cases to be archived, each with what its file still lacks."""
    absent = await awaited_parts(use.database, [line.case for line in lines])
    notes = {
        line.case.id: lacking_words(lacking(line.case, matter, absent))
        for line in lines
        if (matter := use.trust.holdings.matter(line.case.matter)) is not None
    }
    return tuple(replace(row, note=notes.get(CaseId(row.id), "")) for row in rows)


def narrowed(query: ListQuery) -> Narrowed:
    return Narrowed(
        view=View(query.view),
        matter=query.matter,
        source=query.source,
        status=query.status,
        order=_ORDERS[query.sort],
        offset=query.offset,
        limit=query.limit,
    )


def matter_choices(holdings: Holdings, matters: Iterable[MatterId]) -> tuple[tuple[str, str], ...]:
    names = {matter.id: matter.short_name for matter in holdings.catalogue.matters}
    return tuple((matter, names[matter]) for matter in matters)


def source_choices(holdings: Holdings) -> tuple[tuple[str, str], ...]:
    """The county's own halls, then every township that has a node."""
    regions = holdings.regions
    towns = tuple(
        (str(town.code), town.name) for town in regions.townships if nodes_in(holdings, town.code)
    )
    return ((str(regions.county.code), word("source", "county")), *towns)
