"""The reference data of one county, loaded, with the few questions that scripts here ask of it.

This is an oracle for tests; it is not the system's own evaluation of powers and clocks, which
must reach the same answers by itself.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

Json = dict[str, Any]

HERE: Final = Path(__file__).parent.parent
COUNTY_DIR: Final = HERE.parent / "county"
COMMON: Final = ("samples.json",)
LEVELS: Final = ("final", "accept", "assist")
COUNTY: Final = "county"


def read(folder: Path, name: str) -> Json:
    """Read a file of a county's folder; what all counties share may lie beside the scripts."""
    path = folder / name
    if name in COMMON and not path.exists():
        path = HERE / name
    data: Json = json.loads(path.read_text("utf-8"))
    return data


@dataclass(frozen=True)
class Reference:
    matters: list[Json]
    places: dict[str, str]
    villages: list[str]
    county: Json
    grants: dict[str, dict[str, list[Json]]]
    calendar: Json
    samples: Json

    @classmethod
    def load(cls, folder: Path) -> "Reference":
        regions = read(folder, "regions.json")
        county = regions["county"]
        places = {county["code"]: county["name"]}
        villages = []
        for town in regions["townships"]:
            places[town["code"]] = town["name"]
            for village in town["villages"]:
                places[village["code"]] = town["name"] + village["name"]
                villages.append(village["code"])
        grants: dict[str, dict[str, list[Json]]] = defaultdict(lambda: defaultdict(list))
        for record in read(folder, "delegations.json")["records"]:
            grants[record["matter"]][record["grantee"]].append(record)
        return cls(
            matters=[
                m for m in read(folder, "catalogue.json")["matters"] if m["status"] != "draft"
            ],
            places=places,
            villages=villages,
            county=county,
            grants={matter: dict(nodes) for matter, nodes in grants.items()},
            calendar=read(folder, "calendar.json"),
            samples=read(folder, "samples.json"),
        )

    def workdays(self, first: date, last: date) -> list[date]:
        off = {holiday["date"] for holiday in self.calendar["holidays"]}
        made_up = {day["date"] for day in self.calendar["makeup_workdays"]}
        weekend = self.calendar["weekend"]
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        return [
            day
            for day in days
            if day.isoformat() in made_up
            or (day.isoweekday() not in weekend and day.isoformat() not in off)
        ]

    def level_at(self, node: str, matter: Json, on: date, facts: Json) -> str | None:
        """The strongest power a node holds over a case, or None. `none` beats all."""
        held = [
            record["level"]
            for record in self.grants.get(matter["id"], {}).get(node, ())
            if _covers(record["not_before"], record["not_after"], on)
            and (
                record["matter_versions"] is None or matter["version"] in record["matter_versions"]
            )
            and all(holds(condition, facts) for condition in record["conditions"])
        ]
        if "none" in held:
            return None
        return next((level for level in LEVELS if level in held), None)


def in_force(matter: Json, on: date) -> bool:
    return _covers(matter["effective_from"], matter["effective_until"], on)


def holds(condition: Json, facts: Json) -> bool:
    """Whether a condition of the catalogue or a delegation holds; an unknown fact fails it."""
    actual, wanted = facts.get(condition["field"]), condition["value"]
    if actual is None:
        return False
    match condition["op"]:
        case "eq":
            answer = actual == wanted
        case "ne":
            answer = actual != wanted
        case "in":
            answer = bool(set(actual if isinstance(actual, list) else [actual]) & set(wanted))
        case "lt":
            answer = actual < wanted
        case "le":
            answer = actual <= wanted
        case "gt":
            answer = actual > wanted
        case "ge":
            answer = actual >= wanted
        case unknown:
            raise ValueError(unknown)
    return bool(answer)


def expected(
    matter: Json, materials: list[Json], failed: list[str], level: str | None, on: date
) -> Json:
    """What the catalogue and the delegation list say should happen to an application next.

    `level` is what the intake node holds; `county` stands for the county's own halls.
    """
    missing = [m["material"] for m in materials if m["state"] == "missing"]
    deferred = [m["material"] for m in materials if m["state"] == "deferred"]
    checks = [check for m in materials for check in m["failed_checks"]]
    if level == "assist":
        following = "collect"
    elif matter["legal_receipt"]["rule"] == "mirrored":
        following = "register"
    elif failed:
        following = "refuse_acceptance"
    elif missing or checks:
        following = "notify_deficiency"
    elif deferred:
        following = "accept_deferred"
    else:
        decides = level in ("final", COUNTY)
        following = "instant" if matter["case_kind"] == "instant" and decides else "accept"
    return {
        "level": level,
        "next": following,
        "missing": missing,
        "failed_checks": checks,
        "deferred": deferred,
        "failed_conditions": failed,
        "receipt_counts_on": _receipt_counts_on(matter, level, on),
    }


def _receipt_counts_on(matter: Json, level: str | None, on: date) -> str | None:
    """The day an application legally counts as received; None while it is only collected."""
    rule, window = matter["legal_receipt"]["rule"], matter["legal_receipt"]["window"]
    if level in ("assist", None) or rule == "mirrored":
        return None
    if rule == "monthly_window" and on.day > window["day_to"]:
        return (on.replace(day=1) + timedelta(days=32)).replace(day=1).isoformat()
    if rule == "batch_window":
        return next(
            (str(p["to"]) for p in window["periods"] if _covers(p["from"], p["to"], on)), None
        )
    return on.isoformat()


def _covers(first: str, last: str | None, on: date) -> bool:
    return first <= on.isoformat() and (last is None or on.isoformat() <= last)
