"""Fees, wishes and commitments on the intake form (requirements C10, H2; issue 3)."""

import msgspec
import pytest

from casework.act import SettleFee
from casework.assessment import materials_for
from casework.condition import COMMITMENT_FACT
from casework.facts import facts_of_intake
from casework.matter import MatterVersion, promised_limit, scenario_for
from casework.party import ApplicantSheet
from tests import county
from tests.webui.intake_cases import typed
from webui.intake_decision import decision_of
from webui.intake_refill import refill
from webui.intake_view import hidden_fields

TRANSFER = county.matter("real-estate-transfer")  # one fee with the result, one before acceptance
PASSPORT = county.matter("ordinary-passport")
TIMBER = county.matter("timber-felling-permit")
SOIL = county.matter("soil-conservation-approval")
DRAINAGE = county.matter("drainage-permit")
COMPANY = {"kind": "2", "id_number": "92440229MA00000070", "representative": "陈秀兰"}


def settlements(matter: MatterVersion, **fields: object) -> list[SettleFee]:
    return [one.settlement for one in typed(matter, **fields).fees if one.settlement is not None]


def test_a_fee_of_a_fixed_amount_is_paid_by_one_key() -> None:
    assert settlements(PASSPORT, **{"fee-0": "paid"}) == [SettleFee(0, 12_000, None)]
    assert settlements(PASSPORT, **{"fee-0": "paid", "fee-0-yuan": "1"})[0].paid_fen == 12_000


def test_an_amount_that_the_list_leaves_open_is_typed_to_the_fen() -> None:
    assert settlements(TRANSFER, **{"fee-1": "paid", "fee-1-yuan": "１２３.45"}) == [
        SettleFee(1, 12_345, None)
    ]
    for amount, said in (("", "请填写"), ("1.005", "2 位小数"), ("-3", "应在"), ("=1+1", "数字")):
        form = typed(TRANSFER, **{"fee-1": "paid", "fee-1-yuan": amount})
        assert said in form.errors.of("fee-1-yuan"), amount


def test_a_fee_is_waived_only_on_a_ground_of_the_list() -> None:
    assert settlements(TRANSFER, **{"fee-0": "waived", "fee-0-why": "1"}) == [SettleFee(0, 0, 1)]
    for why in ("", "7"):
        form = typed(TRANSFER, **{"fee-0": "waived", "fee-0-why": why})
        assert "免缴理由" in form.errors.of("fee-0-why")
    # No ground is listed for this one: it cannot be waived.
    assert settlements(TRANSFER, **{"fee-1": "waived"}) == []


@pytest.mark.parametrize("act", ["accept", "accept_deferred", "instant"])
def test_what_is_due_before_acceptance_is_owed_until_it_is_settled(act: str) -> None:
    owed = typed(TRANSFER, act=act, **{"fee-1": "later"})
    paid = typed(TRANSFER, act=act, **{"fee-1": "paid", "fee-1-yuan": "300"})

    assert "契税须在受理前缴清" in owed.errors.of("fee-1")
    assert paid.errors.of("fee-1") == ""
    assert paid.errors.of("fee-0") == ""


def test_a_notice_of_what_is_missing_waits_for_no_fee_and_the_panel_names_it() -> None:
    form = typed(TRANSFER, act="notify_deficiency")
    panel = decision_of(form, may={"accept": ""})

    assert form.errors.of("fee-1") == ""
    assert [lack.text for lack in panel.owed] == ["契税"]


def test_wishes_are_in_the_sheet_and_not_in_what_is_signed_openly() -> None:
    form = typed(TIMBER, tell="phone", licence_copies="2", delivery="post", deliver_to="青云村3号")
    sheet = form.applicant_sheet()
    body = msgspec.json.encode(form.intake()).decode()

    assert sheet.wishes is not None
    assert (sheet.wishes.tell, sheet.wishes.licence_copies) == ("phone", 2)
    assert sheet.wishes.deliver_to == "青云村3号"
    assert "青云村" not in body
    again = msgspec.json.decode(msgspec.json.encode(sheet), type=ApplicantSheet)
    assert typed(TIMBER, **refill(again, None, form.intake())).applicant_sheet() == sheet


