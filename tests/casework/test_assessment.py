"""The decision panel trusts a verdict only as far as the matter does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.assessment import Outcome, Reason, assess, failed_conditions, materials_for, needs
from casework.catalogue import Catalogue
from casework.material import MaterialState, MaterialVerdict, Necessity
from casework.matter import MatterVersion, scenario_for

PRESENT = MaterialState.PRESENT


@pytest.fixture(scope="session")
def matter(catalogue: Catalogue) -> MatterVersion:
    """A matter that lets some materials come later, without scenarios."""
    return next(
        one
        for one in catalogue.matters
        if one.supports.deferral
        and not one.scenarios
        and any(m.necessity is Necessity.DEFERRABLE and not m.when for m in one.materials)
    )


def verdicts(matter: MatterVersion, **changed: MaterialState) -> list[MaterialVerdict]:
    return [
        MaterialVerdict(m.id, changed.get(m.id, PRESENT), m.originals, m.copies, ())
        for m in matter.materials
    ]


def deferrable(matter: MatterVersion) -> str:
    return next(
        m.id for m in matter.materials if m.necessity is Necessity.DEFERRABLE and not m.when
    )


def required(matter: MatterVersion) -> str:
    return next(
        m.id
        for m in matter.materials
        if m.necessity is Necessity.REQUIRED and not m.when and not m.may_be_cited
    )


def test_everything_there_is_acceptable(matter: MatterVersion) -> None:
    found = assess(matter, {}, verdicts(matter))
    assert found.outcome is Outcome.ACCEPTABLE
    assert found.supply_within is None


def test_a_deferrable_material_may_follow(matter: MatterVersion) -> None:
    late = deferrable(matter)
    found = assess(matter, {}, verdicts(matter, **{late: MaterialState.DEFERRED}))
    assert found.outcome is Outcome.DEFERRABLE
    assert found.deferred == (late,)
    assert matter.supports.deferral is not None
    assert found.supply_within == matter.supports.deferral.supply_within


def test_what_must_be_there_cannot_be_put_off(matter: MatterVersion) -> None:
    needed = required(matter)
    found = assess(matter, {}, verdicts(matter, **{needed: MaterialState.DEFERRED}))
    assert found.outcome is Outcome.DEFICIENT
    assert found.missing == (needed,)
    assert found.may_defer == ()


def test_without_deferral_nothing_is_put_off(matter: MatterVersion) -> None:
    strict = replace(matter, supports=replace(matter.supports, deferral=None))
    late = deferrable(matter)
    found = assess(strict, {}, verdicts(strict, **{late: MaterialState.DEFERRED}))
    assert found.outcome is Outcome.DEFICIENT


def test_the_panel_says_which_missing_material_could_follow(matter: MatterVersion) -> None:
    late = deferrable(matter)
    found = assess(matter, {}, verdicts(matter, **{late: MaterialState.MISSING}))
    assert found.outcome is Outcome.DEFICIENT
    assert found.may_defer == (late,)


@pytest.mark.parametrize("state", [MaterialState.CITED, MaterialState.NOT_APPLICABLE])
def test_a_paper_that_nobody_shares_must_be_handed_in(
    matter: MatterVersion, state: MaterialState
) -> None:
    needed = required(matter)
    found = assess(matter, {}, verdicts(matter, **{needed: state}))
    assert found.missing == (needed,)


def test_a_material_nobody_looked_at_is_missing(matter: MatterVersion) -> None:
    found = assess(matter, {}, [])
    assert found.missing == tuple(n.requirement.id for n in materials_for(matter, {}))


def test_a_failed_check_makes_it_deficient(matter: MatterVersion) -> None:
    needed = required(matter)
    given = [
        replace(one, failed_checks=(f"{needed}.a",)) if one.material == needed else one
        for one in verdicts(matter)
    ]
    found = assess(matter, {}, given)
    assert found.outcome is Outcome.DEFICIENT
    assert found.failed_checks == (f"{needed}.a",)


def test_a_verdict_on_what_is_not_needed_is_passed_over(catalogue: Catalogue) -> None:
    matter = next(
        m
        for m in catalogue.matters
        if any(x.when and x.when.field == "case.has_agent" for x in m.materials)
    )
    facts = {"case.has_agent": False}
    left_out = next(n for n in needs(matter, facts) if n.reason is Reason.CONDITION_FAILS)
    stray = MaterialVerdict(left_out.requirement.id, MaterialState.MISSING, 0, 0, ("x",))
    found = assess(matter, facts, [stray])
    assert left_out.requirement.id not in found.missing
    assert found.failed_checks == ()


def test_fewer_papers_than_asked_are_shown(matter: MatterVersion) -> None:
    given = [replace(one, originals=0, copies=0) for one in verdicts(matter)]
    found = assess(matter, {}, given)
    assert found.outcome is Outcome.ACCEPTABLE
    assert set(found.short) == {
        n.requirement.id
        for n in materials_for(matter, {})
        if n.requirement.originals or n.requirement.copies
    }


def test_a_scenario_asks_only_for_its_own_materials(catalogue: Catalogue) -> None:
    for matter in catalogue.matters:
        for scenario in matter.scenarios:
            if scenario.materials is None or any(c.op != "eq" for c in scenario.when):
                continue
            facts = {c.field: c.value for c in scenario.when if not isinstance(c.value, tuple)}
            assert scenario_for(matter, facts) == scenario
            asked = {need.requirement.id for need in materials_for(matter, facts)}
            assert asked <= set(scenario.materials)


def test_conditions_on_age_do_not_concern_an_organisation(catalogue: Catalogue) -> None:
    matter = next(m for m in catalogue.matters if m.id == "senior-citizen-card")
    assert failed_conditions(matter, {"applicant.kind": "1"}) != ()
    assert failed_conditions(matter, {"applicant.kind": "1", "applicant.age": 60}) == ()
    assert failed_conditions(matter, {"applicant.kind": "1"}, age_counted=59) != ()
    assert failed_conditions(matter, {"applicant.kind": "2"}) == ()


@given(st.data())
def test_a_better_verdict_never_makes_it_worse(matter: MatterVersion, data: st.DataObject) -> None:
    worse = [
        MaterialVerdict(m.id, data.draw(st.sampled_from(MaterialState)), 0, 0, ())
        for m in matter.materials
    ]
    better = list(worse)
    place = data.draw(st.integers(0, len(worse) - 1))
    better[place] = replace(worse[place], state=PRESENT)
    order = [Outcome.DEFICIENT, Outcome.DEFERRABLE, Outcome.ACCEPTABLE]
    before, after = assess(matter, {}, worse), assess(matter, {}, better)
    assert order.index(after.outcome) >= order.index(before.outcome)
    assert set(after.missing) <= set(before.missing)
