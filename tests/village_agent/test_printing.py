"""At a village what it decided itself is final only where the decision is proven."""

from tests.centres import CARD
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
