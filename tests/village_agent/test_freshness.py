"""A laptop says as of when it knows what the township and the county have done."""

from datetime import timedelta

from casework.freshness import SILENT_AFTER
from sync.silence import tell_silence
from tests.builders import COUNTY
from tests.centres import LOW_INCOME, Clerk, visible
from tests.laptops import Agent, Village
from tests.lines import settle

ALLOWANCE = "minimum-living-allowance"
PAPERS = {f"state-m{number}": "present" for number in (1, 2, 3, 4)}
KNOWN = "以下为 12:00 时所知"
ROW = "12:00 时所知"
OUTAGE = SILENT_AFTER + timedelta(minutes=5)


async def test_what_was_handed_up_is_known_as_of_the_last_contact(
    village: Village, lin: Agent
) -> None:
    case = await lin.collected(ALLOWANCE, LOW_INCOME)
    await village.settle()
    assert "未联络" not in await lin.said(f"/cases/{case}")
    unsent = await lin.collected(ALLOWANCE, LOW_INCOME)
    village.clock.advance(OUTAGE)

    assert KNOWN in await lin.said(f"/cases/{case}")
    assert ROW in await lin.said("/cases")
    assert "未联络" not in await lin.said(f"/cases/{unsent}")


async def test_a_township_cut_off_from_the_county_says_so_to_the_laptop(
    village: Village, lin: Agent, wu: Clerk
) -> None:
    case = await lin.collected(ALLOWANCE, LOW_INCOME)
    await village.settle()
    answer = await wu.post(f"/cases/{case}/sittings/accept", seen=await wu.seen(case), **PAPERS)
    assert answer.status_code == 303, visible(answer.text)[:900]
    await village.settle()
    assert (await village.case(case)).pen == COUNTY
    village.clock.advance(OUTAGE)
    line = [(village.laptop.services.node, village.town.node)]
    await settle(line)
    await village.town.node.change(tell_silence)
    await settle(line)

    assert KNOWN in await lin.said(f"/cases/{case}")
