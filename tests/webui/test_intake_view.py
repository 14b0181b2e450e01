"""The panel and the rows: what may be done, in whose words, and what a new version changes."""

from msgspec.structs import replace

from casework.matter import MatterVersion
from tests.county import catalogue, matter
from tests.webui.intake_cases import CHEN_XIULAN, TODAY, a_village, typed
from webui.forms import Form
from webui.intake_decision import DecisionView, decision_of
from webui.intake_form import read_intake
from webui.intake_newer import newer_version
from webui.intake_view import hidden_fields, material_rows

ALLOWANCE = matter("minimum-living-allowance")
OPEN = dict.fromkeys(
    ("accept", "accept_deferred", "notify_deficiency", "refuse_acceptance", "receive"), ""
)
ALL_PAPERS = {f"m-m{number}": "present" for number in range(1, 9)}


def panel(of: MatterVersion | None = ALLOWANCE, /, **fields: object) -> DecisionView:
    return decision_of(typed(of, **fields), may=OPEN)


def test_without_a_matter_the_panel_asks_for_one() -> None:
    assert panel(None).advice == "choose"
    assert panel(None).next == ""


def test_all_papers_can_be_accepted() -> None:
    view = panel(**ALL_PAPERS)
    assert (view.advice, view.next, view.missing) == ("accept", "accept", ())


def test_a_paper_to_follow_has_a_last_day() -> None:
    view = panel(**{**ALL_PAPERS, "v-main_cause": "illness", "m-m6": "deferred"})
    assert (view.advice, view.next) == ("defer", "accept_deferred")
    assert [one.text for one in view.deferred] == ["重大疾病诊断证明书"]
    assert view.supply_by is not None
    assert view.supply_by > TODAY


def test_a_missing_paper_says_whether_it_could_follow() -> None:
    view = panel(**{**ALL_PAPERS, "v-main_cause": "illness", "m-m6": "missing", "m-m1": "missing"})
    assert (view.advice, view.next) == ("supplement", "notify_deficiency")
    assert [(one.text, one.can_defer) for one in view.missing] == [
        ("最低生活保障申请表", False),
        ("重大疾病诊断证明书", True),
    ]
    assert view.missing[0].anchor == "row-m1"


def test_a_failed_check_names_the_paper_and_the_question() -> None:
    view = panel(**ALL_PAPERS, **{"x-m2": ["m2.b"]})
    assert view.advice == "supplement"
    (fault,) = view.faults
    assert fault.text == "共同生活家庭成员居民身份证"
    assert "有效期限" in fault.detail


def test_a_condition_that_does_not_hold_leads_to_a_refusal() -> None:
    view = panel(**ALL_PAPERS, **{"q-c2": "0"})
    assert (view.advice, view.next) == ("refuse", "refuse_acceptance")
    assert "家庭财产" in view.conditions[0].text


def test_the_main_button_explains_itself_where_the_act_is_not_open() -> None:
    view = decision_of(typed(ALLOWANCE, **ALL_PAPERS), may={**OPEN, "accept": "没有授权"})
    assert view.why == "没有授权"


def test_an_instant_matter_is_done_at_once_only_where_it_may_be_decided() -> None:
    instant = next(one for one in catalogue().matters if one.is_instant)
    papers = {f"m-{one.id}": "present" for one in instant.materials}
    here = decision_of(typed(instant, **papers), may={**OPEN, "instant": ""})
    elsewhere = decision_of(typed(instant, **papers), may={**OPEN, "instant": "没有授权"})
    assert (here.next, elsewhere.next) == ("instant", "accept")


def test_a_village_collects_and_is_told_what_is_missing() -> None:
    answers = {f"q-c{number}": "1" for number in (1, 2, 3)}
    form = Form.of({**CHEN_XIULAN, "channel": "village_agent", **answers})
    view = decision_of(read_intake(form, ALLOWANCE, a_village(), TODAY), may={"collect": ""})
    assert (view.advice, view.next, view.why) == ("collect", "collect", "")
    assert view.missing


def test_conditions_that_nobody_looked_at_keep_the_acceptance_closed() -> None:
    view = panel(**ALL_PAPERS, **{"q-c2": "1"})
    assert [one.anchor for one in view.unseen] == ["condition-c1", "condition-c3"]
    assert view.is_open
    assert (view.next, view.why) == ("accept", "受理条件还有 2 条没有核对，请先核对")
    assert view.offers["receive"] == ""


def test_papers_in_hand_without_a_picture_are_counted() -> None:
    assert panel(**{"m-m1": "present", "m-m2": "cited"}).without_pictures == 1


def test_what_is_empty_is_kept_apart_from_what_is_wrong() -> None:
    view = panel(phone="139", name="")
    assert [one.anchor for one in view.wrong] == ["f-phone"]
    assert "f-name" in {one.anchor for one in view.unfilled}


def test_a_paper_shows_why_it_is_not_asked_for() -> None:
    rows = {row.id: row for row in material_rows(typed(ALLOWANCE))}
    assert not rows["m5"].need.needed
    assert rows["m1"].closed == ("deferred", "not_applicable")
    disabled = typed(ALLOWANCE, **{"v-has_disabled": "1"})
    rows = {row.id: row for row in material_rows(disabled)}
    assert rows["m5"].need.needed
    assert "cited" in rows["m2"].choices
    assert "cited" not in rows["m1"].choices


def test_what_is_not_asked_for_stays_out_of_sight() -> None:
    hidden = hidden_fields(typed(ALLOWANCE))
    assert {"agent", "born_on", "representative"} <= set(hidden)
    assert "pickup" not in hidden
    shown = hidden_fields(typed(ALLOWANCE, has_agent="1", id_type="414", delivery="post"))
    assert {"agent", "born_on"}.isdisjoint(shown)
    assert "pickup" in shown


def test_a_new_version_says_what_it_changes() -> None:
    old, new = matter("birth-registration", 1), matter("birth-registration", 2)
    newer = newer_version(old, new)
    assert newer is not None
    assert newer.ref == "birth-registration@2"
    assert any(change.kind == "material_removed" for change in newer.changes)
    assert newer_version(new, new) is None
    assert newer_version(new, None) is None
    asks_more = replace(
        new, form_fields=(*new.form_fields, replace(new.form_fields[0], label="新"))
    )
    changed = newer_version(new, replace(asks_more, version=3))
    assert changed is not None
    assert [change.name for change in changed.changes] == ["新"]
