"""The county's screens in a real browser: a case from the queue to the counter, and every page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from casework.case import Status
from casework.names import OfficerId
from tests.builders import TOWN
from tests.central.reviewing import (
    CHEN,
    LIN_SECURITY,
    LUO,
    SHE,
    WU_SUPERVISOR,
    Office,
    an_office,
    delivered,
    granted,
)
from tests.central.suspending import BOSS, suspended
from tests.central.test_samples import sampled
from tests.halls import MET_DIR
from tests.screens import screen_of

# htmx minds a new piece of a page a moment after it stands there.
SETTLED_MS = 300


@pytest_asyncio.fixture(loop_scope="session")
async def office(founded: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office(founded, tmp_path) as made:
        yield made


async def test_chen_decides_a_case_from_the_queue_and_sends_its_result_down(
    browser: Browser, office: Office
) -> None:
    case = await office.case()
    async with screen_of(browser, office.app, CHEN) as screen:
        page = screen.page
        await page.locator("#case-list tbody tr").first.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/cases/{case.id}")
        await screen.is_sound()
        await screen.go(f"/cases/{case.id}")

        await page.keyboard.press("F9")
        await page.check("#act-take-materials_sound")
        await page.locator("#act-take .dialog-actions .btn-primary").click()
        await expect(page.locator(".alert-ok")).to_contain_text("已接办")
        await screen.settle()

        await page.keyboard.press("F9")
        await page.fill("#act-decide_grant-opinion", "经审查，符合条件。")
        await page.locator("#act-decide_grant .dialog-actions .btn-primary").click()
        await expect(page.locator(".alert-ok")).to_contain_text("已作出准予决定")
        await screen.settle()

        await page.keyboard.press("F9")
        await page.locator("#act-produce_result .dialog-actions .btn-primary").click()
        await expect(page.locator(".alert-ok")).to_contain_text("结果已制作")
        await screen.settle()

        await page.locator("[data-open-dialog=act-forward_result]").click()
        await page.locator("#act-forward_result .dialog-actions .btn-primary").click()
        await expect(page.locator(".alert-ok")).to_contain_text("结果已下送")
        await screen.is_sound()

    sent = await office.look(case.id)
    assert (sent.status, sent.pen) == (Status.READY, TOWN)


async def test_who_comes_second_is_told_and_keeps_what_was_written(
    browser: Browser, office: Office
) -> None:
    case = await office.in_review()
    async with screen_of(browser, office.app, CHEN) as screen:
        page = screen.page
        await screen.go(f"/cases/{case.id}")
        await page.locator("[data-open-dialog=act-decide_grant]").click()
        await page.fill("#act-decide_grant-opinion", "同意，请尽快办理。")
        await office.act(CHEN, granted(), case=case.id)
        await page.locator("#act-decide_grant .dialog-actions .btn-primary").click()

        await expect(page.locator(".alert-error").first).to_contain_text("办件刚刚有了新的进展")
        await expect(page.locator(".alert-error").first).to_contain_text("同意，请尽快办理。")
        await expect(page.locator("body")).to_contain_text("经审查，符合条件。")


async def test_what_was_delivered_is_archived_from_the_list(
    browser: Browser, office: Office
) -> None:
    case = await delivered(office)
    async with screen_of(browser, office.app, CHEN) as screen:
        page = screen.page
        await screen.go("/?view=closing")
        await page.locator("[data-select-all]").check()
        await page.keyboard.press("F9")
        await expect(page.locator(".alert-ok")).to_contain_text("已归档 1 件")

    assert (await office.look(case.id)).status is Status.CLOSED


async def test_a_list_is_narrowed_in_place_and_a_lamp_explains_itself(
    browser: Browser, office: Office
) -> None:
    await office.case()
    async with screen_of(browser, office.app, CHEN) as screen:
        page = screen.page
        await page.locator("#f-status").select_option("in_review")
        await expect(page.locator("#case-list")).to_contain_text("没有待处理的办件")
        await page.wait_for_timeout(SETTLED_MS)
        await page.locator("#f-status").select_option("")
        await page.locator("#case-list a.lamp").first.click()
        await expect(page.locator("dialog[open]")).to_contain_text("起算事由发生，当日不计入")
        await screen.is_sound()


@pytest.mark.parametrize(
    ("officer", "places"),
    [
        (CHEN, ("/", "/?view=warned", "/?view=closing", "/cases")),
        (CHEN, ("/exceptions", "/matters", "/delegations")),
        (LUO, ("/nodes", "/nodes/enrolment", "/publishing", "/publishing/lint", "/incidents")),
        (LUO, (f"/nodes/{TOWN}", "/nodes/440229-01", "/nodes/keys")),
        (WU_SUPERVISOR, ("/", "/cases", "/matters/timber-felling-permit", "/incidents")),
    ],
)
async def test_every_place_of_the_menu_is_sound(
    browser: Browser, office: Office, officer: OfficerId, places: tuple[str, ...]
) -> None:
    await office.in_review()
    async with screen_of(browser, office.app, officer) as screen:
        for place in places:
            await screen.go(place)
            await screen.is_sound()


async def test_she_ratifies_from_the_list_what_a_town_decided_without_knowing(
    browser: Browser, founded: Path, tmp_path: Path
) -> None:
    async with an_office(founded / MET_DIR, tmp_path) as office:
        case = await suspended(office, founded, tmp_path / "town")
        async with screen_of(browser, office.app, SHE) as screen:
            page = screen.page
            await screen.go("/exceptions")
            await screen.is_sound()
            await page.get_by_role("link", name=case.number).click()
            await page.get_by_role("button", name="追认决定").first.click()
            dialog = page.locator("dialog[open]")
            await expect(dialog).to_contain_text("须由分管领导同意")
            await screen.is_sound()
            await dialog.locator('[name="reason"]').fill("补充核查，符合规定")
            await dialog.locator('[name="approved_by"]').select_option(BOSS)
            await dialog.get_by_role("button", name="追认决定").click()
            await screen.go("/exceptions")
            await expect(page.locator("main")).to_contain_text("已追认")


async def test_a_reviewer_records_a_finding(browser: Browser, office: Office) -> None:
    await sampled(office)
    async with screen_of(browser, office.app, WU_SUPERVISOR) as screen:
        page = screen.page
        await screen.go("/samples")
        await screen.is_sound()
        await page.get_by_role("link", name="登记").first.click()
        await page.wait_for_url("**/samples/*")
        await screen.is_sound()
        await page.get_by_text("有差错", exact=True).click()
        await page.get_by_label("说明").fill("蓄积量超过授权，应由县级审批")
        await page.get_by_role("button", name="登记", exact=True).click()
        await page.wait_for_url("**/samples?did=recorded")
        await expect(page.locator("body")).to_contain_text("蓄积量超过授权")
        await screen.is_sound()


async def test_two_administrators_end_a_stolen_laptops_key(
    browser: Browser, office: Office
) -> None:
    async with screen_of(browser, office.app, LUO) as screen:
        page = screen.page
        await screen.go("/nodes")
        await page.get_by_role("link", name="龙仙镇公共服务中心", exact=True).click()
        await page.get_by_label("停用原因").select_option("compromised")
        await page.get_by_label("失控时间").fill("2026-11-20T12:00")
        await page.get_by_label("情况说明").fill("电脑在下乡途中被盗，已报案")
        await expect(page.locator("main")).to_contain_text("此后该设备用这把密钥签出的一律不认")
        await screen.is_sound()
        await page.get_by_role("button", name="提交，请另一人批准").click()
        await expect(page.locator(".alert-ok")).to_contain_text("等待另一人批准")
        await screen.is_sound()
    async with screen_of(browser, office.app, LIN_SECURITY) as screen:
        page = screen.page
        await screen.go("/nodes")
        await page.get_by_role("link", name="密钥停用").click()
        await expect(page.locator("main")).to_contain_text("失控时间以后的决定逐件重新核验")
        await screen.is_sound()
        await page.get_by_role("button", name="批准停用").click()
        await expect(page.locator(".alert-ok")).to_contain_text("已停用")
        await screen.is_sound()
        await screen.go(f"/nodes/{TOWN}")
        await expect(page.locator("main")).to_contain_text("失控，已停用")
        await screen.is_sound()
