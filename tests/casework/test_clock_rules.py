"""What pauses which clock, which limits a matter has, and what silence amounts to."""

from datetime import date, datetime

import pytest
from msgspec.structs import replace

from casework.calendar import Calendar
from casework.catalogue import Catalogue
from casework.clock import Clock, ClockEvent, ClockName, EventKind, run_clock
from casework.clock_rules import (
    BOTH,
    NO_CLOCK,
    PROMISED_ONLY,
    deemed_granted,
    limits_of,
    may_lapse,
    notice_expired,
    paused_by_special,
    paused_by_supplement,
)
from casework.limits import Limit, calendar_days, workdays
from casework.matter import CaseKind, MatterRef, MatterType, MatterVersion, SpecialKind
from casework.names import MatterId


def clock_of(calendar: Calendar, name: ClockName, limit: Limit, now: str, **days: str) -> Clock:
    events = [
        ClockEvent(
            at=datetime.fromisoformat(f"{day}T10:00+08:00"),
            kind=EventKind(kind),
            clocks=frozenset(ClockName),
        )
        for kind, day in days.items()
    ]
    moment = datetime.fromisoformat(f"{now}T10:00+08:00")
    return run_clock(name, limit, events, now=moment, calendar=calendar)


def matter(catalogue: Catalogue, name: str, version: int = 1) -> MatterVersion:
    found = catalogue.find(MatterRef(MatterId(name), version))
    assert found is not None
    return found


@pytest.mark.parametrize("kind", list(SpecialKind))
def test_only_what_the_licensing_law_names_stops_the_statutory_clock_of_a_licence(
    catalogue: Catalogue, kind: SpecialKind
) -> None:
    licence = next(m for m in catalogue.matters if m.is_licence and m.special_procedures)
    special = replace(licence.special_procedures[0], kind=kind, pauses_clock=True)
    licence = replace(licence, special_procedures=(special,), case_kind=CaseKind.PROMISED)
    named = kind in {"hearing", "expert_review", "appraisal", "inspection"}
    assert paused_by_special(licence, special.id) == (BOTH if named else PROMISED_ONLY)
    other = replace(licence, matter_type=MatterType.BENEFIT)
    assert paused_by_special(other, special.id) == BOTH


def test_what_does_not_pause_or_is_done_at_once_pauses_nothing(catalogue: Catalogue) -> None:
    licence = next(m for m in catalogue.matters if m.is_licence and m.special_procedures)
    special = licence.special_procedures[0]
    still = replace(licence, special_procedures=(replace(special, pauses_clock=False),))
    instant = replace(licence, case_kind=CaseKind.INSTANT)
    assert paused_by_special(still, special.id) == NO_CLOCK
    assert paused_by_special(instant, special.id) == NO_CLOCK
    assert paused_by_special(licence, "P9") == NO_CLOCK
    assert paused_by_supplement(instant) == NO_CLOCK


def test_every_matter_has_a_notice_and_a_promised_clock(catalogue: Catalogue) -> None:
    for one in catalogue.matters:
        limits = limits_of(one, {})
        assert limits[ClockName.NOTICE] == workdays(5)
        assert limits[ClockName.PROMISED].value > 0 or not one.is_instant
        assert (ClockName.STATUTORY in limits) == (one.limits.statutory is not None)
        assert (ClockName.SUPPLY in limits) == (one.supports.deferral is not None)


def test_a_scenario_may_promise_sooner(catalogue: Catalogue) -> None:
    relief = matter(catalogue, "temporary-relief")
    emergency = limits_of(relief, {"relief_kind": "emergency"})[ClockName.PROMISED]
    usual = limits_of(relief, {})[ClockName.PROMISED]
    assert emergency.value < usual.value


def test_silence_becomes_acceptance_from_the_day_of_the_receipt(calendar: Calendar) -> None:
    def asked(now: str, **days: str) -> date | None:
        return notice_expired(clock_of(calendar, ClockName.NOTICE, workdays(5), now, **days))

    assert asked("2026-11-09", start="2026-11-02") is None
    assert asked("2026-11-10", start="2026-11-02") == date(2026, 11, 2)
    assert asked("2026-12-01", start="2026-11-02", stop="2026-11-09") is None
    assert asked("2026-12-01", start="2026-11-02", stop="2026-11-10") == date(2026, 11, 2)
    assert asked("2027-02-01", start="2026-12-30") is None, "the year is not announced"


def test_silence_grants_only_where_the_matter_says_so(
    catalogue: Catalogue, calendar: Calendar
) -> None:
    over = clock_of(calendar, ClockName.STATUTORY, workdays(5), "2026-11-20", start="2026-11-02")
    running = clock_of(
        calendar, ClockName.STATUTORY, workdays(50), "2026-11-20", start="2026-11-02"
    )
    sign = next(
        m
        for m in catalogue.matters
        if m.supports.deemed and m.supports.deemed.when == "statutory_expiry"
    )
    assert deemed_granted(sign.supports.deemed, over) == sign.supports.deemed
    assert deemed_granted(sign.supports.deemed, running) is None
    assert deemed_granted(None, over) is None


def test_a_case_lapses_only_when_the_applicants_time_is_over(calendar: Calendar) -> None:
    limit = calendar_days(30)
    assert not may_lapse(
        clock_of(calendar, ClockName.SUPPLEMENT, limit, "2026-11-09", start="2026-10-10")
    )
    assert may_lapse(
        clock_of(calendar, ClockName.SUPPLEMENT, limit, "2026-11-10", start="2026-10-10")
    )
    supplied = clock_of(
        calendar,
        ClockName.SUPPLEMENT,
        limit,
        "2026-12-10",
        start="2026-10-10",
        stop="2026-10-12",
    )
    assert not may_lapse(supplied)
