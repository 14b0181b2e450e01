"""The laptop's screens in a real browser: large, calm, and sound to axe and to the console."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, Route, expect

from casework.names import CaseId
from tests.builders import LIN, VILLAGE, WU
from tests.centres import LOW_INCOME, Clerk, case_in, materials, visible
from tests.halls import PASSWORD
from tests.laptops import Agent, Village, a_photo, a_village, ready_for_the_village
from tests.screens import Screen, screen_of

ALLOWANCE = "minimum-living-allowance"
# What a finger or an unsteady hand must be able to hit.
TARGET_PIXELS_MIN = 48
TARGETS = "a.btn, a.big, button.btn, button.matter-card, summary, .village-target"


@pytest_asyncio.fixture(loop_scope="session")
async def village(founded: Path, tmp_path: Path) -> AsyncIterator[Village]:
    async with a_village(founded, tmp_path) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def lin(village: Village) -> Agent:
    return await village.laptop.sign_in()


@pytest_asyncio.fixture(loop_scope="session")
async def wu(village: Village) -> Clerk:
    return await village.town.sign_in(WU)


@pytest_asyncio.fixture(loop_scope="session")
async def screen(
    browser: Browser,
    village: Village,
    lin: Agent,  # noqa: ARG001
) -> AsyncIterator[Screen]:
    """Lin's screen; their account is there already."""
    async with screen_of(browser, village.laptop.app, LIN, has_account=True) as made:
        yield made


def photo(name: str = "a.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": a_photo()}


async def small_targets(page: Page) -> list[str]:
    """Buttons and links in sight that are lower than they should be."""
    found: list[str] = await page.evaluate(
        """([targets, least]) => [...document.querySelectorAll(targets)]
        .filter((one) => one.checkVisibility() && !one.closest("[aria-hidden=true]"))
        .filter((one) => one.getBoundingClientRect().height < least - 0.5)
        .map((one) => one.outerHTML.slice(0, 120))""",
        [TARGETS, TARGET_PIXELS_MIN],
    )
    return found


async def is_calm(screen: Screen) -> None:
    """Sound, nothing small to hit, and nothing beyond the edge of the screen."""
    assert await small_targets(screen.page) == []
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await screen.page.evaluate(wide)
    await screen.is_sound()


async def fill_in(page: Page) -> None:
    """An application for the allowance, as it is typed at the table."""
    person = {"name": "陈秀兰", "id_number": "440229193501010004", "phone": "13800138000"}
    for name, text in {**person, **LOW_INCOME}.items():
        field = page.locator(f"[name={name}]").first
        if name.endswith("-row"):
            continue
        if await field.get_attribute("type") == "radio":
            await page.locator(f"[name={name}][value='{text}']").locator("xpath=..").click()
        elif await field.evaluate("element => element.tagName") == "SELECT":
            await field.select_option(text)
        else:
            await field.fill(text)


async def answer_conditions(page: Page) -> None:
    for answer in await page.locator("[name^=q-][value='1']").all():
        await answer.locator("xpath=..").click()


async def test_lin_collects_an_application_from_the_first_page_to_the_receipt(
    screen: Screen,
) -> None:
    page = screen.page
    await page.get_by_role("link", name="收材料").click()
    await page.fill("#f-q", "zdsh")
    await expect(page.locator(".matter-card")).to_have_count(1)
    await page.locator(".matter-card").click()
    await page.wait_for_url("**/intake/*")
    await fill_in(page)
    await page.set_input_files("[data-upload][data-material=m1]", [photo()])
    await expect(page.locator("#files-m1")).to_have_attribute("data-count", "1", timeout=15_000)
    await expect(page.locator("#decision")).to_contain_text("材料齐全", timeout=10_000)
    await answer_conditions(page)
    await expect(page.locator("#do-main")).not_to_have_attribute("aria-disabled", "true")
    await expect(page.locator("#do-main kbd")).to_be_visible()
    await page.locator("#do-main").click()
    await page.wait_for_url("**did=collect")
    await expect(page.locator("body")).to_contain_text("已保存在本机，联网后自动上报镇里")
    await expect(page.get_by_role("link", name="打印代办收件凭证（一式两份）")).to_be_visible()
    await is_calm(screen)

    await screen.go("/")
    await expect(page.locator("#not-sent")).to_contain_text("仅本机")
    await is_calm(screen)


async def test_every_page_of_a_laptop_with_nothing_to_do_is_calm(screen: Screen) -> None:
    for place in ("/", "/collect", "/collect?q=公司", "/cases", "/owing", "/bags"):
        await screen.go(place)
        await is_calm(screen)


async def sent_back(village: Village, lin: Agent, wu: Clerk, **fields: str) -> CaseId:
    case = await lin.collected(ALLOWANCE, {**LOW_INCOME, **fields})
    await village.settle()
    back = {"to": VILLAGE, "reason": "户口簿照片不清，请重拍"}
    answer = await wu.post(f"/cases/{case}/sittings/return_pen", seen=await wu.seen(case), **back)
    assert answer.status_code == 303, visible(answer.text)
    await village.settle()
    return case


