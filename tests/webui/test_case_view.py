"""The case page says what a case is, in words, to every role at every tier."""

import pytest
from jinja2 import Environment

from casework.case import Status
from casework.course import ClockLine, LineCode
from casework.limits import LimitUnit
from casework.names import NodeId, OfficerId
from tests.builders import CHEN, COUNTY, HALL, LIN, NOON, OTHER_TOWN, TOWN, VILLAGE, WU, ZHOU
from tests.webui.case_builders import APPROVER, Story, given_of, stories
from webui.assets import load_assets
from webui.case_assets import CASE_ASSETS
from webui.case_view import case_view, clocks_view
from webui.case_words import line_words
from webui.templating import create_environment

SOURCE = '{% include "kit/case/page.html" %}'
ROLES = [
    (VILLAGE, LIN),
    (TOWN, WU),
    (TOWN, APPROVER),
    (OTHER_TOWN, ZHOU),
    (HALL, CHEN),
    (COUNTY, CHEN),
]
STORIES = stories()


@pytest.fixture(scope="module")
def environment() -> Environment:
    return create_environment(load_assets(CASE_ASSETS))


def page_of(environment: Environment, story: Story, node: NodeId, officer: OfficerId) -> str:
    view = case_view(given_of(story, node=node, officer=officer))
    return environment.from_string(SOURCE).render(view=view, acted=None)


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize(("node", "officer"), ROLES)
def test_a_case_in_every_status_is_shown_to_every_role(
    environment: Environment, name: str, node: NodeId, officer: OfficerId
) -> None:
    html = page_of(environment, STORIES[name], node, officer)

    assert "未知（" not in html
    assert "陈桂兰" not in html
    assert "440229193501010004" not in html


def test_the_stories_end_in_every_status() -> None:
    reached = {story.case.status for story in STORIES.values()}

    assert reached == set(Status)


@pytest.mark.parametrize("code", LineCode)
@pytest.mark.parametrize("unit", LimitUnit)
def test_every_line_of_an_explanation_has_words(code: LineCode, unit: LimitUnit) -> None:
    day = NOON.date()

    text = line_words(ClockLine(day, day, code, 2, ("workday",)), unit)

    assert text
    assert "{" not in text


def test_the_clerk_who_holds_the_pen_is_offered_acceptance_and_its_dialog(
    environment: Environment,
) -> None:
    view = case_view(given_of(STORIES["received"]))

    assert [act.name for act in view.acts.main] == [
        *("accept", "accept_deferred", "notify_deficiency", "refuse_acceptance"),
    ]
    assert view.acts.main[0].key == "F9"
    html = page_of(environment, STORIES["received"], TOWN, WU)
    assert 'data-open-dialog="act-accept"' in html
    assert f'action="/cases/{view.id}/acts/accept"' in html


def test_zhou_who_does_not_hold_the_pen_reads_why_there_is_nothing_to_press() -> None:
    view = case_view(given_of(STORIES["received"], node=OTHER_TOWN, officer=ZHOU))

    assert view.acts.main == ()
    assert [refused.reason for refused in view.acts.refused] == [
        "办件现由其他单位办理，请在本单位登记补交，待其采纳"
    ]
    assert not view.summary.is_here


def test_the_county_decides_and_the_page_says_in_whose_name() -> None:
    view = case_view(given_of(STORIES["decided"], node=COUNTY, officer=CHEN))

    assert view.decision is not None
    assert view.decision.granted
    assert view.decision.in_whose_name == "翁源县民政局"
    assert view.decision.text == "同意"


def test_a_decision_tells_for_ever_which_steps_it_passed_over(environment: Environment) -> None:
    html = page_of(environment, STORIES["decided"], COUNTY, CHEN)
    over = "越过环节：民主评议、初审公示、初审意见、审核（含抽查入户）"

    assert html.count(over) == 1
    assert "越过环节的办理记录（民主评议）" in html
    assert "越过环节" not in page_of(environment, STORIES["in_review"], COUNTY, CHEN)


def test_a_reclaim_is_told_with_its_ground_and_the_rule() -> None:
    view = case_view(given_of(STORIES["reclaimed"]))

    assert view.timeline[-1].reason.startswith("核验后收回：材料不齐")
    assert view.warnings
    assert view.summary.pen


def test_scans_say_whether_they_came(environment: Environment) -> None:
    waiting = case_view(given_of(STORIES["received"], arrived=False))
    html = environment.from_string(SOURCE).render(view=waiting, acted=None)

    assert [scan.state for scan in waiting.scans] == ["waiting", "waiting"]
    assert "未到（1.0 KB / 4.0 KB）" in html
    assert "data-viewer-picture" not in html


def test_the_lamp_of_a_list_opens_the_explanation(environment: Environment) -> None:
    view = clocks_view(given_of(STORIES["accepted"]))
    html = environment.get_template("kit/case/_clocks_dialog.html").render(view=view)

    assert "为什么是这一天" in html
    assert "届满日，" in html
    assert "起算事由发生，当日不计入" in html


def test_full_numbers_are_shown_only_when_they_were_asked_for() -> None:
    view = case_view(given_of(STORIES["received"], unmasked=True))

    assert view.applicant is not None
    assert view.applicant.applicant.id_number == "440229193501010004"
    assert view.unmask_url is None
