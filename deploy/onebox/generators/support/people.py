"""Invented people and organisations, and how they are related.

No two share an identity number; a person met again keeps name, number and village.
"""

import math
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from deploy.onebox.generators.support.checksums import born_on, credit_code, person_number, sex_of
from deploy.onebox.generators.support.reference import Json, Reference

NATURAL: Final = "1"
GUARDED_BELOW: Final = 16
ADULT: Final = 18
OLD: Final = 80
GENERATION_YEARS: Final = 16
KNOWN_MAX: Final = 200
MINORITY_ROLL, RARE_ROLL, ELSEWHERE_ROLL = 0.04, 0.08, 0.2


@dataclass
class People:
    reference: Reference
    rng: random.Random
    numbers: set[str] = field(default_factory=set)
    known: list[Json] = field(default_factory=list)
    organisations: int = 0

    def applicant(self, on: date, youngest: int, oldest: int, *, ahead: int, again: float) -> Json:
        """Somebody between two ages, with a given chance of having been here before."""
        known = [p for p in self.known if youngest <= age_of(p, on) <= oldest]
        if known and self.rng.random() < again:
            return self.rng.choice(known)
        person = self.person(on, youngest, oldest, ahead=ahead)
        self.known = [*self.known[-KNOWN_MAX:], person]
        return person

    def person(
        self, on: date, youngest: int, oldest: int, *, ahead: int = 0, sex: str | None = None
    ) -> Json:
        samples, rng = self.reference.samples, self.rng
        sex = sex or rng.choice("12")
        region, nation = self.reference.county["code"], "01"
        name = rng.choice(samples["surnames"]) + rng.choice(samples["given"][sex])
        match rng.random():
            case roll if roll < MINORITY_ROLL:
                chosen = rng.choice([m for m in samples["minority_names"] if m["sex"] == sex])
                name, nation, region = chosen["name"], chosen["nation"], chosen["region"]
            case roll if roll < RARE_ROLL:
                name = rng.choice(samples["rare_names"])
            case roll if roll < ELSEWHERE_ROLL:
                region = rng.choice(samples["other_regions"])
        home = rng.choice(self.reference.villages)
        return {
            "kind": NATURAL,
            "name": name,
            "id_type": "111",
            "id_number": self._number(region, sex, *_births(on, youngest, oldest, ahead)),
            "sex": sex,
            "nation": nation,
            "phone": self.phone(),
            "address": self._address(home),
            "home": home,
        }

    def organisation(self, kind: str, on: date) -> Json:
        samples, county = self.reference.samples, self.reference.county
        self.organisations += 1
        prefix, body = samples["uscc_prefix"][kind] + county["code"], f"MA0{self.organisations:05d}"
        home = self.rng.choice(self.reference.villages)
        return {
            "kind": kind,
            "name": self.rng.choice(samples["organisation_names"][kind]).format(
                place=county["name"]
            ),
            "id_type": "uscc",
            "id_number": credit_code(prefix, body),
            "phone": self.phone(),
            "address": self._address(home),
            "home": home,
            "representative": _contact(self.person(on, 22, 68)),
        }

    def agent(self, matter: Json, applicant: Json, on: date) -> Json | None:
        age = applicant.get("age", ADULT)
        likely = 1.0 if age < GUARDED_BELOW else 0.45 if age >= OLD else 0.1
        if not matter["supports"]["agent"] or self.rng.random() >= likely:
            return None
        person = self.person(on, ADULT + 2, 65)
        words = self.reference.samples["relations"]
        kin = "staff" if applicant["kind"] != NATURAL else kinship(applicant, person)
        return _contact(person) | {"relation": words[kin]}

    def someone(self, key: str, applicant: Json, on: date) -> str:
        """A number for a field that names another person: of the sex and age that the key says."""
        representative = applicant.get("representative")
        if representative and "representative" in key:
            return str(representative["id_number"])
        women, men = ("wife", "mother", "bride"), ("husband", "father", "groom")
        sex = "2" if key.startswith(women) else "1" if key.startswith(men) else None
        if sex and sex == applicant.get("sex"):
            return str(applicant["id_number"])
        return str(self.person(on, 23, 60, sex=sex)["id_number"])

    def phone(self) -> str:
        return f"1400000{self.rng.randrange(10_000):04d}"

    def _address(self, code: str) -> str:
        village = self.reference.county["name"] + self.reference.places[code]
        group, number = self.rng.randint(1, 12), self.rng.randint(1, 99)
        pattern: str = self.reference.samples["address"]
        return pattern.format(village=village, group=group, number=number)

    def _number(self, region: str, sex: str, earliest: date, latest: date) -> str:
        while True:
            born = earliest + timedelta(self.rng.randint(0, max(0, (latest - earliest).days)))
            number = person_number(region, born, 2 * self.rng.randrange(5) + (sex == "1"))
            if number not in self.numbers:
                self.numbers.add(number)
                return number


def age_of(person: Json, on: date) -> int:
    born = born_on(person["id_number"])
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _births(on: date, youngest: int, oldest: int, ahead: int) -> tuple[date, date]:
    """The first and last day of birth of people between two ages, inclusive."""
    earliest = on - timedelta(math.floor((oldest + 1) * 365.25) - 1)
    latest = on + timedelta(ahead) - timedelta(math.ceil(youngest * 365.25))
    return earliest, latest


def _contact(person: Json) -> Json:
    return {key: person[key] for key in ("name", "id_type", "id_number", "phone")}


def kinship(one: Json, other: Json) -> str:
    """What the other is to the one, as far as sex and dates of birth allow."""
    gap = born_on(other["id_number"]).year - born_on(one["id_number"]).year
    woman = sex_of(other["id_number"]) == "2"
    if gap >= 2 * GENERATION_YEARS + 8:
        return "grandchild"
    if gap >= GENERATION_YEARS:
        return "daughter" if woman else "son"
    if gap <= -GENERATION_YEARS:
        return "mother" if woman else "father"
    differ = sex_of(one["id_number"]) != sex_of(other["id_number"])
    return "spouse" if differ and abs(gap) < GENERATION_YEARS // 2 else "kin"
