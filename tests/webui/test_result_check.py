"""What a result's paper is worth today, told to whoever holds it."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest
from msgspec import Struct
from msgspec.structs import replace

from casework.case import Case
from casework.delegation_file import Instrument
from casework.verdict import Judgement
from tests.builders import NOON
from tests.webui.case_builders import names, stories
from webui.result_check import Attested, Standing, result_view


class Key(Struct, frozen=True):
    is_genuine: bool = True


class Found(Struct, frozen=True, kw_only=True):
    signatures: Sequence[Key] = (Key(),)
    is_entitled: bool = True
    county_right: bool = True
    instrument: Instrument | None = None
    power_ended: datetime | None = None
    verdict: Judgement | None = None
    is_ratified: bool = False


SOUND = Found()
ORDER = Instrument("i1", "翁府委〔2026〕3号", "委托书", "entrustment", "县民政局", date(2026, 1, 4))
CASES = {name: story.case for name, story in stories().items()}


def standing(case: Case, found: Attested) -> Standing | None:
    shown = result_view(case, found, names())
    return shown.standing if shown is not None else None


def with_decision(case: Case, **changes: object) -> Case:
    assert case.decision is not None
    return replace(case, decision=replace(case.decision, **changes))


@pytest.mark.parametrize("name", sorted(CASES.keys() - {"delivered", "closed"}))
def test_nothing_is_told_of_a_result_before_it_was_handed_over(name: str) -> None:
    case = CASES[name]
    was_handed_over = any(each.act in {"deliver", "instant"} for each in case.timeline)
    assert (result_view(case, SOUND, names()) is not None) == was_handed_over


@pytest.mark.parametrize("name", ["delivered", "closed"])
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (SOUND, Standing.VALID),
        (Found(verdict=Judgement.CONFIRMED_FLAGGED), Standing.VALID),
        (Found(signatures=()), Standing.BROKEN),
        (Found(signatures=(Key(), Key(is_genuine=False))), Standing.BROKEN),
        (Found(verdict=Judgement.REJECTED), Standing.BROKEN),
        (Found(verdict=Judgement.REJECTED, is_entitled=False), Standing.BROKEN),
        (Found(verdict=Judgement.SUSPENDED, is_entitled=False), Standing.UNDECIDED),
        (Found(is_entitled=False), Standing.UNDECIDED),
    ],
)
def test_it_is_worth_what_stands_behind_it(name: str, found: Found, expected: Standing) -> None:
    assert standing(CASES[name], found) is expected


def test_what_was_taken_back_is_never_called_valid() -> None:
    delivered = CASES["delivered"]
    reopened = replace(delivered, decision=None)
    assert standing(with_decision(delivered, revoked=True), SOUND) is Standing.TAKEN_BACK
    assert standing(reopened, SOUND) is Standing.TAKEN_BACK


def test_a_corrected_result_names_its_edition() -> None:
    shown = result_view(with_decision(CASES["delivered"], version=2), SOUND, names())
    assert shown is not None
    assert shown.standing is Standing.REPLACED
    assert ("更正", "现行的是第 2 版，以前各版不再有效") in shown.lines


def test_a_power_that_ended_later_is_told_and_changes_nothing() -> None:
    found = Found(county_right=False, instrument=ORDER, power_ended=NOON)
    shown = result_view(CASES["delivered"], found, names())
    assert shown is not None
    assert shown.standing is Standing.VALID
    assert any("其后于" in text and ORDER.number in text for _, text in shown.lines)
