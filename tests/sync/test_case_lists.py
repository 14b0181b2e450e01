"""Lists of cases at a node: their order, their figures, and finding one."""

from datetime import date, timedelta

import pytest

from casework.case import Status
from casework.warnings import warned_from
from sync import warned
from sync.case_lists import _KINDS, _WARNED_KINDS, CaseFilter, _where
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE, WU
from tests.centres import LOW_INCOME, TIMBER, World, collected, materials
from tests.township_node.conftest import world, wu

__all__ = ["world", "wu"]


async def test_a_queue_is_sorted_by_what_is_due_first(world: World) -> None:
    clerk = await world.town.sign_in(WU)
    waiting = {**LOW_INCOME, **materials(missing=("m2",))}
    paused = await clerk.taken("minimum-living-allowance", waiting, "notify_deficiency")
    handed_up = await collected(world)
    soon = await clerk.taken("timber-felling-permit", TIMBER)
    lists = world.town.services.office.lists

    lines, total = await lists.page(CaseFilter(pen=TOWN))
    newest, _ = await lists.page(CaseFilter(pen=TOWN), order="oldest")

    assert total == 3
    assert [line.case.id for line in lines] == [soon, handed_up, paused]
    assert {line.case.id for line in newest} == {soon, handed_up, paused}


async def test_figures_and_filters_count_the_same_cases(world: World) -> None:
    clerk = await world.town.sign_in(WU)
    await clerk.taken("timber-felling-permit", TIMBER)
    await clerk.taken("minimum-living-allowance", LOW_INCOME)
    await collected(world)
    here = CaseFilter(pen=TOWN)
    day = date(2026, 11, 20)
    soon = CaseFilter(pen=TOWN, due="soon", due_from=day, due_until=date(2026, 11, 23))
    late = CaseFilter(pen=TOWN, due="overdue", due_from=date(2026, 11, 24))
    lists = world.town.services.office.lists

    found = await lists.survey(
        CaseFilter(open_only=False),
        {"here": here, "soon": soon, "late": late, "up": CaseFilter(pen=COUNTY)},
    )
    arrivals = await lists.page(CaseFilter(pen=TOWN, statuses=(Status.COLLECTED,)))

    assert found.counts == {"here": 2, "soon": 1, "late": 1, "up": 1}
    assert found.matters == ("minimum-living-allowance", "timber-felling-permit")
    assert arrivals[1] == 1


async def test_a_date_is_computed_anew_when_the_case_moves(world: World) -> None:
    clerk = await world.town.sign_in(WU)
    case = await collected(world)
    services = world.town.services
    await services.office.lists.page(CaseFilter(pen=TOWN))
    before = await services.database.fetch("SELECT due_on FROM case_row WHERE id = ?", (case,))
    papers = {f"state-m{number}": "present" for number in (1, 2, 3, 4)}
    await clerk.post(f"/cases/{case}/sittings/accept", seen=await clerk.seen(case), **papers)
    cleared = await services.database.fetch("SELECT due_on FROM case_row WHERE id = ?", (case,))
    await services.office.lists.page(CaseFilter(pen_elsewhere=TOWN))
    after = await services.database.fetch("SELECT due_on FROM case_row WHERE id = ?", (case,))

    assert (before, cleared, after) == ([("2026-11-25",)], [(None,)], [("2026-12-22",)])


async def test_what_is_typed_is_text_and_never_a_pattern(world: World) -> None:
    clerk = await world.town.sign_in(WU)
    await clerk.taken("timber-felling-permit", {**TIMBER, "pickup": OTHER_TOWN})
    lists = world.town.services.office.lists

    assert len(await lists.search("秀")) == 1
    for typed in ("%", "_", "' OR 1=1 --", "", "   ", "0" * 400):
        assert await lists.search(typed) == ()


async def test_what_is_elsewhere_is_read_from_indexes_alone(world: World) -> None:
    where, values = _where(CaseFilter(pen_elsewhere=TOWN))
    for query in (_KINDS, "SELECT COUNT(*) FROM case_row"):
        plan = await world.town.services.database.fetch(
            f"EXPLAIN QUERY PLAN {query}{where}", values
        )
        reads = [step for *_, step in plan if step.startswith(("SCAN", "SEARCH"))]
        assert reads
        assert all("COVERING INDEX" in step for step in reads), plan


