"""补正 at any counter: a town that never saw a case asks the county for it and takes papers in."""

from casework import act as acts
from casework.asking import Purpose
from casework.case import Case, Status
from casework.names import CaseId, CaseNumber, MessageId, NodeId, OfficerId
from casework.query_code import query_code
from sync.asking import ask_county
from sync.bodies import DepositKind
from sync.desk import Attachment, Sitting
from sync.inquiries import Inquiries, Inquiry
from sync.part_rows import PartState
from sync.sending import find_case
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.procedure.stage import (
    APPLICANT,
    HOUSEHOLD,
    LIN,
    WU,
    ZHOU,
    Stage,
    intake_for,
    papers_for,
)

ALLOWANCE = "minimum-living-allowance"
TAIL = APPLICANT.id_number[-4:]


async def awaiting(stage: Stage) -> Case:
    """A case of the one town that waits for a paper, and of which the other never heard."""
    matter = stage.matter(ALLOWANCE)
    intake = intake_for(HOUSEHOLD)
    lacking = papers_for(matter, intake, missing=["m4"])
    await stage.on("11-23")
    case = await stage.do(WU, acts.Receive(intake, lacking), matter=matter)
    notice = acts.NotifyDeficiency(lacking, "2026-12-24")
    case = await stage.do(WU, notice, case=case.id)
    await stage.settle()
    assert set(await stage.holders(case.id)) == {TOWN, COUNTY}
    return case


async def ask(
    stage: Stage,
    officer: OfficerId,
    case: Case,
    purpose: Purpose = Purpose.SUPPLY,
    *,
    shown: str | None = None,
    number: str | None = None,
) -> MessageId:
    desk, found = stage.desk_of(officer)
    typed = CaseNumber(number or case.number)
    return await ask_county(desk, found, purpose, typed, shown or query_code(case.id))


async def inquiry(stage: Stage, node: NodeId, asked: MessageId) -> Inquiry:
    rows = await Inquiries(stage.nodes[node].database, COUNTY).newest()
    return next(each for each in rows if each.id == asked)


async def bring(stage: Stage, officer: OfficerId, case: CaseId, act: acts.Restatable) -> None:
    desk, found = stage.desk_of(officer)
    paper = Attachment("m4", "image/webp", b"RIFF a scan of the paper that was wanting")
    sitting = Sitting(officer=found, case_id=case)
    await desk.deposit(DepositKind.SUPPLEMENT, act, sitting, (paper,))


async def test_a_town_that_never_saw_a_case_takes_its_supplement_and_leaves(stage: Stage) -> None:
    case = await awaiting(stage)
    asked = await ask(stage, ZHOU, case)
    assert (await inquiry(stage, OTHER_TOWN, asked)).is_owed
    await stage.settle()
    found = await inquiry(stage, OTHER_TOWN, asked)
    assert (found.answer, found.case_id, found.is_owed) == ("found", case.id, False)
    await stage.agreed(case.id, TOWN, OTHER_TOWN, COUNTY)
    assert await held(stage, case, "applicant", "notice") == {"applicant", "notice"}

    # The papers count from the day on which they were brought, wherever the pen is.
    await stage.on("11-25")
    full = papers_for(stage.matter(ALLOWANCE), intake_for(HOUSEHOLD))
    meant = acts.Supplement(full)
    await bring(stage, ZHOU, case.id, meant)
    await stage.on("11-27")
    desk, _ = stage.desk_of(WU)
    await take_up(stage, case.id, meant)
    after = await stage.agreed(case.id, TOWN, OTHER_TOWN, COUNTY)
    assert after.status is Status.RECEIVED
    supplied = after.moments("supplement")[-1]
    assert desk.holdings.calendar.day_of(supplied.at).isoformat() == "2026-11-25"
    assert stage.due(after, "notice") == "2026-12-02"

    # That was the last it is told; what it held of the person goes once the county has it all.
    await stage.on("11-30")
    await stage.do(WU, acts.Accept(full), case=case.id)
    await stage.settle()
    held_there = (await stage.holders(case.id))[OTHER_TOWN]
    assert held_there.status is Status.RECEIVED
    await stage.on("12-10")
    await stage.nodes[OTHER_TOWN].node.tidy()
    assert await held(stage, case, "applicant", "notice", "m4") == set()


async def take_up(stage: Stage, case: CaseId, act: acts.Restatable) -> None:
    node = stage.nodes[TOWN].node
    rows = await node.database.fetch(
        "SELECT id, at FROM message WHERE kind = 'deposit' AND case_id = ?", (case,)
    )
    [(deposit, at)] = rows
    await stage.do(WU, acts.TakeUpDeposit(deposit, at, act), case=case)


async def held(stage: Stage, case: Case, *names: str) -> set[str]:
    """Which parts of these names the other town has the bytes of."""
    opened = stage.nodes[OTHER_TOWN]
    there = await opened.database.read(lambda work: find_case(work, case.id))
    assert there is not None
    states = await opened.parts.states([part.ref.hash for part in there.parts])
    return {
        part.ref.name
        for part in there.parts
        if part.ref.name in names and states.get(part.ref.hash) is PartState.HELD
    }
