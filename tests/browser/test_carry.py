"""The stick in a real browser: a week without a network, and nothing is missed at either end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from casework.names import CaseId
from tests.builders import LIN, WU
from tests.centres import LOW_INCOME, materials
from tests.laptops import Agent, Village, a_photo, a_village
from tests.screens import Screen, screen_of

ALLOWANCE = "minimum-living-allowance"


@pytest_asyncio.fixture(loop_scope="session")
async def village(founded: Path, tmp_path: Path) -> AsyncIterator[Village]:
    async with a_village(founded, tmp_path) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def case(village: Village) -> CaseId:
    """Collected in the village, a photograph with it, and no line to anywhere."""
    lin: Agent = await village.laptop.sign_in()
    draft = await lin.begin(ALLOWANCE)
    found = await lin.photograph(draft, "m1", a_photo())
    assert found.status_code == 200
    answer = await lin.press(draft, {**LOW_INCOME, **materials(ALLOWANCE)})
    assert answer.status_code == 303
    return CaseId(answer.headers["location"].split("/cases/")[1][:32])


@pytest_asyncio.fixture(loop_scope="session")
async def laptop(browser: Browser, village: Village, case: CaseId) -> AsyncIterator[Screen]:  # noqa: ARG001
    async with screen_of(browser, village.laptop.app, LIN, has_account=True) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def counter(browser: Browser, village: Village) -> AsyncIterator[Screen]:
    await village.town.sign_in(WU)
    async with screen_of(browser, village.town.app, WU, has_account=True) as made:
        yield made


async def download(screen: Screen, button: str, path: Path) -> Path:
    async with screen.page.expect_download() as coming:
        await screen.page.get_by_role("button", name=button).click()
    file = await coming.value
    assert file.suggested_filename.endswith(".tbc")
    await file.save_as(path)
    return path


async def read(screen: Screen, path: Path) -> None:
    await screen.go("/carry")
    await screen.page.get_by_label("选择文件").set_input_files(path)
    await screen.page.get_by_role("button", name="读入", exact=True).click()
    await screen.settle()


@pytest.mark.asyncio(loop_scope="session")
async def test_a_case_goes_up_on_a_stick_and_word_of_it_comes_back(
    village: Village, case: CaseId, laptop: Screen, counter: Screen, tmp_path: Path
) -> None:
    await laptop.go("/")
    await laptop.page.get_by_role("link", name="没有网络，用U盘带走").click()
    await laptop.is_sound()
    up = await download(laptop, "用U盘带走，交给龙仙镇", tmp_path / "up.tbc")

    await counter.go("/outbox")
    await counter.page.get_by_role("link", name="U盘携带").click()
    await read(counter, up)
    await expect(counter.page.locator("main")).to_contain_text("涉及 1 件新办件")
    await counter.is_sound()
    down = await download(counter, "写一份回复给青云村", tmp_path / "down.tbc")
    assert await village.town.services.desk.get_case(case) == await village.case(case)

    await read(counter, up)
    await expect(counter.page.locator("main")).to_contain_text("没有新内容：以前已经收到过")

    await read(laptop, down)
    await expect(laptop.page.locator("main")).to_contain_text(
        "龙仙镇公共服务中心已收到本单位写出的"
    )
    await laptop.go("/")
    await expect(laptop.page.locator("#not-sent")).to_contain_text("收到的件都已经上报")

    await village.settle()  # The network is back; both have done it all already.
    await laptop.go("/carry")
    await laptop.is_sound()
    assert village.town.services.desk.node.trust.versions == village.laptop.desk.node.trust.versions


@pytest.mark.asyncio(loop_scope="session")
async def test_what_is_no_file_of_ours_is_told_so(
    counter: Screen, laptop: Screen, tmp_path: Path
) -> None:
    other = tmp_path / "报表.tbc"
    other.write_bytes(b"PK\x03\x04" + bytes(100))
    await read(counter, other)
    await expect(counter.page.get_by_role("alert")).to_contain_text("没有读入")

    await laptop.go("/carry")
    mine = await download(laptop, "用U盘带走，交给龙仙镇", tmp_path / "mine.tbc")
    await read(laptop, mine)  # The agent's own file, on the agent's own laptop.
    await expect(laptop.page.get_by_role("alert")).to_contain_text("没有读入")
    counter.complaints.clear()
    laptop.complaints.clear()
