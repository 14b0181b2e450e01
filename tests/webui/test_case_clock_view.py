"""What officers read of a case's time: dates with reasons, steps with owners, warnings."""

from datetime import datetime

import pytest
from jinja2 import Environment
from msgspec.structs import replace

from casework import act as acts
from casework.act import FactItem
from casework.case import Case
from casework.ledger import Holder
from casework.matter import DeemedEffect, MatterVersion
from casework.organisation import PositionKind
from casework.steps import Awaited, StepState
from casework.warnings import CaseWarning, WarningCode
from tests.builders import COUNTY, INTAKE
from tests.casework.test_steps import ACCEPTED, DECIDED, RECEIVED
from tests.casework.timelines import VERDICTS, a_case, county, on, special, town
from tests.county import calendar, catalogue, matter
from tests.webui.case_builders import names
from webui.assets import load_assets
from webui.case_assets import CASE_ASSETS
from webui.case_clock_view import LedgerView, ledger_view, warning_view
from webui.case_given import CaseGiven
from webui.case_view import ClocksView
from webui.case_words import sections
from webui.list_view import late_tags
from webui.templating import create_environment

ALLOWANCE = matter("minimum-living-allowance")
RENEWAL = matter("small-workshop-renewal")


@pytest.fixture(scope="module")
def environment() -> Environment:
    return create_environment(load_assets(CASE_ASSETS))


def given(case: Case, now: datetime, of: MatterVersion = ALLOWANCE) -> CaseGiven:
    return CaseGiven(
        case=case,
        matter=of,
        calendar=calendar(),
        now=now,
        node=COUNTY,
        names=names(),
        base_url="/cases/x",
        why_not={},
    )


def told(case: Case, day: str, of: MatterVersion = ALLOWANCE) -> LedgerView:
    return ledger_view(given(case, on(day), of))


@pytest.mark.parametrize(
    ("section", "codes"),
    [
        ("case_warning", WarningCode),
        ("step_state", StepState),
        ("awaited", Awaited),
        ("holder", Holder),
        ("deemed_effect", DeemedEffect),
    ],
)
def test_every_code_has_its_words(section: str, codes: type) -> None:
    assert {code.value for code in codes} <= set(sections()[section])  # type: ignore[attr-defined]


def test_every_owner_of_a_step_has_words() -> None:
    steps = [step for each in catalogue().matters for step in each.steps]
    assert {step.position for step in steps} <= set(sections()["position"]) <= set(PositionKind)
    assert {step.tier for step in steps} <= set(sections()["tier_unit"])


def test_who_let_a_receipt_lapse_is_said_with_its_days() -> None:
    view = told(a_case(*RECEIVED), "11-12")
    (note,) = view.notes
    assert note == (
        "11月2日由龙仙镇便民服务中心收件，至 11月9日 下班未作任何告知，已视为受理，"
        "尚未补记；办理时限自 11月2日 起算（当日不计入）。"
    ).replace("龙仙镇便民服务中心", names().node(a_case(*RECEIVED).pen))
    (warning,) = view.warnings
    assert warning.text.startswith("告知期限已于11月9日届满，本件已视为受理")
    assert warning.kind == "error"
    recorded = told(a_case(*RECEIVED, town(acts.DeemAccepted(), "11-12")), "11-12")
    assert "尚未补记" not in recorded.notes[0]


def test_steps_are_shown_with_owner_and_who_did_them() -> None:
    view = told(a_case(*DECIDED), "11-19")
    shown = {step.name: step for step in view.steps}
    assert shown["受理"].owner == "镇（街道）·受理人员"
    assert shown["受理"].done.startswith("11月3日 ")
    assert shown["民主评议"].state_words == "未单独办理"
    assert shown["出件"].state == "current"
    assert view.current == "出件"


def test_a_special_procedure_has_a_clock_that_tells_its_promise() -> None:
    view = told(a_case(*ACCEPTED, town(special("P1", "11-10"), "11-03")), "11-12")
    (clock,) = (each for each in view.clocks if each.name == "special")
    assert clock.title == "特别程序：初审公示"
    assert clock.note == "本程序时限 7 日，已告知申请人预计 11月10日 结束；已用 9 日"
    assert clock.lamp.colour == "red"
    promised = next(each for each in view.clocks if each.name == "promised")
    assert any("初审公示，计时暂停" in line.text for line in promised.lines)


def test_the_days_of_each_side_are_told() -> None:
    case = a_case(
        *RECEIVED,
        town(acts.NotifyDeficiency(VERDICTS, "2026-12-02"), "11-05"),
        town(acts.Supplement(VERDICTS), "11-10"),
    )
    shares = [
        (each.whose, each.days, each.used, each.beyond) for each in told(case, "11-11").shares
    ]
    assert shares == [
        ("受理", "11月2日 — 11月5日", 3, 2),
        ("申请人补交材料", "11月5日 — 11月10日", 3, 0),
        ("受理", "11月10日起", 1, 0),
    ]


def test_a_licence_that_renews_itself_is_named_with_its_day() -> None:
    intake = replace(INTAKE, facts=(FactItem("expires_on", "2026-12-06"),))
    case = a_case(
        town(acts.Receive(intake, VERDICTS), "11-02"),
        town(acts.Accept(VERDICTS), "11-03"),
        county(acts.Take(), "11-04"),
    )
    near, over = told(case, "12-04", RENEWAL), told(case, "12-07", RENEWAL)
    assert near.warnings[0].text == "今天之后再无工作日：到12月6日逾期未作决定的，将视为准予"
    assert over.warnings[0].text == (
        "期限已于12月6日届满，未作出决定：有效期届满前未作出决定的，视为准予延续。"
    )
    assert "原证有效期至 2026-12-06，不因暂停或者延期改变。" in over.notes


@pytest.mark.parametrize("code", WarningCode)
@pytest.mark.parametrize("days", [0, 1])
def test_a_warning_is_a_whole_sentence(code: WarningCode, days: int) -> None:
    warned = CaseWarning(code=code, days=days, on=on("11-20").date(), name="公示")
    text = warning_view(warned, RENEWAL).text
    assert "{" not in text
    assert len(text) > 10


def test_the_dialog_shows_dates_steps_and_days(environment: Environment) -> None:
    case = a_case(*ACCEPTED, town(special("P1", "11-10"), "11-03"))
    view = ClocksView(number="A-1", base_url="/cases/x", ledger=told(case, "11-12"))
    for page in ("_clocks_dialog.html", "_clocks.html"):
        html = environment.get_template(f"kit/case/{page}").render(view=view)
        for said in ("为什么是这一天", "办理环节", "各方用时", "特别程序：初审公示", "日历第"):
            assert said in html


def test_a_row_tells_what_is_late_within_a_case_that_is_paused() -> None:
    case = a_case(*ACCEPTED, town(special("P1", "11-10"), "11-03"))

    def tags(day: str) -> list[str]:
        return [tag.text for tag in late_tags(case, ALLOWANCE, calendar(), on(day))]

    assert tags("11-10") == []
    assert tags("11-12") == ["程序超期"]
    slow = a_case(*ACCEPTED)
    assert [tag.text for tag in late_tags(slow, ALLOWANCE, calendar(), on("11-18"))] == ["环节超期"]
    assert late_tags(a_case(*RECEIVED), ALLOWANCE, calendar(), on("11-30")) == ()
