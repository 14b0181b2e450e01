"""A matter from its editor's desk to its day: drafted, mended, approved by another, asked for."""

from datetime import date, timedelta
from pathlib import Path

from playwright.async_api import Browser, expect

from casework.names import OfficerId
from tests.central.reviewing import FORESTRY, HU, an_office
from tests.screens import Screen, screen_of

ZHOU = OfficerId("o0095")
BEGINS = date(2027, 1, 1)
NEW = "采伐地点四至图"
AT = '[name="materials.8.{}"]'.format


async def draft_a_catch_all(screen: Screen) -> None:
    """A new version with one more material, which says nothing; two of its fields forgotten."""
    page = screen.page
    await screen.go(f"/matters/{FORESTRY}")
    await page.fill("#f-effective_from", BEGINS.isoformat())
    await screen.is_sound()
    await page.get_by_role("button", name="起草新版本").click()
    await page.wait_for_url("**/basics")
    await screen.is_sound()
    await page.get_by_role("link", name="申请材料").click()
    await page.get_by_role("button", name="添加：申请材料").click()
    await screen.settle()
    await page.fill(AT("name"), "其他有关材料")
    await page.select_option(AT("necessity"), "required")
    await page.select_option(AT("form"), "copy")
    await page.fill(AT("originals"), "0")
    await page.select_option(AT("source"), "applicant")
    await page.select_option(AT("retention"), "keep")
    await page.get_by_role("button", name="保存").click()
    await expect(page.locator(".error-summary")).to_contain_text("复印件份数")
    await expect(page.locator(AT("name"))).to_have_value("其他有关材料")
    await screen.settle()
    # The browser notes that the answer was a refusal, as it was meant to be.
    assert ["422" in one for one in screen.complaints] == [True]
    screen.complaints.clear()
    await screen.is_sound()
    await page.fill(AT("copies"), "1")
    await page.fill(AT("issuer"), "申请人")
    await page.get_by_role("button", name="保存").click()
    await expect(page.locator(".alert-ok")).to_contain_text("已保存")
    await expect(page.locator(".clause-note").first).to_contain_text("改写建议")
    await screen.is_sound()


async def mend_it(screen: Screen) -> None:
    """What the lint found is written anew, and both situations ask for it."""
    page = screen.page
    await page.fill(AT("name"), NEW)
    await page.locator('[name="materials.8.legal_basis"]').first.check()
    row = page.locator("details.element-row").nth(8)
    await row.get_by_role("button", name="添加：受理标准").click()
    await screen.settle()
    await page.fill('[name="materials.8.acceptance_standard.0.check"]', "是否标明四至？")
    await page.get_by_role("button", name="保存").click()
    await expect(page.locator(".alert-ok")).to_contain_text("已保存")
    await expect(page.locator(".clause-note")).to_have_count(0)
    for scenario in ("0", "1"):
        await page.get_by_role("link", name="情形", exact=True).click()
        await page.locator("summary").nth(int(scenario)).click()
        chosen = f'[name="scenarios.{scenario}.materials"]'
        await page.locator(chosen).last.check()
        await page.get_by_role("button", name="保存").click()
        await expect(page.locator(".alert-ok")).to_contain_text("已保存")
    await screen.is_sound()


async def hand_it_on(screen: Screen) -> str:
    """Preview, compare, submit; the address of the proposal."""
    page = screen.page
    await page.get_by_role("link", name="预览").click()
    await expect(page.locator("main")).to_contain_text(NEW)
    await screen.is_sound()
    await page.go_back()
    await page.get_by_role("link", name="导入、导出").click()
    await screen.is_sound()
    await page.go_back()
    await page.get_by_role("link", name="对照与提交").click()
    await screen.is_sound()
    await page.get_by_role("button", name="提交").click()
    await expect(page.locator(".alert-ok")).to_contain_text("等另一人批准")
    url: str = page.url[page.url.index("/proposals") :].partition("?")[0]
    await screen.go("/editing")
    await screen.is_sound()
    return url


async def approve_it(screen: Screen, url: str) -> None:
    """Another person puts it in force."""
    page = screen.page
    await screen.go(url)
    await expect(page.locator("main")).to_contain_text(f"申请材料 · {NEW} · 材料名称")
    await screen.is_sound()
    await page.get_by_role("button", name="批准并发布").click()
    await expect(page.locator(".alert-ok")).to_contain_text("已批准并发布")
    await screen.go(f"/matters/{FORESTRY}/history")
    await expect(page.locator("main")).to_contain_text(NEW)
    await screen.is_sound()


async def test_a_new_material_is_drafted_mended_approved_and_asked_for_from_its_day(
    browser: Browser, founded: Path, tmp_path: Path
) -> None:
    async with an_office(founded, tmp_path) as office:
        async with screen_of(browser, office.app, HU) as screen:
            await draft_a_catch_all(screen)
            await mend_it(screen)
            url = await hand_it_on(screen)
        async with screen_of(browser, office.app, ZHOU) as screen:
            await approve_it(screen, url)

        before, after = (
            office.desk.holdings.catalogue.current(FORESTRY, day)
            for day in (BEGINS - timedelta(days=1), BEGINS)
        )
        assert before is not None
        assert after is not None
        assert NEW not in {one.name for one in before.materials}
        assert NEW in {one.name for one in after.materials}
