"""How a table of clause rules is read: terms first, then the first rule that is broken."""

import pytest

from casework.clause_lint import (
    ClauseKind,
    ClauseLint,
    ClauseRule,
    ClauseTable,
    ClauseVerdict,
    Term,
    idle_words,
    normal,
)


def rule(code: str, pattern: str, **more: object) -> ClauseRule:
    given = {"verdict": ClauseVerdict.VAGUE, "reason": "“{found}”", "suggestion": "写明", **more}
    return ClauseRule(code=code, pattern=pattern, **given)  # type: ignore[arg-type]


TABLE = ClauseTable(
    words={"paper": "(?:材料|文件)", "other": "其[他它]", "all": "{other}{paper}"},
    terms=[Term("等级", "a word of its own")],
    rules=[
        rule("other", "{all}", verdict=ClauseVerdict.CATCH_ALL),
        rule("open", "等", unless="三项"),
        rule("able", "能力", kinds=(ClauseKind.CONDITION,)),
        rule("quoted", "◇的证明"),
    ],
)
LINT = ClauseLint(TABLE)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("其他材料", ClauseKind.MATERIAL, "other"),
        ("其它文件等", None, "other"),  # the first rule that is broken
        ("身份证等", None, "open"),
        ("身份证等三项", None, None),
        ("等级证书", None, None),  # a term is out of sight
        ("有能力", ClauseKind.CONDITION, "able"),
        ("有能力", ClauseKind.MATERIAL, None),
        ("有能力", None, "able"),  # of no kind: it may be either
        ("“等”字的证明", None, None),  # what is quoted is out of sight
        ("“我是我”的证明", None, "quoted"),
    ],
)
def test_the_first_rule_that_is_broken_stands(
    text: str, kind: ClauseKind | None, expected: str | None
) -> None:
    found = LINT.finding(text, kind)

    assert (found.rule if found else None) == expected


def test_a_finding_says_what_was_found_and_what_to_write() -> None:
    found = LINT.finding("身份证和其他材料。")

    assert found is not None
    assert found.verdict is ClauseVerdict.CATCH_ALL
    assert found.reason == "“其他材料”"
    assert found.suggestion == "写明"


@pytest.mark.parametrize("text", ["其 他\u3000材料", "其他材料。", "其他材\n料"])
def test_blanks_and_stops_hide_nothing(text: str) -> None:
    assert LINT.finding(text) is not None


def test_marks_are_read_alike_however_wide_they_are() -> None:
    assert normal("附件 (1:500), Ａ类;") == normal("附件（1：500），A类；")


@pytest.mark.parametrize("pattern", ["(", "{unknown}"])
def test_a_table_that_cannot_be_read_is_an_error(pattern: str) -> None:
    with pytest.raises(ValueError, match="broken"):
        ClauseLint(ClauseTable({}, [], [rule("broken", pattern)]))


def test_words_that_no_pattern_uses_are_found() -> None:
    assert list(idle_words(TABLE)) == []
    assert list(idle_words(ClauseTable({"idle": "x"}, [], []))) == ["idle"]
