"""Papers: every kind prints, says what it must, and prints the same again."""

import asyncio
import hashlib
import io
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pikepdf
import pylopdf_fonts_zh_cn
import pytest
import zxingcpp
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from casework.procedure import ROWS
from webui.documents import (
    Deficiency,
    Handover,
    Item,
    Paper,
    PaperIncompleteError,
    PaperKind,
    PaperParty,
    PaperTooLongError,
    Place,
    Query,
    Remedies,
    missing_glyphs,
    qr_svg,
    render,
    render_async,
    title_of,
    unprintable,
)
from webui.documents.fonts import _characters
from webui.documents.qr import QR_BYTES_MAX
from webui.documents.render import _compiler, _templates, compose
from webui.documents.wording import facts_of, names_in, row_for, wording

BEIJING = timezone(timedelta(hours=8))
MATTER_TYPES = ("01", "05", "07", "10", "20")
REFUSALS = (PaperKind.REFUSAL_OF_ACCEPTANCE, PaperKind.REFUSAL)

FULL = Paper(
    kind=PaperKind.ACCEPTANCE_NOTICE,
    matter_type="05",
    matter_name="城乡居民最低生活保障审核确认",
    matter_code="11440229MB2A00062A4440511901000",
    issuer="翁源县民政局",
    office="龙仙镇公共服务中心",
    applicant=PaperParty(name="陈秀兰", id_type="居民身份证", id_number="4402**********0014"),
    agent=PaperParty(name="陈国强", id_type="居民身份证", id_number="4402**********0022"),
    case_number="440229901-20261120-00318-7",
    document_number="翁民受〔2026〕0318号",
    signatory="吴敏",
    issued_at=datetime(2026, 11, 20, 9, 59, tzinfo=BEIJING),
    received_at=datetime(2026, 11, 20, 9, 42, tzinfo=BEIJING),
    accepted_on=date(2026, 11, 20),
    decided_on=date(2026, 12, 15),
    due_on=date(2026, 12, 18),
    supply_by=date(2026, 11, 27),
    notice_due_on=date(2026, 11, 26),
    limit="20个工作日",
    items=(Item(name="户口簿", form="复印件", copies=1), Item(name="申请书", originals=1)),
    deficiencies=(
        Deficiency(material="收入证明", fault="未提交", remedy="由村民委员会出具原件一份"),
        Deficiency(material="授权书", fault="陈小军未签名", remedy="由本人签名"),
        Deficiency(material="户口簿", fault="第三页不清", remedy="重新拍照"),
    ),
    outcome=("自二〇二六年十二月起按月发给保障金。",),
    reasons=("人均月收入高于保障标准。", "名下有机动车一辆。"),
    legal_basis=("《社会救助暂行办法》第九条",),
    remedies=Remedies(reconsideration_body="翁源县人民政府", court="翁源县人民法院"),
    place=Place(name="龙仙镇公共服务中心", address="建设一路88号", phone="0751-2870000"),
    handover=Handover(giver="龙仙镇公共服务中心", taker="县公共服务中心", seal_number="F0042"),
    query=Query(qr_text="https://hall.example/q?c=K7M2-9QPX", code="K7M2-9QPX"),
    final=True,
)


def a_paper(kind: PaperKind, **facts: Any) -> Paper:
    return replace(FULL, kind=kind, **facts)


def text_of(pdf: bytes) -> str:
    """What a reader can select and copy, without the breaks that lines and cells make."""
    return "".join("".join(lines_of(pdf)).split())


