"""The intake screen in a real browser: keyboard, saving, races, and nothing barred by CSP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, FilePayload, Page, Route, expect

from tests.screens import AXE, SCREEN, served
from tests.webui.conftest import PASSWORD
from tests.webui.test_intake_pages import Desk, a_desk, a_jpeg

TOASTS_MAX = 3
OLD = "440229193501010004"
AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest_asyncio.fixture(loop_scope="session")
async def desk(tmp_path: Path) -> Desk:
    return await a_desk(tmp_path)


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, desk: Desk) -> AsyncIterator[Page]:
    """A new intake, signed in as Wu; anything the console says of scripts or styles fails."""
    complaints: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if "Security Policy" in said.text:
            complaints.append(said.text)

    async with served(desk.hall.app) as address:
        context = await browser.new_context(viewport=SCREEN, timezone_id="America/New_York")
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", hear)
        await page.goto(f"{address}/sign-in?next=/intake/new")
        await page.fill("[name=login]", "wu")
        await page.fill("[name=password]", PASSWORD)
        await page.click("button.btn-primary")
        await page.goto(f"{address}/intake/new")
        yield page
        await context.close()
    assert complaints == []


async def choose_allowance(page: Page) -> None:
    await choose(page, "最低生活")


async def choose(page: Page, words: str) -> None:
    await page.click("#f-matter")
    await page.keyboard.type(words)
    await page.wait_for_selector("#matter-list [aria-selected=true]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#row-m1")


async def test_a_matter_is_chosen_by_keyboard_and_what_was_typed_stays(page: Page) -> None:
    await page.fill("#f-name", "陈秀兰")
    await choose_allowance(page)
    assert await page.input_value("#f-name") == "陈秀兰"
    assert await page.input_value("#f-matter") == "城乡居民最低生活保障审核确认"
    assert await page.evaluate("document.activeElement.id") == "f-id_number"


async def test_typing_is_saved_and_answered_without_losing_the_place(page: Page) -> None:
    await choose_allowance(page)
    await page.fill("#f-id_number", "440229195806170024")
    await page.wait_for_selector("#n-id_number.field-good")
    assert await page.evaluate("document.activeElement.id") == "f-id_number"
    await page.fill("#f-phone", "1392234")
    await page.keyboard.press("Tab")
    await page.wait_for_selector("#f-phone[aria-invalid=true]")
    await page.wait_for_selector("[data-autosave-status][data-state=saved]")
    await page.reload()
    assert await page.input_value("#f-phone") == "1392234"


async def test_the_time_of_a_save_is_that_of_the_county_wherever_the_browser_is(page: Page) -> None:
    await page.clock.set_fixed_time("2026-12-04T02:30:00Z")
    await choose_allowance(page)
    await page.fill("#f-phone", "13922345679")
    await expect(page.locator("[data-autosave-status]")).to_contain_text("10:30 已自动保存")


async def test_an_answer_brings_up_the_papers_it_calls_for(page: Page) -> None:
    await choose_allowance(page)
    assert not await page.is_visible("#row-m5 fieldset")
    await page.click("label:has(> [name=v-has_disabled][value='1'])")
    await page.wait_for_selector("#row-m5 fieldset", state="visible")
    await page.click("label:has(> [name=m-m1][value=present])")
    await page.wait_for_selector("#intake-count >> text=已收 1")


async def test_rows_of_a_table_come_and_go(page: Page) -> None:
    await choose_allowance(page)
    await page.click("[data-add-row=members]")
    assert await page.locator("[data-table=members] tbody tr").count() == 2
    await page.fill("#f-v-members-1-id_number", "440229195806170025")
    await page.keyboard.press("Tab")
    await page.wait_for_selector("#n-v-members-1-id_number.field-error")
    await page.locator("[data-remove-row]").first.click()
    assert await page.locator("[data-table=members] tbody tr").count() == 1


async def test_a_photo_put_on_a_row_counts_as_received(page: Page) -> None:
    await choose_allowance(page)
    photo: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": a_jpeg()}
    await page.set_input_files("[data-upload][data-material=m1]", [photo, photo])
    await page.wait_for_selector("#files-m1[data-count='2']")
    await page.wait_for_selector("#intake-count >> text=已收 1")
    assert await page.is_checked("[name=m-m1][value=present]")


async def hold_files(page: Page) -> asyncio.Event:
    """Files from here on travel until the event is set."""
    free = asyncio.Event()

    async def slowly(route: Route) -> None:
        await free.wait()
        await route.continue_()

    await page.route("**/files", slowly)
    return free


async def an_application_that_lacks_nothing(page: Page) -> None:
    await choose(page, "老年人优待证")
    for name, text in {"name": "陈秀兰", "id_number": OLD, "phone": "13800138000"}.items():
        await page.fill(f"#f-{name}", text)
    await page.focus("#f-v-apply_kind")
    for digit in "1111":  # 新办, 本县户籍, both papers
        await page.keyboard.press(digit)
    await expect(page.locator("#decision")).to_contain_text("材料齐全")
    await page.wait_for_selector("[data-autosave-status][data-state=saved]")


async def test_a_press_waits_for_the_files_that_still_travel(page: Page, desk: Desk) -> None:
    await an_application_that_lacks_nothing(page)
    free = await hold_files(page)
    photo: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": a_jpeg()}
    await page.set_input_files("[data-upload][data-material=m1]", [photo, photo])
    await page.keyboard.press("F9")
    await expect(page.locator("#uploading")).to_contain_text("还有 2 个文件正在传，传完就提交")
    await page.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert desk.office.done == []
    free.set()
    await page.wait_for_url("**/cases/*")
    assert desk.office.scans == [("m1", "m1")]


async def test_a_press_does_not_go_on_without_a_file_that_was_not_taken(
    page: Page, desk: Desk
) -> None:
    await an_application_that_lacks_nothing(page)
    free = await hold_files(page)
    broken: FilePayload = {"name": "户口簿.jpg", "mimeType": "image/jpeg", "buffer": b"nothing"}
    await page.set_input_files("[data-upload][data-material=m2]", [broken])
    await page.keyboard.press("F9")
    free.set()
    failed = page.locator("#row-m2 .upload-failed")
    name = await page.inner_text("#name-m2")
    await expect(failed).to_contain_text(f"{name}：「户口簿.jpg」没有收下。只收照片")
    await expect(failed).to_be_focused()
    await expect(page.locator(".toast-note")).to_contain_text("户口簿.jpg")
    for _ in range(4):
        await page.keyboard.press("F9")
    assert await page.locator(".toast-note").count() <= TOASTS_MAX
    assert desk.office.done == []
    await page.click("[data-drop-failed]")
    await page.keyboard.press("F9")
    await page.wait_for_url("**/cases/*")


async def test_a_scanner_that_presses_enter_accepts_nothing(page: Page, desk: Desk) -> None:
    await choose_allowance(page)
    await page.focus("#f-name")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "f-id_number"
    assert desk.office.done == []


async def test_the_main_key_pressed_while_a_save_is_on_its_way_loses_nothing(page: Page) -> None:
    await choose_allowance(page)

    async def slowly(route: Route) -> None:
        await page.wait_for_timeout(400)
        await route.continue_()

    await page.route("**/decide", slowly)
    await page.fill("#f-phone", "13922345679")
    await page.keyboard.press("Tab")
    await page.wait_for_timeout(150)
    await page.keyboard.press("F9")
    await page.wait_for_selector(".error-summary")
    assert await page.input_value("#f-phone") == "13922345679"


async def hold_answers(page: Page) -> asyncio.Event:
    """Answers of the panel from here on come once the event is set; the questions go at once."""
    free = asyncio.Event()

    async def slowly(route: Route) -> None:
        answer = await route.fetch()
        await free.wait()
        await route.fulfill(response=answer)

    await page.route("**/decide", slowly)
    return free


async def press_while_answered(page: Page, selector: str) -> None:
    """Press the mouse on something, and let go of it only when the panel's answer has come."""
    free = await hold_answers(page)
    async with page.expect_request("**/decide"):
        await page.fill("#f-id_number", "440229195806170025")
    await page.locator(selector).scroll_into_view_if_needed()
    place = await page.locator(selector).bounding_box()
    assert place is not None
    await page.mouse.move(place["x"] + place["width"] / 2, place["y"] + 2)
    await page.mouse.down()
    async with page.expect_request_finished(lambda sent: sent.url.endswith("/decide")):
        free.set()
    await page.evaluate("new Promise((done) => setTimeout(done, 100))")
    await page.mouse.up()
    await page.wait_for_selector("#n-id_number.field-error")