async def test_what_came_back_is_mended_on_the_page_where_it_was_typed(
    village: Village, lin: Agent, wu: Clerk, screen: Screen
) -> None:
    case = await sent_back(village, lin, wu)
    page = screen.page
    await screen.go("/")
    await expect(page.locator("#not-sent")).to_contain_text("户口簿照片不清，请重拍")
    await is_calm(screen)
    await page.get_by_role("link", name="打开").click()
    await expect(page.locator("body")).to_contain_text("退回了，原因是")
    await is_calm(screen)
    await page.get_by_role("button", name="改好再上报").click()
    await page.wait_for_url(f"**/intake/{case}")
    await expect(page.locator("#f-name")).to_have_value("陈秀兰")
    await page.set_input_files("[data-upload][data-material=m2]", [photo()])
    await expect(page.locator("#files-m2")).to_have_attribute("data-count", "1", timeout=15_000)
    await answer_conditions(page)
    await expect(page.locator("#do-main")).not_to_have_attribute("aria-disabled", "true")
    await expect(page.locator("#do-main kbd")).to_be_visible()
    await page.locator("#do-main").click()
    await page.wait_for_url("**did=collect")
    assert case_in(page.url) == case
    await screen.is_sound()


async def test_missing_papers_are_photographed_one_by_one(
    village: Village, lin: Agent, wu: Clerk, screen: Screen
) -> None:
    case = await lin.collected(ALLOWANCE, {**LOW_INCOME, **materials(missing=("m2", "m3"))})
    await village.settle()
    answer = await wu.post(
        f"/cases/{case}/sittings/notify_deficiency",
        seen=await wu.seen(case),
        supply_by="2026-12-21",
    )
    assert answer.status_code == 303, visible(answer.text)
    await village.settle()
    page = screen.page
    await screen.go("/owing")
    await is_calm(screen)
    await page.get_by_role("link", name="补材料").click()
    await page.set_input_files("[data-upload][data-material=m2]", [photo()])
    await expect(page.locator("#files-m2")).to_have_attribute("data-count", "1", timeout=15_000)
    await expect(page.locator("[name=received][value=m2]")).to_be_checked()
    await is_calm(screen)
    # The power went: what was photographed is still there.
    await screen.go(f"/cases/{case}/supplement")
    await expect(page.locator("#files-m2")).to_have_attribute("data-count", "1")
    # And one that still travels when the button is pressed is waited for.
    free = asyncio.Event()

    async def slowly(route: Route) -> None:
        await free.wait()
        await route.continue_()

    await page.route("**/files", slowly)
    posted: list[str] = []
    page.on(
        "request",
        lambda sent: posted.append(sent.url) if sent.url.endswith("/supplement") else None,
    )
    await page.set_input_files("[data-upload][data-material=m3]", [photo()])
    await page.get_by_role("button", name="提交补交的材料").click()
    await expect(page.locator("#uploading")).to_contain_text("还有 1 个文件正在传，传完就提交")
    assert posted == []
    free.set()
    await page.wait_for_url("**did=supplement")
    await expect(page.locator("body")).to_contain_text("补交的材料已经收下了")
    await is_calm(screen)


async def test_the_papers_that_are_carried_have_a_list(lin: Agent, screen: Screen) -> None:
    await lin.collected(ALLOWANCE, LOW_INCOME)
    page = screen.page
    await screen.go("/bags")
    await expect(page.locator("body")).to_contain_text("1 袋，一件一袋")
    await is_calm(screen)
    await page.get_by_role("button", name="勾选的已经送到镇里").click()
    await expect(page.locator("body")).to_contain_text("没有待送的袋子")
    await screen.is_sound()


async def test_large_type_fits_as_well(lin: Agent, screen: Screen) -> None:
    await lin.collected(ALLOWANCE, LOW_INCOME)
    await screen.go("/")
    await screen.page.get_by_role("button", name="大字").click()
    await is_calm(screen)


async def test_a_result_is_handed_over_to_the_one_it_is_for(
    village: Village, lin: Agent, wu: Clerk, screen: Screen
) -> None:
    case = await ready_for_the_village(village, lin, wu)
    page = screen.page
    await screen.go("/")
    await expect(page.locator("body")).to_contain_text("1 件结果到村里了")
    await is_calm(screen)
    await page.get_by_role("link", name="去交付").click()
    await page.get_by_role("link", name="交给申请人").first.click()
    await expect(page.locator("body")).to_contain_text("结果已核验，没有被改动")
    await expect(page.locator("#f-recipient_name")).to_have_value("陈秀兰")
    await is_calm(screen)
    await page.get_by_role("button", name="已经交给本人或代理人").click()
    await page.wait_for_url(f"**/cases/{case}?did=deliver")
    await expect(page.get_by_role("link", name="打印送达回证").first).to_be_visible()
    await is_calm(screen)


async def test_the_screen_is_locked_and_unlocked_and_what_was_typed_is_there(
    village: Village, lin: Agent, screen: Screen
) -> None:
    await lin.post("/sign-out")
    page = screen.page
    await screen.go("/collect")
    await page.locator(".matter-card").first.click()
    await page.wait_for_url("**/intake/*")
    draft = page.url
    await page.fill("#f-name", "陈秀兰")
    # Locked before the form has saved itself: nothing is lost.
    await page.get_by_role("button", name="锁屏").click()
    await expect(page.get_by_role("heading", name="屏幕已锁")).to_be_visible()
    await expect(page.locator("body")).not_to_contain_text("陈秀兰")
    assert village.laptop.services.keys.vault.is_locked
    await screen.is_sound()

    await page.fill("#f-login", LIN)
    await page.fill("#f-password", PASSWORD)
    await page.get_by_role("button", name="解锁").click()
    await page.wait_for_url(draft)
    await expect(page.locator("#f-name")).to_have_value("陈秀兰")
    await screen.is_sound()


async def test_a_screen_that_nobody_touches_locks_itself(screen: Screen) -> None:
    page = screen.page
    await page.clock.install()
    await screen.page.goto(screen.url + "/")
    await page.clock.run_for("09:00")
    await expect(page.get_by_role("button", name="锁屏")).to_be_visible()
    await page.clock.run_for("02:00")
    await expect(page.get_by_role("heading", name="屏幕已锁")).to_be_visible()
