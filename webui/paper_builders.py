"""The builder of each kind of paper: what it states beyond what all papers state.

A builder returns members of `webui.documents.Paper`; the sentences around them are the papers' own.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from casework import act as acts
from casework.act_contents import FEN_PER_YUAN
from casework.case import Closure
from casework.clock import ClockName
from casework.material import MaterialState
from casework.matter import MatterVersion
from casework.names import parent_of
from webui import labels
from webui.case_words import limit_words, word
from webui.documents import (
    Deficiency,
    Handover,
    Item,
    PaperKind,
    PaperParty,
)
from webui.filters import local
from webui.grounds import basis_text
from webui.notices import deficiencies_of, read_notice
from webui.paper_facts import (
    IN_HAND,
    Facts,
    agent,
    authority,
    bases,
    deferred_items,
    deferred_until,
    granted,
    holder_before,
    is_deferrable,
    issuer,
    items_in_hand,
    pickup_facts,
    promised,
    refusing,
    remedies,
    result_items,
    stated,
    written_lines,
)
from webui.paper_given import Speaking
from webui.paper_sheets import about_case


def _collection_receipt(speaking: Speaking) -> Facts:
    node = speaking.moment.node if speaking.moment else speaking.case.opened_by
    above = parent_of(node)
    hand_in = speaking.clock(ClockName.HAND_IN)
    return {
        "issuer": speaking.given.names.node(node),
        "office": "",
        "items": items_in_hand(speaking, speaking.materials),
        "place": speaking.given.place(above),
        "due_on": hand_in.due_on if hand_in else None,
    }


def _materials_receipt(speaking: Speaking) -> Facts:
    first = speaking.given.names.node(speaking.case.first_responsible)
    return {
        "items": items_in_hand(speaking, speaking.materials),
        "particulars": ((word("particular", "first_responsible"), first),),
    }


def _supplement_receipt(speaking: Speaking) -> Facts:
    """Only what came now, as far as it is known what lay here before."""
    running = speaking.clock(ClockName.PROMISED)
    before = {
        v.material for v in speaking.materials_before if v.state in IN_HAND and not v.failed_checks
    }
    came = tuple(v for v in speaking.materials if v.material not in before)
    return {
        "items": items_in_hand(speaking, came) or items_in_hand(speaking, speaking.materials),
        "due_on": running.due_on if running else None,
    }


def _deficiency_notice(speaking: Speaking) -> Facts:
    told = read_notice(speaking.text("notice"))
    found = told.deficiencies or deficiencies_of(speaking.given.matter, speaking.materials)
    extra = tuple(
        Deficiency(material=word("field", "remark"), fault="", remedy=remark)
        for remark in told.remarks
        if speaking.kind is PaperKind.DEFICIENCY_NOTICE
    )
    reviewing = speaking.kind is PaperKind.REVIEW_DEFICIENCY_NOTICE
    node = (speaking.case.received_by if reviewing else None) or (
        speaking.moment.node if speaking.moment else None
    )
    return {
        "deficiencies": found + extra,
        "reasons": told.remarks if reviewing else (),
        "supply_by": speaking.supply_by(),
        "place": speaking.given.place(node or speaking.case.pen),
    }


def _refusal_of_acceptance(speaking: Speaking) -> Facts:
    act = speaking.act
    grounds = act.grounds if isinstance(act, acts.RefuseAcceptance) else ()
    return {
        **refusing(speaking, grounds),
        "place": speaking.given.place(speaking.case.received_by),
    }


def _acceptance_notice(speaking: Speaking) -> Facts:
    return {**promised(speaking), "place": speaking.given.place(speaking.case.pickup)}


def _deferred_acceptance_notice(speaking: Speaking) -> Facts:
    return {
        **promised(speaking),
        "items": deferred_items(speaking),
        "supply_by": speaking.supply_by(),
        "place": speaking.given.place(speaking.case.received_by or speaking.case.pen),
    }


def _grant(speaking: Speaking) -> Facts:
    return {
        "outcome": granted(speaking),
        "legal_basis": bases(speaking),
        "place": speaking.given.place(speaking.case.pickup),
        "particulars": (*stated(speaking), *authority(speaking)),
    }


def _refusal(speaking: Speaking) -> Facts:
    decision = speaking.case.decision
    return {
        **refusing(speaking, decision.grounds if decision else ()),
        "place": speaking.given.place(speaking.case.received_by),
        "particulars": authority(speaking),
    }


def _deferral_satisfied(speaking: Speaking) -> Facts:
    before = {v.material for v in speaking.materials_before if v.state is MaterialState.DEFERRED}
    came = tuple(v for v in speaking.materials if v.material in before)
    deferrable = tuple(v for v in speaking.materials if is_deferrable(speaking, v))
    return {
        "items": items_in_hand(speaking, came or deferrable or speaking.materials),
        "place": speaking.given.place(speaking.case.pickup) if speaking.case.decision else None,
    }


def _deferral_commitment(speaking: Speaking) -> Facts:
    return {
        "items": deferred_items(speaking),
        "supply_by": speaking.supply_by() or deferred_until(speaking),
    }


def _transfer_slip(speaking: Speaking) -> Facts:
    names, moment = speaking.given.names, speaking.moment
    if fetched := pickup_facts(speaking):
        return fetched
    giver = names.node(moment.node) if moment else names.node(speaking.case.pen)
    taker = names.node(moment.pen_to if moment else speaking.case.pickup)
    forwards = moment is not None and moment.act == "forward_result"
    slip = result_items(speaking) if forwards else items_in_hand(speaking, speaking.case.materials)
    return {
        "issuer": giver,
        "office": "",
        "items": slip or (Item(name=word("paper", "electronic_only")),),
        "handover": Handover(giver=giver, taker=taker),
    }


def _result_handover(speaking: Speaking) -> Facts:
    names = speaking.given.names
    giver = speaking.moment.node if speaking.moment else speaking.case.pen
    return {
        "items": result_items(speaking),
        "handover": Handover(giver=names.node(giver), taker=names.node(speaking.case.pickup)),
    }


def _delivery_receipt(speaking: Speaking) -> Facts:
    sheet, act = speaking.given.handover, speaking.act
    by_agent = isinstance(act, acts.Deliver) and act.recipient != "applicant"
    taker = None
    if sheet is not None and (by_agent or sheet.relation):
        taker = PaperParty(name=sheet.recipient, id_number=sheet.id_number)
    return {
        "agent": taker or (agent(speaking) if by_agent else None),
        "items": result_items(speaking),
        "place": speaking.given.place(
            speaking.moment.node if speaking.moment else speaking.case.pickup
        ),
    }


def _reclaim_record(speaking: Speaking) -> Facts:
    names, act, moment = speaking.given.names, speaking.act, speaking.moment
    code = moment.code if moment else None
    reasons = [word("reclaim", act.ground.value)] if isinstance(act, acts.ReclaimPen) else []
    reasons += [labels.error_text(code)] if code else []
    holds = isinstance(act, acts.ReclaimPen) and act.hold
    return {
        "reasons": tuple(reasons),
        "outcome": (word("paper", "reclaimed_held" if holds else "reclaimed"),),
        "handover": Handover(
            giver=names.node(holder_before(speaking.case)),
            taker=names.node(moment.node if moment else speaking.case.county),
        ),
    }


def _deemed_acceptance(speaking: Speaking) -> Facts:
    received = speaking.last("receive", "supplement")
    notice = speaking.clock(ClockName.NOTICE)
    return {
        **promised(speaking),
        "office": speaking.given.names.node(received.node if received else speaking.case.pen),
        "accepted_on": speaking.day(received.at) if received else None,
        "received_at": local(received.at) if received else None,
        "notice_due_on": notice.due_on if notice else None,
        "reasons": (word("paper", "deemed_reason"),),
        "legal_basis": bases(speaking),
    }


def _withdrawal(speaking: Speaking) -> Facts:
    return {
        "items": items_in_hand(speaking, speaking.case.materials),
        "place": speaking.given.place(speaking.case.received_by or speaking.case.pen),
    }


def _closing_notice(speaking: Speaking) -> Facts:
    decision, key = speaking.case.decision, "closed_normal"
    # In force it speaks of its own moment, whatever became of the case afterwards.
    closure = speaking.case.closure if speaking.moment is None else Closure.NORMAL
    if closure not in {None, Closure.NORMAL}:
        key = f"closed_{closure}"
    elif decision is not None:
        key = "closed_granted" if decision.granted else "closed_refused"
    return {"outcome": (word("paper", key),), "items": result_items(speaking)}


def _instant_result(speaking: Speaking) -> Facts:
    return {
        "outcome": granted(speaking),
        "items": result_items(speaking),
        "legal_basis": bases(speaking),
        "particulars": (*stated(speaking), *authority(speaking)),
    }


def _application_returned(speaking: Speaking) -> Facts:
    asked = speaking.last("notify_deficiency")
    return {
        "supply_by": date.fromisoformat(asked.due_on) if asked and asked.due_on else None,
        "reasons": (word("paper", "lapsed_reason"),),
        "items": items_in_hand(speaking, speaking.case.materials),
        "place": speaking.given.place(speaking.case.received_by or speaking.case.pen),
    }


def _special_procedure_notice(speaking: Speaking) -> Facts:
    moment, matter = speaking.moment, speaking.given.matter
    special = matter.special(moment.procedure) if moment and moment.procedure else None
    if special is None:
        return {}
    known = [basis for basis in matter.legal_basis if basis.id == special.legal_basis]
    stops = word("paper", "special_pauses" if special.pauses_clock else "special_counts")
    limit = limit_words(special.limit)
    name = word("paper", "special", name=special.name, limit=limit)
    return {
        "outcome": (name, stops),
        "reasons": written_lines(speaking, "grounds"),
        "legal_basis": tuple(basis_text(basis) for basis in known),
        "due_on": speaking.supply_by(),
    }


def _extension_notice(speaking: Speaking) -> Facts:
    extra = speaking.moment.extra if speaking.moment else None
    asked = speaking.last("request_extension")
    reasons = speaking.given.text_of(asked.entry, "grounds") if asked else ""
    clock = speaking.clock(ClockName.PROMISED) or speaking.clock(ClockName.STATUTORY)
    return {
        "limit": limit_words(extra) if extra else "",
        "due_on": clock.due_on if clock else None,
        "reasons": tuple(line for line in reasons.splitlines() if line.strip()),
    }


def _forwarding_slip(speaking: Speaking) -> Facts:
    act = speaking.act
    superior = act.superior if isinstance(act, acts.ForwardUp) else ""
    return {
        "outcome": written_lines(speaking, "opinion"),
        "items": items_in_hand(speaking, speaking.case.materials),
        "handover": Handover(giver=issuer(speaking), taker=superior),
    }


def _deferral_lapsed(speaking: Speaking) -> Facts:
    decided = speaking.case.decision is not None
    accepted = speaking.last("accept_deferred")
    return {
        "items": deferred_items(speaking),
        "supply_by": date.fromisoformat(accepted.due_on) if accepted and accepted.due_on else None,
        "outcome": (word("paper", "deferral_withdrawn" if decided else "deferral_ended"),),
        "remedies": remedies(speaking),
        "place": speaking.given.place(speaking.case.received_by),
    }


def _termination_notice(speaking: Speaking) -> Facts:
    act = speaking.act
    ground = (labels.TERMINATION[act.ground.value],) if isinstance(act, acts.Terminate) else ()
    return {
        "reasons": ground + written_lines(speaking, "grounds"),
        "legal_basis": bases(speaking),
        "remedies": remedies(speaking),
        "place": speaking.given.place(speaking.case.received_by),
    }


def _correction(speaking: Speaking) -> Facts:
    decision = speaking.case.decision
    number = decision.document if decision else None
    facts: Facts = {"reasons": written_lines(speaking, "grounds")}
    return {**facts, "document_number": number} if number else facts


def _revocation(speaking: Speaking) -> Facts:
    act = speaking.act
    ground = (labels.REVOCATION[act.ground.value],) if isinstance(act, acts.Revoke) else ()
    return {
        "reasons": ground + written_lines(speaking, "grounds"),
        "outcome": written_lines(speaking, "told"),
        "legal_basis": bases(speaking),
        "remedies": remedies(speaking),
    }


def _renewed_acceptance(speaking: Speaking) -> Facts:
    decided = speaking.last("decide_grant", "decide_refuse", "instant")
    return {
        **promised(speaking),
        "decided_on": speaking.day(decided.at) if decided else None,
        "accepted_on": speaking.day(speaking.at),
        "reasons": written_lines(speaking, "grounds"),
        "outcome": written_lines(speaking, "told"),
        "remedies": remedies(speaking),
    }


def _merger_notice(speaking: Speaking) -> Facts:
    pickup = speaking.given.names.node(speaking.case.pickup)
    return {"outcome": (word("paper", "merged"), word("paper", "merged_pickup", node=pickup))}


def _fee_notice(speaking: Speaking) -> Facts:
    act, matter = speaking.act, speaking.given.matter
    if not isinstance(act, acts.SettleFee) or act.fee >= len(matter.fees):
        return {}
    fee = matter.fees[act.fee]
    known = [basis for basis in matter.legal_basis if basis.id == fee.legal_basis]
    words = word("paper", "fee_paid", name=fee.name, yuan=f"{act.paid_fen / FEN_PER_YUAN:.2f}")
    if act.exemption is not None:
        words = word("paper", "fee_waived", name=fee.name, ground=fee.exemptions[act.exemption])
    return {
        "outcome": (words, word("paper", "fee_standard", standard=fee.standard)),
        "legal_basis": tuple(basis_text(basis) for basis in known),
    }


def _commitment(speaking: Speaking) -> Facts:
    return {"outcome": undertaken(speaking.given.matter)}


def undertaken(matter: MatterVersion) -> tuple[str, ...]:
    """What whoever commits declares; nothing where the matter offers no commitment."""
    offer = matter.supports.commitment
    if offer is None:
        return ()
    return (
        offer.text,
        word("paper", "commitment_true"),
        word("paper", "commitment_excluded", excluded=offer.excluded_if),
    )


def _online_receipt(speaking: Speaking) -> Facts:
    return {"items": items_in_hand(speaking, speaking.materials)}


def _nothing_more(_: Speaking) -> Facts:
    return {}


BUILDERS: Final[Mapping[PaperKind, Callable[[Speaking], Facts]]] = {
    PaperKind.COLLECTION_RECEIPT: _collection_receipt,
    PaperKind.ENTRUSTMENT: _nothing_more,
    PaperKind.MATERIALS_RECEIPT: _materials_receipt,
    PaperKind.DEFICIENCY_NOTICE: _deficiency_notice,
    PaperKind.REFUSAL_OF_ACCEPTANCE: _refusal_of_acceptance,
    PaperKind.ACCEPTANCE_NOTICE: _acceptance_notice,
    PaperKind.SUPPLEMENT_RECEIPT: _supplement_receipt,
    PaperKind.REVIEW_DEFICIENCY_NOTICE: _deficiency_notice,
    PaperKind.REVIEW_SUPPLEMENT_RECEIPT: _supplement_receipt,
    PaperKind.GRANT: _grant,
    PaperKind.REFUSAL: _refusal,
    PaperKind.DEFERRAL_COMMITMENT: _deferral_commitment,
    PaperKind.DEFERRED_ACCEPTANCE_NOTICE: _deferred_acceptance_notice,
    PaperKind.DEFERRAL_SATISFIED: _deferral_satisfied,
    PaperKind.TRANSFER_SLIP: _transfer_slip,
    PaperKind.RESULT_HANDOVER: _result_handover,
    PaperKind.DELIVERY_RECEIPT: _delivery_receipt,
    PaperKind.RECLAIM_RECORD: _reclaim_record,
    PaperKind.DEEMED_ACCEPTANCE: _deemed_acceptance,
    PaperKind.WITHDRAWAL: _withdrawal,
    PaperKind.CLOSING_NOTICE: _closing_notice,
    PaperKind.INSTANT_RESULT: _instant_result,
    PaperKind.ONLINE_RECEIPT: _online_receipt,
    PaperKind.APPLICATION_RETURNED: _application_returned,
    PaperKind.SPECIAL_PROCEDURE_NOTICE: _special_procedure_notice,
    PaperKind.EXTENSION_NOTICE: _extension_notice,
    PaperKind.FORWARDING_SLIP: _forwarding_slip,
    PaperKind.DEFERRAL_LAPSED: _deferral_lapsed,
    PaperKind.TERMINATION_NOTICE: _termination_notice,
    PaperKind.CORRECTION: _correction,
    PaperKind.REVOCATION: _revocation,
    PaperKind.RENEWED_ACCEPTANCE: _renewed_acceptance,
    PaperKind.MERGER_NOTICE: _merger_notice,
    PaperKind.FEE_NOTICE: _fee_notice,
    PaperKind.COMMITMENT: _commitment,
    PaperKind.CONSULTATION_SHEET: about_case,
}