async def test_an_answer_that_comes_during_a_press_does_not_move_what_is_pressed(
    page: Page,
) -> None:
    # Where a page has nothing to scroll, a browser keeps nothing in its place.
    await page.set_viewport_size({"width": 1366, "height": 3000})
    await choose_allowance(page)
    await press_while_answered(page, "label:has(> [name=m-m1][value=present])")
    assert await page.is_checked("[name=m-m1][value=present]")
    await page.wait_for_selector("#intake-count >> text=已收 1")
    await page.wait_for_selector("[data-autosave-status][data-state=saved]")


async def test_an_answer_that_comes_during_a_press_does_not_take_the_button_away(
    page: Page,
) -> None:
    await choose_allowance(page)
    await press_while_answered(page, "#do-main")
    await page.wait_for_selector(".error-summary")
    assert await page.input_value("#f-id_number") == "440229195806170025"


async def test_the_screen_is_accessible_filled_and_faulty(page: Page) -> None:
    await choose_allowance(page)
    await page.check("#f-has_agent")
    await page.wait_for_selector("#f-agent_name", state="visible")
    await page.keyboard.press("F9")
    await page.wait_for_selector(".error-summary")
    # Its script is not ours, so it is let in past the policy: only what it finds counts here.
    found = page.context.browser
    assert found is not None
    state = await page.context.storage_state()
    context = await found.new_context(bypass_csp=True, storage_state=state)
    checked = await context.new_page()
    await checked.goto(page.url)
    report = await AXE.run(checked, options=AA)
    await context.close()
    assert [one["id"] for one in report.response["violations"]] == []
