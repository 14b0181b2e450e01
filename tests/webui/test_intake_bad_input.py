"""What a hand, a paste or an attacker can put into a field: a sentence, and the form kept."""

import pytest

from tests import county
from tests.webui.intake_cases import typed
from webui.forms import neutral_cell

ALLOWANCE = county.matter("minimum-living-allowance")
FOOD = county.matter("food-business-licence")
COMPANY = {"kind": "2", "id_number": "92440229MA00000070"}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "陈" * 300, "姓名过长"),
        ("address", "青" * 201, "联系地址最多 200 个字，请删减"),
        ("id_number", "440229580617002", "15 位的旧身份号码已停用"),
        ("id_number", "440229190002290010", "出生日期不存在"),
        ("id_number", "=HYPERLINK(1)", "18 位"),
        ("phone", "<script>alert(1)</script>", "手机号应为 11 位"),
        ("v-household_size", "一", "应为数字"),
        ("v-housing_area", "9" * 40, "最多"),
        ("v-bank_account", "6200008052621020126", "银行账号校验不通过"),
        ("licence_copies", "三", "应为数字"),
        ("deliver_to", "长" * 201, "送达地址最多 200 个字，请删减"),
        ("reason", "由" * 1001, "不予受理的说明最多 1000 个字，请删减"),
    ],
)
def test_what_cannot_be_is_told_in_words_and_stays_typed(field: str, value: str, said: str) -> None:
    form = typed(ALLOWANCE, **{"delivery": "post", "address": "青云村", field: value})

    assert said in form.errors.of(field)
    assert form.form.typed(field) == value
    assert form.draft_fields()[field] == [value]


def test_a_pasted_line_break_in_one_line_becomes_a_space() -> None:
    form = typed(FOOD, **COMPANY, **{"v-premises_address": "龙仙镇\r\n建国路\t1 号"})

    assert form.values.of["premises_address"] == "龙仙镇 建国路 1 号"


def test_full_width_digits_are_read_as_digits() -> None:
    form = typed(
        ALLOWANCE,
        id_number="４４０２２９１９５８０６１７００２４",
        phone="１３９２２３４５６７８",
        **{"v-household_size": "２", "v-bank_account": "６２０００08052621020125"},
    )

    assert form.parties.applicant.id_number == "440229195806170024"
    assert form.parties.applicant.phone == "13922345678"
    assert form.values.of["household_size"] == 2
    assert form.values.of["bank_account"] == "6200008052621020125"


def test_who_was_born_on_29_february_has_an_age_every_day() -> None:
    form = typed(ALLOWANCE, id_number="440229198802290014")

    assert form.errors.of("id_number") == ""
    assert form.facts()["applicant.age"] == 38
    assert form.age_counted == 38


@pytest.mark.parametrize("field", ["name", "agent_name"])
def test_a_name_that_cannot_be_printed_warns_at_its_own_field(field: str) -> None:
    agent = {"has_agent": "1", "agent_id_number": "440229198802290014", "agent_relation": "子女"}
    form = typed(ALLOWANCE, **{"agent_name": "陈小明", **agent, field: "陈𡋾"})

    assert "该字库无此字：𡋾" in form.notes[field].text
    assert form.errors.of(field) == ""
    assert form.unprintable == {field: "𡋾"}


def test_a_script_or_a_formula_is_text_and_nothing_else() -> None:
    script = typed(ALLOWANCE, name="<b>陈</b>")
    formula = typed(ALLOWANCE, address="=1+1")

    assert script.applicant_name == "<b>陈</b>"
    assert "少见的符号" in script.notes["name"].text
    assert formula.parties.applicant.address == "=1+1"
    assert neutral_cell(formula.parties.applicant.address) == "'=1+1"
