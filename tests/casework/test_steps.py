"""The steps of a case follow from its timeline: what is done, what is current, whose turn it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import act as acts
from casework.act import AnyAct, Outcome, TerminationGround
from casework.case import Case
from casework.matter import MatterVersion
from casework.steps import (
    Awaited,
    Progress,
    StepState,
    groups_of,
    passed_over,
    passed_over_at_last,
    progress_of,
    undone_before_decision,
)
from tests.builders import CHEN, COUNTY, INTAKE, TOWN
from tests.casework.timelines import (
    ACCEPT,
    GRANT,
    PRODUCE,
    RECEIVE,
    REFUSE,
    VERDICTS,
    Told,
    a_case,
    county,
    on,
    passed,
    returned,
    special,
    town,
)
from tests.county import catalogue, matter

ALLOWANCE = matter("minimum-living-allowance")
HOMESTEAD = matter("homestead-and-house")
PASSPORT = matter("ordinary-passport")
TIMBER = matter("timber-felling-permit")

RECEIVED = (town(RECEIVE, "11-02"),)
ACCEPTED = (*RECEIVED, town(ACCEPT, "11-03"))
REVIEWED_IN_TOWN = (
    *ACCEPTED,
    town(passed(2), "11-05"),
    town(special("P1", "11-13"), "11-06"),
    town(acts.EndSpecial("P1"), "11-13"),
    town(passed(5), "11-16"),
)
DECIDED = (*REVIEWED_IN_TOWN, county(passed(6), "11-17"), county(GRANT, "11-18"))


def states(progress: Progress) -> str:
    """A letter for each step: done, current, to come, passed over."""
    letters = {
        StepState.DONE: "d",
        StepState.CURRENT: "c",
        StepState.TO_COME: "-",
        StepState.PASSED_OVER: "o",
    }
    return "".join(letters[one.state] for one in progress.steps)


def progress(*told: Told, of: MatterVersion = ALLOWANCE) -> Progress:
    return progress_of(a_case(*told), of)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (RECEIVED, "c-------"),
        (ACCEPTED, "dc------"),
        ((*RECEIVED, town(acts.DeemAccepted(), "11-11")), "dc------"),
        ((*ACCEPTED, town(passed(2), "11-05")), "ddccc---"),
        (REVIEWED_IN_TOWN, "ddoddc--"),
        (DECIDED, "ddodddd" + "c"),
        ((*DECIDED, county(PRODUCE, "11-19")), "ddodddd" + "d"),
        # Nobody gave an opinion: whoever decides passes over what comes before.
        ((*ACCEPTED, county(GRANT, "11-05")), "dooooodc"),
        ((*ACCEPTED, county(passed(6), "11-05")), "doooodc-"),
    ],
)
def test_each_step_is_done_current_to_come_or_passed_over(
    told: tuple[Told, ...], shown: str
) -> None:
    assert states(progress(*told)) == shown


def test_a_step_tells_who_did_it_where_and_when() -> None:
    survey = progress(*DECIDED).of(2)
    assert survey is not None
    assert survey.done is not None
    assert (survey.done.node, survey.done.at) == (TOWN, on("11-05"))
    (turn,) = survey.turns
    assert (turn.started.act, turn.ended, turn.done) == ("accept", survey.done, True)


def test_what_a_decision_would_pass_over_is_named_before() -> None:
    def undone(*told: Told) -> list[int]:
        return [step.seq for step in undone_before_decision(a_case(*told), ALLOWANCE)]

    assert undone(*ACCEPTED) == [2, 3, 4, 5, 6]
    assert undone(*REVIEWED_IN_TOWN) == [3, 6]  # nobody gave an opinion of the third
    assert undone(*REVIEWED_IN_TOWN, county(passed(6), "11-17")) == [3]


def test_what_a_decision_passed_over_stays_on_record() -> None:
    def over(*told: Told) -> list[list[int]]:
        found = passed_over(a_case(*told), ALLOWANCE)
        return [[step.seq for step in steps] for steps in found.values()]

    def at_last(*told: Told) -> list[int]:
        return [step.seq for step in passed_over_at_last(a_case(*told), ALLOWANCE)]

    hasty = (*ACCEPTED, county(GRANT, "11-05"))
    again = (*hasty, county(acts.Reopen(CHEN), "11-06"))
    mended = (*again, *(county(passed(seq), "11-09") for seq in (2, 3, 5, 6)))
    assert at_last(*ACCEPTED) == at_last(*again) == []
    assert over(*hasty) == [at_last(*hasty)] == [[2, 3, 4, 5, 6]]
    assert over(*DECIDED) == [at_last(*DECIDED)] == [[3]]
    assert over(*mended, county(REFUSE, "11-10")) == [[2, 3, 4, 5, 6], [4]]
    assert at_last(*mended, county(REFUSE, "11-10")) == [4]


@given(st.integers(0, 5))
def test_what_is_named_before_a_decision_is_what_is_on_record_after_it(done: int) -> None:
    told = (*ACCEPTED, *(county(passed(seq), "11-05") for seq in (2, 3, 4, 5, 6)[:done]))
    named = undone_before_decision(a_case(*told), ALLOWANCE)

    assert passed_over_at_last(a_case(*told, county(GRANT, "11-06")), ALLOWANCE) == named


def test_whose_turn_it_is_stands_in_the_current_step() -> None:
    (now,) = progress(*REVIEWED_IN_TOWN).current
    assert (now.tier, now.unit, now.position) == ("county", "civil-affairs", "approver")


def test_a_special_procedure_that_ends_early_passes_over_nothing() -> None:
    early = progress(
        *ACCEPTED,
        town(special("P1", "11-12"), "11-04"),
        town(acts.EndSpecial("P1"), "11-12"),
    )
    assert states(early) == "dc-d----"
    then = progress(
        *ACCEPTED,
        town(special("P1", "11-12"), "11-04"),
        town(acts.EndSpecial("P1"), "11-12"),
        town(passed(2), "11-13"),
    )
    assert states(then) == "ddcdc---", "what is done already is not waited for"


def test_an_opinion_says_that_a_special_procedure_was_not_needed() -> None:
    case = (*ACCEPTED, town(passed(2), "11-05"), town(passed(3), "11-06"))
    assert states(progress(*case)) == "dddcc---"


def test_a_return_reopens_the_step_before_that_is_done_by_an_opinion() -> None:
    back = progress(*REVIEWED_IN_TOWN, county(returned(6), "11-17"))
    assert states(back) == "ddcdc---"
    survey = progress(*ACCEPTED, town(passed(2), "11-05"), town(returned(5), "11-06"))
    assert states(survey) == "dc------"
    first_review = progress(
        *REVIEWED_IN_TOWN, county(returned(6), "11-17"), town(passed(5), "11-18")
    ).of(5)
    assert first_review is not None
    assert [(turn.started.at, turn.ended and turn.ended.at) for turn in first_review.turns] == [
        (on("11-05"), on("11-16")),
        (on("11-17"), on("11-18")),
    ]


def test_a_return_from_the_first_step_that_has_an_opinion_changes_nothing() -> None:
    assert states(progress(*ACCEPTED, town(returned(2), "11-04"))) == "dc------"


def test_steps_of_one_group_are_open_together_and_all_have_to_be_done() -> None:
    surveyed = (*ACCEPTED, town(passed(2), "11-04"))
    assert states(progress(*surveyed, of=HOMESTEAD)) == "ddccc--"
    one = (*surveyed, town(passed(4), "11-05"))
    assert states(progress(*one, of=HOMESTEAD)) == "ddcdc--"
    units = [step.unit for step in progress(*one, of=HOMESTEAD).current]
    assert units == [None, "forestry"]
    rest = (*one, county(passed(5), "11-06"), town(passed(3), "11-09"))
    assert states(progress(*rest, of=HOMESTEAD)) == "dddddc-"
    assert [len(group) for group in groups_of(HOMESTEAD.steps)] == [1, 1, 3, 1, 1]
    assert [len(group) for group in groups_of(ALLOWANCE.steps)] == [1, 1, 3, 1, 1, 1]


def test_while_the_superior_has_it_it_is_nobodys_turn_here() -> None:
    sent = (*ACCEPTED, county(acts.ForwardUp("市局"), "11-04"))
    assert states(progress(*sent, of=PASSPORT)) == "dd-"
    assert progress(*sent, of=PASSPORT).awaits is Awaited.SUPERIOR
    answered = (*sent, county(acts.AnswerFromAbove(Outcome.PASS), "11-10"))
    assert progress(*answered, of=PASSPORT).awaits is Awaited.DECISION
    decided = (*answered, county(GRANT, "11-11"))
    assert states(progress(*decided, of=PASSPORT)) == "ddc"
    assert progress(*decided, of=PASSPORT).awaits is None


def test_the_result_waits_while_papers_are_owed_to_a_grant_alone() -> None:
    owing = (*RECEIVED, town(acts.AcceptDeferred(VERDICTS, "2026-11-20"), "11-03"))
    granted = (*owing, county(GRANT, "11-10"))
    assert progress(*granted).awaits is Awaited.DEFERRED_PAPERS
    assert progress(*granted).current == ()
    supplied = (*granted, county(acts.DeferredSatisfied(VERDICTS), "11-12"))
    issue = progress(*supplied).of(8)
    assert issue is not None
    assert issue.turns[0].started.at == on("11-12")
    refused = progress(*owing, county(REFUSE, "11-10"))
    assert (states(refused)[-1], refused.awaits) == ("c", None)


def test_papers_asked_for_make_it_the_applicants_turn() -> None:
    asked = (*RECEIVED, town(acts.NotifyDeficiency(VERDICTS, "2026-12-02"), "11-04"))
    assert progress(*asked).awaits is Awaited.APPLICANT
    assert progress(*asked).current == ()
    accept = progress(*asked, town(acts.Supplement(VERDICTS), "11-10")).of(1)
    assert accept is not None
    assert [(turn.started.act, turn.done) for turn in accept.turns] == [
        ("receive", False),
        ("supplement", False),
    ]
    later = (*ACCEPTED, county(acts.NotifyDeficiencyReview(VERDICTS, "2026-12-02"), "11-04"))
    assert progress(*later).awaits is Awaited.APPLICANT
    assert len(progress(*later).current) == 1, "the step stays where it is"


@pytest.mark.parametrize(
    "end",
    [
        acts.Withdraw("applicant"),
        acts.Terminate(TerminationGround.DEATH, CHEN),
        acts.MergeInto(a_case(*RECEIVED).id),
    ],
)
def test_a_case_that_ends_leaves_nobody_a_turn(end: AnyAct) -> None:
    ended = progress(*ACCEPTED, county(end, "11-05"))
    assert states(ended) == "doooooo" + "o"
    assert ended.current == ()
    assert ended.of(2).turns[0].done is False  # type: ignore[union-attr]


def test_a_case_that_is_opened_again_is_to_be_decided_again() -> None:
    closed = (
        *DECIDED,
        county(PRODUCE, "11-19"),
        county(acts.Deliver("applicant", "counter"), "11-20"),
        county(acts.Close(), "11-20"),
    )
    assert progress(*closed).current == ()
    again = progress(*closed, county(acts.Reopen(CHEN), "11-24"))
    assert states(again) == "ddodddc-"
    assert (
        states(progress(*closed, county(acts.Reopen(CHEN), "11-24"), county(GRANT, "11-25")))[-2:]
        == "dc"
    )


def test_an_instant_matter_is_done_in_one_sitting_or_by_a_decision() -> None:
    birth = matter("birth-registration")
    sitting = acts.Instant(INTAKE, VERDICTS, (), None, "applicant")
    assert states(progress((TOWN, sitting, on("11-02")), of=birth)) == "d"
    slow = (*RECEIVED, town(ACCEPT, "11-02", 11))
    assert states(progress(*slow, of=birth)) == "c"
    assert states(progress(*slow, town(GRANT, "11-03"), of=birth)) == "d"


def test_the_first_step_begins_with_the_acceptance_where_it_is_not_the_acceptance() -> None:
    elderly = matter("elderly-allowance")
    assert progress(*RECEIVED, of=elderly).current == ()
    assert states(progress(*ACCEPTED, of=elderly)) == "c---"


ANY_ACT = st.sampled_from(
    [
        *(RECEIVE, ACCEPT, GRANT, REFUSE, PRODUCE, acts.DeemAccepted(), acts.Take()),
        *(acts.AcceptDeferred(VERDICTS, "2026-12-01"), acts.DeferredSatisfied(VERDICTS)),
        *(acts.NotifyDeficiency(VERDICTS, "2026-12-01"), acts.Supplement(VERDICTS)),
        *(acts.NotifyDeficiencyReview(VERDICTS, "2026-12-01"), acts.SupplementInReview(VERDICTS)),
        *(special("P1", "12-01"), acts.EndSpecial("P1"), acts.EndSpecial("P9")),
        *(acts.ForwardUp("x"), acts.AnswerFromAbove(Outcome.PASS), acts.Reopen(CHEN)),
        *(acts.Withdraw("applicant"), acts.Close(), acts.Deliver("applicant", "counter")),
        *(passed(seq) for seq in range(1, 9)),
        *(returned(seq) for seq in range(1, 9)),
    ]
)
SOME_ACTS = st.lists(st.tuples(ANY_ACT, st.integers(1, 28)), min_size=1, max_size=25)


def any_case(told: list[tuple[AnyAct, int]]) -> Case:
    """Acts in any order, dated in any order: what a table of rows would never allow."""
    return a_case(
        county(RECEIVE, "11-10"), *((COUNTY, act, on(f"11-{day:02}")) for act, day in told)
    )


@given(SOME_ACTS, st.sampled_from(catalogue().matters))
def test_any_entries_leave_each_step_in_one_state_with_turns_that_end(
    told: list[tuple[AnyAct, int]], of: MatterVersion
) -> None:
    found = progress_of(any_case(told), of)
    assert [one.step for one in found.steps] == sorted(of.steps, key=lambda step: step.seq)
    for one in found.steps:
        open_turns = [turn for turn in one.turns if turn.ended is None]
        assert len(open_turns) == (one.state is StepState.CURRENT)
        assert (one.done is not None) == (one.state is StepState.DONE)
    if found.awaits in {Awaited.SUPERIOR, Awaited.DECISION, Awaited.DEFERRED_PAPERS}:
        assert found.current == ()
