"""The county's reviewers in a real browser: an extension by two of them, and a grant of many."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from casework.case import Extension, Status
from tests.central.reviewing import CHEN, LIANG, Office, an_office
from tests.central.test_batches import NUMBERS, matter_of
from tests.screens import screen_of


@pytest_asyncio.fixture(loop_scope="session")
async def office(founded: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office(founded, tmp_path) as made:
        yield made


async def open_dialog(page: Page, act: str) -> Locator:
    button = page.locator(f"[data-open-dialog=act-{act}]")
    if not await button.is_visible():
        await page.get_by_text("更多操作").click()
    await button.click()
    dialog = page.locator("dialog[open]")
    await expect(dialog).to_be_visible()
    return dialog


async def test_an_extension_is_asked_for_by_one_and_granted_by_a_leader(
    browser: Browser, office: Office
) -> None:
    case = await office.in_review()
    async with screen_of(browser, office.app, CHEN) as screen:
        page = screen.page
        await screen.go(f"/cases/{case.id}")
        dialog = await open_dialog(page, "request_extension")
        await screen.is_sound()
        await dialog.locator("[name=extra]").fill("99")
        await dialog.locator("textarea").fill("需要到外县核实收入")
        await dialog.locator(".btn-primary").last.click()
        await expect(dialog).to_contain_text("延长天数应在 1 到 15 之间")
        screen.complaints.clear()  # of the answer that says what is wrong
        await dialog.locator("[name=extra]").fill("10")
        await dialog.locator(".btn-primary").last.click()
        await expect(page.locator(".alert-ok")).to_contain_text("延期已申请")
        await screen.is_sound()
    async with screen_of(browser, office.app, LIANG) as screen:
        page = screen.page
        await screen.go("/")
        await page.get_by_role("link", name=case.number).click()
        await expect(page.locator(".page-head")).to_contain_text("延期待批")
        dialog = await open_dialog(page, "grant_extension")
        await expect(dialog.locator("[name=extra]")).to_have_value("10")
        await screen.is_sound()
        await dialog.locator(".btn-primary").last.click()
        await expect(page.locator(".alert-ok")).to_contain_text("已批准延期")
        await expect(page.locator(".alert-ok a")).to_contain_text("打印延长办理期限通知书")
        await screen.is_sound()
    assert (await office.look(case.id)).extension is Extension.GRANTED


async def test_chen_grants_what_she_ticked_of_one_matter(browser: Browser, office: Office) -> None:
    matter = matter_of(office, batch=True)
    cases = [await office.case(matter, number=number) for number in NUMBERS]
    async with screen_of(browser, office.app, CHEN) as screen:
        page = screen.page
        await screen.go("/")
        await page.locator("select[name=matter]").select_option(matter)
        await page.wait_for_url(f"**matter={matter}**")
        await screen.settle()
        for case in cases[:2]:
            await page.get_by_label(f"选择 {case.number}").check()
        await screen.is_sound()
        await page.get_by_role("button", name="批量准予所选办件").click()
        dialog = page.locator("dialog[open]")
        await expect(dialog).to_be_visible()
        await screen.is_sound()
        await dialog.locator("textarea").fill("材料齐全，符合条件，准予。")
        await dialog.locator(".btn-primary").click()
        await expect(page.locator(".alert-ok")).to_contain_text("已准予 2 件")
        await screen.is_sound()
    states = [(await office.look(case.id)).status for case in cases]
    assert states == [Status.DECIDED, Status.DECIDED, Status.ACCEPTED]
