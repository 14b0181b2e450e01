"""Make synthetic applications, one JSON object a line, from the demo county's data.

    python -m deploy.onebox.generators.make_cases 500 --seed 7 > cases.jsonl

The same arguments give the same lines. Nobody in them exists: identity numbers carry the
sequence 000–009, names come from `samples.json`, phones begin with 1400000. `expected` says
what the catalogue and the delegation list make of the case.
"""

import argparse
import json
import math
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from deploy.onebox.generators.support.checksums import card_number, credit_code
from deploy.onebox.generators.support.people import ADULT, NATURAL, People, age_of, kinship
from deploy.onebox.generators.support.reference import (
    COUNTY,
    COUNTY_DIR,
    Json,
    Reference,
    expected,
    holds,
    in_force,
)

ZONE: Final = timezone(timedelta(hours=8))
NATURAL_SHARE: Final = 0.7
ELSEWHERE_SHARE: Final = 1 / 3
COUNTY_HALL_SHARE: Final = 0.08
OLDEST_USUAL: Final = 78
RESAMPLES_MAX: Final = 200
ONLY_ONE: Final = ("spouse", "father", "mother")
VILLAGE_DIGITS, TOWNSHIP_DIGITS = 12, 9
SERIAL_DIGITS: Final = 5
FULLY_ONLINE: Final = 4
MORNING_MINUTES: Final = 210
OFFICE_MINUTES: Final = 390
CENTENARIAN, NONAGENARIAN = 100, 90


@dataclass(frozen=True)
class Shares:
    """How often things go wrong, and how often a person is met again."""

    missing: float = 0.05
    defect: float = 0.04
    late: float = 0.15
    cited: float = 0.35
    ineligible: float = 0.03
    duplicate: float = 0.01
    known: float = 0.15


