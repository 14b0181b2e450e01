"""Three hundred made-up applications: the rules reach what the oracle expects of each."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework.assessment import Outcome, assess, failed_conditions, materials_for
from casework.catalogue import Catalogue, decode_exact
from casework.condition import Facts
from casework.delegation import Level, levels_at
from casework.delegation_file import DelegationList
from casework.form import check_form, form_facts
from casework.identity import age_counted, check_name, check_phone, read_resident_id
from casework.material import MaterialVerdict
from casework.matter import MatterRef, MatterVersion, in_force, scenario_for
from casework.names import MatterId, NodeId, tier_of
from casework.receipt import receipt_day, starts_clock

LINES = (Path(__file__).parents[1] / "golden/cases.jsonl").read_text("utf-8").splitlines()
CASES = [decode_exact(line.encode(), dict[str, Any]) for line in LINES]
NATURAL = "1"
STRONGEST = (Level.FINAL, Level.ACCEPT, Level.ASSIST)

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])


def matter_of(case: Mapping[str, Any], catalogue: Catalogue) -> MatterVersion:
    found = catalogue.find(MatterRef(MatterId(case["matter"]), case["version"]))
    assert found is not None
    return found


def day_of(case: Mapping[str, Any]) -> date:
    return date.fromisoformat(case["received_at"][:10])


def facts_of(case: Mapping[str, Any], matter: MatterVersion) -> dict[str, Any]:
    given: Facts = {
        "case.has_agent": case["agent"] is not None,
        "applicant.kind": case["applicant"]["kind"],
        "applicant.age": case["applicant"].get("age"),
    }
    return form_facts(matter, case["form"], given)


def verdicts_of(case: Mapping[str, Any]) -> list[MaterialVerdict]:
    rows = [{k: v for k, v in row.items() if k != "pages"} for row in case["materials"]]
    return msgspec.convert(rows, list[MaterialVerdict])


@every_case
def test_the_form_passes_the_matters_own_checks(case: dict[str, Any], catalogue: Catalogue) -> None:
    matter = matter_of(case, catalogue)
    facts = {"case.has_agent": case["agent"] is not None}
    assert in_force(matter, day_of(case))
    assert check_form(matter, case["form"], day_of(case), facts) == {}


@every_case
def test_scenario_and_materials_are_those_of_the_oracle(
    case: dict[str, Any], catalogue: Catalogue
) -> None:
    matter = matter_of(case, catalogue)
    facts = facts_of(case, matter)
    scenario = scenario_for(matter, facts)
    assert (scenario.id if scenario else None) == case["scenario"]
    needed = [need.requirement.id for need in materials_for(matter, facts)]
    assert needed == [
        row["material"] for row in case["materials"] if row["state"] != "not_applicable"
    ]


@every_case
def test_the_panel_says_what_the_oracle_expects(case: dict[str, Any], catalogue: Catalogue) -> None:
    matter, expected = matter_of(case, catalogue), case["expected"]
    found = assess(matter, facts_of(case, matter), verdicts_of(case))
    assert list(found.missing) == expected["missing"]
    assert list(found.failed_checks) == expected["failed_checks"]
    assert list(found.deferred) == expected["deferred"]
    faults = expected["missing"] or expected["failed_checks"]
    wanted = Outcome.DEFERRABLE if expected["deferred"] else Outcome.ACCEPTABLE
    assert found.outcome is (Outcome.DEFICIENT if faults else wanted)
    assert (found.supply_within is not None) == bool(expected["deferred"])
    assert found.short == ()


@every_case
def test_who_is_too_young_fails_the_condition(case: dict[str, Any], catalogue: Catalogue) -> None:
    matter, applicant = matter_of(case, catalogue), case["applicant"]
    counted = None
    if applicant["kind"] == NATURAL:
        said = read_resident_id(applicant["id_number"])
        assert said is not None
        ahead = matter.supports.apply_ahead_days
        counted = age_counted(said.born_on, day_of(case), ahead)
        assert said.sex == applicant["sex"]
        if not case["expected"]["failed_conditions"]:
            assert counted == applicant["age_counted"]
    failed = failed_conditions(matter, facts_of(case, matter), age_counted=counted)
    assert list(failed) == case["expected"]["failed_conditions"]


@every_case
def test_power_and_receipt_are_those_of_the_oracle(
    case: dict[str, Any], catalogue: Catalogue, delegations: DelegationList
) -> None:
    matter, expected = matter_of(case, catalogue), case["expected"]
    node, on = NodeId(case["intake"]), day_of(case)
    if expected["level"] == "county":
        levels = frozenset({Level.FINAL})
    else:
        levels = levels_at(
            delegations.records,
            node=node,
            matter=matter.id,
            version=matter.version,
            on=on,
            facts=facts_of(case, matter),
        )
        strongest = next((level for level in STRONGEST if level in levels), None)
        assert strongest == expected["level"]
    day = receipt_day(matter.legal_receipt, on)
    counts = starts_clock(matter.legal_receipt, tier_of(node), levels)
    found = day.review_from if day is not None and counts else None
    assert (str(found) if found else None) == expected["receipt_counts_on"]


@every_case
def test_the_people_in_them_pass_the_identity_checks(case: dict[str, Any]) -> None:
    people = [case["applicant"], *([case["agent"]] if case["agent"] else [])]
    for person in people:
        assert check_name(person["name"]).ok
        assert check_name(person["name"]).warnings == ()
        assert check_phone(person["phone"]).ok


def test_the_cases_show_every_outcome() -> None:
    following = {case["expected"]["next"] for case in CASES}
    assert following >= {
        "collect",
        "refuse_acceptance",
        "notify_deficiency",
        "accept_deferred",
        "accept",
        "instant",
    }


def test_fractions_are_read_from_their_own_digits() -> None:
    raw = [json.loads(line, parse_float=Decimal) for line in LINES]
    for case, exact in zip(CASES, raw, strict=True):
        for key, value in exact["form"].items():
            if isinstance(value, Decimal):
                assert case["form"][key] == str(value)
