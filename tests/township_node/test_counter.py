"""A walk-in at the counter, as the clerk does it."""

import re

from casework.numbering import is_valid_number
from tests.builders import COUNTY, OTHER_TOWN, TOWN
from tests.centres import (
    CARD,
    LOW_INCOME,
    PERSON,
    TIMBER,
    Clerk,
    World,
    materials,
    visible,
    yes_to_conditions,
)
from tests.webui.paper_text import text_of


async def test_wu_accepts_what_the_township_decides_and_it_stays(world: World, wu: Clerk) -> None:
    case = await wu.taken("timber-felling-permit", TIMBER)
    stands = await world.town.services.desk.get_case(case)

    assert (stands.status, stands.pen) == ("accepted", TOWN)
    assert [moment.act for moment in stands.timeline] == ["receive", "accept"]
    assert is_valid_number(stands.number)


async def test_wu_accepts_what_the_county_decides_and_it_goes_up(world: World, wu: Clerk) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    stands = await world.town.services.desk.get_case(case)
    page = visible((await wu.get(f"/cases/{case}/taken?did=accept")).text)

    assert (stands.status, stands.pen) == ("accepted", COUNTY)
    assert "已受理 ，已保存在本机，将自动上传县平台" in page
    assert "该事项由县级审批" in page
    # The lamp, its name and its date are of one clock.
    [(name, due)] = re.findall(r"(\S+时限) ?： .*?最迟 (\S+)", page)
    why = visible((await wu.get(f"/cases/{case}/clocks")).text)
    assert name == "承诺时限"
    assert due in why.partition("承诺时限")[2].partition("法定时限")[0]
    await world.settle()
    assert (await world.county_desk.get_case(case)).status == "accepted"


async def test_a_result_is_collected_only_where_a_machine_can_hand_it_over(
    world: World, wu: Clerk
) -> None:
    office = world.town.services.office
    offered, machines = office.counters(), office.holdings.machines_but(TOWN)
    without = [hall for hall in office.holdings.regions.counters if hall.id not in offered]

    assert next(iter(offered)) == TOWN
    assert OTHER_TOWN in offered
    assert set(offered) <= {TOWN, *machines}
    page = (await wu.get(await wu.open_draft("minimum-living-allowance"))).text
    assert without
    assert f'value="{OTHER_TOWN}"' in page
    assert not [hall.name for hall in without if f'value="{hall.id}"' in page]


async def test_a_paper_that_nobody_looked_at_is_not_missing_but_unread(
    world: World, wu: Clerk
) -> None:
    fields = {**LOW_INCOME, "m-m3": "", "m-m4": "missing"}
    case = await wu.taken("minimum-living-allowance", fields, "receive")
    stands = await world.town.services.desk.get_case(case)
    found = {verdict.material: verdict.state.value for verdict in stands.materials}

    assert (found.get("m3"), found["m4"]) == (None, "missing")
    assert "未审" in visible((await wu.get(f"/cases/{case}")).text)


async def test_what_the_township_may_only_decide_below_its_limit_goes_up_above_it(
    world: World, wu: Clerk
) -> None:
    papers = materials("m1", "m2", "m3", "m5", "m6", "m7", "m8")
    large = {**TIMBER, **papers, "v-volume_m3": "15.2", "v-design_no": "翁林设2026-001"}
    case = await wu.taken("timber-felling-permit", large)

    assert (await world.town.services.desk.get_case(case)).pen == COUNTY


async def test_what_came_by_the_portal_is_looked_through_before_it_is_received(
    world: World, wu: Clerk
) -> None:
    online = {**LOW_INCOME, "channel": "online"}
    case = await wu.taken("minimum-living-allowance", online, "submit_online")
    desk = world.town.services.desk
    assert (await desk.get_case(case)).status == "submitted"
    assert "待预审" in visible((await wu.get(f"/cases/{case}/taken?did=submit_online")).text)

    await wu.post(f"/cases/{case}/acts/pre_pass", seen=await wu.seen(case))
    await wu.post(f"/cases/{case}/acts/receive", seen=await wu.seen(case))

    stands = await desk.get_case(case)
    assert stands.status == "received"
    assert [moment.act for moment in stands.timeline] == ["submit_online", "pre_pass", "receive"]


async def test_every_paper_of_a_walk_in_opens_as_a_pdf(wu: Clerk) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    done = (await wu.get(f"/cases/{case}/taken?did=accept")).text
    links = links_of(done, f"/cases/{case}/papers/")

    assert len(links) >= 2
    for link in links:
        paper = await wu.get(link)
        assert paper.headers["content-type"] == "application/pdf"
        assert paper.content.startswith(b"%PDF")


