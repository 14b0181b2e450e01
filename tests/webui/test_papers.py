"""Every paper of the procedure can be made from a real case and printed."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.entry import Written
from casework.fold import fold
from casework.instants import instant_text
from casework.matter import MatterVersion
from casework.names import MessageId, NodeId
from casework.party import HandoverSheet
from casework.procedure import ROWS
from casework.query_code import query_code, query_text, split_query
from tests import county
from tests.builders import COUNTY, INTAKE, NOON, OTHER_TOWN, TOWN, VILLAGE, WU, Pad
from tests.doc_pages import rows
from tests.webui.case_builders import Story, given_of, stories, verdicts
from tests.webui.paper_stories import WORDS, given_for, papers_of_stories
from tests.webui.paper_text import text_of
from webui.documents import Paper, PaperKind, render
from webui.documents.wording import row_for
from webui.paper_numbers import FORM_NUMBERS, ONLINE_NUMBERS, document_number
from webui.papers import (
    PaperGiven,
    TransferLine,
    paper_for,
    papers_of,
    transfer_list,
)

STORIES = stories()
ALLOWANCE = county.matter("minimum-living-allowance")
KINDS = sorted({row.document for row in ROWS if row.document})


def story_with(kind: str) -> Story:
    return next(
        story
        for story in STORIES.values()
        if any(link.kind == kind for link in papers_of(story.case, story.matter))
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_document_of_the_procedure_is_printed_without_a_gap(kind: str) -> None:
    paper = paper_for(kind, given_for(story_with(kind)), now=NOON, final=True)

    assert paper.final
    assert render(paper).startswith(b"%PDF")


def test_a_decision_repeats_of_the_form_what_its_matter_says_the_licence_states() -> None:
    felling = county.matter("timber-felling-permit")
    steps = (acts.Receive(INTAKE, verdicts(felling)), acts.DecideGrant((), "翁林采〔2026〕31号"))
    story = Story(felling, *((TOWN, WU, act) for act in steps))
    form = {"volume_m3": "14.5", "species": "fir", "age": 20}

    paper = paper_for("grant", given_for(story, form=form), now=NOON, final=True)

    assert ("采伐蓄积（立方米）", "14.5") in paper.particulars
    assert ("树种", "杉木") in paper.particulars
    assert "林龄（年）" not in dict(paper.particulars)


def test_every_kind_is_brought_by_a_story_or_by_a_matter() -> None:
    papers = papers_of_stories()

    assert set(papers) == set(PaperKind)
    assert [kind for kind, paper in papers.items() if not paper.final] == []


@pytest.mark.parametrize("kind", PaperKind)
def test_every_kind_can_be_looked_at_before_anything_has_happened(kind: PaperKind) -> None:
    paper = paper_for(kind, given_for(STORIES["draft"]), now=NOON)

    assert not paper.final
    assert render(paper).startswith(b"%PDF")


def test_what_no_entry_bears_out_stays_a_preview() -> None:
    paper = paper_for("grant", given_for(STORIES["received"]), now=NOON, final=True)

    assert not paper.final


def test_nothing_of_a_held_case_is_in_force() -> None:
    paper = paper_for("acceptance-notice", given_for(STORIES["reclaimed"]), now=NOON, final=True)

    assert STORIES["reclaimed"].case.held
    assert not paper.final


def acceptance_at(node: NodeId, delegation: str | None, matter: MatterVersion) -> Paper:
    full = verdicts(matter)
    story = Story(matter, (node, WU, acts.Receive(INTAKE, full)))
    story.add(node, WU, acts.Accept(full), delegation=delegation)
    return paper_for("acceptance-notice", given_for(story), now=NOON, final=True)


def test_an_entrusted_acceptance_is_in_the_name_of_the_principal() -> None:
    paper = acceptance_at(TOWN, "d0007", county.matter("minimum-living-allowance"))

    assert paper.issuer == "翁源县民政局"
    assert paper.office == "龙仙镇公共服务中心"


def test_a_power_by_law_is_used_in_the_townships_own_name() -> None:
    paper = acceptance_at(TOWN, "d0001", county.matter("birth-registration"))

    assert paper.issuer == "龙仙镇人民政府"


def test_the_receipt_of_a_village_says_where_the_papers_go_and_by_when() -> None:
    paper = paper_for("collection-receipt", given_for(STORIES["collected"]), now=NOON, final=True)

    assert paper.place is not None
    assert paper.place.name == "龙仙镇公共服务中心"
    assert paper.due_on is not None
    assert paper.issuer == "青云村公共服务站"
    assert [item.name for item in paper.items][:1] == ["最低生活保障申请表"]


def test_a_paper_says_the_same_however_far_the_case_has_gone() -> None:
    early, late = STORIES["accepted"], STORIES["closed"]
    first = paper_for("acceptance-notice", given_for(early), now=NOON, final=True)

    again = paper_for("acceptance-notice", given_for(late), now=NOON, final=True)

    assert render(again) == render(first)


def test_a_correction_leaves_the_first_decision_as_it_was_printed() -> None:
    after = STORIES["corrected"]
    before = Story(after.matter)
    before.written, before.texts = after.written[:-1], after.texts
    kinds = ("grant", "delivery-receipt", "closing-notice")
    first = [render(paper_for(kind, given_for(before), now=NOON, final=True)) for kind in kinds]

    again = [render(paper_for(kind, given_for(after), now=NOON, final=True)) for kind in kinds]
    corrected = paper_for("correction", given_for(after), now=NOON, final=True)

    assert again == first
    assert corrected.document_number == "翁民低保〔2026〕18-1号"


@pytest.mark.parametrize("name", ["revoked", "reopened"])
def test_what_a_decision_said_is_printed_again_after_it_was_taken_back(name: str) -> None:
    grant = paper_for("grant", given_for(STORIES[name]), now=NOON, final=True)
    notice = paper_for("closing-notice", given_for(STORIES[name]), now=NOON, final=True)

    assert grant.document_number == "翁民低保〔2026〕18号"
    assert notice.items[0].number == "翁民低保〔2026〕18号"


def test_a_case_taken_up_again_is_told_why_and_until_when_it_lasts() -> None:
    story = STORIES["reopened"]
    paper = paper_for("renewed-acceptance", given_for(story), now=NOON, final=True)
    text = "".join(text_of(render(paper)).split())

    assert paper.document_number == "A-0001-10"
    assert "文书10" in text
    assert "重新受理的理由" in text
    assert "行政复议" in text
    assert paper.decided_on is not None
    assert paper.due_on is not None
    assert paper.decided_on <= (paper.accepted_on or paper.due_on) < paper.due_on


def test_a_number_once_printed_is_never_that_of_another_paper() -> None:
    """Not of what comes after it, nor of what is written where the county let it fall."""
    pad, kind = Pad(), PaperKind.DEFICIENCY_NOTICE
    lacking = verdicts(ALLOWANCE)
    notify, supplement = acts.NotifyDeficiency(lacking, "2026-12-21"), acts.Supplement(lacking)
    chain = pad.chain(*((TOWN, act) for act in (acts.Receive(INTAKE, lacking), notify)))
    printed = number_of(chain, kind, chain[-1].id)
    more = [*chain, pad.write(supplement, node=TOWN, after=chain[-1])]
    more.append(pad.write(notify, node=TOWN, after=more[-1]))
    assert (printed, number_of(more, kind, chain[-1].id)) == ("A-0001-02", "A-0001-02")
    assert number_of(more, kind, more[-1].id) == "A-0001-02-2"

    reclaim = acts.ReclaimPen(acts.ReclaimGround.REFUSAL, chain[1].id, False, "E_GROUNDS")
    fallen = [*more, pad.write(reclaim, node=COUNTY, after=chain[0])]
    fallen.append(pad.write(acts.HandOverPen(TOWN), node=COUNTY, after=fallen[-1]))
    other = pad.write(notify, node=TOWN, after=fallen[-1])
    assert number_of([*fallen, other], kind, other.id) == "A-0001-02R1"
    adopted = acts.TakeUpDeposit(chain[1].id, instant_text(chain[1].at), notify)
    same = pad.write(adopted, node=TOWN, after=fallen[-1])
    assert number_of([*fallen, same], kind, same.id) == printed
    assert number_of([*fallen, same], PaperKind.ENTRUSTMENT, None) == "A-0001-26"


def test_a_second_decision_of_a_case_is_not_offered_the_number_of_the_first() -> None:
    reopened = STORIES["reopened"].case
    assert document_number(reopened, PaperKind.GRANT) == "A-0001-21-2"
    assert document_number(reopened, PaperKind.REFUSAL) == "A-0001-07"


def number_of(entries: Sequence[Written], kind: PaperKind, entry: MessageId | None) -> str:
    case = fold(entries).case
    assert case is not None
    return document_number(case, kind, entry)


def test_the_forms_in_common_use_are_all_there() -> None:
    """domain.md e.4: 01 to 14, of which 13 and 14 are the counterparts of 05 and 11."""
    numbers = {*FORM_NUMBERS.values(), *ONLINE_NUMBERS.values()}
    assert numbers >= {f"{number:02d}" for number in range(1, 15)}


def test_what_completes_an_application_that_came_online_has_its_own_name_and_number() -> None:
    story = STORIES["supplied_online"]
    paper = paper_for("supplement-receipt", given_for(story), now=NOON, final=True)
    [link] = [each for each in papers_of(story.case, story.matter) if each.kind is paper.kind]
    text = text_of(render(paper))

    assert (link.title, paper.document_number) == ("网上补正材料接收凭证", "A-0001-13")
    assert "网上补正材料接收凭证" in text
    assert "文书13" in text
    at_the_counter = paper_for("supplement-receipt", given_for(STORIES["supplemented"]), now=NOON)
    assert at_the_counter.document_number == "A-0001-05"


@pytest.mark.parametrize("kind", ONLINE_NUMBERS)
def test_an_online_counterpart_bears_the_number_of_its_form(kind: PaperKind) -> None:
    assert row_for(kind, "10", online=True).number == ONLINE_NUMBERS[kind]
    assert row_for(kind, "10").number == FORM_NUMBERS[kind]


def test_a_notice_tells_every_deficiency_and_how_to_mend_it() -> None:
    paper = paper_for(
        "deficiency-notice", given_for(STORIES["awaiting_supplement"]), now=NOON, final=True
    )

    faults = {each.material: each.fault for each in paper.deficiencies}
    assert faults["最低生活保障申请表"] == "未提交"
    assert faults["共同生活家庭成员居民身份证"].startswith("不符合要求：")
    assert all(each.remedy for each in paper.deficiencies)
    assert str(paper.supply_by) == "2026-12-21"


def test_a_refusal_states_reasons_law_and_remedies() -> None:
    paper = paper_for("refusal", given_for(STORIES["refused"]), now=NOON, final=True)

    assert paper.reasons[-1] == "收入超过标准"
    assert paper.legal_basis
    assert paper.remedies is not None
    assert paper.remedies.court == "翁源县人民法院"


def test_whoever_fetched_the_result_stands_on_the_receipt() -> None:
    sheet = HandoverSheet("陈小明", "440229198802290014", "女儿", "")
    given = given_for(STORIES["delivered"], handover=sheet)

    paper = paper_for("delivery-receipt", given, now=NOON, final=True)

    assert paper.agent is not None
    assert paper.agent.name == "陈小明"
    assert paper.items[0].number == "翁民低保〔2026〕18号"


def test_several_cases_go_to_the_township_on_one_list() -> None:
    lines = [
        TransferLine(number="LX1", matter="低保", applicant="陈桂兰", originals=3, copies=1),
        TransferLine(number="LX2", matter="采伐", applicant="赖志明", originals=2),
    ]

    paper = transfer_list(lines, giver="青云村公共服务站", taker="龙仙镇公共服务中心", now=NOON)

    assert [item.name for item in paper.items] == ["低保　陈*兰", "采伐　赖*明"]
    assert render(paper).startswith(b"%PDF")


def test_the_query_code_is_the_same_everywhere_and_is_read_back() -> None:
    case = STORIES["received"].case

    text = query_text(case.number, case.id, "https://query.example/")

    assert split_query(text) == (case.number, query_code(case.id))
    assert split_query(query_text(case.number, case.id)) == (case.number, query_code(case.id))
    assert split_query("陈桂兰") is None


@pytest.mark.parametrize("node", [VILLAGE, TOWN, COUNTY, OTHER_TOWN])
def test_a_paper_never_needs_more_than_the_node_holds(node: NodeId) -> None:
    for story in STORIES.values():
        bare = replace(given_of(story, node=node), acts={}, texts={}, applicant=None)
        for link in papers_of(story.case, story.matter):
            given = PaperGiven.of(bare, WORDS)
            assert paper_for(link.kind, given, entry=link.entry, now=NOON).kind is link.kind


def test_the_page_of_papers_shows_what_can_be_printed_and_by_what() -> None:
    shown = {row["kind"]: row for row in rows("docs/papers.md", "Papers")}

    assert set(shown) == {f"`{kind}`" for kind in PaperKind}
    for kind in PaperKind:
        row, line = row_for(kind, "10"), shown[f"`{kind}`"]
        assert (line["title"], line["number"]) == (row.title, FORM_NUMBERS[kind])
        assert (line["seal"], line["copies"]) == (row.seal or "—", str(len(row.copies) or 1))
        acts_named = [each.name for each in ROWS if each.document == kind]
        assert [name for name in acts_named if f"`{name}`" not in line["printed by"]] == []
