"""Lists of cases at a node: their order, their figures, and finding one."""

from datetime import date

from casework.case import Status
from sync.case_lists import CaseFilter
from tests.builders import COUNTY, OTHER_TOWN, TOWN, WU
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
