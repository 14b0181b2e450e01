"""A county with ten thousand cases in every database: at the village, the township, the county.

The cases come into being as cases do, through the desks and the exchange, only with nobody waiting
in between: collected in the village, taken in and accepted at the township, reviewed and decided at
the county. They stand at all stages, so that every list has something to show.
"""

from itertools import count
from pathlib import Path
from typing import Final

from casework import act as acts
from casework.act import HandOverPen
from casework.case import Case
from casework.errors import CaseworkError
from casework.material import MaterialVerdict
from casework.names import CaseId, MatterId, OfficerId
from sync.desk import Attachment, Desk, Sitting, Step
from sync.engine import Database
from tests.benchmarks.applications import Application, Applications, officer_of, perform
from tests.benchmarks.stage import at_county, at_node, give_numbers, talk
from tests.builders import CHEN, COUNTY, LIN, TOWN, VILLAGE, WU

COLLECTED: Final = 10_000
# What the village has not handed up yet, and what the township has taken in of the rest.
HELD_BACK: Final = 60
TAKEN_UP: Final = 2_500
WALKED_IN: Final = 500
# Of ten that the township took in, so many were accepted and went up.
GONE_UP_OF_TEN: Final = 6
DECIDED: Final = 300
ALLOWANCE: Final = MatterId("minimum-living-allowance")
_PER_CHANGE: Final = 100
# Two applications of one person for one matter are looked into first, before either is decided.
ALONE: Final = (
    "NOT EXISTS (SELECT 1 FROM case_row AS other WHERE other.id_tail = case_row.id_tail"
    " AND other.applicant = case_row.applicant AND other.matter = case_row.matter"
    " AND other.id <> case_row.id)"
)
_RESULT: Final = b"%PDF-1.7\n"


async def crowd(folder: Path) -> None:
    async with at_county(folder) as county, at_node(folder, TOWN) as town:
        await give_numbers(county, TOWN, WALKED_IN)
        await give_numbers(county, VILLAGE, COLLECTED)
        await talk(town.node, county.opened.node)
        async with at_node(folder, VILLAGE) as village:
            await talk(village.node, town.node)
            await _collect(Desk(village.node, village.store), village.database)
            await talk(village.node, town.node)
            at_town = Desk(town.node, town.store)
            await _take_up(at_town, town.database)
            await _walk_in(at_town, town.database)
            await talk(town.node, county.opened.node)
            in_county = Desk(county.opened.node, county.opened.store)
            await _decide(in_county, county.opened.database)
            await county.opened.node.tick()
            await talk(town.node, county.opened.node)
            await talk(village.node, town.node)


async def _collect(desk: Desk, database: Database) -> None:
    """Lin collects and hands up, except for the last few."""
    applications = Applications(desk.holdings, TOWN, seed=2).made()
    done = 0
    while done < COLLECTED:
        async with database.transaction():
            for application in (next(applications).made_whole() for _ in range(_PER_CHANGE)):
                steps = [application.collected()]
                if done < COLLECTED - HELD_BACK:
                    steps.append(Step(HandOverPen(TOWN)))
                done += await perform(desk, LIN, application, *steps) is not None


async def _take_up(desk: Desk, database: Database) -> None:
    """Wu takes in what the village handed up, and accepts most of it."""
    rows = await database.fetch("SELECT id FROM case_row WHERE pen = ? LIMIT ?", (TOWN, TAKEN_UP))
    for place, (case,) in enumerate(rows):
        standing = await desk.get_case(CaseId(case))
        assert standing.intake is not None, "it was collected"
        received = Step(acts.Receive(standing.intake, standing.materials))
        onward = (Step(acts.Accept(standing.materials)), Step(HandOverPen(COUNTY)))
        try:
            is_done = place % 10 < GONE_UP_OF_TEN
            await do(desk, WU, standing.id, received, *(onward if is_done else ()))
        except CaseworkError:
            await do(desk, WU, standing.id, received)  # Not everybody may have what they ask for.


async def _walk_in(desk: Desk, database: Database) -> None:
    """Wu takes in and accepts what residents bring to the counter."""
    applications = Applications(desk.holdings, TOWN, seed=3).made(ALLOWANCE)
    done = 0
    while done < WALKED_IN:
        async with database.transaction():
            for application in (next(applications).made_whole() for _ in range(_PER_CHANGE)):
                is_done = done % 10 < GONE_UP_OF_TEN
                steps = goes_up(application) if is_done else (application.received(),)
                done += await perform(desk, WU, application, *steps) is not None


def goes_up(application: Application) -> tuple[Step, ...]:
    return application.received(), application.accepted(), Step(HandOverPen(COUNTY))


async def _decide(desk: Desk, database: Database) -> None:
    """Chen decides some of what came up; the results go back to the counter."""
    rows = await database.fetch(
        f"SELECT id FROM case_row WHERE pen = ? AND matter = ? AND {ALONE}"
        " ORDER BY moved_at LIMIT ?",
        (COUNTY, ALLOWANCE, DECIDED),
    )
    for place, (case,) in zip(count(), rows, strict=False):
        papers = (await desk.get_case(CaseId(case))).materials
        steps = decision(papers) if place % 2 else decision(papers)[:1]
        await do(desk, CHEN, CaseId(case), *steps)


def decision(papers: tuple[MaterialVerdict, ...]) -> tuple[Step, ...]:
    """What the county does with a case, to the result that goes to the counter."""
    opinion = Attachment("opinion", "text/plain", "材料齐全，符合条件。".encode())
    return (
        Step(acts.Take()),
        Step(acts.JudgeMaterials(papers)),
        Step(acts.DecideGrant((), None), (opinion,)),
        Step(acts.ProduceResult(None), (Attachment("result", "application/pdf", _RESULT),)),
        Step(acts.ForwardResult(TOWN)),
        Step(HandOverPen(TOWN)),
    )


async def do(desk: Desk, officer: OfficerId, case: CaseId, *steps: Step) -> Case:
    sitting = Sitting(officer=officer_of(desk, officer), case_id=case)
    return await desk.perform_all(steps, sitting)
