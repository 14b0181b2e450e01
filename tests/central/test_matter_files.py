"""A matter out as a file and in again: all of it into the draft, or nothing."""

import csv
import io
import json
from collections.abc import Sequence

import httpx
import pytest

from casework.catalogue import decode_matter
from central.routes.matter_table import COLUMNS
from tests.central.reviewing import FORESTRY, HU, Office
from tests.central.test_matter_editor import begun, draft_of, opened
from tests.halls import Browser


async def upload(office: Office, who: Browser, base: str, data: bytes) -> httpx.Response:
    token = (await who.client.get("/session/token")).json()["csrf_token"]
    edition = str((await opened(office, base)).proposal.edition)
    return await who.client.post(
        f"{base}/file",
        data={"csrf_token": token, "edition": edition},
        files={"file": ("事项", data)},
    )


def table(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


async def exported(who: Browser, base: str) -> list[list[str]]:
    text = (await who.get(f"{base}/file?form=csv")).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


async def test_materials_go_out_and_come_in_as_they_were(office: Office) -> None:
    hu = await office.sign_in(HU)
    base = await begun(hu)
    before = await draft_of(office, base)
    book = (await hu.get(f"{base}/file?form=xlsx")).content

    for data in (table(await exported(hu, base)), book):
        answer = await upload(office, hu, base, data)
        assert answer.status_code == 303, answer.text
        assert await draft_of(office, base) == before


async def test_rows_change_add_and_drop_materials(office: Office) -> None:
    hu = await office.sign_in(HU)
    base = await begun(hu)
    rows = await exported(hu, base)
    name, at_id = COLUMNS.index("name"), COLUMNS.index("id")
    rows[1][name] = "林木采伐申请书"
    new = [*rows[2]]
    new[at_id], new[name] = "", "采伐地点四至图"

    await upload(office, hu, base, table([*rows[:-1], new]))

    draft = await draft_of(office, base)
    assert draft.materials[0].name == "林木采伐申请书"
    assert draft.materials[3].when is not None
    assert [one.id for one in draft.materials][-2:] == ["m7", "m8"]
    assert draft.materials[-1].name == "采伐地点四至图"


async def test_three_bad_rows_and_nothing_of_the_file_is_used(office: Office) -> None:
    hu = await office.sign_in(HU)
    base = await begun(hu)
    before = await draft_of(office, base)
    rows = await exported(hu, base)
    rows[1][COLUMNS.index("name")] = ""
    rows[2][COLUMNS.index("originals")] = "两份"
    rows[5][COLUMNS.index("legal_basis")] = "L1、L9"
    rows[6][COLUMNS.index("issuer")] = "县林业局"

    answer = await upload(office, hu, base, table(rows))

    assert answer.status_code == 422
    assert "文件有 3 处错误" in answer.text
    for row, column, cell in (
        (2, "材料名称", "（空）"),
        (3, "原件份数", "两份"),
        (6, "依据", "L1、L9"),
    ):
        said = f'<td class="num">第 {row} 行</td><td>{column}</td><td class="wrap">{cell}</td>'
        assert said in answer.text
    assert await draft_of(office, base) == before


async def test_a_whole_matter_goes_out_and_into_a_draft(office: Office) -> None:
    hu = await office.sign_in(HU)
    base = await begun(hu)
    before = await draft_of(office, base)
    published = decode_matter((await hu.get(f"/matters/{FORESTRY}/file")).content)
    file = json.loads((await hu.get(f"{base}/file?form=json")).content)

    answer = await upload(office, hu, base, json.dumps({**file, "max_visits": 0}).encode())

    draft = await draft_of(office, base)
    assert published == office.matter(FORESTRY)
    assert answer.headers["location"].startswith("/proposals/")
    assert draft.max_visits == 0
    assert (draft.version, draft.drafted_by, draft.effective_from) == (
        before.version,
        before.drafted_by,
        before.effective_from,
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "别的事项"}, "由上级通用目录规定"),
        ({"materials": "没有"}, "没有导入"),
        ({"strange": 1}, "没有导入"),
    ],
)
async def test_a_matter_that_does_not_do_is_not_taken_in(
    office: Office, change: dict[str, object], told: str
) -> None:
    hu = await office.sign_in(HU)
    base = await begun(hu)
    before = await draft_of(office, base)
    file = json.loads((await hu.get(f"{base}/file?form=json")).content)

    answer = await upload(office, hu, base, json.dumps({**file, **change}).encode())

    assert answer.status_code == 422
    assert told in answer.text
    assert await draft_of(office, base) == before


@pytest.mark.parametrize("data", [b"", b"\x00\x01", "事项,材料\n一,二\n".encode()])
async def test_what_is_no_such_file_is_said_to_be_none(office: Office, data: bytes) -> None:
    hu = await office.sign_in(HU)
    base = await begun(hu)

    answer = await upload(office, hu, base, data)

    assert answer.status_code == 422
    assert "alert-error" in answer.text
