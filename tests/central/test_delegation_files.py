"""The delegation list as a file: out and in again, and what a bad row does to the rest."""

import csv
import io
import re
from collections.abc import Sequence

import httpx
import pytest
from openpyxl import Workbook, load_workbook

from casework.proposal import DelegationChanges
from tests.builders import TOWN
from tests.central.reviewing import CHEN, FORESTRY, GUO, HU, Office
from tests.central.test_proposal_pages import desk_of
from tests.halls import Browser
from webui.table_files import XLSX

Rows = list[list[str]]


async def exported(browser: Browser, query: str = "form=csv") -> Rows:
    answer = await browser.get(f"/delegations/export?{query}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def as_csv(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def sent(
    browser: Browser, data: bytes, name: str = "list.csv", **fields: str
) -> httpx.Response:
    token = (await browser.client.get("/session/token")).json()["csrf_token"]
    return await browser.client.post(
        "/delegations/import",
        data={"csrf_token": token, **fields},
        files={"file": (name, data, "text/csv")},
    )


async def proposed(office: Office) -> DelegationChanges:
    (listed,) = await desk_of(office).store.newest()
    changes = (await desk_of(office).get(listed.id)).changes
    assert isinstance(changes, DelegationChanges)
    return changes


def column(rows: Rows, heading: str) -> int:
    return rows[0].index(heading)


def thousand(rows: Rows) -> Rows:
    """A file of a thousand rows: the list, and as many new rows as it lacks."""
    new = [row for row in rows[1:] if row[column(rows, "权限")] == "代办"]
    kept, filled = rows[1:], []
    for number in range(1_000 - len(kept)):
        row = list(new[number % len(new)])
        row[column(rows, "编号")] = ""
        row[column(rows, "起")] = f"20{27 + number // len(new)}-06-01"
        row[column(rows, "止")] = ""
        filled.append(row)
    return [rows[0], *kept, *filled]


async def test_what_goes_out_comes_back_as_it_was(office: Office) -> None:
    guo = await office.sign_in(GUO)
    rows = await exported(guo)
    workbook = (await guo.get("/delegations/export?form=xlsx")).content

    same = await sent(guo, as_csv(rows))
    same_book = await sent(guo, workbook, "list.xlsx")

    assert len(rows) == len(office.desk.holdings.delegations) + 1
    assert [answer.status_code for answer in (same, same_book)] == [422, 422]
    assert "文件与现在的清单相同" in same.text
    assert "文件与现在的清单相同" in same_book.text
    assert await desk_of(office).store.newest() == ()


async def test_three_bad_rows_of_a_thousand_are_told_and_nothing_is_applied(
    office: Office,
) -> None:
    guo = await office.sign_in(GUO)
    rows = thousand(await exported(guo))
    rows[17][column(rows, "起")] = "soon"
    rows[400][column(rows, "节点编码")] = "440229999-01"
    rows[999][column(rows, "离线小时")] = "=1+1"

    answer = await sent(guo, as_csv(rows))

    told = re.findall(r'<tr><td class="num">第 (\d+) 行</td><td>([^<]+)</td>', answer.text)
    assert len(rows) == 1_001
    assert answer.status_code == 422
    assert told == [("18", "起"), ("401", "节点编码"), ("1000", "离线小时")]
    assert "起应为日期" in answer.text
    assert "没有这个编码的节点" in answer.text
    assert "单元格是公式" in answer.text
    assert await desk_of(office).store.newest() == ()


async def test_a_whole_file_becomes_a_draft_with_its_differences(office: Office) -> None:
    guo = await office.sign_in(GUO)
    rows = await exported(guo)
    (felling,) = [row for row in rows if row[0] == "d0199"]
    felling[column(rows, "止")] = "2026-12-31"
    new = [*felling]
    new[column(rows, "编号")], new[column(rows, "起")] = "", "2027-01-01"
    new[column(rows, "止")], new[column(rows, "条件")] = "2027-12-31", "volume_m3 <= 20"

    answer = await sent(guo, as_xlsx([*rows, new]), "第三批.xlsx")
    page = (await guo.get(answer.headers["location"])).text

    changes = await proposed(office)
    added = next(one.after for one in changes.records if one.before is None)
    assert answer.status_code == 303
    assert added is not None
    assert (added.grantee, added.matter, added.conditions[0].value) == (TOWN, FORESTRY, 20)
    assert len(changes.records) == 2
    assert "导入 第三批.xlsx" in page
    assert "2026-12-31" in page


