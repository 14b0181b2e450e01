"""排队叫号 in a real browser: the machine, the board and the window, with the keyboard."""

from playwright.async_api import Browser, expect

from tests.builders import WU
from tests.centres import Clerk, World
from tests.screens import screen_of


async def test_a_ticket_goes_from_the_machine_to_a_case(
    world: World,
    wu: Clerk,  # noqa: ARG001 - whose account it is
    browser: Browser,
) -> None:
    async with screen_of(browser, world.town.app, WU, has_account=True) as screen:
        page = screen.page
        await screen.go("/tickets/machine")
        await screen.is_sound()
        await screen.go("/tickets/machine")
        await page.get_by_role("button", name="收件办事").click()
        await expect(page.locator(".ticket-number")).to_have_text("A001")
        await screen.is_sound()

        await screen.go("/tickets")
        await page.fill("#f-window", "3")
        await page.keyboard.press("F9")
        await expect(page.locator(".ticket-now")).to_contain_text("A001")
        await screen.is_sound()
        await screen.go("/tickets/board")
        await expect(page.locator(".board")).to_contain_text("A001")
        await screen.is_sound()

        await screen.go("/tickets")
        await page.get_by_role("button", name="A001 开始办理").click()
        await page.wait_for_url("**/intake/*")
