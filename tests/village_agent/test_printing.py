"""At a village what it decided itself is final only where the decision is proven."""

import re
from html import unescape

from tests.centres import CARD, LOW_INCOME
from tests.forging import forge
from tests.laptops import Agent, Village
from tests.village_agent.test_collecting import CARD_MATTER
from tests.webui.paper_text import text_of


async def test_an_instant_result_is_final_until_its_signature_fails(
    village: Village, lin: Agent
) -> None:
    case = await lin.collected(CARD_MATTER, CARD, "instant")
    url = f"/cases/{case}/papers/instant-result"
    made = (await village.case(case)).decision
    assert made is not None

    before = await lin.get(url)
    await forge(village.laptop.services.database, made.entry)
    after = await lin.get(url)

    assert "预览" not in text_of(before.content)
    assert set(text_of(after.content)) >= set("预览未生效")


async def test_lin_prints_what_a_matter_needs_before_anybody_applies(lin: Agent) -> None:
    page = await lin.get("/collect?q=zdsh")
    allowance = await lin.get("/matters/minimum-living-allowance/sheet")
    # What is not taken in at the village is told as well.
    elsewhere = await lin.get("/collect?q=护照")
    passport = await lin.get("/matters/ordinary-passport/sheet")

    assert 'action="/matters/minimum-living-allowance/sheet"' in page.text
    assert "青云村公共服务站" in text_of(allowance.content)
    assert "龙仙镇公共服务中心" in text_of(allowance.content)
    assert 'action="/matters/ordinary-passport/sheet"' in elsewhere.text
    assert "护照工本费：每本120元" in text_of(passport.content)


async def test_lin_prints_it_of_what_was_begun(lin: Agent) -> None:
    draft = await lin.begin("minimum-living-allowance")

    page, sheet = await lin.get(draft), await lin.get(f"{draft}/sheet")

    assert f'href="{draft}/sheet"' in page.text
    assert "最低生活保障申请表" in text_of(sheet.content)


async def test_a_receipt_that_is_printed_once_more_says_so_and_is_counted(lin: Agent) -> None:
    case = await lin.collected("minimum-living-allowance", LOW_INCOME)
    page = (await lin.get(f"/cases/{case}")).text
    found = re.search(r'href="([^"]*collection-receipt[^"]*again=1)"', page)
    assert found is not None
    url = unescape(found[1])

    first = await lin.get(url.removesuffix("&again=1"))
    second, third = await lin.get(url), await lin.get(url)

    assert "补打" not in text_of(first.content)
    assert "第1次补打" in text_of(second.content)
    assert "第2次补打" in text_of(third.content)
