"""Windows: edited by two persons, told on guides, shown to clerks (rows B2, B7, B8)."""

import re

from casework.names import NodeId
from casework.windows import windows_for
from tests.central.reviewing import FORESTRY, GUO, HU, SOCIAL, Office
from tests.central.test_people import approved

HALL = NodeId("440229-02")
SUBCENTRE = NodeId("440229-03")


def sent(**others: str) -> dict[str, str]:
    made = {"number": "12", "name": "部门专业类二号窗口", "kind": "specialist", "category": "6"}
    return made | {"officers": "o0072", "matters": SOCIAL} | others


async def test_a_new_window_of_a_category_takes_its_matters_and_stands_on_the_guide(
    office: Office,
) -> None:
    guo = await office.sign_in(GUO)
    before = (await guo.get(f"/guide/{FORESTRY}")).text
    assert "6 号窗口（部门专业类窗口）" in before
    assert "12 号窗口" not in before

    made = await guo.post(f"/people/windows/{HALL}/new", edition="0", **sent())
    assert made.status_code == 303, made.text
    assert await approved(office) == 303

    taking = windows_for(
        office.matter(FORESTRY), office.desk.holdings.organisation.windows_at(HALL)
    )
    assert [one.number for one in taking] == [6, 12]
    assert "12 号窗口（部门专业类二号窗口）" in (await guo.get(f"/guide/{FORESTRY}")).text


async def test_faults_are_told_at_their_fields(office: Office) -> None:
    guo = await office.sign_in(GUO)

    taken = await guo.post(
        f"/people/windows/{HALL}/new", edition="0", **sent(number="6", category="")
    )
    town = await guo.post("/people/windows/440229901-01/new", edition="0", **sent(officers=""))

    assert "这个大厅已有 6 号窗口" in taken.text
    assert "要选七类中的一类" in taken.text
    assert "只有县级大厅和分中心" in town.text
    assert 'value="部门专业类二号窗口"' in town.text


async def test_a_window_is_closed_and_that_can_be_taken_back(office: Office) -> None:
    guo = await office.sign_in(GUO)
    url = f"/people/windows/{SUBCENTRE}/w01"

    await guo.post(url, edition="0", do="close")
    closed = (await guo.get(url)).text
    await guo.post(url, edition="1", do="undo")

    assert "草稿撤销" in closed
    assert "有改动" not in (await guo.get(f"/people/windows?unit={SUBCENTRE}")).text
    await guo.post(url, edition="2", do="close")
    assert await approved(office) == 303
    assert office.desk.holdings.organisation.window(f"{SUBCENTRE}/w01") is None


async def test_every_window_is_listed_by_its_hall(office: Office) -> None:
    hu = await office.sign_in(HU)

    county = (await hu.get("/people/windows")).text
    town = (await hu.get("/people/windows?unit=440229901-01")).text

    assert len(re.findall(r'href="/people/windows/440229-0[23]/w', county)) == 13
    assert "龙仙镇综合服务窗口" in town
    assert "新设窗口" not in town
