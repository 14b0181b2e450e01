"""Who a case concerns, and what each of them may hold."""

from msgspec.structs import replace

from casework import act as acts
from casework.case import Case
from casework.fold import fold
from casework.interest import concerns, entitled, interest_of
from casework.names import NodeId
from tests.builders import (
    COUNTY,
    INTAKE,
    OTHER_TOWN,
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
    Pad,
    a_part,
    accepted_in_town,
)

ELSEWHERE = replace(INTAKE, pickup=OTHER_TOWN)


def a_case(*more: tuple[NodeId, acts.AnyAct]) -> Case:
    pad = Pad()
    steps = [
        (node, replace(act, intake=ELSEWHERE) if hasattr(act, "intake") else act)
        for node, act in accepted_in_town()
    ]
    case = fold(pad.chain(*steps, *more)).case
    assert case is not None
    return case


def may_have(case: Case, node: NodeId, name: str) -> bool:
    return entitled(case, node, a_part(name), TOWN)


def test_the_way_in_the_pen_and_the_chosen_counter_are_concerned() -> None:
    assert interest_of(a_case()) == {VILLAGE, TOWN, OTHER_TOWN}


def test_a_neighbour_is_told_for_the_sake_of_those_below_it() -> None:
    case = a_case()
    assert concerns(case, TOWN)
    assert concerns(case, VILLAGE)
    assert not concerns(case, OTHER_VILLAGE)


def test_the_chosen_counter_gets_identity_and_result_only() -> None:
    case = a_case((TOWN, acts.HandOverPen(COUNTY)))
    assert may_have(case, OTHER_TOWN, "applicant")
    assert may_have(case, OTHER_TOWN, "result")
    assert not may_have(case, OTHER_TOWN, "form")
    assert not may_have(case, OTHER_TOWN, "m1")


def test_the_counter_that_hands_over_gets_no_more_with_the_pen() -> None:
    case = a_case(
        (TOWN, acts.HandOverPen(COUNTY)),
        (COUNTY, acts.Take()),
        (COUNTY, acts.DecideGrant((), None)),
        (COUNTY, acts.ProduceResult(None)),
        (COUNTY, acts.HandOverPen(OTHER_TOWN)),
    )
    assert may_have(case, OTHER_TOWN, "result")
    assert not may_have(case, OTHER_TOWN, "m1")


def test_the_village_keeps_name_and_result_once_it_handed_up() -> None:
    case = a_case()
    assert may_have(case, VILLAGE, "applicant")
    assert not may_have(case, VILLAGE, "form")
    assert may_have(case, TOWN, "form")
    assert may_have(case, COUNTY, "form")


def test_a_stranger_gets_nothing() -> None:
    assert not may_have(a_case(), OTHER_VILLAGE, "applicant")
