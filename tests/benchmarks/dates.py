"""A new calendar: every due date of a hundred thousand open cases, computed again and on record.

The cases stand in the county's database as the journal would have left them: received, accepted,
reviewed, paused, of many matters and begun on many days. Only their entries are not there, for a
date is computed from the folded case.
"""

import json
import shutil
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from casework import act as acts
from casework.case import Case
from casework.instants import instant_text
from casework.matter import CaseKind, MatterVersion
from casework.names import CaseId, CaseNumber
from central.services.county import County
from central.services.loading import FILES
from central.services.queues import Queues
from central.store.returns import Returns
from sync.batch_rows import PUT_CASE, CaseState, case_row
from sync.desk import Desk
from sync.engine import Work
from tests.benchmarks.figures import figure, show
from tests.benchmarks.stage import at_county
from tests.builders import COUNTY, TOWN
from tests.casework.timelines import ACCEPT, RECEIVE, VERDICTS, Told, a_case, passed
from tests.county import FOLDER

CASES: Final = 100_000


async def measure(founded: Path, folder: Path) -> None:
    shutil.copytree(founded, folder)
    async with at_county(folder) as county:
        desk = Desk(county.opened.node, county.opened.store)
        queues = Queues(desk, Returns(county.opened.database))
        await county.opened.database.work(lambda work: _fill(work, desk))
        ranking = queues.lists.ranking
        await _ranked(queues)
        await _publish(county, folder / "sets")
        began, worked = time.perf_counter(), time.process_time()
        await _ranked(queues)
        took, worked = time.perf_counter() - began, time.process_time() - worked
        progress, moves = await ranking.progress(), await queues.changes.moves()
        assert (progress.cases, progress.waiting) == (CASES, 0)
        assert moves.in_all > 0
        note = f"{worked:.1f} seconds of them this process worked"
        name = "due dates of 100,000 open cases after a new calendar"
        show(figure(name, took, "seconds", note=note))
        show(figure("of them moved by it, and on record", moves.in_all, "cases"))


async def _ranked(queues: Queues) -> None:
    await queues.lists.ranking.rank()
    await queues.lists.ranking.finished()


def _fill(work: Work, desk: Desk) -> None:
    matters = [m for m in desk.holdings.catalogue.matters if m.case_kind is not CaseKind.INSTANT]
    at = instant_text(desk.now())
    cases = islice(_cases(matters, desk), CASES)
    rows = (case_row(CaseState(case.id, case), case, COUNTY, at) for case in cases)
    while some := list(islice(rows, 5_000)):
        work.executemany(PUT_CASE, some)


def _cases(matters: list[MatterVersion], desk: Desk) -> Iterator[Case]:
    """Cases of every matter at every stage, begun on one of the last forty days."""
    now = desk.now()
    models = []
    for matter in matters:
        for days in range(0, 40, 3):
            begun = now - timedelta(days=days)
            received: Told = (TOWN, RECEIVE, begun)
            accepted: Told = (TOWN, ACCEPT, begun + timedelta(hours=1))
            taken: Told = (COUNTY, acts.Take(), begun + timedelta(hours=3))
            opined: Told = (COUNTY, passed(2), begun + timedelta(hours=4))
            asked: Told = (
                COUNTY,
                acts.NotifyDeficiencyReview(VERDICTS, (now + timedelta(days=9)).date().isoformat()),
                begun + timedelta(hours=5),
            )
            stages: tuple[tuple[Told, ...], ...] = (
                (received,),
                (received, accepted, taken),
                (received, accepted, taken, opined),
                (received, accepted, taken, asked),
            )
            models += [a_case(*told, matter=matter) for told in stages]
    place = 0
    while True:
        for model in models:
            place += 1
            yield msgspec.structs.replace(
                model, id=CaseId(f"{place:032x}"), number=CaseNumber(f"B-{place:06}")
            )


async def _publish(county: County, folder: Path) -> None:
    """The county announces a few days off in the weeks to come."""
    _write_sets(folder, county.opened.node.clock.now().date())
    await county.load(folder)
    assert await county.publish()


def _write_sets(folder: Path, today: date) -> None:
    folder.mkdir()
    for name in FILES:
        shutil.copy(FOLDER / name, folder / name)
    calendar = folder / "calendar.json"
    data = json.loads(calendar.read_text(encoding="utf-8"))
    days = [today + timedelta(days=after) for after in (4, 5, 6)]
    data["holidays"] += [{"date": day.isoformat(), "name": "临时放假"} for day in days]
    data["version"] += 1
    del data["workdays_per_year"], data["vectors"]
    calendar.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
