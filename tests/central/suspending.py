"""A township's decision that the county lets wait: it did not know of a suspension."""

import json
from contextlib import AsyncExitStack
from pathlib import Path

from casework import act as acts
from casework.case import Case
from casework.names import OfficerId
from sync.desk import Desk, Sitting, Step
from tests.builders import TOWN, WU
from tests.central.reviewing import FORESTRY, Office, opinion
from tests.county import FOLDER
from tests.founded import at_work
from tests.halls import MET_DIR, copy_of
from tests.lines import settle
from tests.procedure.stage import APPLICANT, QIU, brought_by, intake_for, papers_for

BOSS = OfficerId("o0059")  # leader of forestry
RECORD = "d0199"  # fellings of up to 15 cubic metres, in this town


async def suspended(office: Office, founded: Path, folder: Path) -> Case:
    """Small enough for the town, which decides it while its line is down."""
    return await decided_by_the_town(office, founded, folder, suspends=True)


async def decided_by_the_town(
    office: Office, founded: Path, folder: Path, *, suspends: bool = False
) -> Case:
    """A felling that the town decides under its record, which the county may have suspended."""
    copy_of(founded / MET_DIR, folder, TOWN)
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(at_work(folder, TOWN, office.clock))
        await settle([(town.node, office.desk.node)])
        desk, matter = Desk(town.node, town.store), office.matter(FORESTRY)
        intake = intake_for({"volume_m3": "8"})
        full = papers_for(matter, intake)
        wu, qiu = desk.holdings.officer(WU), desk.holdings.officer(QIU)
        assert wu is not None
        assert qiu is not None
        received = acts.Receive(intake, full)
        taken = Sitting(officer=wu, matter=matter.ref)
        case = await desk.perform_all(
            (Step(received, brought_by(received, APPLICANT)), Step(acts.Accept(full))), taken
        )
        steps = (acts.Take(), acts.Opine(2, acts.Outcome.PASS), acts.DecideGrant((), None))
        decided = [
            Step(act, (opinion(),) if not isinstance(act, acts.Take) else ()) for act in steps
        ]
        if suspends:
            await _suspend(office, folder / "county files")
        await desk.perform_all(decided, Sitting(officer=qiu, case_id=case.id))
        await settle([(town.node, office.desk.node)])
    return await office.look(case.id)


async def _suspend(office: Office, folder: Path) -> None:
    folder.mkdir()  # noqa: ASYNC240 - a few small files
    for file in FOLDER.glob("*.json"):
        (folder / file.name).write_bytes(file.read_bytes())
    path = folder / "delegations.json"
    listed = json.loads(path.read_text("utf-8"))
    listed["revocations"].append(
        {
            "id": "r90",
            "delegation": RECORD,
            "kind": "suspend",
            "since": "2026-01-01T00:00:00+08:00",
            "reason": "抽查发现问题",
            "instrument": "i03",
        }
    )
    listed["version"] += 1
    path.write_text(json.dumps(listed, ensure_ascii=False), "utf-8")
    county = office.app.state.services.county
    await county.load(folder)
    await county.publish()
