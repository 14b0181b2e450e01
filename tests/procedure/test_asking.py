"""补正 at any counter: a town that never saw a case asks the county for it and takes papers in."""

import msgspec

from casework import act as acts
from casework.asking import MISSED_MAX, Answer, Purpose, StateSheet
from casework.case import Case, Status
from casework.names import CaseId, CaseNumber, MessageId, NodeId, OfficerId
from casework.numbering import NumberBlock, NumberKind, number_at
from casework.query_code import query_code
from sync.admission import Baggage
from sync.asking import ask_county
from sync.bodies import DepositKind, Reply
from sync.desk import Attachment, Sitting
from sync.inbox import admit
from sync.inquiries import Inquiries, Inquiry
from sync.part_rows import PartState
from sync.sending import find_case
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.cluster import FIRST
from tests.procedure.stage import (
    APPLICANT,
    HOUSEHOLD,
    LIN,
    TONG,
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
) -> MessageId:
    desk, found = stage.desk_of(officer)
    return await ask_county(desk, found, purpose, case.number, shown or query_code(case.id))


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


async def test_whoever_shows_nothing_of_the_applicant_is_told_nothing(stage: Stage) -> None:
    case = await awaiting(stage)
    wrong = await ask(stage, ZHOU, case, shown="000000")
    desk, zhou = stage.desk_of(ZHOU)
    code = query_code(case.id)
    absent = await ask_county(desk, zhou, Purpose.SUPPLY, a_free_number(), code)
    await stage.settle()
    for asked in (wrong, absent):
        answered = await inquiry(stage, OTHER_TOWN, asked)
        assert (answered.answer, answered.case_id, answered.sheet) == ("not-found", None, None)
        kept = await inquiry(stage, COUNTY, asked)
        assert (kept.officer, kept.purpose, kept.case_id) == (ZHOU, "supply", None)
    assert set(await stage.holders(case.id)) == {TOWN, COUNTY}


def a_free_number() -> CaseNumber:
    """A sound number that no case bears."""
    block = NumberBlock(1, OTHER_TOWN, FIRST, NumberKind.CASE, 1, 999_999)
    return number_at(block, 999_999)


async def test_the_last_four_of_the_identity_number_open_it_as_the_receipt_does(
    stage: Stage,
) -> None:
    case = await awaiting(stage)
    asked = await ask(stage, ZHOU, case, Purpose.PROGRESS, shown=TAIL)
    await stage.settle()
    found = await inquiry(stage, OTHER_TOWN, asked)
    assert found.answer == "found"
    # How it goes is said on a sheet; the case itself goes nowhere.
    assert set(await stage.holders(case.id)) == {TOWN, COUNTY}
    assert found.sheet is not None
    content = await stage.desks[OTHER_TOWN].read_part(found.sheet)
    assert content is not None
    sheet = msgspec.json.decode(content, type=StateSheet)
    assert (sheet.status, sheet.applicant) == ("awaiting_supplement", "陈*兰")
    assert "supplement" in sheet.may_bring
    assert APPLICANT.id_number.encode() not in content
    assert APPLICANT.name.encode() not in content


async def test_a_village_learns_how_a_case_goes_and_nothing_beyond(stage: Stage) -> None:
    case = await awaiting(stage)
    goes = await ask(stage, LIN, case, Purpose.PROGRESS)
    beyond = await ask(stage, LIN, case, Purpose.SUPPLY)
    await stage.settle()
    await stage.settle()
    assert (await inquiry(stage, VILLAGE, goes)).answer == "found"
    refused = await inquiry(stage, VILLAGE, beyond)
    assert (refused.answer, refused.case_id) == ("not-entitled", None)
    assert VILLAGE not in await stage.holders(case.id)


async def test_nobody_asks_under_the_name_of_an_officer_of_another_house(stage: Stage) -> None:
    case = await awaiting(stage)
    desk = stage.desks[OTHER_TOWN]
    wu = stage.desk_of(WU)[1]
    asked = await ask_county(desk, wu, Purpose.SUPPLY, case.number, query_code(case.id))
    await stage.settle()
    assert (await inquiry(stage, OTHER_TOWN, asked)).answer == "refused"
    rows = await stage.nodes[COUNTY].database.fetch(
        "SELECT code FROM audit WHERE event = 'refused' AND log LIKE ?", (f"{OTHER_TOWN}/%",)
    )
    assert [row[0] for row in rows] == ["E_OFFICER"]
    assert await stage.nodes[COUNTY].database.fetch("SELECT id FROM inquiry") == []
    assert set(await stage.holders(case.id)) == {TOWN, COUNTY}


