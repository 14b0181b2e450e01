"""The lists of a laptop: what is counted is what is listed, and nothing is hidden by a page."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from casework.case import Closure
from casework.names import CaseId
from casework.papers import owes_papers, papers_of, papers_to_carry
from tests.builders import LIN, VILLAGE
from tests.centres import LOW_INCOME, Clerk, materials
from tests.laptops import Agent, Village, ready_for_the_village
from village_agent.services import bags, worklist
from village_agent.services.listed import PAGE_SIZE, listed
from village_agent.services.station import Station
from village_agent.services.worklist import home
from village_agent.store.cases import Window

ALLOWANCE = "minimum-living-allowance"
SUPPLY_BY = "2026-12-21"
LATER = "2026-12-28"
GIVEN_NAMES = "梅竹菊松柏桃李杏荷"


async def collected(village: Village, lin: Agent, **fields: str) -> CaseId:
    """A case of somebody else, a minute after the one before it."""
    village.clock.advance(timedelta(minutes=1))
    name = f"陈秀{GIVEN_NAMES[village.clock.now().minute % len(GIVEN_NAMES)]}"
    return await lin.collected(ALLOWANCE, {**LOW_INCOME, "name": name, **fields})


async def asked(village: Village, lin: Agent, wu: Clerk, supply_by: str) -> CaseId:
    """A case whose applicant was told to bring what is missing."""
    case = await collected(village, lin, **materials(missing=("m2",)))
    await village.settle()
    sent = {"seen": await wu.seen(case), "supply_by": supply_by}
    answer = await wu.post(f"/cases/{case}/sittings/notify_deficiency", **sent)
    assert answer.status_code == 303
    await village.settle()
    return case


async def sent_back(village: Village, lin: Agent, wu: Clerk) -> CaseId:
    case = await collected(village, lin)
    await village.settle()
    back = {"seen": await wu.seen(case), "to": VILLAGE, "reason": "请补签名"}
    answer = await wu.post(f"/cases/{case}/sittings/return_pen", **back)
    assert answer.status_code == 303
    await village.settle()
    return case


def station_of(village: Village) -> Station:
    return village.laptop.services.station


def cases_in(page: str) -> list[str]:
    """The cases that a page opens, in its order."""
    return re.findall(r'class="btn[^"]*" href="/cases/([0-9a-f]{32})"', page)


async def test_what_the_first_page_counts_is_what_the_lists_hold(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    later = await asked(village, lin, wu, LATER)
    sooner = await asked(village, lin, wu, SUPPLY_BY)
    brought = await asked(village, lin, wu, SUPPLY_BY)
    done = await lin.post(f"/cases/{brought}/supplement", received="m2")
    assert done.status_code == 303
    village.clock.advance(timedelta(minutes=1))
    ready = await ready_for_the_village(village, lin, wu)
    back = await sent_back(village, lin, wu)
    station = station_of(village)

    counted = await home(station, LIN)
    owing = await worklist.owing_papers(station, 1)
    here = await worklist.for_handing_over(station, 1)
    waiting = await bags.waiting_bags(station, 1)
    listed_by_view = [(await worklist.mine(station, view, 1)).total for view in ("open", "results")]

    assert [one.row.url.split("/")[-1] for one in owing.rows] == [sooner, later, brought]
    assert [one.brought for one in owing.rows] == [False, False, True]
    assert counted.owing == 2
    assert counted.earliest == owing.rows[0].by
    assert [row.url for row in here.rows] == [f"/cases/{ready}"]
    assert counted.here == here.total == 1
    assert [bag.case for bag in waiting.rows] == [later, sooner, brought, ready, back]
    assert counted.bags == waiting.total == 5
    assert [counted.under_way, counted.results] == listed_by_view
    assert [row.url for row in counted.unsent.rows] == [f"/cases/{back}"]


async def test_a_row_says_of_its_case_what_the_rule_says(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    await asked(village, lin, wu, SUPPLY_BY)
    await sent_back(village, lin, wu)
    station = station_of(village)
    await station.lists.ranking.rank()
    rows = await village.laptop.services.database.fetch(
        "SELECT id, owes, supply_by, papers FROM case_row"
    )

    for id_, owes, supply_by, papers in rows:
        case = await village.case(CaseId(id_))
        matter = station.holdings.matter(case.matter)
        assert bool(owes) is owes_papers(case)
        assert supply_by == case.supply_by
        assert papers == papers_to_carry(case, matter) == papers_of(case, matter).total > 0
        assert papers_to_carry(replace(case, closure=Closure.WITHDRAWN), matter) == 0
    assert len(rows) == 2


async def test_what_is_taken_up_is_owed_no_longer(village: Village, lin: Agent, wu: Clerk) -> None:
    case = await asked(village, lin, wu, SUPPLY_BY)
    await lin.post(f"/cases/{case}/supplement", received="m2")
    await village.settle()
    [(deposit,)] = await village.laptop.services.database.fetch(
        "SELECT id FROM message WHERE kind = 'deposit'"
    )
    sent = {"seen": await wu.seen(case), "deposit": deposit}
    taken = await wu.post(f"/cases/{case}/acts/take_up_deposit", **sent)
    assert taken.status_code == 303
    await village.settle()
    [(owes, taken_up)] = await village.laptop.services.database.fetch(
        "SELECT owes, taken_up FROM case_row WHERE id = ?", (case,)
    )

    assert (bool(owes), taken_up) == (False, f" {deposit} ")
    assert "没有要补的材料" in await lin.said("/owing")


async def test_what_came_back_stands_before_what_is_newer(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    back = await sent_back(village, lin, wu)
    newer = await collected(village, lin)
    page = (await lin.get("/")).text

    assert cases_in(page) == [back, newer]
    assert "请补签名" in page


async def test_a_draft_that_mends_a_case_is_not_listed_beside_it(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    back = await sent_back(village, lin, wu)
    await lin.post(f"/cases/{back}/mend")
    found = await home(station_of(village), LIN)

    assert [row.url for row in found.unsent.rows] == [f"/cases/{back}"]
    assert found.drafts == 0


async def test_a_long_list_says_how_long_it_is_and_every_case_is_on_one_page(
    village: Village, lin: Agent
) -> None:
    cases = [await collected(village, lin) for _ in range(PAGE_SIZE + 1)]
    draft = await lin.begin(ALLOWANCE)
    said, first = await lin.said("/"), (await lin.get("/unsent")).text
    second_page = (await lin.get("/unsent?page=2")).text
    beyond_page = (await lin.get("/unsent?page=9")).text

    assert f"共 {PAGE_SIZE + 2} 件，先列出 {PAGE_SIZE} 件" in said
    assert f"看全部 {PAGE_SIZE + 2} 件" in said
    assert sorted(cases_in(first) + cases_in(second_page)) == sorted(cases)
    assert f'href="{draft}"' in second_page
    assert cases_in(beyond_page) == cases_in(second_page)


async def test_bags_are_carried_by_the_page_the_first_first(
    village: Village, lin: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bags, "BAGS_SHOWN", 2)
    cases = [await collected(village, lin) for _ in range(3)]
    station = station_of(village)
    said = await lin.said("/bags")
    first = await bags.waiting_bags(station, 1)
    second = await bags.waiting_bags(station, 2)

    assert "共 3 袋，一件一袋；每页 2 袋" in said
    assert [bag.case for bag in (*first.rows, *second.rows)] == cases

    for noted in (1, 0):  # The second press finds it gone.
        answer = await lin.post("/bags", act="carried", case=cases[0])
        assert answer.headers["location"] == f"/bags?carried={noted}"
    assert "2 袋待送" in await lin.said("/")
    assert [bag.case for bag in (await bags.waiting_bags(station, 2)).rows] == cases[1:]


async def test_a_search_that_finds_more_than_it_lists_says_so(village: Village, lin: Agent) -> None:
    for _ in range(PAGE_SIZE + 1):
        await collected(village, lin)
    answer = await lin.post("/cases/search", q="陈秀")

    assert len(cases_in(answer.text)) == PAGE_SIZE
    assert "件以上" in answer.text


async def test_a_page_beyond_the_end_is_the_last_page() -> None:
    async def read(window: Window) -> tuple[tuple[int, ...], int]:
        return tuple(range(5)[window.offset : window.offset + window.limit]), 5

    assert (await listed(read, 7, size=2)).rows == (4,)
    assert (await listed(read, 2, size=2)).rows == (2, 3)
    assert (await listed(read, 1, size=2)).pages == 3


async def test_the_bar_says_that_the_numbers_run_out(village: Village, lin: Agent) -> None:
    assert "编号只剩" not in await lin.said("/")
    database = village.laptop.services.database
    await database.execute("UPDATE number_block SET next_free = last - 11")
    low = await lin.said("/")
    await database.execute("UPDATE number_block SET next_free = last + 1")

    assert "编号只剩 12 个" in low
    assert "编号已用完" in await lin.said("/")
