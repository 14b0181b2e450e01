"""Who is told what of a case that never passed by them, and for how long."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework import act as acts
from casework.asking import (
    ASKED_MAX,
    MISSED_MAX,
    RIGHTS,
    Answer,
    Asking,
    Guest,
    Purpose,
    Question,
    answer_to,
    guest_parts,
    is_staying,
    may_be_brought,
    purposes_for,
)
from casework.case import Case
from casework.fold import fold
from casework.interest import entitled, interest_of
from casework.names import NodeId, Tier, tier_of
from casework.organisation import Role
from casework.procedure import BY_NAME
from casework.query_code import query_code
from tests.builders import HALL, INTAKE, OTHER_TOWN, OTHER_VILLAGE, TOWN, VILLAGE, Pad, a_part

TAILS = ("0004", "001X")
NODES = st.sampled_from((TOWN, OTHER_TOWN, HALL, VILLAGE, OTHER_VILLAGE))
PURPOSES = st.one_of(st.sampled_from([each.value for each in Purpose]), st.text(max_size=8))


def a_case(*more: acts.AnyAct) -> Case:
    """A case of the one town, with what happened to it since it was received."""
    pad = Pad()
    receive = acts.Receive(replace(INTAKE, pickup=TOWN), ())
    case = fold(pad.chain((TOWN, receive), *((TOWN, act) for act in more))).case
    assert case is not None
    return case


ASKED = acts.NotifyDeficiency((), "2026-12-24")
SUPPLIED = acts.Supplement(())
CASES = {
    "received": a_case(),
    "awaiting": a_case(ASKED),
    "supplied": a_case(ASKED, SUPPLIED),
    "asked again": a_case(ASKED, SUPPLIED, ASKED),
    "accepted": a_case(acts.Accept(())),
    "owing": a_case(acts.AcceptDeferred((), "2026-12-24")),
    "withdrawn": a_case(acts.Withdraw("applicant")),
}
ANY_CASE = st.sampled_from(sorted(CASES))


@st.composite
def askings(draw: st.DrawFn) -> Asking:
    return Asking(
        node=draw(NODES),
        roles=draw(st.frozensets(st.sampled_from(Role), max_size=3)),
        question=draw(st.sampled_from(Question)),
        purpose=draw(PURPOSES),
        shown=draw(st.sampled_from(["", "0004", "001x", "0005", query_code(CASES["awaiting"].id)])),
        asked=draw(st.integers(0, ASKED_MAX + 2)),
        missed=draw(st.integers(0, MISSED_MAX + 2)),
    )


@given(askings(), ANY_CASE)
def test_a_case_is_given_only_for_a_purpose_to_who_may_ask_and_shows_what_is_held(
    asking: Asking, name: str
) -> None:
    case = CASES[name]
    if answer_to(asking, case, TAILS) is not Answer.FOUND:
        return
    right = RIGHTS[Purpose(asking.purpose)]
    assert asking.question is right.question
    assert not right.roles[tier_of(asking.node)].isdisjoint(asking.roles)
    assert asking.shown.upper() in {*TAILS, query_code(case.id)}
    assert asking.asked < ASKED_MAX
    assert asking.missed < MISSED_MAX


@given(askings(), ANY_CASE)
def test_without_what_the_applicant_holds_nobody_learns_whether_there_is_a_case(
    asking: Asking, name: str
) -> None:
    shown = replace(asking, shown="9999")
    assert answer_to(shown, CASES[name], TAILS) is answer_to(shown, None, ())
    # What is refused is refused before anything of a case is looked at.
    refused = answer_to(asking, None, ()) is Answer.NOT_ENTITLED
    assert (answer_to(asking, CASES[name], TAILS) is Answer.NOT_ENTITLED) is refused


@given(NODES, st.frozensets(st.sampled_from(Role)))
def test_a_village_asks_only_how_a_case_goes(node: NodeId, roles: frozenset[Role]) -> None:
    if tier_of(node) is Tier.VILLAGE:
        assert set(purposes_for(node, roles)) <= {Purpose.PROGRESS}


@given(NODES, st.sampled_from(Purpose), ANY_CASE, st.integers(-600, 600))
def test_a_guest_is_told_only_while_something_can_be_brought(
    node: NodeId, purpose: Purpose, name: str, minutes: int
) -> None:
    case, right = CASES[name], RIGHTS[purpose]
    guest = Guest(node, purpose.value, case.timeline[-1].written_at + timedelta(minutes=minutes))
    stays = is_staying(case, guest)
    assert (node in interest_of(case, (guest,))) is (stays or node in interest_of(case))
    if stays:
        assert any(may_be_brought(each, case) for each in right.brings)
    if node not in interest_of(case):
        for part in ("applicant", "notice", "form", "m1", "result", "opinion"):
            may_have = entitled(case, node, a_part(part), TOWN, (guest,))
            assert may_have is (stays and part in guest_parts(guest))


def test_one_question_is_one_stay() -> None:
    asked = CASES["awaiting"]
    guest = Guest(OTHER_TOWN, "supply", asked.timeline[-1].written_at)
    assert is_staying(asked, guest)
    assert not is_staying(CASES["supplied"], guest)
    assert not is_staying(CASES["asked again"], guest)
    later = replace(guest, since=CASES["asked again"].timeline[-1].written_at)
    assert is_staying(CASES["asked again"], later)


def test_every_act_that_may_be_brought_is_one_of_the_procedure() -> None:
    for right in RIGHTS.values():
        assert set(right.brings) <= set(BY_NAME)
