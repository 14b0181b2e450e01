"""How often somebody had to come (requirement C4)."""

from datetime import timedelta

from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.entry import Written
from casework.fold import fold
from casework.names import NodeId
from casework.visits import visits
from tests.builders import COUNTY, INTAKE, NOON, OTHER_TOWN, TOWN, Pad, collected_and_handed_up
from tests.county import calendar

RECEIVED = acts.Receive(INTAKE, ())
HOME = acts.Receive(replace(INTAKE, channel="home_visit"), ())
OWED = acts.NotifyDeficiency((), "2026-12-21")
BROUGHT = acts.Supplement(())
COLLECTED = acts.Deliver("applicant", "counter")


def counted(*said: tuple[NodeId, AnyAct, int]) -> int:
    """Each act at a node, so many days after noon."""
    pad = Pad()
    written: list[Written] = []
    for node, act, days in said:
        after = written[-1] if written else None
        written.append(pad.write(act, node=node, after=after, at=NOON + timedelta(days=days)))
    case = fold(written).case
    assert case is not None
    return visits(case, {each.id: each.entry.act for each in written}, calendar())


def test_coming_to_apply_to_supply_and_to_collect_is_three_ways() -> None:
    supplied = ((TOWN, RECEIVED, 0), (TOWN, OWED, 0), (TOWN, BROUGHT, 3))

    assert counted((TOWN, RECEIVED, 0)) == 1
    assert counted(*supplied) == 2
    assert counted(*supplied, (TOWN, COLLECTED, 9)) == 3


def test_what_is_done_in_one_sitting_is_one_way() -> None:
    said = ((TOWN, RECEIVED, 0), (TOWN, OWED, 0), (TOWN, BROUGHT, 0), (TOWN, COLLECTED, 0))

    assert counted(*said) == 1


def test_who_is_visited_or_gets_it_by_post_does_not_come() -> None:
    posted = acts.Deliver("applicant", "post")

    assert counted((TOWN, HOME, 0), (TOWN, posted, 5)) == 0


def test_what_a_village_handed_up_cost_nobody_a_way_to_the_hall() -> None:
    handed_up = [(node, act, 0) for node, act in collected_and_handed_up()]

    assert counted(*handed_up, (TOWN, RECEIVED, 1)) == 0
    assert counted(*handed_up, (TOWN, RECEIVED, 1), (TOWN, acts.HandOverPen(COUNTY), 1)) == 0


def test_another_hall_on_the_same_day_is_another_way() -> None:
    pen = acts.HandOverPen(OTHER_TOWN)

    assert counted((TOWN, RECEIVED, 0), (TOWN, pen, 0), (OTHER_TOWN, COLLECTED, 0)) == 2
