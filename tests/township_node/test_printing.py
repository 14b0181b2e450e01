"""At a counter a result is final only where its decision is proven there."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from casework.delegation import Revocation, RevocationMode
from casework.names import CaseId
from sync.attesting import attest, had_the_power, is_proven
from sync.trust_items import HeldRevocations
from tests.builders import OTHER_TOWN
from tests.centres import QIU, TIMBER, TONG, Clerk, World, visible
from tests.forging import forge
from tests.webui.paper_text import text_of

PREVIEW = set("预览未生效")


async def printed(clerk: Clerk, case: CaseId, kind: str = "grant") -> str:
    answer = await clerk.get(f"/cases/{case}/papers/{kind}")
    assert answer.status_code == 200, answer.text
    return text_of(answer.content)


async def granted(world: World, wu: Clerk, **fields: str) -> tuple[CaseId, Clerk]:
    """A felling that the county left to the township, granted there."""
    case = await wu.taken("timber-felling-permit", {**TIMBER, **fields})
    qiu = await world.town.sign_in(QIU)
    for act, sent in (
        ("take", {}),
        ("opine", {"step": "2", "outcome": "pass", "opinion": "经核实，情况属实"}),
        ("decide_grant", {"opinion": "准予采伐", "document": "翁林采〔2026〕1号"}),
    ):
        answer = await qiu.act(case, act, **sent)
        assert answer.status_code == 303, answer.text
    return case, qiu


async def test_a_decision_under_a_live_power_is_final(world: World, wu: Clerk) -> None:
    case, qiu = await granted(world, wu)

    assert "预览" not in await printed(qiu, case)
    answer = await qiu.act(case, "produce_result", document="翁林采〔2026〕1号")
    assert answer.status_code == 303
    stands = await world.town.services.desk.get_case(case)
    result = await world.town.services.desk.read_named(stands, "result")
    assert result is not None
    assert "预览" not in text_of(result)


async def test_a_decision_whose_signature_fails_is_a_preview_and_makes_no_result(
    world: World, wu: Clerk
) -> None:
    case, qiu = await granted(world, wu)
    made = (await world.town.services.desk.get_case(case)).decision
    assert made is not None
    await forge(world.town.services.database, made.entry)

    assert set(await printed(qiu, case)) >= PREVIEW
    assert "预览" not in await printed(qiu, case, "acceptance-notice")
    answer = await qiu.act(case, "produce_result", document="翁林采〔2026〕1号")
    assert answer.status_code == 409
    assert "没有通过核验" in answer.text


async def test_the_power_counts_as_it_was_at_the_decision(world: World, wu: Clerk) -> None:
    case_id, _ = await granted(world, wu)
    desk = world.town.services.desk
    case = await desk.get_case(case_id)
    [moment] = case.moments("decide_grant")
    assert moment.delegation is not None

    def holds_with(since: datetime) -> bool:
        assert moment.delegation is not None
        ended = Revocation("r1", moment.delegation, RevocationMode.SUSPEND, since, "违规", "x")
        revoked = HeldRevocations(records=(ended,))
        return had_the_power(replace(desk.holdings, held_revocations=revoked), case, moment)

    assert had_the_power(desk.holdings, case, moment)
    assert not had_the_power(desk.holdings, case, replace(moment, delegation=None))
    assert not holds_with(moment.at)
    assert holds_with(moment.at + timedelta(minutes=1))


async def test_the_panel_of_a_result_says_by_which_power_and_whether_it_ended(
    world: World, wu: Clerk
) -> None:
    case_id, qiu = await granted(world, wu)
    await qiu.act(case_id, "produce_result", document="翁林采〔2026〕1号")
    desk = world.town.services.desk
    case = await desk.get_case(case_id)
    [moment] = case.moments("decide_grant")
    page = visible((await qiu.get(f"/cases/{case_id}")).text)
    assert moment.delegation is not None

    stands = await attest(desk, case)
    strange = tuple(
        replace(each, delegation=None) if each.entry == moment.entry else each
        for each in case.timeline
    )
    without = await attest(desk, replace(case, timeline=strange))

    assert f"授权 {moment.delegation}" in page
    assert "其后已于" not in page
    assert (stands.is_sound, stands.is_entitled, stands.power_ended) == (True, True, None)
    assert (without.is_sound, without.is_entitled) == (False, False)


async def test_another_town_and_the_county_prove_what_this_town_decided(
    world: World, wu: Clerk
) -> None:
    case, qiu = await granted(world, wu, pickup=OTHER_TOWN)
    await qiu.act(case, "produce_result", document="翁林采〔2026〕1号")
    await world.settle()
    tong = await world.other.sign_in(TONG)

    assert "预览" not in await printed(tong, case)
    stands = await world.county_desk.get_case(case)
    assert stands.decision is not None
    assert await is_proven(world.county_desk, stands, stands.decision.entry)
