"""The public guide in words: the sections of a `casework.guide.Guide`, as screen and paper show it.

All that is said comes from the version, the delegation list, the calendar and the county's name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from casework.calendar import Calendar, OfficeHours
from casework.clock_rules import DEFAULTS
from casework.guide import PUBLIC, Guide, Pause, Section, Wanted
from casework.material import MaterialSource
from casework.matter import HallMode, MatterVersion, Step
from casework.offers import Offer
from casework.regions import NodeKind
from casework.windows import windows_for
from webui import labels
from webui.case_words import limit_words
from webui.case_words import word as case_word
from webui.documents.leaflet import Block, Entry, Figure, Group, Table
from webui.filters import day
from webui.flow_svg import flow_chart
from webui.grounds import basis_text
from webui.guide_text import themes, word
from webui.names_known import Names
from webui.notices import form_words
from webui.paper_facts import validity
from webui.paper_given import CountyWords

NOTHING: Final = "—"


class Telling(Struct, frozen=True, kw_only=True):
    """What a guide is told with: the guide, and what people, places and bodies are called."""

    guide: Guide
    names: Names
    county: CountyWords
    calendar: Calendar
    hall: str  # what the county's hall is called

    @property
    def matter(self) -> MatterVersion:
        return self.guide.matter


def guide_blocks(telling: Telling) -> tuple[Block, ...]:
    """The public guide, section by section."""
    return tuple(_WRITERS[section](telling) for section in PUBLIC)


def heading(section: Section) -> str:
    return word("section", section.value)


def basics(telling: Telling) -> Block:
    return Block(id=Section.BASICS, heading=heading(Section.BASICS), facts=tuple(_basics(telling)))


def _basics(telling: Telling) -> Iterator[tuple[str, str]]:
    matter, names = telling.matter, telling.names

    def say(key: str, text: str) -> tuple[str, str]:
        return word("basics", key), text

    yield say("catalog_code", matter.catalog_code)
    yield say("implementation_code", matter.implementation_code)
    if matter.handling_item_code:
        yield say("handling_item_code", matter.handling_item_code)
    yield say("matter_type", labels.label("matter_type", matter.matter_type))
    kind = labels.label("case_kind", matter.case_kind)
    yield say("case_kind", word("basics", "instant") if matter.is_instant else kind)
    yield say("department", names.department(matter.department))
    body = labels.label("implementing_body", matter.implementing_body)
    yield say("implementing_body", body)
    yield say("exercise_level", labels.label("exercise_level", matter.exercise_level))
    yield say("service_scope", labels.label("service_scope", matter.service_scope))
    yield say("forms", _listed("handling_form", matter.handling_forms))
    yield say("online_depth", labels.label("online_depth", matter.online_depth))
    yield say("visits", _visits(matter))
    yield say("hall", labels.label("hall_mode", matter.hall.mode))
    known = [themes()[each] for each in matter.theme_bundles if each in themes()]
    if known:
        yield say("themes", "、".join(known))
    for service in matter.intermediaries:
        need = matter.material(service.material)
        material = need.name if need is not None else service.material
        line = word("basics", "intermediary_line", name=service.name, material=material)
        yield say("intermediary", line)
    yield say("version", version_words(matter))


def _visits(matter: MatterVersion) -> str:
    if not matter.max_visits:
        return case_word("sheet", "no_visit")
    return case_word("sheet", "visits_max", count=matter.max_visits)


def version_words(matter: MatterVersion) -> str:
    key = "version_until" if matter.effective_until is not None else "version_text"
    first, last = day(matter.effective_from), day(matter.effective_until)
    return word("basics", key, version=matter.version, first=first, last=last)


def _who(telling: Telling) -> Block:
    matter, supports = telling.matter, telling.matter.supports
    points = [word("who", "agent" if supports.agent else "no_agent")]
    if supports.apply_ahead_days:
        points.append(word("who", "ahead", days=supports.apply_ahead_days))
    if supports.home_visit:
        points.append(word("who", "home_visit"))
    if supports.relative_declaration:
        points.append(word("who", "relative"))
    return Block(
        id=Section.WHO,
        heading=heading(Section.WHO),
        facts=(
            (word("who", "objects"), _listed("service_object", matter.service_objects)),
            (word("who", "scope"), matter.acceptance.scope),
        ),
        points=tuple(points),
    )


def _conditions(telling: Telling) -> Block:
    matter = telling.matter
    situations = tuple(
        word(
            "conditions",
            "situation_line",
            name=each.name,
            limit=limit_words(each.promised or matter.limits.promised),
        )
        for each in matter.scenarios
    )
    groups = {
        "all": tuple(each.text for each in matter.acceptance.conditions),
        "refusals": tuple(each.text for each in matter.acceptance.refusals),
        "situation": situations,
    }
    return Block(
        id=Section.CONDITIONS,
        heading=heading(Section.CONDITIONS),
        groups=tuple(
            Group(word("conditions", key), points) for key, points in groups.items() if points
        ),
    )


def _materials(telling: Telling) -> Block:
    wanted = telling.guide.materials
    return Block(
        id=Section.MATERIALS,
        heading=heading(Section.MATERIALS),
        lead=word("materials", "lead", count=len(wanted)),
        entries=tuple(_material(each) for each in wanted),
        notes=(word("materials", "nothing_more"),),
    )


def _material(wanted: Wanted) -> Entry:
    need = wanted.need
    facts = [(word("materials", "form"), form_words(need))]
    if need.when is not None and need.when.text:
        facts.append((word("materials", "when"), need.when.text))
    if wanted.scenarios:
        facts.append((word("materials", "scenarios"), "；".join(wanted.scenarios)))
    facts.append((word("materials", "source"), _source(wanted)))
    facts.append((word("materials", "retention"), labels.label("retention", need.retention)))
    if need.template:
        facts.append((word("materials", "template"), need.template))
    standard = "\n".join(each.check for each in need.acceptance_standard)
    facts.append((word("materials", "standard"), standard))
    bases = "；".join(f"《{basis.title}》{basis.article}" for basis in wanted.bases)
    if bases:
        facts.append((word("materials", "basis"), bases))
    return Entry(name=need.name, mark=word("materials", need.necessity), facts=tuple(facts))


def _source(wanted: Wanted) -> str:
    need = wanted.need
    source = labels.label("material_source", need.source)
    said = [source if need.source is MaterialSource.APPLICANT else f"{source}（{need.issuer}）"]
    if need.obtainable_by_sharing:
        said.append(word("materials", "shared", source=need.obtainable_by_sharing))
    return "；".join(said)


def _places(telling: Telling) -> Block:
    matter = telling.matter
    mode = matter.hall.mode
    notes = []
    if mode is not HallMode.RESIDENT:
        notes = [word("places", mode, unit=_approval_unit(telling))]
    return Block(
        id=Section.PLACES,
        heading=heading(Section.PLACES),
        facts=tuple(_where(telling)),
        notes=tuple(notes),
    )


def _approval_unit(telling: Telling) -> str:
    """Who takes in, for a department that has not moved into the hall yet (row B7)."""
    department = telling.names.organisation.department(telling.matter.department)
    return department.approval_unit if department else ""


def _where(telling: Telling) -> Iterator[tuple[str, str]]:
    matter, offers = telling.matter, telling.guide.offers
    county = [each for each in offers if each.kind in {NodeKind.COUNTY_HALL, NodeKind.SUBCENTRE}]
    towns = [each for each in offers if each.kind is NodeKind.TOWNSHIP and each.takes_in]
    if county:
        halls = "、".join(_place(telling, each) for each in county)
        yield word("places", "halls"), halls
    if towns:
        yield word("places", "towns"), "、".join(_place(telling, each) for each in towns)
    windows = "\n".join(_windows(telling, (*county, *towns)))
    if windows:
        yield word("places", "windows"), windows
    villages = "\n".join(_villages(offers))
    if villages:
        yield word("places", "villages"), villages
    hours = "、".join(_hours(telling.calendar.office_hours))
    if hours and (county or towns):
        yield word("places", "hours"), word("places", "hours_text", hours=hours)
    yield word("places", "receipt"), matter.legal_receipt.text
    yield from _window(matter)


def _windows(telling: Telling, offers: Iterable[Offer]) -> Iterator[str]:
    """Which window to go to: a township tells its own, and the county not those of all towns."""
    organisation = telling.names.organisation
    found = [
        (each, windows)
        for each in offers
        if (windows := windows_for(telling.matter, organisation.windows_at(each.node)))
    ]
    towns = sum(each.kind is NodeKind.TOWNSHIP for each, _ in found)
    for each, windows in found:
        if each.kind is not NodeKind.TOWNSHIP or towns == 1:
            named = "、".join(
                word("places", "window", number=one.number, name=one.name) for one in windows
            )
            yield word("places", "windows_at", place=telling.names.node(each.node), windows=named)


def _villages(offers: Iterable[Offer]) -> Iterator[str]:
    villages = [each for each in offers if each.kind is NodeKind.VILLAGE]
    deciding = sum(each.decides for each in villages)
    taking = sum(each.takes_in and not each.decides for each in villages)
    assisting = sum(each.assists for each in villages)
    if deciding:
        yield word("places", "village_decide", count=deciding)
    if taking:
        yield word("places", "village_take", count=taking)
    if assisting:
        yield word("places", "village_assist", count=assisting)


def _place(telling: Telling, offer: Offer) -> str:
    notes = []
    if offer.decides:
        notes.append(word("places", "decided_here"))
    if offer.is_conditional:
        notes.append(word("places", "some"))
    name = telling.names.node(offer.node)
    return word("places", "place", name=name, notes="，".join(notes)) if notes else name


def _hours(hours: Iterable[OfficeHours]) -> Iterator[str]:
    for each in hours:
        yield f"{each.first}–{each.last}"


def _window(matter: MatterVersion) -> Iterator[tuple[str, str]]:
    window = matter.legal_receipt.window
    if window is None:
        return
    if window.day_from is not None and window.day_to is not None:
        days = word("places", "month_text", first=window.day_from, last=window.day_to)
        yield word("places", "month_days"), days
    for period in window.periods:
        span = word("places", "period_text", first=day(period.first), last=day(period.last))
        yield word("places", "period"), span


def steps_block(telling: Telling) -> Block:
    chart = flow_chart(telling.matter, telling.names)
    keys = ("number", "name", "who", "limit")
    return Block(
        id=Section.STEPS,
        heading=heading(Section.STEPS),
        table=Table(
            tuple(word("steps", key) for key in keys),
            tuple(
                _step(telling, step, is_parallel=len(stage) > 1)
                for stage in telling.guide.stages
                for step in stage
            ),
        ),
        figure=Figure(chart.svg, chart.title, chart.told),
    )


def _step(telling: Telling, step: Step, *, is_parallel: bool) -> tuple[str, ...]:
    name = step.name + (word("steps", "parallel") if is_parallel else "")
    return str(step.seq), name, owner(telling, step), step_limit(step)


def owner(telling: Telling, step: Step) -> str:
    if step.unit is not None:
        return telling.names.department(step.unit)
    return word("steps", f"unit_{step.tier}")


def step_limit(step: Step) -> str:
    limit = limit_words(step.limit) if step.limit is not None else ""
    if step.on_clock:
        return limit or word("steps", "no_limit")
    off = word("steps", "off_clock")
    return f"{limit}，{off}" if limit and step.limit and step.limit.value else off


def limits_block(telling: Telling) -> Block:
    limits = telling.matter.limits
    statutory = limits.statutory_note or word("limits", "no_statutory")
    if limits.statutory is not None:
        statutory = limit_words(limits.statutory)
    return Block(
        id=Section.LIMITS,
        heading=heading(Section.LIMITS),
        facts=(
            (word("limits", "promised"), limit_words(limits.promised)),
            (word("limits", "statutory"), statutory),
        ),
        points=tuple(_counting(telling)),
    )


def _counting(telling: Telling) -> Iterator[str]:
    matter, counting = telling.matter, telling.guide.counting
    at_once = matter.is_instant or matter.limits.promised.value == 0
    unit = "at_once" if at_once else matter.limits.promised.unit
    yield word("limits", f"counted_{unit}")
    yield word("limits", "notice", limit=limit_words(counting.notice))
    yield word("limits", "supplement", limit=limit_words(counting.supplement))
    for pause in counting.pauses:
        yield word("limits", _pausing(pause), name=pause.procedure.name, limit=_limit_of(pause))
    if counting.supplement_pauses:
        yield word("limits", "supplement_pauses")
    extension, deemed = matter.supports.extension, matter.supports.deemed
    if extension is not None and not matter.is_instant:
        yield word("limits", "extension", limit=limit_words(extension.max))
    if deemed is not None:
        effect = labels.label("deemed_effect", deemed.effect)
        yield word("limits", "deemed", effect=effect, text=deemed.text)
    yield word("limits", "delivery", limit=limit_words(counting.delivery))
    yield word("limits", "outage")


def _pausing(pause: Pause) -> str:
    if pause.of_promised and pause.of_statutory:
        return "pause_both"
    return "pause_promised" if pause.of_promised else "pause_none"


def _limit_of(pause: Pause) -> str:
    return limit_words(pause.procedure.limit)


def fees_block(telling: Telling) -> Block:
    fees, names = telling.matter.fees, ("name", "standard", "when", "basis")
    known = {basis.id: basis for basis in telling.matter.legal_basis}
    rows = [
        (
            *(fee.name, fee.standard, labels.label("fee_collect", fee.collect)),
            f"《{known[fee.legal_basis].title}》" if fee.legal_basis in known else NOTHING,
        )
        for fee in fees
    ]
    return Block(
        id=Section.FEES,
        heading=heading(Section.FEES),
        lead="" if fees else word("fees", "none"),
        table=Table(tuple(word("fees", key) for key in names), tuple(rows)) if rows else None,
        notes=tuple(
            word("fees", "exempt_line", name=fee.name, grounds="；".join(fee.exemptions))
            for fee in fees
            if fee.exemptions
        ),
    )


def _results(telling: Telling) -> Block:
    matter = telling.matter
    notes = [word("results", "delivery"), word("results", "inform")]
    if matter.post_decision:
        notes.append(word("results", "after", text=matter.post_decision))
    if matter.supports.periodic_review_months:
        notes.append(word("results", "review", months=matter.supports.periodic_review_months))
    rows = tuple(
        (each.name, labels.label("result_kind", each.kind), validity(each), str(each.copies))
        for each in matter.results
    )
    header = tuple(word("results", key) for key in ("name", "kind", "validity", "copies"))
    return Block(
        id=Section.RESULTS,
        heading=heading(Section.RESULTS),
        table=Table(header, rows) if rows else None,
        notes=tuple(notes),
    )


def easings_block(telling: Telling) -> Block:
    deferral, commitment = telling.matter.supports.deferral, telling.matter.supports.commitment
    points = []
    if deferral is not None:
        points.append(word("easings", "deferral", limit=limit_words(deferral.supply_within)))
        overdue = word("easings", f"overdue_{deferral.if_overdue}")
        points.append(word("easings", "overdue", text=overdue))
    if commitment is not None:
        points.append(word("easings", "commitment", text=commitment.text))
        points.append(word("easings", "excluded", text=commitment.excluded_if.rstrip("。")))
        points.append(word("easings", "voluntary"))
    return Block(
        id=Section.EASINGS,
        heading=heading(Section.EASINGS),
        points=tuple(points) or (word("easings", "none"),),
    )


def basis_block(telling: Telling) -> Block:
    return Block(
        id=Section.BASIS,
        heading=heading(Section.BASIS),
        points=tuple(basis_text(each) for each in telling.matter.legal_basis),
    )


def _help(telling: Telling) -> Block:
    county, hall = telling.county, telling.hall
    complaint = limit_words(DEFAULTS.complaint)
    told = {
        "ask": word("help", "ask_text", hall=hall),
        "department": telling.names.department(telling.matter.department),
        "progress": word("help", "progress_text"),
        "complain": word("help", "complain_text", hall=hall, limit=complaint),
        "remedy": word(
            "help",
            "remedy_text",
            days=county.reconsideration_days,
            months=county.litigation_months,
            body=county.reconsideration_body,
            court=county.court,
        ),
    }
    return Block(
        id=Section.HELP,
        heading=heading(Section.HELP),
        facts=tuple((word("help", key), text) for key, text in told.items()),
    )


def _listed(table: str, codes: Iterable[str]) -> str:
    return "、".join(labels.label(table, code) for code in codes)


_WRITERS: Final[Mapping[Section, Callable[[Telling], Block]]] = {
    Section.BASICS: basics,
    Section.WHO: _who,
    Section.CONDITIONS: _conditions,
    Section.MATERIALS: _materials,
    Section.PLACES: _places,
    Section.STEPS: steps_block,
    Section.LIMITS: limits_block,
    Section.FEES: fees_block,
    Section.RESULTS: _results,
    Section.EASINGS: easings_block,
    Section.BASIS: basis_block,
    Section.HELP: _help,
}
