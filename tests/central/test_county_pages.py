"""The county's own pages: catalogue, delegations, nodes, enrolment, publishing, incidents."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from casework.instants import instant_text
from casework.names import NodeId
from sync.enrolling import read_slip
from tests.builders import COUNTY, TOWN
from tests.central.reviewing import (
    CHEN,
    GUO,
    HU,
    LIN_SECURITY,
    LUO,
    SOCIAL,
    WU_SUPERVISOR,
    Office,
    an_office,
)
from tests.central.suspending import decided_by_the_town
from tests.county import FOLDER
from tests.founded import Machine
from tests.halls import MET_DIR
from tests.webui.paper_text import text_of

THIRD_TOWN = NodeId("440229903-01")


async def test_the_catalogue_is_searched_by_pinyin_and_shows_versions(office: Office) -> None:
    hu = await office.sign_in(HU)

    everything = (await hu.get("/matters")).text
    by_pinyin = (await hu.get("/matters?q=dibao")).text
    matter = (await hu.get("/matters/food-business-licence")).text
    coming = (await hu.get("/matters/food-business-licence?version=2")).text

    assert "食品经营许可" in everything
    assert f"/matters/{SOCIAL}" in by_pinyin
    assert "/matters/food-business-licence" not in by_pinyin
    assert "第 1 版" in matter
    assert "2027-01-01" in matter
    assert "将生效" in coming
    assert (await hu.get("/matters/no-such-matter")).status_code == 404
    assert (await hu.get("/matters/food-business-licence?version=9")).status_code == 404


async def test_a_matter_tells_who_holds_which_power_and_under_what_condition(
    office: Office,
) -> None:
    guo = await office.sign_in(GUO)

    page = (await guo.get("/matters/timber-felling-permit")).text

    assert "终审" in page
    assert "龙仙镇公共服务中心" in page
    assert "15" in page


async def test_the_matrix_shows_each_township_and_its_villages(office: Office) -> None:
    guo = await office.sign_in(GUO)

    page = (await guo.get("/delegations")).text
    part = (
        await guo.get("/delegations?department=civil-affairs", headers={"hx-request": "true"})
    ).text

    assert "龙仙镇" in page
    assert "铁龙镇" in page
    assert 'class="level level-final"' in page
    assert 'class="level level-assist"' in page
    assert "低保" in part
    assert "食品经营许可" not in part
    assert part.lstrip().startswith("<section") or "<html" not in part


async def test_nodes_show_who_has_a_machine_and_until_when_it_may_decide(office: Office) -> None:
    luo = await office.sign_in(LUO)

    page = (await luo.get("/nodes")).text
    row = re.search(
        rf"<td[^>]*><a[^>]*>龙仙镇公共服务中心</a><div[^>]*>{TOWN}.*?</tr>", page, re.DOTALL
    )
    other = re.search(rf"{THIRD_TOWN}.*?</tr>", page, re.DOTALL)

    assert row is not None
    assert "2026-11-23" in row[0]  # 72 hours from its enrolment
    assert other is not None
    assert "未登记" in other[0]


async def test_two_persons_enrol_a_machine(office: Office, tmp_path: Path) -> None:
    luo, lin = await office.sign_in(LUO), await office.sign_in(LIN_SECURITY)
    slip = (await luo.post("/nodes/slips", node=THIRD_TOWN)).text
    machine, fingerprint = await asks_to_join(office, tmp_path, slip)

    page = (await lin.get("/nodes/enrolment")).text
    hasty = await lin.post("/nodes/approvals", node=THIRD_TOWN, fingerprint=fingerprint)
    own = await luo.post("/nodes/approvals", node=THIRD_TOWN, fingerprint=fingerprint, compared="1")
    answer = await lin.post(
        "/nodes/approvals", node=THIRD_TOWN, fingerprint=fingerprint, compared="1"
    )
    told = (await lin.get(answer.headers["location"])).text

    assert fingerprint in page
    assert hasty.status_code == 422
    assert own.status_code == 403
    assert "江尾镇公共服务中心已登记" in told
    assert office.desk.holdings.directory.newest_incarnation(THIRD_TOWN) is not None
    assert machine.files.path.exists()


async def test_another_fingerprint_is_not_approved(office: Office, tmp_path: Path) -> None:
    luo, lin = await office.sign_in(LUO), await office.sign_in(LIN_SECURITY)
    slip = (await luo.post("/nodes/slips", node=THIRD_TOWN)).text
    await asks_to_join(office, tmp_path, slip)

    answer = await lin.post("/nodes/approvals", node=THIRD_TOWN, fingerprint="1" * 35, compared="1")

    assert answer.status_code == 422
    assert office.desk.holdings.directory.newest_incarnation(THIRD_TOWN) is None


async def test_the_county_itself_gets_no_slip(office: Office) -> None:
    luo = await office.sign_in(LUO)

    assert (await luo.post("/nodes/slips", node=COUNTY)).status_code == 422
    assert (await luo.post("/nodes/slips", node="x")).status_code == 422


def seen_in(page: str) -> str:
    """Which data a page of 发布 shows."""
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found is not None
    return found[1]


async def test_what_was_loaded_is_shown_and_published(office: Office, tmp_path: Path) -> None:
    county = office.app.state.services.county
    luo = await office.sign_in(LUO)
    unchanged = (await luo.get("/publishing")).text
    office.clock.advance(timedelta(minutes=1))
    changed = changed_county(tmp_path)
    await county.load(changed)

    before = (await luo.get("/publishing")).text
    office.clock.advance(timedelta(minutes=1))
    await county.load(changed)
    late = await luo.post("/publishing", seen=seen_in(before))
    answer = await luo.post("/publishing", seen=seen_in(late.text))
    after = (await luo.get(answer.headers["location"])).text

    assert "有已载入、未发布的改动" not in unchanged
    assert "将发布第 2 版" in before
    assert late.status_code == 422
    assert "载入的数据刚刚又变了" in late.text
    assert "事项目录第 2 版" in after
    assert office.desk.holdings.versions.catalogue == 2
    assert "有已载入、未发布的改动" not in after


async def test_publishing_without_the_root_key_says_so(office: Office, tmp_path: Path) -> None:
    county = office.app.state.services.county
    await county.load(changed_county(tmp_path))
    county.publisher._signers = ()
    luo = await office.sign_in(LUO)

    page = (await luo.get("/publishing")).text
    answer = await luo.post("/publishing", seen=instant_text(await county.loaded.loaded_at()))

    assert "签发所需的密钥不在本机" in page
    assert answer.status_code == 422
    assert "刚刚又变了" not in answer.text


async def test_alarms_and_refusals_are_shown_with_their_reasons(office: Office) -> None:
    case = await office.case()
    await office.desk.node.change(
        lambda batch: batch.audit(
            "case-blocked", is_alarm=True, case=case.id, code="E_CASE_FROZEN", neighbour=TOWN
        )
    )
    security = await office.sign_in(LIN_SECURITY)

    page = (await security.get("/incidents")).text

    assert "办件冻结" in page
    assert "已冻结，请等待县平台处理" in page
    assert "龙仙镇公共服务中心" in page
    assert 'class="nav-count"' in page


PAGES = ("/matters", "/delegations", "/nodes", "/nodes/enrolment", "/publishing", "/incidents")


async def test_an_approver_reads_the_catalogue_and_no_machine_pages(office: Office) -> None:
    chen = await office.sign_in(CHEN)

    codes = [(await chen.get(page)).status_code for page in PAGES]

    assert codes == [200, 200, 403, 403, 403, 403]


@pytest.mark.parametrize("path", ["/publishing", "/nodes/slips", "/nodes/approvals"])
async def test_a_supervisor_changes_nothing(office: Office, path: str) -> None:
    supervisor = await office.sign_in(WU_SUPERVISOR)

    assert (await supervisor.post(path, node=THIRD_TOWN)).status_code == 403
    assert [(await supervisor.get(page)).status_code for page in PAGES] == [200] * 6


async def asks_to_join(office: Office, path: Path, page: str) -> tuple[Machine, str]:
    """A machine that asks with the slip that a page shows; and its fingerprint."""
    text = re.search(r'class="num wrap">([^<]+)<', page)
    assert text is not None
    machine = Machine(path / "machine", office.clock)
    fingerprint = machine.prepare(read_slip(text[1]))
    await machine.ask(office.app.state.services.county)
    return machine, fingerprint


def changed_county(path: Path) -> Path:
    """The county's folder with another name for a matter."""
    folder = path / "county-changed"
    folder.mkdir()
    for file in FOLDER.glob("*.json"):
        text = file.read_text("utf-8")
        if file.name == "catalogue.json":
            data = json.loads(text.replace('"short_name": "低保"', '"short_name": "低保审核"'))
            text = json.dumps(data | {"version": data["version"] + 1}, ensure_ascii=False)
        (folder / file.name).write_text(text, "utf-8")
    return folder


