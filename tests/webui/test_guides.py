"""Guides, handbooks, charts and forms in words: whole for every matter, and the same in three."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from msgspec.structs import replace

from casework.guide import HANDBOOK, PUBLIC
from casework.matter import HallMode, MatterVersion
from tests import county
from tests.builders import NOON
from tests.guides import IN_FORCE, TODAY, names, regions, telling
from tests.webui.paper_text import text_of
from webui.case_words import limit_words
from webui.documents.leaflet import Block, Leaflet
from webui.documents.leaflets import render_leaflet
from webui.flow_svg import flow_chart
from webui.form_leaflet import blank_form, sample_form
from webui.grounds import basis_text
from webui.guide_text import sections, word
from webui.guide_words import guide_blocks
from webui.handbook_words import handbook_blocks
from webui.notices import form_words

GOLDEN = Path(__file__).parents[1] / "golden" / "guides"
WORKED = ("timber-felling-permit", "minimum-living-allowance", "senior-citizen-card")
HOME = regions().townships[0].code
_SVG = "{http://www.w3.org/2000/svg}"


def said(blocks: tuple[Block, ...]) -> str:
    return squeezed(json.dumps(msgspec.to_builtins(blocks), ensure_ascii=False))


def squeezed(text: str) -> str:
    return "".join(text.replace("\\n", "").split())


def printed(blocks: tuple[Block, ...], mark: str = "") -> bytes:
    leaflet = Leaflet(
        title="办事指南", subtitle="", issuer="", issued_at=NOON, blocks=blocks, mark=mark
    )
    return render_leaflet(leaflet)


@pytest.mark.parametrize("name", WORKED)
@pytest.mark.parametrize("kind", ["guide", "handbook"])
def test_the_structured_guide_is_as_agreed(name: str, kind: str) -> None:
    """Whoever changes a word or a rule sees here what people will read."""
    written = {"guide": guide_blocks, "handbook": handbook_blocks}[kind]
    blocks = json.loads(msgspec.json.encode(written(telling(county.matter(name)))))
    for block in blocks:
        if block["figure"]:
            block["figure"]["svg"] = ""  # a picture of what is told in words beside it
    agreed = json.loads((GOLDEN / f"{name}.{kind}.json").read_text("utf-8"))
    assert blocks == agreed


@pytest.mark.parametrize("matter", IN_FORCE, ids=lambda each: each.id)
def test_a_guide_tells_everything_that_the_version_says_to_applicants(
    matter: MatterVersion,
) -> None:
    blocks = guide_blocks(telling(matter))
    text = said(blocks)

    wanted = [matter.catalog_code, matter.acceptance.scope, matter.legal_receipt.text]
    wanted += [limit_words(matter.limits.promised)]
    wanted += [each.text for each in matter.acceptance.conditions]
    wanted += [each.text for each in matter.acceptance.refusals]
    wanted += [each.name for each in matter.scenarios]
    for need in matter.materials:
        wanted += [need.name, form_words(need), *(each.check for each in need.acceptance_standard)]
        wanted += [need.when.text] if need.when is not None and need.when.text else []
    wanted += [each.name for each in matter.steps]
    wanted += [each.name for each in matter.special_procedures]
    wanted += [each.name for each in matter.results]
    wanted += [each for fee in matter.fees for each in (fee.name, fee.standard, *fee.exemptions)]
    wanted += [basis_text(basis) for basis in matter.legal_basis]
    commitment = matter.supports.commitment
    wanted += [commitment.text] if commitment is not None else []
    assert [each for each in wanted if squeezed(each) not in text] == []
    assert [each.id for each in blocks] == [each.value for each in PUBLIC]


@pytest.mark.parametrize("matter", IN_FORCE, ids=lambda each: each.id)
def test_a_handbook_tells_by_what_each_step_judges(matter: MatterVersion) -> None:
    blocks = handbook_blocks(telling(matter))
    text = said(blocks)

    wanted = [each.check for each in matter.acceptance.conditions]
    wanted += [each for step in matter.steps for each in (step.name, *step.criteria)]
    wanted += [each.reason for each in matter.special_procedures]
    wanted += [need.name for need in matter.materials]
    assert [each for each in wanted if squeezed(each) not in text] == []
    assert [each.id for each in blocks] == [each.value for each in HANDBOOK]


def test_no_guide_names_an_officer() -> None:
    people = [each.name for each in county.organisation().officers]
    text = "".join(said(guide_blocks(telling(each))) for each in IN_FORCE)

    assert [name for name in people if name in text] == []


@pytest.mark.parametrize("mode", [HallMode.OFF_HALL, HallMode.REGISTER_ONLY, HallMode.INTERIM])
def test_a_matter_outside_the_hall_says_so(mode: HallMode) -> None:
    matter = county.matter("timber-felling-permit")
    elsewhere = replace(matter, hall=replace(matter.hall, mode=mode))

    said_of_it = word("places", mode, unit="县林业局行政许可股")
    assert said_of_it in said(guide_blocks(telling(elsewhere)))


@pytest.mark.parametrize("matter", IN_FORCE, ids=lambda each: each.id)
def test_a_chart_is_told_to_whoever_cannot_see_it(matter: MatterVersion) -> None:
    chart = flow_chart(matter, names())
    picture = ET.fromstring(chart.svg)

    assert picture.get("role") == "img"
    assert picture.findtext(f"{_SVG}title") == chart.title == picture.get("aria-label")
    assert picture.findtext(f"{_SVG}desc") == "；".join(chart.told)
    drawn = "".join(each.text or "" for each in picture.iter(f"{_SVG}text"))
    assert all(step.name in drawn.replace(" ", "") for step in matter.steps if " " not in step.name)
    assert "style=" not in chart.svg
    assert "<script" not in chart.svg


def test_what_a_catalogue_says_is_never_markup() -> None:
    matter = county.matter("senior-citizen-card")
    evil = replace(matter, name='<script>alert("1")</script>')
    chart = flow_chart(evil, names())

    assert "<script" not in chart.svg
    assert ET.fromstring(chart.svg).findtext(f"{_SVG}title") == chart.title


@pytest.mark.parametrize("name", WORKED)
def test_guide_and_handbook_are_printed_with_their_chart(name: str) -> None:
    told = telling(county.matter(name))
    for blocks in (guide_blocks(told), handbook_blocks(told)):
        text = text_of(printed(blocks))
        assert [each.heading for each in blocks if squeezed(each.heading) not in text] == []
    assert printed(blocks) == printed(blocks)


@pytest.mark.parametrize("matter", IN_FORCE, ids=lambda each: each.id)
def test_a_form_asks_on_paper_what_the_counter_types_in(matter: MatterVersion) -> None:
    blank = said(blank_form(matter))
    sample = said(sample_form(matter, TODAY, HOME, regions()))

    labels = [field.label for field in matter.form_fields]
    labels += [option.label for field in matter.form_fields for option in field.options]
    labels += [column.label for field in matter.form_fields for column in field.columns]
    assert [each for each in labels if squeezed(each) not in blank] == []
    assert [each for each in labels if squeezed(each) not in sample] == []
    assert word("form", "tick") not in blank
    assert any(field.options for field in matter.form_fields) <= (word("form", "tick") in sample)


def test_a_sample_says_across_the_page_that_it_is_one() -> None:
    matter = county.matter("minimum-living-allowance")
    mark = word("title", "sample_mark")

    assert set(text_of(printed(sample_form(matter, TODAY, HOME, regions()), mark))) >= set(mark)
    organisations = county.matter("construction-permit")
    assert word("form", "sample_unit") in said(sample_form(organisations, TODAY, HOME, regions()))


def test_every_word_of_guides_says_something() -> None:
    empty = [
        (name, key) for name, keys in sections().items() for key, text in keys.items() if not text
    ]
    assert empty == []
