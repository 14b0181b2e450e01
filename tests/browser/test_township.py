"""The township's screens in a real browser: by keyboard, and sound to axe and to the console."""

from playwright.async_api import Browser, expect

from tests.builders import WU
from tests.centres import LOW_INCOME, QIU, TIMBER, Clerk, World, collected
from tests.screens import screen_of


async def test_wu_takes_in_a_walk_in_with_the_keyboard_alone(
    browser: Browser, world: World
) -> None:
    async with screen_of(browser, world.town.app, WU) as screen:
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
        await expect(page.locator("#decision")).to_contain_text("受理条件还有", timeout=10_000)
        for answer in await page.locator("[name^=q-][value='1']").all():
            await answer.locator("xpath=..").click()
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
    async with screen_of(browser, world.town.app, WU) as screen:
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
    async with screen_of(browser, world.town.app, WU) as screen:
        await collected(world)
        read = (
            "/",
            "/?view=warned",
            "/arrivals",
            "/cases",
            "/results",
            "/matters",
            "/outbox",
            "/powers",
            "/consultations",
        )
        places = (*read, "/consultations/new", "/intake/new")
        for place in places:
            await screen.go(place)
            await screen.is_sound()


async def test_a_consultation_names_its_matter_by_pinyin(browser: Browser, world: World) -> None:
    async with screen_of(browser, world.town.app, WU) as screen:
        page = screen.page
        await screen.go("/consultations/new")
        await page.locator("#f-matter").press_sequentially("zdsh")
        offered = page.locator("#matters option")
        await expect(offered).to_have_count(1)
        await expect(offered).to_have_attribute("value", "城乡居民最低生活保障审核确认")
        await screen.is_sound()


async def test_wu_opens_a_case_of_a_village_with_the_arrows_and_accepts_it(
    browser: Browser, world: World
) -> None:
    await collected(world)
    async with screen_of(browser, world.town.app, WU) as screen:
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
    async with screen_of(browser, world.town.app, WU) as screen:
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
    async with screen_of(browser, world.town.app, QIU) as screen:
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
    async with screen_of(browser, world.town.app, WU) as screen:
        await screen.page.locator("a.lamp").first.click()
        await expect(screen.page.get_by_role("dialog")).to_contain_text("承诺时限")
        await screen.is_sound()
