"""Guides at the county without an account, handbooks with one, and the coverage report."""

import asyncio
import csv
import io
from datetime import date, timedelta

import httpx
import pytest
from msgspec.structs import replace

from casework.names import MatterId
from central.services.coverage import matter_rows, outside_hall
from tests.central.reviewing import CHEN, GUO, HU, Office
from tests.central.test_matter_editor import ZHOU
from tests.halls import Browser
from tests.webui.paper_text import text_of
from webui import guide_shelf
from webui.errors import PrintBusyError
from webui.guide_shelf import PRINTS_KEPT_MAX, Asked, PrintKind
from webui.responses import csv_file

FELLING = "/guide/timber-felling-permit"
FOOD = "/guide/food-business-licence"


@pytest.fixture
async def visitor(office: Office) -> Browser:
    """Somebody without an account."""
    transport = httpx.ASGITransport(app=office.app)  # type: ignore[arg-type]
    return Browser(httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1"))


async def test_a_guide_is_read_without_an_account_and_a_handbook_is_not(
    visitor: Browser, office: Office
) -> None:
    assert (await visitor.get("/guide")).status_code == 200
    assert "林木权属清楚" in (await visitor.get(FELLING)).text
    for path in ("/matters/timber-felling-permit/handbook", "/coverage", "/coverage/places.csv"):
        answer = await visitor.get(path)
        assert answer.headers["location"].startswith("/sign-in"), path

    chen = await office.sign_in(CHEN)
    handbook = await chen.get("/matters/timber-felling-permit/handbook")
    assert "人工判断" in handbook.text
    printed = await chen.get("/matters/timber-felling-permit/handbook.pdf")
    assert "应出具的文书" in text_of(printed.content)


@pytest.mark.parametrize(
    ("asked", "finds"),
    [
        ("q=lmcf", True),
        ("q=linmu", True),
        ("q=林木采伐", True),
        ("q=440164901000", True),
        ("department=forestry", True),
        ("theme=building-a-rural-house", True),
        ("q=dibao", False),
        ("department=civil-affairs", False),
        ("theme=newborn", False),
        ("q=%00%FF", False),
    ],
)
async def test_a_matter_is_found_by_name_pinyin_code_department_and_theme(
    visitor: Browser, asked: str, *, finds: bool
) -> None:
    page = await visitor.get(f"/guide?{asked}")

    assert page.status_code == 200
    assert (f'href="{FELLING}"' in page.text) is finds


async def test_only_what_is_in_force_or_announced_is_shown(visitor: Browser) -> None:
    assert (await visitor.get(FOOD)).status_code == 200
    coming = await visitor.get(f"{FOOD}?version=2")
    assert "2027-01-01 起按此办理" in coming.text
    assert "2027-01-01 起有新规定" in (await visitor.get("/guide?q=spjyxk")).text
    assert "2027-01-01" in text_of((await visitor.get(f"{FOOD}/guide.pdf?version=2")).content)
    for path in (
        "/guide/birth-registration?version=1",
        "/guide/no-such-matter",
        f"{FOOD}?version=3",
        f"{FOOD}/handbook.pdf",
        f"{FOOD}/other.pdf",
    ):
        assert (await visitor.get(path)).status_code == 404, path


async def retire_felling(office: Office) -> date:
    """Two persons end the matter tomorrow."""
    last: date = office.app.state.services.matter_desk.today() + timedelta(days=1)
    hu, zhou = await office.sign_in(HU), await office.sign_in(ZHOU)
    begun = await hu.post("/matters/timber-felling-permit/end", effective_until=last.isoformat())
    url = begun.headers["location"]
    await hu.post(f"{url}/submit", edition="1")
    approved = await zhou.post(f"{url}/approve", edition="2")
    assert approved.status_code == 303, approved.text
    return last


async def test_a_retired_matter_says_until_when_and_then_that_it_is_over(
    visitor: Browser, office: Office
) -> None:
    last = await retire_felling(office)
    before = (await visitor.get(FELLING)).text
    office.clock.advance(timedelta(days=2))
    after = await visitor.get(FELLING)

    assert f"受理到 {last.isoformat()} 为止，之后不再受理" in before
    assert after.status_code == 200
    assert "已停止" in after.text
    assert "已经受理的继续办完" in after.text
    assert f'href="{FELLING}"' not in (await visitor.get("/guide")).text
    assert (await visitor.get(f"{FELLING}/guide.pdf")).status_code == 404


async def test_a_print_is_asked_for_again_and_sent_only_when_it_changed(visitor: Browser) -> None:
    first = await visitor.get(f"{FELLING}/guide.pdf")
    tag = first.headers["etag"]

    again = await visitor.get(f"{FELLING}/guide.pdf", headers={"if-none-match": tag})
    other = await visitor.get(f"{FELLING}/form.pdf", headers={"if-none-match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200
    assert first.headers["cache-control"] == "public, no-cache"
    assert "set-cookie" not in first.headers
    assert (await visitor.get(f"{FELLING}/guide.pdf")).content == first.content


async def test_forms_are_printed_blank_and_as_a_sample(visitor: Browser) -> None:
    blank = text_of((await visitor.get(f"{FELLING}/form.pdf")).content)
    sample = text_of((await visitor.get(f"{FELLING}/sample.pdf")).content)

    assert "采伐蓄积（立方米）" in blank
    assert "901-01-012" not in blank
    assert "901-01-012" in sample
    assert "虚构" in sample


async def test_a_picture_of_the_course_is_an_svg_that_can_do_nothing(visitor: Browser) -> None:
    picture = await visitor.get(f"{FELLING}/flow.svg")

    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.headers["content-security-policy"].startswith("default-src 'none'")
    assert picture.text.startswith("<svg ")


async def test_a_crowd_that_prints_is_turned_away_and_the_shelf_stays_small(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = office.app.state.services.shelf
    release = asyncio.Event()

    async def slow(_: object) -> bytes:
        await release.wait()
        return b"%PDF"

    monkeypatch.setattr(guide_shelf, "render_leaflet_async", slow)
    lines = shelf.lines(Asked())
    guides = [shelf.find(line.matter.id) for line in lines]
    waiting = [
        asyncio.create_task(shelf.print(guide, PrintKind.GUIDE))
        for guide in guides[: guide_shelf.PRINTS_WAITING_MAX]
    ]
    await asyncio.sleep(0)
    with pytest.raises(PrintBusyError):
        await shelf.print(guides[-1], PrintKind.GUIDE)
    release.set()
    assert await asyncio.gather(*waiting) == [b"%PDF"] * len(waiting)

    for kind in (PrintKind.GUIDE, PrintKind.BLANK):
        for guide in guides:
            await shelf.print(guide, kind)
    assert len(shelf._prints) == PRINTS_KEPT_MAX


async def test_what_was_kept_is_forgotten_when_the_hour_is_over(office: Office) -> None:
    shelf = office.app.state.services.shelf
    before = shelf.find("timber-felling-permit")
    tag = shelf.tag(before.matter.ref, "guide.pdf")
    assert shelf.find("timber-felling-permit") is before

    office.clock.advance(timedelta(hours=1))

    after = shelf.find("timber-felling-permit")
    assert after is not before
    assert after == before
    assert shelf.tag(after.matter.ref, "guide.pdf") != tag


async def test_the_coverage_report_names_what_is_missing(office: Office) -> None:
    guo = await office.sign_in(GUO)

    places = (await guo.get("/coverage")).text
    matters = (await guo.get("/coverage?by=matter&gaps=1")).text

    assert "龙仙镇公共服务中心" in places
    assert "可放未放" in places
    assert "没有进驻窗口" in matters
    assert "/matters/birth-medical-certificate" in matters
    assert "/matters/timber-felling-permit" not in matters


async def test_the_coverage_report_names_the_gaps_in_the_staffing(office: Office) -> None:
    guo, chen = await office.sign_in(GUO), await office.sign_in(CHEN)

    staff = (await guo.get("/coverage?by=staff")).text
    read = (await chen.get("/coverage?by=staff")).text
    rows = (await guo.get("/coverage/staff.csv")).content.decode("utf-8-sig").splitlines()

    for said in ("江初霁", "窗口没有人员", "有决定权而没有B角"):
        assert said in staff
        assert said in read
    assert "/people/windows/440229908006-01/w01" in staff
    assert "/people/o" not in read, "who works on cases has no page of people"
    assert rows[0] == "缺口,编号,名称,单位"
    assert any(row.startswith("未登记培训,o0202,江初霁") for row in rows)


async def test_decisions_outside_the_hall_are_counted(office: Office) -> None:
    use = office.app.state.services
    coverage = await use.coverage.of(use.trust.holdings, use.clock.now(), use.hall.today())
    inside, outside = MatterId("timber-felling-permit"), MatterId("birth-medical-certificate")

    found = outside_hall(coverage, {inside: 4, outside: 2})

    assert [(matter.id, count) for matter, count in found] == [(outside, 2)]


async def test_the_report_is_exported_and_no_cell_is_a_formula(office: Office) -> None:
    hu = await office.sign_in(HU)
    for name, heading in (("matters", "基本编码"), ("places", "单位")):
        answer = await hu.get(f"/coverage/{name}.csv")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0][0] == heading
        assert len({len(row) for row in rows}) == 1
        assert len(rows) == (59 if name == "matters" else 73)
    assert (await hu.get("/coverage/other.csv")).status_code == 404

    use = office.app.state.services
    coverage = await use.coverage.of(use.trust.holdings, use.clock.now(), use.hall.today())
    evil = replace(coverage.matters[0].matter, name="=cmd()", short_name="@cmd")
    changed = replace(coverage, matters=(replace(coverage.matters[0], matter=evil),))
    written = csv_file(matter_rows(changed, use.trust.holdings), "x.csv").content.decode()
    assert "'=cmd()" in written
    assert ",=cmd()" not in written
