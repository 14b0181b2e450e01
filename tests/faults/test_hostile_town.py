"""A township's process with valid keys tells the county's process every lie of the table.

Nothing of it is confirmed, and a supervisor of the county who opens the desk in a browser finds
the town, the verdict and the reason beside each.
"""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import Struct

from casework import act as acts
from casework.names import Lane, MessageId
from sync.clock import ManualClock
from sync.delivery import Position
from tests.builders import COUNTY, TOWN, VILLAGE
from tests.county import FOLDER
from tests.faults.caller import calling
from tests.faults.reading import pages_at, rows_of
from tests.faults.scene import Processes
from tests.faults.test_key_ended import end_key
from tests.founded import at_work
from tests.procedure.liar import GRANT, RECORD, Liar
from tests.procedure.lies import LIES, QUARANTINED, Lie, by_a_key_that_was_lost, name_of
from tests.procedure.scene import taken_in, the_grant
from tests.procedure.stage import HOUSEHOLD, LIN, intake_for, papers_for
from tests.wires import RECEIVED, a_frame
from webui import labels

pytestmark = pytest.mark.processes

SUPERVISES: Final = "o0087"
ENDED: Final = "2026-02-28"
NAMES: Final = {TOWN: "龙仙镇公共服务中心", VILLAGE: "青云村公共服务站"}
# Nobody talks to whoever bears a lost key any more: that lie comes after all others.
TOLD: Final = [lie for lie in LIES if lie.tell is not by_a_key_that_was_lost]
_JUDGED: Final = "SELECT judgement, grounds, node FROM judged_decision WHERE id = ?"
_NUMBER: Final = (
    "SELECT c.number FROM case_row AS c JOIN judged_decision AS j ON j.case_id = c.id"
    " WHERE j.id = ?"
)


class Judged(Struct, frozen=True):
    """What the county made of a lie, by the number of its case."""

    lie: Lie
    number: str
    grounds: tuple[str, ...]


async def judged(scene: Processes, lie: Lie, told: MessageId) -> Judged:
    """Wait for the county's word, which is never that it stands."""
    county = scene.county
    await county.until(lambda: county.rows(COUNTY, _JUDGED, told), f"{name_of(lie)} is judged")
    [(judgement, grounds, node)] = county.rows(COUNTY, _JUDGED, told)
    assert (judgement, node) == (lie.judgement.value, lie.node), name_of(lie)
    assert lie.code in grounds.split(), name_of(lie)
    return Judged(lie, county.one(COUNTY, _NUMBER, told), tuple(grounds.split()))


async def put_right(scene: Processes, folder: Path, number: int) -> None:
    """Make the lists what they were, but for a record of the town's that nobody has revoked."""
    bent, scene.bent = scene.bent, set()
    for name in bent:
        right = json.loads((FOLDER / name).read_text(encoding="utf-8"))
        if name == "delegations.json":
            scene.record = f"d90{number:02}"
            right["records"].append({**the_grant(right), "id": scene.record})
        await scene.publish(folder, name, partial(restore, right=right))
    scene.bent.clear()


def restore(listed: Any, right: Any) -> None:
    """What was revoked stays on the list; it ended before the story began."""
    revocations = listed.get("revocations", [])
    revoked = {each["delegation"] for each in revocations}
    old = [
        each
        for each in listed.get("records", [])
        if each["id"] in revoked and each["id"].startswith(("d90", RECORD))
    ]
    ended = [
        {**each, "not_before": f"2026-01-{day:02}", "not_after": ENDED}
        for day, each in enumerate(old, 1)
    ]
    version = listed["version"]
    listed.update(right)
    listed["version"] = version
    if "records" in listed:
        listed["revocations"] = revocations
        names = {each["id"] for each in ended} | {RECORD}
        kept = [each for each in right["records"] if each["id"] not in names]
        listed["records"] = [*kept[:-1], *ended, kept[-1]]


