"""The delegations in a real browser, from a draft to the township that may do less than before."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from casework.delegation import Delegation
from casework.names import DelegationId
from sync.opening import OpenNode
from tests.builders import TOWN
from tests.central.reviewing import FORESTRY, GUO, LIN_SECURITY, Office, an_office
from tests.founded import at_work
from tests.halls import MET_DIR, copy_of
from tests.lines import settle
from tests.screens import Screen, screen_of

RECORD = DelegationId("d0199")
FIRST = "2027-02-01"


@pytest_asyncio.fixture(loop_scope="session")
async def office(founded: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office(founded / MET_DIR, tmp_path) as made:
        yield made


async def test_a_change_goes_from_a_cell_to_the_township_through_two_persons(
    browser: Browser, office: Office, founded: Path, tmp_path: Path
) -> None:
    async with screen_of(browser, office.app, GUO) as screen:
        await _draft(screen)
        await _change_a_cell(screen)
        await _compare_and_submit(screen)
    async with screen_of(browser, office.app, LIN_SECURITY) as screen:
        await _approve(screen)

    copy_of(founded / MET_DIR, tmp_path / "nodes", TOWN)
    async with at_work(tmp_path / "nodes", TOWN, office.clock) as town:
        await settle([(town.node, office.desk.node)])
        powers = {one.id: one for one in _powers(town)}
    new = next(one for one in powers.values() if str(one.not_before) == FIRST)
    assert str(powers[RECORD].not_after) == "2027-01-31"
    assert [one.value for one in new.conditions] == [5]


async def _draft(screen: Screen) -> None:
    page = screen.page
    await screen.go("/delegations")
    await page.fill("#f-title", "缩小采伐终审")
    await page.get_by_role("button", name="起草变更单").click()
    await page.wait_for_url("**/delegations?draft=*")
    await screen.is_sound()


async def _change_a_cell(screen: Screen) -> None:
    """By the keyboard alone."""
    page = screen.page
    await _cell(page).focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/delegations/cell?*")
    await screen.is_sound()
    await page.locator(f"a[href*='record={RECORD}']").first.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**record={RECORD}*")
    await page.fill("#f-not_before", "2026-11-20")
    await page.fill("#f-value0", "5")
    await page.keyboard.press("F9")
    await expect(page.locator(".alert-error")).to_contain_text("不能改变过去")
    await screen.settle()
    screen.complaints.clear()  # the browser notes an answer of 422
    await screen.is_sound()
    await page.fill("#f-not_before", FIRST)
    await page.keyboard.press("F9")
    await page.wait_for_url("**/delegations?draft=*")
    await expect(page.locator("td.is-changed")).to_have_count(1)
    await expect(page.locator("td.is-changed")).to_contain_text("已改")
    await screen.is_sound()


async def _compare_and_submit(screen: Screen) -> None:
    page = screen.page
    await page.get_by_role("link", name="预览某镇某日").click()
    await page.select_option("#f-node", TOWN)
    await page.fill("#f-on", FIRST)
    await page.get_by_role("button", name="查看").click()
    await expect(page.locator("tr.is-changed")).to_contain_text("不大于 5")
    await screen.is_sound()
    await page.get_by_role("link", name="返回矩阵").click()
    await page.get_by_role("link", name="对比、提交").click()
    await expect(page.locator(".differences del").first).to_be_visible()
    await screen.is_sound()
    await page.get_by_role("button", name="提交", exact=True).click()
    await expect(page.locator(".alert-ok")).to_contain_text("等另一人批准")
    await screen.is_sound()


async def _approve(screen: Screen) -> None:
    page = screen.page
    await expect(page.locator(".mainnav .nav-count")).to_have_text("1")
    await screen.go("/proposals")
    await screen.is_sound()
    await page.locator("a[data-open]").click()
    await expect(page.locator("#c-approve")).to_contain_text("授权清单第 2 版")
    await page.get_by_role("button", name="批准并发布").click()
    await expect(page.locator(".alert-ok")).to_contain_text("已批准并发布")
    await screen.is_sound()


def _cell(page: Page) -> Locator:
    return page.locator(f"#m-{FORESTRY} a[href*='node={TOWN}']").first


def _powers(town: OpenNode) -> tuple[Delegation, ...]:
    return town.store.holdings.delegations_over(TOWN, FORESTRY)


async def test_taking_back_and_importing_are_sound_screens(
    browser: Browser, office: Office
) -> None:
    async with screen_of(browser, office.app, GUO) as screen:
        page = screen.page
        await screen.go(f"/delegations/revoke?record={RECORD}")
        await page.select_option("#f-instrument", "i03")
        await page.fill("#f-reason", "抽查发现超蓄积发证")
        await page.get_by_role("button", name="看会影响哪些决定").click()
        await expect(page.locator(".alert-note")).to_contain_text("已有 0 件决定")
        await screen.is_sound()
        await page.get_by_role("button", name="提交收回").click()
        await expect(page.locator(".page-head")).to_contain_text("紧急")
        await screen.is_sound()
        await screen.go("/delegations/import")
        await screen.is_sound()
