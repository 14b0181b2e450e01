"""A township with valid keys that decides what it may not: none of it is confirmed, all is named.

Each row of the table is one lie. Whatever it is, no verdict says CONFIRMED, no paper of it counts
as final, and the county's desks show the town, the code and a sentence about it.
"""

from pathlib import Path
from typing import Any

import pytest

from casework import act as acts
from casework.names import author_of
from casework.verdict import OUTSIDE_POWER, Judgement
from central.services.verifying import verify_exports
from central.store.incidents import read_incidents
from central.store.verdicts import exceptional
from sync.attesting import is_proven
from sync.errors import RevokedKeyError
from sync.exporting import export_log
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.lines import talk
from tests.procedure.liar import GRANT
from tests.procedure.lies import (
    LIES,
    MONDAY,
    REJECTED,
    REVIEWED_UNLAWFULLY,
    SINCE,
    Lie,
    beyond_its_condition,
    by_a_clerk,
    by_a_key_that_was_lost,
    by_no_record,
    by_old_sets,
    name_of,
    of_another_matter,
)
from tests.procedure.scene import revoking, taken_in
from tests.procedure.stage import HOUSEHOLD, LIN, Stage, intake_for, papers_for
from tests.wires import hand_frame
from webui import labels


@pytest.mark.parametrize("lie", LIES, ids=name_of)
async def test_a_lie_is_not_confirmed_and_is_named(stage: Stage, tmp_path: Path, lie: Lie) -> None:
    await stage.on(MONDAY)
    told = await lie.tell(stage, stage.liar(TOWN), tmp_path / "county files")
    if lie.tell is not by_a_key_that_was_lost:  # nobody talks to its bearer any more
        stage.cut_off.clear()
    await stage.settle()

    database = stage.nodes[COUNTY].database
    [found] = [each for each in await exceptional(database, None, 100) if each.decision == told]
    assert (found.node, found.judgement) == (lie.node, lie.judgement)
    assert lie.code in found.grounds
    assert all(each in labels.ERRORS for each in found.grounds)
    # A flagged one stands, as its town could not know; all others are no decisions in force.
    stands = await is_proven(stage.desks[COUNTY], found.case, told)
    assert stands == (lie.judgement is Judgement.CONFIRMED_FLAGGED)
    if lie.judgement is REJECTED:
        assert found.case.decision is None
        # What was decided beyond its power stays at the county; what can be repaired goes back.
        stays = lie.code in OUTSIDE_POWER and lie.tell not in REVIEWED_UNLAWFULLY
        assert found.case.pen == (COUNTY if stays else lie.node)
    shown = await read_incidents(database)
    refused = {author_of(each.log) for each in shown.refused if each.case == found.case.id}
    assert refused == ({lie.node} if lie.judgement is REJECTED else set())
    alarms = [(each.event, each.log and author_of(each.log)) for each in shown.alarms]
    knew = lie.code == "E_DELEGATION_REVOKED"
    assert alarms == ([("revocation-ignored", TOWN)] if knew else [])


async def test_a_log_that_is_written_anew_is_stopped_and_its_case_frozen(stage: Stage) -> None:
    await stage.on(MONDAY)
    liar, county = stage.liar(TOWN), stage.nodes[COUNTY].node
    case = await taken_in(stage)
    await liar.signs(case, GRANT, delegation=liar.record)
    await stage.settle()
    other = await liar.forks(case, liar.record)
    await county.exchange.receive(TOWN, await hand_frame(liar.node, county, other.wire))

    shown = await read_incidents(stage.nodes[COUNTY].database)
    [fork] = shown.forks
    assert (fork.log, fork.seq, fork.message) == (*_place(other), other.id)
    assert fork.stopped_at == other.header.seq
    assert [(each.event, each.code, each.neighbour) for each in shown.alarms] == [
        ("fork", "E_FORK", TOWN)
    ]
    opened = await county.journal.find_opened(case)
    assert opened is not None
    assert opened.blocked == "E_FORK"
    # Nothing that it writes from here on counts.
    again = await liar.node.journal.find_message(
        await liar.signs(case, acts.Take(), delegation=liar.record)
    )
    assert again is not None
    await county.exchange.receive(TOWN, await hand_frame(liar.node, county, again.wire))
    assert await county.journal.find_message(again.id) is None
    shown = await read_incidents(stage.nodes[COUNTY].database)
    assert [(each.neighbour, each.code) for each in shown.set_aside] == [(TOWN, "E_KEY_REVOKED")]
    assert "E_FORK" in labels.ERRORS


def _place(message: Any) -> tuple[str, int]:
    return message.header.log, message.header.seq


async def test_after_its_key_is_ended_a_town_is_not_heard_at_all(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.on(MONDAY)
    liar, county = stage.liar(TOWN), stage.nodes[COUNTY].node
    case = await taken_in(stage)
    await stage.settle()
    stage.cut(TOWN)
    edit = revoking("compromise", SINCE, "d0256")
    await stage.publish(tmp_path / "county files", "delegations.json", edit)
    told = await liar.signs(case, GRANT, delegation=liar.record)
    with pytest.raises(RevokedKeyError):
        await talk(liar.node, county)
    assert await county.journal.find_message(told) is None
    assert "E_KEY_REVOKED" in labels.ERRORS


async def test_a_villages_case_that_it_withholds_leaves_a_gap_that_is_named(stage: Stage) -> None:
    await stage.on(MONDAY)
    liar, matter = stage.liar(TOWN), stage.matter("minimum-living-allowance")
    intake = intake_for(HOUSEHOLD, channel="village_agent")
    full = papers_for(matter, intake)
    collected = (acts.Collect(intake, full), acts.HandOverPen(TOWN))
    hidden = (await stage.do(LIN, *collected, matter=matter)).id
    passed = (await stage.do(LIN, *collected, matter=matter)).id
    await talk(stage.nodes[VILLAGE].node, liar.node)
    county = stage.nodes[COUNTY]
    wires, absences = await liar.alone(passed)
    frame = await hand_frame(liar.node, county.node, *wires, absences=absences)
    await county.node.exchange.receive(TOWN, frame)

    for case in (hidden, passed):  # the second waits for the first
        assert await county.node.journal.find_case(case) is None
    [gap] = (await read_incidents(county.database)).gaps
    assert (author_of(gap.log), gap.neighbour) == (VILLAGE, TOWN)
    assert (gap.first, gap.last, gap.held) == (1, 2, 2)
    assert gap.since == stage.clock.now()


async def test_whatever_was_tried_is_computed_again_from_the_logs(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.on(MONDAY)
    liar, files = stage.liar(TOWN), tmp_path / "county files"
    for tell in (by_no_record, by_a_clerk, beyond_its_condition, of_another_matter, by_old_sets):
        await tell(stage, liar, files)
        await stage.settle()
    folders = []
    for name in (COUNTY, TOWN, OTHER_TOWN):
        opened = stage.nodes[name]
        folders.append(tmp_path / name)
        await export_log(opened.database, opened.store, opened.identity, folders[-1], stage.clock)
    assert verify_exports(folders).faults == ()