@dataclass
class Maker:
    """Makes cases from reference data and a seed."""

    reference: Reference
    people: People
    rng: random.Random
    workdays: list[date]
    shares: Shares = field(default_factory=Shares)

    def cases(self, count: int, wanted: str | None) -> Iterator[Json]:
        last: Json | None = None
        for number in range(1, count + 1):
            repeats = last is not None and self._chance(self.shares.duplicate)
            case = self._again(last) if last and repeats else self._case(wanted)
            case = {"case": f"S{number:06d}", **case}
            last = case if case["applicant"]["kind"] == NATURAL else last
            yield case

    def _case(self, wanted: str | None) -> Json:
        on, matter = self._occasion(wanted)
        applicant, failed = self._applicant(matter, on)
        agent = self.people.agent(matter, applicant, on)
        facts = {
            "case.has_agent": agent is not None,
            "applicant.kind": applicant["kind"],
            "applicant.age": applicant.get("age"),
        }
        form = self._form(matter, applicant, on, facts)
        facts |= form
        scenario = _scenario(matter, facts)
        intake, level = self._intake(matter, applicant["home"], on, facts)
        materials = [self._material(m, matter, scenario, facts) for m in matter["materials"]]
        return {
            "matter": matter["id"],
            "version": matter["version"],
            "scenario": scenario["id"] if scenario else None,
            "channel": self._channel(matter, intake, level),
            "received_at": self._moment(on).isoformat(),
            "home": applicant["home"],
            "intake": intake,
            "intake_relation": self._relation(applicant["home"], intake),
            "applicant": {key: value for key, value in applicant.items() if key != "home"},
            "agent": agent,
            "form": form,
            "materials": materials,
            "expected": expected(matter, materials, failed, level, on),
            "duplicate_of": None,
        }

    def _again(self, case: Json) -> Json:
        """The same application, handed in at another counter on the same day."""
        edition = (case["matter"], case["version"])
        matter = next(m for m in self.reference.matters if (m["id"], m["version"]) == edition)
        on = datetime.fromisoformat(case["received_at"]).date()
        facts = {"case.has_agent": case["agent"] is not None, **case["form"]}
        others = [n for n in self._holders(matter, on, facts) if n != case["intake"]]
        intake = self.rng.choice(others or [f"{self.reference.county['code']}-02"])
        level = self.reference.level_at(intake, matter, on, facts) if others else COUNTY
        failed = case["expected"]["failed_conditions"]
        changed = {
            "received_at": self._moment(on).isoformat(),
            "intake": intake,
            "intake_relation": self._relation(case["home"], intake),
            "channel": self._channel(matter, intake, level),
            "expected": expected(matter, case["materials"], failed, level, on),
            "duplicate_of": case["case"],
        }
        return {key: value for key, value in case.items() if key != "case"} | changed

    def _occasion(self, wanted: str | None) -> tuple[date, Json]:
        """A working day and a matter in force on it; matters that towns take come more often."""
        while True:
            on = self.rng.choice(self.workdays)
            matters = [
                m
                for m in self.reference.matters
                if in_force(m, on) and wanted in (None, m["id"]) and self._is_open(m, on)
            ]
            if matters:
                weights = [6 if self._is_local(m) else 1 for m in matters]
                return on, self.rng.choices(matters, weights)[0]

    def _is_local(self, matter: Json) -> bool:
        return matter["id"] in self.reference.grants and NATURAL in matter["service_objects"]

    def _is_open(self, matter: Json, on: date) -> bool:
        """A matter taken in batches is applied for only while a batch is open."""
        periods = (matter["legal_receipt"]["window"] or {}).get("periods")
        return not periods or any(p["from"] <= on.isoformat() <= p["to"] for p in periods)

    # Who applies.

    def _applicant(self, matter: Json, on: date) -> tuple[Json, list[str]]:
        """An applicant, and the conditions they fail (a few are not eligible)."""
        kinds = matter["service_objects"]
        natural = NATURAL in kinds and self._chance(NATURAL_SHARE)
        kind = NATURAL if natural else self.rng.choice(kinds)
        if kind != NATURAL:
            return self.people.organisation(kind, on), []
        youngest, oldest, failed = self._ages(matter)
        ahead = 0 if failed else matter["supports"]["apply_ahead_days"] or 0
        again = self.shares.known
        person = self.people.applicant(on, youngest, oldest, ahead=ahead, again=again)
        counted = age_of(person, on + timedelta(ahead))
        return person | {"age": age_of(person, on), "age_counted": counted}, failed

    def _ages(self, matter: Json) -> tuple[int, int, list[str]]:
        for condition in matter["acceptance"]["conditions"]:
            rule = condition["rule"]
            if rule is None or rule["field"] != "applicant.age":
                continue
            bound = rule["value"]
            if rule["op"] == "lt":
                return 0, bound - 1, []
            if self._chance(self.shares.ineligible):
                return max(1, bound - 8), bound - 2, [condition["id"]]
            return bound, max(OLDEST_USUAL, bound + 20), []
        return ADULT, OLDEST_USUAL, []

    # What the form says.

    def _form(self, matter: Json, applicant: Json, on: date, facts: Json) -> Json:
        """Values for every field that is asked, agreeing with the matter's own conditions."""
        rules = [c["rule"] for c in matter["acceptance"]["conditions"] if c["rule"]]
        rules = [rule for rule in rules if not rule["field"].startswith("applicant.")]
        for _ in range(RESAMPLES_MAX):
            form: Json = {}
            for item in matter["form_fields"]:
                asked = item.get("when") is None or holds(item["when"], facts | form)
                if asked and (item["required"] or self._chance(0.7)):
                    form[item["key"]] = self._value(item, applicant, on)
            _agree(form, applicant, on)
            if all(holds(rule, form) for rule in rules):
                return form
        raise AssertionError(f"no form of {matter['id']} satisfies its own conditions")

    def _value(self, item: Json, applicant: Json, on: date) -> Any:  # noqa: PLR0911
        limits, rng = item["validation"], self.rng
        match item["type"]:
            case "integer" | "money":
                return round(self._amount(limits))
            case "decimal":
                rounded = round(self._amount(limits), limits.get("decimals", 2))
                return min(max(rounded, limits["min"]), limits["max"])
            case "boolean":
                return self._chance(0.35)
            case "enum":
                return rng.choice(item["options"])["value"]
            case "multi_enum":
                values = [option["value"] for option in item["options"]]
                return sorted(rng.sample(values, rng.randint(1, min(3, len(values)))))
            case "date":
                return self._day(limits, on).isoformat()
            case "datetime":
                return self._moment(self._day(limits, on)).isoformat()
            case _:
                return self._worded(item, applicant, on)

    def _worded(self, item: Json, applicant: Json, on: date) -> Any:  # noqa: PLR0911
        county = self.reference.county["code"]
        match item["type"]:
            case "id_number":
                return self.people.someone(item["key"], applicant, on)
            case "uscc":
                return credit_code("91" + county, f"MA9{self.rng.randrange(100_000):05d}")
            case "phone":
                return self.people.phone()
            case "bank_account":
                return card_number(f"620000{self.rng.randrange(10**12):012d}")
            case "region":
                return applicant["home"]
            case "table":
                return self._rows(item, applicant, on)
            case _:
                return self._text(item["examples"])

    def _amount(self, limits: Json) -> float:
        low, high = float(limits["min"]), float(limits["max"])
        if high <= 50 * max(low, 1):
            return self.rng.uniform(low, high)
        floor = max(low, high / 20_000, 0.1)
        return math.exp(self.rng.uniform(math.log(floor), math.log(high)))

    def _day(self, limits: Json, on: date) -> date:
        past, future = limits.get("past_days", 0), limits.get("future_days", 0)
        return on + timedelta(self.rng.randint(-past, future))

    def _rows(self, item: Json, applicant: Json, on: date) -> list[Json]:
        limits, words = item["validation"], self.reference.samples["relations"]
        count = self.rng.randint(limits["min_rows"], min(5, limits["max_rows"]))
        people = [applicant] if "sex" in applicant else [self.people.person(on, ADULT, 70)]
        kin = ["self"]
        while len(people) < count:
            people.append(self.people.person(on, 1, 80))
            relation = kinship(people[0], people[-1])
            kin.append("kin" if relation in kin and relation in ONLY_ONE else relation)
        return [
            {
                "name": person["name"],
                "id_number": person["id_number"],
                "relation": words[relation],
                **self._rest(item["columns"], count),
            }
            for person, relation in zip(people, kin, strict=True)
        ]

    def _rest(self, columns: list[Json], count: int) -> Json:
        made = {
            "share": f"1/{count}",
            "monthly_income": self.rng.choice(self.reference.samples["incomes"]),
        }
        return {column["key"]: made[column["key"]] for column in columns if column["key"] in made}

    def _text(self, examples: list[str]) -> str:
        """An example; where it ends in a serial number, another serial number."""
        text = self.rng.choice(examples)
        head = text.rstrip("0123456789")
        if len(text) - len(head) < SERIAL_DIGITS:
            return text
        return f"{text[:-SERIAL_DIGITS]}{self.rng.randrange(100_000):05d}"

    # Where it is taken in, and with what.

    def _holders(self, matter: Json, on: date, facts: Json) -> list[str]:
        """Townships and villages that hold some power over this case."""
        hall = self.reference.county["code"] + "-"
        nodes = self.reference.grants.get(matter["id"], {})
        return [
            node
            for node in nodes
            if not node.startswith(hall) and self.reference.level_at(node, matter, on, facts)
        ]

    def _intake(self, matter: Json, home: str, on: date, facts: Json) -> tuple[str, str | None]:
        """Of the cases taken in at a township or village, a third come from somewhere else."""
        holders = self._holders(matter, on, facts)
        town = home[:TOWNSHIP_DIGITS]
        near = [node for node in holders if _region(node) in (home, town)]
        far = [node for node in holders if not node.startswith(town)]
        nodes = far if self._chance(ELSEWHERE_SHARE) else near
        if not nodes or self._chance(COUNTY_HALL_SHARE):
            return matter["hall"]["subcentre"] or f"{self.reference.county['code']}-02", COUNTY
        node = self.rng.choice(nodes)
        return node, self.reference.level_at(node, matter, on, facts)

    def _relation(self, home: str, intake: str) -> str:
        region = _region(intake)
        if region == self.reference.county["code"]:
            return COUNTY
        return "home" if home.startswith(region) else "elsewhere"

    def _channel(self, matter: Json, intake: str, level: str | None) -> str:
        if len(_region(intake)) == VILLAGE_DIGITS:
            return "village_agent"
        if level == COUNTY and matter["online_depth"] == FULLY_ONLINE and self._chance(0.3):
            return self.rng.choice(["online", "mobile", "post"])
        if matter["supports"]["home_visit"] and self._chance(0.1):
            return "home_visit"
        return self.rng.choices(["window", "kiosk", "hotline"], [95, 3, 2])[0]

    def _material(self, item: Json, matter: Json, scenario: Json | None, facts: Json) -> Json:
        state, failed = self._state(item, matter, scenario, facts), []
        handed = state == "present"
        if handed and self._chance(self.shares.defect):
            failed = [self.rng.choice(item["acceptance_standard"])["id"]]
        return {
            "material": item["id"],
            "state": state,
            "originals": item["originals"] if handed else 0,
            "copies": item["copies"] if handed else 0,
            "pages": self.rng.choice([1, 1, 1, 2, 2, 3, 6]) if handed else 0,
            "failed_checks": failed,
        }

    def _state(self, item: Json, matter: Json, scenario: Json | None, facts: Json) -> str:
        listed = scenario["materials"] if scenario else None
        if listed is not None and item["id"] not in listed:
            return "not_applicable"
        if item["when"] and not holds(item["when"], facts):
            return "not_applicable"
        if item["necessity"] == "deferrable" and self._chance(self.shares.late):
            return "deferred" if matter["supports"]["deferral"] else "missing"
        if item["necessity"] != "deferrable" and self._chance(self.shares.missing):
            return "missing"
        if item["retention"] == "electronic_only" and item["originals"] == 0:
            return "cited"
        return (
            "cited"
            if item["obtainable_by_sharing"] and self._chance(self.shares.cited)
            else "present"
        )

    def _moment(self, on: date) -> datetime:
        """A time of day at which the hall is open (08:30–12:00, 14:30–17:30)."""
        minutes = self.rng.randrange(OFFICE_MINUTES)
        start = time(8, 30) if minutes < MORNING_MINUTES else time(11, 0)
        opened = datetime.combine(on, start, ZONE)
        return opened + timedelta(minutes=minutes, seconds=self.rng.randrange(60))

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share


