"""What papers state alike: in whose name, to whom, when, and the things they list."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from casework import act as acts
from casework.case import Case
from casework.clock import ClockName
from casework.material import MaterialState, MaterialVerdict, Necessity
from casework.matter import Result
from casework.names import NodeId
from casework.party import Party
from casework.procedure import BY_NAME, Power
from casework.query_code import query_code, query_text
from webui import labels
from webui.case_form_view import form_values, id_type_words, is_organisation
from webui.case_pickups import collector_of
from webui.case_words import limit_words, word
from webui.documents import (
    Handover,
    Item,
    PaperKind,
    PaperParty,
    Query,
    Remedies,
)
from webui.filters import local, mask_id, mask_name, mask_phone
from webui.grounds import bases_cited, basis_text, ground_words
from webui.paper_given import Speaking
from webui.paper_numbers import came_online, document_number

Facts = dict[str, Any]

IN_HAND: Final = frozenset({MaterialState.PRESENT, MaterialState.CITED})
_OF_A_POWER: Final = frozenset({Power.INTAKE, Power.ACCEPT, Power.REVIEW, Power.DECIDE})
# Papers that go from desk to desk name the applicant no more than they must.
_BETWEEN_DESKS: Final = frozenset({PaperKind.TRANSFER_SLIP, PaperKind.RECLAIM_RECORD})
# Papers about what came in at their own moment; the others speak of the receipt of the case.
_ARRIVALS: Final = frozenset(
    {
        *(PaperKind.COLLECTION_RECEIPT, PaperKind.MATERIALS_RECEIPT, PaperKind.SUPPLEMENT_RECEIPT),
        *(PaperKind.REVIEW_SUPPLEMENT_RECEIPT, PaperKind.DEFERRAL_SATISFIED),
        *(PaperKind.WITHDRAWAL, PaperKind.ONLINE_RECEIPT),
    }
)


def common(speaking: Speaking) -> Facts:
    """What every paper states."""
    given, case, matter, moment = (
        speaking.given,
        speaking.case,
        speaking.given.matter,
        speaking.moment,
    )
    names = given.names
    accepted = speaking.last("accept", "accept_deferred", "instant")
    decision = case.decision
    return {
        "kind": speaking.kind,
        "online": came_online(case),
        "matter_type": matter.matter_type.value,
        "matter_name": matter.name,
        "matter_code": matter.implementation_code,
        "issuer": issuer(speaking),
        "applicant": applicant(speaking),
        "agent": agent(speaking),
        "case_number": case.number,
        "issued_at": local(speaking.at),
        "office": names.node(moment.node) if moment else "",
        "document_number": document_number(case, speaking.kind, moment.entry if moment else None),
        "signatory": names.officer(moment.officer) if moment else "",
        "acting_for": names.officer(moment.acting_for) if moment else "",
        "approver": names.officer(moment.approved_by) if moment else "",
        "received_at": received_at(speaking),
        "accepted_on": speaking.day(accepted.at) if accepted else None,
        "decided_on": speaking.day(decision.at) if decision else None,
        "query": Query(
            qr_text=query_text(case.number, case.id, given.county.query_url, given.voucher),
            code=query_code(case.id),
        ),
    }


def issuer(speaking: Speaking) -> str:
    """In whose name: of an entrusted power the principal's, not the hand's that used it."""
    moment, case, names = speaking.moment, speaking.case, speaking.given.names
    department = speaking.given.matter.department
    if moment is not None and BY_NAME[moment.act].power in _OF_A_POWER:
        return names.in_whose_name(moment.delegation, department)
    if case.decision is not None:
        return names.in_whose_name(case.decision.delegation, department)
    accepted = speaking.last("receive", "accept", "accept_deferred")
    return names.in_whose_name(accepted.delegation if accepted else None, department)


def received_at(speaking: Speaking) -> datetime | None:
    if speaking.kind in _ARRIVALS and speaking.moment is not None:
        return local(speaking.at)
    received = speaking.case.moments("receive", "instant", "collect")
    found = next((m for m in received if m.act == "receive"), received[0] if received else None)
    return local(found.at) if found else None


def pickup_facts(speaking: Speaking) -> Facts:
    """The slip over papers that the department fetches, to be signed by both; empty for others."""
    moment, names = speaking.moment, speaking.given.names
    entry = moment.entry if moment else None
    found = [
        each
        for each in speaking.case.pickups
        if entry in {each.entry, each.collected.entry if each.collected else None}
    ]
    if entry is None or not found:
        return {}
    pickup = found[0]
    texts = [
        speaking.given.texts.get(each.ref.hash, "")
        for each in speaking.case.parts
        if each.entry == entry and each.ref.name == "collector"
    ]
    sheet = collector_of("".join(texts))
    verdicts = tuple(v for v in speaking.case.materials if v.material in pickup.materials)
    department = speaking.case.department or speaking.given.matter.department
    giver, taker = names.node(pickup.counter), names.department(department)
    carrier = f"{sheet.name}（{sheet.staff_number}）" if sheet else ""
    return {
        "issuer": giver,
        "office": "",
        "items": items_in_hand(speaking, verdicts),
        "handover": Handover(giver=giver, taker=taker, carrier=carrier),
    }


def applicant(speaking: Speaking) -> PaperParty:
    sheet = speaking.given.applicant
    if sheet is None:
        return PaperParty(name="")
    return party(speaking, sheet.applicant, organisation=is_organisation(sheet))


def agent(speaking: Speaking) -> PaperParty | None:
    sheet = speaking.given.applicant
    agent = sheet.agent if sheet else None
    return party(speaking, agent, organisation=False) if agent else None


def party(speaking: Speaking, person: Party, *, organisation: bool) -> PaperParty:
    masked = not speaking.given.unmasked or speaking.kind in _BETWEEN_DESKS
    return PaperParty(
        name=mask_name(person.name) if masked and not organisation else person.name,
        organisation=organisation,
        id_type=id_type_words(person.id_type),
        id_number=mask_id(person.id_number) if masked else person.id_number,
        phone=mask_phone(person.phone) if masked else person.phone,
    )


def promised(speaking: Speaking) -> Facts:
    clock = speaking.clock(ClockName.PROMISED)
    if clock is None:
        return {}
    return {"due_on": clock.due_on, "limit": limit_words(clock.limit)}


def refusing(speaking: Speaking, grounds: Iterable[str]) -> Facts:
    matter = speaking.given.matter
    cited = tuple(grounds)
    said = ground_words(matter, cited)
    # Whoever writes a ground once more that is cited already has said it once.
    more = (line for line in written_lines(speaking, "grounds") if not _repeats(line, said))
    return {
        "reasons": (*said, *more),
        "legal_basis": bases_cited(matter, cited),
        "remedies": remedies(speaking),
    }


def _repeats(line: str, said: Iterable[str]) -> bool:
    return any(one.rstrip("。").endswith(line.strip().rstrip("。")) for one in said)


def remedies(speaking: Speaking) -> Remedies:
    county = speaking.given.county
    return Remedies(
        reconsideration_body=county.reconsideration_body,
        court=county.court,
        reconsideration_days=county.reconsideration_days,
        litigation_months=county.litigation_months,
    )


def written_lines(speaking: Speaking, part: str) -> tuple[str, ...]:
    return tuple(line for line in speaking.text(part).splitlines() if line.strip())


def authority(speaking: Speaking) -> tuple[tuple[str, str], ...]:
    """The document that an entrusted power rests on."""
    record = speaking.moment.delegation if speaking.moment else None
    instrument = speaking.given.names.instrument(record)
    return ((word("particular", "authority"), instrument),) if instrument else ()


def stated(speaking: Speaking) -> tuple[tuple[str, str], ...]:
    """What the matter's results repeat of the form: how much, of what, where."""
    given = speaking.given
    keys = {key for each in given.matter.results for key in each.states}
    lines = form_values(given.matter, given.form, given.names.place, unmasked=given.unmasked)
    return tuple((line.label, line.text) for line in lines if line.key in keys)


