"""What a posted form amounts to: every generated application, and the ways a person mistypes."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from casework.assessment import failed_conditions
from casework.facts import facts_of_intake
from casework.material import MaterialState
from casework.names import NodeId
from tests.county import catalogue, matter
from tests.webui.intake_cases import CHEN_XIULAN, a_counter, golden_cases, posted, typed
from webui.forms import Form
from webui.intake_decision import decision_of
from webui.intake_form import IntakeForm, read_intake

ALLOWANCE = matter("minimum-living-allowance")
ELDERLY = matter("elderly-allowance")
FELLING = matter("timber-felling-permit")
LICENCE = matter("food-business-licence", 1)


def intake_of(case: dict[str, Any]) -> IntakeForm:
    found = next(
        one
        for one in catalogue().matters
        if (one.id, one.version) == (case["matter"], case["version"])
    )
    village = case["expected"]["level"] == "assist"
    place = a_counter(NodeId(case["intake"]), case["channel"], village=village)
    on = datetime.fromisoformat(case["received_at"]).date()
    return read_intake(Form(posted(case)), found, place, on)


def test_every_generated_case_reads_without_an_error_and_ends_as_expected() -> None:
    wrong = []
    for case in golden_cases():
        intake, expected = intake_of(case), case["expected"]
        may = {"instant": ""} if expected["level"] in {"final", "county"} else {}
        may = {"collect": ""} if expected["level"] == "assist" else may
        found = intake.assessment()
        seen = {
            "next": decision_of(intake, may=may).next,
            "missing": list(found.missing),
            "failed_checks": list(found.failed_checks),
            "deferred": list(found.deferred),
            "failed_conditions": list(intake.failed_conditions()),
        }
        wanted = {key: expected[key] for key in seen}
        if intake.errors or seen != wanted:
            wrong.append((case["case"], dict(intake.errors.items()), seen, wanted))
    assert wrong == []


def test_every_generated_value_comes_back_as_it_was() -> None:
    for case in golden_cases():
        values = intake_of(case).form_values()
        assert {key: _plain(value) for key, value in values.items()} == {
            key: _plain(value) for key, value in case["form"].items()
        }, case["case"]


def test_every_generated_party_comes_back_as_it_was() -> None:
    for case in golden_cases():
        sheet, applicant = intake_of(case).applicant_sheet(), case["applicant"]
        assert sheet.applicant.id_number == applicant["id_number"]
        assert sheet.applicant.name == applicant["name"]
        assert sheet.home == case["home"]
        assert (sheet.agent is None) == (case["agent"] is None)
        if sheet.agent is not None:
            assert sheet.agent.id_number == case["agent"]["id_number"]
            assert sheet.relation == case["agent"]["relation"]


def test_what_is_signed_of_an_intake_is_judged_like_the_form() -> None:
    for case in golden_cases():
        intake = intake_of(case)
        assert intake.matter is not None
        facts = facts_of_intake(intake.intake())
        assert list(failed_conditions(intake.matter, facts)) == list(intake.failed_conditions())
        body = repr(intake.intake())
        assert case["applicant"]["id_number"] not in body
        assert case["applicant"]["name"] not in body


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        ("440229195806170024", "good", "校验通过 · 女 · 1958-06-17 · 翁源县"),
        ("４４０２２９ １９５８０６１７ ００２４", "good", "校验通过 · 女 · 1958-06-17 · 翁源县"),
        ("440229195806170020", "error", "校验不通过"),
        ("440229580617214", "error", "15 位的旧身份号码已停用"),
        ("4402291958061721", "error", "应为 18 位"),
        ("440229195813172146", "error", "出生日期不存在"),
        ("44022919580617214O", "error", "末位为数字或 X"),
    ],
)
def test_an_identity_number_says_what_is_right_or_wrong_with_it(
    number: str, kind: str, words: str
) -> None:
    note = typed(id_number=number).notes["id_number"]
    assert note.kind == kind
    assert words in note.text


def test_a_small_x_is_a_check_character() -> None:
    intake = typed(id_number="44022919701119008x")
    assert intake.parties.applicant.id_number == "44022919701119008X"
    assert intake.notes["id_number"].kind == "good"


def test_a_credit_code_warns_of_its_inner_code_and_refuses_a_wrong_check_character() -> None:
    organisation = {"kind": "2", "name": "翁源县示例食品有限公司", "representative": "陈样"}
    wrong = typed(LICENCE, **organisation, id_number="91440229MA00000125")
    assert "校验不通过" in wrong.errors.of("id_number")
    within = typed(LICENCE, **organisation, id_number="91440229MA0000019A")
    assert not within.errors.of("id_number")
    assert within.notes["id_number"].kind == "warn"
    short = typed(LICENCE, **organisation, id_number="91440229MA0000")
    assert "应为 18 位" in short.errors.of("id_number")


def test_a_name_with_a_character_the_printer_lacks_is_taken_with_a_warning() -> None:
    intake = typed(name="陈𡋾兰")
    assert not intake.errors.of("name")
    assert "该字库无此字：𡋾" in intake.notes["name"].text
    assert intake.unprintable == {"name": "𡋾"}
    assert typed(name="古丽娜尔•艾山").applicant_name == "古丽娜尔·艾山"
    assert "name" not in typed(name="欧阳䶮").notes


def test_an_empty_field_is_an_error_that_does_not_nag() -> None:
    intake = typed(phone="")
    assert intake.errors.of("phone") == "请填写联系电话"
    assert "phone" in intake.empty
    assert "phone" not in intake.notes
    wrong = typed(phone="1392234")
    assert wrong.notes["phone"].text == "手机号应为 11 位，座机加区号"
    assert wrong.errors.of("phone").startswith("联系电话：")


def test_an_agent_is_somebody_else() -> None:
    agent = {"has_agent": "1", "agent_name": "陈国强", "agent_relation": "子女"}
    same = typed(ALLOWANCE, **agent, agent_id_number=CHEN_XIULAN["id_number"])
    assert "申请人本人" in same.errors.of("agent_id_number")
    asked = typed(ALLOWANCE, has_agent="1")
    assert {"agent_name", "agent_id_number", "agent_relation"} <= asked.empty
    assert not typed(ALLOWANCE, **{**agent, "has_agent": ""}).has_agent


def test_a_passport_has_no_date_of_birth_so_it_is_asked_for() -> None:
    intake = typed(id_type="414", id_number="e１２３４５６７８", born_on="1940-02-03")
    assert intake.parties.applicant.id_number == "E12345678"
    assert intake.facts()["applicant.age"] == 86


def test_a_field_whose_condition_fails_is_neither_asked_nor_stored() -> None:
    small = typed(FELLING, **{"v-volume_m3": "12.5"})
    large = typed(FELLING, **{"v-volume_m3": "15.2"})
    conditional = [one.key for one in FELLING.form_fields if one.when is not None]
    assert conditional
    assert small.values.asked.isdisjoint(conditional)
    assert large.values.asked.issuperset(conditional)
    stray = typed(FELLING, **{"v-volume_m3": "12.5", f"v-{conditional[0]}": "typed before"})
    assert conditional[0] not in stray.form_values()
    assert stray.form_values()["volume_m3"] == "12.5"


def test_a_needed_paper_can_neither_be_waived_nor_put_off_against_the_matter() -> None:
    intake = typed(ALLOWANCE, **{"m-m1": "not_applicable", "m-m2": "deferred", "m-m3": "strange"})
    states = {one.material: one.state for one in intake.verdicts()}
    assert states["m1"] is MaterialState.MISSING
    assert states["m3"] is MaterialState.MISSING
    assert {"m1", "m2", "m3"} <= set(intake.assessment().missing)


def test_counts_of_sheets_are_the_usual_ones_until_typed() -> None:
    intake = typed(ALLOWANCE, **{"m-m2": "present", "k-m2": "3"})
    paper = next(one for one in intake.verdicts() if one.material == "m2")
    assert (paper.originals, paper.copies) == (1, 3)


def test_who_applies_a_month_before_the_birthday_is_judged_by_the_age_to_come() -> None:
    day_before = date(2026, 11, 20)
    number = "440229194612050046"
    form = Form.of({**CHEN_XIULAN, "id_number": number, "v-age_band": "80-89"})
    intake = read_intake(form, ELDERLY, a_counter(), day_before)
    assert not intake.errors.of("id_number")
    assert intake.facts()["applicant.age"] == 79
    assert intake.age_counted == 80
    assert intake.failed_conditions() == ()
    assert facts_of_intake(intake.intake())["applicant.age"] == 80


def test_a_condition_on_something_not_yet_typed_is_open_and_not_failed() -> None:
    assert typed(ELDERLY, id_number="").failed_conditions() == ()
    assert typed(ELDERLY).failed_conditions() != ()  # she is 68


def test_a_draft_keeps_what_was_typed_and_not_what_guards_the_form() -> None:
    intake = typed(ALLOWANCE, csrf_token="t", act="accept", revision="3", phone="1392234")
    assert intake.draft_fields()["phone"] == ["1392234"]
    assert not {"csrf_token", "act", "revision"} & set(intake.draft_fields())


def test_a_refusal_names_its_grounds_and_a_reason() -> None:
    bare = typed(ALLOWANCE, act="refuse_acceptance")
    assert {"grounds", "reason"} <= set(bare.errors)
    said = typed(ALLOWANCE, act="refuse_acceptance", grounds=["x1", "zz"], reason="拒绝核对")
    assert said.grounds == ("x1",)
    assert not {"grounds", "reason"} & set(said.errors)


def test_results_are_collected_at_any_hall_and_by_default_here() -> None:
    assert next(iter(a_counter().counters)) == "440229901-01"
    assert len(a_counter().counters) > 8
    assert typed(ALLOWANCE, pickup="440229902-01").intake().pickup == "440229902-01"
    assert typed(ALLOWANCE, pickup="nowhere").intake().pickup == "440229901-01"


def _plain(value: Any) -> Any:
    """A value without regard to how a number or a choice is written."""
    if isinstance(value, list):
        plain = [_plain(each) for each in value]
        return plain if value and isinstance(value[0], dict) else sorted(plain)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, bool):
        return value
    text = repr(value) if isinstance(value, float) else str(value)
    try:
        return Decimal(text).normalize()
    except ArithmeticError:
        return text