async def test_the_county_prints_the_sheet_of_a_matter_and_of_one_of_its_situations(
    office: Office,
) -> None:
    chen = await office.sign_in(CHEN)
    url = "/matters/timber-felling-permit"

    page = (await chen.get(url)).text
    whole = text_of((await chen.get(f"{url}/sheet")).content)
    ordinary = text_of((await chen.get(f"{url}/sheet?scenario=ordinary")).content)
    unknown = await chen.get(f"{url}/sheet?scenario=nothing")

    assert f'action="{url}/sheet"' in page
    assert '<option value="ordinary">一般程序</option>' in page
    assert "翁源县公共服务中心" in whole
    assert "一般程序" in ordinary
    assert unknown.status_code == 404
    # What is printed holds today: none of a version that is to come.
    coming = (await chen.get("/matters/food-business-licence?version=2")).text
    assert "/sheet" not in coming


async def test_nodes_tell_who_holds_the_version_in_force(founded: Path, tmp_path: Path) -> None:
    async with an_office(founded / MET_DIR, tmp_path) as office:
        luo = await office.sign_in(LUO)
        await decided_by_the_town(office, founded, tmp_path / "town")
        holding = (await luo.get("/nodes")).text
        county = office.app.state.services.county
        await county.load(changed_county(tmp_path))
        await county.publish()
        behind = (await luo.get("/nodes")).text

    before = re.search(r"<li>事项目录：.*?</li>", holding)
    after = re.search(r"<li>事项目录：.*?</li>", behind)
    assert before is not None
    assert after is not None
    assert "<b>1 个节点已取得第 1 版</b>" in before[0]
    assert "龙仙镇公共服务中心" not in before[0]
    assert "<b>0 个节点已取得第 2 版</b>，未取得：龙仙镇公共服务中心" in after[0]
