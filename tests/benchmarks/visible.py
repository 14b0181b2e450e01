"""From the decision in the county to the township's counter, online, on real processes.

Chen decides on the county's screen; the clock runs from the button to the moment at which the page
of the case at the township shows what was decided. Each case is decided once the last one is seen.
"""

import time
from pathlib import Path
from typing import Final

from casework import act as acts
from casework.names import CaseId, NodeId, OfficerId
from central.services.accounts import set_account as set_county_account
from deploy.onebox.visitor import Visitor
from sync.desk import Desk, Step
from tests.benchmarks.applications import Applications, perform
from tests.benchmarks.catch_up import look
from tests.benchmarks.crowd import ALLOWANCE, ALONE, do, goes_up
from tests.benchmarks.figures import show, spread
from tests.benchmarks.stage import (
    Running,
    at_county,
    at_node,
    copied,
    give_numbers,
    running,
    talk,
    until,
)
from tests.builders import CHEN, COUNTY, TOWN, WU
from tests.halls import PASSWORD
from township_node.services.accounts import set_account as set_township_account

DECISIONS: Final = 120
MADE: Final = 160
SETTLING: Final = 10
PATIENCE_SECONDS: Final = 30.0
DECIDED: Final = "准予"
OPINION: Final = "材料齐全，符合条件，准予。"


async def measure(founded: Path, folder: Path) -> None:
    here = copied(founded, folder)
    cases = await prepare(here)
    async with running(here) as processes:
        await processes.start(COUNTY)
        await processes.start(TOWN)
        chen = await _signed_in(processes, COUNTY, CHEN)
        wu = await _signed_in(processes, TOWN, WU)
        took = [await _decide(processes, chen, wu, case) for case in cases]
        await chen.close()
        await wu.close()
    # At first the processes are still finding each other.
    shown = spread("from decision to counter", took[SETTLING:], "seconds")
    show(shown)


async def prepare(folder: Path) -> list[CaseId]:
    """Cases that wait at the county for nothing but a decision."""
    async with at_county(folder) as county, at_node(folder, TOWN) as town:
        await set_county_account(county.opened.database, CHEN, CHEN, PASSWORD)
        await set_township_account(town.database, WU, WU, PASSWORD)
        await give_numbers(county, TOWN, MADE)
        await talk(town.node, county.opened.node)
        desk = Desk(town.node, town.store)
        made = 0
        for application in Applications(desk.holdings, TOWN, seed=4).made(ALLOWANCE):
            whole = application.made_whole()
            made += await perform(desk, WU, whole, *goes_up(whole)) is not None
            if made == MADE:
                break
        await talk(town.node, county.opened.node)
        reviewing = Desk(county.opened.node, county.opened.store)
        rows = await county.opened.database.fetch(
            f"SELECT id FROM case_row WHERE {ALONE} LIMIT ?",
            (DECISIONS,),
        )
        cases = [CaseId(row[0]) for row in rows]
        for case in cases:
            papers = (await reviewing.get_case(case)).materials
            await do(reviewing, CHEN, case, Step(acts.Take()), Step(acts.JudgeMaterials(papers)))
        await talk(town.node, county.opened.node)
    return cases


async def _decide(processes: Running, chen: Visitor, wu: Visitor, case: CaseId) -> float:
    """Seconds from Chen's button to a page at the township that shows the decision."""
    address = f"/cases/{case}"
    page = await chen.open(address)
    button = page.form(f"{address}/acts/decide_grant")
    seen = f"SELECT status = 'decided' FROM case_row WHERE id = '{case}'"
    with look(processes.data_dir(TOWN), seen) as is_decided:
        began = time.perf_counter()
        await chen.send(button, {"opinion": OPINION})
        # The database is looked at so that the counter's process is asked once, not all the time.
        await until(lambda: bool(is_decided()), PATIENCE_SECONDS)
        shown = await wu.open(address)
        took = time.perf_counter() - began
    assert DECIDED in shown.text, f"{address} does not show the decision"
    return took


async def _signed_in(processes: Running, node: NodeId, officer: OfficerId) -> Visitor:
    visitor = Visitor(processes.url(node))
    await visitor.sign_in(officer, PASSWORD)
    return visitor
