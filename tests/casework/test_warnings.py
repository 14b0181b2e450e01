"""What time is about to bring about is said before it bites, and never too early."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework import act as acts
from casework.act import FactItem
from casework.case import Case
from casework.deemed import deemed_decided, licence_expires_on
from casework.facts import EXPIRES_ON, fields_read
from casework.ledger import ledger_of
from casework.matter import MatterVersion, StepAct
from casework.step_clocks import StepClock
from casework.warnings import CaseWarning, WarningCode, warned_from, warnings_of
from tests.builders import INTAKE
from tests.casework.test_steps import ACCEPTED, RECEIVED, SOME_ACTS, any_case
from tests.casework.timelines import (
    ACCEPT,
    GRANT,
    VERDICTS,
    Told,
    a_case,
    county,
    on,
    special,
    town,
)
from tests.county import calendar, catalogue, matter

ALLOWANCE = matter("minimum-living-allowance")
SIGN = matter("outdoor-advertising")
RENEWAL = matter("small-workshop-renewal")


def warned(
    case: Case, day: str, of: MatterVersion = ALLOWANCE, hour: int = 10
) -> tuple[CaseWarning, ...]:
    now = on(day, hour)
    book = ledger_of(case, of, calendar(), now, with_lines=False)
    return warnings_of(book, case, of, calendar(), calendar().day_of(now))


def said(case: Case, day: str, of: MatterVersion = ALLOWANCE) -> list[tuple[str, int]]:
    """Without the steps: nearly every case of these stories has a step that is late."""
    return [
        (each.code.value, each.days)
        for each in warned(case, day, of)
        if each.code is not WarningCode.STEP_OVERDUE
    ]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("11-05", []),
        ("11-06", [("deemed_acceptance_near", 1)]),
        ("11-09", [("deemed_acceptance_near", 0)]),
        ("11-10", [("deemed_accepted", 1)]),
    ],
)
def test_an_acceptance_by_silence_is_said_one_working_day_ahead(
    day: str, told: list[tuple[str, int]]
) -> None:
    assert said(a_case(*RECEIVED), day) == told


def test_once_it_is_on_record_nothing_more_is_warned_of() -> None:
    assert said(a_case(*RECEIVED, town(acts.DeemAccepted(), "11-11")), "11-12") == []


def test_a_receipt_is_warned_of_by_its_own_limit_and_not_by_the_day_of_the_window() -> None:
    """The matter gives one working day for the acceptance; the law gives five."""
    case = a_case(*RECEIVED)
    late = [each for each in step_clocks_of(case, "11-05") if each.clock.overdue]

    assert [each.step.act for each in late] == [StepAct.ACCEPT]
    assert warned(case, "11-05") == ()
    assert warned_from(case, ALLOWANCE, calendar(), on("11-03")) == date(2026, 11, 6)


def step_clocks_of(case: Case, day: str) -> tuple[StepClock, ...]:
    return ledger_of(case, ALLOWANCE, calendar(), on(day), with_lines=False).steps


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("11-25", []),
        ("11-26", [("deemed_decision_near", 3)]),
        ("12-01", [("deemed_decision_near", 0)]),
        ("12-02", [("deemed_decided", 1)]),
    ],
)
def test_the_expiry_that_grants_is_said_three_working_days_ahead(
    day: str, told: list[tuple[str, int]]
) -> None:
    assert said(a_sign("sign"), day, SIGN) == told
    assert said(a_sign("sign", county(GRANT, "11-24")), day, SIGN) == []
    assert said(a_sign("pillar"), day, SIGN) == [], "the matter says so of signs over shops alone"
    assert said(a_case(*ACCEPTED), day) == [], "no consequence where the matter has none"


def a_sign(kind: str, *more: Told) -> Case:
    intake = replace(INTAKE, facts=(FactItem("ad_kind", kind),))
    return a_case(town(acts.Receive(intake, VERDICTS), "11-02"), town(ACCEPT, "11-03"), *more)


def test_a_consequence_is_only_announced_while_the_calendar_is_provisional() -> None:
    intake = replace(INTAKE, facts=(FactItem("ad_kind", "sign"),))
    case = a_case(town(acts.Receive(intake, VERDICTS), "12-10"), town(ACCEPT, "12-11"))
    (near,) = (w for w in warned(case, "2027-01-07", SIGN) if w.code != "step_overdue")
    assert (near.code, near.provisional) == (WarningCode.DEEMED_DECISION_NEAR, True)
    assert said(case, "2027-01-20", SIGN) == [("deemed_decision_near", 0)]


def a_renewal(expires_on: str | None, *more: Told) -> Case:
    facts = (FactItem(EXPIRES_ON, expires_on),) if expires_on else ()
    intake = replace(INTAKE, facts=facts)
    return a_case(town(acts.Receive(intake, VERDICTS), "11-02"), town(ACCEPT, "11-03"), *more)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("11-30", []),
        ("12-01", [("deemed_decision_near", 3)]),
        ("12-06", [("deemed_decision_near", 0)]),  # a Sunday, the last day of the licence
        ("12-07", [("deemed_decided", 1)]),
    ],
)
def test_a_licence_not_decided_on_before_it_expires_is_renewed(
    day: str, told: list[tuple[str, int]]
) -> None:
    assert said(a_renewal("2026-12-06"), day, RENEWAL) == told


def test_no_pause_and_no_calendar_moves_the_expiry_of_a_licence() -> None:
    waiting = a_renewal("2026-12-06", county(special("P1", "12-10"), "11-20"))
    assert ("deemed_decided", 1) in said(waiting, "12-07", RENEWAL)
    provisional = a_renewal("2027-01-02")
    assert said(provisional, "2027-01-04", RENEWAL)[0] == ("deemed_decided", 2)
    decided = a_renewal("2026-12-06", county(GRANT, "12-04"))
    assert deemed_decided(decided, RENEWAL, (), date(2026, 12, 7)) is None


@pytest.mark.parametrize("stated", [None, "", "下月", "2026-02-30"])
def test_a_licence_whose_expiry_is_not_known_is_not_renewed(stated: str | None) -> None:
    case = a_renewal(stated)
    assert licence_expires_on(case, RENEWAL) is None
    assert said(case, "11-20", RENEWAL) == []


def test_the_expiry_of_the_licence_travels_with_the_intake() -> None:
    assert EXPIRES_ON in fields_read(RENEWAL)
    assert EXPIRES_ON in {field.key for field in RENEWAL.form_fields}
    assert EXPIRES_ON not in fields_read(ALLOWANCE)


def test_a_leap_day_is_a_day_on_which_a_licence_may_expire() -> None:
    case = a_renewal("2028-02-29")
    assert licence_expires_on(case, RENEWAL) == date(2028, 2, 29)


def test_papers_that_were_deferred_and_did_not_come() -> None:
    case = a_case(*RECEIVED, town(acts.AcceptDeferred(VERDICTS, "2026-11-13"), "11-03"))
    registration = matter("company-registration")
    assert said(case, "11-13", registration) == []
    assert said(case, "11-16", registration) == [("deferred_overdue", 3)]


def test_papers_are_never_late_before_the_day_that_was_told() -> None:
    """The matter asks for five working days, the notice gave ten."""
    registration = matter("company-registration")
    generous = a_case(*RECEIVED, town(acts.AcceptDeferred(VERDICTS, "2026-11-20"), "11-03"))
    assert said(generous, "11-20", registration) == []
    strict = a_case(*RECEIVED, town(acts.AcceptDeferred(VERDICTS, "2026-11-05"), "11-03"))
    assert said(strict, "11-10", registration) == []
    assert said(strict, "11-11", registration) == [("deferred_overdue", 1)]


def test_a_supplement_that_did_not_come() -> None:
    asked = a_case(*RECEIVED, town(acts.NotifyDeficiency(VERDICTS, "2026-11-20"), "11-03"))
    assert said(asked, "11-20") == []
    assert said(asked, "11-23") == [("supplement_overdue", 3)]


def test_a_special_procedure_and_a_step_that_are_late_say_which() -> None:
    case = a_case(*ACCEPTED, town(special("P1", "11-10"), "11-03"))
    (late,) = (w for w in warned(case, "11-12") if w.code is WarningCode.SPECIAL_OVERDUE)
    assert (late.name, late.days, late.on) == ("初审公示", 2, date(2026, 11, 10))
    step = warned(a_case(*ACCEPTED), "11-19")
    assert [(w.code.value, w.name, w.days) for w in step] == [
        ("step_overdue", "入户调查与信息核对", 2)
    ]


@given(SOME_ACTS, st.integers(1, 60), st.sampled_from(catalogue().matters))
def test_any_entries_can_be_warned_of(
    told: list[tuple[acts.AnyAct, int]], day: int, of: MatterVersion
) -> None:
    now = on(f"11-{day:02}" if day <= 30 else f"12-{day - 30:02}")
    case = any_case(told)
    book = ledger_of(case, of, calendar(), now, with_lines=False)
    found = warnings_of(book, case, of, calendar(), calendar().day_of(now))
    assert all(each.days >= 0 for each in found)
    assert not (found and not case.is_open)
    assert len({(each.code, each.name, each.on) for each in found}) == len(found)


def test_a_review_whose_papers_never_came_may_decide_and_does_not_lapse() -> None:
    ask = acts.NotifyDeficiencyReview(VERDICTS, "2026-11-12")
    waiting = a_case(*ACCEPTED, county(acts.Take(), "11-04"), county(ask, "11-05"))

    assert ("review_supplement_overdue", 1) not in said(waiting, "11-12")
    assert ("review_supplement_overdue", 1) in said(waiting, "11-13")


@given(SOME_ACTS, st.integers(0, 50), st.integers(0, 70), st.sampled_from(catalogue().matters))
def test_the_first_day_of_any_warning_is_known_beforehand(
    told: list[tuple[acts.AnyAct, int]], after: int, later: int, of: MatterVersion
) -> None:
    """In the morning: a last day that is over is told from the next one on."""
    case = any_case(told)
    last = max((each.at for each in case.timeline), default=on("11-02"))
    now = last.replace(hour=2) + timedelta(days=1 + after)
    then = now + timedelta(days=later)
    day = calendar().day_of(then)
    book = ledger_of(case, of, calendar(), then, with_lines=False)

    first = warned_from(case, of, calendar(), now)

    assert bool(warnings_of(book, case, of, calendar(), day)) == (
        first is not None and first <= day
    )


def test_a_consequence_is_known_days_before_it_is_warned_of() -> None:
    sign, own = a_sign("sign", county(acts.Take(), "11-03")), on("11-04")
    book = ledger_of(sign, SIGN, calendar(), own, with_lines=False)
    open_steps = [each.clock.due_on for each in book.steps if each.turn.ended is None]
    first = min(day for day in open_steps if day is not None)
    assert warned_from(sign, SIGN, calendar(), own) == first + timedelta(days=1)
    assert warned_from(a_renewal("2026-11-12"), RENEWAL, calendar(), on("11-03")) == date(
        2026, 11, 9
    )
    closed = a_case(*RECEIVED, town(acts.Withdraw("applicant"), "11-04"))
    assert warned_from(closed, ALLOWANCE, calendar(), on("11-05")) is None
    waiting = a_case(*RECEIVED, town(acts.NotifyDeficiency(VERDICTS, "2026-11-20"), "11-03"))
    assert warned_from(waiting, ALLOWANCE, calendar(), on("11-05")) == date(2026, 11, 21)
