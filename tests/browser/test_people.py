"""Officers and windows in a real browser, from a draft to an account that works."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from casework.names import OfficerId
from tests.central.reviewing import GUO, LIN_SECURITY, Office, an_office
from tests.halls import MET_DIR, PASSWORD, give_account
from tests.screens import Screen, screen_of

UNTRAINED_LOGIN = "newcomer"
HEALTH = OfficerId("o0044")  # chief representative of health


@pytest_asyncio.fixture(loop_scope="session")
async def office(founded: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office(founded / MET_DIR, tmp_path) as made:
        yield made


async def test_a_newcomer_is_added_trained_and_seated_by_two_persons(
    browser: Browser, office: Office
) -> None:
    async with screen_of(browser, office.app, GUO) as screen:
        new = await _add(screen)
        await _submit(screen)
    async with screen_of(browser, office.app, LIN_SECURITY) as screen:
        await _approve(screen)
    async with screen_of(browser, office.app, GUO) as screen:
        await _is_refused(browser, screen, office, new)
        await _train_and_seat(screen, new)
        await _submit(screen)
    async with screen_of(browser, office.app, LIN_SECURITY) as screen:
        await _approve(screen)
    found = office.desk.holdings.officer(new)
    assert found is not None
    assert found.trained_on is not None
    window = office.desk.holdings.organisation.window("440229-02/w07")
    assert window is not None
    assert new in window.officers


async def _add(screen: Screen) -> OfficerId:
    page = screen.page
    await screen.go("/people")
    await screen.is_sound()
    await page.get_by_role("link", name="新增人员").click()
    await page.fill("#f-name", "样小满")
    await page.fill("#f-id_number", "440229198702280004")
    await page.select_option("#f-node", "440229-02")
    await page.select_option("#f-department", "government-services")
    await page.get_by_role("button", name="按所选单位列出岗位").click()
    await page.get_by_label("县大厅 综合窗口受理员").check()
    await page.get_by_label("受理", exact=True).check()
    await page.keyboard.press("F9")
    await expect(page.locator("#e-id_number")).to_be_visible()
    await screen.settle()
    screen.complaints.clear()  # the browser notes an answer of 422
    await screen.is_sound()
    await expect(page.locator("#f-name")).to_have_value("样小满")
    await page.fill("#f-id_number", "440229198702280003")
    await page.keyboard.press("F9")
    await page.wait_for_url("**/people/o*")
    await expect(page.locator(".alert-warn").last).to_contain_text("还没有登记培训")
    await screen.is_sound()
    return OfficerId(page.url.rpartition("/")[2].partition("?")[0])


async def _is_refused(browser: Browser, screen: Screen, office: Office, new: OfficerId) -> None:
    """The right password, and a sentence that says what is missing."""
    await give_account(office.app, new, UNTRAINED_LOGIN)
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(screen.url + "/sign-in")
    await page.fill("#f-login", UNTRAINED_LOGIN)
    await page.fill("#f-password", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#e-login")).to_contain_text("还没有登记岗前培训")
    await context.close()


async def _train_and_seat(screen: Screen, new: OfficerId) -> None:
    page = screen.page
    await screen.go(f"/people/{new}")
    await page.fill("#f-on", "2026-11-18")
    await page.fill("#f-course", "综合窗口受理岗前培训")
    await page.fill("#f-by", "县行政服务中心")
    await page.get_by_role("button", name="登记培训").click()
    await expect(page.locator(".alert-ok")).to_contain_text("已放入变更单")
    await screen.go("/people/windows/440229-02/w07")
    await screen.is_sound()
    await page.get_by_label("样小满").check()
    await page.keyboard.press("F9")
    await page.wait_for_url("**/people/windows?*")
    await expect(page.locator("tr.is-changed")).to_contain_text("样小满")
    await screen.is_sound()
    await screen.go("/people/pairs")
    await screen.is_sound()


async def _submit(screen: Screen) -> None:
    page = screen.page
    await page.get_by_role("link", name="对比、提交").click()
    await expect(page.locator(".differences ins, tbody .wrap").first).to_be_visible()
    await screen.is_sound()
    await page.get_by_role("button", name="提交", exact=True).click()
    await expect(page.locator(".alert-ok")).to_contain_text("等另一人批准")


async def _approve(screen: Screen) -> None:
    page = screen.page
    await screen.go("/proposals")
    await page.locator("tr", has_text="等我处理").locator("a[data-open]").click()
    await expect(page.locator("#c-approve")).to_contain_text("批准后立即发布")
    await page.get_by_role("button", name="批准并发布").click()
    await expect(page.locator(".alert-ok")).to_contain_text("已批准并发布")
    await screen.is_sound()


async def test_what_is_told_of_outside_and_what_coordinators_see_are_sound_screens(
    browser: Browser, office: Office
) -> None:
    async with screen_of(browser, office.app, HEALTH) as screen:
        page = screen.page
        await screen.go("/outside")
        await screen.is_sound()
        await page.select_option("#f-matter", "birth-medical-certificate")
        await page.fill("#f-number", "440229A0001")
        await page.fill("#f-accepted_on", "2026-11-16")
        await page.get_by_role("button", name="登记受理").click()
        await expect(page.locator(".alert-ok")).to_contain_text("已登记受理")
        await screen.is_sound()
        await page.get_by_label("440229A0001 的办结日期").fill("2026-11-18")
        await page.get_by_role("button", name="登记 440229A0001 的结果").click()
        await expect(page.locator("tbody")).to_contain_text("逾期办结")
        await screen.is_sound()
        await screen.go("/coordination")
        await screen.is_sound()
    async with screen_of(browser, office.app, GUO) as screen:
        for path in ("/coverage?by=staff", "/coverage?by=matter", "/people/table"):
            await screen.go(path)
            await screen.is_sound()
