"""The township's screens in a real browser: by keyboard, and sound to axe and to the console.

Axe looks at a page after whatever the test did on it: it touches the styles of what it looks at,
and a later swap would trip over that.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from litestar import Litestar
from playwright.async_api import Browser, Page, async_playwright, expect

from casework.names import OfficerId
from tests.builders import WU
from tests.centres import LOW_INCOME, QIU, TIMBER, Clerk, World, collected
from tests.halls import PASSWORD, free_port, give_account

pytestmark = pytest.mark.browser
CHROMIUM = "/usr/bin/chromium"
STARTED_WITHIN_SECONDS = 10.0


class Screen:
    """A page of one officer, and what the browser complained of."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: object) -> None:
        if getattr(message, "type", "") in {"error", "warning"}:
            self.complaints.append(str(getattr(message, "text", "")))

    def _request(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"asked another host: {url}")

    async def go(self, path: str) -> None:
        await self.page.goto(self.url + path)
        await self.page.wait_for_load_state("networkidle")

    async def settle(self) -> None:
        await self.page.wait_for_load_state("networkidle")

    async def is_sound(self) -> None:
        """Nothing in the console, nothing from elsewhere, nothing that axe finds."""
        await self.settle()
        assert self.complaints == []
        found = (await Axe().run(self.page)).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[str]:
    """The application behind a real socket; its life is somebody else's."""
    port = free_port()
    config = uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(STARTED_WITHIN_SECONDS):
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        await made.close()


@asynccontextmanager
async def screen_of(browser: Browser, world: World, officer: OfficerId) -> AsyncIterator[Screen]:
    async with served(world.town.app) as url:
        await give_account(world.town.app, officer, officer)
        context = await browser.new_context(viewport={"width": 1366, "height": 768})
        screen = Screen(await context.new_page(), url)
        await screen.go("/sign-in")
        await screen.page.fill("input[name=login]", officer)
        await screen.page.fill("input[name=password]", PASSWORD)
        await screen.page.keyboard.press("Enter")
        await screen.page.wait_for_url(f"{url}/")
        yield screen
        await context.close()


async def test_wu_takes_in_a_walk_in_with_the_keyboard_alone(
    browser: Browser, world: World
) -> None:
    async with screen_of(browser, world, WU) as screen:
        page = screen.page
        await page.keyboard.press("F2")
        await page.wait_for_url("**/intake/*")
        await screen.settle()
        await page.keyboard.type("lmcf")
        await expect(page.get_by_role("option").first).to_contain_text("林木采伐许可证核发")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(page.locator("[name=v-volume_m3]")).to_be_visible()
        fields = {"name": "陈秀兰", "id_number": "440229193501010004", "phone": "13800138000"}
        for name, text in {**fields, **TIMBER}.items():
            field = page.locator(f"[name={name}]").first
            if name.startswith("m-"):
                radio = page.locator(f"[name={name}][value={text}]")
                await radio.locator("xpath=..").click()
            elif await field.evaluate("element => element.tagName") == "SELECT":
                await field.select_option(text)
            else:
                await field.fill(text)
            await field.dispatch_event("change")
        await expect(page.locator("#decision")).to_contain_text("可以受理", timeout=10_000)
        await expect(page.locator("[data-autosave-status]").first).to_contain_text("已自动保存")
        await page.keyboard.press("F9")
        await page.wait_for_url("**/taken?did=accept")
        await expect(page.locator("body")).to_contain_text("已受理，已保存在本机")
        await screen.is_sound()


