"""The catalogue from above: read in, claimed, kept to, and taken over where it changes."""

import csv
import io
from datetime import date
from pathlib import Path

import httpx
from msgspec.structs import replace

from casework.catalogue import encode_exact
from casework.inheriting import UpperCatalogue, UpperLimits, UpperMatter, decode_upper, departures
from casework.limits import workdays
from casework.proposal import ProposalState
from central.routes.upper_table import headings, read_upper, table_of
from tests.central.reviewing import FORESTRY, HU, LUO, Office
from tests.central.test_matter_editor import BEGINS, ZHOU, draft_of, proposals_of, sent
from tests.central.test_matter_files import table, upload
from tests.halls import Browser
from tests.webui.paper_text import text_of
from webui.guide_shelf import PrintKind

SAMPLE = Path(__file__).parents[2] / "deploy/onebox/county/upper.json"
UPPER = decode_upper(SAMPLE.read_bytes())
FELLING = next(one for one in UPPER.matters if one.name.startswith("林木采伐"))
TREES = next(one for one in UPPER.matters if one.name == "古树名木移植审批")


async def read_in(who: Browser, data: bytes, **fields: str) -> httpx.Response:
    token = (await who.client.get("/session/token")).json()["csrf_token"]
    return await who.client.post(
        "/editing/upper",
        data={"csrf_token": token, **fields},
        files={"file": ("上级目录", data)},
    )


async def reading(office: Office, upper: UpperCatalogue = UPPER) -> Browser:
    """The editor of matters, who has just read the catalogue in."""
    hu = await office.sign_in(HU)
    answer = await read_in(hu, encode_exact(upper))
    assert answer.status_code == 303, answer.text
    return hu


async def claimed(hu: Browser) -> str:
    """A draft that claims a matter nobody had; the address of its editor."""
    answer = await hu.post(
        f"/editing/upper/{TREES.catalog_code}/claim",
        id="old-tree-moving",
        department="forestry",
        effective_from=BEGINS.isoformat(),
    )
    assert answer.status_code == 303, answer.text
    url: str = answer.headers["location"]
    return url.removesuffix("/basics")


async def test_it_is_kept_with_who_read_it_in_and_tells_where_the_county_stands(
    office: Office,
) -> None:
    hu = await office.sign_in(HU)
    before = (await hu.get("/editing/upper")).text
    first = await read_in(hu, encode_exact(UPPER))
    again = await read_in(hu, encode_exact(UPPER))
    older = await read_in(hu, encode_exact(replace(UPPER, published_on=date(2026, 1, 1))))

    page = (await hu.get(first.headers["location"])).text
    unclaimed = (await hu.get("/editing/upper?only=unclaimed")).text
    differing = (await hu.get("/editing/upper?only=differs")).text
    felling = (await hu.get(f"/editing/upper/{FELLING.catalog_code}")).text

    assert "还没有导入上级目录" in before
    assert f"新增 {len(UPPER.matters)} 项" in page
    assert "第 1 版" in page
    assert (again.status_code, older.status_code) == (422, 422)
    assert "完全相同" in again.text
    assert "早于现在的参照" in older.text
    assert "古树名木移植审批" in unclaimed
    assert FELLING.name not in unclaimed
    assert FELLING.name in differing
    assert "粮食收购企业备案" in page
    assert "办理时限 · 法定时限" in felling
    assert "20 个工作日" in felling
    assert "15 个工作日" in felling


async def test_who_does_not_edit_the_catalogue_reads_nothing_in(office: Office) -> None:
    luo = await office.sign_in(LUO)

    answer = await luo.post("/editing/upper")
    page = (await luo.get("/editing/upper")).text

    assert answer.status_code == 403
    assert "还没有导入上级目录" in page
    assert 'type="file"' not in page


async def test_a_claimed_matter_inherits_and_is_not_changed_in_that(office: Office) -> None:
    hu = await reading(office)
    base = await claimed(hu)
    draft = await draft_of(office, base)

    basics = (await hu.get(f"{base}/basics")).text
    limits = (await hu.get(f"{base}/limits")).text
    laws = (await hu.get(f"{base}/basis")).text
    own = {"short_name": "移植古树", "implementation_code": "1144022900717331XJ4440164907000"}
    for part, typed in (
        ("basics", {"name": "移树", **own}),
        ("limits", {"limits__statutory__value": "60"}),
    ):
        answer = await sent(office, hu, base, part, **typed)
        assert answer.status_code == 303, answer.text
    after = await draft_of(office, base)

    assert departures(draft, TREES) == {}
    assert draft.limits.promised == workdays(20)
    assert 'name="name"' not in basics
    assert 'name="catalog_code"' not in basics
    assert f"由{UPPER.publisher}规定，不能改" in basics
    assert 'name="limits.statutory.value"' not in limits
    assert 'name="limits.promised.value"' in limits
    assert 'value="remove:legal_basis.0"' not in laws
    assert (after.name, after.short_name) == (TREES.name, "移植古树")
    assert after.limits.statutory == workdays(20)


async def test_a_draft_is_printed_as_one_however_little_it_says(office: Office) -> None:
    hu = await reading(office)
    base = await claimed(hu)

    for kind in PrintKind:
        answer = await hu.get(f"{base}/preview/{kind.value}")
        assert answer.status_code == 200, kind
        assert "草案" in text_of(answer.content), kind
    told = text_of((await hu.get(f"{base}/preview/guide")).content)
    assert TREES.name in told
    assert (await hu.get(f"{base}/preview/other")).status_code == 404
    assert (await hu.get("/guide/old-tree-moving")).status_code == 404


