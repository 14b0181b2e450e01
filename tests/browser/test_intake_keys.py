"""The clerk's intake without a mouse, and how many keys it takes (issue 3, Figures)."""

import re
from typing import Final

from playwright.async_api import Browser, Page, expect

from casework.names import CaseId
from tests.builders import WU
from tests.centres import CARD, PERSON, Clerk, World, a_scan, case_in
from tests.screens import Screen, screen_of

KEYS_MAX: Final = 25
CHEN: Final = ("陈秀兰", "440229193501010004", "13800138000")


class Hands:
    """Somebody at the keyboard: every key counts but those that write the applicant's own data."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed += 1
            await self.page.keyboard.press(key)

    async def write(self, text: str) -> None:
        """What the applicant says of themselves."""
        await self.page.keyboard.type(text)

    async def is_at(self, selector: str) -> None:
        await expect(self.page.locator(selector)).to_be_focused()

    async def tab_to(self, selector: str, most: int = 60) -> None:
        for _ in range(most):
            if await self.page.locator(f"{selector}:focus").count():
                return
            await self.press("Tab")
        raise AssertionError(f"{selector} is not reached by Tab")


async def begun(screen: Screen, hands: Hands, letters: str, name: str) -> None:
    """F2, the matter by its pinyin, and the hands are at the applicant's name."""
    await hands.press("F2")
    await screen.page.wait_for_url("**/intake/*")
    await screen.settle()
    await hands.is_at("#f-matter")
    await hands.press(*letters)
    await expect(screen.page.get_by_role("option").first).to_contain_text(name)
    await hands.press("Enter")
    await hands.is_at("#f-name")


async def test_an_instant_matter_takes_few_keys_from_f2_to_the_printed_result(
    browser: Browser, world: World
) -> None:
    async with screen_of(browser, world.town.app, WU) as screen:
        page, hands = screen.page, Hands(screen.page)
        await begun(screen, hands, "lnr", "老年人优待证办理")
        for text in CHEN:
            await hands.write(text)
            await hands.press("Enter")
        await hands.is_at("#f-v-apply_kind")
        await hands.press("1", "1")  # 新办, 本县户籍
        await hands.is_at("[name=m-m1][value=present]")
        await hands.press("1", "1")  # both papers are here
        await expect(page.locator("#do-main")).to_contain_text("当场办结并打印结果")
        await hands.press("F9")
        await page.wait_for_url("**/taken?did=instant")
        async with page.context.expect_page() as opened:
            await hands.press("F8")
        paper = await opened.value

        assert "/papers/instant-result" in paper.url
        assert hands.pressed <= KEYS_MAX, hands.pressed
        await screen.is_sound()


async def test_a_whole_allowance_with_six_papers_is_taken_in_without_a_mouse(
    browser: Browser, world: World
) -> None:
    async with screen_of(browser, world.town.app, WU) as screen:
        page, hands = screen.page, Hands(screen.page)
        await page.add_init_script("addEventListener('mousedown', () => { window.moused = true })")
        await begun(screen, hands, "zdsh", "城乡居民最低生活保障审核确认")
        for text in CHEN:
            await hands.write(text)
            await hands.press("Enter")
        await hands.press("1")  # 农村
        for text in ("1", "陈秀兰", CHEN[1], "本人", "300", "300"):
            await hands.write(text)
            await hands.press("Enter")
        await hands.is_at("#f-v-main_cause")
        await hands.press("1")  # 因病: the diagnosis is asked for
        await hands.press("1")  # disabled: so is the card
        await hands.write("60")
        await hands.press("Enter", "2", "2", "2")
        await hands.write("6200008052621020125")
        await hands.press("Enter")
        await hands.is_at("[name=m-m1][value=present]")
        await expect(page.locator("#intake-count")).to_contain_text("需要 6")
        await hands.press("1")
        await hands.is_at("[name=m-m2][value=present]")
        # The questions about a paper: opened, and each answered by one key.
        await hands.press("/")
        await hands.is_at("[name='y-m2-m2.a'][value='1']")
        await hands.press("1", "1", "1")
        await hands.is_at("[name=m-m3][value=present]")
        await hands.press("1", "1", "1", "1")
        await expect(page.locator("#intake-count")).to_contain_text("已收 6")
        # Nobody has looked at the conditions yet: F9 says so, and a digit answers each.
        await hands.is_at("[name=q-c1][value='1']")
        await expect(page.locator("#decision")).to_contain_text("受理条件还有 3 条没有核对")
        await expect(page.locator("#do-main")).to_have_attribute("aria-disabled", "true")
        await hands.press("F9")
        await expect(page.locator(".toast-note")).to_contain_text("还有 3 条没有核对")
        await hands.press("1", "1", "1")
        await expect(page.locator("#decision")).to_contain_text("可以受理")
        await expect(page.locator("#do-main")).to_contain_text("受理并打印通知书")
        await hands.press("F9")
        await page.wait_for_url("**/taken?did=accept")
        assert not await page.evaluate("window.moused === true")
        await screen.is_sound()


async def test_a_refusal_cites_what_failed_and_asks_why_between_two_presses_of_f9(
    browser: Browser, world: World
) -> None:
    async with screen_of(browser, world.town.app, WU) as screen:
        page, hands = screen.page, Hands(screen.page)
        await begun(screen, hands, "lnr", "老年人优待证办理")
        for text in ("陈小明", "440229198802290014", "13800138000"):
            await hands.write(text)
            await hands.press("Enter")
        await hands.press("1", "1", "1", "1")
        await expect(page.locator("#do-main")).to_contain_text("不予受理")
        await hands.press("F9")
        await expect(page.get_by_role("dialog", name="不予受理")).to_be_visible()
        await expect(page.get_by_label(re.compile("^不符合条件：.*年满六十周岁"))).to_be_checked()
        await hands.is_at("#f-reason")
        await expect(page.locator("#f-reason")).to_have_value("")
        await screen.is_sound()
        await hands.write("身份证记载为 1988 年出生")
        await hands.press("F9")
        await page.wait_for_url("**/taken?did=refuse_acceptance")


async def test_papers_of_an_earlier_case_are_used_again(
    browser: Browser, world: World, wu: Clerk
) -> None:
    """An identity card that lies in an earlier case is not asked for twice."""
    await with_a_scan(wu)
    async with screen_of(browser, world.town.app, WU) as screen:
        page, hands = screen.page, Hands(screen.page)
        await begun(screen, hands, "lnr", "老年人优待证办理")
        for text in CHEN:
            await hands.write(text)
            await hands.press("Enter")
        again = page.locator("#again-m1 button")
        await expect(again).to_contain_text("沿用")
        await hands.tab_to("#again-m1 button")
        await hands.press("Enter")
        await expect(page.locator("#files-m1")).to_contain_text("沿用")
        await expect(page.locator("[name=m-m1][value=present]")).to_be_checked()
        await expect(again).to_have_count(0)
        await screen.is_sound()


async def with_a_scan(wu: Clerk) -> CaseId:
    """A card taken in last time, with the picture of the identity card."""
    draft = await wu.open_draft("senior-citizen-card")
    token = (await wu.get("/session/token")).json()["csrf_token"]
    sent = {"material": "m1", "csrf_token": token}
    files = {"file": ("a.webp", a_scan(), "image/webp")}
    answer = await wu.client.post(f"{draft}/files", data=sent, files=files)
    assert answer.status_code == 200, answer.text
    fields = {**PERSON, **CARD, "act": "instant", "revision": await wu.revision(draft)}
    done = await wu.post(draft, **fields)
    return case_in(done.headers["location"])
