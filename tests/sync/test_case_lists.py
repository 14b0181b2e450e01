"""Lists of cases at a node: their order, their figures, and finding one."""

from datetime import date

from casework.case import Status
from sync.case_lists import _KINDS, CaseFilter, _where
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