def bases(speaking: Speaking) -> tuple[str, ...]:
    return tuple(basis_text(basis) for basis in speaking.given.matter.legal_basis)


def granted(speaking: Speaking) -> tuple[str, ...]:
    matter = speaking.given.matter
    results = tuple(
        word("paper", "grants_result", name=each.name, validity=validity(each))
        for each in matter.results
    )
    return (word("paper", "grants", matter=matter.name), *results)


def validity(result: Result) -> str:
    lasting = result.validity
    if lasting.years is not None:
        return word("paper", "years", count=lasting.years)
    return lasting.text or labels.label("validity_kind", lasting.kind)


def items_in_hand(speaking: Speaking, verdicts: Iterable[MaterialVerdict]) -> tuple[Item, ...]:
    return tuple(item(speaking, verdict) for verdict in verdicts if verdict.state in IN_HAND)


def item(speaking: Speaking, verdict: MaterialVerdict) -> Item:
    need = speaking.given.matter.material(verdict.material)
    if need is None:
        return Item(name=verdict.material, originals=verdict.originals, copies=verdict.copies)
    cited = verdict.state is MaterialState.CITED
    return Item(
        name=need.name,
        form=labels.label("material_form", "electronic" if cited else need.form.value),
        originals=verdict.originals,
        copies=verdict.copies,
        note=labels.label("material_state", "cited")
        if cited
        else labels.label("retention", need.retention.value),
    )


