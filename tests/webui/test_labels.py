"""Every code has words, and every error says what to do."""

from collections.abc import Iterator
from enum import StrEnum

import pytest

from casework import case, clock, delegation, lamp, material
from casework import errors as casework_errors
from webui import errors as web_errors
from webui import labels


def _codes(kind: type[Exception]) -> Iterator[str]:
    yield str(kind.code)  # type: ignore[attr-defined]
    for below in kind.__subclasses__():
        yield from _codes(below)


def test_every_code_in_every_table_has_words() -> None:
    for table, words in labels.tables().items():
        assert words, table
        for code, text in words.items():
            assert code.strip(), table
            assert text.strip(), (table, code)


@pytest.mark.parametrize("kind", [casework_errors.CaseworkError, web_errors.WebError])
def test_every_refusal_has_a_sentence(kind: type[Exception]) -> None:
    missing = [code for code in _codes(kind) if code not in labels.ERRORS]
    assert missing == []


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("status", case.Status),
        ("deferred", case.Deferral),
        ("closing", case.Closure),
        ("lamp", lamp.LampWord),
        ("colour", lamp.Colour),
        ("clock", clock.ClockName),
        ("clock_state", clock.ClockState),
        ("level", delegation.Level),
        ("necessity", material.Necessity),
        ("material_form", material.MaterialForm),
        ("material_state", material.MaterialState),
    ],
)
def test_every_value_of_the_rules_has_a_word(table: str, codes: type[StrEnum]) -> None:
    for code in codes:
        assert not labels.label(table, code).startswith("未知"), code


def test_a_code_we_do_not_know_is_shown_and_does_not_break_the_page() -> None:
    assert labels.label("status", "brand_new") == "未知（brand_new）"
    assert "E_BRAND_NEW" in labels.error_text("E_BRAND_NEW")


def test_what_is_saved_here_is_never_called_a_success() -> None:
    assert not any("成功" in text for words in labels.tables().values() for text in words.values())
    assert not any("成功" in text for text in labels.ERRORS.values())


def test_a_collected_case_is_not_shown_to_the_public_as_accepted() -> None:
    assert "受理" not in labels.label("status_public", "collected")


def test_a_light_says_how_many_days() -> None:
    overdue = lamp.Lamp(lamp.Colour.RED, lamp.LampWord.OVERDUE, 1)
    assert labels.lamp_text(overdue) == "超期 1 日"
    paused = lamp.Lamp(lamp.Colour.GREY, lamp.LampWord.PAUSED, 0)
    assert labels.lamp_text(paused) == "已暂停"
