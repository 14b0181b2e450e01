"""凭证核验: what a resident brings is believed for its signature, at any counter, with no line."""

import io
import re

import httpx
import msgspec
import pytest
import segno
from PIL import Image

from casework import act as acts
from casework.errors import VoucherError
from casework.names import CaseId
from casework.query_code import query_code
from casework.rebuilding import materials_behind
from casework.voucher import read_voucher
from sync.desk import Attachment, Sitting
from sync.own_vouchers import voucher_for
from tests.builders import CHEN, INTAKE, VILLAGE, WU
from tests.centres import LOW_INCOME, TONG, Clerk, World, case_in, collected, visible
from township_node.services.printing import _paper
from township_node.services.reading import read_file
from webui.documents import PaperKind
from webui.documents.render import _compiler, _templates, compose


async def uploaded(clerk: Clerk, picture: bytes) -> httpx.Response:
    token = (await clerk.client.get("/session/token")).json()["csrf_token"]
    files = {"picture": ("square.png", picture, "image/png")}
    return await clerk.client.post("/verify", data={"csrf_token": token}, files=files)


async def collection_square(world: World, case: CaseId) -> str:
    """What the square of Lin's collection receipt says."""
    desk = world.village_desk
    return await voucher_for(desk, await desk.get_case(case), "collection-receipt")


async def printed_picture(world: World, case: CaseId, kind: PaperKind) -> bytes:
    """A page of the paper as a phone sees it."""
    office = world.town.services.office
    officer = office.officer("o0099")
    file = await read_file(office, officer, case)
    page = compose(await _paper(office, officer, file, kind, None))
    image = _compiler().compile(
        input=_templates() / f"{page['layout']}.typ",
        format="png",
        ppi=150,
        sys_inputs={"paper": msgspec.json.encode({**page, "copies": [""]}).decode()},
    )
    assert isinstance(image, bytes)
    return image


async def test_another_town_verifies_the_village_receipt_that_it_never_heard_of(
    world: World,
) -> None:
    case = await collected(world)
    square = await collection_square(world, case)
    tong = await world.other.sign_in(TONG)
    held = await world.village_desk.get_case(case)

    answer = await tong.post("/verify", square=f"{held.number}.{query_code(case)}.{square}")
    text = visible(answer.text)

    assert answer.status_code == 200
    assert "核验通过" in text
    assert "代办收件（村居代收，法定期限尚未起算）" in text
    assert "青云村" in text
    assert "本机还没有这件办件的记录" in text
    assert "林桂芳" not in text


async def test_one_digit_changed_is_no_receipt(world: World) -> None:
    square = await collection_square(world, await collected(world))
    tong = await world.other.sign_in(TONG)
    changed = square[:-1] + str((int(square[-1]) + 1) % 10)

    answer = await tong.post("/verify", square=changed)

    assert answer.status_code == 422
    assert "无效" in visible(answer.text)
    assert "内容与签名不符" in visible(answer.text)


