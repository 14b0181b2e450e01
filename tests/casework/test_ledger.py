"""The ledger: step clocks, special procedures, and who used the days."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework import act as acts
from casework.case import Case
from casework.clock import Clock, ClockName, ClockState
from casework.fold import fold
from casework.lamp import Colour, LampWord, lamp
from casework.ledger import Holder, Ledger, Share, ledger_of
from casework.matter import MatterVersion
from casework.step_clocks import SpecialClock, StepClock
from tests.builders import TOWN
from tests.casework.test_steps import ACCEPTED, DECIDED, RECEIVED, SOME_ACTS, any_case
from tests.casework.timelines import (
    ACCEPT,
    PRODUCE,
    RECEIVE,
    REFUSE,
    VERDICTS,
    a_case,
    county,
    entries_of,
    on,
    passed,
    returned,
    special,
    town,
)
from tests.county import calendar, catalogue, matter

ALLOWANCE = matter("minimum-living-allowance")
WORKSHOP = matter("small-workshop-registration")


def ledger(case: Case, day: str, of: MatterVersion = ALLOWANCE, hour: int = 10) -> Ledger:
    return ledger_of(case, of, calendar(), on(day, hour))


def step(of: Ledger, seq: int) -> StepClock:
    return [each for each in of.steps if each.step.seq == seq][-1]


def test_a_step_is_due_by_its_own_limit_from_when_the_one_before_ended() -> None:
    accepting = step(ledger(a_case(*RECEIVED), "11-03"), 1)
    assert (accepting.clock.started_on, accepting.clock.due_on) == (
        date(2026, 11, 2),
        date(2026, 11, 3),
    )
    survey = step(ledger(a_case(*ACCEPTED), "11-04"), 2)
    assert survey.clock.due_on == date(2026, 11, 17)
    assert survey.clock.name is ClockName.STEP
    assert survey.clock.lines


def test_a_step_on_the_clock_pauses_as_the_review_does() -> None:
    asked = (
        *ACCEPTED,
        town(acts.NotifyDeficiencyReview(VERDICTS, "2026-12-01"), "11-04"),
        town(acts.SupplementInReview(VERDICTS), "11-10"),
    )
    survey = step(ledger(a_case(*asked), "11-11"), 2)
    pausing = ALLOWANCE.supports.review_supplement_pauses
    assert survey.clock.due_on == (date(2026, 11, 23) if pausing else date(2026, 11, 17))
    special_one = (*ACCEPTED, town(special("P2", "11-10"), "11-04"))
    waiting = step(ledger(a_case(*special_one), "11-06"), 2)
    assert waiting.clock.state is ClockState.PAUSED
    ended = (*special_one, town(acts.EndSpecial("P2"), "11-10"))
    assert step(ledger(a_case(*ended), "11-11"), 2).clock.due_on == date(2026, 11, 23)


def test_a_step_off_the_clock_is_not_paused() -> None:
    """The result is made by its own limit, whatever the review waited for."""
    issue = step(ledger(a_case(*DECIDED), "11-19"), 8)
    assert (issue.clock.due_on, issue.step.on_clock) == (date(2026, 11, 20), False)


def test_what_is_beyond_the_limit_is_the_owners() -> None:
    late = (*RECEIVED, town(acts.Accept(VERDICTS), "11-05"), town(passed(2), "11-24"))
    shares = ledger(a_case(*late), "11-25").shares
    told = [
        (share.name, share.node, share.days, share.beyond)
        for share in shares
        if share.holder is Holder.STEP and share.last
    ]
    assert told == [("受理", TOWN, 3, 2), ("入户调查与信息核对", TOWN, 13, 3)]


def test_a_step_that_came_back_has_a_clock_for_each_time() -> None:
    back = (
        *ACCEPTED,
        town(passed(2), "11-05"),
        town(returned(5), "11-06"),
        town(passed(2), "11-12"),
    )
    found = [each for each in ledger(a_case(*back), "11-13").steps if each.step.seq == 2]
    assert [(each.clock.started_on, each.clock.consumed) for each in found] == [
        (date(2026, 11, 3), 2),
        (date(2026, 11, 6), 4),
    ]


def the_special(case: Case, day: str) -> SpecialClock:
    (found,) = ledger(case, day, WORKSHOP).specials
    return found


REVIEWED = (*ACCEPTED, town(passed(2), "11-04"), county(passed(3), "11-05"))


@pytest.mark.parametrize(
    ("expected", "due"),
    [
        ("11-20", date(2026, 11, 19)),  # the procedure's ten working days come first
        ("11-12", date(2026, 11, 12)),  # what was told to the applicant comes first
        ("11-14", date(2026, 11, 16)),  # told for a Saturday
    ],
)
def test_a_special_procedure_is_due_by_its_limit_or_as_told(expected: str, due: date) -> None:
    case = a_case(*REVIEWED, county(special("P1", expected), "11-05", 11))
    found = the_special(case, "11-09")
    assert found.clock.due_on == due
    assert found.expected_on == date.fromisoformat(f"2026-{expected}")
    assert found.special.limit.value == 10


def test_a_pause_does_not_hide_that_a_special_procedure_is_late() -> None:
    case = a_case(*REVIEWED, county(special("P1", "11-12"), "11-05", 11))
    book = ledger(case, "11-17", WORKSHOP)
    promised = next(clock for clock in book.clocks if clock.name is ClockName.PROMISED)
    assert lamp(promised, date(2026, 11, 17)).colour is Colour.GREY
    light = lamp(book.specials[0].clock, date(2026, 11, 17))
    # Told for the 12th: in calendar days, as a day was named.
    assert (light.colour, light.word_code, light.days) == (Colour.RED, LampWord.OVERDUE, 5)


@pytest.mark.parametrize(
    ("ended", "days", "late", "word"),
    [("11-11", 4, 0, LampWord.STOPPED), ("11-23", 12, 2, LampWord.STOPPED_LATE)],
)
def test_the_days_it_really_took_are_recorded(
    ended: str, days: int, late: int, word: LampWord
) -> None:
    begun = county(special("P1", "11-19"), "11-05", 11)
    case = a_case(*REVIEWED, begun, county(acts.EndSpecial("P1"), ended))
    found = the_special(case, "11-30")
    assert (found.days, found.clock.overdue_days) == (days, late)
    assert found.ended is not None
    assert lamp(found.clock, date(2026, 11, 30)).word_code is word


def test_a_special_procedure_ends_with_its_case() -> None:
    begun = county(special("P1", "11-19"), "11-05", 11)
    found = the_special(a_case(*REVIEWED, begun, county(acts.Withdraw("agent"), "11-09")), "11-30")
    assert found.clock.state is ClockState.STOPPED
    assert found.days == 2


def test_a_wait_for_papers_is_the_applicants_time() -> None:
    case = a_case(
        *RECEIVED,
        town(acts.NotifyDeficiency(VERDICTS, "2026-12-02"), "11-03"),
        town(acts.Supplement(VERDICTS), "11-10"),
    )
    (wait,) = [s for s in ledger(case, "11-11").shares if s.holder is Holder.APPLICANT]
    assert (wait.first, wait.last, wait.days, wait.node) == (
        date(2026, 11, 3),
        date(2026, 11, 10),
        5,
        None,
    )


def test_who_let_a_receipt_lapse_stands_in_the_ledger() -> None:
    book = ledger(a_case(*RECEIVED), "11-10")
    assert book.deemed is not None
    assert book.deemed.recorded is None
    assert (book.deemed.receipt.node, book.deemed.closed_on, book.deemed.counts_from) == (
        TOWN,
        date(2026, 11, 9),
        date(2026, 11, 2),
    )
    recorded = ledger(a_case(*RECEIVED, town(acts.DeemAccepted(), "11-12")), "11-20").deemed
    assert recorded is not None
    assert recorded.recorded is not None
    assert (recorded.receipt, recorded.closed_on, recorded.counts_from) == (
        book.deemed.receipt,
        date(2026, 11, 9),
        date(2026, 11, 2),
    )
    assert ledger(a_case(*RECEIVED), "11-09").deemed is None
    assert ledger(a_case(*ACCEPTED), "11-20").deemed is None


def test_nothing_is_deemed_while_the_calendar_is_provisional() -> None:
    received = (town(acts.Receive(a_case(*RECEIVED).intake, VERDICTS), "12-29"),)  # type: ignore[arg-type]
    assert ledger(a_case(*received), "2027-01-08").deemed is None
    announced = replace(calendar(), version=2, provisional_from=date(2028, 1, 1))
    book = ledger_of(a_case(*received), ALLOWANCE, announced, on("2027-01-08"))
    assert book.deemed is not None
    assert book.calendar_version == 2


def test_a_closed_case_keeps_its_ledger() -> None:
    case = a_case(
        *DECIDED,
        county(PRODUCE, "11-19"),
        town(acts.Deliver("applicant", "counter"), "11-20"),
        county(acts.Close(), "11-23"),
    )
    book = ledger(case, "12-20")
    assert {clock.state for clock in book.clocks} == {ClockState.STOPPED}
    assert all(share.last for share in book.shares)


DAYS = st.integers(1, 40)


@given(SOME_ACTS, DAYS, st.sampled_from(catalogue().matters))
def test_any_entries_have_a_ledger_whose_days_add_up(
    told: list[tuple[acts.AnyAct, int]], day: int, of: MatterVersion
) -> None:
    now = on(f"11-{day:02}" if day <= 30 else f"12-{day - 30:02}")
    book = ledger_of(any_case(told), of, calendar(), now)
    assert book == ledger_of(any_case(told), of, calendar(), now), "equal on every tier"
    for share in book.shares:
        assert isinstance(share, Share)
        assert share.days >= share.beyond >= 0
        assert share.last is None or share.first <= share.last or share.days == 0
    for special_one in book.specials:
        assert special_one.days >= 0


@given(SOME_ACTS, DAYS)
def test_a_ledger_without_lines_is_the_same_without_lines(
    told: list[tuple[acts.AnyAct, int]], day: int
) -> None:
    now = on(f"11-{day:02}" if day <= 30 else f"12-{day - 30:02}")
    case = any_case(told)
    long = ledger_of(case, ALLOWANCE, calendar(), now)
    short = ledger_of(case, ALLOWANCE, calendar(), now, with_lines=False)
    assert [replace(clock, lines=()) for clock in long.clocks] == list(short.clocks)
    assert short.shares == long.shares


@given(SOME_ACTS, st.randoms(use_true_random=False), DAYS)
def test_the_order_in_which_entries_arrive_is_nothing_at_any_tier(
    told: list[tuple[acts.AnyAct, int]], shuffler: Random, day: int
) -> None:
    written = entries_of(county(RECEIVE, "11-10"), *(county(act, f"11-{d:02}") for act, d in told))
    shuffled = list(written)
    shuffler.shuffle(shuffled)
    one, other = fold(written).case, fold(shuffled).case
    assert one is not None
    assert other is not None
    now = on(f"11-{day:02}" if day <= 30 else f"12-{day - 30:02}")
    assert ledger_of(one, ALLOWANCE, calendar(), now) == ledger_of(
        other, ALLOWANCE, calendar(), now
    )


@given(SOME_ACTS, DAYS)
def test_time_only_uses_up_time_in_any_case(told: list[tuple[acts.AnyAct, int]], day: int) -> None:
    """What a step or a procedure has used, and its date, never go back as days pass."""
    case = any_case(told)
    sooner, later = (
        ledger_of(case, ALLOWANCE, calendar(), on("11-28") + timedelta(days=days))
        for days in (day, day + 3)
    )
    for before, after in zip(sooner.steps, later.steps, strict=True):
        assert before.clock.consumed <= after.clock.consumed
        assert before.clock.overdue_days <= after.clock.overdue_days
    for one, two in zip(sooner.specials, later.specials, strict=True):
        assert one.days <= two.days
        assert one.clock.due_on == two.clock.due_on


def test_papers_asked_for_in_the_review_have_their_own_clock_and_pause_it_once() -> None:
    ask = acts.NotifyDeficiencyReview(VERDICTS, "2026-11-12")
    told = (
        *(town(RECEIVE, "11-02"), town(ACCEPT, "11-02"), county(acts.Take(), "11-03")),
        *(county(ask, "11-04"), county(acts.SupplementInReview(VERDICTS), "11-09")),
    )
    once = a_case(*told)
    again = a_case(*told, county(ask, "11-10"), county(acts.SupplementInReview(VERDICTS), "11-12"))

    def due(case: Case, name: ClockName) -> Clock:
        book = ledger(case, "11-12", hour=15)
        return next(clock for clock in book.clocks if clock.name is name)

    assert due(once, ClockName.PROMISED).due_on == due(again, ClockName.PROMISED).due_on
    waiting = a_case(*told[:4])
    supplement = due(waiting, ClockName.SUPPLEMENT)
    assert (supplement.state, supplement.due_on) == (ClockState.RUNNING, date(2026, 11, 12))
    assert due(once, ClockName.SUPPLEMENT).state is ClockState.STOPPED
    refused = a_case(*told[:4], county(REFUSE, "11-12"))
    assert due(refused, ClockName.SUPPLEMENT).state is ClockState.STOPPED
