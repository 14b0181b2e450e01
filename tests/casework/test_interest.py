"""Who a case concerns, and what each of them may hold."""

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.case import Case
from casework.fold import fold
from casework.interest import concerns, entitled, interest_of
from casework.names import NodeId
from casework.procedure import PROCEDURE
from casework.procedure_row import Row
from tests.builders import (
    COUNTY,
    INTAKE,
    OTHER_TOWN,
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
    WU,
    Pad,
    a_part,
    accepted_in_town,
)
from tests.casework.situations import examples

EXAMPLES = examples()
ELSEWHERE = replace(INTAKE, pickup=OTHER_TOWN)


def a_case(*more: tuple[NodeId, acts.AnyAct], last: acts.AnyAct | None = None) -> Case:
    """`last`: one more act of the town, which brings words of each kind."""
    pad = Pad()
    steps = [
        (node, replace(act, intake=ELSEWHERE) if hasattr(act, "intake") else act)
        for node, act in accepted_in_town()
    ]
    chain = pad.chain(*steps, *more)
    if last is not None:
        words = (a_part("notice"), a_part("grounds"))
        chain.append(pad.write(last, node=TOWN, after=chain[-1], parts=words))
    case = fold(chain).case
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


@pytest.mark.parametrize("row", PROCEDURE.values(), ids=[row.name for row in PROCEDURE.values()])
def test_the_village_holds_the_words_that_its_papers_quote_and_no_others(row: Row) -> None:
    """The laptop prints every paper of an applicant again; a leader's reasons are not for it."""
    # An extension quotes what was written when it was asked for.
    on_paper = row.document is not None or row.act is acts.RequestExtension
    for name, quoted in (("grounds", on_paper and "grounds" in row.parts), ("notice", False)):
        asked = row.act in {acts.NotifyDeficiency, acts.NotifyDeficiencyReview}
        case = a_case(last=EXAMPLES[row.act])
        if case.pen == VILLAGE:
            continue
        assert may_have(case, VILLAGE, name) is (quoted or (name == "notice" and asked)), name
        assert may_have(case, TOWN, name)


def test_a_second_notice_is_told_at_the_village_and_not_who_agreed_to_it_and_why() -> None:
    again = a_case(last=replace(EXAMPLES[acts.NotifyDeficiency], agreed_by=WU))
    assert may_have(again, VILLAGE, "notice")
    assert not may_have(again, VILLAGE, "grounds")


def test_whoever_has_the_case_given_back_reads_why() -> None:
    returned = a_case(last=acts.HandOverPen(VILLAGE))
    assert returned.pen == VILLAGE
    assert may_have(returned, VILLAGE, "notice")
    assert may_have(returned, VILLAGE, "form")
