"""凭证核验: what a resident brings is believed for its signature, at any counter, with no line."""

import io

import httpx
import msgspec
import segno
from PIL import Image

from casework.names import CaseId
from casework.query_code import query_code
from sync.vouching import voucher_for
from tests.centres import LOW_INCOME, TONG, Clerk, World, collected, visible
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