async def test_an_instant_matter_is_decided_and_handed_over_at_once(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("senior-citizen-card", CARD, "instant")
    stands = await world.town.services.desk.get_case(case)
    page = visible((await wu.get(f"/cases/{case}")).text)

    assert (stands.status, stands.pen) == ("delivered", COUNTY)
    assert [moment.act for moment in stands.timeline] == ["receive", "instant", "hand_over_pen"]
    assert stands.decision is not None
    assert stands.decision.document == f"{stands.number}-24"
    assert any(part.ref.name == "result" for part in stands.parts)
    assert "可以交付" in page


async def test_papers_that_are_missing_make_one_notice_of_all(world: World, wu: Clerk) -> None:
    lacking = {**LOW_INCOME, **materials(missing=("m2", "m3"))}
    refused = await wu.take_in("minimum-living-allowance", lacking, "accept")
    case = await wu.taken("minimum-living-allowance", lacking, "notify_deficiency")
    stands = await world.town.services.desk.get_case(case)
    told = await world.town.services.desk.read_named(stands, "notice")

    assert refused.status_code == 409
    assert "材料不齐" in visible(refused.text)
    assert (stands.status, stands.pen, stands.supply_by) == (
        "awaiting_supplement",
        TOWN,
        "2026-12-21",
    )
    assert told is not None
    assert len(told.decode().splitlines()) == 2


async def test_what_may_come_later_is_accepted_on_a_promise(world: World, wu: Clerk) -> None:
    """Of an applicant who is poor by illness the diagnosis is asked for, and may follow."""
    fields = {**LOW_INCOME, "v-main_cause": "illness", "m-m6": "deferred"}
    case = await wu.taken("minimum-living-allowance", fields, "accept_deferred")
    stands = await world.town.services.desk.get_case(case)
    page = visible((await wu.get(f"/cases/{case}/taken?did=accept_deferred")).text)

    assert (stands.status, stands.deferral, stands.pen) == ("accepted", "open", COUNTY)
    assert stands.supply_by == "2026-12-04"
    assert "已容缺受理" in page
    assert "承诺书" in page


async def test_acceptance_is_refused_with_grounds_and_reasons(world: World, wu: Clerk) -> None:
    without = await wu.take_in("timber-felling-permit", TIMBER, "refuse_acceptance")
    fields = {**TIMBER, "grounds": "c1", "reason": "申请的林地不在本县范围内"}
    case = await wu.taken("timber-felling-permit", fields, "refuse_acceptance")
    stands = await world.town.services.desk.get_case(case)

    paper = await wu.get(f"/cases/{case}/papers/refusal-of-acceptance")

    assert without.status_code == 422
    assert "不符合条件：林木权属清楚" in visible(without.text)
    assert (stands.status, stands.closure) == ("closed", "refused_acceptance")
    assert "不符合条件：林木权属清楚" in text_of(paper.content)
    assert (
        await world.town.services.desk.read_named(stands, "grounds")
        == "申请的林地不在本县范围内".encode()
    )


async def test_a_ground_that_is_cited_and_written_is_printed_once(wu: Clerk) -> None:
    typed = {**TIMBER, "grounds": "c1", "reason": "林木权属清楚。\n林权证载明的是别人"}
    case = await wu.taken("timber-felling-permit", typed, "refuse_acceptance")
    said = text_of((await wu.get(f"/cases/{case}/papers/refusal-of-acceptance")).content)

    assert said.count("林木权属清楚") == 1
    assert "林权证载明的是别人" in said


async def test_a_wrong_check_digit_is_told_and_nothing_typed_is_lost(wu: Clerk) -> None:
    wrong = {**TIMBER, "id_number": "440229193501010005"}
    answer = await wu.take_in("timber-felling-permit", wrong, "accept")

    assert answer.status_code == 422
    assert "校验不通过" in visible(answer.text)
    assert 'value="440229193501010005"' in answer.text
    assert f'value="{PERSON["name"]}"' in answer.text


async def test_a_second_press_of_the_button_finds_the_case_that_the_first_made(
    world: World, wu: Clerk
) -> None:
    draft = await wu.open_draft("timber-felling-permit")
    looked = yes_to_conditions("timber-felling-permit")
    fields = {**PERSON, **TIMBER, **looked, "act": "accept", "revision": await wu.revision(draft)}
    first = await wu.post(draft, **fields)
    second = await wu.post(draft, **fields)
    rows = await world.town.services.database.fetch("SELECT COUNT(*) FROM case_row")

    assert first.headers["location"].split("?")[0] == second.headers["location"].split("?")[0]
    assert rows == [(1,)]


async def test_somebody_who_has_applied_before_is_pointed_out(world: World, wu: Clerk) -> None:
    await wu.taken("timber-felling-permit", TIMBER)
    draft = await wu.open_draft("timber-felling-permit")
    fields = {**PERSON, **TIMBER, "revision": await wu.revision(draft)}
    panel = await wu.post(f"{draft}/decide", **fields)

    said = visible(panel.text)
    [number] = await world.town.services.database.fetch("SELECT number FROM case_row")
    assert "同一申请人办理这一事项，还有没办结的" in said
    assert f"{number[0]} 2026-11-20 龙仙镇 已受理" in said
    assert 'href="/cases/' in panel.text


async def test_rare_characters_of_a_name_are_kept_as_they_were_typed(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("timber-felling-permit", {**TIMBER, "name": "阿依古丽·䶮𬶋"})
    [(name,)] = await world.town.services.database.fetch(
        "SELECT applicant FROM case_row WHERE id = ?", (case,)
    )

    assert name == "阿依古丽·䶮𬶋"


def links_of(page: str, start: str) -> list[str]:
    return [
        part.split('"')[0].replace("&amp;", "&")
        for part in page.split('href="')
        if part.startswith(start)
    ]


async def test_every_page_says_that_the_numbers_run_out(world: World, wu: Clerk) -> None:
    assert "办件编号只剩" not in (await wu.get("/")).text
    await world.town.services.database.execute("UPDATE number_block SET next_free = last - 11")
    low = visible((await wu.get("/")).text)
    await world.town.services.database.execute("UPDATE number_block SET next_free = last + 1")
    bar = visible((await wu.get("/sync/bar", headers={"hx-request": "true"})).text)

    assert "办件编号只剩 12 个，请联网取得新编号" in low
    assert "办件编号已用完，请联网取得新编号" in bar
