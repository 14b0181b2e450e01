"""The decision panel: what the materials found make of an application.

A pure function of the matter, the facts and the officer's verdicts. It never trusts a verdict
further than the matter does: what may not be deferred or cited is missing.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.condition import (
    APPLICANT_AGE_FACT,
    APPLICANT_KIND_FACT,
    Facts,
    holds,
    holds_one,
    may_hold,
)
from casework.limits import Limit
from casework.material import MaterialRequirement, MaterialState, MaterialVerdict, Necessity
from casework.matter import MatterVersion, Scenario, commits, scenario_for

NATURAL_PERSON: Final = "1"  # codes.json, table `service_object`


class Reason(StrEnum):
    """Why a material is asked for, or not. The wording is the screen's."""

    REQUIRED = "required"
    DEFERRABLE = "deferrable"
    CONDITION_HOLDS = "condition_holds"
    CONDITION_FAILS = "condition_fails"
    SCENARIO_LEAVES_OUT = "scenario_leaves_out"
    COMMITTED = "committed"


class Need(Struct, frozen=True):
    """A material of the matter, whether this application needs it, and why."""

    requirement: MaterialRequirement
    needed: bool
    reason: Reason


class Outcome(StrEnum):
    ACCEPTABLE = "acceptable"
    DEFERRABLE = "deferrable"
    DEFICIENT = "deficient"


class Assessment(Struct, frozen=True):
    """What the verdicts add up to; materials and checks by id, in the order of the matter.

    `may_defer` are missing materials that a commitment could put off; `short` those of which
    fewer papers lie here than asked: both are shown, neither changes the outcome.
    """

    outcome: Outcome
    missing: tuple[str, ...]
    failed_checks: tuple[str, ...]
    deferred: tuple[str, ...]
    supply_within: Limit | None
    may_defer: tuple[str, ...]
    short: tuple[str, ...]


def needs(matter: MatterVersion, facts: Facts) -> tuple[Need, ...]:
    """Every material of the matter with the reason it is asked for or left out."""
    scenario = scenario_for(matter, facts)
    listed = scenario.materials if scenario is not None else None
    found = (_need(one, listed, facts) for one in matter.materials)
    if not _replaces_proofs(matter, facts):
        return tuple(found)
    return tuple(_without_proof(need) for need in found)


def materials_for(matter: MatterVersion, facts: Facts) -> tuple[Need, ...]:
    """The materials this application needs, each with its reason."""
    return tuple(need for need in needs(matter, facts) if need.needed)


def may_be_needed(
    matter: MatterVersion, facts: Facts, scenario: Scenario | None
) -> tuple[MaterialRequirement, ...]:
    """The materials of a situation that is not fully known: all but those known not to be asked.

    What somebody who only asks is told; without a scenario it is what any of them asks.
    """
    listed = scenario.materials if scenario is not None else None
    spared = _replaces_proofs(matter, facts)
    return tuple(
        one
        for one in matter.materials
        if (listed is None or one.id in listed)
        and (one.when is None or may_hold((one.when,), facts))
        and not (spared and one.necessity is Necessity.DEFERRABLE)
    )


def failed_conditions(
    matter: MatterVersion, facts: Facts, *, age_counted: int | None = None
) -> tuple[str, ...]:
    """The ids of the acceptance conditions that a machine can test and that fail.

    `age_counted` is the applicant's age when the matter's `apply_ahead_days` have passed
    (`casework.identity.age_counted`); without it the age in the facts is used. An organisation has
    no age, so conditions on it do not concern one.
    """
    if age_counted is not None:
        facts = {**facts, APPLICANT_AGE_FACT: age_counted}
    natural = facts.get(APPLICANT_KIND_FACT) in (None, NATURAL_PERSON)
    return tuple(
        condition.id
        for condition in matter.acceptance.conditions
        if condition.rule is not None
        and (natural or condition.rule.field != APPLICANT_AGE_FACT)
        and not holds_one(condition.rule, facts)
    )