def lines_of(pdf: bytes) -> list[str]:
    """The text as the file draws it: a string for each stretch that is placed anew."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [line for page in opened.pages for line in drawn_on(page) if line.strip()]


def drawn_on(page: pikepdf.Page) -> Iterator[str]:
    fonts = {
        name: characters_by_glyph(font["/ToUnicode"].read_bytes().decode())
        for name, font in page.resources["/Font"].items()
    }
    characters: Mapping[int, str] = {}
    line = ""
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = instruction.operands, str(instruction.operator)
        match operator:
            case "Tf":
                characters = fonts[str(operands[0])]
            case "Tj" | "TJ":
                pieces = operands[0] if operator == "TJ" else [operands[0]]
                for piece in pieces:
                    if isinstance(piece, pikepdf.String):
                        glyphs = bytes(piece)
                        line += "".join(
                            characters[int.from_bytes(glyphs[at : at + 2])]
                            for at in range(0, len(glyphs), 2)
                        )
            case "Tm" | "ET":
                yield line
                line = ""


def characters_by_glyph(cmap: str) -> dict[int, str]:
    """The table that says what a glyph stands for."""
    table: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for glyph, text in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            table[int(glyph, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for low, high, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            first = ord(bytes.fromhex(text).decode("utf-16-be"))
            for glyph in range(int(low, 16), int(high, 16) + 1):
                table[glyph] = chr(first + glyph - int(low, 16))
    return table


def placed_strings(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case Mapping():
            return [text for inner in value.values() for text in placed_strings(inner)]
        case list() | tuple():
            return [text for inner in value for text in placed_strings(inner)]
        case _:
            return []


@pytest.mark.parametrize("matter_type", MATTER_TYPES)
@pytest.mark.parametrize("kind", PaperKind)
def test_every_kind_prints_for_every_type_of_matter(kind: PaperKind, matter_type: str) -> None:
    pdf = render(a_paper(kind, matter_type=matter_type))

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        copies = max(len(row_for(kind, matter_type).copies), 1)
        assert len(opened.pages) in range(copies, 2 * copies + 1)
        assert opened.docinfo["/Title"] == title_of(kind, matter_type)
        metadata = opened.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
    text = text_of(pdf)
    assert title_of(kind, matter_type) in text
    assert FULL.case_number in text
    assert "陈秀兰" in text


@pytest.mark.parametrize("kind", PaperKind)
def test_every_text_names_only_facts_that_papers_have(kind: PaperKind) -> None:
    facts = facts_of(FULL)
    for matter_type in MATTER_TYPES:
        row = row_for(kind, matter_type)
        texts = [*row.opening, *row.closing, *row.outcome, *(text for _, text in row.particulars)]
        assert {name for text in texts for name in names_in(text)} <= facts.keys()
        assert all(name in facts or hasattr(FULL, name) for name in row.needs)


def test_each_paper_of_the_procedure_has_a_kind() -> None:
    assert {row.document for row in ROWS if row.document} <= set(PaperKind)


def test_the_same_paper_is_the_same_bytes_in_another_process() -> None:
    script = textwrap.dedent("""
        import hashlib, sys
        import msgspec
        from webui.documents import Paper, render
        paper = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Paper)
        print(hashlib.sha256(render(paper)).hexdigest())
    """)
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        input=msgspec.msgpack.encode(FULL),
        capture_output=True,
        check=True,
    ).stdout.decode()

    assert hashlib.sha256(render(FULL)).hexdigest() == elsewhere.strip()
    assert render(FULL) == render(replace(FULL, issued_at=FULL.issued_at))


def test_the_only_date_in_the_file_is_the_papers_own() -> None:
    with pikepdf.open(io.BytesIO(render(FULL))) as pdf:
        made = str(pdf.docinfo["/CreationDate"])
    assert made.startswith(f"D:{FULL.issued_at.astimezone(UTC):%Y%m%d%H%M%S}")


async def test_papers_asked_for_together_come_out_whole() -> None:
    papers = [a_paper(kind) for kind in PaperKind]
    assert await asyncio.gather(*map(render_async, papers)) == [render(one) for one in papers]


def test_the_wording_follows_the_type_of_the_matter() -> None:
    assert title_of(PaperKind.GRANT, "05") == "审核确认决定书"
    assert title_of(PaperKind.GRANT, "01") == "准予行政许可决定书"
    assert title_of(PaperKind.REFUSAL, "01") == "不予行政许可决定书"
    for kind in PaperKind:
        for matter_type in MATTER_TYPES[1:]:
            strings = placed_strings(compose(a_paper(kind, matter_type=matter_type)))
            assert not [text for text in strings if "行政许可" in text], kind


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_says_why_on_what_basis_and_where_to_turn(kind: PaperKind) -> None:
    text = text_of(render(a_paper(kind)))

    assert "人均月收入高于保障标准。" in text
    assert "《社会救助暂行办法》第九条" in text
    assert "60日内向翁源县人民政府申请行政复议" in text
    assert "6个月内依法向翁源县人民法院提起行政诉讼" in text


@pytest.mark.parametrize("missing", ["reasons", "legal_basis", "remedies"])
@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_in_force_without_grounds_is_not_printed(kind: PaperKind, missing: str) -> None:
    paper = a_paper(kind, **{missing: None if missing == "remedies" else ()})

    with pytest.raises(PaperIncompleteError) as refused:
        render(paper)

    assert refused.value.fields == [missing]
    assert render(replace(paper, final=False))


def test_a_paper_in_force_has_no_gap_in_its_sentences() -> None:
    with pytest.raises(PaperIncompleteError) as refused:
        render(replace(FULL, due_on=None, limit=""))
    assert refused.value.fields == ["due_on", "limit"]


def test_a_notice_lists_every_deficiency_and_where_to_mend_it() -> None:
    text = text_of(render(a_paper(PaperKind.DEFICIENCY_NOTICE)))

    for one in FULL.deficiencies:
        assert one.material in text
        assert one.fault in text
        assert one.remedy in text
    assert "2026年11月27日" in text
    assert "建设一路88号" in text


def test_many_deficiencies_go_over_as_many_pages_as_they_need() -> None:
    many = tuple(
        Deficiency(material=f"第{number}号材料", fault="未提交", remedy="提交原件一份")
        for number in range(1, 81)
    )
    pdf = render(a_paper(PaperKind.DEFICIENCY_NOTICE, deficiencies=many))

    text = text_of(pdf)
    assert all(one.material in text for one in many)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        count = len(opened.pages)
    assert count > 2
    assert f"第{count}页共{count}页" in text


def test_each_copy_counts_its_own_pages() -> None:
    text = text_of(render(a_paper(PaperKind.DEFERRED_ACCEPTANCE_NOTICE)))

    assert "第一联申请人留存" in text
    assert "第二联窗口存档" in text
    assert text.count("第1页共1页") == 2


def test_an_entrusted_decision_is_in_the_principals_name() -> None:
    page = compose(a_paper(PaperKind.GRANT, acting_for="王伟"))

    assert page["issuer"] == "翁源县民政局"
    assert page["handled"] == "龙仙镇公共服务中心 吴敏（代王伟）"


def test_what_is_not_in_force_says_so_across_the_page() -> None:
    watermark = set("预览未生效")

    assert watermark <= set(text_of(render(replace(FULL, final=False))))
    assert compose(FULL)["preview"] == ""


def test_a_reprint_is_marked() -> None:
    assert "第2次补打" in text_of(render(replace(FULL, reprint=2)))
    assert "补打" not in text_of(render(FULL))


HOSTILE = (
    '#eval("1+1")',
    "*粗* _斜_ `码`",
    "$x^2$ \\n \\u{41}",
    "\"双\" '单' “中”",
    "= 标题 - 项 + 项",
    "<b>&amp;</b> @引 // 注 /* 注 */",
    "{supply_by} {0} {{}}",
    "? {due_on}",
    '#{panic()} #image("/etc/passwd")',
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_somebody_typed_is_printed_as_typed(hostile: str) -> None:
    paper = a_paper(
        PaperKind.REFUSAL,
        applicant=PaperParty(name=hostile),
        reasons=(hostile,),
        matter_name=hostile,
        place=Place(name=hostile),
        query=Query(qr_text=hostile, code=hostile),
    )
    typed = "".join(hostile.split())

    assert text_of(render(paper)).count(typed) >= 4


def test_lines_of_a_text_stay_lines() -> None:
    lines = lines_of(render(a_paper(PaperKind.REFUSAL, reasons=("甲行\n乙行",))))
    at = lines.index("乙行")
    assert lines[at - 1].endswith("甲行")


def test_marks_that_turn_a_sentence_round_are_shown_as_codes() -> None:
    text = text_of(render(a_paper(PaperKind.REFUSAL, reasons=("元001\u202e000元\u200f\x07",))))
    assert "元001〔U+202E〕000元〔U+200F〕〔U+0007〕" in text


def test_a_character_the_font_lacks_is_found_and_printed_as_its_code() -> None:
    assert missing_glyphs("欧阳䶮𬶋·古丽娜尔\n") == []
    assert missing_glyphs("陈𡋾𡋾兰") == ["𡋾"]

    paper = replace(FULL, applicant=PaperParty(name="陈𡋾"))
    assert unprintable(paper) == {"applicant.name": ["𡋾"]}
    assert "陈〔U+212FE〕" in text_of(render(paper))


def test_the_fonts_characters_are_those_the_font_library_finds() -> None:
    with (
        TTFont(pylopdf_fonts_zh_cn.serif_path(), lazy=True) as serif,
        TTFont(pylopdf_fonts_zh_cn.sans_path(), lazy=True) as sans,
    ):
        assert serif.getBestCmap().keys() & sans.getBestCmap().keys() == _characters()


@settings(max_examples=25)
@given(st.text(max_size=60), st.text(max_size=200))
def test_any_text_prints(name: str, reason: str) -> None:
    paper = a_paper(
        PaperKind.REFUSAL, applicant=PaperParty(name=name), reasons=(reason,), final=False
    )
    assert render(paper).startswith(b"%PDF-")


def test_a_paper_as_long_as_a_book_is_refused() -> None:
    with pytest.raises(PaperTooLongError):
        render(replace(FULL, outcome=("长" * 200_001,), kind=PaperKind.CLOSING_NOTICE))


def test_only_the_shipped_fonts_are_in_the_file() -> None:
    with pikepdf.open(io.BytesIO(render(FULL))) as pdf:
        names = {
            str(one["/FontName"])
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
        }
    families = {name.split("+")[1] for name in names}
    assert families == {"NotoSerifSC-Regular", "NotoSansSC-Regular"}


def test_the_square_can_be_read_from_the_printed_page() -> None:
    page = compose(FULL)
    printed = _compiler().compile(
        input=_templates() / f"{page['layout']}.typ",
        format="png",
        ppi=150,
        sys_inputs={"paper": msgspec.json.encode(page).decode()},
    )
    assert isinstance(printed, bytes)
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(printed)))
    assert [one.text for one in found] == ["https://hall.example/q?c=K7M2-9QPX"]


def test_a_square_is_the_same_for_the_same_text_and_has_a_limit() -> None:
    assert qr_svg("甲") == qr_svg("甲")
    assert qr_svg("x" * QR_BYTES_MAX)
    with pytest.raises(ValueError, match="at most"):
        qr_svg("x" * (QR_BYTES_MAX + 1))


def test_the_wording_has_a_row_for_each_kind_and_no_other() -> None:
    assert set(wording().papers) == set(PaperKind)


def test_importing_the_package_loads_no_engine() -> None:
    script = (
        "import sys, webui.documents;"
        "print([m for m in ('typst', 'segno', 'fontTools', 'pylopdf_fonts_zh_cn')"
        " if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    assert said.strip() == b"[]"