@pytest.mark.parametrize(
    ("heading", "cell", "said"),
    [
        ("权限", "全权", "权限应为终审"),
        ("条件", "height < 3", "条件应写成"),
        ("条件", "volume_m3 <= 很多", "条件应写成"),
        ("岗位", "镇长", "没有这种岗位"),
        ("授权文书", "翁府〔1999〕1号", "没有这个文号的授权文书"),
        ("来源", "自封", "来源应为"),
        ("两人办理", "也许", "请填“是”或者“否”"),
        ("每月数量", "0", "每月数量应为"),
        ("起", "", "必须填写"),
        ("编号", "d9999", "没有这个编号的授权"),
        ("编号", "d0200", "这个编号属于另一节点"),
        ("起", "2026-05-01", "不能改变过去"),
    ],
)
async def test_each_bad_cell_is_named_with_its_column(
    office: Office, heading: str, cell: str, said: str
) -> None:
    guo = await office.sign_in(GUO)
    rows = await exported(guo)
    rows = [rows[0], next(row for row in rows if row[0] == "d0199")]
    rows[1][column(rows, heading)] = cell

    answer = await sent(guo, as_csv(rows))

    assert answer.status_code == 422
    assert said in answer.text
    assert f'<td class="num">第 2 行</td><td>{heading}</td>' in answer.text


async def test_what_the_law_forbids_is_told_by_its_row(office: Office) -> None:
    guo = await office.sign_in(GUO)
    rows = await exported(guo)
    row = next(row for row in rows if row[0] == "d0285")
    village = [*row]
    village[column(rows, "编号")], village[column(rows, "起")] = "", "2027-01-01"
    village[column(rows, "权限")] = "终审"

    answer = await sent(guo, as_csv([rows[0], village]))

    assert answer.status_code == 422
    assert '<td class="num">第 2 行</td><td>整行</td>' in answer.text
    assert "行政许可不能下放到村" in answer.text
    assert await desk_of(office).store.newest() == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "文件里没有内容"),
        (b"PK\x03\x04 and nothing more", "不能读取这个文件"),
        (b"\xff\xfe\x00\x01", "不能读取这个文件"),
        ("编号,节点编码\n".encode(), "缺少这一栏"),
        ("编号\n".encode("gb18030"), "缺少这一栏"),
    ],
)
async def test_what_is_no_table_is_told(office: Office, data: bytes, said: str) -> None:
    guo = await office.sign_in(GUO)

    answer = await sent(guo, data)

    assert answer.status_code == 422
    assert said in answer.text


async def test_a_text_that_looks_like_a_formula_is_none_in_a_spreadsheet(office: Office) -> None:
    guo = await office.sign_in(GUO)
    rows = await exported(guo)
    row = next(row for row in rows if row[0] == "d0199")
    row[column(rows, "起")], row[column(rows, "备注")] = "2027-01-01", "'=HYPERLINK(1)"
    answer = await sent(guo, as_csv([rows[0], row]))
    (listed,) = await desk_of(office).store.newest()

    again = await exported(guo, f"draft={listed.id}&form=csv")
    book = await guo.get(f"/delegations/export?draft={listed.id}&form=xlsx")

    sheet = load_workbook(io.BytesIO(book.content)).worksheets[0]
    cells = [cell for line in sheet.iter_rows() for cell in line]
    assert answer.status_code == 303
    assert (await proposed(office)).notes[0].text == "=HYPERLINK(1)"
    assert "'=HYPERLINK(1)" in {line[column(again, "备注")] for line in again}
    assert book.headers["content-type"].startswith(XLSX)
    assert "'=HYPERLINK(1)" in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}


async def test_only_who_edits_delegations_imports(office: Office) -> None:
    hu, chen = await office.sign_in(HU), await office.sign_in(CHEN)

    assert (await hu.get("/delegations/export?form=csv")).status_code == 200
    assert (await hu.get("/delegations/import")).status_code == 403
    assert (await hu.post("/delegations/import")).status_code == 403
    assert (await chen.get("/delegations/export?form=csv")).status_code == 403
