"""The rule pages about silence, owed papers, instant matters and verdicts: the examples hold."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from casework import act as acts
from casework.act import AnyAct
from casework.calendar import Calendar
from casework.case import Case
from casework.case_clocks import deemed_on, status_at
from casework.clock import Clock, ClockName
from casework.delegation import Revocation, RevocationMode
from casework.ledger import Ledger, ledger_of
from casework.matter import MatterVersion
from casework.names import DelegationId, MessageId
from casework.standing import LeaseHeld
from casework.verdict import Evidence, Proof, verdict
from casework.warnings import warnings_of
from tests.builders import CHEN, COUNTY, INTAKE, NOON, TOWN
from tests.casework.timelines import VERDICTS, Told, a_case, on
from tests.county import calendar, matter
from tests.doc_pages import rows

DEEMED = "docs/rules/deemed-acceptance.md"
DEFERRAL = "docs/rules/deferral.md"
INSTANT = "docs/rules/instant.md"
VERDICTS_OF = "docs/rules/verdicts.md"
EXAMPLES = "Worked examples"

IN_TOWN = frozenset(
    {"receive", "accept", "accept_deferred", "notify_deficiency", "supplement", "deem_accepted"}
)
PLAIN: dict[str, AnyAct] = {
    "receive": acts.Receive(INTAKE, VERDICTS),
    "accept": acts.Accept(VERDICTS),
    "supplement": acts.Supplement(VERDICTS),
    "deem_accepted": acts.DeemAccepted(),
    "take": acts.Take(),
    "decide_grant": acts.DecideGrant((), None),
    "decide_refuse": acts.DecideRefuse((), ("x1",), None),
    "deferred_satisfied": acts.DeferredSatisfied(VERDICTS),
    "deferred_lapse": acts.DeferredLapse(acts.OverdueEffect.REFUSE),
    "produce_result": acts.ProduceResult(None),
    "instant": acts.Instant(INTAKE, VERDICTS, (), None, "applicant"),
    "supplement_in_review": acts.SupplementInReview(VERDICTS),
}


def told(text: str) -> tuple[Told, ...]:
    """`receive 2026-11-02; accept_deferred 2026-11-03 17:00 by 2026-11-20`."""
    return tuple(_one(step.split()) for step in text.split(";"))


def _one(words: list[str]) -> Told:
    name, day, *rest = words
    clock = rest.pop(0) if rest and ":" in rest[0] else "10:00"
    return (TOWN if name in IN_TOWN else COUNTY), _act(name, rest), at(f"{day} {clock}")


def _act(name: str, rest: list[str]) -> AnyAct:
    last_day = rest[-1] if rest else ""
    match name:
        case "accept_deferred":
            return acts.AcceptDeferred(VERDICTS, last_day)
        case "notify_deficiency":
            return acts.NotifyDeficiency(VERDICTS, last_day)
        case "notify_deficiency_review":
            return acts.NotifyDeficiencyReview(VERDICTS, last_day)
        case "start_special":
            return acts.StartSpecial("P1", last_day, CHEN)
        case _:
            return PLAIN[name]


def at(text: str) -> datetime:
    day, _, clock = text.partition(" ")
    hour, _, minute = (clock or "10:00").partition(":")
    return on(day, int(hour), int(minute))


def _with(row: dict[str, str]) -> tuple[Case, MatterVersion, datetime, Ledger]:
    of, now = matter(row["matter"].strip("`")), at(row["asked at"])
    case = a_case(*told(row["acts"].strip("`")), matter=of)
    return case, of, now, ledger_of(case, of, calendar(), now)


def _due(book: Ledger, name: ClockName) -> str:
    clock: Clock | None = next((each for each in book.clocks if each.name is name), None)
    if clock is None:
        return "—"
    return f"{clock.due_on} {clock.state.value}"


def _told_days(book: Ledger, case: Case, of: MatterVersion, days: Calendar, now: datetime) -> str:
    found = warnings_of(book, case, of, days, days.day_of(now))
    named = [f"{each.code.value} {each.days}" for each in found if each.code != "step_overdue"]
    return ", ".join(named) or "—"


@pytest.mark.parametrize("row", rows(DEEMED, EXAMPLES), ids=lambda row: row["example"])
def test_silence_accepts_as_shown(row: dict[str, str]) -> None:
    case, of, now, book = _with(row)
    shown = {
        "status in law": str(status_at(case, of, calendar(), now)),
        "deemed": str(deemed_on(case, of, calendar(), now) or "—"),
        "promised": _due(book, ClockName.PROMISED),
        "warning": _told_days(book, case, of, calendar(), now),
    }
    assert shown == {name: row[name] for name in shown}


@pytest.mark.parametrize("row", rows(DEFERRAL, EXAMPLES), ids=lambda row: row["example"])
def test_papers_are_owed_as_shown(row: dict[str, str]) -> None:
    case, of, now, book = _with(row)
    shown = {
        "status": str(case.status),
        "deferral": str(case.deferral),
        "supply": _due(book, ClockName.SUPPLY),
        "promised": _due(book, ClockName.PROMISED),
        "delivery": _due(book, ClockName.DELIVERY),
        "warning": _told_days(book, case, of, calendar(), now),
    }
    assert shown == {name: row[name] for name in shown}


@pytest.mark.parametrize("row", rows(INSTANT, EXAMPLES), ids=lambda row: row["example"])
def test_an_instant_matter_ends_as_shown(row: dict[str, str]) -> None:
    case, _, _, book = _with(row)
    shown = {
        "status": str(case.status),
        "notice": _due(book, ClockName.NOTICE),
        "promised": _due(book, ClockName.PROMISED),
    }
    assert shown == {name: row[name] for name in shown}


LEASE = LeaseHeld(NOON, NOON + timedelta(hours=72))
RECORD = DelegationId("d1")


def _after(text: str) -> datetime:
    """`96 1s`: so many hours, and seconds, after the lease was signed."""
    hours, _, seconds = text.partition(" ")
    return NOON + timedelta(hours=int(hours), seconds=int(seconds.rstrip("s") or 0))


def _besides(told: str) -> dict[str, Any]:
    found: dict[str, Any] = {"not_before": None, "reach": LEASE.until, "outside_power": None}
    for number, each in enumerate(told.split("; ")):
        word, _, rest = each.partition(" ")
        match word:
            case "anchor":
                found["not_before"] = _after(rest)
            case "no":
                found["reach"] = None
            case "suspect":
                found["clock_suspect"] = True
            case "outside":
                found["outside_power"] = rest
            case "manifest" | "acknowledged":
                id_ = MessageId(f"{number:064x}")
                found["proofs"] = (Proof(id_, _after(rest), word == "acknowledged"),)
            case "prospective" | "suspend":
                known = rest.endswith(" known")
                since = _after(rest.removesuffix(" known"))
                made = Revocation(word, RECORD, RevocationMode(word), since, "", "")
                found["revocations"] = (*found.get("revocations", ()), made)
                found["known"] = found.get("known", frozenset()) | ({word} if known else set())
            case "key":
                found["compromised_since"] = (_after(rest),)
            case "county":
                found["county_decided"] = True
            case _:
                raise AssertionError(each)
    return found


@pytest.mark.parametrize("row", rows(VERDICTS_OF, EXAMPLES), ids=lambda row: row["example"])
def test_a_decision_is_judged_as_shown(row: dict[str, str]) -> None:
    evidence = Evidence(
        decided_at=_after(row["decided"]),
        received_at=_after(row["received"]),
        delegation=RECORD,
        **{"clock_suspect": False, **_besides(row["besides"])},
    )
    found = verdict(evidence)
    assert (found.judgement.value, ", ".join(found.grounds)) == (row["verdict"], row["grounds"])
