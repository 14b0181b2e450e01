"""What each stage of the archive holds of a case, and what is missing before it is filed."""

import pytest
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.archive import (
    CONTENT_STAGES,
    DOCUMENT_STAGES,
    OF_THE_CASE,
    STEP_PASSED_OVER,
    Keeping,
    Piece,
    Stage,
    archive_of,
    missing,
)
from casework.case import Case, CasePart, Closure
from casework.names import MessageId
from casework.procedure import PROCEDURE, ROWS, Row
from casework.steps import OPINED
from tests.builders import INTAKE, TOWN, a_part
from tests.casework.situations import (
    ASKED,
    DELIVERED,
    GRANTED,
    HELD,
    INSTANT,
    JUDGED,
    LEADER,
    MATTER,
    OWING,
    READY,
    RECEIVED,
    examples,
    folded,
    situations,
    verdicts,
)

UP: tuple[AnyAct, ...] = (*JUDGED, acts.ForwardUp("市民政局"))
SPECIAL: tuple[AnyAct, ...] = (*JUDGED, acts.StartSpecial("P1", "2026-12-01", LEADER))
EXTENDING: tuple[AnyAct, ...] = (*JUDGED, acts.RequestExtension(MATTER.limits.promised))


def keeping(case: Case, of: Keeping) -> set[tuple[Stage, str]]:
    return {(each.stage, each.what) for each in archive_of(case, MATTER) if each.keeping is of}


def lacks(*steps: AnyAct) -> set[tuple[Stage, str]]:
    """What is missing beside the words, sheets and steps, which these cases come without."""
    found = keeping(folded(*steps), Keeping.MISSING) - {(Stage.REVIEW, STEP_PASSED_OVER)}
    return {(stage, what) for stage, what in found if not what.startswith("part-")}


def a_part_of(entry: MessageId, name: str) -> CasePart:
    return CasePart(a_part(name), entry, TOWN)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_document_and_every_content_of_the_procedure_has_its_stage(row: Row) -> None:
    assert row.document is None or row.document in DOCUMENT_STAGES
    assert not set(row.parts) - OF_THE_CASE or row.name in CONTENT_STAGES


@pytest.mark.parametrize("act", examples().values(), ids=lambda act: PROCEDURE[type(act)].name)
def test_whatever_an_act_prints_lies_in_the_file_afterwards(act: AnyAct) -> None:
    meaning = act.restated if isinstance(act, acts.TakeUpDeposit) else act
    row = PROCEDURE[type(meaning)]

    case = folded(*RECEIVED, act)

    held = keeping(case, Keeping.HELD)
    assert row.document is None or (DOCUMENT_STAGES[row.document], row.document) in held
    stages = [each.stage for each in archive_of(case, MATTER)]
    assert stages == sorted(stages, key=list(Stage).index)


@pytest.mark.parametrize(
    ("steps", "gap"),
    [
        (ASKED, (Stage.SUPPLEMENT, "supplement-receipt")),
        (
            (*JUDGED, acts.NotifyDeficiencyReview((), "2026-12-21")),
            (Stage.SUPPLEMENT, "review-supplement-receipt"),
        ),
        (OWING, (Stage.SUPPLEMENT, "deferral-satisfied")),
        (HELD, (Stage.SUPPLEMENT, "deferral-satisfied")),
        (EXTENDING, (Stage.SUSPENSION, "extension-notice")),
        (UP, (Stage.REVIEW, "answer")),
        (READY, (Stage.OTHER, "fee-notice")),
    ],
)
def test_what_was_begun_and_not_finished_is_missing(
    steps: tuple[AnyAct, ...], gap: tuple[Stage, str]
) -> None:
    assert gap in lacks(*steps)


@pytest.mark.parametrize(
    "steps",
    [
        (*ASKED, acts.Supplement(verdicts())),
        (*OWING, acts.DeferredSatisfied(verdicts())),
        (*OWING, acts.Withdraw("applicant")),
        (*ASKED, acts.Lapse()),
        (*UP, acts.DecideGrant((), "D-1")),
        (*EXTENDING, acts.GrantExtension(MATTER.limits.promised)),
        (*EXTENDING, acts.DecideRefuse((), ("c1",), None)),
        (*JUDGED, acts.DecideRefuse((), ("c1",), None), acts.ProduceResult(None)),
        (*JUDGED, acts.SettleFee(0, 500, None), *GRANTED[-1:], acts.ProduceResult("D-1")),
        (*JUDGED, acts.Terminate(acts.TerminationGround.DEATH, LEADER)),
    ],
)
def test_once_it_is_finished_or_the_case_has_ended_it_is_not(steps: tuple[AnyAct, ...]) -> None:
    assert lacks(*steps) == set()


