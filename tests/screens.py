"""A real browser before an application of the test's own process.

Axe looks at a page after whatever the test did on it: it touches the styles of what it looks at,
and a later swap would trip over that.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from axe_playwright_python.async_playwright import Axe
from axe_playwright_python.base import AXE_SCRIPT
from litestar import Litestar
from playwright.async_api import Browser, Page, Request, ViewportSize, async_playwright

from casework.names import OfficerId
from tests.halls import PASSWORD, free_port, give_account

CHROMIUM = "/usr/bin/chromium"
# There is no screen: what is drawn is drawn by the processor, and nobody looks at it.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-gpu-rasterization",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
STARTED_WITHIN_SECONDS = 10.0
SETTLED_WITHIN_SECONDS = 30.0
SCREEN: ViewportSize = {"width": 1366, "height": 768}
LOOK_SECONDS = 0.02
# A page whose scripts have asked for nothing for so long has what it wants.
QUIET_SECONDS = 0.5
# Half of what axe does is to read the same twenty colours of a page thousands of times.
COLOURS_READ_ONCE = """
(() => {
  const colour = axe.commons.color.Color.prototype;
  const parse = colour.parseString;
  const known = new Map();
  colour.parseString = function (text) {
    let found = known.get(text);
    if (found === undefined) {
      parse.call(this, text);
      found = {r: this.r, g: this.g, b: this.b, alpha: this.alpha};
      known.set(text, found);
    }
    return Object.assign(this, found);
  };
})();
"""
AXE = Axe(AXE_SCRIPT + COLOURS_READ_ONCE)
# Axe would fetch every style sheet again, for a rule that is still an experiment and does not run.
LOOKED_AT = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}


class Screen:
    """A page of one officer, and what the browser complained of."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        self._asked: set[Request] = set()
        self._quiet_since = asyncio.get_running_loop().time()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)
        page.on("requestfinished", self._answered)
        page.on("requestfailed", self._answered)

    def _console(self, message: object) -> None:
        if getattr(message, "type", "") in {"error", "warning"}:
            self.complaints.append(str(getattr(message, "text", "")))

    def _request(self, request: Request) -> None:
        self._asked.add(request)
        self._quiet_since = asyncio.get_running_loop().time()
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"asked another host: {request.url}")

    def _answered(self, request: Request) -> None:
        self._asked.discard(request)
        self._quiet_since = asyncio.get_running_loop().time()

    async def go(self, path: str) -> None:
        await self.page.goto(self.url + path)
        await self.settle()

    async def settle(self) -> None:
        """Wait until the page is there, and what its scripts asked for has come."""
        await self.page.wait_for_load_state("load")
        time = asyncio.get_running_loop().time
        async with asyncio.timeout(SETTLED_WITHIN_SECONDS):
            while self._asked or time() < self._quiet_since + QUIET_SECONDS:  # noqa: ASYNC110 - no event
                await asyncio.sleep(LOOK_SECONDS)

    async def is_sound(self) -> None:
        """Nothing in the console, nothing from elsewhere, nothing that axe finds."""
        await self.settle()
        assert self.complaints == [], self.complaints
        said = (await AXE.run(self.page, options=LOOKED_AT)).response
        found = [
            (each["id"], [node["html"] for node in each["nodes"]]) for each in said["violations"]
        ]
        assert found == [], found
        assert _unseen(said["incomplete"]) == []


def _unseen(incomplete: Sequence[Mapping[str, Any]]) -> list[str]:
    """Words in the very colour of what they stand on: axe asks a person whether that is meant."""
    return [
        node["html"]
        for each in incomplete
        if each["id"] == "color-contrast"
        for node in each["nodes"]
        for check in node["any"]
        if (check.get("data") or {}).get("messageKey") == "equalRatio"
    ]


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


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield made
        finally:
            await made.close()


@asynccontextmanager
async def screen_of(
    browser: Browser, app: Litestar, officer: OfficerId, *, has_account: bool = False
) -> AsyncIterator[Screen]:
    """A browser window in which this officer is signed in; a new account ends other sessions."""
    async with served(app) as url:
        if not has_account:
            await give_account(app, officer, officer)
        context = await browser.new_context(viewport=SCREEN)
        screen = Screen(await context.new_page(), url)
        await screen.page.goto(f"{url}/sign-in")
        await screen.page.fill("input[name=login]", officer)
        await screen.page.fill("input[name=password]", PASSWORD)
        await screen.page.keyboard.press("Enter")
        await screen.page.wait_for_url(lambda found: "/sign-in" not in found)
        await screen.settle()
        yield screen
        await context.close()
