"""A town that never saw a case asks for it and takes its papers in, in a real browser."""

from pathlib import Path

from playwright.async_api import Browser, expect

from casework.asking import Purpose
from casework.query_code import query_code
from sync.asking import ask_county
from sync.desk import Desk
from tests.builders import LIN, TOWN, WU
from tests.central.reviewing import CHEN, WU_SUPERVISOR, an_office
from tests.centres import LOW_INCOME, TONG, Clerk, World
from tests.founded import at_work
from tests.halls import copy_of
from tests.laptops import a_village
from tests.lines import settle
from tests.screens import screen_of
from tests.township_node.test_asking import awaiting, number_of

TAIL = "0004"


async def test_a_case_is_asked_for_and_its_supplement_is_kept_for_the_other_town(
    world: World, wu: Clerk, browser: Browser
) -> None:
    case = await awaiting(world, wu)
    number = await number_of(world, case)
    async with screen_of(browser, world.other.app, TONG) as screen:
        await screen.go("/cases")
        await screen.page.fill("#f-find", number)
        await screen.page.press("#f-find", "Enter")
        await screen.settle()
        await screen.is_sound()
        await screen.go("/cases")
        await screen.page.fill("#f-find", number)
        await screen.page.press("#f-find", "Enter")
        await screen.page.click(".asking-offer .btn-primary")
        await screen.settle()
        await expect(screen.page.locator("#f-number")).to_have_value(number)
        await screen.page.select_option("#f-purpose", "supply")
        await screen.page.fill("#f-shown", TAIL)
        await screen.page.press("#f-shown", "F9")
        await expect(screen.page.locator("#asked")).to_contain_text("已排队")
        await screen.settle()
        await world.settle()
        # The answer comes by itself.
        await expect(screen.page.locator("#asked")).to_contain_text("已查到", timeout=8_000)
        await screen.settle()
        await screen.is_sound()
        await screen.go("/asked")
        await screen.page.click("#asked .btn-primary")
        await screen.settle()
        await expect(screen.page.locator("#bring")).to_contain_text("代收补正材料")
        await screen.is_sound()


async def test_lin_asks_at_the_table_how_a_case_of_elsewhere_goes(
    founded: Path, tmp_path: Path, browser: Browser
) -> None:
    async with a_village(founded, tmp_path) as village:
        wu = await village.town.sign_in(WU)
        case = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
        await village.settle()
        number = (await village.county_desk.get_case(case)).number
        async with screen_of(browser, village.laptop.app, LIN) as screen:
            await screen.go("/cases")
            await screen.page.fill("#f-q", f"{number}.{query_code(case)}")
            await screen.page.press("#f-q", "Enter")
            await screen.page.click(".asking-offer .btn-primary")
            await screen.settle()
            await expect(screen.page.locator("#f-shown")).to_have_value(query_code(case))
            # Nothing but how it goes is a village's to ask.
            await expect(screen.page.locator("#f-purpose")).to_have_text("查询进度")
            await screen.page.press("#f-shown", "F9")
            await screen.settle()
            await screen.is_sound()
            await village.settle()
            await screen.go("/asked")
            await expect(screen.page.locator("#asked")).to_contain_text("陈*兰")
            await screen.is_sound()


async def test_the_county_sees_who_asked_for_what(
    founded: Path, tmp_path: Path, browser: Browser
) -> None:
    copy_of(founded, tmp_path, TOWN)
    async with (
        an_office(founded, tmp_path) as office,
        at_work(tmp_path, TOWN, office.clock) as town,
    ):
        case, lines = await office.in_review(), [(town.node, office.desk.node)]
        await settle(lines)
        desk = Desk(town.node, town.store)
        wu = desk.holdings.officer(WU)
        assert wu is not None
        await ask_county(desk, wu, Purpose.PROGRESS, case.number, query_code(case.id))
        await settle(lines)
        async with screen_of(browser, office.app, WU_SUPERVISOR) as screen:
            await screen.go("/inquiries")
            await expect(screen.page.locator("#inquiries")).to_contain_text("查询进度")
            await screen.is_sound()
        async with screen_of(browser, office.app, CHEN) as screen:
            await screen.go(f"/cases/{case.id}")
            await expect(screen.page.locator("#inquiries")).to_contain_text("已查到")
            await screen.is_sound()