def test_a_result_that_is_posted_needs_an_address() -> None:
    assert typed(TIMBER, delivery="post").errors.of("deliver_to") == "请填写送达地址"
    assert typed(TIMBER, delivery="post", address="青云村").errors.of("deliver_to") == ""
    assert "deliver_to" in hidden_fields(typed(TIMBER))
    assert "deliver_to" not in hidden_fields(typed(TIMBER, delivery="home"))
    assert "0 到 20" in typed(TIMBER, licence_copies="21").errors.of("licence_copies")


def test_a_commitment_is_offered_only_to_whom_it_fits() -> None:
    small, large = typed(TIMBER, **{"v-volume_m3": "8"}), typed(TIMBER, **{"v-volume_m3": "30"})

    assert decision_of(small, may={}).commitment == "ask"
    assert decision_of(large, may={}).commitment == ""
    assert "commitment-card" in hidden_fields(large)
    assert typed(TIMBER, commitment="1", **{"v-volume_m3": "30"}).commitment is None


def test_who_commits_states_that_nothing_excludes_them() -> None:
    fields = {"v-volume_m3": "8", "commitment": "1"}
    silent, stated = typed(TIMBER, **fields), typed(TIMBER, **fields, not_excluded="1")

    assert "严重失信主体" in silent.errors.of("not_excluded")
    assert stated.errors.of("not_excluded") == ""
    facts = facts_of_intake(stated.intake())
    assert facts[COMMITMENT_FACT] is True
    assert decision_of(stated, may={}).commitment == "made"


def test_a_commitment_selects_its_scenario_and_declining_it_does_not() -> None:
    made = typed(TIMBER, commitment="1", not_excluded="1", **{"v-volume_m3": "8"}).facts()
    declined = typed(TIMBER, commitment="0", **{"v-volume_m3": "8"}).facts()

    chosen = scenario_for(TIMBER, made)
    assert chosen is not None
    assert chosen.id == "commitment"
    ordinary = scenario_for(TIMBER, declined)
    assert ordinary is not None
    assert ordinary.id == "ordinary"
    assert promised_limit(TIMBER, made).value == 1
    assert promised_limit(TIMBER, declined) == TIMBER.limits.promised


@pytest.mark.parametrize(
    ("matter", "fields", "commitment", "survey"),
    [
        (TIMBER, {"v-volume_m3": "8.5"}, {"m4"}, {"m5", "m6"}),
        (SOIL, {"v-land_area": "3", **COMPANY}, {"m3"}, {"m4"}),
    ],
)
def test_who_declines_brings_the_papers_of_the_ordinary_way(
    matter: MatterVersion, fields: dict[str, str], commitment: set[str], survey: set[str]
) -> None:
    made = typed(matter, commitment="1", not_excluded="1", **fields).facts()
    declined = typed(matter, commitment="0", **fields).facts()

    committed = {need.requirement.id for need in materials_for(matter, made)}
    ordinary = {need.requirement.id for need in materials_for(matter, declined)}

    assert committed - ordinary == commitment
    assert ordinary - committed == survey


def test_a_commitment_without_a_scenario_stands_for_the_paper_that_could_come_later() -> None:
    unasked = typed(DRAINAGE, **COMPANY).facts()
    asked = {need.requirement.id for need in materials_for(DRAINAGE, unasked)}
    made = typed(DRAINAGE, commitment="1", not_excluded="1", **COMPANY).facts()
    needed = {need.requirement.id for need in materials_for(DRAINAGE, made)}

    assert asked - needed == {"m5"}
    # What is signed says the same as the form, at every tier.
    wire = facts_of_intake(typed(DRAINAGE, commitment="1", not_excluded="1", **COMPANY).intake())
    assert {need.requirement.id for need in materials_for(DRAINAGE, wire)} == needed


def test_a_question_answered_with_no_fails_and_one_with_yes_clears_what_was_found_before() -> None:
    found = {"m-m2": "present", "x-m2": ["m2.a"]}

    def failed(**fields: object) -> tuple[str, ...]:
        return typed(TIMBER, **found, **fields).assessment().failed_checks

    assert failed() == ("m2.a",)
    assert failed(**{"y-m2-m2.a": "1", "y-m2-m2.b": "0"}) == ("m2.b",)
    assert decision_of(typed(TIMBER, **found), may={}).failed == ("m2.a",)