def _scenario(matter: Json, facts: Json) -> Json | None:
    """The first scenario whose conditions all hold; the last one usually has none."""
    fitting = (s for s in matter["scenarios"] if all(holds(c, facts) for c in s["when"]))
    return next(fitting, None)


def _region(node: str) -> str:
    return node.partition("-")[0]


def _age_band(age: int) -> str:
    if age >= CENTENARIAN:
        return "100+"
    return "90-99" if age >= NONAGENARIAN else "80-89"


def _agree(form: Json, applicant: Json, on: date) -> None:
    """Make values that depend on one another agree."""
    if "members" in form:
        form["household_size"] = len(form["members"])
        form["monthly_income_total"] = sum(row["monthly_income"] for row in form["members"])
    if "applies_as_single" in form:
        form["applies_as_single"] = form["household_size"] == 1
    if "age_band" in form:
        age = applicant["age_counted"]
        form["age_band"] = _age_band(age)
    if "disability_card_no" in form:
        kinds = ("sight", "hearing", "speech", "limb", "intellect", "mental", "multiple")
        kind = kinds.index(form["disability_category"]) + 1
        form["disability_card_no"] = f"{applicant['id_number']}{kind}{form['disability_grade']}"
    if form.get("ad_kind") == "sign":
        form["width"], form["height"] = min(form["width"], 6.0), min(form["height"], 1.5)
    if {"width", "height", "area"} <= form.keys():
        form["area"] = round(form["width"] * form["height"], 2)
    if "days_to_expiry" in form:
        form["expires_on"] = (on + timedelta(form["days_to_expiry"])).isoformat()
    pairs = (
        ("farmland_area", "land_area"),
        ("loan_amount", "house_price"),
        ("amount", "total_price"),
        ("from_on", "to_on"),
    )
    for less, more in pairs:
        if less in form and more in form:
            form[less], form[more] = sorted((form[less], form[more]))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write synthetic applications as JSON lines.")
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--dir", type=Path, default=COUNTY_DIR, help="folder with the reference data"
    )
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default="2026-07-01")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default="2026-11-20")
    parser.add_argument("--matter", help="make cases of this matter only")
    chosen = parser.parse_args()
    reference = Reference.load(chosen.dir)
    days = reference.workdays(chosen.first, chosen.last)
    rng = random.Random(chosen.seed)  # noqa: S311 - repeatable, guards nothing
    maker = Maker(reference, People(reference, rng), rng, days)
    for case in maker.cases(chosen.count, chosen.matter):
        line = json.dumps(case, ensure_ascii=False, separators=(",", ":"))
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
