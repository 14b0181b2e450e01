"""The sheet of everything a matter asks for: whole, for each situation, without a case."""

import pytest
from msgspec.structs import replace

from casework.assessment import may_be_needed, needs
from casework.matter import MatterStatus, MatterVersion, in_force
from tests import county
from tests.builders import NOON
from tests.webui.paper_text import text_of
from webui.documents import Paper, render
from webui.grounds import basis_text
from webui.notices import form_words
from webui.paper_sheets import (
    Situation,
    Told,
    consultation_sheet,
    scenario_choices,
    situation_named,
)

FELLING = county.matter("timber-felling-permit")
TOLD = Told(
    issuer="翁源县林业局",
    office="龙仙镇公共服务中心",
    officer="吴敏",
    places=("县实体大厅窗口", "龙仙镇公共服务中心"),
    is_assisted=True,
)
IN_FORCE = [each for each in county.catalogue().matters if in_force(each, NOON.date())]


def sheet(matter: MatterVersion, situation: Situation | None = None) -> Paper:
    return consultation_sheet(matter, situation or Situation(), TOLD, NOON)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("matter", IN_FORCE, ids=lambda each: f"{each.id}-{each.version}")
def test_everything_a_matter_asks_for_stands_on_its_sheet(matter: MatterVersion) -> None:
    paper = sheet(matter)
    text = text_of(render(paper))

    wanted = [need.name for need in matter.materials]
    wanted += [form_words(need) for need in matter.materials]
    wanted += [check.check for need in matter.materials for check in need.acceptance_standard]
    wanted += [need.when.text for need in matter.materials if need.when and need.when.text]
    wanted += [each.text for each in matter.acceptance.conditions]
    wanted += [each.text.rstrip("。") for each in matter.acceptance.refusals]
    wanted += [each for fee in matter.fees for each in (fee.name, fee.standard, *fee.exemptions)]
    wanted += [basis_text(basis) for basis in matter.legal_basis]
    wanted += [each.name for each in matter.results]
    wanted += [each.name for each in matter.special_procedures]
    wanted += [name for _, name in scenario_choices(matter)]
    wanted += [*TOLD.places, TOLD.office, matter.legal_receipt.text]
    assert [each for each in wanted if squeezed(each) not in text] == []
    assert paper.final
    assert "预览" not in text


def test_a_sheet_has_no_case_no_number_and_nothing_to_query() -> None:
    paper = sheet(FELLING)

    assert (paper.case_number, paper.document_number, paper.query) == ("", "", None)
    assert "办件编号" not in text_of(render(paper))


@pytest.mark.parametrize(
    ("scenario", "limit", "lacks"),
    [
        ("commitment", "1 个工作日", {"伐区调查设计文件", "伐区现状照片"}),
        ("ordinary", "10 个工作日", {"林木采伐告知承诺书"}),
    ],
)
def test_a_situation_asks_for_its_own_papers_within_its_own_time(
    scenario: str, limit: str, lacks: set[str]
) -> None:
    paper = sheet(FELLING, situation_named(FELLING, scenario))
    names = {item.name.split("\n")[0] for item in paper.items}

    assert paper.limit == limit
    assert {need.name for need in FELLING.materials} - names == lacks


def test_what_is_known_not_to_be_asked_is_left_out_and_what_is_unknown_is_told() -> None:
    allowance = county.matter("minimum-living-allowance")
    alone = {"case.has_agent": False}

    told = {each.id for each in may_be_needed(allowance, alone, None)}
    everything = {each.id for each in may_be_needed(allowance, {}, None)}

    of_agents = {
        each.id
        for each in allowance.materials
        if each.when is not None and each.when.field == "case.has_agent"
    }
    assert everything == {each.id for each in allowance.materials}
    assert told == everything - of_agents
    assert {each.requirement.id for each in needs(allowance, alone) if each.needed} <= told


def test_a_version_that_is_not_in_force_is_a_preview() -> None:
    paper = sheet(replace(FELLING, status=MatterStatus.DRAFT))

    assert not paper.final
    assert set(text_of(render(paper))) >= set("预览未生效")


def test_a_situation_that_a_matter_does_not_have_is_unknown() -> None:
    assert situation_named(FELLING, "") == Situation()
    with pytest.raises(KeyError):
        situation_named(FELLING, "express")
