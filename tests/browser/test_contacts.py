"""Questions, papers to be fetched and what is known as of when, in a real browser at every tier."""

from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, expect

from casework.freshness import SILENT_AFTER
from sync.clock import ManualClock
from tests.builders import LIN, OTHER_TOWN, VILLAGE, WU
from tests.central.reviewing import CHEN, an_office
from tests.centres import LOW_INCOME, TONG, Clerk, World
from tests.laptops import a_village
from tests.screens import screen_of
from tests.township_node.test_pickups import called

DAY = "2026-12-20"
WORDS = "申请人是否在贵处另有住房？"
REPLY = "经查没有。"
OUTAGE = SILENT_AFTER + timedelta(minutes=10)


async def test_a_question_is_read_and_answered_where_it_was_put(
    world: World, wu: Clerk, browser: Browser
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
    await wu.act(case, "ask", ask_to=OTHER_TOWN, answer_by=DAY, question=WORDS)
    await world.settle()
    async with screen_of(browser, world.other.app, TONG) as screen:
        await screen.go("/?view=answers")
        await screen.page.click("[data-open]")
        await screen.page.click("#contacts .btn-primary")
        await expect(screen.page.locator("dialog[open]")).to_contain_text(WORDS)
        await screen.page.fill("dialog[open] [name=answer]", REPLY)
        await screen.page.click("dialog[open] .btn-primary")
        await screen.settle()
        await expect(screen.page.locator("#contacts")).to_contain_text(REPLY)
        await screen.is_sound()
    await world.settle()
    async with screen_of(browser, world.town.app, WU, has_account=True) as screen:
        await screen.go(f"/cases/{case}")
        await screen.page.click("#contacts .btn-outline-primary")
        await screen.page.click("dialog[open] .btn-primary")
        await screen.settle()
        await expect(screen.page.locator("#contacts")).to_contain_text("已答复")
        await expect(screen.page.locator("#contacts")).not_to_contain_text("待采纳")
        await screen.is_sound()


async def test_papers_are_handed_out_and_the_page_says_since_when_it_knows_nothing_new(
    world: World, wu: Clerk, browser: Browser
) -> None:
    case = await called(world, wu)
    clock = world.county.node.clock
    assert isinstance(clock, ManualClock)
    clock.advance(OUTAGE)
    async with screen_of(browser, world.town.app, WU, has_account=True) as screen:
        await screen.go("/cases?view=elsewhere")
        await expect(screen.page.locator("td .known")).to_contain_text("12:00 时所知")
        await screen.is_sound()
        await screen.go(f"/cases/{case}")
        await expect(screen.page.locator(".known.known-line")).to_contain_text("12:00 后未联络")
        await screen.page.click("#pickups .btn-primary")
        await screen.page.fill("dialog[open] [name=collector_name]", "徐志强")
        await screen.page.fill("dialog[open] [name=collector_number]", "民政0113")
        await screen.page.click("dialog[open] .btn-primary")
        await screen.settle()
        await expect(screen.page.locator("#pickups")).to_contain_text("徐志强")
        await screen.is_sound()


async def test_chen_asks_a_village(founded: Path, tmp_path: Path, browser: Browser) -> None:
    async with (
        an_office(founded, tmp_path) as office,
        screen_of(browser, office.app, CHEN) as screen,
    ):
        case = await office.in_review()
        await screen.go(f"/cases/{case.id}")
        await screen.page.click("#contacts .card-tools .btn")
        await screen.page.select_option("dialog[open] [name=ask_to]", VILLAGE)
        await screen.page.fill("dialog[open] [name=question]", WORDS)
        await screen.page.click("dialog[open] .btn-primary")
        await screen.settle()
        await expect(screen.page.locator("#contacts")).to_contain_text(WORDS)
        await screen.is_sound()


async def test_lin_answers_at_the_table(founded: Path, tmp_path: Path, browser: Browser) -> None:
    async with a_village(founded, tmp_path) as village:
        wu = await village.town.sign_in(WU)
        case = await wu.taken("minimum-living-allowance", LOW_INCOME, "receive")
        await wu.act(case, "ask", ask_to=VILLAGE, answer_by=DAY, question=WORDS)
        await village.settle()
        async with screen_of(browser, village.laptop.app, LIN) as screen:
            await screen.go("/")
            await screen.page.click("a.hint-line")
            await screen.settle()
            await screen.page.click("ul.people a.btn")
            await screen.settle()
            await screen.page.click("#acts .btn-primary")
            await screen.page.fill("dialog[open] [name=answer]", REPLY)
            await screen.page.click("dialog[open] .btn-primary")
            await screen.settle()
            await expect(screen.page.locator("#contacts")).to_contain_text(REPLY)
            await screen.is_sound()