async def read_page(scene: Processes, officer: str, path: str) -> list[list[str]]:
    """The rows of a page, as somebody at the county sees them."""
    [page] = await pages_at(scene.county, COUNTY, officer, path)
    return rows_of(page.text)


async def test_none_of_a_hostile_towns_lies_is_confirmed_and_all_are_named(
    scene: Processes, tmp_path: Path
) -> None:
    folder, found = tmp_path / "county files", []
    for number, lie in enumerate(TOLD):
        told = await lie.tell(scene, scene.liar(TOWN), folder)
        await scene.heal()
        await scene.settle()
        found.append(await judged(scene, lie, told))
        await put_right(scene, folder, number)

    lost = await taken_in(scene)
    decided = await scene.liar(TOWN).signs(lost, GRANT, delegation=scene.record)
    await scene.settle()
    await rewrites_its_log_and_withholds_a_case(scene)
    await named_on_the_desk(scene, found)
    await fork_and_gap_are_named(scene)

    await scene.county.start(TOWN)
    identity = scene.county.files(TOWN).identity()
    await end_key(scene.county, identity, "compromised", since="2026-11-23 08:00")
    lie = Lie(by_a_key_that_was_lost, QUARANTINED, "E_KEY_COMPROMISED")
    await scene.county.until(
        lambda: scene.county.rows(COUNTY, _JUDGED, decided)[0][0] == QUARANTINED.value,
        "what the lost key decided is judged again",
    )
    await named_on_the_desk(scene, [await judged(scene, lie, decided)])


async def rewrites_its_log_and_withholds_a_case(scene: Processes) -> None:
    """Whoever holds the town's keys leaves its program aside and calls the county themselves."""
    county, matter = scene.county, scene.matter("minimum-living-allowance")
    forked = await taken_in(scene)
    await scene.liar(TOWN).signs(forked, GRANT, delegation=scene.record)
    await scene.settle()
    scene.cut(TOWN)
    intake = intake_for(HOUSEHOLD, channel="village_agent")
    collected = (acts.Collect(intake, papers_for(matter, intake)), acts.HandOverPen(TOWN))
    hidden, passed = [(await scene.do(LIN, *collected, matter=matter)).id for _ in range(2)]
    await scene.settle()
    await county.stop(TOWN)
    await scene.heal()
    async with at_work(county.folder, TOWN, ManualClock(scene.now())) as town:
        liar = Liar(town.node)
        wires, absences = await liar.alone(passed)
        other = await liar.forks(forked, scene.record)
        [(n, digest)] = county.rows(COUNTY, RECEIVED, TOWN, Lane.CASE.value)
        to = (COUNTY, county.files(COUNTY).identity().incarnation)
        sent = (*wires, other.wire)
        frame = a_frame(town.node, to, Position(n, digest), sent, absences=absences)
        async with calling(county, town, COUNTY) as caller:
            await caller.say_hello()
            await caller.send(frame)
    held = county.heads(COUNTY)
    assert hidden not in held
    assert passed not in held


async def named_on_the_desk(scene: Processes, found: Sequence[Judged]) -> None:
    """Whoever supervises finds each lie by its case, with its town, the verdict and the reason."""
    listed = {row[0]: row for row in await read_page(scene, SUPERVISES, "/exceptions")}
    for each in found:
        _, _, town, _, verdict, why, _ = listed[each.number]
        assert (town, verdict) == (
            NAMES[each.lie.node],
            labels.label("verdict", each.lie.judgement.value),
        )
        assert why == "；".join(labels.error_text(code) for code in each.grounds)


async def fork_and_gap_are_named(scene: Processes) -> None:
    incidents = await read_page(scene, SUPERVISES, "/incidents")
    [alarm] = [row for row in incidents if row[1:2] == ["同一序号出现两份不同的记录"]]
    assert alarm[2] == NAMES[TOWN]
    [gap] = [row for row in incidents if row[1:3] == [NAMES[VILLAGE], NAMES[TOWN]]]
    assert gap[4] == "2"
