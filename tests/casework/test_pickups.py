"""Papers that the department comes for: called for once, where they lie, and handed out there."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.calls import CallKind, calls_of
from casework.case import Case
from casework.case_clocks import clocks_of
from casework.errors import CaseworkError, DateOrderError, PickupError
from casework.judging import refusal
from casework.names import NodeId, OfficerId
from casework.pickups import counters_of, open_pickups, papers_left
from casework.standing import Standing, Waiting
from tests import county
from tests.builders import CHEN, COUNTY, NOON, OTHER_TOWN, TOWN, VILLAGE, WU, a_part
from tests.casework.situations import (
    DELIVERED,
    DEPOSIT,
    JUDGED,
    LACKING,
    MATTER,
    RECEIVED,
    Situation,
    almighty,
    folded,
    lying_at,
)
from tests.casework.timelines import a_case

DAY = "2026-12-20"
CALL = acts.CallForPapers(TOWN, ("m1", "m2"), DAY)
CALENDAR = county.calendar()
AT = "2026-11-20T04:00:00.000000Z"


def fetched(case: Case, officer: OfficerId = WU) -> acts.CollectPapers:
    return acts.CollectPapers(case.pickups[0].id, officer)


def said(case: Case, act: AnyAct, node: NodeId, officer: OfficerId) -> CaseworkError | None:
    """What is said against it, were the pen at that node and the officer almighty."""
    base = almighty(Situation(case=case), node)
    person: Standing = replace(base, officer=replace(base.officer, id=officer))
    return refusal(lying_at(case, node), act, (a_part("collector"),), person)


def test_papers_wait_at_their_counter_until_somebody_came() -> None:
    case = folded(*JUDGED, CALL)
    (call,) = calls_of(case)
    assert (call.kind, call.node, call.by) == (CallKind.PAPERS, TOWN, DAY)
    assert open_pickups(case, OTHER_TOWN) == ()
    done = folded(*JUDGED, CALL, fetched(case))
    assert calls_of(done) == ()
    assert done.pickups[0].collected is not None
    assert done.pickups[0].collected.officer == WU


def test_a_paper_is_called_for_once_and_only_if_it_was_handed_in() -> None:
    case = folded(*RECEIVED, acts.NotifyDeficiency((LACKING,), DAY))
    assert papers_left(case) == ()
    called = folded(*JUDGED, CALL)
    assert {"m1", "m2"}.isdisjoint(papers_left(called))
    assert papers_left(called) != ()
    assert isinstance(said(called, CALL, COUNTY, CHEN), PickupError)


def test_papers_lie_where_they_were_taken_in_and_in_no_village() -> None:
    case = replace(folded(*JUDGED), collected_by=VILLAGE, opened_by=VILLAGE, received_by=TOWN)
    assert counters_of(case, COUNTY) == (TOWN,)
    assert counters_of(case, TOWN) == ()


def test_a_case_that_has_ended_waits_for_nobody() -> None:
    ended = folded(*JUDGED, CALL, *DELIVERED[len(JUDGED) :], acts.Close())
    assert open_pickups(ended) == ()


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (CALL, None),
        (replace(CALL, materials=()), PickupError),
        (replace(CALL, materials=("m99",)), PickupError),
        (replace(CALL, counter=OTHER_TOWN), PickupError),
        (replace(CALL, counter=COUNTY), PickupError),
        (replace(CALL, collect_by="2026-11-01"), DateOrderError),
    ],
)
def test_papers_are_called_for_by_the_department_where_they_lie(
    act: AnyAct, error: type[CaseworkError] | None
) -> None:
    refused = said(folded(*JUDGED), act, COUNTY, CHEN)
    assert (type(refused) if refused else None) is error


@pytest.mark.parametrize(
    ("node", "officer", "error"),
    [(TOWN, WU, None), (OTHER_TOWN, WU, PickupError), (TOWN, CHEN, PickupError)],
)
def test_that_they_were_fetched_is_adopted_from_their_counter(
    node: NodeId, officer: OfficerId, error: type[CaseworkError] | None
) -> None:
    case = lying_at(folded(*JUDGED, CALL), COUNTY)
    assert case is not None
    act = fetched(case)
    waiting = {DEPOSIT: Waiting(AT, act, node=node, officer=officer)}
    asked = replace(almighty(Situation(case=case), COUNTY), open_deposits=waiting)
    refused = refusal(case, acts.TakeUpDeposit(DEPOSIT, AT, act), (a_part("collector"),), asked)
    assert (type(refused) if refused else None) is error


def test_the_holder_of_the_pen_may_record_it_from_the_signed_slip() -> None:
    case = folded(*JUDGED, CALL)
    assert said(case, fetched(case, CHEN), COUNTY, CHEN) is None


@given(st.integers(1, len(JUDGED) - 1), st.integers(0, 60))
def test_no_clock_and_no_status_hears_of_it(place: int, days: int) -> None:
    now = NOON + timedelta(days=days)
    told = [(TOWN, act, NOON + timedelta(hours=hour)) for hour, act in enumerate(JUDGED)]
    call = (TOWN, CALL, told[place][2])
    alone = a_case(*told, matter=MATTER)
    called = a_case(*told[: place + 1], call, *told[place + 1 :], matter=MATTER)

    assert len(called.pickups) == 1
    assert clocks_of(called, MATTER, CALENDAR, now) == clocks_of(alone, MATTER, CALENDAR, now)
    assert (called.status, called.pen) == (alone.status, alone.pen)
