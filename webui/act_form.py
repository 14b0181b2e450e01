"""From what a dialog of the case page sends to an act, and the texts that go with it as parts.

Every choice is checked against what the case, its matter and the node's lists allow. Whether the
act may be done is not asked here: the rules are asked by whoever performs it.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from litestar.exceptions import NotFoundException
from msgspec import Struct

from casework import act as acts
from casework.act import AnyAct
from casework.case import Case
from casework.contacts import open_questions
from casework.names import CaseId, DepartmentId, MessageId, NodeId, OfficerId
from casework.party import CollectorSheet, HandoverSheet
from casework.pickups import counters_of, open_pickups, papers_left
from webui import labels
from webui.act_fields import MATERIALS_SOUND, PAPER_FLAG, RECLAIM_CODES, exemptions, review_steps
from webui.act_reading import GROUNDS_LENGTH_MAX, ActPlace, Reading
from webui.case_words import word
from webui.forms import Form

SUPERIOR_LENGTH_MAX: Final = 60
STAFF_NUMBER_LENGTH_MAX: Final = 40
_JSON_PARTS: Final = frozenset({"applicant", "form", "delivery", "collector"})


class ActRead(Struct, frozen=True, kw_only=True):
    """`act` is None exactly when the form has errors; `texts` are contents of parts by name."""

    name: str
    act: AnyAct | None
    texts: dict[str, str]
    seen: MessageId | None
    form: Form


def read_act(name: str, form: Form, place: ActPlace) -> ActRead:
    """NotFoundException for an act that no dialog offers."""
    reader = _READERS.get(name)
    if reader is None:
        raise NotFoundException(name)
    reading = Reading(form, place)
    act = reader(reading)
    sound = act if act is not None and not form.errors else None
    return ActRead(
        name=name, act=sound, texts=reading.texts if sound else {}, seen=reading.seen(), form=form
    )


def said_beside(read: ActRead, case: Case) -> tuple[AnyAct, ...]:
    """What was ticked beside an act and is signed with it: that the papers of a case are sound."""
    ticked = isinstance(read.act, acts.Take) and read.form.flag(MATERIALS_SOUND)
    return (acts.JudgeMaterials(case.materials),) if ticked and not case.materials_judged else ()


def media_type_of(part: str) -> str:
    return "application/json" if part in _JSON_PARTS else "text/plain"


def _collect(reading: Reading) -> AnyAct | None:
    intake, materials = reading.intake(), reading.materials()
    return acts.Collect(intake, materials) if intake else None


def _submit_online(reading: Reading) -> AnyAct | None:
    intake, materials = reading.intake(), reading.materials()
    return acts.SubmitOnline(intake, materials) if intake else None


def _receive(reading: Reading) -> AnyAct | None:
    intake, materials = reading.intake(), reading.materials()
    return acts.Receive(intake, materials) if intake else None


def _instant(reading: Reading) -> AnyAct | None:
    intake, materials = reading.intake(), reading.materials()
    recipient = reading.choice("recipient", labels.RECIPIENT)
    document = reading.document()
    if intake is None:
        return None
    return acts.Instant(intake, materials, intake.facts, document, recipient)


def _notify_deficiency(reading: Reading) -> AnyAct | None:
    materials = reading.materials()
    reading.keep_notice(materials, remark_required=False)
    supply_by, agreed_by = reading.last_day(), _agreed_by(reading)
    return acts.NotifyDeficiency(materials, supply_by, agreed_by) if supply_by else None


def _notify_deficiency_review(reading: Reading) -> AnyAct | None:
    materials = reading.materials()
    reading.keep_notice(materials, remark_required=True)
    supply_by, agreed_by = reading.last_day(), _agreed_by(reading)
    return acts.NotifyDeficiencyReview(materials, supply_by, agreed_by) if supply_by else None


def _agreed_by(reading: Reading) -> OfficerId | None:
    """Who agreed to tell the applicant once more, and the reason, where it is not the first."""
    if reading.place.case.notices == 0:
        return None
    reading.keep_text("grounds", "again_reason")
    return reading.officer("agreed_by")


def _pre_return(reading: Reading) -> AnyAct:
    reading.keep_text("notice", "reason")
    return acts.PreReturn()


def _start_special(reading: Reading) -> AnyAct | None:
    reading.keep_text("grounds", "reason")
    procedure = reading.choice("procedure", _procedures(reading))
    expected_by, approver = reading.last_day("expected_by"), reading.officer("approved_by")
    return acts.StartSpecial(procedure, expected_by, approver) if expected_by else None


def _request_extension(reading: Reading) -> AnyAct | None:
    reading.keep_text("grounds", "reason")
    extra = reading.extra()
    return acts.RequestExtension(extra) if extra else None


def _grant_extension(reading: Reading) -> AnyAct | None:
    extra = reading.extra()
    return acts.GrantExtension(extra) if extra else None


def _refuse_extension(reading: Reading) -> AnyAct:
    reading.keep_text("opinion", "opinion")
    return acts.RefuseExtension()


def _forward_up(reading: Reading) -> AnyAct:
    reading.keep_text("opinion", "opinion")
    label = word("field", "superior")
    superior = reading.form.text(
        "superior", label=label, required=True, length_max=SUPERIOR_LENGTH_MAX
    )
    return acts.ForwardUp(superior)


def _answer_from_above(reading: Reading) -> AnyAct | None:
    reading.keep_text("opinion", "opinion")
    outcome = reading.choice("outcome", labels.OUTCOME)
    return acts.AnswerFromAbove(acts.Outcome(outcome)) if outcome else None


def _deferred_lapse(reading: Reading) -> AnyAct | None:
    deferral = reading.place.matter.supports.deferral
    return acts.DeferredLapse(acts.OverdueEffect(deferral.if_overdue)) if deferral else None


def _terminate(reading: Reading) -> AnyAct | None:
    reading.keep_text("grounds", "reason")
    ground, leader = reading.choice("ground", labels.TERMINATION), reading.officer("approved_by")
    return acts.Terminate(acts.TerminationGround(ground), leader) if ground else None


def _correct(reading: Reading) -> AnyAct:
    reading.keep_text("grounds", "reason")
    return acts.Correct(reading.document(), reading.officer("approved_by"))


def _revoke(reading: Reading) -> AnyAct | None:
    reading.keep_text("grounds", "reason")
    reading.keep_text("told", "told")
    ground, leader = reading.choice("ground", labels.REVOCATION), reading.officer("approved_by")
    return acts.Revoke(acts.RevocationGround(ground), leader) if ground else None


def _reopen(reading: Reading) -> AnyAct:
    reading.keep_text("grounds", "reason")
    reading.keep_text("told", "told")
    return acts.Reopen(reading.officer("approved_by"))


def _ratify(reading: Reading) -> AnyAct:
    reading.keep_text("grounds", "reason")
    return acts.Ratify(reading.officer("approved_by"))


def _other(reading: Reading) -> CaseId:
    return CaseId(reading.choice("other", [each.id for each in reading.place.duplicates]))


def _keep_apart(reading: Reading) -> AnyAct:
    reading.keep_text("grounds", "reason")
    return acts.KeepApart(_other(reading))


def _open_green_channel(reading: Reading) -> AnyAct:
    reading.keep_text("grounds", "reason")
    return acts.OpenGreenChannel(reading.officer("approved_by"))


def _settle_fee(reading: Reading) -> AnyAct | None:
    matter = reading.place.matter
    fee = reading.choice("fee", [str(at) for at in range(len(matter.fees))])
    waived = [name for name, _ in exemptions(matter)]
    label = word("field", "exemption")
    ground = reading.form.choice("exemption", waived, label=label) if waived else None
    of_fee, _, place = (ground or "").partition("-")
    if ground and of_fee != fee:
        reading.form.errors.add("exemption", word("problem", "exemption"))
    paid = 0 if ground else reading.fen("paid_yuan")
    return acts.SettleFee(int(fee), paid, int(place) if ground else None) if fee else None


def _procedures(reading: Reading) -> list[str]:
    return [special.id for special in reading.place.matter.special_procedures]


def _accept_deferred(reading: Reading) -> AnyAct | None:
    materials, supply_by = reading.materials(), reading.last_day()
    return acts.AcceptDeferred(materials, supply_by) if supply_by else None


def _refuse_acceptance(reading: Reading) -> AnyAct:
    reading.keep_text("grounds", "grounds_text")
    return acts.RefuseAcceptance(reading.grounds())


def _dispatch(reading: Reading) -> AnyAct:
    return acts.Dispatch(DepartmentId(reading.choice("department", reading.place.departments)))


def _opine(reading: Reading) -> AnyAct | None:
    steps = [code for code, _ in review_steps(reading.place.matter)]
    step = reading.choice("step", steps)
    outcome = reading.choice("outcome", labels.OUTCOME)
    reading.keep_text("opinion", "opinion")
    return acts.Opine(int(step), acts.Outcome(outcome)) if step and outcome else None


def _end_special(reading: Reading) -> AnyAct:
    reading.keep_text("opinion", "opinion")
    return acts.EndSpecial(reading.choice("procedure", _procedures(reading)))


def _decide_grant(reading: Reading) -> AnyAct:
    reading.keep_text("opinion", "opinion")
    return acts.DecideGrant((), reading.document())


def _decide_refuse(reading: Reading) -> AnyAct:
    reading.keep_text("grounds", "grounds_text")
    return acts.DecideRefuse((), reading.grounds(), reading.document())


def _deliver(reading: Reading) -> AnyAct:
    form = reading.form
    recipient = reading.choice("recipient", labels.RECIPIENT)
    method = reading.choice("method", labels.DELIVERY)
    sheet = HandoverSheet(
        recipient=form.name("recipient_name", label=word("field", "recipient_name"), required=True),
        id_number=form.text(
            "recipient_id", label=word("field", "recipient_id"), required=True, length_max=40
        ).upper(),
        relation=form.text("relation", label=word("field", "relation"), length_max=40) or None,
        remark=form.long_text(
            "remark", label=word("field", "remark"), length_max=GROUNDS_LENGTH_MAX
        ),
    )
    reading.texts["delivery"] = msgspec.json.encode(sheet).decode()
    return acts.Deliver(recipient, method)


def _withdraw(reading: Reading) -> AnyAct:
    asked_by = reading.choice("asked_by", labels.RECIPIENT)
    reading.keep_text("notice", "reason", required=False)
    return acts.Withdraw(asked_by)


def _return_pen(reading: Reading) -> AnyAct | None:
    case = reading.place.case
    allowed = [each for each in (case.pen_from, case.county) if each is not None]
    return acts.ReturnPen(NodeId(reading.choice("to", allowed)))


def _reclaim_pen(reading: Reading) -> AnyAct | None:
    ground = reading.choice("ground", labels.RECLAIM)
    code = reading.choice("code", RECLAIM_CODES)
    hold = reading.form.flag("hold")
    if not ground:
        return None
    if ground == acts.ReclaimGround.LEASE_ENDED:
        approver = reading.officer("approved_by")
        return acts.ReclaimPen(acts.ReclaimGround.LEASE_ENDED, None, hold, code, approver)
    about = reading.choice("of", reading.place.reclaimable)
    return acts.ReclaimPen(acts.ReclaimGround(ground), MessageId(about), hold, code)


def _take_up_deposit(reading: Reading) -> AnyAct | None:
    waiting = {each.id: each for each in reading.place.deposits if each.act is not None}
    chosen = waiting.get(MessageId(reading.choice("deposit", waiting)))
    if chosen is None or chosen.act is None:
        return None
    return acts.TakeUpDeposit(chosen.id, chosen.at_text, chosen.act)


def _ask(reading: Reading) -> AnyAct | None:
    reading.keep_text("question", "question")
    place = reading.place
    to, answer_by = reading.choice("ask_to", place.contacts), reading.last_day("answer_by")
    return acts.Ask(NodeId(to), answer_by, place.node, place.officer) if to and answer_by else None


def _call_for_papers(reading: Reading) -> AnyAct | None:
    case, place, form = reading.place.case, reading.place, reading.form
    left = papers_left(case)
    chosen = tuple(each for each in left if form.flag(f"{PAPER_FLAG}{each}"))
    if not chosen:
        form.errors.add("counter", word("problem", "no_papers"))
    counter = reading.choice("counter", counters_of(case, place.node))
    collect_by = reading.last_day("collect_by")
    return acts.CallForPapers(NodeId(counter), chosen, collect_by) if collect_by else None


def _collect_papers(reading: Reading) -> AnyAct:
    form = reading.form
    name, number = word("field", "collector_name"), word("field", "collector_number")
    sheet = CollectorSheet(
        name=form.name("collector_name", label=name, required=True),
        staff_number=form.text(
            "collector_number", label=number, required=True, length_max=STAFF_NUMBER_LENGTH_MAX
        ),
    )
    reading.texts["collector"] = msgspec.json.encode(sheet).decode()
    waiting = [each.id for each in open_pickups(reading.place.case)]
    return acts.CollectPapers(MessageId(reading.choice("call", waiting)), reading.place.officer)


def _answer(reading: Reading) -> AnyAct:
    reading.keep_text("answer", "answer")
    owed = [each.id for each in open_questions(reading.place.case, reading.place.node)]
    return acts.Answer(MessageId(reading.choice("question", owed)), reading.place.officer)


_READERS: Final[Mapping[str, Callable[[Reading], AnyAct | None]]] = {
    "draft": lambda r: acts.Draft(intake) if (intake := r.intake()) else None,
    "collect": _collect,
    "receive": _receive,
    "instant": _instant,
    "notify_deficiency": _notify_deficiency,
    "supplement": lambda r: acts.Supplement(r.materials()),
    "accept": lambda r: acts.Accept(r.materials()),
    "accept_deferred": _accept_deferred,
    "refuse_acceptance": _refuse_acceptance,
    "dispatch": _dispatch,
    "take": lambda _: acts.Take(),
    "opine": _opine,
    "notify_deficiency_review": _notify_deficiency_review,
    "supplement_in_review": lambda r: acts.SupplementInReview(r.materials()),
    "submit_online": _submit_online,
    "pre_return": _pre_return,
    "pre_pass": lambda _: acts.PrePass(),
    "lapse": lambda _: acts.Lapse(),
    "deem_accepted": lambda _: acts.DeemAccepted(),
    "judge_materials": lambda r: acts.JudgeMaterials(r.materials()),
    "start_special": _start_special,
    "end_special": _end_special,
    "request_extension": _request_extension,
    "grant_extension": _grant_extension,
    "refuse_extension": _refuse_extension,
    "forward_up": _forward_up,
    "answer_from_above": _answer_from_above,
    "decide_grant": _decide_grant,
    "decide_refuse": _decide_refuse,
    "deferred_lapse": _deferred_lapse,
    "confirm_arrival": lambda _: acts.ConfirmArrival(),
    "terminate": _terminate,
    "correct": _correct,
    "revoke": _revoke,
    "reopen": _reopen,
    "ratify": _ratify,
    "merge_into": lambda r: acts.MergeInto(_other(r)),
    "keep_apart": _keep_apart,
    "open_green_channel": _open_green_channel,
    "settle_fee": _settle_fee,
    "deferred_satisfied": lambda r: acts.DeferredSatisfied(r.materials()),
    "produce_result": lambda r: acts.ProduceResult(r.document()),
    "forward_result": lambda r: acts.ForwardResult(NodeId(r.choice("to", r.place.counters))),
    "deliver": _deliver,
    "close": lambda _: acts.Close(),
    "withdraw": _withdraw,
    "hand_over_pen": lambda r: acts.HandOverPen(NodeId(r.choice("to", r.place.destinations))),
    "return_pen": _return_pen,
    "reclaim_pen": _reclaim_pen,
    "take_up_deposit": _take_up_deposit,
    "ask": _ask,
    "answer": _answer,
    "call_for_papers": _call_for_papers,
    "collect_papers": _collect_papers,
    "change_pickup": lambda r: acts.ChangePickup(NodeId(r.choice("pickup", r.place.counters))),
}