def may_defer(matter: MatterVersion, requirement: MaterialRequirement) -> bool:
    """Whether the matter lets this material come later."""
    return matter.supports.deferral is not None and requirement.necessity is Necessity.DEFERRABLE


def assess(matter: MatterVersion, facts: Facts, verdicts: Iterable[MaterialVerdict]) -> Assessment:
    """Whether the application can be accepted, accepted with papers to follow, or lacks some.

    A needed material without a verdict is missing; a verdict on one not needed is passed over.
    """
    found = {verdict.material: verdict for verdict in verdicts}
    needed = [need.requirement for need in materials_for(matter, facts)]
    states = {one.id: _state(matter, one, found.get(one.id)) for one in needed}
    missing = _in_state(states, MaterialState.MISSING)
    deferred = _in_state(states, MaterialState.DEFERRED)
    failed = tuple(
        check for one in needed if one.id in found for check in found[one.id].failed_checks
    )
    deferral = matter.supports.deferral
    return Assessment(
        outcome=_outcome(missing + failed, deferred),
        missing=missing,
        failed_checks=failed,
        deferred=deferred,
        supply_within=deferral.supply_within if deferral and deferred else None,
        may_defer=tuple(one.id for one in needed if one.id in missing and may_defer(matter, one)),
        short=tuple(one.id for one in needed if _is_short(one, found.get(one.id))),
    )


def _replaces_proofs(matter: MatterVersion, facts: Facts) -> bool:
    """A commitment that selects no scenario stands for the papers that could come later."""
    offer = matter.supports.commitment
    return offer is not None and offer.scenario is None and commits(matter, facts)


def _without_proof(need: Need) -> Need:
    if not need.needed or need.requirement.necessity is not Necessity.DEFERRABLE:
        return need
    return Need(need.requirement, needed=False, reason=Reason.COMMITTED)


def _need(requirement: MaterialRequirement, listed: tuple[str, ...] | None, facts: Facts) -> Need:
    if listed is not None and requirement.id not in listed:
        return Need(requirement, needed=False, reason=Reason.SCENARIO_LEAVES_OUT)
    if requirement.when is not None:
        if holds((requirement.when,), facts):
            return Need(requirement, needed=True, reason=Reason.CONDITION_HOLDS)
        return Need(requirement, needed=False, reason=Reason.CONDITION_FAILS)
    if requirement.necessity is Necessity.DEFERRABLE:
        return Need(requirement, needed=True, reason=Reason.DEFERRABLE)
    return Need(requirement, needed=True, reason=Reason.REQUIRED)


def _state(
    matter: MatterVersion, requirement: MaterialRequirement, verdict: MaterialVerdict | None
) -> MaterialState:
    """The state of a needed material, as far as the matter allows what the officer says."""
    if verdict is None:
        return MaterialState.MISSING
    match verdict.state:
        case MaterialState.PRESENT:
            return MaterialState.PRESENT
        case MaterialState.CITED if requirement.may_be_cited:
            return MaterialState.CITED
        case MaterialState.DEFERRED if may_defer(matter, requirement):
            return MaterialState.DEFERRED
        case _:
            return MaterialState.MISSING


def _in_state(states: dict[str, MaterialState], wanted: MaterialState) -> tuple[str, ...]:
    return tuple(material for material, state in states.items() if state is wanted)


def _outcome(faults: tuple[str, ...], deferred: tuple[str, ...]) -> Outcome:
    if faults:
        return Outcome.DEFICIENT
    return Outcome.DEFERRABLE if deferred else Outcome.ACCEPTABLE


def _is_short(requirement: MaterialRequirement, verdict: MaterialVerdict | None) -> bool:
    if verdict is None or verdict.state is not MaterialState.PRESENT:
        return False
    return verdict.originals < requirement.originals or verdict.copies < requirement.copies
