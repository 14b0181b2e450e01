"""The file of a case in words: on its page, and as a warning before it is filed."""

import pytest
from jinja2 import Environment
from msgspec.structs import replace

from casework import act as acts
from casework.names import OfficerId
from tests import county
from tests.builders import CHEN, COUNTY, INTAKE, TOWN, WU
from tests.casework.situations import examples
from tests.webui.case_builders import Story, given_of, stories, verdicts
from webui.assets import load_assets
from webui.case_archive import archive_view, lacking, lacking_words
from webui.case_assets import CASE_ASSETS
from webui.case_view import case_view
from webui.templating import create_environment

STORIES = stories()
SHEN = OfficerId("o0080")  # issues results at the hall, of every department
SHEETS = {"applicant": "{}", "form": "{}", "result": "凭证"}


@pytest.fixture(scope="module")
def environment() -> Environment:
    return create_environment(load_assets(CASE_ASSETS))


def page_of(environment: Environment, story: Story, officer: OfficerId = CHEN) -> str:
    view = case_view(given_of(story, node=COUNTY, officer=officer))
    source = '{% include "kit/case/page.html" %}'
    return environment.from_string(source).render(view=view, acted=None)


def whole() -> Story:
    matter = county.matter("resident-pension-enrolment")
    instant = acts.Instant(INTAKE, verdicts(matter), (), None, "applicant")
    story = Story(matter, (TOWN, WU, instant, SHEETS))
    return story.add(TOWN, WU, acts.HandOverPen(COUNTY))


@pytest.mark.parametrize("name", sorted(STORIES))
def test_every_piece_of_every_story_has_words(name: str) -> None:
    view = archive_view(given_of(STORIES[name]))

    if name == "draft":
        assert view is None
        return
    assert view is not None
    pieces = [piece for shelf in view.shelves for piece in shelf.pieces]
    assert all(piece.name for piece in pieces)
    assert [piece.name for piece in pieces if piece.keeping != "held" and not piece.words] == []
    assert len([piece for piece in pieces if piece.keeping == "missing"]) == len(view.missing)


@pytest.mark.parametrize("act", examples().values(), ids=lambda act: type(act).__name__)
def test_whatever_is_done_to_a_case_its_file_can_be_told(act: acts.AnyAct) -> None:
    story = STORIES["received"]
    after = Story(story.matter, (TOWN, WU, acts.Receive(INTAKE, verdicts(story.matter))))
    after.add(TOWN, WU, act)

    view = archive_view(given_of(after))

    assert view is not None
    assert "收件" in view.shelves[0].title


def test_the_page_shows_each_stage_and_the_dialog_of_filing_names_what_is_missing(
    environment: Environment,
) -> None:
    story = STORIES["delivered"]
    story = Story(story.matter, *[(w.node, w.entry.officer, w.entry.act) for w in story.written])
    story.add(TOWN, WU, acts.HandOverPen(COUNTY))

    html = page_of(environment, story)

    assert "归档材料" in html
    assert all(f">{stage}</b>" in html for stage in ("收件", "受理", "审核", "办结", "其他"))
    assert 'action="/cases/' in html
    assert "归档材料还缺" in html
    assert "办结阶段　办理结果文件" in html
    assert "收件阶段　申请表" in html


def test_a_whole_file_is_filed_without_a_warning(environment: Environment) -> None:
    story = whole()

    assert lacking(story.case, story.matter) == ()
    html = page_of(environment, story, SHEN)
    assert "act-close" in html
    assert "不缺材料" in html
    assert "归档材料还缺" not in html


def test_a_part_that_has_not_arrived_is_missing() -> None:
    view = archive_view(given_of(whole(), arrived=False))

    assert view is not None
    assert "办结阶段　办理结果文件" in view.missing


def test_a_step_and_a_special_procedure_are_named() -> None:
    story = STORIES["special"]
    opined = STORIES["decided"]
    special = story.matter.special("P1")
    step = opined.matter.step(2)
    assert special is not None
    assert step is not None

    assert f"挂起阶段　办理意见（{special.name}）" in lacking(story.case, story.matter)
    shelves = archive_view(given_of(opined))
    assert shelves is not None
    names = [piece.name for shelf in shelves.shelves for piece in shelf.pieces]
    assert f"办理意见（{step.name}）" in names


def test_the_warning_of_a_list_is_one_line() -> None:
    assert lacking_words(()) == ""
    assert lacking_words(("收件阶段　申请表", "办结阶段　办理结果文件")) == (
        "归档材料还缺：收件阶段　申请表；办结阶段　办理结果文件"
    )


def test_the_commitment_that_was_signed_is_looked_for_on_paper() -> None:
    felling = county.matter("timber-felling-permit")
    small = replace(INTAKE, facts=(acts.FactItem("volume_m3", 8),))
    view = archive_view(
        given_of(Story(felling, (TOWN, WU, acts.Receive(small, verdicts(felling)))))
    )

    assert view is not None
    kept = [piece for shelf in view.shelves for piece in shelf.pieces if piece.words == "纸质归档"]
    assert "告知承诺书" in [piece.name for piece in kept]
