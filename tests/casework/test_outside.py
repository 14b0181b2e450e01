"""Cases outside the halls (row B7): who may tell of one, and when it is late."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.limits import Limit, LimitUnit
from casework.names import OfficerId
from casework.organisation import Officer
from casework.outside import (
    OutsideError,
    OutsideFault,
    OutsideState,
    Told,
    check_acceptance,
    check_outcome,
    due_on,
    state_of,
)
from tests.county import calendar, matter, organisation

TODAY = date(2026, 11, 20)
BIRTH = matter("birth-medical-certificate")
DAYS = st.dates(date(2026, 1, 1), date(2026, 11, 30))
LIMITS = st.builds(Limit, value=st.integers(0, 60), unit=st.sampled_from(LimitUnit))


def officer(name: str) -> Officer:
    found = organisation().officer(OfficerId(name))
    assert found is not None
    return found


@given(DAYS, LIMITS)
def test_a_promise_ends_on_a_working_day_unless_it_is_kept_at_once(day: date, limit: Limit) -> None:
    last = due_on(limit, day, calendar())

    assert last >= day
    assert limit.value == 0 or calendar().is_workday(last)
    if limit.unit is LimitUnit.WORKDAY:
        between = (day + timedelta(days=each) for each in range(1, (last - day).days + 1))
        assert sum(calendar().is_workday(each) for each in between) == limit.value


@given(DAYS, st.integers(0, 90), st.none() | st.integers(0, 90), st.integers(0, 90))
def test_it_is_late_after_its_last_day_and_stays_so(
    accepted: date, promised: int, took: int | None, later: int
) -> None:
    due = accepted + timedelta(days=promised)
    ended = None if took is None else accepted + timedelta(days=took)
    state = state_of(Told(accepted, due, ended), accepted + timedelta(days=later))

    if took is None:
        assert (state is OutsideState.LATE) == (later > promised)
    else:
        assert state is (OutsideState.DONE_LATE if took > promised else OutsideState.DONE)


@pytest.mark.parametrize(
    ("name", "by", "on", "fault"),
    [
        ("timber-felling-permit", "o0057", TODAY, OutsideFault.MATTER),
        ("birth-medical-certificate", "o0057", TODAY, OutsideFault.DEPARTMENT),
        ("birth-medical-certificate", "o0072", TODAY, OutsideFault.DEPARTMENT),
        ("birth-medical-certificate", "o0044", TODAY + timedelta(days=1), OutsideFault.AHEAD),
    ],
)
def test_only_the_department_tells_of_its_own(
    name: str, by: str, on: date, fault: OutsideFault
) -> None:
    with pytest.raises(OutsideError, match=fault):
        check_acceptance(matter(name), officer(by), on, TODAY)
    check_acceptance(BIRTH, officer("o0044"), TODAY, TODAY)


def test_an_outcome_is_told_once_and_of_a_day_in_between() -> None:
    told = Told(TODAY - timedelta(days=2), TODAY, None)
    check_outcome(told, TODAY, TODAY)

    for case, on, fault in (
        (told, TODAY + timedelta(days=1), OutsideFault.AHEAD),
        (told, TODAY - timedelta(days=3), OutsideFault.ORDER),
        (Told(told.accepted_on, TODAY, TODAY), TODAY, OutsideFault.DONE),
    ):
        with pytest.raises(OutsideError, match=fault):
            check_outcome(case, on, TODAY)
