"""Lists narrow to what is allowed, mask names, and show the same row whoever asks."""

from datetime import timedelta

import pytest
from jinja2 import Environment

from casework.names import NodeId
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.webui.case_builders import given_of, stories
from webui.assets import load_assets
from webui.case_assets import CASE_ASSETS
from webui.list_view import (
    CaseList,
    CaseRowView,
    ListQuery,
    StatCard,
    read_list_query,
    row_of,
    status_choices,
)
from webui.sync_mark import SyncMark
from webui.templating import create_environment

STORIES = stories()


@pytest.fixture(scope="module")
def environment() -> Environment:
    return create_environment(load_assets(CASE_ASSETS))


def a_row(name: str, node: NodeId = TOWN, *, days: int = 0, unmasked: bool = False) -> CaseRowView:
    given = given_of(STORIES[name], node=node)
    return row_of(
        given.case,
        matter=given.matter,
        calendar=given.calendar,
        now=given.now + timedelta(days=days),
        names=given.names,
        node=node,
        applicant="陈桂兰",
        url=given.base_url,
        sync=SyncMark("returned", reason="材料不齐"),
        unmasked=unmasked,
    )


def test_a_row_masks_the_name_and_says_what_comes_next() -> None:
    row = a_row("received")

    assert row.applicant == "陈*兰"
    assert row.source == "青云村代办"
    assert row.stage == "待受理审查"
    assert row.action == "受理"
    assert a_row("received", unmasked=True).applicant == "陈桂兰"


def test_a_node_without_the_pen_may_only_look() -> None:
    row = a_row("received", OTHER_TOWN)

    assert row.action == "查看"
    assert not row.is_turn


def test_a_result_that_waits_elsewhere_says_where() -> None:
    assert a_row("ready").stage == "待领取"
    assert a_row("ready", COUNTY).stage == "在龙仙镇公共服务中心待领取"


def test_what_must_not_be_overlooked_is_tagged() -> None:
    assert [tag.text for tag in a_row("deferred").tags] == ["容缺"]
    assert [tag.text for tag in a_row("paused").tags] == ["补正"]
    assert [tag.text for tag in a_row("special").tags] == ["特别程序"]
    assert (a_row("paused").stage, a_row("special").stage) == ("等待申请人补正", "特别程序进行中")
    assert [tag.text for tag in a_row("reclaimed").tags] == ["暂停"]
    assert [tag.text for tag in a_row("refused").tags] == ["不予"]
    assert [tag.text for tag in a_row("refused", COUNTY).tags] == ["不予", "越过环节 5"]
    assert [tag.text for tag in a_row("decided", COUNTY).tags] == ["越过环节 4"]


def test_the_lamp_grows_red_as_days_pass() -> None:
    early, late = a_row("received").lamp, a_row("received", days=20).lamp

    assert early is not None
    assert late is not None
    assert early.colour.value == "green"
    assert late.colour.value == "red"


def test_only_allowed_values_narrow_a_list() -> None:
    query = read_list_query(
        {"matter": "x", "source": "village", "status": "'; drop", "sort": "urgent", "page": "-3"},
        matters=["minimum-living-allowance"],
        sources=["village"],
    )

    assert query == ListQuery(source="village")


def test_another_filter_begins_at_page_one() -> None:
    query = ListQuery(matter="m", page=3, sort="newest")

    assert query.url(source="village") == "?matter=m&source=village&sort=newest"
    assert query.url(page=4) == "?matter=m&sort=newest&page=4"
    assert query.offset == 40


@pytest.mark.parametrize("page", ["", "0", "x", "99999999999999", "٣"])
def test_a_strange_page_is_a_page_there_is(page: str) -> None:
    assert 1 <= read_list_query({"page": page}, matters=[]).page <= 10_000


def test_the_list_renders_with_every_story(environment: Environment) -> None:
    cases = CaseList(
        rows=[a_row(name, node) for name in STORIES for node in (TOWN, VILLAGE)],
        total=180,
        query=ListQuery(page=2, status="received"),
        base_url="/cases",
        title="待处理办件",
        matters=(("minimum-living-allowance", "低保"),),
        sources=(("village", "村级代办"),),
        statuses=status_choices(),
        stats=(StatCard(text="待办", value=7, kind="blue", url="?", current=True),),
        selectable=True,
    )

    html = environment.get_template("kit/case/_stats.html").render(cases=cases)
    html += environment.get_template("kit/case/_list.html").render(cases=cases)

    assert "未知（" not in html
    assert 'href="/cases?status=received&amp;page=3"' in html
    assert "被退回" in html
    assert html.count("data-open ") == len(STORIES) * 2


def test_an_empty_list_says_so(environment: Environment) -> None:
    cases = CaseList(rows=(), total=0, query=ListQuery(), base_url="/cases", title="待办")

    assert "没有办件" in environment.get_template("kit/case/_list.html").render(cases=cases)