async def test_what_is_elsewhere_and_what_is_a_nodes_own(world: World) -> None:
    clerk = await world.town.sign_in(WU)
    here = await clerk.taken("timber-felling-permit", TIMBER)
    above = await clerk.taken("minimum-living-allowance", {**LOW_INCOME, "pickup": OTHER_TOWN})
    lists = world.town.services.office.lists

    async def found(wanted: CaseFilter) -> set[str]:
        lines, total = await lists.page(wanted)
        assert total == len(lines)
        return {line.case.id for line in lines}

    assert await found(CaseFilter(pen_elsewhere=TOWN)) == {above}
    assert await found(CaseFilter(own=TOWN)) == {here, above}
    assert await found(CaseFilter(own=COUNTY)) == {above}  # its pen
    assert await found(CaseFilter(own=OTHER_TOWN)) == {above}  # collected there
    assert await found(CaseFilter(own=VILLAGE)) == set()


async def test_what_is_warned_of_is_found_from_its_day_on_and_no_longer_once_it_moved(
    world: World,
) -> None:
    clerk = await world.town.sign_in(WU)
    case = await clerk.taken("minimum-living-allowance", LOW_INCOME, "receive")
    office = world.town.services.office
    file = await office.desk.get_case(case)
    matter = office.holdings.matter(file.matter)
    assert matter is not None
    day = warned_from(file, matter, office.calendar, office.now())
    assert day is not None

    async def found(by: date) -> list[str]:
        lines, total = await office.lists.page(CaseFilter(pen=TOWN, warned_by=by))
        assert total == len(lines)
        return [line.case.id for line in lines]

    assert await found(day - timedelta(days=1)) == []
    assert await found(day) == [case]
    papers = {f"state-m{number}": "present" for number in (1, 2, 3, 4)}
    await clerk.act(case, "accept", **papers)
    moved = await office.desk.get_case(case)
    later = warned_from(moved, matter, office.calendar, office.now())
    assert later is not None
    assert day < later
    assert await found(later - timedelta(days=1)) == []
    assert await found(later) == ([case] if moved.pen == TOWN else [])


async def test_of_many_cases_the_first_are_known_at_once_and_all_in_the_end(world: World) -> None:
    clerk = await world.town.sign_in(WU)
    for _ in range(3):
        await clerk.taken("timber-felling-permit", TIMBER)
    services, far = world.town.services, date(2027, 12, 1)
    lists = services.office.lists

    async def unknown() -> int:
        [(count,)] = await services.database.fetch(
            "SELECT COUNT(*) FROM case_row WHERE warns_on IS NULL"
        )
        return int(count)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(warned, "COMPUTED_AT_ONCE_MAX", 1)
        await lists.survey(CaseFilter(pen=TOWN), {"warned": CaseFilter(pen=TOWN, warned_by=far)})
        await lists.warned.finished()

    assert await unknown() == 0
    _, total = await lists.page(CaseFilter(pen=TOWN, warned_by=far))
    assert total == 3
    # Another calendar or catalogue may bring other days.
    await services.database.execute(
        "UPDATE setting SET value = ? WHERE key = 'cases-ranked-by'", (b"1 0",)
    )
    lists.ranking._ranked_by = None
    await lists.ranking.rank()
    assert await unknown() == 3


async def test_lists_of_what_is_warned_of_are_read_from_indexes_alone(world: World) -> None:
    where, values = _where(CaseFilter(pen=TOWN, warned_by=date(2026, 11, 20)))
    for query, order in (
        (_WARNED_KINDS, ""),
        ("SELECT COUNT(*) FROM case_row", ""),
        ("SELECT id FROM case_row", " ORDER BY urgency, due_on, moved_at, id LIMIT 20"),
    ):
        plan = await world.town.services.database.fetch(
            f"EXPLAIN QUERY PLAN {query}{where}{order}", values
        )
        assert "COVERING INDEX case_queue" in plan[0][-1], plan