async def test_the_head_of_an_intake_says_what_the_answers_so_far_promise(
    browser: Browser, world: World
) -> None:
    """8 m³ may go by a commitment, which nobody has been asked about yet; then it is declined."""
    async with screen_of(browser, world, WU) as screen:
        page = screen.page
        promise, route = page.locator("#intake-promise"), page.locator("#intake-route")
        await page.keyboard.press("F2")
        await page.wait_for_url("**/intake/*")
        await expect(page.locator("#f-matter")).to_be_focused()
        await page.keyboard.type("lmcf")
        await expect(page.locator("#matter-list [role=option]").first).to_contain_text(
            "林木采伐许可证核发"
        )
        await page.keyboard.press("Enter")
        await expect(promise).to_contain_text("10 个工作日")
        await expect(route).to_contain_text("林业局审批")
        await page.fill("[name=v-volume_m3]", "8")
        await expect(promise.locator(".intake-promise")).to_contain_text("1 个工作日 ·")
        await expect(promise).to_contain_text("不承诺的 10 个工作日")
        await expect(route).to_contain_text("镇级终审")
        await page.locator("[name=commitment][value='0']").locator("xpath=..").click()
        await expect(promise.locator(".intake-promise")).to_contain_text("10 个工作日 ·")
        await expect(promise).not_to_contain_text("不承诺")
        await screen.is_sound()


async def test_every_place_of_the_menu_is_sound(browser: Browser, world: World) -> None:
    async with screen_of(browser, world, WU) as screen:
        await collected(world)
        read = ("/", "/arrivals", "/cases", "/results", "/matters", "/outbox", "/consultations")
        places = (*read, "/consultations/new", "/intake/new")
        for place in places:
            await screen.go(place)
            await screen.is_sound()


async def test_wu_opens_a_case_of_a_village_with_the_arrows_and_accepts_it(
    browser: Browser, world: World
) -> None:
    await collected(world)
    async with screen_of(browser, world, WU) as screen:
        page = screen.page
        await screen.go("/arrivals")
        await page.locator("tr[tabindex='0']").first.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/cases/*")
        await screen.settle()
        await page.keyboard.press("F9")
        await expect(page.get_by_role("dialog", name="收件并受理")).to_be_visible()
        await screen.is_sound()
        await page.keyboard.press("F9")
        await page.wait_for_url("**/taken?did=accept")
        await expect(page.locator("body")).to_contain_text("受理")


async def test_a_key_does_nothing_that_only_a_closed_dialog_offers(
    browser: Browser, world: World, wu: Clerk
) -> None:
    """The case is at the county: what may be brought here has dialogs, and no key of its own."""
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    async with screen_of(browser, world, WU) as screen:
        await screen.go(f"/cases/{case}")
        assert await screen.page.locator("dialog:not([open]) [data-key=F9]").count()
        await screen.page.keyboard.press("F9")
        await screen.settle()
        assert screen.page.url.endswith(f"/cases/{case}")
        assert not await screen.page.locator("dialog[open]").count()
        await screen.is_sound()


async def test_the_approver_reads_a_case_and_signs_the_decision(
    browser: Browser, world: World, wu: Clerk
) -> None:
    case = await wu.taken("timber-felling-permit", TIMBER)
    async with screen_of(browser, world, QIU) as screen:
        page = screen.page
        await screen.go("/")
        await page.locator("a[data-open]").first.click()
        await page.wait_for_url(f"**/cases/{case}")
        for dialog, fill in (
            ("接办", {}),
            ("作出准予决定", {"opinion": "准予采伐"}),
        ):
            await page.get_by_role("button", name=dialog).first.click()
            for name, text in fill.items():
                await page.locator(f"dialog[open] [name={name}]").fill(text)
            await page.locator("dialog[open] button[data-key=F9]").click()
            await screen.settle()
        await expect(page.locator("#attested")).to_contain_text("县里下放的终审权")
        await screen.is_sound()


async def test_one_click_on_a_lamp_says_why_it_is_that_day(
    browser: Browser, world: World, wu: Clerk
) -> None:
    await wu.taken("timber-felling-permit", TIMBER)
    async with screen_of(browser, world, WU) as screen:
        await screen.page.locator("a.lamp").first.click()
        await expect(screen.page.get_by_role("dialog")).to_contain_text("承诺时限")
        await screen.is_sound()
