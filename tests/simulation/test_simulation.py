"""Whatever the weather was: nothing lost, nothing twice, and everybody sees the same case."""

from functools import partial
from pathlib import Path

from casework.interest import concerns
from casework.names import NodeId, author_of
from sync.inquiries import guests_of
from tests.builders import COUNTY
from tests.cluster import rows
from tests.simulation.world import NODES, World

STEPS = 500
POSITIONS = "SELECT log, seq, acknowledged FROM log_position"
WAITING_FOR_PARTS = (
    "SELECT DISTINCT m.log FROM part AS p JOIN part_reference AS r ON r.hash = p.hash"
    " JOIN message AS m ON m.id = r.owner WHERE p.state = 'awaited'"
)


async def test_after_any_weather_every_node_shows_the_same_case(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}: pytest tests/simulation --seed {seed}")  # noqa: T201
    world = await World.begin(tmp_path, seed)
    await world.run(STEPS)
    await world.clear_up()

    await nothing_waits(world)
    await the_county_holds_everything(world)
    await those_concerned_hold_the_case(world)
    await the_same_entries_show_the_same_case(world)
    await nothing_is_there_twice(world)
    await the_projection_can_be_rebuilt(world)
    await world.cluster.close()


async def nothing_waits(world: World) -> None:
    for name, node in world.cluster.nodes.items():
        assert await rows(node, "SELECT * FROM listed") == [], name
        assert await rows(node, "SELECT log, seq FROM held") == [], name
        alarms = await rows(node, "SELECT event, log, seq, code FROM audit WHERE is_alarm")
        assert alarms == [], name


async def the_county_holds_everything(world: World) -> None:
    """Every log as far as its author wrote it, acknowledged to its end, with all its parts."""
    county = world.cluster.nodes[COUNTY]
    held = {log: (seq, acked) for log, seq, acked in await rows(county, POSITIONS)}
    # What burned with a town before anybody else had it is waited for until a person says so.
    burned = {log for (log,) in await rows(county, WAITING_FOR_PARTS)}
    for name, node in world.cluster.nodes.items():
        if name == COUNTY:
            continue
        for log, seq, acked in await rows(node, POSITIONS):
            if author_of(log) != name or not log.startswith(f"{name}/{node.incarnation}/"):
                continue
            if world.replaced is not None and log in burned:
                continue
            assert held.get(log) == (seq, seq), log
            assert acked == seq, f"{log} at {name}"
    lost = await rows(county, "SELECT hash, state FROM part WHERE state <> 'held'")
    if world.replaced is None:
        assert lost == []


async def those_concerned_hold_the_case(world: World) -> None:
    county = world.cluster.nodes[COUNTY]
    for case in world.cases:
        standing = await county.journal.find_case(case)
        if standing is None:
            assert world.replaced is not None
            continue
        expected = {each.id for each in await county.journal.entries(case)}
        guests = await county.database.read(partial(guests_of, case=case))
        for name, node in world.cluster.nodes.items():
            if concerns(standing, name, guests):
                entries = {each.id for each in await node.journal.entries(case)}
                assert entries == expected, f"{case} at {name}"


async def the_same_entries_show_the_same_case(world: World) -> None:
    for case in world.cases:
        seen: dict[frozenset[str], tuple[NodeId, object]] = {}
        for name, node in world.cluster.nodes.items():
            entries = frozenset(each.id for each in await node.journal.entries(case))
            shown = await node.journal.find_case(case)
            other = seen.setdefault(entries, (name, shown))
            assert other[1] == shown, f"{case} at {name} and {other[0]}"


async def nothing_is_there_twice(world: World) -> None:
    """Each entry stands at most once, and those of one author stand in the order it wrote them."""
    for node in world.cluster.nodes.values():
        for case in world.cases:
            found = await node.journal.find_case(case)
            if found is None:
                continue
            standing = [moment.entry for moment in found.timeline]
            assert len(standing) == len(set(standing))
            entries = {each.id: each for each in await node.journal.entries(case)}
            by_log: dict[str, list[int]] = {}
            for each in standing:
                by_log.setdefault(entries[each].log, []).append(entries[each].seq)
            assert all(seqs == sorted(seqs) for seqs in by_log.values())


async def the_projection_can_be_rebuilt(world: World) -> None:
    node = world.cluster.nodes[world.random.choice(NODES)]
    before = await rows(node, "SELECT id, head, folded, told, interest FROM case_row ORDER BY id")
    await node.journal.rebuild_projection()
    after = await rows(node, "SELECT id, head, folded, told, interest FROM case_row ORDER BY id")
    assert before == after
