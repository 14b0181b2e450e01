"""The clocks of a case follow from its entries, its matter and the calendar alone."""

from datetime import UTC, date, datetime

from casework import act as acts
from casework.act import AnyAct
from casework.case import Case
from casework.case_clocks import clocks_of, urgency_of
from casework.clock import Clock, ClockName, ClockState
from casework.entry import Written
from casework.fold import fold
from casework.instants import instant_text
from casework.names import MessageId, NodeId
from tests.builders import CHEN, COUNTY, INTAKE, TOWN, VILLAGE, Pad, a_verdict
from tests.county import calendar, matter

ALLOWANCE = matter("minimum-living-allowance")


def at(day: int, hour: int = 2) -> datetime:
    """An instant of November 2026; the 20th is a Friday."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def a_case(*steps: tuple[NodeId, AnyAct, datetime]) -> Case:
    pad = Pad()
    chain: list[Written] = []
    for node, act, when in steps:
        chain.append(pad.write(act, node=node, after=chain[-1] if chain else None, at=when))
    case = fold(chain).case
    assert case is not None
    return case


def clock(case: Case, name: ClockName, now: datetime) -> Clock | None:
    found = clocks_of(case, ALLOWANCE, calendar(), now)
    return next((each for each in found if each.name is name), None)


RECEIVED = (TOWN, acts.Receive(INTAKE, (a_verdict(),)), at(20))


def test_collecting_in_a_village_starts_no_legal_clock() -> None:
    case = a_case((VILLAGE, acts.Collect(INTAKE, ()), at(19)))
    assert clock(case, ClockName.NOTICE, at(20)) is None
    hand_in = clock(case, ClockName.HAND_IN, at(20))
    assert hand_in is not None
    assert hand_in.due_on == date(2026, 11, 24)


def test_the_notice_clock_runs_five_working_days_from_receipt() -> None:
    notice = clock(a_case(RECEIVED), ClockName.NOTICE, at(23))
    assert notice is not None
    assert (notice.due_on, notice.state) == (date(2026, 11, 27), ClockState.RUNNING)


def test_a_notice_of_deficiencies_stops_it_and_a_supplement_starts_it_anew() -> None:
    case = a_case(
        RECEIVED,
        (TOWN, acts.NotifyDeficiency((), "2026-12-20"), at(23)),
        (TOWN, acts.Supplement(()), at(26)),
    )
    before = clock(case, ClockName.SUPPLEMENT, at(25))
    assert before is not None
    assert before.due_on == date(2026, 12, 21)  # the 20th is a Sunday
    notice = clock(case, ClockName.NOTICE, at(26))
    assert notice is not None
    assert notice.due_on == date(2026, 12, 3)


def test_acceptance_starts_both_limits_the_day_after() -> None:
    case = a_case(RECEIVED, (TOWN, acts.Accept(()), at(23)))
    promised = clock(case, ClockName.PROMISED, at(24))
    assert promised is not None
    assert promised.started_on == date(2026, 11, 23)
    assert promised.consumed == 1
    urgency = urgency_of(case, ALLOWANCE, calendar(), at(24))
    assert urgency is not None
    assert urgency.clock.name is ClockName.PROMISED


def test_delivery_waits_while_a_paper_is_owed() -> None:
    steps: list[tuple[NodeId, AnyAct, datetime]] = [
        RECEIVED,
        (TOWN, acts.AcceptDeferred((), "2026-12-04"), at(20, 3)),
        (TOWN, acts.HandOverPen(COUNTY), at(20, 4)),
        (COUNTY, acts.Take(), at(23)),
        (COUNTY, acts.DecideGrant((), None), at(24)),
    ]
    assert clock(a_case(*steps), ClockName.DELIVERY, at(26)) is None
    steps.append((COUNTY, acts.DeferredSatisfied(()), at(25)))
    delivery = clock(a_case(*steps), ClockName.DELIVERY, at(26))
    assert delivery is not None
    assert delivery.due_on == date(2026, 12, 9)


def test_every_date_is_explained_line_by_line() -> None:
    notice = clock(a_case(RECEIVED), ClockName.NOTICE, at(25))
    assert notice is not None
    assert notice.lines
    assert notice.lines[0].first == date(2026, 11, 20)


def test_a_closed_case_has_no_urgency() -> None:
    case = a_case(RECEIVED, (TOWN, acts.Withdraw("applicant"), at(23)))
    assert urgency_of(case, ALLOWANCE, calendar(), at(24)) is None


OWING = (
    RECEIVED,
    (TOWN, acts.AcceptDeferred((), "2026-12-04"), at(20, 3)),
    (TOWN, acts.HandOverPen(COUNTY), at(20, 4)),
    (COUNTY, acts.Take(), at(23)),
)


def test_a_refusal_owes_no_papers_and_is_to_be_delivered_at_once() -> None:
    case = a_case(*OWING, (COUNTY, acts.DecideRefuse((), ("x1",), None), at(24)))
    delivery = clock(case, ClockName.DELIVERY, at(25))
    assert delivery is not None
    assert delivery.started_on == date(2026, 11, 24)
    supply = clock(case, ClockName.SUPPLY, at(25))
    assert supply is None or supply.state is ClockState.STOPPED


def test_papers_that_came_elsewhere_before_the_grant_start_the_delivery_with_it() -> None:
    """Brought on the 24th to another counter, taken up after the grant of the 25th."""
    came = acts.DeferredSatisfied(())
    adopted = acts.TakeUpDeposit(MessageId("d" * 64), instant_text(at(24)), came)
    case = a_case(
        *OWING,
        (COUNTY, acts.DecideGrant((), None), at(25)),
        (COUNTY, adopted, at(26)),
    )
    delivery = clock(case, ClockName.DELIVERY, at(27))
    assert delivery is not None
    assert delivery.started_on == date(2026, 11, 25)


def test_of_two_acts_of_one_instant_the_one_written_first_counts_first() -> None:
    """What was asked for is brought at once: the notice clock runs anew."""
    case = a_case(
        RECEIVED,
        (TOWN, acts.NotifyDeficiency((), "2026-12-20"), at(23)),
        (TOWN, acts.Supplement(()), at(23)),
    )
    notice = clock(case, ClockName.NOTICE, at(24))
    assert notice is not None
    assert (notice.state, notice.started_on) == (ClockState.RUNNING, date(2026, 11, 23))
    supplement = clock(case, ClockName.SUPPLEMENT, at(24))
    assert supplement is not None
    assert supplement.state is ClockState.STOPPED


def test_an_answer_dated_before_its_receipt_is_an_answer_all_the_same() -> None:
    case = a_case(RECEIVED, (TOWN, acts.Accept(()), at(18)))
    promised = clock(case, ClockName.PROMISED, at(23))
    assert promised is not None
    assert promised.started_on == date(2026, 11, 20)
    notice = clock(case, ClockName.NOTICE, at(23))
    assert notice is not None
    assert (notice.state, notice.consumed) == (ClockState.STOPPED, 0)


def test_a_case_opened_again_is_not_paused_by_what_its_first_review_waited_for() -> None:
    case = a_case(
        RECEIVED,
        (TOWN, acts.Accept(()), at(20, 3)),
        (TOWN, acts.HandOverPen(COUNTY), at(20, 4)),
        (COUNTY, acts.Take(), at(20, 5)),
        (COUNTY, acts.NotifyDeficiencyReview((), "2026-11-23"), at(20, 6)),
        (COUNTY, acts.DecideRefuse((), ("x1",), None), at(24)),
        (COUNTY, acts.ProduceResult(None), at(24, 3)),
        (COUNTY, acts.Deliver("applicant", "counter"), at(24, 4)),
        (COUNTY, acts.Close(), at(24, 5)),
        (COUNTY, acts.Reopen(CHEN), at(25)),
    )
    promised = clock(case, ClockName.PROMISED, at(27))
    assert promised is not None
    assert (promised.state, promised.consumed) == (ClockState.RUNNING, 2)


def test_transit_runs_from_sending_until_the_counter_has_it() -> None:
    sent = (
        *OWING[:1],
        (TOWN, acts.Accept(()), at(20, 3)),
        (TOWN, acts.HandOverPen(COUNTY), at(20, 4)),
        (COUNTY, acts.Take(), at(20, 5)),
        (COUNTY, acts.DecideGrant((), None), at(20, 6)),
        (COUNTY, acts.ProduceResult(None), at(20, 7)),
        (COUNTY, acts.ForwardResult(TOWN), at(20, 8)),
    )
    transit = clock(a_case(*sent), ClockName.TRANSIT, at(23))
    assert transit is not None
    assert (transit.due_on, transit.state) == (date(2026, 11, 25), ClockState.RUNNING)
    came = (
        *sent,
        (COUNTY, acts.HandOverPen(TOWN), at(20, 9)),
        (TOWN, acts.ConfirmArrival(), at(24)),
    )
    arrived = clock(a_case(*came), ClockName.TRANSIT, at(25))
    assert arrived is not None
    assert arrived.state is ClockState.STOPPED
    delivery = clock(a_case(*came), ClockName.DELIVERY, at(25))
    assert delivery is not None
    assert delivery.due_on == date(2026, 12, 4), "ten working days from the decision"


def test_pre_review_runs_until_somebody_looked() -> None:
    online = (TOWN, acts.SubmitOnline(INTAKE, ()), at(20))
    waiting = clock(a_case(online), ClockName.PRE_REVIEW, at(23))
    assert waiting is not None
    assert waiting.due_on == date(2026, 11, 23)
    looks = (acts.PrePass(), acts.PreReturn(), acts.Collect(INTAKE, ()), acts.Receive(INTAKE, ()))
    for act in looks:
        looked = clock(a_case(online, (TOWN, act, at(23))), ClockName.PRE_REVIEW, at(24))
        assert looked is not None
        assert looked.state is ClockState.STOPPED
    collected = a_case(online, (TOWN, acts.Collect(INTAKE, ()), at(23)))
    urgency = urgency_of(collected, ALLOWANCE, calendar(), at(24))
    assert urgency is not None
    assert urgency.clock.name is ClockName.HAND_IN
