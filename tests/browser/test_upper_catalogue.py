"""The catalogue from above on its screens: read in, claimed, taken over."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.central.reviewing import HU, an_office
from tests.central.test_upper_catalogue import FELLING, SAMPLE, TREES
from tests.screens import screen_of


async def test_it_is_read_in_claimed_and_taken_over(
    browser: Browser, founded: Path, tmp_path: Path
) -> None:
    async with (
        an_office(founded, tmp_path) as office,
        screen_of(browser, office.app, HU) as screen,
    ):
        page = screen.page
        await screen.go("/editing")
        await page.get_by_role("link", name="上级目录").click()
        await screen.is_sound()
        await page.set_input_files("#f-file", SAMPLE)
        await page.get_by_role("button", name="导入", exact=True).click()
        await expect(page.locator(".alert-ok")).to_contain_text("已读入为第 1 版")
        await screen.is_sound()
        await page.get_by_role("link", name=TREES.name).click()
        await page.fill("#f-id", "old-tree-moving")
        await page.select_option("#f-department", "forestry")
        await page.fill("#f-effective_from", "2027-01-01")
        await screen.is_sound()
        await page.get_by_role("button", name="认领为草稿").click()
        await expect(page.locator("main")).to_contain_text("规定，不能改")
        await screen.is_sound()
        await page.get_by_role("link", name="设定依据").click()
        await expect(page.get_by_role("button", name="删除")).to_have_count(0)
        await screen.is_sound()
        await page.get_by_role("link", name="时限", exact=False).first.click()
        await page.fill('[name="limits.promised.value"]', "12")
        await page.get_by_role("button", name="保存").click()
        await expect(page.locator(".alert-ok")).to_contain_text("已保存")
        await screen.is_sound()
        await screen.go(f"/editing/upper/{FELLING.catalog_code}")
        await page.get_by_label("新版本的施行日期").fill("2027-01-01")
        await screen.is_sound()
        await page.get_by_role("button", name="取用到新版本草稿").click()
        await expect(page.locator("main")).to_contain_text("法定时限")
        await screen.is_sound()
