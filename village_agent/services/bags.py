"""The bags that the agent carries to the township: one for each case with papers in it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.case import Case, Closure
from casework.material import MaterialState, Retention
from casework.names import CaseId
from casework.organisation import Officer
from village_agent.services.reading import case_url
from village_agent.services.station import Station
from village_agent.store import cases as store
from webui.documents import render_async
from webui.filters import mask_name
from webui.papers import TransferLine, transfer_list

# How far back a bag may have been left lying.
CASES_LOOKED_AT_MAX: Final = 500


class BagShown(Struct, frozen=True, kw_only=True):
    """A bag: whose, for what, and how many papers are in it."""

    case: CaseId
    url: str
    number: str
    applicant: str
    matter: str
    originals: int
    copies: int
    taken_at: datetime
    carried_at: datetime | None = None


async def waiting_bags(station: Station) -> tuple[BagShown, ...]:
    """Papers that lie at the village, oldest first."""
    carried = await station.bags.carried()
    cases = await store.opened_here(station.desk.node.database, station.me, CASES_LOOKED_AT_MAX)
    kept = [case for case in cases if case.id not in carried and _is_carried_up(station, case)]
    return await _shown(station, kept[::-1])


async def carried_bags(station: Station) -> tuple[BagShown, ...]:
    """What left last, to print its list again."""
    found = await station.bags.latest()
    lines = await station.lists.lines([each.case for each in found])
    shown = await _shown(station, [line.case for line in lines])
    at = {each.case: each.carried_at for each in found}
    return tuple(replace(each, carried_at=at.get(each.case)) for each in shown)


async def print_list(station: Station, officer: Officer, cases: Collection[CaseId]) -> bytes:
    """The transfer slip for these bags, in the order in which they were taken in."""
    lines = await station.lists.lines(tuple(cases))
    bags = await _shown(station, [line.case for line in lines])
    names = {line.case.id: line.applicant or "" for line in lines}
    paper = transfer_list(
        [
            TransferLine(
                number=bag.number,
                matter=bag.matter,
                applicant=names[bag.case],
                originals=bag.originals,
                copies=bag.copies,
            )
            for bag in bags
        ],
        giver=station.names.node(station.me),
        taker=station.names.node(station.parent),
        now=station.now(),
        carrier=officer.name,
    )
    return await render_async(paper)


async def note_carried(station: Station, officer: Officer, cases: Collection[CaseId]) -> int:
    """Note that these bags left; those of the list that are no bags of ours are passed over."""
    ours = {bag.case for bag in await waiting_bags(station)}
    leaving = [case for case in cases if case in ours]
    await station.bags.carry(leaving, officer.id, station.now())
    return len(leaving)


def papers_in(station: Station, case: Case) -> tuple[int, int]:
    """Originals and copies that stay in the bag: what is only checked goes home again."""
    matter = station.holdings.matter(case.matter)
    originals = copies = 0
    for verdict in case.materials:
        need = matter.material(verdict.material) if matter is not None else None
        if verdict.state is not MaterialState.PRESENT or need is None:
            continue
        originals += verdict.originals if need.retention is Retention.KEEP else 0
        copies += verdict.copies
    return originals, copies


async def _shown(station: Station, cases: Collection[Case]) -> tuple[BagShown, ...]:
    lines = {line.case.id: line for line in await station.lists.lines([one.id for one in cases])}
    found = []
    for case in cases:
        matter = station.holdings.matter(case.matter)
        originals, copies = papers_in(station, case)
        found.append(
            BagShown(
                case=case.id,
                url=case_url(case.id),
                number=case.number,
                applicant=mask_name(lines[case.id].applicant) if case.id in lines else "",
                matter=matter.short_name if matter is not None else case.matter.matter,
                originals=originals,
                copies=copies,
                taken_at=case.timeline[0].at if case.timeline else station.now(),
            )
        )
    return tuple(found)


def _is_carried_up(station: Station, case: Case) -> bool:
    withdrawn = case.closure is Closure.WITHDRAWN
    return not withdrawn and any(papers_in(station, case))
