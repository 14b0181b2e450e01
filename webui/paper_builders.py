"""The builder of each kind of paper: what it states beyond what all papers state.

A builder returns members of `webui.documents.Paper`; the sentences around them are the papers' own.
"""

from collections.abc import Callable, Mapping
from typing import Final

from casework import act as acts
from casework.case import Closure
from casework.clock import ClockName
from casework.material import MaterialState
from casework.names import parent_of
from webui import labels
from webui.case_words import word
from webui.documents import (
    Deficiency,
    Handover,
    Item,
    PaperKind,
    PaperParty,
)
from webui.filters import local
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
    items_in_hand,
    promised,
    refusing,
    result_items,
)
from webui.paper_given import Speaking


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
        "particulars": authority(speaking),
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
    decision = speaking.given.case.decision
    key = "closed_normal"
    if speaking.given.case.closure not in {None, Closure.NORMAL}:
        key = f"closed_{speaking.given.case.closure}"
    elif decision is not None:
        key = "closed_granted" if decision.granted else "closed_refused"
    return {"outcome": (word("paper", key),), "items": result_items(speaking)}


def _instant_result(speaking: Speaking) -> Facts:
    return {
        "outcome": granted(speaking),
        "items": result_items(speaking),
        "legal_basis": bases(speaking),
        "particulars": authority(speaking),
    }


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
}