def deferred_items(speaking: Speaking) -> tuple[Item, ...]:
    accepted = speaking.last("accept_deferred")
    act = speaking.given.acts.get(accepted.entry) if accepted else None
    verdicts = act.materials if isinstance(act, acts.AcceptDeferred) else speaking.materials
    owed = tuple(v for v in verdicts if v.state is MaterialState.DEFERRED)
    owed = owed or tuple(v for v in verdicts if is_deferrable(speaking, v))
    found = []
    for verdict in owed:
        need = speaking.given.matter.material(verdict.material)
        if need is not None:
            form = labels.label("material_form", need.form.value)
            found.append(
                Item(name=need.name, form=form, originals=need.originals, copies=need.copies)
            )
    return tuple(found)


def deferred_until(speaking: Speaking) -> Any:
    clock = speaking.clock(ClockName.SUPPLY)
    return clock.due_on if clock else None


def is_deferrable(speaking: Speaking, verdict: MaterialVerdict) -> bool:
    need = speaking.given.matter.material(verdict.material)
    return need is not None and need.necessity is Necessity.DEFERRABLE


def result_items(speaking: Speaking) -> tuple[Item, ...]:
    """What is handed over: the certificates of a grant, the decision itself of a refusal."""
    decision = speaking.case.decision
    number = (decision.document if decision else None) or ""
    if decision is not None and not decision.granted:
        return (Item(name=word("paper", "refusal_document"), originals=1, number=number),)
    results = speaking.given.matter.results
    return tuple(
        Item(name=each.name, originals=max(each.copies, 1), number=number if place == 0 else "")
        for place, each in enumerate(results)
    ) or (Item(name=word("paper", "transfer_result"), originals=1, number=number),)


def holder_before(case: Case) -> NodeId:
    """Who held the pen before the last entry."""
    holder = case.opened_by
    for moment in case.timeline[:-1]:
        if moment.act == "reclaim_pen":
            holder = moment.node
        elif moment.act in {"hand_over_pen", "return_pen"} and moment.pen_to is not None:
            holder = moment.pen_to
    return holder