def test_the_word_of_a_special_procedure_is_missing_until_it_ends_and_names_it() -> None:
    special = MATTER.special("P1")
    assert special is not None
    open_one = Piece(Stage.SUSPENSION, "part-opinion", Keeping.MISSING, special.name)

    assert open_one in archive_of(folded(*SPECIAL), MATTER)
    decided = folded(*SPECIAL, acts.DecideRefuse((), ("c1",), None))
    assert open_one not in archive_of(decided, MATTER)


def test_a_case_that_is_only_being_written_down_has_no_file() -> None:
    assert archive_of(folded(acts.Draft(INTAKE)), MATTER) == ()


@pytest.mark.parametrize("name", sorted(situations()))
def test_a_file_names_each_thing_once(name: str) -> None:
    situation = situations()[name]
    if situation.case is not None:
        pieces = archive_of(situation.case, situation.matter)
        assert len(pieces) == len(set(pieces))


def test_what_people_sign_is_looked_for_on_paper() -> None:
    owing = folded(*OWING)

    assert keeping(folded(*DELIVERED), Keeping.ON_PAPER) == {
        (Stage.RECEIPT, "materials"),
        (Stage.CLOSING, "signed-receipt"),
    }
    assert (Stage.ACCEPTANCE, "deferral-commitment") in keeping(owing, Keeping.ON_PAPER)


def test_content_is_held_where_its_part_lies_here_and_missing_where_it_has_not_come() -> None:
    bare = folded(*GRANTED)
    assert bare.decision is not None
    opinion = a_part_of(bare.decision.entry, "opinion")
    case = replace(bare, parts=(opinion,))
    wanted = Piece(Stage.REVIEW, "part-opinion")

    assert wanted in archive_of(case, MATTER)
    assert wanted not in archive_of(case, MATTER, {opinion.ref.hash})
    assert replace(wanted, keeping=Keeping.MISSING) in archive_of(bare, MATTER)


def test_the_answer_from_above_is_filed_in_its_own_words() -> None:
    case = folded(*UP, acts.AnswerFromAbove(acts.Outcome.PASS))
    answered = replace(case, parts=(a_part_of(case.head, "opinion"),))

    assert Piece(Stage.REVIEW, "answer") in archive_of(answered, MATTER)
    assert Piece(Stage.REVIEW, "answer", Keeping.MISSING) in archive_of(case, MATTER)


def test_each_step_that_the_decision_passed_over_is_missing_by_its_name() -> None:
    def over(*steps: AnyAct) -> list[str]:
        pieces = archive_of(folded(*steps), MATTER)
        return [each.about for each in pieces if each.what == STEP_PASSED_OVER]

    opinions = [step for step in MATTER.steps if step.act in OPINED]
    assert over(*JUDGED) == []
    assert over(*GRANTED) == [step.name for step in opinions]
    done = [acts.Opine(step.seq, acts.Outcome.PASS) for step in opinions]
    assert over(*JUDGED, *done, *GRANTED[-1:]) == []


def test_a_scan_on_its_way_is_missing_by_the_name_of_its_material() -> None:
    case = folded(*RECEIVED)
    need = MATTER.materials[0]
    part = a_part_of(case.timeline[0].entry, need.id)
    case = replace(case, parts=(part,))
    scan = Piece(Stage.RECEIPT, "scan", Keeping.MISSING, need.name)

    assert scan in archive_of(case, MATTER, {part.ref.hash})
    assert scan not in archive_of(case, MATTER)


def test_one_sitting_needs_no_other_answer_and_no_other_decision() -> None:
    instant = acts.Instant(INTAKE, verdicts(), (), None, "applicant")
    case = replace(folded(instant), closure=Closure.NORMAL)

    gaps = {each.what for each in missing(archive_of(case, replace(INSTANT, fees=())))}

    assert {each for each in gaps if not each.startswith("part-")} == set()


def test_filing_itself_adds_the_closing_notice() -> None:
    closed = folded(*DELIVERED, acts.Close())

    assert (Stage.CLOSING, "closing-notice") in keeping(closed, Keeping.HELD)
    assert (Stage.ACCEPTANCE, "acceptance-notice") in keeping(closed, Keeping.HELD)