async def test_a_promise_may_be_shorter_than_the_law_and_never_longer(office: Office) -> None:
    hu = await reading(office)
    base = await claimed(hu)

    longer = await sent(office, hu, base, "limits", limits__promised__value="21")
    kept = await draft_of(office, base)
    shorter = await sent(office, hu, base, "limits", limits__promised__value="12")

    assert longer.status_code == 422
    assert 'id="e-limits.promised.value"' in longer.text
    assert "不能更长" in longer.text
    assert kept.limits.promised == workdays(20)
    assert shorter.status_code == 303
    assert (await draft_of(office, base)).limits.promised == workdays(12)


async def test_neither_a_sent_row_nor_a_file_rewords_an_inherited_law(office: Office) -> None:
    hu = await reading(office)
    base = await claimed(hu)
    draft = await draft_of(office, base)

    row = await sent(office, hu, base, "basis", legal_basis__0__gist="另一种说法")
    renamed = await upload(office, hu, base, encode_exact(replace(draft, name="移树")))
    recoded = await upload(
        office, hu, base, encode_exact(replace(draft, catalog_code="440164999000"))
    )

    assert row.status_code == 422
    assert 'href="#f-legal_basis"' in row.text
    assert "事项名称：这一项由上级通用目录规定" in renamed.text
    assert "基本编码：这一项由上级通用目录规定" in recoded.text
    assert await draft_of(office, base) == draft


async def test_a_change_above_is_taken_over_reviewed_and_published(office: Office) -> None:
    hu, zhou = await reading(office), await office.sign_in(ZHOU)
    url = f"/editing/upper/{FELLING.catalog_code}/take/{FORESTRY}"
    without_day = await hu.post(url)
    taken = await hu.post(url, **{f"begins-{FORESTRY}": BEGINS.isoformat()})
    proposal = taken.headers["location"].split("/")[2]
    held = await proposals_of(office).get(proposal)
    await hu.post(f"/proposals/{proposal}/submit", edition=str(held.edition))
    held = await proposals_of(office).get(proposal)
    told = (await zhou.get(f"/proposals/{proposal}")).text
    approved = await zhou.post(f"/proposals/{proposal}/approve", edition=str(held.edition))

    assert without_day.status_code == 422
    assert held.state is ProposalState.SUBMITTED
    assert "<ins>15 个工作日</ins>" in told
    assert approved.status_code == 303, approved.text
    newest = office.desk.holdings.catalogue.versions_of(FORESTRY)[-1]
    assert newest.version == 2
    assert departures(newest, FELLING) == {}
    assert "林木采伐" not in (await hu.get("/editing/upper?only=differs")).text


async def test_what_changes_above_while_a_draft_is_written_is_taken_into_it(
    office: Office,
) -> None:
    hu = await reading(office)
    base = await claimed(hu)
    shorter = replace(TREES, limits=UpperLimits(workdays(8), None))
    others = tuple(shorter if one is TREES else one for one in UPPER.matters)
    await read_in(hu, encode_exact(replace(UPPER, matters=others)))

    page = (await hu.get(f"{base}/basics")).text
    refused = await sent(office, hu, base, "limits")
    edition = (await proposals_of(office).get(base.split("/")[2])).edition
    await hu.post(f"{base}/upper", edition=str(edition))

    draft = await draft_of(office, base)
    assert "取用上级目录的规定" in page
    assert refused.status_code == 422
    assert draft.limits.statutory == draft.limits.promised == workdays(8)
    assert "取用上级目录的规定" not in (await hu.get(f"{base}/basics")).text


async def test_a_table_is_read_as_the_file_is_and_goes_out_again(office: Office) -> None:
    hu = await office.sign_in(HU)
    without = await read_in(hu, table(table_of(UPPER)))
    answer = await read_in(
        hu, table(table_of(UPPER)), publisher=UPPER.publisher, published_on="2026-11-20"
    )
    text = (await hu.get("/editing/upper/file?form=csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    book = (await hu.get("/editing/upper/file?form=xlsx")).content

    assert without.status_code == 422
    assert 'href="#f-published_on"' in without.text
    assert answer.status_code == 303, answer.text
    back = read_upper(rows, UPPER.publisher, UPPER.published_on)
    assert [as_in_a_table(one) for one in back.matters] == [
        as_in_a_table(one) for one in UPPER.matters
    ]
    assert book.startswith(b"PK")


def as_in_a_table(one: UpperMatter) -> UpperMatter:
    """A matter but for the ids of its laws and how sure anybody is of them, which no table has."""
    laws = tuple(replace(each, id="", certainty="") for each in one.legal_basis)
    return replace(one, legal_basis=laws)


async def test_three_bad_rows_and_nothing_of_the_file_is_read(office: Office) -> None:
    hu = await office.sign_in(HU)
    rows = table_of(UPPER)
    rows[2][0] = "12"
    rows[4][headings().index("法定时限")] = "两天"
    rows[6][headings().index("设定依据")] = "森林法第一条"

    answer = await read_in(hu, table(rows), publisher="某省", published_on="2026-11-20")

    assert answer.status_code == 422
    assert "文件有 3 处错误" in answer.text
    for row in (3, 5, 7):
        assert f"第 {row} 行" in answer.text
    assert "还没有导入上级目录" in answer.text


async def test_a_broken_file_is_said_to_be_one(office: Office) -> None:
    hu = await office.sign_in(HU)

    answers = [await read_in(hu, data) for data in (b"", b"{", b"\x00\x01", b'{"format": 1}')]

    assert [each.status_code for each in answers] == [422] * 4
    assert "没有读入" in answers[1].text