async def test_a_question_is_believed_only_from_the_township_that_asks_it(stage: Stage) -> None:
    case = await awaiting(stage)
    desk, wu = stage.desk_of(WU)
    asked = await ask_county(desk, wu, Purpose.PROGRESS, case.number, TAIL)
    [(wire,)] = await stage.nodes[TOWN].database.fetch(
        "SELECT wire FROM message WHERE id = ?", (asked,)
    )
    county = stage.nodes[COUNTY].node
    await county.change(lambda batch: admit(batch, OTHER_TOWN, [wire], Baggage()))
    assert await county.database.fetch("SELECT id FROM inquiry") == []
    [(code,)] = await county.database.fetch("SELECT code FROM set_aside")
    assert code == "E_SENDER"


async def test_a_town_does_not_answer_itself(stage: Stage) -> None:
    case = await awaiting(stage)
    asked = await ask(stage, ZHOU, case, shown="000000")
    lie = Reply(asked, Answer.FOUND, case.id, ())
    await stage.nodes[OTHER_TOWN].node.journal.append(lie)
    await stage.settle()
    for node in (OTHER_TOWN, COUNTY):
        assert (await inquiry(stage, node, asked)).answer == "not-found"
    assert set(await stage.holders(case.id)) == {TOWN, COUNTY}


async def test_a_question_brought_a_thousand_times_is_answered_once(stage: Stage) -> None:
    case = await awaiting(stage)
    asked = await ask(stage, ZHOU, case)
    await stage.settle()
    county = stage.nodes[COUNTY].node
    [(wire,)] = await stage.nodes[OTHER_TOWN].database.fetch(
        "SELECT wire FROM message WHERE id = ?", (asked,)
    )
    await county.change(lambda batch: admit(batch, OTHER_TOWN, [wire] * 1000, Baggage()))
    await county.tick()
    await stage.settle()
    counted = await county.database.fetch(
        "SELECT (SELECT COUNT(*) FROM audit WHERE event LIKE 'asked-%'),"
        " (SELECT COUNT(*) FROM inquiry), (SELECT COUNT(*) FROM message WHERE kind = 'reply')"
    )
    assert [tuple(row) for row in counted] == [(1, 1, 1)]


async def test_who_guesses_is_answered_no_more_that_day(stage: Stage) -> None:
    case = await awaiting(stage)
    for number in range(MISSED_MAX):
        await ask(stage, ZHOU, case, shown=f"{number:06}")
    await stage.settle()
    late = await ask(stage, ZHOU, case)
    other = await ask(stage, TONG, case)
    await stage.settle()
    assert (await inquiry(stage, OTHER_TOWN, late)).answer == "not-entitled"
    assert (await inquiry(stage, OTHER_TOWN, other)).answer == "found"
    await stage.on("11-25")
    again = await ask(stage, ZHOU, case)
    await stage.settle()
    assert (await inquiry(stage, OTHER_TOWN, again)).answer == "found"


async def test_the_result_is_had_at_another_counter_by_asking_for_the_case(stage: Stage) -> None:
    case = await awaiting(stage)
    await ask(stage, TONG, case, Purpose.COLLECT)
    await stage.settle()
    assert await held(stage, case, "applicant", "notice") == {"applicant"}
    desk, found = stage.desk_of(TONG)
    sitting = Sitting(officer=found, case_id=case.id)
    meant = acts.ChangePickup(OTHER_TOWN)
    await desk.deposit(DepositKind.CHANGE_PICKUP, meant, sitting)
    await stage.settle()
    await take_up(stage, case.id, meant)
    after = await stage.agreed(case.id, TOWN, OTHER_TOWN, COUNTY)
    assert after.pickup == OTHER_TOWN  # by its own right from here on


async def test_a_question_waits_while_the_line_is_down(stage: Stage) -> None:
    case = await awaiting(stage)
    stage.cut_off.add(OTHER_TOWN)
    asked = await ask(stage, ZHOU, case)
    await stage.settle()
    waiting = await inquiry(stage, OTHER_TOWN, asked)
    assert (waiting.answer, waiting.is_owed) == (None, True)
    stage.cut_off.clear()
    await stage.settle()
    assert (await inquiry(stage, OTHER_TOWN, asked)).answer == "found"
