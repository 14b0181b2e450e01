"""What residents see, in a real browser: on a phone and on a desk; and the counter's check."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from litestar import Litestar
from playwright.async_api import Browser, ViewportSize, expect

from casework.query_code import query_text
from sync.own_vouchers import voucher_for
from tests.builders import WU
from tests.centres import LOW_INCOME, TONG, Clerk, World, collected, handed_over, materials
from tests.screens import SCREEN, Screen, screen_of, served

PHONE: ViewportSize = {"width": 390, "height": 844}


@asynccontextmanager
async def visitor(browser: Browser, app: Litestar, size: ViewportSize) -> AsyncIterator[Screen]:
    """Somebody before a screen of this node who has no account."""
    async with served(app) as url:
        context = await browser.new_context(viewport=size)
        yield Screen(await context.new_page(), url)
        await context.close()


@pytest.mark.parametrize("size", [PHONE, SCREEN], ids=["phone", "desk"])
async def test_the_square_opens_the_form_filled_in_and_the_address_keeps_nothing(
    browser: Browser, world: World, wu: Clerk, size: ViewportSize
) -> None:
    lacking = {**LOW_INCOME, **materials(missing=("m2",))}
    case = await wu.taken("minimum-living-allowance", lacking, "notify_deficiency")
    desk = world.town.services.desk
    held = await desk.get_case(case)
    digits = await voucher_for(desk, held, "materials-receipt")
    async with visitor(browser, world.town.app, size) as screen:
        page = screen.page
        await screen.go("/progress#" + query_text(held.number, case, voucher=digits))
        await expect(page.locator("#f-number")).to_have_value(held.number)
        assert page.url.endswith("/progress")
        await screen.is_sound()
        await screen.go("/progress#" + query_text(held.number, case, voucher=digits))
        await page.keyboard.press("Enter")
        await expect(page.locator("body")).to_contain_text("需要您补正材料")
        assert held.number not in page.url
        assert held.number not in await page.title()
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"]
        await screen.is_sound()


async def test_whoever_holds_a_result_sees_what_it_is_worth(
    browser: Browser, world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    await world.settle()
    await handed_over(world, case)
    held = await world.town.services.desk.get_case(case)
    async with visitor(browser, world.town.app, PHONE) as screen:
        await screen.go("/progress#" + query_text(held.number, case))
        await screen.page.keyboard.press("Enter")
        await expect(screen.page.locator(".progress-result")).to_contain_text("核验通过")
        await screen.is_sound()


async def test_a_wrong_code_is_said_where_it_can_be_mended(browser: Browser, world: World) -> None:
    async with visitor(browser, world.town.app, PHONE) as screen:
        await screen.go("/progress")
        await screen.page.fill("#f-number", "123")
        await screen.page.keyboard.press("Enter")
        await expect(screen.page.locator("body")).to_contain_text("办件编号应为 16 位数字")
        screen.complaints.clear()  # the browser notes the status 422
        await screen.is_sound()


async def test_another_town_checks_a_receipt_and_begins_the_case_anew(
    browser: Browser, world: World
) -> None:
    desk = world.village_desk
    square = await voucher_for(
        desk, await desk.get_case(await collected(world)), "collection-receipt"
    )
    async with screen_of(browser, world.other.app, TONG) as screen:
        page = screen.page
        await screen.go("/verify")
        await screen.is_sound()
        await screen.go("/verify")
        await expect(page.locator("#f-square")).to_be_focused()
        await page.keyboard.insert_text(square)
        await page.keyboard.press("Enter")
        await expect(page.locator("body")).to_contain_text("核验通过")
        await screen.is_sound()
        await page.get_by_role("button", name="凭此凭证补建").click()
        await expect(page.locator("body")).to_contain_text("已按凭证上的指纹还原")
        await page.fill("#f-name", "林桂芳")
        await page.fill("#f-id_number", "440229193501010004")
        await page.fill("#f-phone", "13800138000")
        await page.keyboard.press("F9")
        await page.wait_for_url("**/cases/*")
        await expect(page.locator("body")).to_contain_text("凭收件凭证补建")
        await screen.is_sound()


async def test_a_changed_receipt_is_called_false(browser: Browser, world: World) -> None:
    desk = world.village_desk
    square = await voucher_for(
        desk, await desk.get_case(await collected(world)), "collection-receipt"
    )
    async with screen_of(browser, world.town.app, WU) as screen:
        await screen.go("/verify")
        await screen.page.keyboard.insert_text(str(int(square) + 1))
        await screen.page.keyboard.press("Enter")
        await expect(screen.page.locator("[role=alert]")).to_contain_text("无效")
        screen.complaints.clear()  # the browser notes the status 422
        await screen.is_sound()
