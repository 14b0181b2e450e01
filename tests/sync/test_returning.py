"""What was sent back to a node, told by the row: the badge, the count and the list agree."""

from sync.returning import SENT_BACK, awaits_mending, sent_back_to
from sync.status import count_returned
from tests.builders import TOWN, VILLAGE, WU
from tests.centres import LOW_INCOME
from tests.laptops import Agent, Village
from tests.village_agent.conftest import lin, village

__all__ = ["lin", "village"]

ALLOWANCE = "minimum-living-allowance"
_RETURNED = "SELECT id, returned FROM case_row WHERE returned IS NOT NULL"


async def test_a_case_counts_as_sent_back_until_it_is_put_right(
    village: Village, lin: Agent
) -> None:
    wu = await village.town.sign_in(WU)
    case = await lin.collected(ALLOWANCE, LOW_INCOME)
    await village.settle()
    back = {"seen": await wu.seen(case), "to": VILLAGE, "reason": "请补签名"}
    await wu.post(f"/cases/{case}/sittings/return_pen", **back)
    await village.settle()
    laptop = village.laptop.services

    assert await laptop.database.fetch(_RETURNED) == [(case, SENT_BACK)]
    assert await laptop.database.read(count_returned) == 1
    stands = await village.case(case)
    assert (sent_back_to(stands, VILLAGE), sent_back_to(stands, TOWN)) == (SENT_BACK, None)

    await lin.post(f"/cases/{case}/send-again")
    await village.settle()
    assert await laptop.database.fetch(_RETURNED) == []
    assert await village.town.services.database.fetch(_RETURNED) == []
    assert awaits_mending(await village.case(case), TOWN) is None
