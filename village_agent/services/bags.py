"""The bags that the agent carries to the township: one for each case with papers in it."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.names import CaseId
from casework.organisation import Officer
from casework.papers import papers_of
from village_agent.services.listed import Listed, listed
from village_agent.services.reading import case_url
from village_agent.services.station import Station
from village_agent.store import cases as store
from village_agent.store.cases import NamedCase
from webui.documents import render_async
from webui.filters import mask_name
from webui.papers import TransferLine, transfer_list

# What is carried at once, and so on one slip.
BAGS_SHOWN: Final = 50


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


async def waiting_bags(station: Station, number: int) -> Listed[BagShown]:
    """Papers that lie at the village, oldest first."""
    await station.lists.ranking.rank()
    found = await listed(
        partial(store.to_carry, station.desk.node.database, station.me), number, BAGS_SHOWN
    )
    return found.of(tuple(_shown(station, each) for each in found.rows))


async def carried_bags(station: Station) -> Listed[BagShown]:
    """What left last, to print its list again."""
    left = await station.bags.latest()
    at = {each.case: each.carried_at for each in left}
    held = await store.named(station.desk.node.database, tuple(at))
    rows = (replace(_shown(station, each), carried_at=at[each.case.id]) for each in held)
    return Listed(rows=tuple(rows), total=await station.bags.count())


async def print_list(station: Station, officer: Officer, cases: Collection[CaseId]) -> bytes:
    """The transfer slip for these bags, in the order in which they were taken in."""
    held = await store.named(station.desk.node.database, cases)
    bags = [(_shown(station, each), each.applicant or "") for each in held]
    paper = transfer_list(
        [
            TransferLine(
                number=bag.number,
                matter=bag.matter,
                applicant=applicant,
                originals=bag.originals,
                copies=bag.copies,
            )
            for bag, applicant in bags
        ],
        giver=station.names.node(station.me),
        taker=station.names.node(station.parent),
        now=station.now(),
        carrier=officer.name,
    )
    return await render_async(paper)


async def note_carried(station: Station, officer: Officer, cases: Collection[CaseId]) -> int:
    """Note that these bags left; those of the list that are no bags of ours are passed over."""
    database = station.desk.node.database
    async with database.transaction():
        leaving = await store.still_to_carry(database, station.me, cases)
        await station.bags.carry(leaving, officer.id, station.now())
    return len(leaving)


def _shown(station: Station, named: NamedCase) -> BagShown:
    case = named.case
    matter = station.holdings.matter(case.matter)
    papers = papers_of(case, matter)
    return BagShown(
        case=case.id,
        url=case_url(case.id),
        number=case.number,
        applicant=mask_name(named.applicant),
        matter=matter.short_name if matter is not None else case.matter.matter,
        originals=papers.originals,
        copies=papers.copies,
        taken_at=case.timeline[0].at if case.timeline else station.now(),
    )
