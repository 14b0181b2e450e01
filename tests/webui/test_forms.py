"""From what was typed to values, and messages beside the fields."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webui.forms import Form, neutral_cell, one_line


def typed(**fields: str) -> Form:
    return Form({name: [value] for name, value in fields.items()})


def test_digits_and_letters_typed_full_width_are_plain() -> None:
    form = typed(id="　４４０２２９\n１９５８０６１７２１４ｘ ")
    assert form.text("id", label="号码") == "440229 19580617214x"


def test_a_pasted_line_break_does_not_end_up_in_a_single_line() -> None:
    assert one_line("陈秀\r\n兰\t 女") == "陈秀 兰 女"


def test_names_keep_rare_characters_and_the_middle_dot() -> None:
    form = typed(name=" 阿依古丽·买买提 ", rare="䶮𬶋")
    assert form.name("name", label="姓名") == "阿依古丽·买买提"
    assert form.name("rare", label="姓名") == "䶮𬶋"
    assert not form.errors


def test_what_nobody_sees_is_dropped_and_control_characters_are_refused() -> None:
    form = typed(name="陈\u200b秀\u202e兰", bad="陈\x00兰")
    assert form.name("name", label="姓名") == "陈秀兰"
    form.name("bad", label="姓名")
    assert "不能使用的字符" in form.errors.of("bad")


def test_errors_come_in_the_order_of_the_fields_one_for_each() -> None:
    form = typed(name="", phone="1" * 30, age="abc")
    form.text("name", label="姓名", required=True)
    form.text("phone", label="联系电话", length_max=11)
    form.integer("age", label="年龄")
    assert list(form.errors) == ["name", "phone", "age"]
    assert form.errors.of("name") == "请填写姓名"
    assert form.errors.of("phone") == "联系电话最多 11 个字，请删减"
    assert form.typed("phone") == "1" * 30


def test_numbers_dates_and_choices() -> None:
    form = typed(
        volume="１５.２", people="1,200", on="2026/11/20", level="final", sly="root", agree="on"
    )
    assert form.decimal("volume", label="立方米") == Decimal("15.2")
    assert form.integer("people", label="人数") == 1200
    assert form.day("on", label="日期") == date(2026, 11, 20)
    assert form.choice("level", {"final", "accept"}, label="权限") == "final"
    assert form.flag("agree")
    assert not form.errors
    assert form.choice("sly", {"final", "accept"}, label="权限") is None
    assert form.errors.of("sly") == "请选择权限"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999999", "十五", "1.5.2", "--1"])
def test_odd_numbers_are_refused_and_do_no_harm(text: str) -> None:
    form = typed(number=text)
    form.integer("number", label="数量", low=0, high=1000)
    assert form.errors.of("number")


def test_ticked_boxes_are_of_the_set_and_counted_once() -> None:
    form = Form({"power": ["decide", "decide", "coordinate"], "other": ["decide", "rule"]})
    powers = {"decide", "coordinate"}
    assert form.chosen("power", powers, label="权限") == ("decide", "coordinate")
    form.chosen("other", powers, label="权限")
    assert form.errors.of("other")


def test_a_form_can_be_filled_in_advance() -> None:
    form = Form.of({"name": "陈秀兰", "copies": 3, "tags": ["a", "b"], "empty": None})
    assert form.typed("copies") == "3"
    assert form.typed_all("tags") == ["a", "b"]
    assert form.typed("empty") == ""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert neutral_cell(text) == "'" + text


def test_numbers_stay_numbers_in_a_spreadsheet() -> None:
    assert neutral_cell(-5) == "-5"
    assert neutral_cell(None) == ""


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    form = typed(a=text)
    value = form.text("a", label="字段")
    form.long_text("a", label="字段")
    form.day("a", label="字段")
    form.decimal("a", label="字段")
    assert "\n" not in value
    assert one_line(value) == value
