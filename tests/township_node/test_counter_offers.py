"""Fees, wishes, commitments and papers used again, from the counter's form to the case."""

import msgspec
import pytest

from casework.case import FeeSettled
from casework.names import CaseId
from casework.party import ApplicantSheet
from tests.builders import COUNTY
from tests.centres import CARD, PERSON, TIMBER, Clerk, World, a_scan, materials, visible

TRANSFER = {
    "v-unit_no": "440229901001GB00001F00010001",
    "v-price": "500000",
    "v-area": "98.5",
    "v-co_owned": "0",
    "v-buyer_id": "440229198802290014",
    "v-first_home": "1",
    **materials("m1", "m2", "m3", "m4", "m5"),
}


async def attached(wu: Clerk, draft: str, material: str = "m1") -> None:
    token = (await wu.get("/session/token")).json()["csrf_token"]
    files = {"file": ("a.webp", a_scan(), "image/webp")}
    sent = {"material": material, "csrf_token": token}
    answer = await wu.client.post(f"{draft}/files", data=sent, files=files)
    assert answer.status_code == 200, visible(answer.text)


async def with_a_scan(wu: Clerk, **fields: str) -> CaseId:
    """A senior citizen's card, taken in with a picture of the identity card."""
    draft = await wu.open_draft("senior-citizen-card")
    await attached(wu, draft)
    sent = {**PERSON, **CARD, "act": "instant", **fields, "revision": await wu.revision(draft)}
    answer = await wu.post(draft, **sent)
    assert answer.status_code == 303, visible(answer.text)
    return CaseId(answer.headers["location"].split("/")[2])


async def offered(wu: Clerk, **fields: str) -> tuple[str, str]:
    """A new draft of the same matter, and what the panel says of the applicant."""
    draft = await wu.open_draft("senior-citizen-card")
    sent = {**PERSON, **CARD, **fields, "revision": await wu.revision(draft)}
    return draft, (await wu.post(f"{draft}/decide", **sent)).text


async def test_a_fee_due_before_acceptance_is_settled_in_the_same_sitting(
    world: World, wu: Clerk
) -> None:
    owing = await wu.take_in("real-estate-transfer", TRANSFER, "accept")
    paid = {**TRANSFER, "fee-1": "paid", "fee-1-yuan": "1200.50", "fee-0": "waived"}
    case = await wu.taken("real-estate-transfer", {**paid, "fee-0-why": "1"})
    stands = await world.town.services.desk.get_case(case)

    assert owing.status_code == 422
    assert "契税须在受理前缴清" in visible(owing.text)
    assert [moment.act for moment in stands.timeline] == [
        *("receive", "settle_fee", "settle_fee", "accept", "hand_over_pen")
    ]
    assert stands.fees == (FeeSettled(0, 0, 1), FeeSettled(1, 120_050, None))


async def test_what_was_wished_is_on_the_case_page_and_in_no_entry(world: World, wu: Clerk) -> None:
    wishes = {"tell": "phone", "licence_copies": "2", "delivery": "post", "deliver_to": "建国路1号"}
    case = await wu.taken("timber-felling-permit", {**TIMBER, **wishes})
    desk = world.town.services.desk
    stands = await desk.get_case(case)
    content = await desk.read_named(stands, "applicant")
    page = visible((await wu.get(f"/cases/{case}")).text)

    assert content is not None
    sheet = msgspec.json.decode(content, type=ApplicantSheet)
    assert sheet.wishes is not None
    assert sheet.wishes.deliver_to == "建国路1号"
    assert "建国路1号" in page
    assert "告知方式 电话" in page
    bodies = await world.town.services.database.fetch("SELECT folded FROM case_row")
    assert "建国路".encode() not in bytes(bodies[0][0])


async def test_a_commitment_stays_visible_on_the_case(wu: Clerk) -> None:
    made = {**TIMBER, "commitment": "1", "not_excluded": "1"}
    committed = await wu.taken("timber-felling-permit", made)
    plain = await wu.taken("timber-felling-permit", {**TIMBER, "id_number": "440229195806170024"})
    unsaid = await wu.take_in("timber-felling-permit", {**TIMBER, "commitment": "1"}, "accept")

    assert "按告知承诺办理" in visible((await wu.get(f"/cases/{committed}")).text)
    assert "按告知承诺办理" not in visible((await wu.get(f"/cases/{plain}")).text)
    assert unsaid.status_code == 422
    assert "严重失信主体" in visible(unsaid.text)


async def test_a_paper_of_an_earlier_case_is_used_again_byte_for_byte(
    world: World, wu: Clerk
) -> None:
    first = await with_a_scan(wu)
    draft, panel = await offered(wu)
    number = (await world.town.services.desk.get_case(first)).number
    assert f"沿用 {number} 的材料" in visible(panel)
    await wu.post(f"{draft}/again", material="m1")
    sent = {**PERSON, **CARD, "act": "instant", "revision": await wu.revision(draft)}
    answer = await wu.post(draft, **sent)
    second = CaseId(answer.headers["location"].split("/")[2])
    desk = world.town.services.desk
    before, after = await desk.get_case(first), await desk.get_case(second)

    assert await desk.read_named(before, "m1") == await desk.read_named(after, "m1")
    page = visible((await wu.get(f"/cases/{second}")).text)
    assert f"申请人居民身份证：沿用 {number} 的材料" in page


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ({"y-m1-m1.a": "0", "act": "notify_deficiency"}, {}),
        ({}, {"id_number": "440229193106010004"}),
        ({}, {"name": "陈桂兰"}),
    ],
    ids=["a failed check", "another number", "another name"],
)
async def test_what_failed_or_is_somebody_elses_is_not_offered(
    wu: Clerk, then: dict[str, str], now: dict[str, str]
) -> None:
    await with_a_scan(wu, **then)
    draft, panel = await offered(wu, **now)
    refused = await wu.post(f"{draft}/again", material="m1")

    assert "沿用" not in visible(panel)
    assert refused.status_code == 404


async def test_the_page_of_what_was_done_begins_with_its_paper(wu: Clerk) -> None:
    case = await wu.taken("senior-citizen-card", CARD, "instant")
    page = (await wu.get(f"/cases/{case}/taken?did=instant")).text
    first = page.index("/papers/")

    assert page[first:].startswith("/papers/instant-result")


async def test_the_case_page_counts_the_ways_there(world: World, wu: Clerk) -> None:
    case = await wu.taken("senior-citizen-card", CARD, "instant")

    assert (await world.town.services.desk.get_case(case)).pen == COUNTY
    assert "到场次数 1 次（承诺最多 0 次，已超过）" in visible(
        (await wu.get(f"/cases/{case}")).text
    )