async def test_half_a_square_is_not_called_false(world: World, wu: Clerk) -> None:
    square = await collection_square(world, await collected(world))

    for typed in (square[: len(square) // 2], "4402291000000174", "陈桂兰"):
        answer = await wu.post("/verify", square=typed)
        assert answer.status_code == 422
        assert "未能核验" in visible(answer.text)
        assert "没有扫完整" in visible(answer.text)
    assert "请扫描或输入" in visible((await wu.post("/verify", square=" ")).text)


async def test_the_square_of_a_printed_page_is_read_from_its_picture(
    world: World, wu: Clerk
) -> None:
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    for kind in (PaperKind.MATERIALS_RECEIPT, PaperKind.ACCEPTANCE_NOTICE):
        picture = await printed_picture(world, case, kind)
        answer = await uploaded(wu, picture)
        text = visible(answer.text)

        assert answer.status_code == 200, text[:600]
        assert "正式收件" in text
        assert f"/cases/{case}" in answer.text


async def test_a_picture_without_a_square_says_how_to_take_another(wu: Clerk) -> None:
    blank, other = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(blank, "PNG")
    segno.make("https://elsewhere.example/", micro=False).save(other, kind="png", scale=4)

    assert "没有找到二维码" in visible((await uploaded(wu, blank.getvalue())).text)
    assert "没有扫完整" in visible((await uploaded(wu, other.getvalue())).text)
    assert (await uploaded(wu, b"%PDF-1.7")).status_code == 422


async def test_only_the_machine_that_took_the_papers_in_signs_for_it(
    world: World, wu: Clerk
) -> None:
    case = await collected(world)
    await wu.post(f"/cases/{case}/sittings/receive", seen=await wu.seen(case), **PAPERS)
    await world.settle()
    town = world.town.services.desk
    held = await town.get_case(case)

    assert await voucher_for(town, held, "collection-receipt") == ""
    assert await voucher_for(town, held, "materials-receipt") != ""
    assert await voucher_for(world.county_desk, held, "materials-receipt") == ""
    assert await voucher_for(town, held, "grant") == ""


PAPERS = {f"state-m{number}": "present" for number in (1, 2, 3, 4)}


SOMEBODY = {
    "name": "林桂芳",
    "id_number": "440229193501010004",
    "phone": "13800138000",
    "confirmed": "1",
}


def ticked(page: str) -> dict[str, str]:
    """The papers as the form came, sent back as they are."""
    held = re.findall(r'name="(have-[^"]+)" value="1" checked', page)
    counts = re.findall(r'name="((?:originals|copies)-[^"]+)" value="(\d+)"', page)
    return {**dict.fromkeys(held, "1"), **dict(counts)}


async def rebuilt(clerk: Clerk, square: str, **fields: str) -> httpx.Response:
    form = await clerk.post("/verify/rebuild", square=square)
    assert form.status_code == 200, visible(form.text)[:600]
    return await clerk.post(
        "/verify/rebuild", **{**SOMEBODY, **ticked(form.text), **fields, "square": square}
    )


async def test_a_hall_begins_a_lost_case_anew_and_the_receipt_date_is_the_papers(
    world: World,
) -> None:
    lost = await world.village_desk.get_case(await collected(world))
    square = await collection_square(world, lost.id)
    tong = await world.other.sign_in(TONG)

    answer = await rebuilt(tong, square)
    again = await tong.post("/verify/rebuild", square=square)

    assert answer.status_code == 303, visible(answer.text)[:900]
    assert again.headers["location"] == answer.headers["location"]
    case = case_in(answer.headers["location"])
    stub = await world.other.services.desk.get_case(case)
    assert (stub.status, stub.rebuilt_from) == ("collected", lost.id)
    assert stub.first_responsible == VILLAGE
    assert stub.timeline[0].at == lost.timeline[0].at
    assert stub.materials[0].state == lost.materials[0].state
    text = visible((await tong.get(f"/cases/{case}")).text)
    assert "凭收件凭证补建" in text


async def test_what_is_not_filled_in_or_not_on_the_paper_is_said(world: World) -> None:
    square = await collection_square(world, await collected(world))
    tong = await world.other.sign_in(TONG)

    nameless = await rebuilt(tong, square, name="")
    other_papers = await rebuilt(tong, square, **{"originals-m1": "7"})
    false = await tong.post("/verify/rebuild", square=str(int(square) + 1))

    assert (nameless.status_code, other_papers.status_code) == (422, 422)
    assert "姓名" in visible(nameless.text)
    assert "与凭证上的材料清单不符" in visible(other_papers.text)
    assert 'value="7"' in other_papers.text
    assert false.status_code == 422
    assert "内容与签名不符" in visible(false.text)


async def test_the_case_that_comes_after_all_and_the_one_begun_anew_are_linked(
    world: World,
) -> None:
    """The village's line is down; another town begins the case anew; then both reach the county."""
    case = await collected(world)
    square = await collection_square(world, case)
    tong = await world.other.sign_in(TONG)
    stub = case_in((await rebuilt(tong, square, name="林桂方")).headers["location"])

    await world.settle()
    await world.county.node.tick()
    await world.settle()

    for centre, mine, other in ((world.town, case, stub), (world.other, stub, case)):
        office = centre.services.office
        file = await read_file(office, office.officer(TONG if mine == stub else WU), mine)
        assert [(each.code, each.args["case"]) for each in file.notices] == [("E_DUPLICATE", other)]
    chen = world.county_desk.holdings.officer(CHEN)
    assert chen is not None
    standing = await world.county_desk.standing(
        Sitting(officer=chen, case_id=case), await world.county_desk.get_case(case)
    )
    assert set(standing.duplicates) == {stub}


async def test_the_county_refuses_a_case_begun_from_a_receipt_that_nobody_signed(
    world: World,
) -> None:
    square = await collection_square(world, await collected(world))
    changed = str(int(square) + 1)
    tong = await world.other.sign_in(TONG)
    matter = world.other.services.office.holdings.matter(read_voucher(square).matter)
    assert matter is not None
    held = materials_behind(read_voucher(square).materials, matter.materials)
    assert held is not None
    restated = acts.Collect(INTAKE, held)
    officer = world.other.services.office.officer(TONG)
    sheet = Attachment("applicant", "application/json", b"{}")

    with pytest.raises(VoucherError):
        await world.other.services.desk.perform(
            acts.Rebuild(changed, restated), Sitting(officer=officer, matter=matter.ref), (sheet,)
        )
    assert (await tong.post("/verify", square=changed)).status_code == 422
