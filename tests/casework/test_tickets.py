"""Whose turn it is, whatever order people came, were skipped and came back in."""

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.tickets import (
    Line,
    Ticket,
    TicketMove,
    TicketMovedOnError,
    TicketState,
    in_order,
    moved,
    turn_of_booked,
)
from tests.builders import NOON

_minutes = st.integers(0, 600).map(lambda count: NOON + timedelta(minutes=count))


@st.composite
def tickets(draw: st.DrawFn) -> list[Ticket]:
    count = draw(st.integers(0, 30))
    return [
        Ticket(
            id=f"{place:032x}",
            line=draw(st.sampled_from(Line)),
            serial=place + 1,
            taken_at=(taken := draw(_minutes)),
            turn_at=taken,
            goes_first=draw(st.booleans()),
            state=draw(st.sampled_from(TicketState)),
        )
        for place in range(count)
    ]


@given(tickets())
def test_nobody_is_passed_over_who_came_before_with_the_same_right(queue: list[Ticket]) -> None:
    order = in_order(queue)
    assert {each.id for each in order} == {
        each.id for each in queue if each.state is TicketState.WAITING
    }
    for earlier, later in itertools.pairwise(order):
        assert earlier.goes_first >= later.goes_first
        if earlier.goes_first == later.goes_first:
            assert earlier.turn_at <= later.turn_at


@given(tickets(), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_tickets_are_kept(
    queue: list[Ticket], random: object
) -> None:
    shuffled = list(queue)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_order(shuffled) == in_order(queue)


@given(_minutes, _minutes)
def test_whoever_booked_never_waits_longer_for_it(taken: datetime, booked: datetime) -> None:
    turn = turn_of_booked(taken, booked)
    assert turn <= taken
    assert turn <= booked


@pytest.mark.parametrize("state", TicketState)
def test_a_ticket_is_called_once_and_ends_once(state: TicketState) -> None:
    ticket = replace(Ticket(id="a", line=Line.INTAKE, serial=1, taken_at=NOON, turn_at=NOON))
    ticket = replace(ticket, state=state)
    may_be_called = state is TicketState.WAITING
    if may_be_called:
        assert moved(ticket, TicketMove.CALL) is TicketState.CALLED
    else:
        with pytest.raises(TicketMovedOnError):
            moved(ticket, TicketMove.CALL)
    if state is TicketState.DONE:
        for move in TicketMove:
            with pytest.raises(TicketMovedOnError):
                moved(ticket, move)


def test_a_number_is_short_enough_to_be_called_out() -> None:
    assert Ticket(id="a", line=Line.RESULTS, serial=7, taken_at=NOON, turn_at=NOON).number == "B007"
