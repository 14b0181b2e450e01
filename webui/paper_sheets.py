"""The sheet of everything a matter asks for, told at once (一次性告知单): no case need exist.

It is made of a version of the matter alone, and of what is known of the situation of whoever asks.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from msgspec import Struct

from casework.assessment import may_be_needed
from casework.clock_rules import paused_by_special
from casework.condition import Facts
from casework.facts import facts_of
from casework.material import MaterialRequirement, MaterialSource, Necessity, Retention
from casework.matter import Fee, MatterStatus, MatterVersion, Scenario, scenario_for
from webui import labels
from webui.case_words import limit_words, word
from webui.documents import Item, Paper, PaperKind, PaperParty
from webui.filters import local
from webui.grounds import basis_text
from webui.notices import form_words
from webui.paper_facts import Facts as PaperFacts
from webui.paper_facts import validity
from webui.paper_given import Speaking

_SECTION = "sheet"
_STOP = "。"


class Situation(Struct, frozen=True, kw_only=True):
    """What is known of who asks; without anything it is told what any situation asks for."""

    facts: Facts = {}
    scenario: Scenario | None = None

    @classmethod
    def of(cls, matter: MatterVersion, facts: Facts) -> "Situation":
        return cls(facts=facts, scenario=scenario_for(matter, facts))


class Told(Struct, frozen=True, kw_only=True):
    """Who tells whom, and where the matter may be brought."""

    issuer: str
    office: str
    officer: str
    asker: str = ""
    places: tuple[str, ...] = ()
    is_assisted: bool = False  # a village may collect the papers


def situation_named(matter: MatterVersion, scenario: str) -> Situation:
    """A situation of the matter by its id; KeyError for one that it does not have."""
    if not scenario:
        return Situation()
    return Situation(scenario={each.id: each for each in matter.scenarios}[scenario])


def scenario_choices(matter: MatterVersion) -> tuple[tuple[str, str], ...]:
    """The situations of a matter, by id and name, to choose one from."""
    return tuple((each.id, each.name) for each in matter.scenarios)


def consultation_sheet(
    matter: MatterVersion, situation: Situation, told: Told, now: datetime
) -> Paper:
    return Paper(
        kind=PaperKind.CONSULTATION_SHEET,
        matter_type=matter.matter_type.value,
        matter_name=matter.name,
        matter_code=matter.implementation_code,
        issuer=told.issuer,
        applicant=PaperParty(name=told.asker),
        case_number="",
        issued_at=local(now),
        office=told.office,
        signatory=told.officer,
        final=matter.status is not MatterStatus.DRAFT,
        **_facts(matter, situation, _places(told)),
    )


def about_case(speaking: Speaking) -> PaperFacts:
    """The same of a case: what its own version asks for in its own situation."""
    matter = speaking.given.matter
    return _facts(matter, Situation.of(matter, facts_of(speaking.case)), ())


def _facts(
    matter: MatterVersion, situation: Situation, places: Collection[tuple[str, str]]
) -> PaperFacts:
    scenario = situation.scenario
    promised = scenario.promised if scenario is not None else None
    asked = may_be_needed(matter, situation.facts, scenario)
    return {
        "limit": limit_words(promised or matter.limits.promised),
        "items": tuple(_asked(each) for each in asked),
        "reasons": tuple(each.text for each in matter.acceptance.conditions),
        "outcome": tuple(_to_know(matter)),
        "legal_basis": tuple(basis_text(basis) for basis in matter.legal_basis),
        "particulars": (*_particulars(matter, scenario), *places),
    }


def _asked(need: MaterialRequirement) -> Item:
    """A material with how many of it, whence, and what it must meet."""
    marks = [word(_SECTION, "deferrable")] if need.necessity is Necessity.DEFERRABLE else []
    if need.when is not None and need.when.text:
        marks.append(word(_SECTION, "when", text=need.when.text))
    form = [form_words(need)]
    if need.retention is Retention.CHECK_AND_RETURN:
        form.append(word(_SECTION, "returned"))
    whence = [labels.label("material_source", need.source.value)]
    if need.source is not MaterialSource.APPLICANT:
        whence.append(need.issuer)
    if need.obtainable_by_sharing:
        whence.append(word(_SECTION, "shared", source=need.obtainable_by_sharing))
    return Item(
        name="\n".join([need.name, *marks]),
        form="\n".join(form),
        source="\n".join(whence),
        standard="\n".join(check.check for check in need.acceptance_standard),
    )


def _particulars(matter: MatterVersion, scenario: Scenario | None) -> Iterator[tuple[str, str]]:
    limits = matter.limits
    statutory = limits.statutory_note or word(_SECTION, "no_statutory")
    if limits.statutory is not None:
        statutory = limit_words(limits.statutory)
    yield word(_SECTION, "statutory"), statutory
    visits = word(_SECTION, "visits_max", count=matter.max_visits) if matter.max_visits else ""
    yield word(_SECTION, "visits"), visits or word(_SECTION, "no_visit")
    if matter.scenarios:
        names = "、".join(each.name for each in matter.scenarios)
        any_of_them = word(_SECTION, "any_situation", names=names)
        yield word(_SECTION, "situation"), scenario.name if scenario else any_of_them
    objects = (labels.label("service_object", each) for each in matter.service_objects)
    yield word(_SECTION, "for_whom"), "、".join(objects)
    ways = (labels.label("handling_form", each) for each in matter.handling_forms)
    yield word(_SECTION, "forms"), "、".join(ways)
    yield word(_SECTION, "fees"), "\n".join(_fees(matter.fees)) or word(_SECTION, "no_fees")
    results = (
        word(_SECTION, "result_line", name=each.name, validity=validity(each))
        for each in matter.results
    )
    yield word(_SECTION, "result"), "\n".join(results)


def _fees(fees: Collection[Fee]) -> Iterator[str]:
    for fee in fees:
        when = labels.label("fee_collect", fee.collect)
        yield word(_SECTION, "fee", name=fee.name, standard=fee.standard, when=when)
        if fee.exemptions:
            yield word(_SECTION, "fee_exempt", name=fee.name, grounds="；".join(fee.exemptions))


def _places(told: Told) -> tuple[tuple[str, str], ...]:
    lines = ["、".join(told.places)] if told.places else []
    lines += [word(_SECTION, "assisted")] if told.is_assisted else []
    return ((word(_SECTION, "places"), "\n".join(lines)),)


def _to_know(matter: MatterVersion) -> Iterator[str]:
    yield word(_SECTION, "receipt", text=matter.legal_receipt.text)
    window = matter.legal_receipt.window
    if window is not None and window.day_from is not None and window.day_to is not None:
        yield word(_SECTION, "month_days", first=window.day_from, last=window.day_to)
    for period in window.periods if window is not None else ():
        yield word(_SECTION, "period", first=period.first, last=period.last)
    for special in matter.special_procedures:
        paused = paused_by_special(matter, special.id)
        counting = word(_SECTION, "special_pauses" if paused else "special_counts")
        limit = limit_words(special.limit)
        yield word(_SECTION, "special", name=special.name, limit=limit, counting=counting)
    supports = matter.supports
    if supports.deferral is not None:
        yield word(_SECTION, "deferral", limit=limit_words(supports.deferral.supply_within))
    if supports.commitment is not None:
        yield word(_SECTION, "commitment", text=supports.commitment.text)
        yield word(_SECTION, "excluded", text=supports.commitment.excluded_if)
    if supports.agent:
        yield word(_SECTION, "agent")
    if matter.acceptance.refusals:
        grounds = "；".join(each.text.rstrip(_STOP) for each in matter.acceptance.refusals)
        yield word(_SECTION, "refusal", text=grounds)
