"""The intake screen in a real browser: keyboard, saving, races, and nothing barred by CSP."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, Route, sync_playwright

from tests.webui.conftest import PASSWORD
from tests.webui.test_intake_pages import Desk, a_jpeg, desk

__all__ = ["desk"]

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """The application of `desk`, served on a free port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(desk.hall.app, host="127.0.0.1", port=port, log_level="error", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    """A new intake, signed in as Wu; anything the console says of scripts or styles fails."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium")
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if "Security Policy" in said.text else None,
        )
        page.goto(f"{address}/sign-in?next=/intake/new")
        page.fill("[name=login]", "wu")
        page.fill("[name=password]", PASSWORD)
        page.click("button.btn-primary")
        page.goto(f"{address}/intake/new")
        yield page
        browser.close()
    assert complaints == []


def choose_allowance(page: Page) -> None:
    page.click("#f-matter")
    page.keyboard.type("最低生活")
    page.wait_for_selector("#matter-list [aria-selected=true]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#row-m1")


def test_a_matter_is_chosen_by_keyboard_and_what_was_typed_stays(page: Page) -> None:
    page.fill("#f-name", "陈秀兰")
    choose_allowance(page)
    assert page.input_value("#f-name") == "陈秀兰"
    assert page.input_value("#f-matter") == "城乡居民最低生活保障审核确认"
    assert page.evaluate("document.activeElement.id") == "f-id_number"


def test_typing_is_saved_and_answered_without_losing_the_place(page: Page) -> None:
    choose_allowance(page)
    page.fill("#f-id_number", "440229195806170024")
    page.wait_for_selector("#n-id_number.field-good")
    assert page.evaluate("document.activeElement.id") == "f-id_number"
    page.fill("#f-phone", "1392234")
    page.keyboard.press("Tab")
    page.wait_for_selector("#f-phone[aria-invalid=true]")
    page.wait_for_selector("[data-autosave-status][data-state=saved]")
    page.reload()
    assert page.input_value("#f-phone") == "1392234"


def test_an_answer_brings_up_the_papers_it_calls_for(page: Page) -> None:
    choose_allowance(page)
    assert not page.is_visible("#row-m5 fieldset")
    page.click("label:has(> [name=v-has_disabled][value='1'])")
    page.wait_for_selector("#row-m5 fieldset", state="visible")
    page.click("label:has(> [name=m-m1][value=present])")
    page.wait_for_selector("#intake-count >> text=已收 1")


def test_rows_of_a_table_come_and_go(page: Page) -> None:
    choose_allowance(page)
    page.click("[data-add-row=members]")
    assert page.locator("[data-table=members] tbody tr").count() == 2
    page.fill("#f-v-members-1-id_number", "440229195806170025")
    page.keyboard.press("Tab")
    page.wait_for_selector("#n-v-members-1-id_number.field-error")
    page.locator("[data-remove-row]").first.click()
    assert page.locator("[data-table=members] tbody tr").count() == 1


def test_a_photo_put_on_a_row_counts_as_received(page: Page) -> None:
    choose_allowance(page)
    photo: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": a_jpeg()}
    page.set_input_files("[data-upload][data-material=m1]", [photo, photo])
    page.wait_for_selector("#files-m1[data-count='2']")
    page.wait_for_selector("#intake-count >> text=已收 1")
    assert page.is_checked("[name=m-m1][value=present]")


def test_a_scanner_that_presses_enter_accepts_nothing(page: Page, desk: Desk) -> None:
    choose_allowance(page)
    page.focus("#f-name")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "f-id_number"
    assert desk.office.done == []


def test_the_main_key_pressed_while_a_save_is_on_its_way_loses_nothing(page: Page) -> None:
    choose_allowance(page)

    def slowly(route: Route) -> None:
        page.wait_for_timeout(400)
        route.continue_()

    page.route("**/decide", slowly)
    page.fill("#f-phone", "13922345679")
    page.keyboard.press("Tab")
    page.wait_for_timeout(150)
    page.keyboard.press("F9")
    page.wait_for_selector(".error-summary")
    assert page.input_value("#f-phone") == "13922345679"


def test_the_screen_is_accessible_filled_and_faulty(page: Page) -> None:
    choose_allowance(page)
    page.check("#f-has_agent")
    page.wait_for_selector("#f-agent_name", state="visible")
    page.keyboard.press("F9")
    page.wait_for_selector(".error-summary")
    # Its script is not ours, so it is let in past the policy: only what it finds counts here.
    found = page.context.browser
    assert found is not None
    context = found.new_context(bypass_csp=True, storage_state=page.context.storage_state())
    checked = context.new_page()
    checked.goto(page.url)
    report = Axe().run(checked, options=AA)
    assert [one["id"] for one in report.response["violations"]] == []
