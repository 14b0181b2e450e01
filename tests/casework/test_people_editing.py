"""Editing who works where: what is in force is ended, not rewritten; first training counts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.names import NodeId, OfficerId
from casework.organisation import (
    Barred,
    Officer,
    OfficerStatus,
    PersonalPower,
    Power,
    PowerScope,
    Training,
)
from casework.people_editing import (
    as_drafted,
    next_officer,
    next_pair,
    next_window,
    people_faults,
    with_officer,
    with_pair,
    with_training,
    with_window,
    without,
)
from casework.proposal import (
    Move,
    PeopleChanges,
    ProposalError,
    ProposalFault,
    ProposalState,
    change_organisation,
    moved,
)
from tests.county import organisation

HELD = organisation()
TODAY = date(2026, 11, 20)
CHEN, XU = OfficerId("o0010"), OfficerId("o0011")
UNTRAINED = OfficerId("o0202")
GUO, LIN = OfficerId("o0086"), OfficerId("o0090")

DAYS = st.dates(TODAY - timedelta(days=60), TODAY + timedelta(days=60))
POWERS = st.builds(
    PersonalPower,
    power=st.sampled_from(Power),
    matters=st.sampled_from(PowerScope),
    instrument=st.sampled_from(["翁授〔2026〕001号", "翁授〔2026〕002号"]),
    first=DAYS,
    last=st.none() | DAYS,
)


def officer(name: OfficerId) -> Officer:
    found = HELD.officer(name)
    assert found is not None
    return found


def edited(*powers: PersonalPower) -> PeopleChanges:
    return with_officer(HELD, PeopleChanges(), replace(officer(CHEN), personal_powers=powers))


def had_and_gets(
    had: tuple[PersonalPower, ...], gets: tuple[PersonalPower, ...]
) -> list[tuple[str, str]]:
    before = replace(officer(CHEN), personal_powers=had)
    others = tuple(one for one in HELD.officers if one.id != CHEN)
    held = replace(HELD, officers=(before, *others))
    after = replace(before, personal_powers=gets)
    return list(people_faults(with_officer(held, PeopleChanges(), after), TODAY))


@given(st.lists(POWERS, max_size=4).map(tuple), st.lists(POWERS, max_size=4).map(tuple))
def test_no_change_takes_back_what_a_decision_was_signed_under(
    had: tuple[PersonalPower, ...], gets: tuple[PersonalPower, ...]
) -> None:
    if had_and_gets(had, gets):
        return
    for day in (TODAY - timedelta(days=each) for each in range(1, 61)):
        before = {(one.power, one.matters, one.instrument) for one in had if one.covers(day)}
        after = {(one.power, one.matters, one.instrument) for one in gets if one.covers(day)}
        assert before == after


@given(st.lists(POWERS, max_size=4).map(tuple))
def test_every_power_in_force_may_be_ended_today(had: tuple[PersonalPower, ...]) -> None:
    ended = tuple(
        replace(one, last=TODAY) if one.first <= TODAY and one.covers(TODAY) else one for one in had
    )

    assert had_and_gets(had, ended) == []


@given(st.lists(DAYS, min_size=1, max_size=5, unique=True))
def test_an_account_works_from_its_first_training_on(days: list[date]) -> None:
    draft = PeopleChanges()
    for each in days:
        draft = with_training(HELD, draft, Training(UNTRAINED, each, f"课程 {each}", "中心"))
    found = as_drafted(HELD, draft).officer(UNTRAINED)
    assert found is not None
    ready = replace(found, status=OfficerStatus.ACTIVE)

    assert ready.trained_on == min(days)
    assert ready.barred(min(days)) is None
    assert ready.barred(min(days) - timedelta(days=1)) is Barred.UNTRAINED
    assert replace(ready, status=OfficerStatus.INACTIVE).barred(min(days)) is Barred.ENDED


def test_a_training_that_lies_ahead_is_refused() -> None:
    tomorrow = TODAY + timedelta(days=1)
    draft = with_training(HELD, PeopleChanges(), Training(UNTRAINED, tomorrow, "课程", "中心"))

    assert list(people_faults(draft, TODAY)) == [("$.officers[o0202]", "its training lies ahead")]


def test_what_a_draft_shows_is_what_its_approval_makes() -> None:
    window = HELD.windows[0]
    draft = edited()
    draft = with_window(HELD, draft, window.id, replace(window, name="一号窗口"))
    draft = with_window(HELD, draft, HELD.windows[1].id, None)
    draft = with_pair(HELD, draft, replace(HELD.ab_pairs[0], last=TODAY))
    draft = with_training(HELD, draft, Training(UNTRAINED, TODAY, "课程", "中心"))

    made = change_organisation(HELD, draft)

    assert replace(made, version=HELD.version) == as_drafted(HELD, draft)


def test_what_is_put_back_as_it_was_is_no_change() -> None:
    draft = with_officer(HELD, edited(), officer(CHEN))

    assert draft == PeopleChanges()
    assert without(edited(), CHEN) == PeopleChanges()


def test_a_pair_in_force_keeps_everything_but_its_last_day() -> None:
    pair = HELD.ab_pairs[0]
    shorter = with_pair(HELD, PeopleChanges(), replace(pair, last=TODAY))
    earlier = with_pair(HELD, PeopleChanges(), replace(pair, last=TODAY - timedelta(days=1)))
    another = with_pair(HELD, PeopleChanges(), replace(pair, b=CHEN))

    assert list(people_faults(shorter, TODAY)) == []
    assert all(list(people_faults(one, TODAY)) for one in (earlier, another))


@pytest.mark.parametrize("about", [LIN, CHEN])
def test_a_reviewer_has_no_say_over_themselves(about: OfficerId) -> None:
    changes = with_officer(HELD, PeopleChanges(), replace(officer(about), name="样"))

    def approve() -> ProposalState:
        return moved(
            Move.APPROVE,
            state=ProposalState.SUBMITTED,
            changes=changes,
            author=officer(GUO),
            officer=officer(LIN),
        )

    if about == LIN:
        with pytest.raises(ProposalError, match=ProposalFault.ABOUT_REVIEWER):
            approve()
    else:
        assert approve() is ProposalState.APPROVED


def test_numbers_go_on_where_they_ended() -> None:
    assert next_officer(one.id for one in HELD.officers) == "o0203"
    assert next_pair(one.id for one in HELD.ab_pairs) == "ab042"
    windows = [one.id for one in HELD.windows]
    assert next_window(NodeId("440229-02"), windows) == "440229-02/w12"
    assert next_window(NodeId("440229-09"), windows) == "440229-09/w01"
