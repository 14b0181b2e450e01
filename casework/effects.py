"""What each act changes in a case, beyond the status that its row of the procedure names.

Called by `casework.fold` alone. It reads the entry and the case as it stood, and refuses nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from casework import act as acts
from casework.case import (
    SUPPLEMENT,
    Case,
    Closure,
    Decision,
    Deferral,
    Extension,
    FeeSettled,
    Moment,
    Status,
)
from casework.contacts import contacted
from casework.entry import Written
from casework.names import MessageId
from casework.pickups import picked_up
from casework.procedure import PROCEDURE
from casework.voucher import read_voucher

Changes = dict[str, object]  # the fields of the case that change


def effect(case: Case, act: acts.AnyAct, written: Written, at: datetime) -> Changes:
    """What an act changes beyond the status that its row names."""
    part = _EFFECTS.get(type(act))
    return part(case, act, written, at) if part is not None else {}


def _taken_in(case: Case, act: acts.AnyAct, written: Written, _: datetime) -> Changes:  # noqa: PLR0911
    match act:
        case acts.Draft(intake):
            return _applied(intake)
        case acts.SubmitOnline(intake, materials):
            return {**_applied(intake), "materials": materials, "pre_passed": False}
        case acts.PrePass():
            return {"pre_passed": True}
        case acts.Collect(intake, materials):
            collected = case.collected_by or written.node
            return {**_applied(intake), "materials": materials, "collected_by": collected}
        case acts.Receive(intake, materials):
            received = case.received_by or written.node
            return {**_applied(intake), "materials": materials, "received_by": received}
        case acts.NotifyDeficiency(materials, supply_by):
            return {**_noticed(case), "materials": materials, "supply_by": supply_by}
        case acts.Supplement(materials) | acts.Accept(materials):
            return {"materials": materials, "supply_by": None}
        case acts.AcceptDeferred(materials, supply_by):
            return {"materials": materials, "supply_by": supply_by, "deferral": Deferral.OPEN}
        case _:
            return {}


def rebuilt(written: Written, act: acts.Rebuild) -> Changes:
    """The hall that first took the papers in stays responsible, whoever begins the case anew."""
    voucher = read_voucher(act.voucher)
    changed: Changes = {"rebuilt_from": voucher.case}
    if voucher.first_responsible != written.node:
        changed["collected_by"] = voucher.first_responsible
    return changed


def _reviewed(case: Case, act: acts.AnyAct, written: Written, _: datetime) -> Changes:  # noqa: PLR0911
    match act:
        case acts.Dispatch(department):
            return {"department": department}
        case acts.Take():
            return {"assigned_to": written.entry.officer}
        case acts.JudgeMaterials(materials):
            return {"materials": materials, "materials_judged": True}
        case acts.NotifyDeficiencyReview(materials, supply_by):
            asked = {"materials": materials, "supply_by": supply_by}
            return {**_noticed(case), **_awaiting(case, SUPPLEMENT), **asked}
        case acts.SupplementInReview(materials):
            came = {"materials": materials, "supply_by": None, "materials_judged": False}
            return {**_came(case, SUPPLEMENT), **came}
        case acts.StartSpecial(procedure):
            return _awaiting(case, procedure)
        case acts.EndSpecial(procedure):
            return _came(case, procedure)
        case acts.RequestExtension():
            asked_by = written.entry.officer
            return {"extension": Extension.REQUESTED, "extension_asked_by": asked_by}
        case _:
            return {"extension": _EXTENSIONS[type(act)]}


def _decided(case: Case, act: acts.AnyAct, written: Written, at: datetime) -> Changes:
    match act:
        case acts.DecideGrant(_, document):
            held = case.deferral is Deferral.OPEN
            status = Status.RESULT_HELD if held else Status.DECIDED
            made = _decision(case, written, at, document, granted=True)
            return {"status": status, "decision": made, "awaiting": ()}
        case acts.DecideRefuse(_, grounds, document):
            made = _decision(case, written, at, document, granted=False, grounds=grounds)
            return {"decision": made, "awaiting": ()}
        case acts.DeferredSatisfied(materials):
            ready = Status.READY if case.status is Status.RESULT_HELD else case.status
            brought = {"materials": materials, "supply_by": None}
            return {**brought, "deferral": Deferral.SATISFIED, "status": ready}
        case acts.Instant(intake, materials, _, document):
            return {
                **_applied(intake),
                "materials": materials,
                "received_by": case.received_by or written.node,
                "decision": _decision(case, written, at, document, granted=True),
            }
        case acts.Correct(document):
            return _decided_anew(case, document)
        case _:
            return {}


def _ended(case: Case, act: acts.AnyAct, _: Written, __: datetime) -> Changes:
    ends: Changes = {"closure": _CLOSURES[type(act)], "awaiting": (), "supply_by": None}
    match act:
        case acts.DeferredLapse():
            return {**ends, **_without_effect(case), "deferral": Deferral.OVERDUE}
        case acts.MergeInto(other):
            return {**ends, "merged_into": other}
        case _:
            return ends


def _taken_back(case: Case, act: acts.AnyAct, _: Written, __: datetime) -> Changes:
    if isinstance(act, acts.Revoke):
        return _without_effect(case)
    former = (*case.former_decisions, *((case.decision,) if case.decision else ()))
    return {"closure": None, "decision": None, "former_decisions": former}


def _moved(case: Case, act: acts.AnyAct, written: Written, _: datetime) -> Changes:  # noqa: PLR0911
    match act:
        case acts.HandOverPen(to) | acts.ReturnPen(to):
            return {"pen": to, "pen_from": written.node}
        case acts.ReclaimPen(_, _, hold):
            return {"pen": written.node, "pen_from": case.pen, "held": hold}
        case acts.ChangePickup(pickup):
            return {"pickup": pickup}
        case acts.OpenGreenChannel():
            return {"green": True}
        case acts.SettleFee(fee, paid_fen, exemption):
            others = tuple(each for each in case.fees if each.fee != fee)
            return {"fees": (*others, FeeSettled(fee, paid_fen, exemption))}
        case acts.KeepApart(other):
            return {"apart_from": (*case.apart_from, other)}
        case _:
            return {}


_CLOSURES: Final[Mapping[type[acts.Act], Closure]] = {
    acts.RefuseAcceptance: Closure.REFUSED_ACCEPTANCE,
    acts.Withdraw: Closure.WITHDRAWN,
    acts.Lapse: Closure.LAPSED,
    acts.DeferredLapse: Closure.DEFERRAL_LAPSED,
    acts.Terminate: Closure.TERMINATED,
    acts.MergeInto: Closure.MERGED,
    acts.Close: Closure.NORMAL,
}


_EXTENSIONS: Final[Mapping[type[acts.Act], Extension]] = {
    acts.GrantExtension: Extension.GRANTED,
    acts.RefuseExtension: Extension.REFUSED,
}
_EFFECTS: Final[
    Mapping[type[acts.Act], Callable[[Case, acts.AnyAct, Written, datetime], Changes]]
] = {
    **dict.fromkeys((acts.Draft, acts.SubmitOnline, acts.PrePass, acts.Collect), _taken_in),
    **dict.fromkeys((acts.Receive, acts.NotifyDeficiency, acts.Supplement), _taken_in),
    **dict.fromkeys((acts.Accept, acts.AcceptDeferred), _taken_in),
    **dict.fromkeys((acts.Dispatch, acts.Take, acts.JudgeMaterials), _reviewed),
    **dict.fromkeys((acts.NotifyDeficiencyReview, acts.SupplementInReview), _reviewed),
    **dict.fromkeys((acts.StartSpecial, acts.EndSpecial), _reviewed),
    **dict.fromkeys((acts.RequestExtension, *_EXTENSIONS), _reviewed),
    **dict.fromkeys((acts.DecideGrant, acts.DecideRefuse, acts.DeferredSatisfied), _decided),
    **dict.fromkeys((acts.Instant, acts.Correct), _decided),
    **dict.fromkeys(_CLOSURES, _ended),
    **dict.fromkeys((acts.Revoke, acts.Reopen), _taken_back),
    **dict.fromkeys((acts.HandOverPen, acts.ReturnPen, acts.ReclaimPen), _moved),
    **dict.fromkeys((acts.ChangePickup, acts.OpenGreenChannel), _moved),
    **dict.fromkeys((acts.SettleFee, acts.KeepApart), _moved),
    **dict.fromkeys((acts.Ask, acts.Answer), contacted),
    **dict.fromkeys((acts.CallForPapers, acts.CollectPapers), picked_up),
}


def _applied(intake: acts.Intake) -> Changes:
    return {"intake": intake, "pickup": intake.pickup}


def _noticed(case: Case) -> Changes:
    return {"notices": case.notices + 1}


def _awaiting(case: Case, label: str) -> Changes:
    return {} if label in case.awaiting else {"awaiting": (*case.awaiting, label)}


def _came(case: Case, label: str) -> Changes:
    return {"awaiting": tuple(each for each in case.awaiting if each != label)}


def _without_effect(case: Case) -> Changes:
    """The decision is kept, and no longer counts."""
    if case.decision is None:
        return {}
    return {"decision": replace(case.decision, revoked=True)}


def _decided_anew(case: Case, document: str | None) -> Changes:
    """A corrected decision is the next version of the same; the former is kept."""
    made = case.decision
    if made is None:
        return {}
    corrected = replace(made, document=document or made.document, version=made.version + 1)
    return {"decision": corrected, "former_decisions": (*case.former_decisions, made)}


def _decision(  # noqa: PLR0913 - what a decision consists of
    case: Case,
    written: Written,
    at: datetime,
    document: str | None,
    *,
    granted: bool,
    grounds: tuple[str, ...] = (),
) -> Decision:
    return Decision(
        granted=granted,
        at=at,
        node=written.node,
        officer=written.entry.officer,
        acting_for=written.entry.acting_for,
        delegation=written.entry.delegation,
        entry=written.id,
        document=document,
        grounds=grounds,
        version=1 + max((made.version for made in case.former_decisions), default=0),
    )


# What an act says that its moment repeats, by the member's name in the act.
_SAID: Final = {
    "supply_by": "due_on",
    "expected_by": "due_on",
    "answer_by": "due_on",
    "collect_by": "due_on",
    "to": "pen_to",
    "code": "code",
    "procedure": "procedure",
    "step": "step",
    "approved_by": "approved_by",
    "agreed_by": "approved_by",
    "extra": "extra",
}
# By kind of act its name on the wire, and those of its members that its moment repeats.
_SAID_BY: Final[Mapping[type[acts.Act], tuple[str, tuple[tuple[str, str], ...]]]] = {
    kind: (
        row.name,
        tuple((said, name) for said, name in _SAID.items() if said in kind.__struct_fields__),
    )
    for kind, row in PROCEDURE.items()
}
_WITH_OUTCOME: Final = (acts.Opine, acts.AnswerFromAbove)


def moment_of(
    written: Written, meaning: acts.AnyAct, at: datetime, adopted: MessageId | None
) -> Moment:
    entry = written.entry
    act, members = _SAID_BY[type(meaning)]
    said = {name: getattr(meaning, member) for member, name in members}
    if isinstance(meaning, _WITH_OUTCOME):
        said["outcome"] = meaning.outcome.value
    return Moment(
        written.id,
        act,
        at,
        written.at,
        written.node,
        entry.officer,
        entry.acting_for,
        entry.delegation,
        adopted,
        **said,
    )
