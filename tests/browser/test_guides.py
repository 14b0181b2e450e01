"""Guides in a real browser: for everybody, on a phone, offline in a town and a village."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from litestar import Litestar
from playwright.async_api import Browser, ViewportSize, expect

from tests.builders import LIN, WU
from tests.central.reviewing import CHEN, Office, an_office
from tests.central.test_guide_pages import retire_felling
from tests.centres import World
from tests.laptops import Village, a_village
from tests.screens import SCREEN, Screen, screen_of, served

FELLING = "/guide/timber-felling-permit"
PHONE: ViewportSize = {"width": 390, "height": 844}


@asynccontextmanager
async def visitor(
    browser: Browser, app: Litestar, size: ViewportSize = SCREEN
) -> AsyncIterator[Screen]:
    """Somebody before a screen of this node who has no account."""
    async with served(app) as url:
        context = await browser.new_context(viewport=size)
        yield Screen(await context.new_page(), url)
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def office(founded: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office(founded, tmp_path) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def village(founded: Path, tmp_path: Path) -> AsyncIterator[Village]:
    async with a_village(founded, tmp_path) as made:
        yield made


async def test_anybody_finds_a_guide_by_its_initials_and_reads_it(
    browser: Browser, office: Office
) -> None:
    async with visitor(browser, office.app) as screen:
        page = screen.page
        await screen.go("/sign-in")
        await page.get_by_role("link", name="办事指南").click()
        await page.wait_for_url("**/guide")
        await screen.is_sound()
        await screen.go("/guide")
        await page.get_by_label("办什么事").press_sequentially("lmcf")
        await expect(page.locator("#guide-lines li")).to_have_count(1)
        await page.get_by_role("link", name="林木采伐许可证核发").click()
        await page.wait_for_url(f"**{FELLING}")
        await expect(page.locator("#places")).to_contain_text("龙仙镇公共服务中心")
        await expect(page.locator("#materials")).to_contain_text("可容缺")
        await expect(page.get_by_role("img", name="办理流程图")).to_be_visible()
        await screen.is_sound()


async def test_a_theme_and_a_department_narrow_the_list(browser: Browser, office: Office) -> None:
    async with visitor(browser, office.app) as screen:
        page = screen.page
        await screen.go("/guide")
        every = await page.locator("#guide-lines li").count()
        await page.get_by_label("主题").select_option(label="农村建房")
        await expect(page.locator("#guide-lines li")).to_have_count(3)
        await page.get_by_label("部门").select_option(label="县林业局")
        await expect(page.locator("#guide-lines li")).to_have_count(1)
        assert every > 50


async def test_a_retired_matter_says_until_when_and_then_that_it_is_over(
    browser: Browser, office: Office
) -> None:
    await retire_felling(office)
    async with visitor(browser, office.app) as screen:
        await screen.go(FELLING)
        await expect(screen.page.locator("main")).to_contain_text("之后不再受理新的申请")
        await screen.is_sound()
        office.clock.advance(timedelta(days=2))
        await screen.go(FELLING)
        await expect(screen.page.locator("main")).to_contain_text("已停止")
        await screen.is_sound()


async def test_a_version_to_come_says_from_when(browser: Browser, office: Office) -> None:
    async with visitor(browser, office.app) as screen:
        page = screen.page
        await screen.go("/guide/food-business-licence")
        await page.get_by_role("link", name="查看新的办事指南").click()
        await expect(page.locator(".alert-warn")).to_contain_text("2027-01-01 起按此办理")
        await screen.is_sound()


@pytest.mark.parametrize("path", ["/guide", FELLING])
async def test_a_phone_shows_it_without_turning_sideways(
    browser: Browser, office: Office, path: str
) -> None:
    async with visitor(browser, office.app, PHONE) as screen:
        await screen.go(path)
        wide = await screen.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"]
        await screen.is_sound()


async def test_an_approver_opens_the_handbook_from_the_matter(
    browser: Browser, office: Office
) -> None:
    async with screen_of(browser, office.app, CHEN) as screen:
        await screen.go("/matters/minimum-living-allowance")
        await screen.page.get_by_role("link", name="业务手册").click()
        await screen.page.wait_for_url("**/handbook?version=1")
        await expect(screen.page.locator("#checks")).to_contain_text("人工判断")
        await expect(screen.page.locator("#papers")).to_contain_text("受理通知书")
        await screen.is_sound()


async def test_a_township_has_both_without_the_county(browser: Browser, world: World) -> None:
    async with screen_of(browser, world.town.app, WU) as screen:
        page = screen.page
        await screen.go("/matters")
        await screen.is_sound()
        await screen.go("/matters?q=lmcf")
        await page.get_by_role("link", name="业务手册").click()
        await expect(page.locator("#review")).to_contain_text("镇林业站核查")
        await screen.is_sound()
        await page.get_by_role("link", name="办事指南", exact=True).click()
        await page.wait_for_url(f"**{FELLING}")
        await screen.is_sound()


async def test_a_village_shows_it_large_and_reaches_it_from_the_choice_of_a_matter(
    browser: Browser, village: Village
) -> None:
    await village.laptop.sign_in()
    async with screen_of(browser, village.laptop.app, LIN, has_account=True) as screen:
        page = screen.page
        await screen.go("/collect?q=lmcf")
        await screen.is_sound()
        await screen.go("/collect?q=lmcf")
        await page.get_by_role("link", name="办事指南：").first.click()
        await page.wait_for_url(f"**{FELLING}")
        await expect(page.get_by_role("link", name="打印示范文本")).to_be_visible()
        low = await page.evaluate(
            """[...document.querySelectorAll("main a, .band-button")]
            .filter((one) => one.closest(".guide-tools, .guide-inside, header"))
            .filter((one) => one.getBoundingClientRect().height < 44)
            .map((one) => one.outerHTML)"""
        )
        assert low == []
        await screen.is_sound()


@pytest.mark.parametrize("by", ["place", "matter"])
async def test_the_coverage_report_is_read_by_place_and_by_matter(
    browser: Browser, office: Office, by: str
) -> None:
    async with screen_of(browser, office.app, CHEN) as screen:
        await screen.go("/matters")
        await screen.page.get_by_role("link", name="覆盖情况").click()
        await screen.page.wait_for_url("**/coverage")
        await screen.go(f"/coverage?by={by}")
        await expect(screen.page.locator("table").first).to_be_visible()
        await screen.is_sound()
